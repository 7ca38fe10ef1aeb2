"""Tokens: secrets that let programs in, each with what it may do and a day on which it ends.

A token is shown when it is made and never again: the store keeps its hash. They stand in a database
of their own in the store's folder, and count for that store.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Row

from assistant.conversations.database import Database, format_of, note_format
from index.errors import FootnoteError

FILE = "tokens.db"
PREFIX = "footnote_"
DAYS = 90
"""How long a token lasts unless it is said otherwise."""

Scope = Literal["read", "ask", "write", "metrics"]
"""What a token may do.

- `read`: list and read documents, search.
- `ask`: ask, have a draft cited, make and check reports, keep conversations.
- `write`: add, replace and remove documents.
- `metrics`: read the server's figures.
"""
SCOPES: tuple[Scope, ...] = get_args(Scope)

_SECRET = 32
"""Random bytes; so many need no slow hash."""

_schema = sql.MetaData()
_tokens = sql.Table(
    "tokens",
    _schema,
    sql.Column("id", sql.String, primary_key=True),
    sql.Column("name", sql.String, nullable=False, unique=True),
    sql.Column("hash", sql.String, nullable=False, unique=True),
    sql.Column("scopes", sql.String, nullable=False),
    sql.Column("made", sql.Float, nullable=False),
    sql.Column("ends", sql.Float, nullable=False),
    sql.Column("rate", sql.Integer),
    # Of whom it is, where several people share the store.
    sql.Column("person", sql.String),
)
_VERSION = 1


class TokenError(FootnoteError):
    """A token cannot be made or is not there.

    >>> with Tokens(tmp_path) as tokens:
    ...     tokens.revoke("agent")
    Traceback (most recent call last):
        ...
    assistant.api.tokens.TokenError: There is no token 'agent'. ...
    """


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; the secret itself is not. `rate` is in requests a minute.

    `person` is the id of the account that it belongs to, where people share the store.

    >>> now = datetime(2026, 1, 2, tzinfo=UTC)
    >>> Token("t1", "agent", ("read",), now, now).has_ended(now)
    True
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    made: datetime
    ends: datetime
    rate: int | None = None
    person: str | None = None

    def has_ended(self, now: datetime) -> bool:
        """Whether it counts no longer."""
        return now >= self.ends


class Tokens:
    """The tokens of one store. Thread-safe, and safe beside other processes.

    Raises:
        StoreError: from any method, where the database cannot be read or written.

    >>> with Tokens(tmp_path) as tokens:
    ...     secret, made = tokens.make("agent", ["read", "ask"], days=30)
    ...     tokens.find(secret) == made, tokens.find("footnote_guessed")
    (True, None)
    """

    def __init__(self, folder: Path, server: str | None = None) -> None:
        self.folder = folder
        self._database = Database(folder, "tokens", _migrate, server)

    def __enter__(self) -> "Tokens":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def make(
        self,
        name: str,
        scopes: Iterable[str],
        *,
        days: float = DAYS,
        rate: int | None = None,
        person: str | None = None,
    ) -> tuple[str, Token]:
        """A new token: its secret, which nobody can show again, and what is known of it.

        Args:
            name: by which it is listed and revoked.
            scopes: what it may do.
            days: after which it ends.
            rate: requests a minute that are taken with it; by default any number.
            person: the id of the account that it belongs to, where people share the store.

        Raises:
            TokenError: the name is empty or taken, or a scope is none.
        """
        allowed = tuple(one for one in SCOPES if one in set(scopes))
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not allowed:
            named = repr(unknown[0]) if unknown else "Nothing"
            raise TokenError(f"{named} is no scope. There are: {', '.join(SCOPES)}.")
        name = " ".join(name.split())
        if not name:
            raise TokenError("A token needs a name, by which it is listed and revoked.")
        secret = PREFIX + secrets.token_urlsafe(_SECRET)
        now = datetime.now(UTC)
        try:
            ends = now + timedelta(days=days)
        except OverflowError as error:
            raise TokenError(f"A token cannot last {days:g} days.") from error
        token = Token(secrets.token_hex(8), name, allowed, now, ends, rate, person)
        with self._database.writing() as connection:
            if connection.scalar(sql.select(_tokens.c.id).where(_tokens.c.name == name)):
                raise TokenError(f"There is a token {name!r} already: revoke it, or name another.")
            connection.execute(
                _tokens.insert().values(
                    id=token.id,
                    name=name,
                    hash=_hashed(secret),
                    scopes=" ".join(allowed),
                    made=now.timestamp(),
                    ends=ends.timestamp(),
                    rate=rate,
                    person=person,
                )
            )
        return secret, token

    def find(self, secret: str) -> Token | None:
        """The token with this secret, also one that has ended; None where there is none."""
        if not secret.startswith(PREFIX) or not self._database.is_there:
            return None
        with self._database.reading() as connection:
            # By its hash: how long the search takes tells nothing of the secret.
            row = connection.execute(
                sql.select(_tokens).where(_tokens.c.hash == _hashed(secret))
            ).one_or_none()
        return _token(row) if row is not None else None

    def counts(self, id_: str) -> bool:
        """Whether there is a token with this id, and it has not ended."""
        now = datetime.now(UTC)
        return any(one.id == id_ and not one.has_ended(now) for one in self.listed())

    def listed(self) -> list[Token]:
        """All tokens, also those that have ended, by name."""
        if not self._database.is_there:
            return []
        with self._database.reading() as connection:
            rows = connection.execute(sql.select(_tokens).order_by(_tokens.c.name)).all()
        return [_token(row) for row in rows]

    def revoke(self, name: str) -> None:
        """Let a token count no longer, from the next request on.

        Raises:
            TokenError: there is none of this name.
        """
        gone = 0
        if self._database.is_there:
            with self._database.writing() as connection:
                deleted = connection.execute(_tokens.delete().where(_tokens.c.name == name))
                gone = deleted.rowcount
        if not gone:
            raise TokenError(
                f"There is no token {name!r}. 'footnote token list' shows those that are there."
            )

    def revoke_all(self, person: str) -> int:
        """Let no token of somebody's count any longer; how many there were."""
        if not self._database.is_there:
            return 0
        with self._database.writing() as connection:
            theirs = _tokens.delete().where(_tokens.c.person == person)
            return connection.execute(theirs).rowcount

    def give(self, person: str) -> int:
        """Give somebody the tokens that are nobody's; how many they are."""
        if not self._database.is_there:
            return 0
        with self._database.writing() as connection:
            nobodys = _tokens.update().where(_tokens.c.person.is_(None))
            return connection.execute(nobodys.values(person=person)).rowcount

    def any_live(self) -> bool:
        """Whether there is a token that counts."""
        now = datetime.now(UTC)
        return any(not one.has_ended(now) for one in self.listed())


def _migrate(connection: Connection) -> None:
    if format_of(connection) >= _VERSION:
        return
    if sql.inspect(connection).has_table("tokens"):
        connection.exec_driver_sql("ALTER TABLE tokens ADD COLUMN person VARCHAR")
    _schema.create_all(connection)
    note_format(connection, _VERSION)


def _token(row: Row[Any]) -> Token:
    scopes = tuple(one for one in SCOPES if one in row.scopes.split())
    made, ends = (datetime.fromtimestamp(seconds, UTC) for seconds in (row.made, row.ends))
    return Token(row.id, row.name, scopes, made, ends, row.rate, row.person)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
