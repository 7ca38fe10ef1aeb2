"""The catalog in PostgreSQL, for many machines: its connections, its locks, its log of changes.

A writer holds an advisory lock, and changes the catalog through the very connection that holds it:
when that is lost, so that another may be writing, nothing of the first one's can be committed.
What becomes live or is live no more, is moved or corrected, is noted in `changes` by triggers, in
the same transaction, so that each machine's copy of the lexical index can follow it
(`index.store.replica`).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sql
import sqlalchemy.exc
from sqlalchemy.engine import Connection, Engine

from index.errors import SettingsError, StoreError
from index.store.engines import Lock, Reading
from index.store.schema import chunks, versions
from index.store.schema import tables as catalog_tables

_WRITER = 0x466F6F746E6F7465
"""The number of the writers' lock: 'Footnote' in letters."""

_CONNECTIONS, _MORE = 8, 24
"""Connections that are kept, and how many more there may be at once: one for each question."""

_SECONDS = 10
"""How long a server may take until it lets a connection in."""

_NOTICED = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
"""So the server lets go of what a machine held that went away without a word."""

_COMPARED = """SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND collation_name = 'C'"""

_FINISH = (
    # Readers hold it while they search, a writer while it takes chunks out of the indexes.
    "CREATE TABLE IF NOT EXISTS gate ()",
    """CREATE TABLE IF NOT EXISTS changes (
        number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        document_id TEXT COLLATE "C" NOT NULL
    )""",
    """CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (document_id) VALUES (coalesce(NEW.document_id, OLD.document_id));
        RETURN NULL;
    END $$""",
    """CREATE OR REPLACE TRIGGER noted AFTER UPDATE OF state ON versions FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND (OLD.state = 'live' OR NEW.state = 'live'))
    EXECUTE FUNCTION note_change()""",
    # What is listed of a document, and indexed with its words: its file's name, and its title.
    *(
        f"CREATE OR REPLACE TRIGGER noted AFTER INSERT OR DELETE ON {table} FOR EACH ROW "
        "EXECUTE FUNCTION note_change()"
        for table in ("locations", "corrections")
    ),
)


