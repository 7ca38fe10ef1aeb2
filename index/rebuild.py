"""Indexes made anew from the catalog, beside the old ones, which count until the new are whole."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.engine import Connection

from index import queries
from index.catalog import Catalog, IndexState
from index.contexts import contexts, embedded
from index.document import Chunk
from index.embeddings import Embedder, Vectors, WordEnds
from index.errors import StoreError
from index.indexes import Indexes
from index.lexical import LexicalEntry
from index.locking import StoreLock
from index.vectors import VectorIndex

_BATCH = 1_000
"""Chunks a step; an interrupted run loses at most the vectors of one."""

Progress = Callable[[int, int], None]
"""Is told how many chunks of how many are done."""


@dataclass(frozen=True, slots=True)
class Model:
    """What texts are made into vectors with, and the tokenizer that cuts a chunk's context."""

    embedder: Embedder
    word_ends: WordEnds


def rebuild(
    catalog: Catalog,
    indexes: Indexes,
    lock: StoreLock,
    model: Model,
    *,
    resume: bool,
    progress: Progress | None = None,
) -> None:
    """Make both indexes anew and let them count; the caller is the only writer.

    Vectors that the old index still gives are taken over, the others are made again.

    Args:
        catalog: what they are made from.
        indexes: where they stand.
        lock: keeps readers out at the moment of exchange.
        model: the store's.
        resume: go on with what an interrupted run has made.
        progress: is told how far it is.
    """
    with catalog.reading() as connection:
        state = catalog.state(connection)
        total = queries.chunk_count(connection)
        new = IndexState(state.edition + 1, state.generation)
        if not resume:
            _sweep(indexes, state.edition)
        vectors, lexical = indexes.made(new.edition)
        there = set(vectors.documents(new.generation))
        done = 0
        for batch in _batches(_entries(connection, model)):
            lexical.change(add=batch)
            missing = [entry for entry in batch if entry.chunk_id not in there]
            if missing:
                vectors.change(
                    new.generation,
                    new.generation,
                    add=[(entry.chunk_id, entry.document_id) for entry in missing],
                    vectors=_vectors(indexes.vectors(state.edition), state, missing, model),
                )
            there -= {entry.chunk_id for entry in batch}
            done += len(batch)
            if progress:
                progress(done, total)
        if there:
            vectors.change(new.generation, new.generation, remove=sorted(there))
    vectors.close()
    with lock.exclusive():
        with catalog.writing() as connection:
            catalog.note(connection, "edition", str(new.edition))
            catalog.advance(connection)
        indexes.close()
        _sweep(indexes, new.edition)


def _sweep(indexes: Indexes, edition: int) -> None:
    for path in indexes.others(edition):
        VectorIndex.at(path).close()
        shutil.rmtree(path)


def _entries(connection: Connection, model: Model) -> Iterator[LexicalEntry]:
    """All live chunks, document by document."""
    for info in queries.documents(connection):
        document = queries.document(connection, info.id)
        spans = queries.chunk_spans(connection, info.id)
        chunks = [Chunk(start, end) for _, start, end in spans]
        around = contexts(document, chunks, model.word_ends, info.path or "")
        for (chunk_id, start, end), context in zip(spans, around, strict=True):
            yield LexicalEntry(chunk_id, info.id, document.text[start:end], context)


def _batches(entries: Iterator[LexicalEntry]) -> Iterator[list[LexicalEntry]]:
    batch: list[LexicalEntry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _vectors(
    old: VectorIndex, state: IndexState, entries: Sequence[LexicalEntry], model: Model
) -> Vectors:
    """The entries' vectors, from the old index where it has them whole."""
    try:
        found = old.vectors(state.generation, [entry.chunk_id for entry in entries])
    except (StoreError, OSError):  # it is what is being repaired
        found = {}
    rows: list[Vectors | None] = [
        row if row is not None and is_whole(row, model.embedder.dimension) else None
        for row in (found.get(entry.chunk_id) for entry in entries)
    ]
    missing = [
        embedded(e.context, e.text) for e, row in zip(entries, rows, strict=True) if row is None
    ]
    made = iter(model.embedder.embed_passages(missing) if missing else ())
    return np.stack([next(made) if row is None else row for row in rows]).astype(np.float32)


def is_whole(vector: Vectors, dimension: int) -> bool:
    """Whether it can be a vector of this model."""
    return vector.shape == (dimension,) and bool(np.isfinite(vector).all()) and bool(vector.any())
