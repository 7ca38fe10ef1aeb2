"""What is indexed: documents, their versions, texts and chunks, in SQL. The store's one truth.

A version is 'pending' until its chunks stand in every index, then 'live' and searchable, then
'replaced' when a newer one is live: out of search, still readable. A 'withdrawn' one is on its way
out. Chunks of a version that is not live are leftovers, cleared by whoever writes next.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection, CursorResult

from index.document import Chunk, Document, Page, Part
from index.errors import StoreError, UnknownDocument
from index.schema import SCHEMA_VERSION, chunks, locations, meta, tables, texts, versions

PART = 65_536
"""Characters of text a row, so that a passage of a long document is read without the rest."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a document was found, and what the file looked like then."""

    location: str
    document_id: str
    file_hash: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A live document, without its text."""

    id: str
    version: str
    title: str
    author: str | None
    date: str | None
    source: str | None
    path: str | None
    media_type: str
    pages: int
    characters: int
    added: datetime


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A live chunk: its text, the pages and parts it touches, the headings above, its document."""

    id: int
    start: int
    end: int
    text: str
    pages: tuple[Page, ...]
    heading: tuple[str, ...]
    document: DocumentInfo
    parts: tuple[Part, ...] = ()

    def pages_of(self, start: int, end: int) -> tuple[int | None, int | None]:
        """The first and last page of a span inside this chunk; (None, None) without pages."""
        touched = [p.number for p in self.pages if p.start < end and p.end > start]
        return (touched[0], touched[-1]) if touched else (None, None)


