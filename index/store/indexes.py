"""The two index folders of a store, in the edition that its catalog names.

Chunks go into both indexes, and leftovers out of them, while readers wait as little as can be.

The caller is the only writer. Each function has transactions of its own.
"""

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
from sqlalchemy.engine import Connection

from index.closing import close_all
from index.errors import StoreError
from index.models.contexts import has_vector
from index.models.embeddings import Vectors
from index.store.catalog import Catalog, IndexState
from index.store.engines import IndexSet, Lock
from index.store.identity import Prepared
from index.store.lexical import LexicalEntry, LexicalIndex
from index.store.vectors import VectorIndex


class Indexes:
    """Opens Chroma and BM25 when they are first used, and anew in another edition.

    An edition is never changed into the next: a rebuilt pair of folders stands beside the old one
    until the catalog names it. Thread-safe.

    >>> state = store.catalog.state(connection)
    >>> len(store.indexes.lexical(state).search("sirens", k=3))
    3
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._vectors: VectorIndex | None = None
        self._lexical: tuple[IndexState, LexicalIndex] | None = None
        # Many threads may be the first to see another edition; they share what one of them opens.
        self._mutex = threading.RLock()

    def close(self) -> None:
        """Let go of the files; the next use opens them again."""
        with self._mutex:
            vectors, lexical = self._vectors, self._lexical and self._lexical[1]
            self._vectors = self._lexical = None
            close_all(*(one.close for one in (vectors, lexical) if one is not None))

    def vectors(self, edition: int) -> VectorIndex:
        """Chroma."""
        with self._mutex:
            vectors = self._vectors
            wanted = VectorIndex.at(self._path("chroma", edition))
            if vectors is not wanted:
                self._vectors = wanted
                if vectors is not None:
                    vectors.close()
            return wanted

    def lexical(self, state: IndexState) -> LexicalIndex:
        """BM25, having seen all commits up to the state's generation."""
        with self._mutex:
            held = self._lexical
            if held is None or held[0].edition != state.edition:
                self._lexical = None
                if held is not None:
                    held[1].close()
                index = LexicalIndex(self._path("lexical", state.edition))
            else:
                index = held[1]
                if held[0] != state:
                    index.reload()
            self._lexical = (state, index)
            return index

    def made(self, edition: int, dimension: int) -> tuple[VectorIndex, LexicalIndex]:
        """A new BM25 index, and a Chroma that may hold what an interrupted run has put there."""
        vectors = VectorIndex.at(self._path("chroma", edition))
        vectors.create(dimension)
        lexical = self._path("lexical", edition)
        if lexical.exists():
            shutil.rmtree(lexical)
        return vectors, LexicalIndex(lexical, create=True)

    def create(self, dimension: int) -> dict[str, str]:
        """Make the first edition; the facts by which the catalog finds it again.

        Raises:
            StoreError: it holds chunks already, so a catalog was lost.
        """
        if self.vectors(1).create(dimension):
            raise StoreError(
                f"The store in {self._folder} has lost its catalog. Restore catalog.sqlite, or add "
                "the documents to a new store."
            )
        LexicalIndex(self._path("lexical", 1), create=True)
        return {}

    def follow(self, connection: Connection, state: IndexState) -> bool:
        """True: what others have written is in the same folders."""
        del connection, state
        return True

    def settle(self) -> None:
        """Nothing: as `follow`."""

    def alone(self, lock: Lock) -> AbstractContextManager[None]:
        """While vectors go in: Chroma's embedded client bears nobody beside it."""
        return lock.exclusive()

    def change_words(
        self, state: IndexState, add: Iterable[LexicalEntry] = (), remove: Iterable[int] = ()
    ) -> None:
        """Add entries to the lexical index and remove others, in one commit."""
        self.lexical(state).change(add=add, remove=remove)

    def missing(self, edition: int) -> list[Path]:
        """The folders of this edition that are not there, or in which there is no index."""
        heads = {"chroma": "chroma.sqlite3", "lexical": "meta.json"}
        paths = {self._path(name, edition): head for name, head in heads.items()}
        return [path for path, head in paths.items() if not (path / head).is_file()]

    def others(self, edition: int) -> list[str]:
        """The names of index folders that do not count."""
        return [path.name for path in self._others(edition)]

    def sweep(self, edition: int) -> None:
        """Delete all but this edition."""
        for path in self._others(edition):
            VectorIndex.at(path).close()
            shutil.rmtree(path)

    def _others(self, edition: int) -> list[Path]:
        kept = {self._path(name, edition) for name in ("chroma", "lexical")}
        return [
            path
            for name in ("chroma", "lexical")
            for path in sorted(self._folder.glob(f"{name}*"))
            if path.is_dir() and path not in kept
        ]

    def _path(self, name: str, edition: int) -> Path:
        return self._folder / (name if edition == 1 else f"{name}-{edition}")


