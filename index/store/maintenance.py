"""Indexes made anew from the catalog, beside the old ones, which count until the new are whole.

What a store's catalog, indexes and copies disagree about.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

import numpy as np
import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.errors import StoreError
from index.models.contexts import embedded, has_vector
from index.models.embeddings import Embedder, Vectors, WordEnds
from index.store import queries
from index.store.catalog import Catalog, IndexState
from index.store.engines import IndexSet, Lock, VectorEngine, VectorSource
from index.store.entries import entries
from index.store.lexical import LexicalEntry
from index.store.members import copies
from index.store.originals import Originals
from index.store.schema import chunks, locations, tables_of, versions

_REBUILD_BATCH = 1_000
"""Chunks a step; an interrupted run loses at most the vectors of one."""

Progress = Callable[[int, int], None]
"""Is told how many chunks of how many are done."""


@dataclass(frozen=True, slots=True)
class Model:
    """What texts are made into vectors with, and the tokenizer that cuts a chunk's context.

    >>> from index.models.embeddings import MiniLM
    >>> model = Model(MiniLM(), MiniLM().word_ends)
    >>> model.embedder.dimension, model.word_ends(["The ferry"])
    (384, [[3, 9]])
    """

    embedder: Embedder
    word_ends: WordEnds


def rebuild(
    catalog: Catalog,
    indexes: IndexSet,
    lock: Lock,
    model: Model,
    *,
    resume: bool,
    progress: Progress | None = None,
    kept: VectorSource | None = None,
) -> None:
    """Make both indexes anew and let them count; the caller is the only writer.

    Vectors that the old index still gives are taken over, the others are made again.

    Args:
        catalog: what they are made from.
        indexes: where they stand.
        lock: keeps readers out at the moment of exchange.
        model: the store's.
        resume: go on with what an interrupted run has made with the same model.
        progress: is told how far it is.
        kept: what has the vectors, if it is not the old index.

    >>> from index.models.embeddings import MiniLM
    >>> from index.store.files import StoreLock
    >>> model, lock = Model(MiniLM(), MiniLM().word_ends), StoreLock(new_store.folder)
    >>> _ = new_store.put([arriving])
    >>> rebuild(new_store.catalog, new_store.indexes, lock, model, resume=False, progress=print)
    1 1
    """
    with catalog.reading() as connection:
        state = catalog.state(connection)
        total = _chunk_count(connection)
        new = IndexState(state.edition + 1, state.generation)
        made_with, name = catalog.fact(connection, "embedding"), model.embedder.name
        old = indexes.vectors(state.edition) if made_with == name else None
        if not resume or (catalog.noted(connection, "renewing") or made_with) != name:
            indexes.sweep(state.edition)
    with catalog.writing() as connection:
        catalog.note(connection, "renewing", name)
    vectors, lexical = indexes.made(new.edition, model.embedder.dimension)
    with closing(vectors), catalog.reading() as connection:
        there = set(vectors.documents(new.generation))
        wanted = _with_vectors(connection)
        done = 0
        live = (info.id for info in queries.documents(connection))
        for batch in _batches(entries(connection, live, model.word_ends)):
            if lexical is not None:
                lexical.change(add=batch)
            missing = [one for one in batch if one.chunk_id in wanted and one.chunk_id not in there]
            if missing:
                vectors.change(
                    new.generation,
                    new.generation,
                    add=[(entry.chunk_id, entry.document_id) for entry in missing],
                    vectors=_kept_vectors(kept or old, state, missing, model),
                )
            there -= {entry.chunk_id for entry in batch}
            done += len(batch)
            if progress:
                progress(done, total)
        if there:
            vectors.change(new.generation, new.generation, remove=sorted(there))
    with lock.exclusive():
        with catalog.writing() as connection:
            catalog.note(connection, "edition", str(new.edition))
            catalog.note(connection, "embedding", name)
            catalog.note(connection, "dimension", str(model.embedder.dimension))
            catalog.advance(connection)
        indexes.close()
        indexes.sweep(new.edition)


def _batches(entries: Iterator[LexicalEntry]) -> Iterator[list[LexicalEntry]]:
    batch: list[LexicalEntry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == _REBUILD_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _kept_vectors(
    old: VectorSource | None, state: IndexState, entries: Sequence[LexicalEntry], model: Model
) -> Vectors:
    """The entries' vectors, from an old index of the same model where it has them whole."""
    try:
        ids = [entry.chunk_id for entry in entries]
        found = old.vectors(state.generation, ids) if old is not None else {}
    except (StoreError, OSError):  # it is what is being repaired
        found = {}
    rows: list[Vectors | None] = [
        row if row is not None and _is_whole(row, model.embedder.dimension) else None
        for row in (found.get(entry.chunk_id) for entry in entries)
    ]
    missing = [
        embedded(e.context, e.text) for e, row in zip(entries, rows, strict=True) if row is None
    ]
    made = iter(model.embedder.embed_passages(missing) if missing else ())
    return np.stack([next(made) if row is None else row for row in rows]).astype(np.float32)


