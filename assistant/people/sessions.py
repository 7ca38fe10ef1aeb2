"""Sessions with an end, and attempts that are limited: a guesser is, whom they guess at is not.

Both stand in the store's database, so that a session that one process began holds in another.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime

import sqlalchemy as sql

from assistant.conversations.database import Database
from assistant.people import tables
from assistant.people.accounts import Account, Accounts, compared

_WINDOW = 15 * 60
"""Seconds for which a failed attempt counts."""
_OWN, _EACH, _ALL = 10, 5, 100
"""Failed attempts at a name within that time: from a browser in which its person signed in before,
from one address otherwise, and from all such addresses together. So nobody is locked out of a
browser of their own, however many guess elsewhere."""
_DEVICES = 400 * 24 * 60 * 60
_STEP = 10 * 60
"""Seconds in which somebody must come back from a provider."""


class Sessions:
    """The sessions of one store. Thread-safe, and safe beside other processes.

    >>> ada = people.accounts.add("Ada", "correct horse battery")
    >>> secret = people.sessions.begin(ada, hours=12)
    >>> people.sessions.account(secret).name, people.sessions.account("a guess")
    ('Ada', None)
    >>> people.sessions.end(secret)
    >>> people.sessions.account(secret) is None
    True
    """

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database, self._accounts = database, accounts

    def begin(self, account: Account, hours: float) -> str:
        """The secret of a new session of somebody; what has ended meanwhile is forgotten."""
        secret, now = secrets.token_urlsafe(32), _now()
        with self._database.writing() as connection:
            connection.execute(tables.sessions.delete().where(tables.sessions.c.ends <= now))
            connection.execute(
                tables.sessions.insert().values(
                    hash=_hashed(secret), person=account.id, ends=now + hours * 3600
                )
            )
        return secret

    def account(self, secret: str) -> Account | None:
        """Whose session this is; None where there is none, it has ended or they are not let in."""
        if not secret or not self._database.is_there:
            return None
        counts = (tables.sessions.c.hash == _hashed(secret)) & (tables.sessions.c.ends > _now())
        with self._database.reading() as connection:
            person = connection.scalar(sql.select(tables.sessions.c.person).where(counts))
        return None if person is None else self._accounts.by_owner(f"person:{person}")

    def end(self, secret: str) -> None:
        """Let a session count no longer."""
        with self._database.writing() as connection:
            connection.execute(
                tables.sessions.delete().where(tables.sessions.c.hash == _hashed(secret))
            )

    # Attempts ----------------------------------------------------------------------------------

    def may_try(self, name: str, address: str, device: str) -> bool:
        """Whether another attempt at a name is taken, from an address or a browser."""
        keys = self._keys(name, address, device)
        since = tables.attempts.c.at > _now() - _WINDOW
        count = sql.select(sql.func.count()).select_from(tables.attempts)
        with self._database.reading() as connection:
            return all(
                (connection.scalar(count.where(since, tables.attempts.c.key == key)) or 0) < most
                for key, most in keys.items()
            )

    def failed(self, name: str, address: str, device: str) -> None:
        """Note that an attempt has failed."""
        now = _now()
        with self._database.writing() as connection:
            connection.execute(tables.attempts.delete().where(tables.attempts.c.at < now - _WINDOW))
            for key in self._keys(name, address, device):
                connection.execute(tables.attempts.insert().values(key=key, at=now))

    def device(self, account: Account, secret: str) -> str:
        """The secret by which the browser is known from now on in which somebody has signed in."""
        secret = secret if self._is_own(account.id, secret) else secrets.token_urlsafe(32)
        now = _now()
        with self._database.writing() as connection:
            old = tables.devices.c.seen < now - _DEVICES
            this = tables.devices.c.hash == _hashed(secret)
            connection.execute(tables.devices.delete().where(old | this))
            connection.execute(
                tables.devices.insert().values(hash=_hashed(secret), person=account.id, seen=now)
            )
        return secret

    def _keys(self, name: str, address: str, device: str) -> dict[str, int]:
        # However it is written, as long as it is the same one.
        wanted = compared(name)
        known = {compared(one.name): one.id for one in self._accounts.listed()} if device else {}
        if wanted in known and self._is_own(known[wanted], device):
            return {_hashed(f"device {wanted} {device}"): _OWN}
        # Of a name only the hash: people type passwords into that field.
        return {_hashed(f"{wanted} {address}"): _EACH, _hashed(wanted): _ALL}

    def _is_own(self, id_: str, device: str) -> bool:
        is_it = (tables.devices.c.hash == _hashed(device)) & (tables.devices.c.person == id_)
        with self._database.reading() as connection:
            return connection.scalar(sql.select(tables.devices.c.hash).where(is_it)) is not None

    # On the way to a provider and back ---------------------------------------------------------

    def set_out(self, said: dict[str, str]) -> str:
        """The secret under which it is kept what must be known when somebody comes back."""
        secret, now = secrets.token_urlsafe(32), _now()
        with self._database.writing() as connection:
            connection.execute(tables.pending.delete().where(tables.pending.c.ends <= now))
            connection.execute(
                tables.pending.insert().values(
                    hash=_hashed(secret), said=json.dumps(said), ends=now + _STEP
                )
            )
        return secret

    def come_back(self, secret: str) -> dict[str, str] | None:
        """What was kept under a secret, once; None where nothing was, or too long ago."""
        this = tables.pending.c.hash == _hashed(secret)
        with self._database.writing() as connection:
            row = connection.execute(sql.select(tables.pending).where(this)).one_or_none()
            connection.execute(tables.pending.delete().where(this))
        if row is None or row.ends <= _now():
            return None
        said: dict[str, str] = json.loads(row.said)
        return said


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
