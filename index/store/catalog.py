"""What is indexed: documents, their versions, texts and chunks, in SQL. The store's one truth.

A version is 'pending' until its chunks stand in every index, then 'live' and searchable, then
'replaced' when a newer one is live: out of search, still readable. A 'withdrawn' one is on its way
out. Chunks of a version that is not live are leftovers, cleared by whoever writes next.

A document that is found nowhere any more is withdrawn. Each function within a transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.document import Chunk, Document, Page, Part, Span, Table, printed_label
from index.errors import StoreError, UnknownDocument
from index.status import kind_of
from index.store import schema as rows
from index.store.engines import Database
from index.store.files import SqliteFile
from index.store.schema import (
    MIGRATIONS,
    SCHEMA_VERSION,
    chunks,
    collected,
    corrections,
    layouts,
    locations,
    meta,
    removed,
    tables,
    texts,
    versions,
)

_ASKED_AT_ONCE = 500
"""SQLite takes no more than 999 values in its oldest builds."""

_GONE = ("pending", "withdrawn")
_NOT_LIVE = (*_GONE, "replaced")


@dataclass(frozen=True, slots=True)
class Location:
    """Where a document was found, and what the file looked like then.

    >>> arriving.location.location, arriving.location.size
    ('/news/ferry.txt', 23)
    """

    location: str
    document_id: str
    file_hash: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A live document, without its text, with counts that an older store's does not have.

    >>> report.title[:18], report.date, report.pages
    ('Preliminary report', '2026-01-12', 3)
    """

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
    language: str | None = None
    accessed: str | None = None
    date_span: Span | None = None
    properties: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    words: int | None = None
    tables: int | None = None
    left_out: int | None = None
    corrected: tuple[tuple[str, str | None], ...] = ()
    """What a person has corrected: each field with what was read of it."""

    @property
    def status(self) -> str | None:
        """What it says of itself, or a person of it: 'draft', 'in force', 'Superseded'.

        >>> report.status is None
        True
        """
        return next((said for name, said in self.properties if name.casefold() == "status"), None)

    def has(self, name: str, value: str) -> bool:
        """Whether something is so of it: its title, date and the like, or what its file says.

        Of a list one part is enough, and of a date its beginning; capitals make no difference.

        >>> report.has("date", "2026-01"), report.has("author", "nobody")
        (True, False)
        """
        wanted = value.casefold()
        if name.casefold() == "status" and wanted == kind_of(self.status):
            return True
        if name.casefold() == "date":
            return (self.date or "").startswith(wanted)
        fields = {n: getattr(self, n) for n in ("title", "author", "language", "source", "path")}
        said = [*fields.items(), *self.properties]
        return any(
            name.casefold() == own.casefold()
            and wanted in (text.casefold(), *(part.strip() for part in text.casefold().split(",")))
            for own, text in said
            if text
        )


