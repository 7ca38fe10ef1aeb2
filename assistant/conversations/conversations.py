"""Kept conversations: answers in their order, each visible only to whoever asked, and feedback.

They stand in a database of their own in the store's folder, so that reading documents never waits
for them, and a purge of a document erases the answers that hold its words.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Row

from assistant.answer import Answer
from assistant.asking.clarification import reads_on
from assistant.conversations import tables
from assistant.conversations.database import Database
from assistant.conversations.tables import DraftFile, Feedback, Kept, Listed, Rated
from assistant.messages import NO_LONGER_YOURS
from index.errors import FootnoteError

FILE = "conversations.db"
REASON_CHARACTERS = 2_000
LISTED = 500


class UnknownConversation(FootnoteError):
    """The conversation or answer is not there, or belongs to someone else.

    >>> kept = Conversations(tmp_path)
    >>> kept.read("my secret", "no such id")
    Traceback (most recent call last):
        ...
    assistant.conversations.conversations.UnknownConversation: This conversation is not there, ...
    >>> kept.close()
    """


class Conversations:
    """The conversations of one store. Thread-safe, and safe beside other processes.

    An `owner` is a secret that the program gave to whoever asks; without it nothing is found.

    Raises:
        StoreError: from any method, where the database cannot be read or written.

    >>> kept = Conversations(tmp_path)
    >>> answer = Answer(question="Did it hold?", created="2026-01-02")
    >>> conversation_id, answer_id = kept.keep("my secret", None, answer, seconds=0.4)
    >>> [one.title for one in kept.listed("my secret")], kept.listed("another secret")
    (['Did it hold?'], [])
    >>> kept.close()
    """

    def __init__(self, folder: Path, server: str | None = None) -> None:
        self._database = Database(folder, "conversations", tables.migrate, server)
        self._readable: Callable[[Sequence[str]], set[str]] | None = None

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def as_far_as(self, readable: Callable[[Sequence[str]], set[str]]) -> "Conversations":
        """The same for someone who may read some documents: of others no answer tells any more.

        Args:
            readable: gives those ids whose documents may be read by now.
        """
        limited = copy(self)
        limited._readable = readable
        return limited

    def save(self, path: Path) -> None:
        """Copy all of them into a file."""
        if self._database.is_there:
            self._database.save(path, tables.schema)

    def load(self, path: Path) -> None:
        """Add those of such a file."""
        self._database.load(path, tables.schema)

    # Conversations -----------------------------------------------------------------------------

    def listed(self, owner: str, wanted: str = "") -> list[Listed]:
        """Those whose title or answers hold the wanted words, the pinned and latest first."""
        if not self._database.is_there:
            return []
        count = sql.func.count(tables.answers.c.id)
        found = (
            sql.select(tables.conversations, count.label("answers"))
            .outerjoin(tables.answers)
            .where(tables.conversations.c.owner == tables.hashed(owner))
            .group_by(tables.conversations.c.id)
            .order_by(
                tables.conversations.c.pinned.is_(True).desc(),
                tables.conversations.c.updated.desc(),
            )
            .limit(LISTED)
        )
        hidden = self._hidden(owner) if wanted.split() else []
        for word in wanted.split():
            holds = sql.select(tables.answers.c.conversation).where(
                tables.answers.c.words.icontains(word, autoescape=True),
                tables.answers.c.id.not_in(hidden),
            )
            found = found.where(
                tables.conversations.c.title.icontains(word, autoescape=True)
                | tables.conversations.c.id.in_(holds)
            )
        with self._database.reading() as connection:
            return [
                Listed(row.id, row.title, tables.moment(row.updated), row.answers, bool(row.pinned))
                for row in connection.execute(found)
            ]

    def order(self, owner: str, conversation_id: str) -> list[str]:
        """The ids of a conversation's answers, in order.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        with self._database.reading() as connection:
            self._own(connection, owner, conversation_id)
            return [
                *connection.scalars(
                    sql.select(tables.answers.c.id)
                    .where(tables.answers.c.conversation == conversation_id)
                    .order_by(tables.answers.c.position)
                )
            ]

    def read(self, owner: str, conversation_id: str) -> tuple[str, list[Kept]]:
        """A conversation's title, and its answers in order.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        with self._database.reading() as connection:
            title = str(self._own(connection, owner, conversation_id).title)
            rows = connection.execute(
                tables.with_feedback()
                .where(tables.answers.c.conversation == conversation_id)
                .order_by(tables.answers.c.position)
            )
            return title, [self._kept(row) for row in rows]

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        words = tables.titled(title)
        with self._database.writing() as connection:
            self._own(connection, owner, conversation_id)
            if words:
                connection.execute(
                    tables.conversations.update()
                    .where(tables.conversations.c.id == conversation_id)
                    .values(title=words, titled_by=None)
                )

    def pin(self, owner: str, conversation_id: str, *, pinned: bool = True) -> None:
        """Have a conversation stand before those that are not pinned, or no longer.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        with self._database.writing() as connection:
            self._own(connection, owner, conversation_id)
            connection.execute(
                tables.conversations.update()
                .where(tables.conversations.c.id == conversation_id)
                .values(pinned=pinned)
            )

    def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation with its answers and what was thought of them.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        with self._database.writing() as connection:
            self._own(connection, owner, conversation_id)
            tables.forget(connection, tables.answers.c.conversation == conversation_id)
            connection.execute(
                tables.conversations.delete().where(tables.conversations.c.id == conversation_id)
            )

    def everything(self, owner: str) -> Iterator[tuple[str, list[Kept]]]:
        """Each conversation of somebody, however many: its title, and its answers in order."""
        if not self._database.is_there:
            return
        with self._database.reading() as connection:
            ids = connection.scalars(
                sql.select(tables.conversations.c.id)
                .where(tables.conversations.c.owner == tables.hashed(owner))
                .order_by(tables.conversations.c.updated)
            ).all()
        for id_ in ids:
            yield self.read(owner, id_)

    def erase_owner(self, owner: str) -> int:
        """Leave no word of somebody's conversations, files and feedback; how many there were."""
        if not self._database.is_there:
            return 0
        theirs = tables.conversations.c.owner == tables.hashed(owner)
        with self._database.writing() as connection:
            ids = sql.select(tables.conversations.c.id).where(theirs).scalar_subquery()
            tables.forget(connection, tables.answers.c.conversation.in_(ids))
            gone = connection.execute(tables.conversations.delete().where(theirs)).rowcount
        self._database.compact()
        return gone

    def take_over(self, owner: str, others: Iterable[str]) -> int:
        """Give somebody the conversations that none of these owners has; how many they are."""
        if not self._database.is_there:
            return 0
        with self._database.writing() as connection:
            return tables.take_over(connection, tables.conversations, owner, others)

    # Answers -----------------------------------------------------------------------------------

    def keep(
        self,
        owner: str,
        conversation_id: str | None,
        answer: Answer,
        seconds: float,
        *,
        replacing: Collection[str] = (),
        file: DraftFile | None = None,
    ) -> tuple[str, str]:
        """Add an answer to a conversation, or to a new one; the ids of both.

        Args:
            owner: whose it is.
            conversation_id: which; None begins one, whose title is the question.
            answer: the answer.
            seconds: how long it took.
            replacing: ids of the answers in whose place it comes; they are deleted. All others
                stay, also those that were given meanwhile elsewhere.
            file: the Word file of which it was made.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        answer_id = secrets.token_urlsafe(12)
        now = datetime.now(UTC).timestamp()
        with self._database.writing() as connection:
            if conversation_id is None:
                conversation_id = secrets.token_urlsafe(12)
                connection.execute(
                    tables.conversations.insert().values(
                        id=conversation_id,
                        owner=tables.hashed(owner),
                        title=tables.titled(answer.question),
                        updated=now,
                        titled_by=answer_id,
                    )
                )
            else:
                self._own(connection, owner, conversation_id)
                connection.execute(
                    tables.conversations.update()
                    .where(tables.conversations.c.id == conversation_id)
                    .values(updated=now)
                )
            mine = tables.answers.c.conversation == conversation_id
            if replacing:
                tables.forget(connection, mine & tables.answers.c.id.in_(replacing))
            last = connection.scalar(
                sql.select(sql.func.max(tables.answers.c.position)).where(mine)
            )
            connection.execute(
                tables.answers.insert().values(
                    id=answer_id,
                    conversation=conversation_id,
                    position=(last or 0) + 1,
                    seconds=seconds,
                    answer=answer.model_dump_json(),
                    words=f"{answer.question}\n{answer.text}",
                )
            )
            documents = tables.held(answer)
            if reads_on(answer):
                earlier = sql.select(tables.sources.c.document).join(tables.answers).where(mine)
                documents |= {*connection.scalars(earlier)}
            tables.note(connection, answer_id, documents)
            tables.retitle(connection)
            if file is not None:
                connection.execute(
                    tables.files.insert().values(
                        answer=answer_id, name=file.name, content=file.content
                    )
                )
        return conversation_id, answer_id

    def answer(self, owner: str, answer_id: str) -> tuple[str, Kept]:
        """The conversation that holds an answer, and the answer.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                tables.with_feedback()
                .join(tables.conversations)
                .where(
                    tables.answers.c.id == answer_id,
                    tables.conversations.c.owner == tables.hashed(owner),
                )
            ).one_or_none()
        if row is None:
            raise UnknownConversation("This answer is not there, or was asked in another browser.")
        return str(row.conversation), self._kept(row)

    def linked(self, answer_id: str) -> Kept:
        """An answer alone, for whoever has its address; its id cannot be guessed.

        Raises:
            UnknownConversation: there is none such.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                tables.with_feedback().where(tables.answers.c.id == answer_id)
            ).one_or_none()
        if row is None:
            raise UnknownConversation("This answer is not there; it may have been deleted.")
        return self._kept(row)

    def draft_file(self, owner: str, answer_id: str) -> DraftFile | None:
        """The Word file of which an answer was made, if it was.

        Raises:
            UnknownConversation: there is no such answer for this owner.
        """
        self.answer(owner, answer_id)
        with self._database.reading() as connection:
            row = connection.execute(
                sql.select(tables.files).where(tables.files.c.answer == answer_id)
            ).one_or_none()
        return DraftFile(row.name, row.content) if row is not None else None

    # Feedback ----------------------------------------------------------------------------------

    def rate(self, owner: str, answer_id: str, feedback: Feedback | None) -> None:
        """Note what someone thinks of an answer, in place of what was noted; None takes it back.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        self.answer(owner, answer_id)
        with self._database.writing() as connection:
            connection.execute(
                tables.feedback.delete().where(tables.feedback.c.answer == answer_id)
            )
            if feedback is not None:
                connection.execute(
                    tables.feedback.insert().values(
                        answer=answer_id,
                        verdict=feedback.verdict,
                        reason=feedback.reason.strip()[:REASON_CHARACTERS],
                        updated=datetime.now(UTC).timestamp(),
                    )
                )

    def rated(self) -> list[Rated]:
        """All answers with feedback, whoever gave it, the oldest feedback first."""
        if not self._database.is_there:
            return []
        with self._database.reading() as connection:
            rows = connection.execute(
                tables.with_feedback()
                .where(tables.feedback.c.verdict.is_not(None))
                .order_by(tables.feedback.c.updated, tables.answers.c.position)
            ).all()
            return [
                Rated(kept.answer, self._before(connection, row), kept.feedback)
                for row in rows
                if (kept := tables.kept(row)).feedback is not None
            ]

    # -------------------------------------------------------------------------------------------

    def erase(self, document_id: str) -> None:
        """Leave no word of a document: answers that hold any go, and titles made from such.

        Of answers that an older version has kept it is not always known; those go as well.
        """
        if not self._database.is_there:
            return
        with self._database.writing() as connection:
            holding = sql.select(tables.sources.c.answer).where(
                tables.sources.c.document.in_((document_id, tables.UNKNOWN))
            )
            tables.forget(connection, tables.answers.c.id.in_(holding.scalar_subquery()))
            tables.retitle(connection)
        self._database.compact()

    def _hidden(self, owner: str) -> list[str]:
        """The ids of somebody's answers that rest on what may not be read."""
        if self._readable is None:
            return []
        theirs = (
            sql.select(tables.sources.c.answer, tables.sources.c.document)
            .join(tables.answers, tables.answers.c.id == tables.sources.c.answer)
            .join(tables.conversations)
            .where(tables.conversations.c.owner == tables.hashed(owner))
        )
        with self._database.reading() as connection:
            rows = connection.execute(theirs).all()
        readable = self._readable(sorted({document for _, document in rows}))
        return sorted({answer for answer, document in rows if document not in readable})

    def _kept(self, row: Row[Any]) -> Kept:
        """An answer, or what is said in its place where it rests on what may not be read."""
        kept = tables.kept(row)
        if self._readable is None:
            return kept
        with self._database.reading() as connection:
            mine = tables.sources.c.answer == row.id
            held = {*connection.scalars(sql.select(tables.sources.c.document).where(mine))}
        if self._readable(sorted(held)) == held:
            return kept
        asked = kept.answer
        told = Answer(
            question=asked.question,
            message=NO_LONGER_YOURS,
            abstained=True,
            engine=asked.engine,
            created=asked.created,
        )
        return replace(kept, answer=told)

    def _own(self, connection: Connection, owner: str, conversation_id: str) -> Row[Any]:
        row = connection.execute(
            sql.select(tables.conversations).where(
                tables.conversations.c.id == conversation_id,
                tables.conversations.c.owner == tables.hashed(owner),
            )
        ).one_or_none()
        if row is None:
            raise UnknownConversation(
                "This conversation is not there, or belongs to another browser."
            )
        return row

    def _before(self, connection: Connection, row: Row[Any]) -> tuple[Answer, ...]:
        earlier = connection.execute(
            sql.select(tables.answers.c.answer)
            .where(
                tables.answers.c.conversation == row.conversation,
                tables.answers.c.position < row.position,
            )
            .order_by(tables.answers.c.position)
        )
        return tuple(Answer.model_validate_json(text) for text in earlier.scalars())
