"""Chunks go into both indexes, and leftovers out of them, while readers wait as little as can be.

The caller is the only writer. Each function has transactions of its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from index.catalog import Catalog, IndexState
from index.embeddings import Vectors
from index.indexes import Indexes
from index.lexical import LexicalEntry
from index.locking import StoreLock
from index.planning import Prepared

_SLICE = 128
"""Vectors that go into Chroma at once; readers wait for about a tenth of a second."""


def fill(
    catalog: Catalog,
    indexes: Indexes,
    lock: StoreLock,
    new: Sequence[tuple[Prepared, str, list[int]]],
) -> None:
    """Give the indexes the chunks of pending versions: each with document id and chunk ids."""
    entries: list[LexicalEntry] = []
    for prepared, document_id, chunk_ids in new:
        text = prepared.document.text
        for chunk_id, chunk, context in zip(
            chunk_ids, prepared.chunks, prepared.contexts, strict=True
        ):
            own = text[chunk.start : chunk.end]
            entries.append(LexicalEntry(chunk_id, document_id, own, context))
    if not entries:
        return
    with catalog.reading() as connection:
        state = catalog.state(connection)
    # Readers need not wait for it: tantivy's commits are atomic, and the chunks not yet live.
    indexes.lexical(state).change(add=entries)
    vectors = _stacked([prepared.vectors for prepared, _, _ in new])
    rows = [(entry.chunk_id, entry.document_id) for entry in entries]
    for at in range(0, len(rows), _SLICE):
        with lock.exclusive(), _advanced(catalog) as (before, after):
            indexes.vectors(before.edition).change(
                before.generation,
                after,
                add=rows[at : at + _SLICE],
                vectors=vectors[at : at + _SLICE],
            )


def clear(catalog: Catalog, indexes: Indexes, lock: StoreLock) -> None:
    """Finish what a change, possibly another process's interrupted one, left behind."""
    with catalog.reading() as connection:
        ids = catalog.leftovers(connection)
    if ids:
        # Under the lock, because a reader that began before may still take them for live.
        with lock.exclusive(), _advanced(catalog) as (before, after):
            indexes.vectors(before.edition).change(before.generation, after, remove=ids)
            indexes.lexical(before).change(remove=ids)
    with catalog.writing() as connection:
        catalog.clear_leftovers(connection)


@contextmanager
def _advanced(catalog: Catalog) -> Iterator[tuple[IndexState, int]]:
    """The state before a change of the indexes and the generation that it begins."""
    with catalog.writing() as connection:
        before = catalog.state(connection)
        after = catalog.advance(connection)
    yield before, after


def _stacked(vectors: Sequence[Vectors]) -> Vectors:
    return np.concatenate([rows for rows in vectors if len(rows)])