def having(documents: Iterable[DocumentInfo], wanted: Mapping[str, str]) -> list[DocumentInfo]:
    """Those of the documents of which all that is wanted is so.

    >>> having([report], {"date": "2026"}) == [report], having([report], {"author": "nobody"})
    (True, [])
    """
    return [one for one in documents if all(one.has(name, of) for name, of in wanted.items())]


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A live chunk: its text, what it touches, the headings above it, its document.

    `tables` come with the words of the row that names their columns.

    >>> chunk = passages[0].chunk
    >>> chunk.document.title[:18], chunk.heading[-1], chunk.pages_of(chunk.start, chunk.end)
    ('Preliminary report', '4 Alarm', (2, 2))
    """

    id: int
    start: int
    end: int
    text: str
    pages: tuple[Page, ...]
    heading: tuple[str, ...]
    document: DocumentInfo
    parts: tuple[Part, ...] = ()
    tables: tuple[tuple[Table, str], ...] = ()

    def table_row(self, start: int) -> tuple[Table, str] | None:
        """The table, with its column names, of which a row below those begins at `start`."""
        return next(
            (found for found in self.tables if found[0].header.end <= start < found[0].end), None
        )

    def pages_of(self, start: int, end: int) -> tuple[int | None, int | None]:
        """The first and last page of a span inside this chunk; (None, None) without pages."""
        touched = [p.number for p in self.pages if p.start < end and p.end > start]
        return (touched[0], touched[-1]) if touched else (None, None)

    def label_of(self, start: int, end: int) -> str | None:
        """What the pages of a span inside this chunk are called in print, where by other names."""
        return printed_label(self.pages, start, end)


class IndexState(NamedTuple):
    """Which index folders count, and how often they have changed.

    >>> store.catalog.state(connection).edition
    1
    """

    edition: int
    generation: int


class Catalog:
    """The tables and what is asked of them; a transaction is the caller's, as `connection`.

    >>> catalog = Catalog(tmp_path / "catalog.sqlite")
    >>> with catalog.writing() as connection:
    ...     catalog.create(connection, embedding="all-MiniLM-L6-v2")
    ...     catalog.fact(connection, "embedding")
    'all-MiniLM-L6-v2'
    """

    def __init__(self, database: Path | Database, *, read_only: bool = False) -> None:
        self.database: Database = (
            SqliteFile(database, read_only=read_only) if isinstance(database, Path) else database
        )

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for questions, all of them answered from one state."""
        return self.database.reading()

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction: all of it is kept, durably, or none."""
        return self.database.writing()

    def create(self, connection: Connection, **facts: str) -> None:
        """Make the tables and note the facts that the store is bound to."""
        tables.create_all(connection)
        self.database.finish(connection)
        noted = {"schema": str(SCHEMA_VERSION), "generation": "0", **facts}
        connection.execute(
            meta.insert(), [{"key": key, "value": value} for key, value in noted.items()]
        )

    def migrate(self, connection: Connection) -> None:
        """Bring the tables of an older format to this one, all of it or nothing."""
        for schema in range(int(self.fact(connection, "schema")), SCHEMA_VERSION):
            for statement in MIGRATIONS[schema]:
                connection.exec_driver_sql(statement)
        self.database.finish(connection)
        self.note(connection, "schema", str(SCHEMA_VERSION))

    def note(self, connection: Connection, key: str, value: str) -> None:
        """Set a fact."""
        connection.execute(meta.delete().where(meta.c.key == key))
        connection.execute(meta.insert().values(key=key, value=value))

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

    def state(self, connection: Connection) -> IndexState:
        """Which index folders count, and how often they have changed."""
        edition = connection.scalar(sql.select(meta.c.value).where(meta.c.key == "edition"))
        return IndexState(int(edition or 1), self.generation(connection))

    def advance(self, connection: Connection) -> int:
        """Tell every process that the indexes change: the generation that begins."""
        following = self.generation(connection) + 1
        this = meta.update().where(meta.c.key == "generation")
        connection.execute(this.values(value=str(following)))
        return following

    def location(self, connection: Connection, location: str) -> Location | None:
        """What is known of a file's place."""
        return next(iter(_locations(connection, locations.c.location == location)), None)

    def known(self, connection: Connection, places: Iterable[str]) -> dict[str, Location]:
        """What is known of the files at these places, by place."""
        wanted = list(places)
        found: dict[str, Location] = {}
        for at in range(0, len(wanted), _ASKED_AT_ONCE):
            here = locations.c.location.in_(wanted[at : at + _ASKED_AT_ONCE])
            found.update((place.location, place) for place in _locations(connection, here))
        return found

    def places_below(self, connection: Connection, folder: str) -> list[str]:
        """The places below a folder, in order."""
        below = locations.c.location.startswith(f"{folder}/", autoescape=True)
        wanted = sql.select(locations.c.location).where(below)
        return list(connection.scalars(wanted.order_by(locations.c.location)))

    def places_of(self, connection: Connection, file_hash: str) -> list[Location]:
        """All places whose file has these very bytes."""
        return _locations(connection, locations.c.file_hash == file_hash)

    def unlocate(self, connection: Connection, places: Sequence[str]) -> None:
        """Note that nothing is found at these places any more."""
        for at in range(0, len(places), _ASKED_AT_ONCE):
            here = locations.c.location.in_(places[at : at + _ASKED_AT_ONCE])
            connection.execute(locations.delete().where(here))

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

    def insert(
        self, connection: Connection, document_id: str, document: Document, parts: Sequence[Chunk]
    ) -> tuple[int, list[int]]:
        """Add a pending version with its text and chunks: its row id and the chunks' ids."""
        version_id = connection.execute(
            versions.insert().returning(versions.c.id), rows.version_row(document_id, document)
        ).scalar_one()
        connection.execute(texts.insert(), rows.text_rows(version_id, document.text))
        if document.layout:
            connection.execute(layouts.insert(), rows.layout_rows(version_id, document))
        chunk_rows = rows.chunk_rows(version_id, document, parts)
        if not chunk_rows:
            return version_id, []
        returning = chunks.insert().returning(chunks.c.id, sort_by_parameter_order=True)
        return version_id, list(connection.scalars(returning, chunk_rows))

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
        if connection.execute(live.values(state="withdrawn")).rowcount == 0:
            raise UnknownDocument.named(document_id)
        connection.execute(versions.update().where(mine).values(state="withdrawn"))
        connection.execute(locations.delete().where(locations.c.document_id == document_id))
        for table in (corrections, collected):
            connection.execute(table.delete().where(table.c.document_id == document_id))
        connection.execute(removed.delete().where(removed.c.document_id == document_id))
        connection.execute(removed.insert().values(document_id=document_id))

    def is_removed(self, connection: Connection, document_id: str) -> bool:
        """Whether it was removed and its words not yet purged."""
        this = removed.c.document_id == document_id
        return connection.scalar(sql.select(removed).where(this)) is not None

    def purged(self, connection: Connection) -> None:
        """Note that nothing is left of what was removed."""
        connection.execute(removed.delete())
        connection.execute(meta.delete().where(meta.c.key == "purging"))

    def noted(self, connection: Connection, key: str) -> str | None:
        """A fact that may be there: 'purging' while a purge has begun and not ended."""
        return connection.scalar(sql.select(meta.c.value).where(meta.c.key == key))

    def compact(self) -> None:
        """Write the tables anew, so that no deleted words stand in them; raises StoreError."""
        self.database.compact()

    def leftovers(self, connection: Connection) -> list[int]:
        """The ids of chunks that the indexes must let go of."""
        dead = sql.select(chunks.c.id).join(versions).where(versions.c.state.in_(_NOT_LIVE))
        return list(connection.scalars(dead))

    def clear_leftovers(self, connection: Connection) -> None:
        """Delete those chunks, and wholly the versions that never became live or were withdrawn."""
        dead = sql.select(versions.c.id).where(versions.c.state.in_(_NOT_LIVE))
        gone = sql.select(versions.c.id).where(versions.c.state.in_(_GONE))
        connection.execute(chunks.delete().where(chunks.c.version_id.in_(dead)))
        for table in (texts, layouts):
            connection.execute(table.delete().where(table.c.version_id.in_(gone)))
        connection.execute(versions.delete().where(versions.c.state.in_(_GONE)))


