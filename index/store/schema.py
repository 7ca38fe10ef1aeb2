"""The catalog's tables, and how those of an older format become them.

`SCHEMA_VERSION` rises with every change, with a step in `MIGRATIONS` from the version before.

Documents ↔ rows of the catalog's tables.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Row

from index.document import Chunk, Document, Heading, LeftOut, Page, Part, Span, StoredCell, Table

SCHEMA_VERSION = 7

# In PostgreSQL as large as in SQLite.
_NUMBER = sql.Integer().with_variant(sql.BigInteger(), "postgresql")

tables = sql.MetaData()
meta = sql.Table(
    "meta",
    tables,
    sql.Column("key", sql.Text, primary_key=True),
    sql.Column("value", sql.Text, nullable=False),
)
versions = sql.Table(
    "versions",
    tables,
    sql.Column("id", _NUMBER, primary_key=True),
    sql.Column("document_id", sql.Text, nullable=False, index=True),
    sql.Column("hash", sql.Text, nullable=False, index=True),
    sql.Column("state", sql.Text, nullable=False, index=True),
    sql.Column("title", sql.Text, nullable=False),
    sql.Column("author", sql.Text),
    sql.Column("date", sql.Text),
    sql.Column("date_start", sql.Integer),
    sql.Column("date_end", sql.Integer),
    sql.Column("source", sql.Text),
    sql.Column("media_type", sql.Text, nullable=False),
    sql.Column("pages", sql.JSON, nullable=False),
    sql.Column("headings", sql.JSON, nullable=False),
    sql.Column("page_count", sql.Integer, nullable=False),
    sql.Column("characters", sql.Integer, nullable=False),
    sql.Column("added", sql.Text, nullable=False),
    sql.Column("language", sql.Text),
    sql.Column("accessed", sql.Text),
    sql.Column("parts", sql.JSON, nullable=False, server_default="[]"),
    sql.Column("tables", sql.JSON, nullable=False, server_default="[]"),
    sql.Column("properties", sql.JSON, nullable=False, server_default="[]"),
    sql.Column("warnings", sql.JSON, nullable=False, server_default="[]"),
    sql.Column("left_out", sql.JSON, nullable=False, server_default="[]"),
    sql.Column("stored", sql.JSON, nullable=False, server_default="[]"),
    # Of one that an older format kept nobody has counted.
    sql.Column("words", sql.Integer),
    sql.Column("table_count", sql.Integer),
    sql.Column("left_out_count", sql.Integer),
    sqlite_autoincrement=True,
)
# Of the single columns SQLite takes the state, which nearly all rows have in common.
sql.Index("ix_versions_document_state", versions.c.document_id, versions.c.state)
texts = sql.Table(
    "texts",
    tables,
    sql.Column("version_id", sql.ForeignKey("versions.id"), primary_key=True),
    sql.Column("part", sql.Integer, primary_key=True),
    sql.Column("text", sql.Text, nullable=False),
)
layouts = sql.Table(
    "layouts",
    tables,
    sql.Column("version_id", sql.ForeignKey("versions.id"), primary_key=True),
    sql.Column("page", sql.Integer, primary_key=True),
    sql.Column("data", sql.LargeBinary, nullable=False),
)
chunks = sql.Table(
    "chunks",
    tables,
    sql.Column("id", _NUMBER, primary_key=True),
    sql.Column("version_id", sql.ForeignKey("versions.id"), nullable=False, index=True),
    sql.Column("start", sql.Integer, nullable=False),
    sql.Column("end", sql.Integer, nullable=False),
    # What the chunk touches, and the headings above it: a hit is shown without
    # reading the structure of the whole document.
    sql.Column("pages", sql.JSON, nullable=False),
    sql.Column("heading", sql.JSON, nullable=False),
    sql.Column("parts", sql.JSON, nullable=False, server_default="[]"),
    sql.Column("tables", sql.JSON, nullable=False, server_default="[]"),
    # An id names a chunk in Chroma and in the lexical index too: it must never come back.
    sqlite_autoincrement=True,
)
typed_tables = sql.Table(
    "typed_tables",
    tables,
    sql.Column("version_id", sql.ForeignKey("versions.id"), primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("start", sql.Integer, nullable=False),
    sql.Column("end", sql.Integer, nullable=False),
    sql.Column("rows", sql.Integer, nullable=False),
    sql.Column("columns", sql.JSON, nullable=False),
)
locations = sql.Table(
    "locations",
    tables,
    sql.Column("location", sql.Text, primary_key=True),
    sql.Column("document_id", sql.Text, nullable=False, index=True),
    sql.Column("file_hash", sql.Text, nullable=False, index=True),
    sql.Column("size", _NUMBER, nullable=False),
    sql.Column("modified_ns", _NUMBER, nullable=False),
)
corrections = sql.Table(
    "corrections",
    tables,
    sql.Column("document_id", sql.Text, primary_key=True),
    sql.Column("field", sql.Text, primary_key=True),
    # '' where it is corrected to be none.
    sql.Column("value", sql.Text, nullable=False),
)
watched = sql.Table(
    "watched",
    tables,
    sql.Column("folder", sql.Text, primary_key=True),
    sql.Column("since", sql.Text, nullable=False),
    # What the last looks have found.
    sql.Column("told", sql.JSON, nullable=False, server_default="{}"),
)
collections = sql.Table(
    "collections",
    tables,
    sql.Column("name", sql.Text, primary_key=True),
    sql.Column("since", sql.Text, nullable=False),
)
collected = sql.Table(
    "collected",
    tables,
    sql.Column("collection", sql.ForeignKey("collections.name"), primary_key=True),
    sql.Column("document_id", sql.Text, primary_key=True, index=True),
)
members = sql.Table(
    "members",
    tables,
    sql.Column("collection", sql.ForeignKey("collections.name"), primary_key=True),
    # 'person:ann' or 'group:law'.
    sql.Column("member", sql.Text, primary_key=True, index=True),
    sql.Column("role", sql.Text, nullable=False),
)
removed = sql.Table(
    "removed",
    tables,
    # Ids whose words may still stand in the indexes' files, until a purge writes those anew.
    sql.Column("document_id", sql.Text, primary_key=True),
)

MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE versions ADD COLUMN language TEXT",
        "ALTER TABLE versions ADD COLUMN accessed TEXT",
        "ALTER TABLE versions ADD COLUMN parts JSON NOT NULL DEFAULT '[]'",
        "ALTER TABLE versions ADD COLUMN tables JSON NOT NULL DEFAULT '[]'",
        "ALTER TABLE chunks ADD COLUMN parts JSON NOT NULL DEFAULT '[]'",
        "ALTER TABLE chunks ADD COLUMN tables JSON NOT NULL DEFAULT '[]'",
        """CREATE TABLE layouts (
            version_id INTEGER NOT NULL REFERENCES versions (id),
            page INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (version_id, page)
        )""",
        "CREATE TABLE removed (document_id TEXT NOT NULL PRIMARY KEY)",
    ),
    2: (
        "ALTER TABLE versions ADD COLUMN properties JSON NOT NULL DEFAULT '[]'",
        "ALTER TABLE versions ADD COLUMN warnings JSON NOT NULL DEFAULT '[]'",
        "ALTER TABLE versions ADD COLUMN left_out JSON NOT NULL DEFAULT '[]'",
        "ALTER TABLE versions ADD COLUMN words INTEGER",
        "ALTER TABLE versions ADD COLUMN table_count INTEGER",
        "ALTER TABLE versions ADD COLUMN left_out_count INTEGER",
    ),
    3: (
        """CREATE TABLE typed_tables (
            version_id INTEGER NOT NULL REFERENCES versions (id),
            number INTEGER NOT NULL,
            start INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            columns JSON NOT NULL,
            PRIMARY KEY (version_id, number)
        )""",
    ),
    4: ("ALTER TABLE versions ADD COLUMN stored JSON NOT NULL DEFAULT '[]'",),
    5: (
        "CREATE INDEX IF NOT EXISTS ix_versions_document_state ON versions (document_id, state)",
        """CREATE TABLE corrections (
            document_id TEXT NOT NULL,
            field TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (document_id, field)
        )""",
        """CREATE TABLE watched (
            folder TEXT NOT NULL PRIMARY KEY,
            since TEXT NOT NULL,
            told JSON NOT NULL DEFAULT '{}'
        )""",
    ),
    6: (
        """CREATE TABLE collections (
            name TEXT NOT NULL PRIMARY KEY,
            since TEXT NOT NULL
        )""",
        """CREATE TABLE collected (
            collection TEXT NOT NULL REFERENCES collections (name),
            document_id TEXT NOT NULL,
            PRIMARY KEY (collection, document_id)
        )""",
        "CREATE INDEX ix_collected_document_id ON collected (document_id)",
        """CREATE TABLE members (
            collection TEXT NOT NULL REFERENCES collections (name),
            member TEXT NOT NULL,
            role TEXT NOT NULL,
            PRIMARY KEY (collection, member)
        )""",
        "CREATE INDEX ix_members_member ON members (member)",
    ),
}
"""Statements that take a catalog from a format to the next one; all are run in one transaction.