def _is_whole(vector: Vectors, dimension: int) -> bool:
    """Whether it can be a vector of this model."""
    return vector.shape == (dimension,) and bool(np.isfinite(vector).all()) and bool(vector.any())


Where = Literal["catalog", "vectors", "lexical", "tables", "uploads", "folder"]
_CHECK_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement: which part of the store is wrong, and how.

    >>> new_store.uploads.mkdir()
    >>> _ = (new_store.uploads / "draft.txt").write_text("The pier fell.")
    >>> [(one.where, one.problem) for one in new_store.check()]
    [('uploads', 'Nothing refers to the copy ...draft.txt.')]
    """

    where: Where
    problem: str


def differences(
    originals: Originals, catalog: Catalog, connection: Connection, indexes: IndexSet
) -> Iterator[Difference]:
    """All disagreements; no change happens meanwhile, which is the caller's care.

    >>> list(differences(store.originals, store.catalog, connection, store.indexes))
    []
    """
    state = catalog.state(connection)
    dimension = int(catalog.fact(connection, "dimension"))
    for problem in _in_catalog(catalog, connection):
        yield Difference("catalog", problem)
    live = _owner_of_chunks(connection)
    leftover = set(catalog.leftovers(connection))
    try:
        vectors = indexes.vectors(state.edition)
        documents = vectors.documents(state.generation)
        for problem in _against(documents, live, leftover, _with_vectors(connection)):
            yield Difference("vectors", problem)
        for problem in _vector_problems(vectors, state, sorted(documents.keys() & live), dimension):
            yield Difference("vectors", problem)
    except (StoreError, OSError) as error:
        yield Difference("vectors", str(error))
    try:
        lexical = indexes.lexical(state)
        entries = Counter(lexical.ids())
        twice = sum(count > 1 for count in entries.values())
        if twice:
            yield Difference("lexical", f"{_chunks(twice)} held more than once.")
        by_document = lexical.chunks(sorted(set(live.values())))
        held = dict.fromkeys(entries, "")
        held |= {chunk_id: id_ for id_, chunks in by_document.items() for chunk_id in chunks}
        for problem in _against(held, live, leftover, live.keys()):
            yield Difference("lexical", problem)
    except (StoreError, OSError) as error:
        yield Difference("lexical", str(error))
    for problem in _uploads(originals, queries.places(connection)):
        yield Difference("uploads", problem)
    for name in indexes.others(state.edition):
        yield Difference("folder", f"{name} is left over from an interrupted repair or purge.")
    if catalog.noted(connection, "purging"):
        yield Difference("folder", "A purge was interrupted: what it erases may still be there.")


def _in_catalog(catalog: Catalog, connection: Connection) -> Iterator[str]:
    yield from catalog.database.problems(connection)
    for version in queries.readable_versions(connection):
        name = f"Version {version.hash[:16]} of {version.title!r} ({version.document_id})"
        digest, length = hashlib.sha256(), 0
        for text in queries.text_parts(connection, version.id):
            digest.update(text.encode())
            length += len(text)
        if length != version.characters or digest.hexdigest() != version.hash:
            yield f"{name}: its text is not the one that was stored."
        outside = _chunks_outside(connection, version.id, length)
        if outside:
            yield f"{name}: {_chunks(outside)} outside its text."
    stray = _stray_chunks(connection)
    if stray:
        yield f"{_chunks(stray)} of no version."
    for place in _stray_places(connection):
        yield f"The place {place} names a document that is not there."


def _against(
    held: Mapping[int, str], live: Mapping[int, str], leftover: set[int], wanted: Set[int]
) -> Iterator[str]:
    """How an index's chunks differ from the catalog's, one line a kind and document.

    Of the live ones it must hold the wanted ones.

    Leftovers of a change that was interrupted are no fault: they are never shown, and the next
    change clears them.
    """
    missing = Counter(live[chunk_id] for chunk_id in wanted - held.keys())
    for document_id, count in sorted(missing.items()):
        yield f"{_chunks(count)} of {document_id} missing."
    wrong = Counter(
        live[chunk_id] for chunk_id in live.keys() & held.keys() if held[chunk_id] != live[chunk_id]
    )
    for document_id, count in sorted(wrong.items()):
        yield f"{_chunks(count)} of {document_id} held under another document."
    extra = len(held.keys() - live.keys() - leftover)
    if extra:
        yield f"{_chunks(extra)} held that the catalog does not know."


def _vector_problems(
    vectors: VectorEngine, state: IndexState, ids: list[int], dimension: int
) -> Iterator[str]:
    unreadable = broken = 0
    for at in range(0, len(ids), _CHECK_BATCH):
        wanted = ids[at : at + _CHECK_BATCH]
        found = vectors.vectors(state.generation, wanted)
        unreadable += len(wanted) - len(found)
        broken += sum(not _is_whole(row, dimension) for row in found.values())
    if unreadable:
        yield f"{_chunks(unreadable)} without a vector."
    if broken:
        yield f"{_chunks(broken)} with a vector that is not one of {dimension} numbers."


def _uploads(originals: Originals, places: Iterable[str]) -> Iterator[str]:
    known, there = set(copies(originals.folder, places)), originals.all()
    for path in sorted(known - there):
        yield f"The copy {path} is missing."
    for path in sorted(there - known):
        yield f"Nothing refers to the copy {path}."


def _chunks(count: int) -> str:
    return "1 chunk is" if count == 1 else f"{count} chunks are"


def _chunk_count(connection: Connection) -> int:
    """How many chunks are live."""
    live = sql.select(sql.func.count()).select_from(chunks.join(versions))
    return int(connection.scalar(live.where(versions.c.state == "live")) or 0)


def _owner_of_chunks(connection: Connection) -> dict[int, str]:
    """The document id of every live chunk."""
    live = sql.select(chunks.c.id, versions.c.document_id).join(versions)
    rows = connection.execute(live.where(versions.c.state == "live"))
    return {row.id: row.document_id for row in rows}


def _with_vectors(connection: Connection) -> set[int]:
    """The live chunks that have a vector."""
    live = sql.select(chunks.c.id, chunks.c.start, chunks.c.tables).join(versions)
    rows = connection.execute(live.where(versions.c.state == "live"))
    return {
        row.id for row in rows if has_vector(row.start, next(iter(tables_of(row.tables)), None))
    }


def _chunks_outside(connection: Connection, version_id: int, length: int) -> int:
    """How many chunks of a version are no spans of a text of this length."""
    wrong = sql.or_(chunks.c.start < 0, chunks.c.start >= chunks.c.end, chunks.c.end > length)
    mine = sql.select(sql.func.count()).where(chunks.c.version_id == version_id, wrong)
    return int(connection.scalar(mine) or 0)


def _stray_chunks(connection: Connection) -> int:
    """How many chunks belong to no version."""
    known = sql.select(versions.c.id)
    stray = sql.select(sql.func.count()).where(chunks.c.version_id.not_in(known))
    return int(connection.scalar(stray) or 0)


def _stray_places(connection: Connection) -> list[str]:
    """Places of documents that are not there."""
    live = sql.select(versions.c.document_id).where(versions.c.state == "live")
    stray = sql.select(locations.c.location).where(locations.c.document_id.not_in(live))
    return list(connection.scalars(stray.order_by(locations.c.location)))
