"""Accounts: who there is, who vouches for them, their groups, and their passwords as argon2 hashes.

A person is known by a name that no other has. Whoever a proxy or a provider vouches for is known by
what that calls them, so that nobody becomes somebody else by bearing their name.
"""

import secrets
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from assistant.conversations.database import Database
from assistant.people import tables
from assistant.people.person import Person
from index.errors import FootnoteError

if TYPE_CHECKING:
    from pwdlib import PasswordHash

PASSWORD, PROXY = "password", "proxy"
"""Who vouches for somebody, where that is no provider."""
SHORTEST, LONGEST = 10, 1_000
"""Characters of a password."""
_NAME = 100
_AT_ONCE = 2
"""Passwords that are hashed at a time: each takes 64 MiB."""


class PeopleError(FootnoteError):
    """Somebody is not there, cannot be added, or is not let in.

    >>> people.accounts.named("nobody")
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: There is nobody called 'nobody'. 'footnote user list' ...
    """


@dataclass(frozen=True, slots=True)
class Account:
    """A person as the store knows them; `id` is told to nobody, and what they keep is found by it.

    >>> made = people.accounts.add("Ada", "correct horse battery", groups=["partners"])
    >>> made.person, made.active, made.source
    (Person(name='Ada', groups=frozenset({'partners'})), True, 'password')
    """

    id: str
    person: Person
    source: str
    active: bool
    made: datetime

    @property
    def name(self) -> str:
        """What they are called."""
        return self.person.name

    @property
    def owner(self) -> str:
        """By what their conversations, matrices and jobs are found."""
        return f"person:{self.id}"


class Accounts:
    """The accounts of one store. Thread-safe, and safe beside other processes.

    >>> made = people.accounts.add("Ada", "correct horse battery")
    >>> people.accounts.with_password("ada", "correct horse battery") == made
    True
    >>> people.accounts.with_password("ada", "a guess"), people.accounts.with_password("bob", "")
    (None, None)
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hashing = threading.BoundedSemaphore(_AT_ONCE)

    def add(self, name: str, password: str, *, groups: Iterable[str] = ()) -> Account:
        """Somebody who signs in with a password.

        Raises:
            PeopleError: the name is none or taken, or the password too short.
        """
        name, hashed = _named(name), self._hash(password)
        with self._database.writing() as connection:
            made = _insert(connection, name, PASSWORD, compared(name), hashed)
            _put_groups(connection, made, groups, provided=False)
            return _found(connection, tables.people.c.id == made)

    def vouched(self, source: str, subject: str, name: str, groups: Iterable[str]) -> Account:
        """Somebody for whom a proxy or a provider vouches; they are added if they are new.

        Args:
            source: who vouches.
            subject: what that knows them by, for good.
            name: what they are called.
            groups: in which they are by now, as the source says, in place of those before.

        Raises:
            PeopleError: they are new, and somebody else has their name.
        """
        name, wanted = _named(name), frozenset(filter(None, map(str.strip, groups)))
        is_it = (tables.people.c.source == source) & (tables.people.c.subject == subject)
        with self._database.reading() as connection:
            known = connection.scalar(sql.select(tables.people.c.id).where(is_it))
            if known is not None and _groups(connection, known, provided=True) == wanted:
                return _found(connection, is_it)
        with self._database.writing() as connection:
            known = connection.scalar(sql.select(tables.people.c.id).where(is_it))
            if known is None:
                known = _insert(connection, name, source, subject, None)
            _put_groups(connection, known, wanted, provided=True)
            return _found(connection, is_it)

    def with_password(self, name: str, password: str) -> Account | None:
        """Who has this name and password; it takes as long to say that there is nobody."""
        is_it = (tables.people.c.source == PASSWORD) & (tables.people.c.compared == compared(name))
        found, kept = None, None
        if self._database.is_there:
            with self._database.reading() as connection:
                row = connection.execute(sql.select(tables.people).where(is_it)).one_or_none()
                if row is not None:
                    found, kept = _found(connection, is_it), row.password
        with self._hashing:
            right = self._hasher.verify(password[:LONGEST], kept or self._nobodys)
        return found if right and found is not None and found.active else None

    def by_owner(self, owner: str) -> Account | None:
        """Whose conversations and the like are found by this; None where nobody's are, any more."""
        kind, _, id_ = owner.partition(":")
        if kind != "person" or not self._database.is_there:
            return None
        with self._database.reading() as connection:
            if not _is_active(connection, id_):
                return None
            return _found(connection, tables.people.c.id == id_)

    def named(self, name: str) -> Account:
        """Who has this name.

        Raises:
            PeopleError: nobody has.
        """
        if self._database.is_there:
            with self._database.reading() as connection:
                return called(connection, name)
        raise _nobody(name)

    def listed(self) -> list[Account]:
        """Everybody, by name, also those who are let in no longer."""
        if not self._database.is_there:
            return []
        with self._database.reading() as connection:
            ids = connection.scalars(sql.select(tables.people.c.id).order_by("compared")).all()
            return [_found(connection, tables.people.c.id == id_) for id_ in ids]

    def set_active(self, name: str, *, active: bool) -> Account:
        """Let somebody in no longer, which ends their sessions, or again.

        Raises:
            PeopleError: there is nobody of this name.
        """
        with self._database.writing() as connection:
            account = called(connection, name)
            is_it = tables.people.c.id == account.id
            connection.execute(tables.people.update().where(is_it).values(active=active))
            if not active:
                end_sessions(connection, account.id)
            return _found(connection, is_it)

    def set_password(self, name: str, password: str) -> Account:
        """Give somebody another password, which ends their sessions.

        Raises:
            PeopleError: there is nobody of this name with a password, or it is too short.
        """
        hashed = self._hash(password)
        with self._database.writing() as connection:
            account = called(connection, name)
            if account.source != PASSWORD:
                raise PeopleError(f"{account.name} has no password here: {account.source} vouches.")
            is_it = tables.people.c.id == account.id
            connection.execute(tables.people.update().where(is_it).values(password=hashed))
            end_sessions(connection, account.id)
        return account

    def set_groups(self, name: str, groups: Iterable[str]) -> Account:
        """Put somebody into these groups of ours; those that a provider names stay as they are.

        Raises:
            PeopleError: there is nobody of this name, or a group has none.
        """
        with self._database.writing() as connection:
            account = called(connection, name)
            _put_groups(connection, account.id, groups, provided=False)
            return _found(connection, tables.people.c.id == account.id)

    # -------------------------------------------------------------------------------------------

    @cached_property
    def _hasher(self) -> "PasswordHash":
        # Whoever only asks need not wait for it.
        from pwdlib import PasswordHash

        return PasswordHash.recommended()

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())

    def _hash(self, password: str) -> str:
        if not SHORTEST <= len(password) <= LONGEST:
            raise PeopleError(f"A password has {SHORTEST} to {LONGEST:,} characters.")
        with self._hashing:
            return self._hasher.hash(password)


