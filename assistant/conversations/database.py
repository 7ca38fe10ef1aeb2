"""A database of its own in a store's folder, made when it is first used, for many processes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import portalocker
from sqlalchemy.engine import Connection, Engine

from index.store import files
from index.store.files import locked


class Database:
    """A file `name.db` of a store, with a lock beside it. Thread-safe.

    Args:
        folder: the store's.
        name: of the file.
        migrate: makes its tables, or brings older ones to what they are now.

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

    def __init__(self, folder: Path, name: str, migrate: Callable[[Connection], None]) -> None:
        self._folder, self._name, self._migrate = folder, name, migrate
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    @property
    def is_there(self) -> bool:
        """Whether the file is."""
        return (self._folder / f"{self._name}.db").exists()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            engine, self._engine = self._engine, None
            if engine is not None:
                engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose questions are answered from one state."""
        with files.faults(self._folder), self._made().connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are made together or not at all."""
        with files.faults(self._folder), self._made().begin() as connection:
            yield connection

    def compact(self) -> None:
        """Write the file anew, so that no deleted words stand in it."""
        with files.faults(self._folder):
            files.compact(self._made())

    def _made(self) -> Engine:
        with self._lock:
            if self._engine is None:
                engine = files.engine(self._folder / f"{self._name}.db", read_only=False)
                with (
                    locked(self._folder / f"{self._name}.lock", portalocker.LockFlags.EXCLUSIVE),
                    engine.begin() as connection,
                ):
                    self._migrate(connection)
                self._engine = engine
            return self._engine
