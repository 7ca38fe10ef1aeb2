"""What the catalog is asked when its own soundness is in question."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Row

from index.schema import chunks, locations, texts, versions

_READABLE = ("live", "replaced")


def faults(connection: Connection) -> list[str]:
    """What SQLite finds wrong in its own file."""
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
    return [f"SQLite: {line}." for line in said if line != "ok"]


def live_chunks(connection: Connection) -> dict[int, str]:
    """The document id of every live chunk."""
    live = sql.select(chunks.c.id, versions.c.document_id).join(versions)
    rows = connection.execute(live.where(versions.c.state == "live"))
    return {row.id: row.document_id for row in rows}


def readable_versions(connection: Connection) -> list[Row[Any]]:
    """Id, document id, hash, title and length of every version whose text is kept."""
    columns = ("id", "document_id", "hash", "title", "characters")
    kept = sql.select(*(versions.c[name] for name in columns))
    return list(connection.execute(kept.where(versions.c.state.in_(_READABLE))))


def text_parts(connection: Connection, version_id: int) -> Iterator[str]:
    """A version's text, piece by piece."""
    mine = sql.select(texts.c.text).where(texts.c.version_id == version_id)
    yield from connection.execute(mine.order_by(texts.c.part)).scalars()


def chunks_outside(connection: Connection, version_id: int, length: int) -> int:
    """How many chunks of a version are no spans of a text of this length."""
    wrong = sql.or_(chunks.c.start < 0, chunks.c.start >= chunks.c.end, chunks.c.end > length)
    mine = sql.select(sql.func.count()).where(chunks.c.version_id == version_id, wrong)
    return int(connection.scalar(mine) or 0)


def stray_chunks(connection: Connection) -> int:
    """How many chunks belong to no version."""
    known = sql.select(versions.c.id)
    stray = sql.select(sql.func.count()).where(chunks.c.version_id.not_in(known))
    return int(connection.scalar(stray) or 0)


def stray_places(connection: Connection) -> list[str]:
    """Places of documents that are not there."""
    live = sql.select(versions.c.document_id).where(versions.c.state == "live")
    stray = sql.select(locations.c.location).where(locations.c.document_id.not_in(live))
    return list(connection.scalars(stray.order_by(locations.c.location)))


def places(connection: Connection) -> list[str]:
    """Every place that a document was found at."""
    return list(connection.scalars(sql.select(locations.c.location)))
