"""What stands inside one file on the disk: the places of its members, and its copy in the store."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.places import INSIDE, file_of
from index.store.catalog import Catalog, Location
from index.store.originals import Originals
from index.store.schema import listed, locations

_BEHIND = INSIDE[:-1] + chr(ord(INSIDE[-1]) + 1)
"""Comes after whatever begins with the sign."""

UNSEALED = -1
"""The time of change of what stands in a file that has not been read to its end."""


def inside(connection: Connection, places: Sequence[str]) -> dict[str, list[Location]]:
    """What is known of places inside these files, by file; those with nothing inside are left out.

    >>> store.catalog.locate(connection, Location("/news/a.zip › b.txt", report.id, "", 1, 0))
    >>> [one.location for one in inside(connection, ["/news/a.zip"])["/news/a.zip"]]
    ['/news/a.zip › b.txt']
    """
    wanted = listed("places", connection.dialect.name)
    file = sql.cast(wanted.c.value, sql.Text)
    here = locations.c.location.between(file + INSIDE, file + _BEHIND)
    columns = sql.select(file.label("file"), locations).select_from(wanted.join(locations, here))
    found: dict[str, list[Location]] = defaultdict(list)
    question = columns.order_by(locations.c.location)
    for file_name, *row in connection.execute(question, {"places": json.dumps(list(places))}):
        found[file_name].append(Location(*row))
    return dict(found)


def unseal(connection: Connection, places: Iterable[str]) -> None:
    """Let files in which one of these places is be read anew, though they have not changed.

    >>> store.catalog.locate(connection, Location("/news/a.zip › b.txt", report.id, "", 1, 7))
    >>> unseal(connection, ["/news/a.zip › c.txt"])
    >>> [one.modified_ns for one in inside(connection, ["/news/a.zip"])["/news/a.zip"]]
    [-1]
    """
    for file in sorted({file_of(place) for place in places}):
        connection.execute(_all_of(file).values(modified_ns=UNSEALED))


def seal(connection: Connection, file: Location) -> None:
    """Let all that stands in a file have its stamp: it is known to be read to its end.

    >>> store.catalog.locate(connection, Location("/news/a.zip › b.txt", report.id, "", 1, -1))
    >>> seal(connection, Location("/news/a.zip", "", "", 1, 7))
    >>> [one.modified_ns for one in inside(connection, ["/news/a.zip"])["/news/a.zip"]]
    [7]
    """
    stamp = {"size": file.size, "modified_ns": file.modified_ns}
    connection.execute(_all_of(file.location).values(**stamp))


def _all_of(file: str) -> sql.Update:
    """Changes a file's own place and all those inside it."""
    within = locations.c.location.between(f"{file}{INSIDE}", f"{file}{_BEHIND}")
    return locations.update().where(sql.or_(locations.c.location == file, within))


def copies(uploads: Path, places: Iterable[str]) -> Iterator[Path]:
    """The store's own copies, each once, in which these places are.

    >>> uploads = Path("/store/uploads")
    >>> list(copies(uploads, ["/news/a.zip › b.txt", "/store/uploads/12ab/a.zip › b.txt"]))
    [PosixPath('/store/uploads/12ab/a.zip')]
    """
    own = (place for place in places if Path(place).is_relative_to(uploads))
    yield from (Path(file) for file in dict.fromkeys(map(file_of, own)))


def erase_copies(
    catalog: Catalog, connection: Connection, originals: Originals, places: Iterable[str]
) -> None:
    """Delete the store's own copies at these places in which no document is found any more.

    Each lies in a folder named by its content.

    >>> erase_copies(store.catalog, connection, store.originals, [report.path])  # is no copy
    >>> Path(report.path).exists()
    True
    """
    for folder in {copy.parent for copy in copies(originals.folder, places)}:
        if not catalog.places_below(connection, str(folder)):
            originals.erase(folder)
