"""What a store can stand on: a protocol each for its database, its lock, its vectors, its indexes.

On one machine these are SQLite, lock files, Chroma's embedded client and tantivy. Where many
machines share a store, they are PostgreSQL, its locks, a Chroma server, and for each machine a copy
of the lexical index that follows the catalog. Which of them is a matter of settings alone.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.engine import Connection

from index.models.embeddings import Vectors, WordEnds

if TYPE_CHECKING:
    from llama_index.core.vector_stores.types import BasePydanticVectorStore

    from index.store.catalog import IndexState
    from index.store.lexical import LexicalEntry, LexicalIndex

Reading = Callable[[], AbstractContextManager[Connection]]
Hits = list[tuple[int, float]]
MakesVectorStore = Callable[[str], "BasePydanticVectorStore"]


@dataclass(frozen=True, slots=True)
class SharedBy:
    """The servers on which a store stands that many machines share.

    `word_ends` is the tokenizer that cuts chunks' contexts, which each machine makes for its own
    copy of the lexical index. `originals` is the folder of copies of uploaded files, and `bucket`
    where all machines have them, if that is not a folder. `plugged` makes the vector store of a
    name, of a class of llama-index, in the place of a Chroma server.

    >>> SharedBy("postgresql://db/notes", "http://vectors:8000", word_ends=lambda texts: []).key
    """

    catalog: str
    chroma: str | None
    word_ends: WordEnds
    key: str | None = None
    originals: Path | None = None
    bucket: str | None = None
    plugged: MakesVectorStore | None = None


class Database(Protocol):
    """Where the catalog's tables are.

    >>> database: Database = store.catalog.database
    >>> database.place == str(store.folder)
    True
    """

    @property
    def place(self) -> str:
        """What the store is called in a message: its folder, or its address without a password."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection whose questions are answered from one state."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction: all of it is kept, durably, or none."""

    def finish(self, connection: Connection) -> None:
        """Make what only this engine needs beside the catalog's new tables."""

    def follow_ids(self, connection: Connection) -> None:
        """Let new rows have ids after those of rows that came with their ids."""

    def compact(self) -> None:
        """Write the tables anew, so that no deleted words stand in them; raises StoreError."""

    def problems(self, connection: Connection) -> list[str]:
        """What the database finds wrong in its own files."""

    def faults(self) -> AbstractContextManager[None]:
        """What it and the disk complain of, as one line: raises StoreError."""

    def close(self) -> None:
        """Let go of its files or connections."""


class Lock(Protocol):
    """Who may do what at the same time, over threads and processes.

    >>> from index.store.files import StoreLock
    >>> lock: Lock = StoreLock(tmp_path)
    >>> with lock.writing(), lock.searching(store.catalog.reading) as reading:
    ...     store.catalog.exists(reading)
    True
    """

    def searching(self, reading: Reading) -> AbstractContextManager[Connection]:
        """Hold the indexes as one of many readers, with a connection that sees what they hold."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the store as its only writer; readers go on."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the indexes as their only user; for a writer, and briefly."""


class VectorSource(Protocol):
    """What has vectors of chunks.

    >>> source: VectorSource = new_store.indexes.vectors(1)
    >>> source.vectors(0, [7])
    {}
    """

    def vectors(self, generation: int, ids: Sequence[int]) -> dict[int, Vectors]:
        """The vectors of these chunks; those that are not there are left out."""


class VectorEngine(VectorSource, Protocol):
    """The vectors of one edition of a store.

    >>> vectors: VectorEngine = new_store.indexes.vectors(1)
    >>> vectors.documents(0)
    {}
    """

    def create(self, dimension: int) -> int:
        """Make the index where there is none yet; how many chunks it holds already."""

    def search(
        self, generation: int, vector: Vectors, k: int, documents: Sequence[str] | None = None
    ) -> Hits:
        """The `k` nearest chunks as (chunk id, cosine similarity), best first."""

    def change(
        self,
        before: int,
        after: int,
        add: Sequence[tuple[int, str]] = (),
        vectors: Vectors | None = None,
        remove: Sequence[int] = (),
    ) -> None:
        """Add chunks, as (chunk id, document id) with their vectors, and remove others."""

    def documents(self, generation: int) -> dict[int, str]:
        """The document id of every chunk."""

    def close(self) -> None:
        """Let go of files or connections; the next use opens them again."""


class VectorServer(Protocol):
    """What has the vectors of many stores, each edition of a store under a name.

    >>> from index.store.chroma_server import ChromaServer
    >>> server: VectorServer = ChromaServer("http://vectors:8000")
    >>> server.close()
    """

    def vectors(self, name: str) -> VectorEngine:
        """The vectors of one edition."""

    def has(self, name: str) -> bool:
        """Whether this edition is there."""

    def others(self, store: str, edition: int) -> list[str]:
        """The names, which begin with the store's, of what is there of other editions."""

    def sweep(self, store: str, edition: int) -> None:
        """Delete all editions but this one."""

    def close(self) -> None:
        """Let go of connections; the next use makes them again."""


class IndexSet(Protocol):
    """Both indexes of a store, in the edition that its catalog names.

    >>> indexes: IndexSet = store.indexes
    >>> indexes.missing(1), indexes.others(1)
    ([], [])
    """

    def vectors(self, edition: int) -> VectorEngine:
        """The vectors of an edition."""

    def lexical(self, state: "IndexState") -> "LexicalIndex":
        """BM25, as far as this process can have it."""

    def change_words(
        self,
        state: "IndexState",
        add: "Iterable[LexicalEntry]" = (),
        remove: Iterable[int] = (),
    ) -> None:
        """Add entries to the lexical index and remove others, where the writer is to do so."""

    def follow(self, connection: Connection, state: "IndexState") -> bool:
        """Whether the lexical index holds all that the connection sees, after a moment at most."""

    def settle(self) -> None:
        """Let the lexical index hold all that is to be had, however long it takes."""

    def alone(self, lock: Lock) -> AbstractContextManager[None]:
        """What must be held while vectors go in."""

    def create(self, dimension: int) -> dict[str, str]:
        """Make the first edition; the facts by which the catalog finds it again."""

    def made(self, edition: int, dimension: int) -> "tuple[VectorEngine, LexicalIndex | None]":
        """Vectors of a new edition, and the lexical index where it is to be filled with them."""

    def missing(self, edition: int) -> list[Path]:
        """What should be there of this edition and is not: folders, or names of collections."""

    def others(self, edition: int) -> list[str]:
        """The names of what is there of other editions."""

    def sweep(self, edition: int) -> None:
        """Delete all but this edition."""

    def close(self) -> None:
        """Let go of files and connections; the next use opens them again."""
