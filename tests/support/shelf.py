"""A store as a test handles it: add, search by one index at a time, look at what is on disk."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chromadb
import psutil
import tantivy
from chromadb.config import Settings

from index.document import Document
from index.ingesting.chunking import chunks
from index.ingesting.ingest import CHUNK_TOKENS, Ingest
from index.ingesting.report import AddReport, Progress
from index.models.contexts import contexts, embedded
from index.models.embeddings import MiniLM
from index.store.catalog import Location
from index.store.engines import SharedBy
from index.store.identity import Prepared
from index.store.store import Store


def worker_processes() -> set[int]:
    """The processes that this one has started to read files or to draw pages (`index.sandbox`)."""
    ours = psutil.Process().children()
    living = [child for child in ours if child.status() != psutil.STATUS_ZOMBIE]
    return {
        child.pid for child in living if any(word.endswith("worker.py") for word in child.cmdline())
    }


class Shelf:
    """A store with the embedder that fills it."""

    def __init__(
        self,
        folder: Path,
        embedder: MiniLM,
        *,
        create: bool = True,
        shared: SharedBy | None = None,
    ) -> None:
        self.embedder = embedder
        self.store = Store(folder, embedder, create=create, shared=shared)

    def ingest(self, progress: Progress | None = None, **options: Any) -> Ingest:
        return Ingest(self.store, self.embedder, self.embedder, progress, **options)

    def add(
        self,
        *paths: Path | str,
        uploads: bool = False,
        progress: Progress | None = None,
        **options: Any,
    ) -> AddReport:
        return self.ingest(progress, **options).add(paths, uploads=uploads)

    def sync(self, folder: Path, **options: Any) -> AddReport:
        return self.ingest(**options).sync(folder)

    def add_documents(self, **documents: Document) -> AddReport:
        return self.ingest().add_documents(documents.items())

    def dense(self, question: str, k: int = 10, documents: list[str] | None = None) -> list[str]:
        """The texts of the live chunks that Chroma finds, best first."""
        vector = self.embedder.embed_query(question)
        with self.store.snapshot() as snapshot:
            hits = snapshot.nearest(vector, k, documents)
            found = snapshot.chunks([id_ for id_, _ in hits])
        return [found[id_].text for id_, _ in hits if id_ in found]

    def lexical(self, question: str, k: int = 10, documents: list[str] | None = None) -> list[str]:
        """The texts of the live chunks that BM25 finds, best first."""
        with self.store.snapshot() as snapshot:
            hits = snapshot.lexical(question, k, documents)
            found = snapshot.chunks([id_ for id_, _ in hits])
        return [found[id_].text for id_, _ in hits if id_ in found]

    def finds(self, words: str) -> bool:
        """Whether these words are found, by both indexes alike."""
        by_vector = any(words in text for text in self.dense(words))
        by_word = any(words in text for text in self.lexical(words))
        assert by_vector == by_word, f"Chroma: {by_vector}, BM25: {by_word}"
        return by_vector

    def live(self) -> list[str]:
        """The texts of all documents, sorted."""
        return sorted(self.store.document(info.id).text for info in self.store.documents())


@dataclass(frozen=True)
class Ids:
    """The chunk ids that each part of a store holds on disk, sorted."""

    catalog: list[int]
    chroma: list[int]
    lexical: list[int]

    def agree(self) -> bool:
        return self.catalog == self.chroma == self.lexical


def ids_on_disk(store: Store) -> Ids:
    """What each index holds; closes the store first, so that nothing is read from a cache."""
    store.close()
    with closing(sqlite3.connect(store.folder / "catalog.sqlite")) as connection:
        catalog = [id_ for (id_,) in connection.execute("SELECT id FROM chunks ORDER BY id")]
    settings = Settings(anonymized_telemetry=False, is_persistent=True)
    client = chromadb.PersistentClient(str(store.folder / "chroma"), settings)
    chroma = sorted(map(int, client.get_collection("chunks").get(include=[])["ids"]))
    client.close()
    searcher = tantivy.Index.open(str(store.folder / "lexical")).searcher()
    hits = searcher.search(tantivy.Query.all_query(), limit=100_000).hits
    lexical = sorted(int(searcher.doc(at)["chunk"][0]) for _, at in hits)
    return Ids(catalog, chroma, lexical)


def prepared(place: str, document: Document, embedder: MiniLM) -> Prepared:
    """A document ready for `Store.put`."""
    parts = chunks(document, embedder.word_ends, CHUNK_TOKENS)
    around = contexts(document, parts, embedder.word_ends)
    words = [document.text[c.start : c.end] for c in parts]
    texts = [embedded(context, own) for context, own in zip(around, words, strict=True)]
    location = Location(place, "", document.version, len(document.text), 0)
    return Prepared(location, document, parts, around, embedder.embed_passages(texts))


KILLED = """
import os, signal, sys
from pathlib import Path
from index.ingesting import ingest
from index.models.embeddings import MiniLM
from index.store.store import Store
ingest._BATCH_CHUNKS = 2
def progress(done):
    if done.done == 4:
        os.kill(os.getpid(), signal.SIGKILL)
minilm = MiniLM()
store = Store(Path(sys.argv[1]), minilm, create=True)
ingest.Ingest(store, minilm, minilm, progress).add([sys.argv[2]])
"""
"""A program that adds a path to a store and is killed with its fourth file."""