def _locations(connection: Connection, which: sql.ColumnElement[bool]) -> list[Location]:
    found = connection.execute(sql.select(locations).where(which).order_by(locations.c.location))
    return [Location(**row._mapping) for row in found]


def move(catalog: Catalog, connection: Connection, location: Location) -> None:
    """Note a place; the document that was there, and nowhere else, is withdrawn.

    >>> move(store.catalog, connection, Location("/news/report.pdf", report.id, "", 1, 0))
    >>> "/news/report.pdf" in store.catalog.paths(connection, report.id)
    True
    """
    before = catalog.known(connection, [location.location])
    catalog.locate(connection, location)
    _withdraw_lost(catalog, connection, before.values())


def locate(catalog: Catalog, connection: Connection, found: Sequence[Location]) -> list[Location]:
    """Note where known documents are also found.

    Returns:
        Those whose document has other content by now: nothing is noted of them.

    >>> changed = Location("/news/report.pdf", report.id, "other bytes", 1, 0)
    >>> locate(store.catalog, connection, [changed]) == [changed]
    True
    """
    stale = [one for one in found if not _holds(catalog, connection, one)]
    fresh = [one for one in found if one not in stale]
    before = catalog.known(connection, [one.location for one in fresh])
    # All of them first: files that have changed places lose neither's document.
    for location in fresh:
        catalog.locate(connection, location)
    _withdraw_lost(catalog, connection, before.values())
    return stale


def leave(catalog: Catalog, connection: Connection, places: Sequence[str]) -> dict[str, str]:
    """Forget these places, and the documents found nowhere else: document ids by place.

    >>> leave(store.catalog, connection, [report.path]) == {report.path: report.id}
    True
    >>> store.catalog.paths(connection, report.id)
    []
    """
    known = catalog.known(connection, places)
    catalog.unlocate(connection, list(known))
    _withdraw_lost(catalog, connection, known.values())
    return {place: location.document_id for place, location in known.items()}


def _holds(catalog: Catalog, connection: Connection, location: Location) -> bool:
    """Whether the document's file has these very bytes at some place."""
    known = catalog.places_of(connection, location.file_hash)
    return any(one.document_id == location.document_id for one in known)


def _withdraw_lost(catalog: Catalog, connection: Connection, before: Iterable[Location]) -> None:
    """Withdraw those of the documents that were at these places and are nowhere now."""
    for document_id in sorted({location.document_id for location in before}):
        if not catalog.paths(connection, document_id):
            catalog.withdraw(connection, document_id)
