"""A database of its own beside a store's catalog, made when it is first used, for many processes.

It is a file in the store's folder or, of a store that many machines share, tables under its name in
the catalog's PostgreSQL.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import portalocker
import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.store import engines, files
from index.store.backup import copy_rows
from index.store.files import SqliteFile, locked

_format = sql.table("format", sql.column("version", sql.Integer))


class Database:
    """A file `name.db` of a store, with a lock beside it, or tables in a server. Thread-safe.

    Args:
        folder: the store's.
        name: of the file.
        migrate: makes its tables, or brings older ones to what they are now.
        server: the address of a shared store's catalog.

    Raises:
        StoreError: from any method, where it cannot be read or written.

    >>> database = Database(tmp_path, "notes", migrate=lambda connection: None)
    >>> database.is_there
    False
    >>> with database.reading() as connection:
    ...     connection.exec_driver_sql("SELECT 1").scalar_one()
    1
    >>> database.close()
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        migrate: Callable[[Connection], None],
        server: str | None = None,
    ) -> None:
        self._folder, self._name, self._migrate, self._server = folder, name, migrate, server
        self._lock = threading.Lock()
        self._database: engines.Database | None = None

    @property
    def is_there(self) -> bool:
        """Whether there may be something in it."""
        return self._server is not None or (self._folder / f"{self._name}.db").exists()

    def close(self) -> None:
        """Let go of the file or the connections."""
        with self._lock:
            database, self._database = self._database, None
            if database is not None:
                database.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose questions are answered from one state."""
        with self._opened() as database, database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are made together or not at all."""
        with self._opened() as database, database.writing() as connection:
            yield connection

    def save(self, path: Path, tables: sql.MetaData) -> None:
        """Copy the rows of its tables into a file."""
        target = SqliteFile(path)
        with closing(target), target.writing() as copied, self.reading() as connection:
            self._migrate(copied)
            copy_rows(connection, copied, tables.sorted_tables)

    def load(self, path: Path, tables: sql.MetaData) -> None:
        """Add the rows of such a file, which may be of an older release."""
        source = SqliteFile(path)
        with closing(source), source.writing() as kept, self.writing() as connection:
            self._migrate(kept)
            copy_rows(kept, connection, tables.sorted_tables)

    def compact(self) -> None:
        """Write it anew, so that no deleted words stand in it."""
        with self._opened() as database:
            database.compact()

    @contextmanager
    def _opened(self) -> Iterator[engines.Database]:
        with files.faults(self._folder):
            database = self._made()
            with database.faults():
                yield database

    def _made(self) -> engines.Database:
        with self._lock:
            if self._database is None:
                self._database = self._in_file() if self._server is None else self._in_server()
            return self._database

    def _in_file(self) -> engines.Database:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = SqliteFile(self._folder / f"{self._name}.db")
        with (
            locked(self._folder / f"{self._name}.lock", portalocker.LockFlags.EXCLUSIVE),
            database.writing() as connection,
        ):
            self._migrate(connection)
        return database

    def _in_server(self) -> engines.Database:
        # Whoever has a store of their own need not have the driver.
        from index.store.postgres import Postgres

        database = Postgres(str(self._server), self._folder, schema=self._name)
        with database.faults(), database.writing() as connection:
            connection.execute(sql.schema.CreateSchema(self._name, if_not_exists=True))
            self._migrate(connection)
        return database


def format_of(connection: Connection) -> int:
    """The format that was noted of a database; 0 of a new one.

    >>> with sql.create_engine("sqlite://", poolclass=sql.NullPool).begin() as connection:
    ...     note_format(connection, 3)
    ...     format_of(connection)
    3
    """
    if connection.dialect.name == "sqlite":
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if not sql.inspect(connection).has_table(_format.name):
        return 0
    return int(connection.execute(sql.select(_format.c.version)).scalar_one())


def note_format(connection: Connection, version: int) -> None:
    """Note the format of a database.

    >>> with sql.create_engine("sqlite://", poolclass=sql.NullPool).begin() as connection:
    ...     note_format(connection, 3)
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")
        return
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS format (version INTEGER NOT NULL)")
    connection.execute(_format.delete())
    connection.execute(_format.insert().values(version=version))
