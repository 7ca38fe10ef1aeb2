"""Kept conversations: answers in their order, each visible only to whoever asked, and feedback.

They stand in a database of their own in the store's folder, so that reading documents never waits
for them, and a purge of a document erases the answers that hold its words.
"""

import hashlib
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine, Row

from assistant.answer import Answer
from index import database
from index.errors import FootnoteError

FILE = "conversations.db"
TITLE_CHARACTERS = 120
REASON_CHARACTERS = 2_000
LISTED = 500

Verdict = Literal["up", "down"]

_tables = sql.MetaData()
_conversations = sql.Table(
    "conversations",
    _tables,
    sql.Column("id", sql.String, primary_key=True),
    # Of the secret that names the owner only its hash is kept.
    sql.Column("owner", sql.String, nullable=False, index=True),
    sql.Column("title", sql.String, nullable=False),
    sql.Column("updated", sql.Float, nullable=False),
)
_answers = sql.Table(
    "answers",
    _tables,
    sql.Column("id", sql.String, primary_key=True),
    sql.Column("conversation", sql.ForeignKey("conversations.id"), nullable=False, index=True),
    sql.Column("position", sql.Integer, nullable=False),
    sql.Column("seconds", sql.Float, nullable=False),
    sql.Column("answer", sql.Text, nullable=False),
    # Apart from the answer, so that a search reads no footnotes.
    sql.Column("words", sql.Text, nullable=False),
)
_feedback = sql.Table(
    "feedback",
    _tables,
    sql.Column("answer", sql.ForeignKey("answers.id"), primary_key=True),
    sql.Column("verdict", sql.String, nullable=False),
    sql.Column("reason", sql.Text, nullable=False),
    sql.Column("updated", sql.Float, nullable=False),
)


class UnknownConversation(FootnoteError):
    """The conversation or answer is not there, or belongs to someone else."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list; `updated` is when something was last added to it, in UTC."""

    id: str
    title: str
    updated: datetime
    answers: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """What someone thought of an answer; `reason` may be empty."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer, the seconds it took, and what was thought of it."""

    id: str
    answer: Answer
    seconds: float
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """An answer somebody gave feedback on, with the answers that came before it."""

    answer: Answer
    before: tuple[Answer, ...]
    feedback: Feedback


