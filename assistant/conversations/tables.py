"""The tables of kept conversations, and their rows as values.

What people thought of answers → questions for `footnote eval`.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Row

from assistant.answer import Answer
from assistant.conversations.database import format_of, note_format

TITLE_CHARACTERS = 120

Verdict = Literal["up", "down"]

VERSION = 2
"""Of these tables, as SQLite's `user_version`."""
UNKNOWN = ""

schema = sql.MetaData()
conversations = sql.Table(
    "conversations",
    schema,
    sql.Column("id", sql.String, primary_key=True),
    # Of the secret that names the owner only its hash is kept.
    sql.Column("owner", sql.String, nullable=False, index=True),
    sql.Column("title", sql.String, nullable=False),
    sql.Column("updated", sql.Float, nullable=False),
    # The answer whose question the title is; none where somebody has given it.
    sql.Column("titled_by", sql.String),
    sql.Column("pinned", sql.Boolean),
)
answers = sql.Table(
    "answers",
    schema,
    sql.Column("id", sql.String, primary_key=True),
    sql.Column("conversation", sql.ForeignKey("conversations.id"), nullable=False, index=True),
    sql.Column("position", sql.Integer, nullable=False),
    sql.Column("seconds", sql.Float, nullable=False),
    sql.Column("answer", sql.Text, nullable=False),
    # Apart from the answer, so that a search reads no footnotes.
    sql.Column("words", sql.Text, nullable=False),
)
sources = sql.Table(
    "sources",
    schema,
    # Checked at the end of a change, since answers are found by these rows and deleted before them.
    sql.Column(
        "answer",
        sql.ForeignKey("answers.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    # The id of a document whose words the answer holds; UNKNOWN may be any.
    sql.Column("document", sql.String, primary_key=True, index=True),
)
files = sql.Table(
    "files",
    schema,
    sql.Column("answer", sql.ForeignKey("answers.id"), primary_key=True),
    sql.Column("name", sql.String, nullable=False),
    sql.Column("content", sql.LargeBinary, nullable=False),
)
feedback = sql.Table(
    "feedback",
    schema,
    sql.Column("answer", sql.ForeignKey("answers.id"), primary_key=True),
    sql.Column("verdict", sql.String, nullable=False),
    sql.Column("reason", sql.Text, nullable=False),
    sql.Column("updated", sql.Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list; `updated` is when something was last added to it, in UTC.

    Whoever it belongs to may have `pinned` it to the top.

    >>> one = Listed("c1", "Did it hold?", moment(0.0), answers=2)
    >>> f"{one.title} ({one.answers} answers, {one.updated.year})"
    'Did it hold? (2 answers, 1970)'
    """

    id: str
    title: str
    updated: datetime
    answers: int
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A Word file of which an answer was made, kept so that it can come back with footnotes.

    >>> DraftFile("night.docx", content=b"PK").name
    'night.docx'
    """

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Feedback:
    """What someone thought of an answer; `reason` may be empty.

    >>> Feedback("down", "The date is wrong."), Feedback("up").reason
    (Feedback(verdict='down', reason='The date is wrong.'), '')
    """

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer, the seconds it took, and what was thought of it.

    >>> one = Kept("a1", Answer(question="Did it hold?", created="2026-01-02"), seconds=0.4)
    >>> one.answer.question, one.feedback
    ('Did it hold?', None)
    """

    id: str
    answer: Answer
    seconds: float
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """An answer somebody gave feedback on, with the answers that came before it.

    >>> answer = Answer(question="Did it hold?", created="2026-01-02")
    >>> Rated(answer, before=(), feedback=Feedback("up")).feedback.verdict
    'up'
    """

    answer: Answer
    before: tuple[Answer, ...]
    feedback: Feedback


def with_feedback() -> sql.Select[Any]:
    """All answers, each with what was thought of it.

    >>> [column.name for column in with_feedback().selected_columns]
    ['id', 'conversation', 'position', 'seconds', 'answer', 'words', 'verdict', 'reason']
    """
    return sql.select(answers, feedback.c.verdict, feedback.c.reason).outerjoin(feedback)


def kept(row: Row[Any]) -> Kept:
    """The answer that a row of `with_feedback` holds.

    >>> from types import SimpleNamespace
    >>> answer = Answer(question="Did it hold?", created="2026-01-02").model_dump_json()
    >>> row = SimpleNamespace(id="a1", answer=answer, seconds=0.4, verdict="up", reason="")
    >>> kept(row).answer.question, kept(row).feedback
    ('Did it hold?', Feedback(verdict='up', reason=''))
    """
    answer = Answer.model_validate_json(row.answer)
    said = Feedback(row.verdict, row.reason) if row.verdict is not None else None
    return Kept(row.id, answer, row.seconds, said)


def forget(connection: Connection, which: sql.ColumnElement[bool]) -> None:
    """Delete answers with their feedback and files.

    >>> with sql.create_engine("sqlite://", poolclass=sql.NullPool).begin() as connection:
    ...     migrate(connection)
    ...     note(connection, "a1", ["log"])
    ...     forget(connection, answers.c.id == "a1")
    ...     connection.execute(sql.select(sources)).all()
    []
    """
    ids = sql.select(answers.c.id).where(which)
    for table in (feedback, files):
        connection.execute(table.delete().where(table.c.answer.in_(ids)))
    connection.execute(answers.delete().where(which))
    # Last, because `which` may look into them.
    connection.execute(sources.delete().where(sources.c.answer.not_in(sql.select(answers.c.id))))


def retitle(connection: Connection) -> None:
    """Give conversations whose title's answer is gone that of the first that is left.

    A conversation of which nothing is left goes as well.

    >>> with sql.create_engine("sqlite://", poolclass=sql.NullPool).begin() as connection:
    ...     migrate(connection)
    ...     lost = {"id": "c1", "owner": "", "title": "Night", "updated": 0.0, "titled_by": "gone"}
    ...     _ = connection.execute(conversations.insert().values(lost))
    ...     retitle(connection)
    ...     connection.execute(sql.select(conversations)).all()
    []
    """
    there = sql.select(answers.c.id)
    lost = conversations.c.titled_by.not_in(there)
    for conversation in connection.scalars(sql.select(conversations.c.id).where(lost)).all():
        first = connection.execute(
            sql.select(answers)
            .where(answers.c.conversation == conversation)
            .order_by(answers.c.position)
            .limit(1)
        ).one_or_none()
        this = conversations.c.id == conversation
        if first is None:
            connection.execute(conversations.delete().where(this))
        else:
            title = titled(Answer.model_validate_json(first.answer).question)
            connection.execute(
                conversations.update().where(this).values(title=title, titled_by=first.id)
            )


def take_over(connection: Connection, table: sql.Table, owner: str, others: Iterable[str]) -> int:
    """Give an owner the rows of a table that none of these owners has; how many they are.

    >>> with sql.create_engine("sqlite://", poolclass=sql.NullPool).begin() as connection:
    ...     migrate(connection)
    ...     take_over(connection, conversations, "my secret", ["another's"])
    0
    """
    theirs = [hashed(one) for one in others]
    taken = table.update().where(table.c.owner.not_in(theirs)).values(owner=hashed(owner))
    return connection.execute(taken).rowcount


def held(answer: Answer) -> set[str]:
    """The ids of the documents whose words an answer holds.

    >>> held(Answer(question="Did it hold?", documents=("log",), created="2026-01-02"))
    {'log'}
    """
    near = [*answer.nearest]
    for sentence in (*answer.sentences, *answer.dropped):
        near += sentence.nearest
    cited = {citation.document_id for citation in answer.citations}
    return {*answer.documents} | cited | {passage.document_id for passage in near}


def migrate(connection: Connection) -> None:
    """Make the tables, or bring those of an older version to this one.

    >>> with sql.create_engine("sqlite://", poolclass=sql.NullPool).begin() as connection:
    ...     migrate(connection)
    ...     sql.inspect(connection).get_table_names()
    ['answers', 'conversations', 'feedback', 'files', 'sources']
    """
    version = format_of(connection)
    if version >= VERSION:
        return
    older = sql.inspect(connection).has_table("conversations")
    schema.create_all(connection)
    if older:
        connection.exec_driver_sql("ALTER TABLE conversations ADD COLUMN pinned BOOLEAN")
    if older and version < 1:
        connection.exec_driver_sql("ALTER TABLE conversations ADD COLUMN titled_by VARCHAR")
        titles = {row.id: row.title for row in connection.execute(sql.select(conversations))}
        for row in connection.execute(sql.select(answers).order_by(answers.c.position)).all():
            answer = Answer.model_validate_json(row.answer)
            documents = held(answer)
            # What such were made of was not kept then.
            if answer.kind == "clarification" or answer.dropped or answer.notices:
                documents.add(UNKNOWN)
            note(connection, row.id, documents)
            if titles.get(row.conversation) == titled(answer.question):
                del titles[row.conversation]
                this = conversations.c.id == row.conversation
                connection.execute(conversations.update().where(this).values(titled_by=row.id))
        filled = sql.select(answers.c.conversation)
        connection.execute(conversations.delete().where(conversations.c.id.not_in(filled)))
    note_format(connection, VERSION)


def note(connection: Connection, answer_id: str, documents: Iterable[str]) -> None:
    """Note the documents whose words an answer holds.

    >>> with sql.create_engine("sqlite://", poolclass=sql.NullPool).begin() as connection:
    ...     migrate(connection)
    ...     note(connection, "a1", ["log", "minutes"])
    ...     connection.scalars(sql.select(sources.c.document)).all()
    ['log', 'minutes']
    """
    for document in documents:
        connection.execute(sources.insert().values(answer=answer_id, document=document))


def titled(text: str) -> str:
    """A text as a title: on one line, and not too long for it.

    >>> titled("  Did the   gate hold? "), len(titled("Why? " * 100))
    ('Did the gate hold?', 120)
    """
    words = " ".join(text.split())
    return words if len(words) <= TITLE_CHARACTERS else words[: TITLE_CHARACTERS - 1] + "…"


def hashed(owner: str) -> str:
    """What is kept of the secret that names an owner.

    >>> hashed("my secret")[:12]
    'b9d1d013f600'
    """
    return hashlib.sha256(owner.encode()).hexdigest()


def moment(seconds: float) -> datetime:
    """A time as it is kept, as a date.

    >>> moment(1_763_071_080.0).isoformat()
    '2025-11-13T21:58:00+00:00'
    """
    return datetime.fromtimestamp(seconds, UTC)


def evaluation_lines(rated: Iterable[Rated]) -> Iterator[str]:
    """A line of an evaluation file for each answer with feedback.

    What was found helpful is known: its footnotes are the passages that answer, or, where nothing
    answered, there is nothing to find. Of what was not, only the question is known; the line says
    what was answered and why that was no help, for whoever fills in what would have been right.

    >>> rated = Rated(Answer(question="Did it hold?", created="2026-01-02"), (), Feedback("up"))
    >>> [json.loads(line)["question"] for line in evaluation_lines([rated])]
    ['Did it hold?']
    """
    for one in rated:
        answer, feedback = one.answer, one.feedback
        row: dict[str, object] = {
            "question": answer.question,
            "history": [
                {"role": role, "text": text}
                for earlier in one.before
                for role, text in (("user", earlier.question), ("assistant", earlier.text))
            ],
        }
        if feedback.verdict == "up":
            row["answerable"] = not answer.abstained
            row["passages"] = [
                {"document": c.document_id, "start": c.start, "end": c.end, "text": c.quote}
                for c in answer.citations
            ]
        row |= {"verdict": feedback.verdict, "reason": feedback.reason, "given": answer.text}
        yield json.dumps(row, ensure_ascii=False)
