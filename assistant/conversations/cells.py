"""Kept cells of matrices, by document version and question, and the matrices that people made.

They stand in a database of their own in the store's folder, beside that of conversations: what was
worked out for a version of a document is not worked out again, whoever asks and however often an
earlier run was broken off. A purge of a document erases its cells.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from assistant.conversations.conversations import UnknownConversation
from assistant.conversations.database import Database, format_of, note_format
from assistant.conversations.tables import hashed, take_over, titled

_VERSION = 1
_MOST_AT_ONCE = 500
"""Versions in one question to the database, which takes no more than 32,766 values."""

_schema = sql.MetaData()
_cells = sql.Table(
    "cells",
    _schema,
    # Of the question, the form of its answer and what answers.
    sql.Column("question", sql.String, primary_key=True),
    sql.Column("version", sql.String, primary_key=True),
    # Two documents may have one text: their cells cite each its own.
    sql.Column("document", sql.String, primary_key=True, index=True),
    sql.Column("cell", sql.Text, nullable=False),
)
_matrices = sql.Table(
    "matrices",
    _schema,
    sql.Column("id", sql.String, primary_key=True),
    sql.Column("owner", sql.String, nullable=False, index=True),
    sql.Column("title", sql.String, nullable=False),
    sql.Column("questions", sql.Text, nullable=False),
    sql.Column("updated", sql.Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class KeptMatrix:
    """A matrix that somebody made: its questions, a line each; its cells are looked up anew.

    >>> KeptMatrix("m1", "Leases", "Law: Which law governs?").title
    'Leases'
    """

    id: str
    title: str
    questions: str


class KeptCells:
    """The cells and matrices of one store. Thread-safe, and safe beside other processes.

    Raises:
        StoreError: from any method, where the database cannot be read or written.

    >>> kept = KeptCells(tmp_path)
    >>> kept.keep({("law", "v1", "d1"): '{"state": "not_found"}'})
    >>> kept.known(["law"], ["v1", "v2"])
    {('law', 'v1', 'd1'): '{"state": "not_found"}'}
    >>> kept.close()
    """

    def __init__(self, folder: Path, server: str | None = None) -> None:
        self._database = Database(folder, "matrices", _migrate, server)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def save(self, path: Path) -> None:
        """Copy all of them into a file."""
        if self._database.is_there:
            self._database.save(path, _schema)

    def load(self, path: Path) -> None:
        """Add those of such a file."""
        self._database.load(path, _schema)

    def erase_owner(self, owner: str) -> int:
        """Leave no matrix of somebody's; how many there were. Cells are nobody's."""
        if not self._database.is_there:
            return 0
        with self._database.writing() as connection:
            theirs = _matrices.delete().where(_matrices.c.owner == hashed(owner))
            gone = connection.execute(theirs).rowcount
        self._database.compact()
        return gone

    def take_over(self, owner: str, others: Iterable[str]) -> int:
        """Give somebody the matrices that none of these owners has; how many they are."""
        if not self._database.is_there:
            return 0
        with self._database.writing() as connection:
            return take_over(connection, _matrices, owner, others)

    def known(
        self, questions: Collection[str], versions: Iterable[str]
    ) -> dict[tuple[str, str, str], str]:
        """The cells of some questions and versions, by question, version and document."""
        if not self._database.is_there:
            return {}
        wanted = list(dict.fromkeys(versions))
        found: dict[tuple[str, str, str], str] = {}
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _MOST_AT_ONCE):
                rows = connection.execute(
                    sql.select(_cells).where(
                        _cells.c.question.in_(questions),
                        _cells.c.version.in_(wanted[start : start + _MOST_AT_ONCE]),
                    )
                )
                found |= {(row.question, row.version, row.document): row.cell for row in rows}
        return found

    def keep(self, cells: Mapping[tuple[str, str, str], str]) -> None:
        """Keep cells, in place of those that were kept of the same."""
        with self._database.writing() as connection:
            for (question, version, document), cell in cells.items():
                which = (
                    (_cells.c.question == question)
                    & (_cells.c.version == version)
                    & (_cells.c.document == document)
                )
                connection.execute(_cells.delete().where(which))
                connection.execute(
                    _cells.insert().values(
                        question=question, version=version, document=document, cell=cell
                    )
                )

    def erase(self, document_id: str) -> None:
        """Leave no word of a document."""
        if not self._database.is_there:
            return
        with self._database.writing() as connection:
            connection.execute(_cells.delete().where(_cells.c.document == document_id))
        self._database.compact()

    # Matrices ----------------------------------------------------------------------------------

    def matrices(self, owner: str) -> list[KeptMatrix]:
        """An owner's matrices, the latest first."""
        if not self._database.is_there:
            return []
        with self._database.reading() as connection:
            rows = connection.execute(
                sql.select(_matrices)
                .where(_matrices.c.owner == hashed(owner))
                .order_by(_matrices.c.updated.desc())
            )
            return [KeptMatrix(row.id, row.title, row.questions) for row in rows]

    def matrix(self, owner: str, id_: str) -> KeptMatrix:
        """One of an owner's matrices.

        Raises:
            UnknownConversation: there is none such.
        """
        for one in self.matrices(owner):
            if one.id == id_:
                return one
        raise UnknownConversation("This matrix is not there, or belongs to another browser.")

    def keep_matrix(self, owner: str, title: str, questions: str, id_: str | None = None) -> str:
        """Keep a matrix, a new one or in place of what it was; its id.

        Raises:
            UnknownConversation: the owner has none with this id.
        """
        if id_ is not None:
            self.matrix(owner, id_)
        kept = id_ or secrets.token_urlsafe(12)
        with self._database.writing() as connection:
            connection.execute(_matrices.delete().where(_matrices.c.id == kept))
            connection.execute(
                _matrices.insert().values(
                    id=kept,
                    owner=hashed(owner),
                    title=titled(title) or "Matrix",
                    questions=questions,
                    updated=datetime.now(UTC).timestamp(),
                )
            )
        return kept

    def delete_matrix(self, owner: str, id_: str) -> None:
        """Delete a matrix; the cells that it shares with others stay.

        Raises:
            UnknownConversation: the owner has none with this id.
        """
        self.matrix(owner, id_)
        with self._database.writing() as connection:
            connection.execute(_matrices.delete().where(_matrices.c.id == id_))


def _migrate(connection: Connection) -> None:
    if format_of(connection) < _VERSION:
        _schema.create_all(connection)
        note_format(connection, _VERSION)