class Conversations:
    """The conversations of one store. Thread-safe, and safe beside other processes.

    An `owner` is a secret that the program gave to whoever asks; without it nothing is found.

    Raises:
        StoreError: from any method, where the database cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    # Conversations -----------------------------------------------------------------------------

    def listed(self, owner: str, wanted: str = "") -> list[Listed]:
        """Those whose title or answers hold the wanted words, the latest first."""
        count = sql.func.count(_answers.c.id)
        found = (
            sql.select(_conversations, count.label("answers"))
            .outerjoin(_answers)
            .where(_conversations.c.owner == _hashed(owner))
            .group_by(_conversations.c.id)
            .order_by(_conversations.c.updated.desc())
            .limit(LISTED)
        )
        for word in wanted.split():
            holds = sql.select(_answers.c.conversation).where(
                _answers.c.words.icontains(word, autoescape=True)
            )
            found = found.where(
                _conversations.c.title.icontains(word, autoescape=True)
                | _conversations.c.id.in_(holds)
            )
        with self._reading() as connection:
            return [
                Listed(row.id, row.title, _moment(row.updated), row.answers)
                for row in connection.execute(found)
            ]

    def read(self, owner: str, conversation_id: str) -> tuple[str, list[Kept]]:
        """A conversation's title, and its answers in order.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        with self._reading() as connection:
            title = str(self._own(connection, owner, conversation_id).title)
            rows = connection.execute(
                _with_feedback()
                .where(_answers.c.conversation == conversation_id)
                .order_by(_answers.c.position)
            )
            return title, [_kept(row) for row in rows]

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        words = _titled(title)
        with self._writing() as connection:
            self._own(connection, owner, conversation_id)
            if words:
                connection.execute(
                    _conversations.update()
                    .where(_conversations.c.id == conversation_id)
                    .values(title=words)
                )

    def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation with its answers and what was thought of them.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        with self._writing() as connection:
            self._own(connection, owner, conversation_id)
            _forget(connection, _answers.c.conversation == conversation_id)
            connection.execute(
                _conversations.delete().where(_conversations.c.id == conversation_id)
            )

    # Answers -----------------------------------------------------------------------------------

    def keep(
        self,
        owner: str,
        conversation_id: str | None,
        answer: Answer,
        seconds: float,
        *,
        after: Sequence[str] | None = None,
    ) -> tuple[str, str]:
        """Add an answer to a conversation, or to a new one; the ids of both.

        Args:
            owner: whose it is.
            conversation_id: which; None begins one, whose title is the question.
            answer: the answer.
            seconds: how long it took.
            after: ids of the answers that stay before it; the others have been asked anew and are
                deleted. By default all stay.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        answer_id = secrets.token_urlsafe(12)
        now = datetime.now(UTC).timestamp()
        with self._writing() as connection:
            if conversation_id is None:
                conversation_id = secrets.token_urlsafe(12)
                connection.execute(
                    _conversations.insert().values(
                        id=conversation_id,
                        owner=_hashed(owner),
                        title=_titled(answer.question),
                        updated=now,
                    )
                )
            else:
                self._own(connection, owner, conversation_id)
                connection.execute(
                    _conversations.update()
                    .where(_conversations.c.id == conversation_id)
                    .values(updated=now)
                )
            mine = _answers.c.conversation == conversation_id
            if after is not None:
                _forget(connection, mine & _answers.c.id.not_in(after))
            last = connection.scalar(sql.select(sql.func.max(_answers.c.position)).where(mine))
            connection.execute(
                _answers.insert().values(
                    id=answer_id,
                    conversation=conversation_id,
                    position=(last or 0) + 1,
                    seconds=seconds,
                    answer=answer.model_dump_json(),
                    words=f"{answer.question}\n{answer.text}",
                )
            )
        return conversation_id, answer_id

    def answer(self, owner: str, answer_id: str) -> tuple[str, Kept]:
        """The conversation that holds an answer, and the answer.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        with self._reading() as connection:
            row = connection.execute(
                _with_feedback()
                .join(_conversations)
                .where(_answers.c.id == answer_id, _conversations.c.owner == _hashed(owner))
            ).one_or_none()
        if row is None:
            raise UnknownConversation("This answer is not there, or was asked in another browser.")
        return str(row.conversation), _kept(row)

    # Feedback ----------------------------------------------------------------------------------

    def rate(self, owner: str, answer_id: str, feedback: Feedback | None) -> None:
        """Note what someone thinks of an answer, in place of what was noted; None takes it back.

        Raises:
            UnknownConversation: there is none such for this owner.
        """
        self.answer(owner, answer_id)
        with self._writing() as connection:
            connection.execute(_feedback.delete().where(_feedback.c.answer == answer_id))
            if feedback is not None:
                connection.execute(
                    _feedback.insert().values(
                        answer=answer_id,
                        verdict=feedback.verdict,
                        reason=feedback.reason.strip()[:REASON_CHARACTERS],
                        updated=datetime.now(UTC).timestamp(),
                    )
                )

    def rated(self) -> list[Rated]:
        """All answers with feedback, whoever gave it, the oldest feedback first."""
        if not (self._folder / FILE).exists():
            return []
        with self._reading() as connection:
            rows = connection.execute(
                _with_feedback()
                .where(_feedback.c.verdict.is_not(None))
                .order_by(_feedback.c.updated, _answers.c.position)
            ).all()
            return [
                Rated(kept.answer, self._before(connection, row), kept.feedback)
                for row in rows
                if (kept := _kept(row)).feedback is not None
            ]

    # -------------------------------------------------------------------------------------------

    def erase(self, document_id: str) -> None:
        """Leave no word of a document: answers that cite it or show it, and what was left out.

        Where a sentence that was left out came from is not known, so answers with such go too.
        """
        if not (self._folder / FILE).exists():
            return
        with self._writing() as connection:
            _forget(
                connection,
                _answers.c.answer.contains(f'"document_id":"{document_id}"', autoescape=True)
                | ~_answers.c.answer.contains('"dropped":[]'),
            )
        with database.faults(self._folder):
            database.compact(self._made())

    def _own(self, connection: Connection, owner: str, conversation_id: str) -> Row[Any]:
        row = connection.execute(
            sql.select(_conversations).where(
                _conversations.c.id == conversation_id, _conversations.c.owner == _hashed(owner)
            )
        ).one_or_none()
        if row is None:
            raise UnknownConversation(
                "This conversation is not there, or belongs to another browser."
            )
        return row

    def _before(self, connection: Connection, row: Row[Any]) -> tuple[Answer, ...]:
        earlier = connection.execute(
            sql.select(_answers.c.answer)
            .where(_answers.c.conversation == row.conversation, _answers.c.position < row.position)
            .order_by(_answers.c.position)
        )
        return tuple(Answer.model_validate_json(text) for text in earlier.scalars())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with database.faults(self._folder), self._made().connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with database.faults(self._folder), self._made().begin() as connection:
            yield connection

    def _made(self) -> Engine:
        with self._lock:
            if self._engine is None:
                engine = database.engine(self._folder / FILE, read_only=False)
                with engine.begin() as connection:
                    _tables.create_all(connection)
                self._engine = engine
            return self._engine


def _with_feedback() -> sql.Select[Any]:
    return sql.select(_answers, _feedback.c.verdict, _feedback.c.reason).outerjoin(_feedback)


def _kept(row: Row[Any]) -> Kept:
    answer = Answer.model_validate_json(row.answer)
    feedback = Feedback(row.verdict, row.reason) if row.verdict is not None else None
    return Kept(row.id, answer, row.seconds, feedback)


def _forget(connection: Connection, which: sql.ColumnElement[bool]) -> None:
    """Delete answers with their feedback."""
    ids = sql.select(_answers.c.id).where(which)
    connection.execute(_feedback.delete().where(_feedback.c.answer.in_(ids)))
    connection.execute(_answers.delete().where(which))


def _titled(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= TITLE_CHARACTERS else words[: TITLE_CHARACTERS - 1] + "…"


def _hashed(owner: str) -> str:
    return hashlib.sha256(owner.encode()).hexdigest()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
