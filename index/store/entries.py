"""Live chunks as the lexical index takes them, made anew from the catalog."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.document import Chunk
from index.models.contexts import contexts
from index.models.embeddings import WordEnds
from index.store import queries
from index.store.lexical import LexicalEntry
from index.store.schema import chunks, locations, versions


def entries(
    connection: Connection, document_ids: Iterable[str], word_ends: WordEnds
) -> Iterator[LexicalEntry]:
    """The chunks of those of the documents that are live, document by document.

    >>> from index.models.embeddings import MiniLM
    >>> [entry, *_] = entries(connection, [report.id], MiniLM().word_ends)
    >>> entry.document_id == report.id, entry.context[:18]
    (True, 'Inspectors report ')
    >>> list(entries(connection, ["d9"], MiniLM().word_ends))
    []
    """
    for id_ in document_ids:
        if not queries.live_among(connection, [id_]):
            continue
        document = queries.document(connection, id_)
        spans = _spans(connection, id_)
        first = sql.select(sql.func.min(locations.c.location)).where(locations.c.document_id == id_)
        place = connection.scalar(first) or ""
        around = contexts(
            document, [Chunk(start, end) for _, start, end in spans], word_ends, place
        )
        for (chunk_id, start, end), context in zip(spans, around, strict=True):
            yield LexicalEntry(chunk_id, id_, document.text[start:end], context)


def _spans(connection: Connection, document_id: str) -> list[tuple[int, int, int]]:
    """(chunk id, start, end) of a live document's chunks, in reading order."""
    mine = sql.select(chunks.c.id, chunks.c.start, chunks.c.end).join(versions)
    mine = mine.where(versions.c.document_id == document_id, versions.c.state == "live")
    return [(id_, start, end) for id_, start, end in connection.execute(mine.order_by(chunks.c.id))]
