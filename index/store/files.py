"""The catalog's file: how SQLite opens it, begins a transaction in it, and writes it anew.

Many readers or one writer, across processes and threads.

Chroma's embedded client answers from stale data, or crashes, when another process writes beside it
(chroma-core/chroma#421, #3769), so every use of it happens inside a shared or the exclusive lock.
Writers hold a lock of their own for the whole of a change, the exclusive one only while they are
inside Chroma: readers wait for that, and for nothing else.

Copies of read-only folders, for libraries that write where they only read.
"""

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

import portalocker
import sqlalchemy as sql
import sqlalchemy.exc
from sqlalchemy.engine import Connection, Engine

from index.closing import closed_on_failure
from index.errors import StoreError
from index.store.engines import Reading
from index.store.private import make_private_file, opener


def engine(path: Path, *, read_only: bool) -> Engine:
    """What connects to the file; questions in one transaction are answered from one state.

    >>> with engine(tmp_path / "catalog.sqlite", read_only=False).connect() as opened:
    ...     opened.exec_driver_sql("PRAGMA journal_mode").scalar()
    'wal'
    """
    if read_only:
        made = sql.create_engine(
            "sqlite://", creator=partial(_read_only, path), poolclass=sql.NullPool
        )
    else:
        if os.access(path.parent, os.W_OK):
            # SQLite gives the rights of this file to those beside it.
            make_private_file(path)
        made = sql.create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})
    sql.event.listen(made, "connect", _by_hand if read_only else _set_up)
    sql.event.listen(made, "begin", _begin)
    return made


