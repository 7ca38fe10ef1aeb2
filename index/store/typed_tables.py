"""The typed tables of a store's documents: listed in the catalog, kept as Parquet files.

A file is made before its version becomes live, and removed when that is no longer live: it holds
nothing that cannot be made again from the text in the catalog.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.document import Span
from index.store import queries
from index.store.catalog import Catalog
from index.store.schema import typed_tables as listed
from index.store.schema import versions
from index.tables.columns import Column, TypedTable
from index.tables.columns import typed_tables as tables_of
from index.tables.engine import write_parquet

FOLDER = "tables"


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table that can be asked: of which version, where it stands there, its columns, its file.

    >>> TableInfo("d1", "ab12", 0, 0, 40, 3, (), Path("ab12-0.parquet")).rows
    3
    """

    document_id: str
    version: str
    number: int
    start: int
    end: int
    rows: int
    columns: tuple[Column, ...]
    file: Path

    @property
    def span(self) -> Span:
        """Where it stands in the text."""
        return Span(self.start, self.end)


def listing(connection: Connection, folder: Path, documents: Sequence[str]) -> list[TableInfo]:
    """The tables of live documents, in their order.

    >>> listing(connection, store.folder, ["d9"])
    []
    """
    wanted = (
        sql.select(versions.c.document_id, versions.c.hash, listed)
        .join(versions)
        .where(versions.c.state == "live", versions.c.document_id.in_(documents))
        .order_by(listed.c.version_id, listed.c.number)
    )
    return [
        TableInfo(
            row.document_id,
            row.hash,
            row.number,
            row.start,
            row.end,
            row.rows,
            tuple(Column(**column) for column in row.columns),
            _file(folder, row.hash, row.number),
        )
        for row in connection.execute(wanted)
    ]


def enter(connection: Connection, version_id: int, found: Sequence[tuple[int, TypedTable]]) -> None:
    """List the tables of a version.

    >>> from index.document import Document, Table
    >>> text = "Year | Ships" + chr(10) + "1931 | 12"
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, 22, Span(0, 12)),))
    >>> with new_store.catalog.writing() as changing:
    ...     version_id, _ = new_store.catalog.insert(changing, "d1", port, ())
    ...     enter(changing, version_id, tables_of(port))
    ...     changing.scalar(sql.select(listed.c.rows))
    1
    """
    if found:
        connection.execute(
            listed.insert(),
            [
                {
                    "version_id": version_id,
                    "number": number,
                    "start": typed.table.start,
                    "end": typed.table.end,
                    "rows": len(typed.grid.rows),
                    "columns": [asdict(column) for column in typed.columns],
                }
                for number, typed in found
            ],
        )


def write(folder: Path, version: str, found: Iterable[tuple[int, TypedTable]]) -> None:
    """Write the files of a version's tables.

    >>> write(tmp_path, "ab12", [])
    """
    for number, typed in found:
        path = _file(folder, version, number)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_parquet(typed, path)


def bring(connection: Connection, folder: Path, wanted: Sequence[TableInfo]) -> None:
    """Make those of the files that are not here, as where another machine has added the document.

    >>> bring(connection, store.folder, [])
    """
    missing = {(one.document_id, one.version) for one in wanted if not one.file.exists()}
    for document_id, version in sorted(missing):
        write(folder, version, tables_of(queries.document(connection, document_id, version)))


def clear(catalog: Catalog, folder: Path) -> None:
    """Remove the tables of versions that are not live, files first.

    >>> clear(new_store.catalog, new_store.folder)
    """
    with catalog.reading() as connection:
        dead = _with_state(connection, live=False)
        kept = {(hash_, number) for _, hash_, number in _with_state(connection, live=True)}
    if not dead:
        return
    for _, version, number in dead:
        if (version, number) not in kept:
            _file(folder, version, number).unlink(missing_ok=True)
    with catalog.writing() as connection:
        gone = listed.c.version_id.in_({version_id for version_id, _, _ in dead})
        connection.execute(listed.delete().where(gone))


def remake(catalog: Catalog, folder: Path) -> None:
    """List and write the tables of all live documents anew, and sweep what is not theirs.

    >>> remake(new_store.catalog, new_store.folder)
    >>> (new_store.folder / "tables").exists()
    False
    """
    with catalog.reading() as connection:
        live = [(one.id, one.version) for one in queries.documents(connection) if one.tables != 0]
    kept: set[Path] = set()
    for document_id, version in live:
        with catalog.reading() as connection:
            found = tables_of(queries.document(connection, document_id, version))
            version_id = connection.scalar(
                sql.select(versions.c.id).where(
                    versions.c.document_id == document_id, versions.c.state == "live"
                )
            )
        if version_id is None:
            continue
        write(folder, version, found)
        with catalog.writing() as connection:
            connection.execute(listed.delete().where(listed.c.version_id == version_id))
            enter(connection, version_id, found)
        kept |= {_file(folder, version, number) for number, _ in found}
    with suppress(FileNotFoundError):
        for path in (folder / FOLDER).iterdir():
            if path not in kept:
                path.unlink()


def problems(connection: Connection, folder: Path) -> Iterator[str]:
    """What of the listed tables is not there, and what is there and not listed.

    >>> list(problems(connection, store.folder))
    []
    """
    known = {_file(folder, hash_, n) for _, hash_, n in _with_state(connection, live=True)}
    leaving = {_file(folder, hash_, n) for _, hash_, n in _with_state(connection, live=False)}
    there = set((folder / FOLDER).glob("*"))
    for path in sorted(known - there):
        yield f"The table {path.name} is missing."
    for path in sorted(there - known - leaving):
        yield f"No document has the table {path.name}."


def _with_state(connection: Connection, *, live: bool) -> list[tuple[int, str, int]]:
    state = versions.c.state == "live" if live else versions.c.state != "live"
    wanted = sql.select(listed.c.version_id, versions.c.hash, listed.c.number).join(versions)
    return [(row[0], row[1], row[2]) for row in connection.execute(wanted.where(state))]


def _file(folder: Path, version: str, number: int) -> Path:
    return folder / FOLDER / f"{version}-{number}.parquet"
