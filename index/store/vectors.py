"""Chunk vectors in Chroma's embedded client, opened anew whenever another process has written.

Callers hold the store's lock; this module only keeps one client a process and folder, because
clients of one path share a cache in chromadb that only closing the last of them empties.

Zeros where Chroma's graph files hold room for vectors to come.

Chroma (1.5) writes that room down as it finds it in memory, and memory that is used again still
holds what it held before: vectors of deleted documents, even of other stores. hnswlib's header says
how many vectors there are, and nothing behind them is ever read before it is written.
"""

import os
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakValueDictionary

from index.closing import close_all, closed_on_failure
from index.errors import StoreError
from index.models.embeddings import Vectors
from index.store.collection import GRAPH, change, documents_of, nearest, vectors_of
from index.store.files import WritableCopy

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

_HEADER = struct.Struct("<i4Q")
"""Version, then offset, room and number of vectors, and bytes of a vector with its links."""

_FORM = 1
_BYTES_OF_A_LENGTH = 4


class Slack:
    """The room in the graph files of one Chroma folder.

    >>> (tmp_path / "graph").mkdir()
    >>> held = {"header": _HEADER.pack(1, 0, 2, 1, 4), "data_level0": b"keptgone", "length": b""}
    >>> for name, data in held.items():
    ...     _ = (tmp_path / "graph" / f"{name}.bin").write_bytes(data)
    >>> Slack(tmp_path).erase()
    >>> (tmp_path / "graph" / "data_level0.bin").read_bytes() == b"kept" + bytes(4)
    True
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Path, int] = {}

    def erase(self) -> None:
        """Write zeros there, in the graphs that were written since the last time.

        The caller keeps out whoever else may write them.

        Raises:
            StoreError: the files are of a form that is not known here.
        """
        for header in self._folder.glob("*/header.bin"):
            written = header.stat().st_mtime_ns
            if self._seen.get(header) != written:
                _erase(header)
                self._seen[header] = written


def _erase(header: Path) -> None:
    form, _, room, count, size = _HEADER.unpack(header.read_bytes()[: _HEADER.size])
    rows, lengths = header.with_name("data_level0.bin"), header.with_name("length.bin")
    if form != _FORM or count > room or rows.stat().st_size > room * size:
        raise StoreError(
            f"Chroma's files in {header.parent} are of a form that this version does not know, so "
            "what is erased may leave traces there: install the locked dependencies."
        )
    for path, used in ((rows, count * size), (lengths, count * _BYTES_OF_A_LENGTH)):
        free = path.stat().st_size - used
        if free > 0:
            with path.open("r+b") as file:
                file.seek(used)
                file.write(bytes(free))
                file.flush()
                os.fsync(file.fileno())


T = TypeVar("T")

_COLLECTION = "chunks"

_shared: "WeakValueDictionary[Path, VectorIndex]" = WeakValueDictionary()
_sharing = threading.Lock()

_PERSISTED_EVERY = 256
"""Rows after which Chroma writes its graph down; whoever opens it adds what came later one by one.
At Chroma's own 1,000 that takes half a second, which readers wait for after every change."""


class VectorIndex:
    """The vectors of one store; get it with `VectorIndex.at`.

    Raises:
        StoreError: from any method, where the files cannot be read or written.

    >>> import numpy as np
    >>> index = VectorIndex.at(tmp_path / "chroma")
    >>> index.create(dimension=3)
    0
    >>> index.change(before=0, after=1, add=[(7, "d1")], vectors=np.eye(1, 3, dtype=np.float32))
    >>> index.search(1, np.array([1, 0, 0], np.float32), k=5)
    [(7, 1.0)]
    >>> index.close()
    """

    @classmethod
    def at(cls, folder: Path) -> "VectorIndex":
        """This process's one index on `folder`."""
        with _sharing:
            path = folder.resolve()
            index = _shared.get(path)
            if index is None:
                index = _shared[path] = cls(path)
            return index

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client: Client | None = None
        self._files: WritableCopy | None = None
        self._slack = Slack(folder)
        self._generation = -1
        # Of this client and generation: asking for either takes Chroma some milliseconds.
        self._collection: Collection | None = None
        self._count: int | None = None
        # Chroma's client is not opened or closed while a thread is inside it.
        self._mutex = threading.RLock()

    def create(self, dimension: int) -> int:
        """Make the index where there is none yet; how many chunks it holds already."""
        del dimension  # Chroma takes that of the first vector
        with self._mutex, self._faults():
            client = self._open()
            client.get_or_create_collection(
                _COLLECTION,
                embedding_function=None,
                configuration={"hnsw": {**GRAPH, "sync_threshold": _PERSISTED_EVERY}},
            )
            return client.get_collection(_COLLECTION, embedding_function=None).count()

    def search(
        self, generation: int, vector: Vectors, k: int, documents: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The `k` nearest chunks as (chunk id, cosine similarity), best first."""

        def query(collection: "Collection") -> list[tuple[int, float]]:
            if self._count is None:
                self._count = collection.count()
            count = min(k, self._count)
            return nearest(collection, vector, count, documents) if count else []

        return self._use(generation, query)

    def change(
        self,
        before: int,
        after: int,
        add: Sequence[tuple[int, str]] = (),
        vectors: Vectors | None = None,
        remove: Sequence[int] = (),
    ) -> None:
        """Add chunks, as (chunk id, document id) with their vectors, and remove others.

        The change takes the index from generation `before` to `after`. Nobody else uses it
        meanwhile: the caller holds the exclusive lock, or the index does not count yet.
        """

        def write(collection: "Collection") -> None:
            change(collection, add, vectors, remove)

        with self._mutex:
            try:
                self._use(before, write)
            finally:
                self._count = None
            self._slack.erase()
            self._generation = after

    def documents(self, generation: int) -> dict[int, str]:
        """The document id of every chunk."""
        return self._use(generation, documents_of)

    def vectors(self, generation: int, ids: Sequence[int]) -> dict[int, Vectors]:
        """The vectors of these chunks; those that are not there are left out."""
        return self._use(generation, lambda collection: vectors_of(collection, ids))

    def close(self) -> None:
        """Let go of the files; the next use opens them again."""
        with self._mutex:
            client, files = self._client, self._files
            self._client, self._files, self._generation = None, None, -1
            self._collection = self._count = None
            close_all(*(one.close for one in (client, files) if one is not None))

    def _use(self, generation: int, act: "Callable[[Collection], T]") -> T:
        with self._mutex, self._faults():
            if generation != self._generation:
                self.close()
            client = self._open()
            self._generation = generation
            if self._collection is None:
                self._collection = client.get_collection(_COLLECTION, embedding_function=None)
            return act(self._collection)

    def _open(self) -> "Client":
        if self._client is None:
            # Opening it, Chroma writes.
            self._files = WritableCopy(self._folder)
            self._client = _client(self._files.path)
        return self._client

    @contextmanager
    def _faults(self) -> "Iterator[None]":
        from chromadb.errors import ChromaError

        try:
            yield
        except ChromaError as error:
            # Whatever state it is in, the next use begins with a new client.
            with closed_on_failure(self.close):
                raise StoreError.of(self._folder, error) from error


def _client(folder: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False, is_persistent=True)
    client: Client = chromadb.PersistentClient(str(folder), settings)  # type: ignore[assignment]
    return client