class SqliteFile:
    """A catalog's database in one file (see `index.store.engines.Database`).

    >>> database = SqliteFile(tmp_path / "catalog.sqlite")
    >>> with database.reading() as opened:
    ...     database.problems(opened)
    []
    >>> database.close()
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._folder = path.parent
        self._engine = engine(path, read_only=read_only)

    @property
    def place(self) -> str:
        """The store's folder."""
        return str(self._folder)

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

    def finish(self, connection: Connection) -> None:
        """Nothing is needed beside the catalog's tables."""

    def follow_ids(self, connection: Connection) -> None:
        """Nothing: SQLite sees to that."""

    def compact(self) -> None:
        """Write the file anew, so that no deleted words stand in it; raises StoreError."""
        compact(self._engine)

    def problems(self, connection: Connection) -> list[str]:
        """What SQLite finds wrong in its own file."""
        said = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
        return [f"SQLite: {line}." for line in said if line != "ok"]

    def faults(self) -> AbstractContextManager[None]:
        """What it and the disk complain of, as one line: raises StoreError."""
        return faults(self._folder)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def compact(engine: Engine) -> None:
    """Write the file anew and empty its log, so that no deleted words stand in either.

    Raises:
        StoreError: another process reads without end.

    >>> made = engine(tmp_path / "catalog.sqlite", read_only=False)
    >>> with made.begin() as opened:
    ...     _ = opened.exec_driver_sql("CREATE TABLE words (word TEXT)")
    >>> compact(made)
    >>> (tmp_path / "catalog.sqlite-wal").stat().st_size
    0
    """
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        # Deleted cells are zeroed, but copies that SQLite made when it split pages are not.
        cursor.execute("VACUUM")
        (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    if busy:
        raise StoreError("The store's catalog is in use. Close what reads it, then try again.")


@contextmanager
def faults(folder: Path) -> Iterator[None]:
    """What the disk and the database of a store complain of, as one line.

    Raises:
        StoreError: they did.

    >>> with faults(Path("night")):
    ...     Path("night", "catalog.sqlite").read_bytes()
    Traceback (most recent call last):
        ...
    index.errors.StoreError: The store's files in night cannot be used: [Errno 2] No such file ...
    """
    try:
        yield
    except OSError as error:
        raise StoreError.of(folder, error) from error
    except sqlalchemy.exc.DatabaseError as error:
        raise StoreError.catalog(folder, error.orig or error) from error


def _read_only(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing, not even beside the file.

    Where no writer has left a log and none can be made, SQLite opens the file only if told that it
    does not change; hence one connection for each transaction.
    """
    for how in ("mode=ro", "mode=ro&immutable=1"):
        address = f"{path.resolve().as_uri()}?{how}"
        connection = sqlite3.connect(address, timeout=60, uri=True, check_same_thread=False)
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            fault = error
        else:
            return connection
    raise fault


def _by_hand(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own type)
    # The driver would begin a transaction at the first change of a row only: questions would each
    # be answered from another state, and tables be made one by one.
    connection.isolation_level = None


def _set_up(connection: Any, record: object) -> None:  # noqa: ANN401 (the driver's own type)
    _by_hand(connection, record)
    cursor = connection.cursor()
    # WAL lets readers go on beside a writer; FULL makes a commit outlive a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


class StoreLock:
    """Lock files in a store's folder; the kernel frees them when their holder dies.

    The turnstile is closed by a writer while it waits, so that a stream of readers cannot keep it
    out. Each `with` opens the files anew, so threads exclude each other as well.

    >>> lock = StoreLock(tmp_path)
    >>> with lock.writing(), lock.shared():  # readers go on beside a writer
    ...     sorted(path.name for path in tmp_path.iterdir())
    ['store.lock', 'turnstile.lock', 'writer.lock']
    """

    def __init__(self, folder: Path) -> None:
        self._writer = folder / "writer.lock"
        self._gate = folder / "turnstile.lock"
        self._room = folder / "store.lock"

    @contextmanager
    def searching(self, reading: Reading) -> Iterator[Connection]:
        """Hold the indexes as one of many readers, with a connection that sees what they hold."""
        with self.shared(), reading() as connection:
            yield connection

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold the indexes as one of many readers."""
        with locked(self._gate, portalocker.LockFlags.SHARED):
            room = locked(self._room, portalocker.LockFlags.SHARED)
            room.__enter__()
        try:
            yield
        finally:
            room.__exit__(None, None, None)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store as its only writer; readers go on."""
        with locked(self._writer, portalocker.LockFlags.EXCLUSIVE):
            yield

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the indexes as their only user; for a writer, and briefly."""
        with (
            locked(self._gate, portalocker.LockFlags.EXCLUSIVE),
            locked(self._room, portalocker.LockFlags.EXCLUSIVE),
        ):
            yield


@contextmanager
def locked(path: Path, flags: portalocker.LockFlags) -> Iterator[None]:
    """Hold a lock file, waiting for it; where there is none and none can be made, nothing.

    >>> with locked(tmp_path / "writer.lock", portalocker.LockFlags.EXCLUSIVE):
    ...     [path.name for path in tmp_path.iterdir()]
    ['writer.lock']
    """
    file = _opened(path)
    if file is None:
        yield
        return
    with file:
        portalocker.lock(file, flags)
        try:
            yield
        finally:
            portalocker.unlock(file)


def _opened(path: Path) -> IO[bytes] | None:
    """The lock file; None where there is none and nobody can make one, so nobody writes either."""
    try:
        return open(path, "ab", opener=opener)
    except OSError as error:
        if error.errno not in _READ_ONLY:
            raise
    return path.open("rb") if path.exists() else None


class WritableCopy:
    """`path` is the folder itself, or a copy of it where it is read-only; `close` deletes that.

    >>> copy = WritableCopy(tmp_path)
    >>> copy.path == tmp_path, copy.is_copy
    (True, False)
    """

    def __init__(self, folder: Path) -> None:
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self.path = folder
        if folder.exists() and not os.access(folder, os.W_OK):
            self._copy = tempfile.TemporaryDirectory(prefix="footnote-", ignore_cleanup_errors=True)
            self.path = Path(self._copy.name)
            with closed_on_failure(self.close):
                # Not `copytree`, which copies what forbids writing too.
                for path in sorted(folder.rglob("*")):
                    target = self.path / path.relative_to(folder)
                    if path.is_dir():
                        target.mkdir()
                    else:
                        shutil.copyfile(path, target)
                        target.chmod(0o600)

    @property
    def is_copy(self) -> bool:
        """Whether it will not see what others write."""
        return self._copy is not None

    def close(self) -> None:
        """Delete the copy."""
        if self._copy is not None:
            self._copy.cleanup()
