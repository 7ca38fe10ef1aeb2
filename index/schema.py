"""The catalog's tables, and how those of an older format become them.

`SCHEMA_VERSION` rises with every change, with a step in `MIGRATIONS` from the version before.
"""

import sqlalchemy as sql

SCHEMA_VERSION = 2

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
    sql.Column("id", sql.Integer, primary_key=True),
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
    sqlite_autoincrement=True,
)
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
    sql.Column("id", sql.Integer, primary_key=True),
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
locations = sql.Table(
    "locations",
    tables,
    sql.Column("location", sql.Text, primary_key=True),
    sql.Column("document_id", sql.Text, nullable=False, index=True),
    sql.Column("file_hash", sql.Text, nullable=False, index=True),
    sql.Column("size", sql.Integer, nullable=False),
    sql.Column("modified_ns", sql.Integer, nullable=False),
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
}
"""Statements that take a catalog from a format to the next one; all are run in one transaction."""
