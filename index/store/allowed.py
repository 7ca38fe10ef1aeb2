"""Who may read which documents of a store, and what is remembered of that for all who read it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.engine import Connection

from index.errors import UnknownCollection
from index.models.embeddings import Vectors
from index.store import collections, queries
from index.store.catalog import IndexState
from index.store.engines import Hits, VectorEngine
from index.store.lexical import Term

_NONE: Vectors = np.empty((0, 0), np.float32)


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


@dataclass(eq=False, slots=True)
class Allowed:
    """The live documents that may be read, their chunks, and how long those are at the mean.

    `is_all` says that there are no others. What was looked up is remembered with it: in how many of
    the chunks a term stands, and where their vectors are.

    >>> Allowed(frozenset({"d1"}), [7, 8], 400.0, is_all=True).frequencies
    {}
    """

    documents: frozenset[str]
    chunks: list[int]
    length: float
    is_all: bool
    frequencies: dict[Term, int] = field(default_factory=dict)
    rows: "np.ndarray[tuple[int, int], np.dtype[np.int64]] | None" = None
    """Pairs of a chunk's id and the row of its vector."""

    @property
    def limit(self) -> list[str] | None:
        """The documents to look in, for what looks in all of them where none are named."""
        return None if self.is_all else list(self.documents)


class Known:
    """What is remembered for all who read a store: sets of documents, and vectors. Thread-safe.

    >>> known = Known()
    >>> reader = Reader(frozenset({"person:ann"}))
    >>> known.allowed(connection, store.catalog.state(connection), reader).chunks
    []
    """

    _MOST = 256

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._allowed: dict[Reader, tuple[tuple[int, IndexState], Allowed]] = {}
        self._edition = 0
        self._at: dict[int, int] = {}
        self._rows = _NONE

    def allowed(self, connection: Connection, state: IndexState, reader: Reader) -> Allowed:
        """What someone may read in this state."""
        # Each change of rights, and each of what is live, gives another mark.
        mark = collections.changes(connection), state
        with self._mutex:
            held = self._allowed.get(reader)
        if held is not None and held[0] == mark:
            return held[1]
        names = reader.may_read(connection)
        ids = queries.live_among(connection, sorted(collections.inside(connection, names)))
        spans = queries.chunk_spans(connection, sorted(ids))
        lengths = [end - start for _, start, end in spans]
        found = Allowed(
            frozenset(ids),
            [id_ for id_, _, _ in spans],
            sum(lengths) / len(lengths) if lengths else 1.0,
            is_all=len(ids) == queries.count_live(connection),
        )
        with self._mutex:
            if len(self._allowed) >= self._MOST:
                self._allowed.pop(next(iter(self._allowed)))
            self._allowed[reader] = mark, found
        return found

    def nearest(
        self,
        vectors: VectorEngine,
        state: IndexState,
        allowed: Allowed,
        asked: Vectors,
        k: int,
        some: Sequence[int] | None = None,
    ) -> Hits:
        """The `k` nearest of the chunks that may be read as (chunk id, cosine), best first.

        Args:
            vectors: where they are.
            state: which of them count.
            allowed: what may be read.
            asked: the vector that they are compared with.
            k: how many.
            some: the only chunks that are wanted.
        """
        with self._mutex:
            if self._edition != state.edition:
                self._edition, self._at, self._rows = state.edition, {}, _NONE
            if some is not None:
                pairs = self._bring(vectors, state, some)
            else:
                if allowed.rows is None:
                    allowed.rows = self._bring(vectors, state, allowed.chunks)
                pairs = allowed.rows
            rows = self._rows
        if not len(pairs):
            return []
        these = pairs[:, 1]
        few = 2 * len(these) < len(rows)
        cosines = rows[these] @ asked if few else (rows @ asked)[these]
        first = np.argpartition(-cosines, min(2 * k, len(these) - 1))[: 2 * k]
        # Anew for these, so that no bit of them depends on how many others there are.
        exact = {int(id_): float(np.dot(rows[row], asked)) for id_, row in pairs[first]}
        return sorted(exact.items(), key=lambda hit: (-hit[1], hit[0]))[:k]

    def _bring(
        self, vectors: VectorEngine, state: IndexState, ids: Sequence[int]
    ) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
        """The rows of these chunks' vectors, which are here from now on."""
        missing = [id_ for id_ in ids if id_ not in self._at]
        if missing:
            found = vectors.vectors(state.generation, missing)
            self._at |= dict.fromkeys(missing, -1)  # some rows of tables have no vector
            self._at |= {id_: len(self._rows) + n for n, id_ in enumerate(found)}
            if found:
                new = np.stack(list(found.values()))
                self._rows = np.concatenate([self._rows, new]) if len(self._rows) else new
        there = [(id_, at) for id_ in ids if (at := self._at[id_]) >= 0]
        return np.array(there, np.int64).reshape(-1, 2)
