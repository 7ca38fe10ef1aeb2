"""What the catalog is asked: live documents, their texts and chunks. Each within a transaction."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Row

from index.document import Document, LeftOut
from index.errors import UnknownDocument
from index.layout import PageLayout
from index.store import corrections
from index.store.catalog import DocumentInfo, Location, StoredChunk
from index.store.listing import latest_first
from index.store.schema import (
    TEXT_PART,
    chunks,
    date_span_of,
    document_of,
    layouts,
    listed,
    locations,
    pages_of,
    parts_of,
    tables_of,
    texts,
    versions,
)


class Version(NamedTuple):
    """A version that can be read: of which document it is, its hash, whether it is the live one.

    >>> store.live_version(report.id) == Version(report.id, report.version, live=True)
    True
    """

    document_id: str
    hash: str
    live: bool


class Origin(NamedTuple):
    """What a version was read from: its media type, whether it is live, where the file is.

    >>> found = store.origin(report.id)
    >>> found.media_type, found.live, found.places[0].location == report.path
    ('application/pdf', True, True)
    """

    media_type: str
    live: bool
    places: tuple[Location, ...]


_Slice = tuple[int, int, int]
_BESIDE = 2
"""Chunks on either side with which one is joined."""

_ASKED_AT_ONCE = 500  # ids: SQLite takes 32,766 values

_READABLE = ("live", "replaced")
_OWN = ("title", "author", "date")
_STRUCTURE = ("pages", "headings", "parts", "tables", "left_out", "stored")


def is_empty(connection: Connection) -> bool:
    """Whether no document is live.

    >>> is_empty(connection)
    False
    """
    live = sql.select(versions.c.id).where(versions.c.state == "live").limit(1)
    return connection.scalar(live) is None


def documents(connection: Connection) -> list[DocumentInfo]:
    """All live documents, the latest first, those without a date last.

    >>> [one.date for one in documents(connection)][:3]
    ['2026-04-16', '2026-03-09', '2026-01-12']
    """
    rows = connection.execute(_infos().where(versions.c.state == "live"))
    known = corrections.of_documents(connection)
    return latest_first(_info(row, known) for row in rows)


def info(connection: Connection, document_id: str) -> DocumentInfo:
    """A live document without its text; raises UnknownDocument.

    >>> info(connection, report.id) == report
    True
    """
    mine = (versions.c.document_id == document_id, versions.c.state == "live")
    row = connection.execute(_infos().where(*mine)).first()
    if row is None:
        raise UnknownDocument.named(document_id)
    return _info(row, corrections.of_documents(connection, [document_id]))


def document(connection: Connection, document_id: str, version: str | None = None) -> Document:
    """A document with its text: the live version, or the one with this hash.

    Raises:
        UnknownDocument: there is none such.

    >>> document(connection, report.id).text[:18]
    'Inspectorate of Hy'
    """
    if version is not None:
        which = versions.c.id == _version_id(connection, document_id, version)
    else:
        which = sql.and_(versions.c.document_id == document_id, versions.c.state == "live")
    row = connection.execute(sql.select(versions).where(which)).first()
    if row is None:
        raise UnknownDocument.named(document_id)
    found = document_of(row, _text(connection, row.id, 0, row.characters))
    known = corrections.of_documents(connection, [document_id])
    return corrections.corrected_document(found, known.get(document_id, {}))


def left_out(connection: Connection, document_id: str | None = None) -> dict[str, list[LeftOut]]:
    """What live documents, or one of them, lack of their files, by id.

    >>> left_out(connection)[report.id][0].why
    'running title'
    """
    some = sql.select(versions.c.document_id, versions.c.left_out).where(
        versions.c.state == "live", versions.c.left_out_count > 0
    )
    if document_id is not None:
        some = some.where(versions.c.document_id == document_id)
    return {id_: [LeftOut(*one) for one in items] for id_, items in connection.execute(some)}


def live_among(connection: Connection, document_ids: Sequence[str]) -> set[str]:
    """Those of the ids whose document is live.

    >>> live_among(connection, [report.id, "d9"]) == {report.id}
    True
    """
    found: set[str] = set()
    for at in range(0, len(document_ids), _ASKED_AT_ONCE):
        these = versions.c.document_id.in_(document_ids[at : at + _ASKED_AT_ONCE])
        live = sql.select(versions.c.document_id).where(these, versions.c.state == "live")
        found.update(connection.scalars(live))
    return found


def count_live(connection: Connection) -> int:
    """How many documents are live.

    >>> count_live(connection)
    7
    """
    live = sql.select(sql.func.count()).where(versions.c.state == "live")
    return int(connection.scalar(live) or 0)


def live_version(connection: Connection, document_id: str) -> Version:
    """The version of a document that is searched; raises UnknownDocument.

    >>> live_version(connection, report.id).hash == report.version
    True
    """
    live = sql.and_(versions.c.document_id == document_id, versions.c.state == "live")
    found = _versions(connection, live)
    if not found:
        raise UnknownDocument.named(document_id)
    return found[0]


def versions_named(connection: Connection, prefix: str) -> list[Version]:
    """The readable versions whose hash begins with these hexadecimal digits, live ones first.

    >>> [one.document_id == report.id for one in versions_named(connection, report.version[:12])]
    [True]
    """
    # A range and not LIKE, which would look at every row; 'g' comes after all such digits.
    return _versions(connection, versions.c.hash.between(prefix, prefix + "g"))


def versions_of(connection: Connection, document_id: str) -> list[str]:
    """The hashes of the readable versions of a document, the latest first.

    >>> versions_of(connection, report.id) == [report.version]
    True
    """
    which = (versions.c.document_id == document_id, versions.c.state.in_(("live", "replaced")))
    # What was put back is live again, and the latest, however early it came first.
    order = (versions.c.state == "replaced", versions.c.id.desc())
    return [*connection.scalars(sql.select(versions.c.hash).where(*which).order_by(*order))]


def replaced_holding(connection: Connection, words: Sequence[str]) -> list[Version]:
    """The replaced versions in whose text all of the words stand, whatever their case.

    >>> version_id, _ = store.catalog.insert(connection, report.id, arriving.document, [])
    >>> store.catalog.publish(connection, version_id, report.id)
    >>> [one.hash == report.version for one in replaced_holding(connection, ["Gate", "buckles"])]
    [True]
    """
    holding = (
        versions.c.id.in_(
            sql.select(texts.c.version_id).where(texts.c.text.icontains(word, autoescape=True))
        )
        for word in words
    )
    return _versions(connection, sql.and_(versions.c.state == "replaced", *holding))


def excerpt(connection: Connection, document_id: str, version: str, start: int, end: int) -> str:
    """The words of a span of a version; raises UnknownDocument.

    >>> excerpt(connection, report.id, report.version, 0, 18)
    'Inspectorate of Hy'
    """
    return _text(connection, _version_id(connection, document_id, version), start, end)


def layout(
    connection: Connection, document_id: str, version: str, start: int, end: int
) -> list[PageLayout]:
    """How the pages that a span touches are printed; raises UnknownDocument.

    >>> [page.number for page in layout(connection, report.id, report.version, 1_600, 1_800)]
    [1, 2]
    """
    version_id = _version_id(connection, document_id, version)
    paged = sql.select(versions.c.pages).where(versions.c.id == version_id)
    pages = pages_of(connection.scalars(paged).one())
    numbers = [page.number for page in pages if page.start < end and page.end > start]
    mine = sql.select(layouts.c.data).where(
        layouts.c.version_id == version_id, layouts.c.page.in_(numbers)
    )
    return [PageLayout.unpacked(data) for data in connection.scalars(mine.order_by(layouts.c.page))]


def origin(connection: Connection, document_id: str, version: str | None) -> Origin:
    """What a version, by default the live one, was read from; raises UnknownDocument.

    >>> origin(connection, report.id, version=None).media_type
    'application/pdf'
    """
    if version is None:
        version = live_version(connection, document_id).hash
    this = versions.c.id == _version_id(connection, document_id, version)
    row = connection.execute(sql.select(versions.c.media_type, versions.c.state).where(this)).one()
    mine = sql.select(locations).where(locations.c.document_id == document_id)
    places = connection.execute(mine.order_by(locations.c.location))
    return Origin(
        row.media_type, row.state == "live", tuple(Location(**p._mapping) for p in places)
    )


def live_chunks(connection: Connection, ids: Sequence[int]) -> dict[int, StoredChunk]:
    """Those of the chunks that are live, by id.

    >>> chunk_id = passages[0].chunk.id
    >>> live_chunks(connection, [chunk_id])[chunk_id].document.title[:18]
    'Preliminary report'
    """
    columns = [chunks.c.id.label("chunk_id"), chunks.c.start, chunks.c.end]
    columns += [chunks.c.pages.label("chunk_pages"), chunks.c.heading, chunks.c.version_id]
    columns += [chunks.c.parts.label("chunk_parts"), chunks.c.tables.label("chunk_tables")]
    query = _infos().add_columns(*columns).join(chunks, chunks.c.version_id == versions.c.id)
    # Asked for their state as well, SQLite goes through all live versions there are.
    found = connection.execute(query.where(chunks.c.id.in_(ids)))
    rows = [row for row in found if row.state == "live"]
    known = corrections.of_documents(connection, {row.document_id for row in rows})
    tables = {row.chunk_id: tables_of(row.chunk_tables) for row in rows}
    spans = {(row.version_id, row.start, row.end) for row in rows}
    spans |= {(row.version_id, *table.header) for row in rows for table in tables[row.chunk_id]}
    words = _slices(connection, spans)
    return {
        row.chunk_id: StoredChunk(
            id=row.chunk_id,
            start=row.start,
            end=row.end,
            text=words[row.version_id, row.start, row.end],
            pages=pages_of(row.chunk_pages),
            heading=tuple(row.heading),
            document=_info(row, known),
            parts=parts_of(row.chunk_parts),
            tables=tuple(
                (table, words[row.version_id, *table.header]) for table in tables[row.chunk_id]
            ),
        )
        for row in rows
    }


def joined(
    connection: Connection, own: Sequence[StoredChunk], by: int = _BESIDE
) -> dict[int, StoredChunk]:
    """Each chunk with those before and after it below the same heading, as one; by its id.

    >>> chunk = passages[0].chunk
    >>> whole = joined(connection, [chunk])[chunk.id]
    >>> whole.start <= chunk.start, chunk.text in whole.text
    (True, True)
    """
    # The chunks of a version have ids in a row.
    steps = [step for step in range(-by, by + 1) if step]
    near = live_chunks(connection, sorted({one.id + step for one in own for step in steps}))
    found = {}
    for one in own:
        before = _going_on(one, [near.get(one.id - step) for step in range(1, by + 1)])
        after = _going_on(one, [near.get(one.id + step) for step in range(1, by + 1)])
        run = [*reversed(before), one, *after]
        found[one.id] = one if len(run) == 1 else _join(connection, one, run)
    return found


def _going_on(own: StoredChunk, beside: Sequence[StoredChunk | None]) -> list[StoredChunk]:
    """Of the chunks on one side, the nearest first, those below the same heading."""
    found = []
    for other in beside:
        if other is None or (other.document, other.heading) != (own.document, own.heading):
            break
        found.append(other)
    return found


def _join(connection: Connection, own: StoredChunk, run: Sequence[StoredChunk]) -> StoredChunk:
    start, end = run[0].start, run[-1].end
    document = own.document
    return replace(
        own,
        start=start,
        end=end,
        text=excerpt(connection, document.id, document.version, start, end),
        pages=tuple(dict.fromkeys(page for one in run for page in one.pages)),
        parts=tuple(dict.fromkeys(part for one in run for part in one.parts)),
        tables=tuple(dict.fromkeys(table for one in run for table in one.tables)),
    )


def chunk_ids(connection: Connection, document_ids: Sequence[str]) -> list[int]:
    """The ids of all chunks of these documents, in reading order.

    >>> passages[0].chunk.id in chunk_ids(connection, [report.id])
    True
    """
    mine = (
        sql.select(chunks.c.id)
        .join(versions)
        .where(versions.c.document_id.in_(document_ids), versions.c.state == "live")
    )
    return list(connection.scalars(mine.order_by(versions.c.id, chunks.c.start)))


def chunk_spans(connection: Connection, document_ids: Sequence[str]) -> list[tuple[int, int, int]]:
    """Id, start and end of all chunks of these live documents, in the order of their ids.

    >>> [(id_, start, end), *_] = chunk_spans(connection, [report.id])
    >>> id_ in chunk_ids(connection, [report.id]), start < end
    (True, True)
    """
    found: list[tuple[int, int, int]] = []
    for at in range(0, len(document_ids), _ASKED_AT_ONCE):
        these = versions.c.document_id.in_(document_ids[at : at + _ASKED_AT_ONCE])
        mine = sql.select(chunks.c.id, chunks.c.start, chunks.c.end).join(versions)
        rows = connection.execute(mine.where(these, versions.c.state == "live"))
        found += [(id_, start, end) for id_, start, end in rows]
    return sorted(found)


def highest_chunk(connection: Connection) -> int:
    """The highest id of a chunk, live or not; 0 where there is none.

    >>> highest_chunk(connection) >= max(chunk_ids(connection, [report.id]))
    True
    """
    return int(connection.scalar(sql.select(sql.func.max(chunks.c.id))) or 0)


def _versions(connection: Connection, which: sql.ColumnElement[bool]) -> list[Version]:
    wanted = sql.select(versions.c.document_id, versions.c.hash, versions.c.state)
    wanted = wanted.where(which, versions.c.state.in_(_READABLE)).order_by(versions.c.id.desc())
    found = [
        Version(id_, hash_, state == "live") for id_, hash_, state in connection.execute(wanted)
    ]
    # What was replaced and came back has two rows.
    first = {(one.document_id, one.hash): one for one in sorted(found, key=lambda one: one.live)}
    return sorted(first.values(), key=lambda one: not one.live)


def _version_id(connection: Connection, document_id: str, version: str) -> int:
    """The row of a readable version, the latest of them that has this hash."""
    wanted = sql.select(versions.c.id).where(
        versions.c.document_id == document_id,
        versions.c.hash == version,
        versions.c.state.in_(_READABLE),
    )
    found = connection.scalar(wanted.order_by(versions.c.id.desc()).limit(1))
    if found is None:
        raise UnknownDocument.named(document_id)
    return int(found)


def _infos() -> sql.Select[Any]:
    path = (
        sql.select(sql.func.min(locations.c.location))
        .where(locations.c.document_id == versions.c.document_id)
        .scalar_subquery()
    )
    columns = [c for c in versions.c if c.name not in _STRUCTURE]
    return sql.select(*columns, path.label("path"))


def _info(row: Row[Any], corrected: Mapping[str, Mapping[str, str]]) -> DocumentInfo:
    """A document as it is with what is corrected of each."""
    info = _as_read(row)
    known = corrected.get(info.id)
    if not known:
        return info
    read = {"status": info.status, **{name: getattr(info, name) for name in _OWN}}
    return replace(
        info,
        **corrections.corrected_fields(info, known),
        corrected=tuple((field, read[field]) for field in corrections.FIELDS if field in known),
    )


def _as_read(row: Row[Any]) -> DocumentInfo:
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
        language=row.language,
        accessed=row.accessed,
        date_span=date_span_of(row),
        properties=tuple((name, value) for name, value in row.properties),
        warnings=tuple(row.warnings),
        words=row.words,
        tables=row.table_count,
        left_out=row.left_out_count,
    )


def _slices(connection: Connection, spans: Collection[_Slice]) -> dict[_Slice, str]:
    """The words of many spans, each (version's row, start, end), by span: one question for all.

    The database cuts them out: of a part of 65,536 characters only the words are handed over.
    """
    asked = sorted(
        (version_id, part, start, end)
        for version_id, start, end in spans
        for part in _parts(start, end)
    )
    cut: dict[_Slice, list[str]] = defaultdict(list)
    cutting = _CUT[connection.dialect.name]
    for version_id, start, end, words in connection.execute(cutting, {"wanted": json.dumps(asked)}):
        cut[version_id, start, end].append(words)
    return {span: "".join(cut.get(span, ())) for span in spans}


def _cut(dialect: str) -> sql.Select[Any]:
    """The question of `_slices`: as JSON the spans are one value, so it is always the same one."""
    one = listed("wanted", dialect)

    def number(at: int) -> sql.ColumnElement[int]:
        if dialect == "postgresql":
            return sql.cast(sql.cast(one.c.value, sql.JSON).op("->>")(at), sql.Integer)
        return sql.cast(sql.func.json_extract(one.c.value, f"$[{at}]"), sql.Integer)

    version_id, part, start, end = number(0), number(1), number(2), number(3)
    larger = sql.func.greatest if dialect == "postgresql" else sql.func.max
    begin = larger(start - texts.c.part * TEXT_PART, 0)
    behind = end - texts.c.part * TEXT_PART
    here = sql.and_(texts.c.version_id == version_id, texts.c.part == part)
    words = sql.func.substr(texts.c.text, begin + 1, behind - begin)
    found = sql.select(version_id, start, end, words).select_from(one.join(texts, here))
    return found.order_by(version_id, start, end, part)


_CUT = {dialect: _cut(dialect) for dialect in ("sqlite", "postgresql")}


def _parts(start: int, end: int) -> range:
    """The numbers of the rows that hold a span of a text."""
    return range(start // TEXT_PART, max(end - 1, start) // TEXT_PART + 1)


def _text(connection: Connection, version_id: int, start: int, end: int) -> str:
    """A slice of a version's text, from the rows that hold it."""
    parts = _parts(start, end)
    first = parts[0]
    rows = sql.select(texts.c.text).where(
        texts.c.version_id == version_id, texts.c.part.between(first, parts[-1])
    )
    joined = "".join(connection.scalars(rows.order_by(texts.c.part)))
    return joined[start - first * TEXT_PART : end - first * TEXT_PART]


def readable_versions(connection: Connection) -> list[Row[Any]]:
    """Id, document id, hash, title and length of every version whose text is kept.

    >>> [one.title[:18] for one in readable_versions(connection) if one.hash == report.version]
    ['Preliminary report']
    """
    columns = ("id", "document_id", "hash", "title", "characters")
    kept = sql.select(*(versions.c[name] for name in columns))
    return list(connection.execute(kept.where(versions.c.state.in_(_READABLE))))


def text_parts(connection: Connection, version_id: int) -> Iterator[str]:
    """A version's text, piece by piece.

    >>> version_id, _ = store.catalog.insert(connection, "d1", arriving.document, [])
    >>> list(text_parts(connection, version_id))
    ['The ferry sank at noon.']
    """
    mine = sql.select(texts.c.text).where(texts.c.version_id == version_id)
    yield from connection.execute(mine.order_by(texts.c.part)).scalars()


def places(connection: Connection) -> list[str]:
    """Every place that a document was found at.

    >>> report.path in places(connection)
    True
    """
    return list(connection.scalars(sql.select(locations.c.location)))
