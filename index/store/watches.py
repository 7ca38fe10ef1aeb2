"""The folders that a store is kept in step with, and what was found in them last."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.store.schema import watched


@dataclass(frozen=True, slots=True)
class Told:
    """What the looks into a watched folder have found.

    `synced` is when it was last in step, `changed` when something was last found to have changed,
    with the numbers of that and the first files, each with what became of it; `failed` are the
    files that cannot be read as they are now, each with the reason, and `problem` is why the folder
    itself cannot be kept in step.

    >>> Told(added=3).failed
    {}
    """

    synced: str = ""
    changed: str = ""
    added: int = 0
    updated: int = 0
    removed: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder that is kept in step, since when, and what was found.

    >>> Watched("/srv/papers", "2026-11-13T10:00:00+00:00", Told()).told.problem
    ''
    """

    folder: str
    since: str
    told: Told


def now() -> str:
    """This moment, as it is kept.

    >>> len(now())
    25
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def listed(connection: Connection) -> list[Watched]:
    """All of them, by name.

    >>> begin(connection, "/srv/papers")
    >>> [one.folder for one in listed(connection)]
    ['/srv/papers']
    """
    rows = connection.execute(sql.select(watched).order_by(watched.c.folder))
    return [Watched(row.folder, row.since, Told(**row.told)) for row in rows]


def begin(connection: Connection, folder: str) -> None:
    """Note a folder, unless it is there.

    >>> begin(connection, "/srv/minutes")
    >>> begin(connection, "/srv/minutes")
    >>> "/srv/minutes" in [one.folder for one in listed(connection)]
    True
    """
    known = sql.select(watched.c.folder).where(watched.c.folder == folder)
    if connection.scalar(known) is None:
        connection.execute(watched.insert().values(folder=folder, since=now(), told={}))


def end(connection: Connection, folder: str) -> None:
    """Forget a folder.

    >>> end(connection, "/srv/minutes")
    >>> "/srv/minutes" in [one.folder for one in listed(connection)]
    False
    """
    connection.execute(watched.delete().where(watched.c.folder == folder))


def note(connection: Connection, folder: str, told: Told) -> None:
    """Note what was found in a folder; nothing of one that has been forgotten meanwhile.

    >>> begin(connection, "/srv/logs")
    >>> note(connection, "/srv/logs", Told(added=2))
    >>> [one.told.added for one in listed(connection) if one.folder == "/srv/logs"]
    [2]
    """
    this = watched.update().where(watched.c.folder == folder)
    connection.execute(this.values(told=asdict(told)))