_SLICE = 128
"""Vectors that go into Chroma at once; readers wait for about a tenth of a second."""


def fill(
    catalog: Catalog,
    indexes: IndexSet,
    lock: Lock,
    new: Sequence[tuple[Prepared, str, list[int]]],
) -> None:
    """Give the indexes the chunks of pending versions: each with document id and chunk ids.

    >>> with new_store.catalog.writing() as changing:
    ...     _, ids = new_store.catalog.insert(changing, "d1", arriving.document, arriving.chunks)
    >>> from index.store.files import StoreLock
    >>> lock = StoreLock(new_store.folder)
    >>> fill(new_store.catalog, new_store.indexes, lock, [(arriving, "d1", ids)])
    >>> new_store.indexes.lexical(IndexState(edition=1, generation=1)).ids() == ids
    True
    """
    entries: list[LexicalEntry] = []
    rows: list[tuple[int, str]] = []
    for prepared, document_id, chunk_ids in new:
        text = prepared.document.text
        for chunk_id, chunk, context in zip(
            chunk_ids, prepared.chunks, prepared.contexts, strict=True
        ):
            own = text[chunk.start : chunk.end]
            entries.append(LexicalEntry(chunk_id, document_id, own, context))
            if has_vector(chunk.start, prepared.document.table_at(chunk.start)):
                rows.append((chunk_id, document_id))
    if not entries:
        return
    with catalog.reading() as connection:
        state = catalog.state(connection)
    # Readers need not wait for it: tantivy's commits are atomic, and the chunks not yet live.
    indexes.change_words(state, add=entries)
    vectors = _stacked([prepared.vectors for prepared, _, _ in new])
    for at in range(0, len(rows), _SLICE):
        with indexes.alone(lock), _advanced(catalog) as (before, after):
            indexes.vectors(before.edition).change(
                before.generation,
                after,
                add=rows[at : at + _SLICE],
                vectors=vectors[at : at + _SLICE],
            )


def clear(catalog: Catalog, indexes: IndexSet, lock: Lock) -> None:
    """Finish what a change, possibly another process's interrupted one, left behind.

    >>> [(document_id, _)] = new_store.put([arriving])
    >>> with new_store.catalog.writing() as changing:
    ...     new_store.catalog.withdraw(changing, document_id)
    >>> from index.store.files import StoreLock
    >>> clear(new_store.catalog, new_store.indexes, StoreLock(new_store.folder))
    >>> new_store.indexes.lexical(IndexState(edition=1, generation=2)).ids()
    []
    """
    with catalog.reading() as connection:
        ids = catalog.leftovers(connection)
    if ids:
        # Under the lock, because a reader that began before may still take them for live.
        with lock.exclusive(), _advanced(catalog) as (before, after):
            indexes.vectors(before.edition).change(before.generation, after, remove=ids)
            indexes.change_words(before, remove=ids)
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
