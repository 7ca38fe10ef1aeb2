"""Chunk vectors in a Chroma server, which many machines ask and fill at the same time.

What is added is seen by whoever asks next, so there are no generations here, and no lock: a chunk
is found only once the catalog says that it is live. Each edition of a store is a collection.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import httpx

from index.closing import close_all
from index.errors import SettingsError, StoreError
from index.models.embeddings import Vectors
from index.store.collection import GRAPH, change, documents_of, nearest, vectors_of
from index.store.engines import Hits

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

T = TypeVar("T")

_CONNECT, _ANSWER = 5.0, 60.0
"""Seconds in which a server lets a connection in, and answers."""

_ADDED = 1_000
"""Rows a request: some megabytes."""


class ChromaServer:
    """A connection to a server, made when it is first used and after each fault. Thread-safe.

    Args:
        address: like http://vectors:8000, with a tenant and a database of it as path if need be.
        key: what the server asks for as `x-chroma-token`, if it does.

    Raises:
        SettingsError: the address is none.

    >>> ChromaServer("http://vectors").place
    'http://vectors:8000'
    """

    def __init__(self, address: str, key: str | None = None) -> None:
        try:
            parts = urlsplit(address)
        except ValueError:  # brackets without an IPv6 address
            parts = urlsplit("")
        names = [name for name in parts.path.split("/") if name]
        if parts.scheme not in {"http", "https"} or not parts.hostname or len(names) not in {0, 2}:
            raise SettingsError(
                "The setting chroma (FOOTNOTE_CHROMA) cannot be used: It is an address like "
                "http://host:8000, or https://host/TENANT/DATABASE."
            )
        self._ssl, self._host = parts.scheme == "https", parts.hostname
        self._port = parts.port or (443 if self._ssl else 8_000)
        self._where = dict(zip(("tenant", "database"), names, strict=False))
        self._headers = {"x-chroma-token": key} if key else {}
        self.place = f"{parts.scheme}://{self._host}:{self._port}"
        self._client: Client | None = None
        self._mutex = threading.Lock()

    def client(self) -> "Client":
        """The connection."""
        with self._mutex:
            if self._client is None:
                # Chroma's own client waits for ever for a server that does not answer.
                seconds = httpx.Timeout(_ANSWER, connect=_CONNECT)
                beat = f"{self.place}/api/v2/heartbeat"
                httpx.get(beat, headers=self._headers, timeout=_CONNECT).raise_for_status()
                self._client = _client(
                    self._host, self._port, self._ssl, self._headers, self._where
                )
                for session in _sessions(self._client):
                    session.timeout = seconds
            return self._client

    def close(self) -> None:
        """Let go of the connection; the next use makes it again."""
        with self._mutex:
            client, self._client = self._client, None
            if client is not None:
                sessions = _sessions(client)
                close_all(*(session.close for session in sessions), client.close)

    def vectors(self, name: str) -> "ServerVectors":
        """A collection."""
        return ServerVectors(self, name)

    def has(self, name: str) -> bool:
        """Whether there is a collection of this name."""
        return name in self._names()

    def others(self, store: str, edition: int) -> list[str]:
        """The names of a store's collections that do not count."""
        kept = f"{store}{edition}"
        return [name for name in self._names() if name.startswith(store) and name != kept]

    def sweep(self, store: str, edition: int) -> None:
        """Delete all collections of a store but this edition's."""
        for name in self.others(store, edition):
            with self.faults():
                self.client().delete_collection(name)

    def _names(self) -> list[str]:
        with self.faults():
            return [one.name for one in self.client().list_collections()]

    @contextmanager
    def faults(self) -> Iterator[None]:
        """What the server or the way to it complains of, as one line: raises StoreError."""
        from chromadb.errors import ChromaError

        try:
            yield
        except (ChromaError, httpx.HTTPError, ValueError) as error:
            raise StoreError.server("vectors", self.place, "FOOTNOTE_CHROMA", error) from error


class ServerVectors:
    """The vectors of one edition (see `index.store.engines.VectorEngine`).

    Raises:
        StoreError: from any method, where the server does not answer or refuses.

    >>> from index.models.embeddings import MiniLM
    >>> vectors = ServerVectors(ChromaServer("http://vectors"), "footnote-ab12-1")
    >>> vectors.search(0, MiniLM().embed_query("the pier"), k=5, documents=[])
    []
    """

    def __init__(self, server: ChromaServer, name: str) -> None:
        self._server = server
        self._name = name
        self._collection: Collection | None = None

    def create(self, dimension: int) -> int:
        """Make the collection where there is none yet; how many chunks it holds already."""
        del dimension  # Chroma takes that of the first vector
        with self._server.faults():
            made = self._server.client().get_or_create_collection(
                self._name, embedding_function=None, configuration={"hnsw": {**GRAPH}}
            )
            return made.count()

    def search(
        self, generation: int, vector: Vectors, k: int, documents: Sequence[str] | None = None
    ) -> Hits:
        """The `k` nearest chunks as (chunk id, cosine similarity), best first."""
        del generation
        # The server is not asked for what is nothing.
        if documents is not None and not documents:
            return []
        return self._use(lambda collection: nearest(collection, vector, k, documents))

    def change(
        self,
        before: int,
        after: int,
        add: Sequence[tuple[int, str]] = (),
        vectors: Vectors | None = None,
        remove: Sequence[int] = (),
    ) -> None:
        """Add chunks, as (chunk id, document id) with their vectors, and remove others."""
        del before, after
        self._use(lambda collection: change(collection, add, vectors, remove, _ADDED))

    def documents(self, generation: int) -> dict[int, str]:
        """The document id of every chunk."""
        del generation
        return self._use(documents_of)

    def vectors(self, generation: int, ids: Sequence[int]) -> dict[int, Vectors]:
        """The vectors of these chunks; those that are not there are left out."""
        del generation
        return self._use(lambda collection: vectors_of(collection, ids, _ADDED))

    def close(self) -> None:
        """Nothing: the connection is the server's."""

    def _use(self, act: "Callable[[Collection], T]") -> T:
        with self._server.faults():
            if self._collection is None:
                client = self._server.client()
                self._collection = client.get_collection(self._name, embedding_function=None)
            return act(self._collection)


def _sessions(client: "Client") -> list[httpx.Client]:
    """What a client of Chroma sends its requests by; it closes none of them itself."""
    own: Any = client
    return [one._server._session for one in (own, own._admin_client)]


def _client(
    host: str, port: int, ssl: bool, headers: dict[str, str], where: dict[str, str]
) -> "Client":
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    client: Client = chromadb.HttpClient(  # type: ignore[assignment]
        host, port, ssl, headers, settings, **where
    )
    return client
