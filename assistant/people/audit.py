"""The log of what was done: who asked, added, removed, exported or changed rights, and when.

It is only ever added to, which the database itself sees to. No words of questions stand in it
unless the settings say so.
"""

import getpass
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sql

from assistant.conversations.database import Database
from assistant.people import tables

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done.

    >>> Entry(1, "2026-01-02T09:00:00+00:00", "ada", "removed", {"document": "log"}).line()
    '{"number": 1, "at": "2026-01-02T09:00:00+00:00", "who": "ada", "act": "removed", ...}'
    """

    number: int
    at: str
    who: str
    act: str
    what: dict[str, Any]

    def line(self) -> str:
        """It as a line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def account_name() -> str:
    """The name of the account under which the program runs.

    >>> bool(account_name())
    True
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # one that the machine has no name for
        return str(os.getuid())


class Audit:
    """The log of one store. Thread-safe, and safe beside other processes.

    >>> people.audit.note("ada", "removed", document="log")
    >>> [(one.who, one.act, one.what) for one in people.audit.listed()]
    [('ada', 'removed', {'document': 'log'})]
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, who: str, act: str, **what: object) -> None:
        """Add what somebody did."""
        told = json.dumps({name: value for name, value in what.items() if value not in (None, [])})
        at = datetime.now(UTC).timestamp()
        with self._database.writing() as connection:
            row = {"at": at, "who": who, "act": act, "what": told}
            connection.execute(tables.audit.insert().values(row))

    def listed(self, after: int = 0, most: int = _MOST, *, who: str | None = None) -> list[Entry]:
        """The entries behind a number, the oldest first, at most so many."""
        if not self._database.is_there:
            return []
        wanted = sql.select(tables.audit).where(tables.audit.c.number > after)
        if who is not None:
            wanted = wanted.where(tables.audit.c.who == who)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(tables.audit.c.number).limit(most)).all()
        return [
            Entry(
                row.number,
                datetime.fromtimestamp(row.at, UTC).isoformat(timespec="seconds"),
                row.who,
                row.act,
                json.loads(row.what),
            )
            for row in rows
        ]

    def all(self, *, who: str | None = None) -> Iterator[Entry]:
        """Every entry, read piece by piece."""
        last = 0
        while found := self.listed(last, who=who):
            yield from found
            last = found[-1].number