class Catalog:
    """The tables and what is asked of them; a transaction is the caller's, as `connection`."""

    def __init__(self, path: Path) -> None:
        self._engine = sql.create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})
        sql.event.listen(self._engine, "connect", _set_up)
        sql.event.listen(self._engine, "begin", _begin)

    def close(self) -> None:
        """Let go of the database file."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for questions, all of them answered from one state."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it is kept, durably, or none."""
        with self._engine.begin() as connection:
            yield connection

    # Facts -------------------------------------------------------------------------------------

    def create(self, connection: Connection, **facts: str) -> None:
        """Make the tables and note the facts that the store is bound to."""
        tables.create_all(connection)
        noted = {"schema": str(SCHEMA_VERSION), "generation": "0", **facts}
        rows = [{"key": key, "value": value} for key, value in noted.items()]
        connection.execute(meta.insert(), rows)

    def exists(self, connection: Connection) -> bool:
        """Whether the tables have been made."""
        return sql.inspect(connection).has_table(meta.name)

    def fact(self, connection: Connection, key: str) -> str:
        """A fact noted at creation.

        Raises:
            StoreError: it is not there.
        """
        value = connection.scalar(sql.select(meta.c.value).where(meta.c.key == key))
        if value is None:
            raise StoreError(f"The store's catalog is damaged: its {key!r} is missing.")
        return str(value)

    def generation(self, connection: Connection) -> int:
        """How often the indexes have changed; a number other than before means: open them anew."""
        return int(self.fact(connection, "generation"))

    def advance(self, connection: Connection) -> int:
        """Tell every process that the indexes change: the generation that begins."""
        following = self.generation(connection) + 1
        this = meta.update().where(meta.c.key == "generation")
        connection.execute(this.values(value=str(following)))
        return following

    # Locations ---------------------------------------------------------------------------------

    def location(self, connection: Connection, location: str) -> Location | None:
        """What is known of a file's place."""
        return next(iter(_locations(connection, locations.c.location == location)), None)

    def same_content(
        self, connection: Connection, file_hash: str, besides: Iterable[str] = ()
    ) -> Location | None:
        """A place whose file has these very bytes, other than those named."""
        found = _locations(connection, locations.c.file_hash == file_hash)
        left_out = set(besides)
        return next((place for place in found if place.location not in left_out), None)

    def locate(self, connection: Connection, location: Location) -> None:
        """Note where a document is found."""
        connection.execute(locations.delete().where(locations.c.location == location.location))
        connection.execute(locations.insert().values(**asdict(location)))

    def paths(self, connection: Connection, document_id: str) -> list[str]:
        """Where this document is found."""
        mine = sql.select(locations.c.location).where(locations.c.document_id == document_id)
        return list(connection.scalars(mine.order_by(locations.c.location)))

    def is_used(self, connection: Connection, document_id: str) -> bool:
        """Whether some document has this id."""
        found = sql.select(versions.c.id).where(versions.c.document_id == document_id).limit(1)
        return connection.scalar(found) is not None

    # Versions and chunks -----------------------------------------------------------------------

    def insert(
        self, connection: Connection, document_id: str, document: Document, parts: Sequence[Chunk]
    ) -> tuple[int, list[int]]:
        """Add a pending version with its text and chunks: its row id and the chunks' ids."""
        span = document.date_span
        row = {
            "document_id": document_id,
            "hash": document.version,
            "state": "pending",
            "title": document.title,
            "author": document.author,
            "date": document.date,
            "date_start": span and span.start,
            "date_end": span and span.end,
            "source": document.source,
            "media_type": document.media_type,
            "pages": [(p.number, p.start, p.end) for p in document.pages],
            "headings": [(h.level, h.start, h.end) for h in document.headings],
            "page_count": len(document.pages),
            "characters": len(document.text),
            "added": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        version_id = connection.execute(
            versions.insert().returning(versions.c.id), row
        ).scalar_one()
        connection.execute(
            texts.insert(),
            [
                {"version_id": version_id, "part": n, "text": document.text[at : at + PART]}
                for n, at in enumerate(range(0, len(document.text), PART))
            ],
        )
        rows = [
            {
                "version_id": version_id,
                "start": chunk.start,
                "end": chunk.end,
                "pages": [
                    (p.number, p.start, p.end)
                    for p in document.pages
                    if p.start < chunk.end and p.end > chunk.start
                ],
                "heading": document.heading_path(chunk.start),
            }
            for chunk in parts
        ]
        if not rows:
            return version_id, []
        returning = chunks.insert().returning(chunks.c.id, sort_by_parameter_order=True)
        return version_id, list(connection.scalars(returning, rows))

    def publish(self, connection: Connection, version_id: int, document_id: str) -> None:
        """Make a pending version the live one of its document."""
        before = sql.and_(versions.c.document_id == document_id, versions.c.state == "live")
        connection.execute(versions.update().where(before).values(state="replaced"))
        this = versions.c.id == version_id
        connection.execute(versions.update().where(this).values(state="live"))

    def withdraw(self, connection: Connection, document_id: str) -> None:
        """Take a document with all its versions out of search and out of reach.

        Raises:
            UnknownDocument: there is no such live document.
        """
        mine = versions.c.document_id == document_id
        live = versions.update().where(mine, versions.c.state == "live")
        if _changed(connection.execute(live.values(state="withdrawn"))) == 0:
            raise UnknownDocument.named(document_id)
        connection.execute(versions.update().where(mine).values(state="withdrawn"))
        connection.execute(locations.delete().where(locations.c.document_id == document_id))

    def leftovers(self, connection: Connection) -> list[int]:
        """The ids of chunks that the indexes must let go of."""
        dead = sql.select(chunks.c.id).join(versions).where(versions.c.state != "live")
        return list(connection.scalars(dead))

    def clear_leftovers(self, connection: Connection) -> None:
        """Delete those chunks, and wholly the versions that never became live or were withdrawn."""
        dead = sql.select(versions.c.id).where(versions.c.state != "live")
        gone = sql.select(versions.c.id).where(versions.c.state.in_(["pending", "withdrawn"]))
        connection.execute(chunks.delete().where(chunks.c.version_id.in_(dead)))
        connection.execute(texts.delete().where(texts.c.version_id.in_(gone)))
        connection.execute(versions.delete().where(versions.c.state.in_(["pending", "withdrawn"])))


def _locations(connection: Connection, which: sql.ColumnElement[bool]) -> list[Location]:
    rows = connection.execute(sql.select(locations).where(which).order_by(locations.c.location))
    return [Location(**row._mapping) for row in rows]


def _changed(result: CursorResult[Any]) -> int:
    return result.rowcount


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own type)
    # The driver would begin a transaction at the first change of a row only: questions would each
    # be answered from another state, and tables be made one by one.
    connection.isolation_level = None
    cursor = connection.cursor()
    # WAL lets readers go on beside a writer; FULL makes a commit outlive a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
