"""The catalog's file: how SQLite opens it, begins a transaction in it, and writes it anew."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sql
import sqlalchemy.exc
from sqlalchemy.engine import Connection, Engine

from index.errors import StoreError
from index.private import make_private_file


def engine(path: Path, *, read_only: bool) -> Engine:
    """What connects to the file; questions in one transaction are answered from one state."""
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


def compact(engine: Engine) -> None:
    """Write the file anew and empty its log, so that no deleted words stand in either.

    Raises:
        StoreError: another process reads without end.
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