class Postgres:
    """A catalog's database and the locks of its store (see `index.store.engines`). Thread-safe.

    Args:
        url: like postgresql://user:password@host/database; all of it is this store's.
        folder: where this machine keeps its copies.
        schema: for tables beside the catalog: that in which they are; their writers take turns
            without a lock of their own, as they do in SQLite.

    Raises:
        SettingsError: the address is none, or the driver is not installed.
        StoreError: from within `faults`, where the server does not answer or refuses.

    >>> Postgres("mysql://db.example/notes", tmp_path)
    Traceback (most recent call last):
        ...
    index.errors.SettingsError: ... It is an address like postgresql://user:password@host/database.
    """

    def __init__(self, url: str, folder: Path, schema: str | None = None) -> None:
        self._folder, self._schema = folder, schema
        self._engine, self.place = _engine(url, schema)
        # SQLAlchemy shares the connections between the two.
        self._questions = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._own = threading.local()

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    @property
    def lock(self) -> Lock:
        """The store's locks."""
        return _Lock(self)

    # The database ------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose questions are answered from one state."""
        with self._questions.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, by the connection that holds the writers' lock if this thread does."""
        held: Connection | None = getattr(self._own, "connection", None)
        if held is None:
            with self._engine.begin() as connection:
                if self._schema is not None:
                    turn = sql.func.hashtextextended(self._schema, _WRITER)
                    connection.execute(sql.select(sql.func.pg_advisory_xact_lock(turn)))
                yield connection
            return
        if held.invalidated:
            raise self._fault("the connection that held the lock of the store is lost")
        with held.begin():
            yield held

    def finish(self, connection: Connection) -> None:
        """Make the log of changes and what readers and writers meet at, if they are not there."""
        done = {(name, column) for name, column in connection.exec_driver_sql(_COMPARED).all()}
        for table in catalog_tables.sorted_tables:
            # Texts are compared as SQLite compares them, whatever language the database is set to.
            texts = [one.name for one in table.columns if isinstance(one.type, sql.Text)]
            own = [name for name in texts if (table.name, name) not in done]
            said = ", ".join(f'ALTER COLUMN "{name}" TYPE TEXT COLLATE "C"' for name in own)
            if said:
                connection.exec_driver_sql(f"ALTER TABLE {table.name} {said}")
        for statement in _FINISH:
            connection.exec_driver_sql(statement)

    def follow_ids(self, connection: Connection) -> None:
        """Let new rows have ids after those of rows that came with their ids."""
        for table in (versions, chunks):
            sequence = sql.func.pg_get_serial_sequence(table.name, "id")
            last = sql.select(sql.func.greatest(sql.func.max(table.c.id), 1)).scalar_subquery()
            connection.execute(sql.select(sql.func.setval(sequence, last)))

    def compact(self) -> None:
        """Write the tables anew, so that no deleted words stand in them; raises StoreError."""
        with self._engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            own = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
            for name in connection.exec_driver_sql(own).scalars().all():
                connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{name}"')

    def problems(self, connection: Connection) -> list[str]:
        """Nothing: PostgreSQL's own tools look at its files."""
        del connection
        return []

    @contextmanager
    def faults(self) -> Iterator[None]:
        """What the server and the disk complain of, as one line: raises StoreError."""
        try:
            yield
        except OSError as error:
            raise StoreError.of(self._folder, error) from error
        except sqlalchemy.exc.DBAPIError as error:
            raise self._fault(error.orig or error) from error
        except sqlalchemy.exc.TimeoutError as error:
            raise self._fault("too many questions at once wait for a connection") from error

    def _fault(self, fault: object) -> StoreError:
        return StoreError.server("catalog", self.place, "FOOTNOTE_CATALOG", fault)

    # Its locks ---------------------------------------------------------------------------------

    @contextmanager
    def searching(self, reading: Reading) -> Iterator[Connection]:
        """Hold the indexes as one of many readers, with a connection that sees what they hold.

        A table's lock, since taking it is no question: what the transaction sees is fixed by the
        first one, after the wait.
        """
        with reading() as connection:
            connection.exec_driver_sql("LOCK TABLE gate IN ROW SHARE MODE")
            yield connection

    @contextmanager
    def lock_writing(self) -> Iterator[None]:
        """Hold the store as its only writer; readers go on."""
        with self._engine.connect() as connection:
            connection.execute(sql.select(sql.func.pg_advisory_lock(_WRITER)))
            connection.commit()
            self._own.connection = connection
            try:
                yield
            finally:
                self._own.connection = None
                # Whatever comes of it, the lock ends with the connection; what is committed, is.
                with suppress(sqlalchemy.exc.DBAPIError):
                    if not connection.invalidated:
                        connection.rollback()
                        connection.execute(sql.select(sql.func.pg_advisory_unlock_all()))
                        connection.commit()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the indexes as their only user; for a writer, and briefly."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE gate IN EXCLUSIVE MODE")
            yield


class _Lock:
    """The locks of a store in PostgreSQL (see `index.store.engines.Lock`)."""

    def __init__(self, database: Postgres) -> None:
        self.searching = database.searching
        self.writing = database.lock_writing
        self.exclusive = database.exclusive


def _engine(url: str, schema: str | None) -> tuple[Engine, str]:
    """What connects to the server, and its address without user and password."""
    try:
        parsed = sql.make_url(url)
    except sqlalchemy.exc.ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername not in {"postgresql", "postgres"} or not parsed.database:
        raise SettingsError(
            "The setting catalog (FOOTNOTE_CATALOG) cannot be used: It is an address like "
            "postgresql://user:password@host/database."
        )
    options = _NOTICED if schema is None else f"{_NOTICED} -c search_path={schema}"
    place = f"postgresql://{parsed.host or 'localhost'}"
    place += f":{parsed.port}" if parsed.port else ""
    try:
        engine = sql.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=_CONNECTIONS if schema is None else 1,
            max_overflow=_MORE if schema is None else 3,
            # A connection that a restarted server has ended is made anew, and no question fails.
            pool_pre_ping=True,
            connect_args={"connect_timeout": _SECONDS, "options": options},
        )
    except ImportError as error:
        raise SettingsError(
            "FOOTNOTE_CATALOG needs PostgreSQL's driver: pip install 'footnote-assistant[shared]'."
        ) from error
    return engine, f"{place}/{parsed.database}"
