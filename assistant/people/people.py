"""What a store knows of its people, in a database of its own beside the catalog."""

from pathlib import Path

import sqlalchemy as sql

from assistant.conversations.database import Database
from assistant.people import tables
from assistant.people.accounts import Accounts, PeopleError
from assistant.people.audit import Audit
from assistant.people.sessions import Sessions
from assistant.people.shares import Shares

FILE = "people.db"


class People:
    """The accounts, sessions and log of one store. Thread-safe, and safe beside other processes.

    Args:
        folder: the store's.
        server: the address of a shared store's catalog.

    Raises:
        StoreError: from any method of its parts, where the database cannot be read or written.

    >>> people = People(tmp_path)
    >>> people.accounts.listed(), people.audit.listed()
    ([], [])
    >>> people.close()
    """

    def __init__(self, folder: Path, server: str | None = None) -> None:
        self.database = Database(folder, "people", tables.migrate, server)
        self.accounts = Accounts(self.database)
        self.sessions = Sessions(self.database, self.accounts)
        self.shares = Shares(self.database)
        self.audit = Audit(self.database)

    def __enter__(self) -> "People":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def save(self, path: Path) -> None:
        """Copy accounts, shares and the log into a file; sessions are in none."""
        if self.database.is_there:
            self.database.save(path, tables.kept)

    def load(self, path: Path) -> None:
        """Take those of such a file.

        Raises:
            PeopleError: there are people already.
        """
        if self.accounts.listed() or self.audit.listed():
            raise PeopleError("There are people in this store already: restore into a new one.")
        self.database.load(path, tables.kept)
        with self.database.writing() as connection:
            if connection.dialect.name == "postgresql":
                # Rows that came with their numbers have not counted.
                last = sql.text("SELECT setval(pg_get_serial_sequence('audit', 'number'), max)")
                counted = "(SELECT coalesce(max(number), 1) AS max FROM audit) AS last"
                connection.execute(sql.text(f"{last.text} FROM {counted}"))
