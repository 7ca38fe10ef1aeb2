"""What the catalog is asked: live documents, their texts and chunks. Each within a transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Row

from index.catalog import PART, DocumentInfo, StoredChunk
from index.document import Document, Heading, Page, Span
from index.errors import UnknownDocument
from index.schema import chunks, locations, texts, versions


def is_empty(connection: Connection) -> bool:
    """Whether no document is live."""
    live = sql.select(versions.c.id).where(versions.c.state == "live").limit(1)
    return connection.scalar(live) is None


def documents(connection: Connection) -> list[DocumentInfo]:
    """All live documents, the latest first, those without a date last."""
    rows = connection.execute(_infos().where(versions.c.state == "live"))
    found = sorted(map(_info, rows), key=lambda info: (info.title.casefold(), info.id))
    return sorted(found, key=lambda info: info.date or "", reverse=True)


def document(connection: Connection, document_id: str, version: str | None = None) -> Document:
    """A document with its text: the live version, or the one with this hash.

    Raises:
        UnknownDocument: there is none such.
    """
    wanted = sql.select(versions).where(versions.c.document_id == document_id)
    if version is None:
        wanted = wanted.where(versions.c.state == "live")
    else:
        wanted = wanted.where(
            versions.c.hash == version, versions.c.state.in_(["live", "replaced"])
        )
    row = connection.execute(wanted.order_by(versions.c.id.desc()).limit(1)).first()
    if row is None:
        raise UnknownDocument.named(document_id)
    span = None if row.date_start is None else Span(row.date_start, row.date_end)
    return Document(
        text=_text(connection, row.id, 0, row.characters),
        title=row.title,
        media_type=row.media_type,
        author=row.author,
        date=row.date,
        date_span=span,
        source=row.source,
        pages=tuple(Page(*page) for page in row.pages),
        headings=tuple(Heading(*heading) for heading in row.headings),
    )


def excerpt(connection: Connection, document_id: str, version: str, start: int, end: int) -> str:
    """The words of a span of a version; raises UnknownDocument."""
    wanted = sql.select(versions.c.id).where(
        versions.c.document_id == document_id,
        versions.c.hash == version,
        versions.c.state.in_(["live", "replaced"]),
    )
    version_id = connection.scalar(wanted.order_by(versions.c.id.desc()).limit(1))
    if version_id is None:
        raise UnknownDocument.named(document_id)
    return _text(connection, version_id, start, end)


def live_chunks(connection: Connection, ids: Sequence[int]) -> dict[int, StoredChunk]:
    """Those of the chunks that are live, by id."""
    columns = [chunks.c.id.label("chunk_id"), chunks.c.start, chunks.c.end]
    columns += [chunks.c.pages.label("chunk_pages"), chunks.c.heading, chunks.c.version_id]
    query = _infos().add_columns(*columns).join(chunks, chunks.c.version_id == versions.c.id)
    query = query.where(chunks.c.id.in_(ids), versions.c.state == "live")
    return {
        row.chunk_id: StoredChunk(
            id=row.chunk_id,
            start=row.start,
            end=row.end,
            text=_text(connection, row.version_id, row.start, row.end),
            pages=tuple(Page(*page) for page in row.chunk_pages),
            heading=tuple(row.heading),
            document=_info(row),
        )
        for row in connection.execute(query)
    }


def chunk_ids(connection: Connection, document_ids: Sequence[str]) -> list[int]:
    """The ids of all chunks of these documents, in reading order."""
    mine = (
        sql.select(chunks.c.id)
        .join(versions)
        .where(versions.c.document_id.in_(document_ids), versions.c.state == "live")
    )
    return list(connection.scalars(mine.order_by(versions.c.id, chunks.c.start)))


def _infos() -> sql.Select[Any]:
    path = (
        sql.select(sql.func.min(locations.c.location))
        .where(locations.c.document_id == versions.c.document_id)
        .scalar_subquery()
    )
    columns = [c for c in versions.c if c.name not in ("pages", "headings")]
    return sql.select(*columns, path.label("path"))


def _info(row: Row[Any]) -> DocumentInfo:
    return DocumentInfo(
        id=row.document_id,
        version=row.hash,
        title=row.title,
        author=row.author,
        date=row.date,
        source=row.source,
        path=row.path,
        media_type=row.media_type,
        pages=row.page_count,
        characters=row.characters,
        added=datetime.fromisoformat(row.added),
    )


def _text(connection: Connection, version_id: int, start: int, end: int) -> str:
    """A slice of a version's text, from the rows that hold it."""
    first, last = start // PART, max(end - 1, start) // PART
    rows = sql.select(texts.c.text).where(
        texts.c.version_id == version_id, texts.c.part.between(first, last)
    )
    joined = "".join(connection.scalars(rows.order_by(texts.c.part)))
    return joined[start - first * PART : end - first * PART]
