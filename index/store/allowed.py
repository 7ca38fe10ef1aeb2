"""Who may read which documents of a store, and what is remembered of that for all who read it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.engine import Connection

from index.errors import UnknownCollection
from index.models.embeddings import Vectors
from index.store import collections, queries
from index.store.catalog import IndexState
from index.store.engines import Hits, VectorEngine


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the names of a person and of groups, and the only collections that are wanted.

    Without names it is whoever has the whole store, and wants some collections of it.

    >>> Reader(frozenset({"person:ann", "group:law"})).only is None
    True
    """

    names: frozenset[str] | None
    only: frozenset[str] | None = None

    def may_read(self, connection: Connection) -> set[str]:
        """The collections that are read; raises UnknownCollection for one that may not be."""
        there = collections.readable(connection, self.names)
        for name in sorted(self.only or ()):
            if name not in there:
                raise UnknownCollection.named(name)
        return there if self.only is None else there & self.only

    def roles(self, connection: Connection, name: str) -> set[collections.Role]:
        """What one may do in a collection; raises UnknownCollection for what may not be read."""
        if name not in self.may_read(connection):
            raise UnknownCollection.named(name)
        return {"owner"} if self.names is None else collections.roles(connection, name, self.names)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The live documents that may be read, their chunks, and how long those are at the mean.

    >>> Allowed(("d1",), np.array([7, 8]), 400.0).documents
    ('d1',)
    """

    documents: tuple[str, ...]
    chunks: np.ndarray[tuple[int], np.dtype[np.int64]]
    length: float


class Known:
    """What is remembered for all who read a store: sets of documents, and vectors. Thread-safe.

    >>> known = Known()
    >>> reader = Reader(frozenset({"person:ann"}))
    >>> known.allowed(connection, store.catalog.state(connection), reader).documents
    ()
    """

    _MOST = 256

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._allowed: dict[Reader, tuple[tuple[int, IndexState], Allowed]] = {}
        self._edition = 0
        self._at: dict[int, int] = {}
        self._rows: Vectors = np.empty((0, 0), np.float32)

    def allowed(self, connection: Connection, state: IndexState, reader: Reader) -> Allowed:
        """What someone may read in this state."""
        # Each change of rights, and each of what is live, gives another mark.
        mark = collections.changes(connection), state
        with self._mutex:
            held = self._allowed.get(reader)
        if held is not None and held[0] == mark:
            return held[1]
        names = reader.may_read(connection)
        ids = sorted(queries.live_among(connection, sorted(collections.inside(connection, names))))
        spans = queries.chunk_spans(connection, ids)
        lengths = [end - start for _, start, end in spans]
        found = Allowed(
            tuple(ids),
            np.array([id_ for id_, _, _ in spans], np.int64),
            sum(lengths) / len(lengths) if lengths else 1.0,
        )
        with self._mutex:
            if len(self._allowed) >= self._MOST:
                self._allowed.pop(next(iter(self._allowed)))
            self._allowed[reader] = mark, found
        return found

    def nearest(
        self, vectors: VectorEngine, state: IndexState, ids: Sequence[int], asked: Vectors, k: int
    ) -> Hits:
        """The `k` of these chunks nearest to a vector as (chunk id, cosine), best first."""
        with self._mutex:
            self._bring(vectors, state, ids)
            there = [(id_, at) for id_ in ids if (at := self._at[id_]) >= 0]
            rows = self._rows
        if not there:
            return []
        these = np.array([row for _, row in there])
        few = 2 * len(these) < len(rows)
        cosines = rows[these] @ asked if few else (rows @ asked)[these]
        first = np.argsort(-cosines, kind="stable")[:k]
        # Anew for these, so that no bit of them depends on how many others there are.
        exact = {there[n][0]: float(np.dot(rows[there[n][1]], asked)) for n in first}
        return sorted(exact.items(), key=lambda hit: (-hit[1], hit[0]))

    def _bring(self, vectors: VectorEngine, state: IndexState, ids: Sequence[int]) -> None:
        if self._edition != state.edition:
            self._edition, self._at, self._rows = state.edition, {}, np.empty((0, 0), np.float32)
        missing = [id_ for id_ in ids if id_ not in self._at]
        if not missing:
            return
        found = vectors.vectors(state.generation, missing)
        self._at |= dict.fromkeys(missing, -1)  # some rows of tables have no vector
        if found:
            self._at |= {id_: len(self._rows) + n for n, id_ in enumerate(found)}
            new = np.stack(list(found.values()))
            self._rows = np.concatenate([self._rows, new]) if len(self._rows) else new
