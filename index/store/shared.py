"""The indexes of a store that many machines share: a server's vectors, and words in a copy here.

Vectors are collections of a Chroma server, or in what is set in its place; the lexical index is a
copy on each machine that follows the catalog (`index.store.replica`).
"""

import secrets
import shutil
import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sqlalchemy.engine import Connection

from index.closing import close_all
from index.store import queries
from index.store.catalog import Catalog, IndexState
from index.store.chroma_server import ChromaServer
from index.store.engines import Lock, SharedBy, VectorEngine, VectorServer
from index.store.lexical import LexicalEntry, LexicalIndex
from index.store.replica import Replica, last_change


class SharedIndexes:
    """Both indexes of a shared store (see `index.store.engines.IndexSet`). Thread-safe.

    Args:
        folder: where this machine keeps its copy.
        shared: the servers.
        catalog: what the copy follows.

    >>> from index.store.files import StoreLock
    >>> by = SharedBy("postgresql://db/notes", "http://vectors:8000", word_ends=lambda texts: [])
    >>> with SharedIndexes(tmp_path, by, store.catalog).alone(StoreLock(tmp_path)):
    ...     list(tmp_path.iterdir())  # no lock is held
    []
    """

    def __init__(self, folder: Path, shared: SharedBy, catalog: Catalog) -> None:
        self._folder, self._catalog, self._word_ends = folder, catalog, shared.word_ends
        self._server = _vector_server(shared, catalog)
        self._id: str | None = None
        self._vectors: dict[int, VectorEngine] = {}
        self._replicas: dict[int, Replica] = {}
        self._mutex = threading.RLock()

    def close(self) -> None:
        """Let go of files and connections; the next use opens them again."""
        with self._mutex:
            replicas, self._replicas, self._vectors = self._replicas, {}, {}
        close_all(*(one.close for one in replicas.values()), self._server.close)

    def vectors(self, edition: int) -> VectorEngine:
        """The collection of an edition."""
        with self._mutex:
            if edition not in self._vectors:
                self._vectors[edition] = self._server.vectors(self._name(edition))
            return self._vectors[edition]

    def lexical(self, state: IndexState) -> LexicalIndex:
        """This machine's copy; that of the edition before while the new one is being made."""
        newest, former = self._replica(state.edition), self._former(state.edition)
        return newest.index if newest.is_whole or not former else former[-1].index

    def change_words(
        self, state: IndexState, add: Iterable[LexicalEntry] = (), remove: Iterable[int] = ()
    ) -> None:
        """Nothing: each machine's copy follows what the catalog publishes."""

    def follow(self, connection: Connection, state: IndexState) -> bool:
        """Whether the copy holds all that the connection sees, after a moment at most."""
        if not self._replica(state.edition).follow(last_change(connection)):
            return False
        if former := self._former(state.edition):
            with self._mutex:
                self._replicas = {state.edition: self._replicas[state.edition]}
            close_all(*(one.close for one in former))
            self._sweep_copies(state.edition)
        return True

    def settle(self) -> None:
        """Let the copy be in step; raises StoreError where it cannot be written."""
        with self._catalog.reading() as connection:
            state = self._catalog.state(connection)
        self._replica(state.edition).settle()

    def alone(self, lock: Lock) -> AbstractContextManager[None]:
        """Nothing needs to be held while vectors go in."""
        del lock
        return nullcontext()

    def create(self, dimension: int) -> dict[str, str]:
        """Make the first edition; the facts by which the catalog finds it again."""
        self._id = secrets.token_hex(8)
        self.vectors(1).create(dimension)
        return {"id": self._id}

    def made(self, edition: int, dimension: int) -> tuple[VectorEngine, None]:
        """A collection that may hold what an interrupted run has put there; copies follow it."""
        vectors = self.vectors(edition)
        vectors.create(dimension)
        return vectors, None

    def missing(self, edition: int) -> list[Path]:
        """The name of this edition's collection, if it is not there."""
        wanted = self._name(edition)
        return [] if self._server.has(wanted) else [Path(wanted)]

    def others(self, edition: int) -> list[str]:
        """The names of the store's collections that do not count."""
        return self._server.others(self._name(), edition)

    def sweep(self, edition: int) -> None:
        """Delete all collections of the store but this edition's."""
        self._server.sweep(self._name(), edition)
        with self._mutex:
            self._vectors.clear()

    def _replica(self, edition: int) -> Replica:
        with self._mutex:
            if edition not in self._replicas:
                path = self._folder / f"lexical-{self._store_id()}-{edition}"
                self._replicas[edition] = Replica(path, self._catalog, self._word_ends)
                if len(self._replicas) == 1:
                    self._sweep_copies(edition)
            return self._replicas[edition]

    def _former(self, edition: int) -> list[Replica]:
        with self._mutex:
            return [one for which, one in self._replicas.items() if which != edition]

    def _sweep_copies(self, edition: int) -> None:
        """Delete this machine's copies of other editions."""
        own = f"lexical-{self._store_id()}-"
        for path in self._folder.glob(f"{own}*"):
            if path.is_dir() and path.name != f"{own}{edition}":
                shutil.rmtree(path)

    def _name(self, edition: int | str = "") -> str:
        return f"footnote-{self._store_id()}-{edition}"

    def _store_id(self) -> str:
        if self._id is None:
            with self._catalog.reading() as connection:
                self._id = self._catalog.fact(connection, "id")
        return self._id


def _vector_server(shared: SharedBy, catalog: Catalog) -> VectorServer:
    if shared.plugged is None:
        return ChromaServer(shared.chroma or "", shared.key)
    from index.store.plugged_vectors import PluggedServer

    def highest() -> int:
        with catalog.reading() as connection:
            return queries.highest_chunk(connection)

    return PluggedServer(shared.plugged, highest)