def end_sessions(connection: Connection, id_: str) -> None:
    """End the sessions of somebody.

    >>> with people.database.writing() as connection:
    ...     end_sessions(connection, "nobody's")
    """
    connection.execute(tables.sessions.delete().where(tables.sessions.c.person == id_))


def _named(name: str) -> str:
    name = unicodedata.normalize("NFKC", " ".join(name.split()))
    if not name or len(name) > _NAME or not name.isprintable():
        raise PeopleError(f"A person needs a name of at most {_NAME} characters that are shown.")
    return name


def compared(name: str) -> str:
    """A name as names are compared: however its letters are written.

    >>> compared("  ADA  lovelace")
    'ada lovelace'
    """
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def _insert(
    connection: Connection, name: str, source: str, subject: str, password: str | None
) -> str:
    taken = sql.select(tables.people.c.id).where(tables.people.c.compared == compared(name))
    if connection.scalar(taken) is not None:
        raise PeopleError(
            f"There is somebody called {name!r} already, who is not the same: have one of them "
            "called otherwise."
        )
    id_ = secrets.token_hex(16)
    connection.execute(
        tables.people.insert().values(
            id=id_,
            name=name,
            compared=compared(name),
            source=source,
            subject=subject,
            password=password,
            active=True,
            made=datetime.now(UTC).timestamp(),
        )
    )
    return id_


def _put_groups(connection: Connection, id_: str, names: Iterable[str], *, provided: bool) -> None:
    ours = (tables.groups.c.person == id_) & (tables.groups.c.provided.is_(provided))
    connection.execute(tables.groups.delete().where(ours))
    for name in {_named(name) for name in names}:
        row = {"person": id_, "name": name, "provided": provided}
        connection.execute(tables.groups.insert().values(row))


def _groups(connection: Connection, id_: str, *, provided: bool | None = None) -> frozenset[str]:
    wanted = sql.select(tables.groups.c.name).where(tables.groups.c.person == id_)
    if provided is not None:
        wanted = wanted.where(tables.groups.c.provided.is_(provided))
    return frozenset(connection.scalars(wanted))


def _is_active(connection: Connection, id_: str) -> bool:
    is_it = (tables.people.c.id == id_) & tables.people.c.active
    return connection.scalar(sql.select(tables.people.c.id).where(is_it)) is not None


def called(connection: Connection, name: str) -> Account:
    """Who has a name.

    Raises:
        PeopleError: nobody has.

    >>> made = people.accounts.add("Ada", "correct horse battery")
    >>> with people.database.reading() as connection:
    ...     called(connection, "ADA") == made
    True
    """
    is_it = tables.people.c.compared == compared(name)
    if connection.scalar(sql.select(tables.people.c.id).where(is_it)) is None:
        raise _nobody(name)
    return _found(connection, is_it)


def _found(connection: Connection, which: sql.ColumnElement[bool]) -> Account:
    row = connection.execute(sql.select(tables.people).where(which)).one()
    person = Person(row.name, _groups(connection, row.id))
    made = datetime.fromtimestamp(row.made, UTC)
    return Account(row.id, person, row.source, bool(row.active), made)


def _nobody(name: str) -> PeopleError:
    return PeopleError(f"There is nobody called {name!r}. 'footnote user list' shows who there is.")
