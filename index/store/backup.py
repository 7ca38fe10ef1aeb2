"""A store in one file, whatever it stands on, and a store made of such a file.

The file is a ZIP archive: the catalog's rows as an SQLite database, the chunks' vectors, the copies
of uploaded files, and what is kept beside the catalog. The indexes are made anew of these.
"""

import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.errors import StoreError
from index.models.embeddings import Vectors
from index.store import schema
from index.store.catalog import Catalog
from index.store.engines import IndexSet
from index.store.members import copies
from index.store.originals import Originals
from index.store.queries import chunk_ids, documents, places

FORMAT = 1
_HEAD, _CATALOG = "backup.json", "catalog.sqlite"
_ROWS, _VECTORS = 500, 10_000
_READABLE = ("live", "replaced")


@dataclass(frozen=True, slots=True)
class Head:
    """What a back-up says of itself: its forms, the store's model, and where its uploads were.

    >>> Head(1, 6, "all-MiniLM-L6-v2", 384, "/srv/footnote/uploads").embedding
    'all-MiniLM-L6-v2'
    """

    format: int
    schema: int
    embedding: str
    dimension: int
    uploads: str


def copy_rows(
    source: Connection,
    target: Connection,
    tables: Iterable[sql.Table],
    which: Mapping[str, sql.ColumnElement[bool]] | None = None,
) -> None:
    """Copy the rows of tables, some of them only those that are named by table.

    >>> with Catalog(tmp_path / "copy.sqlite").writing() as copied:
    ...     schema.tables.create_all(copied)
    ...     copy_rows(connection, copied, [schema.versions])
    ...     copied.scalar(sql.select(sql.func.count()).select_from(schema.versions))
    7
    """
    for table in tables:
        wanted = sql.select(table)
        if which and table.name in which:
            wanted = wanted.where(which[table.name])
        for rows in source.execution_options(yield_per=_ROWS).execute(wanted).partitions():
            target.execute(table.insert(), [dict(row._mapping) for row in rows])


def write(
    packed: zipfile.ZipFile,
    scratch: Path,
    catalog: Catalog,
    connection: Connection,
    indexes: IndexSet,
    originals: Originals,
) -> None:
    """Put a store into an archive; nobody changes it meanwhile, which is the caller's care.

    >>> with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
    ...     write(packed, tmp_path, store.catalog, connection, store.indexes, store.originals)
    ...     packed.namelist()
    ['catalog.sqlite', 'vectors/000000.npz', 'backup.json']
    """
    state = catalog.state(connection)
    readable = schema.versions.c.state.in_(_READABLE)
    theirs = sql.select(schema.versions.c.id).where(readable)
    which = {
        table.name: table.c.version_id.in_(theirs) if "version_id" in table.c else readable
        for table in schema.tables.sorted_tables
        if "version_id" in table.c or table is schema.versions
    }
    copied = Catalog(scratch / _CATALOG)
    with closing(copied), copied.writing() as target:
        dimension = catalog.fact(connection, "dimension")
        embedding = catalog.fact(connection, "embedding")
        copied.create(target, embedding=embedding, dimension=dimension)
        copy_rows(connection, target, _copied(), which)
    packed.write(scratch / _CATALOG, _CATALOG)
    # In the order in which the indexes are made anew, so that each part is read once.
    ids = [id_ for one in documents(connection) for id_ in chunk_ids(connection, [one.id])]
    for number, at in enumerate(range(0, len(ids), _VECTORS)):
        found = indexes.vectors(state.edition).vectors(state.generation, ids[at : at + _VECTORS])
        if found:
            with packed.open(f"vectors/{number:06}.npz", "w", force_zip64=True) as file:
                np.savez(file, ids=np.array([*found], np.int64), rows=np.stack([*found.values()]))
    for path in sorted(set(copies(originals.folder, places(connection)))):
        originals.fetch(path, modified_ns=-1)
        if path.is_file():
            name = path.relative_to(originals.folder).as_posix()
            packed.write(path, f"uploads/{name}", zipfile.ZIP_DEFLATED)
    head = Head(FORMAT, schema.SCHEMA_VERSION, embedding, int(dimension), str(originals.folder))
    # Last: an archive without it was not finished.
    packed.writestr(_HEAD, json.dumps({name: getattr(head, name) for name in Head.__slots__}))