From format 5 on they are run in PostgreSQL too, and must be understood there."""


def listed(parameter: str, dialect: str) -> sql.TableValuedAlias:
    """The members of a JSON list that is given as one value, as the column `value` of a table.

    >>> with store.catalog.reading() as connection:
    ...     one = listed("wanted", connection.dialect.name)
    ...     connection.scalars(sql.select(one.c.value), {"wanted": "[7, 9]"}).all()
    [7, 9]
    """
    given = sql.bindparam(parameter, type_=sql.Text)
    if dialect == "postgresql":
        members = sql.func.json_array_elements_text(sql.cast(given, postgresql.JSON))
        return members.table_valued(sql.column("value", sql.Text))
    return sql.func.json_each(given).table_valued("value")


T = TypeVar("T", Page, Part, Table)
Values = dict[str, Any]

TEXT_PART = 65_536
"""Characters of text a row, so that a passage of a long document is read without the rest."""


def version_row(document_id: str, document: Document) -> Values:
    """The row of a pending version.

    >>> row = version_row("d1", arriving.document)
    >>> row["title"], row["state"], row["characters"]
    ('The ferry', 'pending', 23)
    """
    span = document.date_span
    return {
        "document_id": document_id,
        "hash": document.version,
        "state": "pending",
        "title": document.title,
        "author": document.author,
        "date": document.date,
        "date_start": span and span.start,
        "date_end": span and span.end,
        "source": document.source,
        "accessed": document.accessed,
        "language": document.language,
        "media_type": document.media_type,
        "pages": _packed_pages(document.pages),
        "headings": [(h.level, h.start, h.end) for h in document.headings],
        "parts": _packed_parts(document.parts),
        "tables": _packed_tables(document.tables),
        "properties": document.properties,
        "warnings": document.warnings,
        "left_out": [(left.words, left.why, left.where) for left in document.left_out],
        "stored": document.stored,
        "page_count": len(document.pages),
        "characters": len(document.text),
        "words": len(document.text.split()),
        "table_count": len(document.tables),
        "left_out_count": len(document.left_out),
        "added": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def text_rows(version_id: int, text: str) -> list[Values]:
    """The rows that hold a text, piece by piece.

    >>> [(row["part"], len(row["text"])) for row in text_rows(7, "a" * 100_000)]
    [(0, 65536), (1, 34464)]
    """
    return [
        {"version_id": version_id, "part": n, "text": text[at : at + TEXT_PART]}
        for n, at in enumerate(range(0, len(text), TEXT_PART))
    ]


def layout_rows(version_id: int, document: Document) -> list[Values]:
    """The rows that hold where its words are printed, one a page.

    >>> from index.layout import PageLayout
    >>> printed = (PageLayout(1, 595, 842, []), PageLayout(2, 595, 842, []))
    >>> document = Document("The pier fell.", "Storm", "application/pdf", layout=printed)
    >>> [row["page"] for row in layout_rows(7, document)]
    [1, 2]
    """
    return [
        {"version_id": version_id, "page": page.number, "data": page.packed()}
        for page in document.layout
    ]


def chunk_rows(version_id: int, document: Document, chunks: Sequence[Chunk]) -> list[Values]:
    """The rows of its chunks, each with what of the document's structure it touches.

    >>> pages = (Page(1, 0, 14), Page(2, 15, 31))
    >>> document = Document("The pier fell. Nobody was hurt.", "Storm", "text/plain", pages=pages)
    >>> [row["pages"] for row in chunk_rows(7, document, [Chunk(0, 14), Chunk(15, 31)])]
    [[(1, 0, 14)], [(2, 15, 31)]]
    """
    pages = _touched(document.pages)
    tables = _touched(document.tables)
    kinds = dict.fromkeys(part.kind for part in document.parts)
    parts = [_touched([p for p in document.parts if p.kind == kind]) for kind in kinds]
    return [
        {
            "version_id": version_id,
            "start": chunk.start,
            "end": chunk.end,
            "pages": _packed_pages(pages(chunk.start, chunk.end)),
            "heading": document.heading_path(chunk.start),
            "tables": _packed_tables(tables(chunk.start, chunk.end)),
            "parts": _packed_parts(
                # As the document has them: in order of their start, an outer one first.
                sorted(
                    (part for of_kind in parts for part in of_kind(chunk.start, chunk.end)),
                    key=lambda part: (part.start, -part.end),
                )
            ),
        }
        for chunk in chunks
    ]


def document_of(row: Row[Any], text: str) -> Document:
    """The document that a version's row and its text make; its layout stays in the catalog.

    >>> from types import SimpleNamespace
    >>> row = SimpleNamespace(**version_row("d1", arriving.document))
    >>> document_of(row, "The ferry sank at noon.") == arriving.document
    True
    """
    return Document(
        text=text,
        title=row.title,
        media_type=row.media_type,
        author=row.author,
        date=row.date,
        date_span=date_span_of(row),
        source=row.source,
        accessed=row.accessed,
        language=row.language,
        pages=pages_of(row.pages),
        headings=tuple(Heading(*heading) for heading in row.headings),
        parts=parts_of(row.parts),
        tables=tables_of(row.tables),
        properties=tuple((name, value) for name, value in row.properties),
        left_out=tuple(LeftOut(*left) for left in row.left_out),
        warnings=tuple(row.warnings),
        stored=tuple(StoredCell(*cell) for cell in row.stored),
    )


def date_span_of(row: Row[Any]) -> Span | None:
    """Where the text of a version's row states its date, if it does.

    >>> from types import SimpleNamespace
    >>> date_span_of(SimpleNamespace(date_start=6, date_end=22))
    Span(start=6, end=22)
    """
    return None if row.date_start is None else Span(row.date_start, row.date_end)


def pages_of(packed: Sequence[Sequence[Any]]) -> tuple[Page, ...]:
    """The pages of a row.

    >>> pages_of([[1, 0, 40]])
    (Page(number=1, start=0, end=40, label=None),)
    """
    return tuple(Page(*page) for page in packed)


def parts_of(packed: Sequence[Any]) -> tuple[Part, ...]:
    """The parts of a row.

    >>> parts_of([["slide", "2", 0, 40]])
    (Part(kind='slide', label='2', start=0, end=40),)
    """
    return tuple(Part(*part) for part in packed)


def tables_of(packed: Sequence[Sequence[int]]) -> tuple[Table, ...]:
    """The tables of a row.

    >>> tables_of([[0, 40, 0, 12]])
    (Table(start=0, end=40, header=Span(start=0, end=12)),)
    """
    return tuple(Table(start, end, Span(header, behind)) for start, end, header, behind in packed)


def _packed_tables(tables: Sequence[Table]) -> list[tuple[int, int, int, int]]:
    return [(table.start, table.end, *table.header) for table in tables]


def _packed_pages(pages: Sequence[Page]) -> list[tuple[Any, ...]]:
    """Number, start and end, and the label of those that have one."""
    return [
        (page.number, page.start, page.end, *([page.label] if page.label else [])) for page in pages
    ]


def _packed_parts(parts: Sequence[Part]) -> list[tuple[str, str, int, int]]:
    return [(part.kind, part.label, part.start, part.end) for part in parts]


def _touched(spans: Sequence[T]) -> Callable[[int, int], Sequence[T]]:
    """Finds those that share a character with a span; they are in order and never overlap."""
    starts = [span.start for span in spans]
    ends = [span.end for span in spans]

    def within(start: int, end: int) -> Sequence[T]:
        return spans[bisect_right(ends, start) : bisect_left(starts, end)]

    return within