@contextmanager
def opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, Head]]:
    """A back-up, and what it says of itself.

    Raises:
        StoreError: it is none, is not whole, or comes from a newer release.

    >>> _ = (tmp_path / "notes.zip").write_text("The pier fell.")
    >>> with opened(tmp_path / "notes.zip"):
    ...     pass
    Traceback (most recent call last):
        ...
    index.errors.StoreError: ... is no back-up of a store, or not a whole one: ...
    """
    try:
        with zipfile.ZipFile(file) as packed:
            head = Head(**json.loads(packed.read(_HEAD)))
            if head.format > FORMAT or head.schema > schema.SCHEMA_VERSION:
                raise StoreError(
                    f"{file} was made by a newer release of Footnote: restore it with that one."
                )
            yield packed, head
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
        said = " ".join(str(error).split())
        raise StoreError(f"{file} is no back-up of a store, or not a whole one: {said}.") from error
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror or error}.") from error


def read(
    packed: zipfile.ZipFile,
    head: Head,
    scratch: Path,
    catalog: Catalog,
    connection: Connection,
    originals: Originals,
) -> "KeptVectors":
    """Put a back-up's uploads and rows into an empty store; the vectors come back.

    Raises:
        StoreError: the store is not empty.

    >>> with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
    ...     write(packed, tmp_path, store.catalog, connection, store.indexes, store.originals)
    >>> with opened(tmp_path / "a.zip") as (packed, head), new_store.catalog.writing() as target:
    ...     _ = read(packed, head, tmp_path, new_store.catalog, target, new_store.originals)
    ...     len(documents(target))
    7
    """
    if connection.scalar(sql.select(schema.versions.c.id).limit(1)) is not None:
        raise StoreError(
            f"The store in {catalog.database.place} holds documents: a back-up is restored into an "
            "empty one."
        )
    for name in packed.namelist():
        if name.startswith("uploads/"):
            target = (originals.folder / name.removeprefix("uploads/")).resolve()
            if not target.is_relative_to(originals.folder):
                raise StoreError(f"The back-up is not to be trusted: it holds {name}.")
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with packed.open(name) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file)
            originals.keep(target)
    packed.extract(_CATALOG, scratch)
    kept = Catalog(scratch / _CATALOG)
    with closing(kept), kept.writing() as old:
        kept.migrate(old)
        _move_uploads(old, head.uploads, str(originals.folder))
        copy_rows(old, connection, _copied())
        for key in ("embedding", "dimension"):
            catalog.note(connection, key, kept.fact(old, key))
    catalog.database.follow_ids(connection)
    return KeptVectors(packed, scratch)


class KeptVectors:
    """The vectors of a back-up, by chunk.

    >>> with zipfile.ZipFile(tmp_path / "store.zip", "w") as packed:
    ...     with packed.open("vectors/000000.npz", "w") as file:
    ...         np.savez(file, ids=np.array([7]), rows=np.eye(1, 3, dtype=np.float32))
    >>> with zipfile.ZipFile(tmp_path / "store.zip") as packed:
    ...     KeptVectors(packed, tmp_path).vectors(0, [7, 8])
    {7: array([1., 0., 0.], dtype=float32)}
    """

    def __init__(self, packed: zipfile.ZipFile, scratch: Path) -> None:
        self._packed, self._scratch = packed, scratch
        self._part_of: dict[int, str] = {}
        for name in packed.namelist():
            if name.startswith("vectors/"):
                with packed.open(name) as file, np.load(file) as part:
                    self._part_of |= dict.fromkeys(part["ids"].tolist(), name)
        self._held: tuple[str, dict[int, Vectors]] = ("", {})

    def vectors(self, generation: int, ids: Iterable[int]) -> dict[int, Vectors]:
        """The vectors of these chunks; those that are not there are left out."""
        del generation
        found: dict[int, Vectors] = {}
        for id_ in ids:
            name = self._part_of.get(id_)
            if name is None:
                continue
            if name != self._held[0]:
                with self._packed.open(name) as file, np.load(file) as part:
                    self._held = name, dict(zip(part["ids"].tolist(), part["rows"], strict=True))
            found[id_] = self._held[1][id_]
        return found


def _copied() -> list[sql.Table]:
    left = (schema.meta, schema.removed)
    return [table for table in schema.tables.sorted_tables if table not in left]


def _move_uploads(connection: Connection, before: str, now: str) -> None:
    """Let places in the folder of uploads be places in another one."""
    where = schema.locations.c.location
    moved = sql.literal(now).concat(sql.func.substr(where, len(before) + 1))
    below: Any = where.startswith(f"{before}/", autoescape=True)
    connection.execute(schema.locations.update().where(below).values(location=moved))
