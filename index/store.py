"""Store: catalog, Chroma and BM25 under one transaction story, for many processes.

Writers take turns. A change has four steps: (1) the catalog takes the new versions as pending;
(2) the indexes take their chunks; (3) the catalog publishes them — the commit; (4) what the change
left behind is cleared. Search joins its hits with the catalog, so nothing shows before (3) or after
it half-done; a writer killed anywhere leaves only leftovers, which the next one clears before it
starts. Readers wait only while a slice of vectors goes into Chroma or leftovers go out of both
indexes: each time the catalog's generation advances first, and whoever sees another one opens
Chroma anew.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import sqlalchemy.exc
from sqlalchemy.engine import Connection

from index import audit, queries
from index.catalog import Catalog, DocumentInfo, IndexState, Location, StoredChunk
from index.check import Difference, differences
from index.document import Document
from index.embeddings import Embedder, Vectors
from index.errors import EmbeddingMismatch, StoreError, UnknownDocument
from index.indexes import Indexes
from index.layout import Rectangle, rectangles
from index.lexical import LexicalEntry, LexicalIndex
from index.locking import StoreLock
from index.planning import Outcome, Prepared, plan
from index.rebuild import Model, Progress, rebuild
from index.schema import SCHEMA_VERSION

_SLICE = 128
"""Vectors that go into Chroma at once; readers wait for about a tenth of a second."""

Hits = list[tuple[int, float]]


class Snapshot:
    """One consistent state of catalog and indexes, for as long as its `with` lasts."""

    def __init__(self, store: "Store", connection: Connection) -> None:
        self._store = store
        self._connection = connection
        self._state = store.catalog.state(connection)

    def nearest(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> Hits:
        """(chunk id, cosine similarity), best first."""
        vectors = self._store.indexes.vectors(self._state.edition)
        return vectors.search(self._state.generation, vector, k, documents)

    def lexical(self, question: str, k: int, documents: Sequence[str] | None = None) -> Hits:
        """(chunk id, BM25 score), best first."""
        return self._store.indexes.lexical(self._state).search(question, k, documents)

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """The inverse document frequency of analysed terms."""
        return self._store.indexes.lexical(self._state).rarity(terms)

    def mentioned(self, terms: Iterable[str]) -> set[str]:
        """Those of the analysed terms that stand in a document, or in its title or headings."""
        return self._store.indexes.lexical(self._state).mentioned(terms)

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """The live ones among these chunks."""
        return queries.live_chunks(self._connection, ids)

    def chunk_ids(self, documents: Sequence[str]) -> list[int]:
        """All chunks of these documents in reading order."""
        return queries.chunk_ids(self._connection, documents)


class Store:
    """An opened store folder. Thread-safe, and safe beside other processes.

    Args:
        folder: where the store is, or is made.
        embedder: the model whose vectors it holds.
        create: make the store if it is not there.

    Raises:
        StoreError: there is no store, or it cannot be read or written.
        EmbeddingMismatch: its vectors come from another model.
    """

    def __init__(self, folder: Path, embedder: Embedder, *, create: bool = False) -> None:
        self.folder = folder
        if create:
            _make(folder)
        elif not is_store(folder):
            raise StoreError(f"There is no store in {folder}. 'footnote add PATH' makes one.")
        self._lock = StoreLock(folder)
        self._read_only = not _is_writable(folder)
        self.catalog = Catalog(folder / "catalog.sqlite", read_only=self._read_only)
        self.indexes = Indexes(folder)
        with ExitStack() as undo, self._faults():
            undo.callback(self.close)
            self._create(embedder)
            self._migrate()
            with self.catalog.reading() as connection:
                self._check(connection, embedder)
            undo.pop_all()

    def close(self) -> None:
        """Let go of the files."""
        self.catalog.close()
        self.indexes.close()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Search in one consistent state; writers wait meanwhile."""
        with self._faults(), self._lock.shared(), self.catalog.reading() as connection:
            yield Snapshot(self, connection)

    # Questions to the catalog ------------------------------------------------------------------

    def is_empty(self) -> bool:
        """Whether nothing can be found because nothing was added."""
        with self._reading() as connection:
            return queries.is_empty(connection)

    def documents(self) -> list[DocumentInfo]:
        """All live documents, the latest first."""
        with self._reading() as connection:
            return queries.documents(connection)

    def document(self, document_id: str, version: str | None = None) -> Document:
        """A document with its text; raises UnknownDocument."""
        with self._reading() as connection:
            return queries.document(connection, document_id, version)

    def excerpt(self, document_id: str, version: str, start: int, end: int) -> str:
        """The words of a span of a version; raises UnknownDocument."""
        with self._reading() as connection:
            return queries.excerpt(connection, document_id, version, start, end)

    def rectangles(self, document_id: str, version: str, start: int, end: int) -> list[Rectangle]:
        """Where a span is printed, line by line; raises UnknownDocument."""
        with self._reading() as connection:
            layout = queries.layout(connection, document_id, version, start, end)
        return rectangles(layout, start, end)

    def locations(self, places: Sequence[str]) -> dict[str, Location]:
        """What is known of the files at these places, by place."""
        with self._reading() as connection:
            return self.catalog.known(connection, places)

    def places(self, folder: str) -> list[str]:
        """The places below a folder at which documents were found."""
        with self._reading() as connection:
            return self.catalog.places_below(connection, folder)

    def same_content(self, file_hash: str) -> list[Location]:
        """The places known for these very bytes."""
        with self._reading() as connection:
            return self.catalog.places_of(connection, file_hash)

    # Changes -----------------------------------------------------------------------------------

    def locate(self, found: Sequence[Location], gone: Sequence[str] = ()) -> list[Location]:
        """Note where known documents are also found, and where no more.

        A document that is found nowhere any more is withdrawn.

        Returns:
            Those whose document has other content by now: nothing is noted of them.
        """
        with self._changing():
            with self.catalog.writing() as connection:
                stale = [one for one in found if not self._holds(connection, one)]
                places = [one.location for one in found if one not in stale]
                before = self.catalog.known(connection, places)
                # All of them first: files that have changed places lose neither's document.
                for location in found:
                    if location not in stale:
                        self.catalog.locate(connection, location)
                self._withdraw_lost(connection, before.values())
                self._leave(connection, gone)
            self._clear()
        return stale

    def leave(self, places: Sequence[str]) -> dict[str, str]:
        """Forget these places, and the documents found nowhere else: document ids by place."""
        with self._changing():
            with self.catalog.writing() as connection:
                left = self._leave(connection, places)
            self._clear()
        return left

    def put(self, batch: Sequence[Prepared]) -> list[tuple[str, Outcome]]:
        """Store documents: for each its id and what became of it. On return they are durable."""
        with self._changing():
            self._clear()
            with self.catalog.writing() as connection:
                plans = plan(self.catalog, connection, batch)
                pending = [
                    (p, id_, *self.catalog.insert(connection, id_, p.document, p.chunks))
                    for p, (id_, outcome) in zip(batch, plans, strict=True)
                    if outcome != "unchanged"
                ]
            self._index([(p, id_, chunk_ids) for p, id_, _, chunk_ids in pending])
            with self.catalog.writing() as connection:
                for _, document_id, version_id, _ in pending:
                    self.catalog.publish(connection, version_id, document_id)
                for prepared, (document_id, _) in zip(batch, plans, strict=True):
                    self._move(connection, replace(prepared.location, document_id=document_id))
            self._clear()
        return plans

    def remove(self, document_id: str) -> None:
        """Delete a document with all its versions; traces may stay in files until a purge.

        Raises:
            UnknownDocument: there is none such.
        """
        with self._changing():
            self._withdraw(document_id)
            self._clear()

    def purge(self, document_id: str, model: Model, progress: Progress | None = None) -> None:
        """Erase a document from every file of the store, also one that was removed before.

        Out of search at once, it is erased by writing the indexes and the catalog anew. What
        interrupts that, another purge of the same document finishes, or `repair`.

        Raises:
            UnknownDocument: there is none such, or it was purged before.
        """
        with self._changing():
            with self.catalog.reading() as connection:
                again = self.catalog.is_removed(connection, document_id)
            try:
                self._withdraw(document_id, purging=True)
            except UnknownDocument:
                if not again:
                    raise
                with self.catalog.writing() as connection:
                    self.catalog.note(connection, "purging", document_id)
            self._renew(model, progress, purge=True)

    # Its soundness -----------------------------------------------------------------------------

    def check(self) -> list[Difference]:
        """What catalog, indexes and copies disagree about; writers wait meanwhile."""
        writers = nullcontext() if self._read_only else self._lock.writing()
        with self._faults(), writers, self._lock.shared(), self.catalog.reading() as connection:
            return list(differences(self.folder, self.catalog, connection, self.indexes))

    def repair(self, model: Model, progress: Progress | None = None) -> None:
        """Make the indexes anew from the catalog, and finish what was interrupted.

        Searching goes on in the old ones meanwhile, writers wait. Interrupted, it changes nothing,
        and the next one goes on from there.
        """
        with self._changing():
            with self.catalog.reading() as connection:
                purge = self.catalog.is_purging(connection)
            self._renew(model, progress, purge=purge)
            with self.catalog.reading() as connection:
                known = {Path(place) for place in audit.places(connection)}
            for path in sorted((self.folder / "uploads").resolve().rglob("*")):
                if path.is_file() and path not in known:
                    path.unlink()

    # As the only writer ------------------------------------------------------------------------

    def _index(self, new: Sequence[tuple[Prepared, str, list[int]]]) -> None:
        entries: list[LexicalEntry] = []
        for prepared, document_id, chunk_ids in new:
            text = prepared.document.text
            for chunk_id, chunk, context in zip(
                chunk_ids, prepared.chunks, prepared.contexts, strict=True
            ):
                own = text[chunk.start : chunk.end]
                entries.append(LexicalEntry(chunk_id, document_id, own, context))
        if not entries:
            return
        with self.catalog.reading() as connection:
            state = self.catalog.state(connection)
        # Readers need not wait for it: tantivy's commits are atomic, and the chunks not yet live.
        self.indexes.lexical(state).change(add=entries)
        vectors = _stacked([prepared.vectors for prepared, _, _ in new])
        rows = [(entry.chunk_id, entry.document_id) for entry in entries]
        for at in range(0, len(rows), _SLICE):
            with self._lock.exclusive(), self._advanced() as (before, after):
                self.indexes.vectors(before.edition).change(
                    before.generation,
                    after,
                    add=rows[at : at + _SLICE],
                    vectors=vectors[at : at + _SLICE],
                )

    def _clear(self) -> None:
        """Finish what a change, possibly another process's interrupted one, left behind."""
        with self.catalog.reading() as connection:
            ids = self.catalog.leftovers(connection)
        if ids:
            # Under the lock, because a reader that began before may still take them for live.
            with self._lock.exclusive(), self._advanced() as (before, after):
                self.indexes.vectors(before.edition).change(before.generation, after, remove=ids)
                self.indexes.lexical(before).change(remove=ids)
        with self.catalog.writing() as connection:
            self.catalog.clear_leftovers(connection)

    @contextmanager
    def _advanced(self) -> Iterator[tuple[IndexState, int]]:
        """The state before a change of the indexes and the generation that it begins."""
        with self.catalog.writing() as connection:
            before = self.catalog.state(connection)
            after = self.catalog.advance(connection)
        yield before, after

    def _withdraw(self, document_id: str, *, purging: bool = False) -> None:
        with self.catalog.writing() as connection:
            paths = self.catalog.paths(connection, document_id)
            self.catalog.withdraw(connection, document_id)
            if purging:
                self.catalog.note(connection, "purging", document_id)
            # Before the commit: killed in between, it is a removal to repeat, and not a copy
            # that nothing refers to.
            self._erase_copies(paths)

    def _renew(self, model: Model, progress: Progress | None, *, purge: bool) -> None:
        """Write the indexes anew without what is not live; to purge, the catalog's file too."""
        rebuild(self.catalog, self.indexes, self._lock, model, resume=not purge, progress=progress)
        with self.catalog.writing() as connection:
            self.catalog.clear_leftovers(connection)
        if purge:
            self.catalog.compact()
            with self.catalog.writing() as connection:
                self.catalog.purged(connection)

    def _move(self, connection: Connection, location: Location) -> None:
        """Note a place; the document that was there, and nowhere else, is withdrawn."""
        before = self.catalog.location(connection, location.location)
        self.catalog.locate(connection, location)
        if before is None or before.document_id == location.document_id:
            return
        if not self.catalog.paths(connection, before.document_id):
            self.catalog.withdraw(connection, before.document_id)

    def _leave(self, connection: Connection, places: Sequence[str]) -> dict[str, str]:
        known = self.catalog.known(connection, places)
        self.catalog.unlocate(connection, list(known))
        self._withdraw_lost(connection, known.values())
        return {place: location.document_id for place, location in known.items()}

    def _holds(self, connection: Connection, location: Location) -> bool:
        """Whether the document's file has these very bytes at some place."""
        known = self.catalog.places_of(connection, location.file_hash)
        return any(one.document_id == location.document_id for one in known)

    def _withdraw_lost(self, connection: Connection, before: Iterable[Location]) -> None:
        """Withdraw those of the documents that were at these places and are nowhere now."""
        for document_id in sorted({location.document_id for location in before}):
            if not self.catalog.paths(connection, document_id):
                self.catalog.withdraw(connection, document_id)

    def _erase_copies(self, paths: Iterable[str]) -> None:
        """Delete the store's own copies of uploads; each lies in a folder named by its content."""
        uploads = (self.folder / "uploads").resolve()
        for folder in {Path(path).parent for path in paths}:
            if folder.is_relative_to(uploads) and folder.exists():
                shutil.rmtree(folder)

    # -------------------------------------------------------------------------------------------

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Be the only writer."""
        if self._read_only:
            raise StoreError(
                f"The store in {self.folder} is read-only: it can be asked, but not changed. Make "
                "its folder and files writable for you, or name another store with --store."
            )
        with self._faults(), self._lock.writing():
            yield

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._faults(), self.catalog.reading() as connection:
            yield connection

    def _create(self, embedder: Embedder) -> None:
        """Make what is not there: the indexes, then the tables, with which the store is made."""
        with self.catalog.reading() as connection:
            if self.catalog.exists(connection):
                return
        with self._lock.writing(), self._lock.exclusive(), self.catalog.writing() as connection:
            if self.catalog.exists(connection):
                return
            vectors = self.indexes.vectors(1)
            if vectors.create():
                raise StoreError(
                    f"The store in {self.folder} has lost its catalog. Restore catalog.sqlite, or "
                    "add the documents to a new store."
                )
            LexicalIndex(self.folder / "lexical", create=True)
            facts = {"embedding": embedder.name, "dimension": str(embedder.dimension)}
            self.catalog.create(connection, **facts)

    def _migrate(self) -> None:
        """Bring a store of an older format to this one."""
        with self.catalog.reading() as connection:
            if int(self.catalog.fact(connection, "schema")) >= SCHEMA_VERSION:
                return
        with self._changing(), self._lock.exclusive(), self.catalog.writing() as connection:
            self.catalog.migrate(connection)

    def _check(self, connection: Connection, embedder: Embedder) -> None:
        schema = int(self.catalog.fact(connection, "schema"))
        if schema != SCHEMA_VERSION:
            raise StoreError(
                f"The store in {self.folder} has format {schema}; this version of Footnote reads "
                f"format {SCHEMA_VERSION}. Use the version that made it, or add the documents anew."
            )
        made_with = self.catalog.fact(connection, "embedding")
        if made_with != embedder.name:
            raise EmbeddingMismatch.between(self.folder, made_with, embedder.name)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """What the disk and the databases complain of, as one line."""
        try:
            yield
        except OSError as error:
            raise StoreError.of(self.folder, error) from error
        except sqlalchemy.exc.DatabaseError as error:
            raise StoreError.catalog(self.folder, error.orig or error) from error


def is_store(folder: Path) -> bool:
    """Whether the folder holds a store."""
    return (folder / "catalog.sqlite").is_file()


def check_embedding(folder: Path, name: str) -> None:
    """Refuse a store of another embedding model before that model is so much as asked.

    Raises:
        EmbeddingMismatch: there is a store, and it was made with another model.
        StoreError: it cannot be read.
    """
    if not is_store(folder):
        return
    with closing(Catalog(folder / "catalog.sqlite", read_only=True)) as catalog:
        try:
            with catalog.reading() as connection:
                made_with = catalog.fact(connection, "embedding")
        except sqlalchemy.exc.DatabaseError as error:
            raise StoreError.catalog(folder, error.orig or error) from error
    if made_with != name:
        raise EmbeddingMismatch.between(folder, made_with, name)


def _is_writable(folder: Path) -> bool:
    catalog = folder / "catalog.sqlite"
    return os.access(folder, os.W_OK) and (not catalog.exists() or os.access(catalog, os.W_OK))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = [path.name for path in folder.iterdir() if path.suffix != ".lock"]
    except OSError as error:
        raise StoreError(f"The store {folder} cannot be made: {error.strerror}.") from error
    # Asked in this order, since another process may be making the store at this moment.
    if foreign and not is_store(folder):
        raise StoreError(
            f"{folder} holds other files ({min(foreign)}, …) and no store. Name an empty or new "
            "folder with --store or FOOTNOTE_STORE."
        )


def _stacked(vectors: Sequence[Vectors]) -> Vectors:
    import numpy as np

    return np.concatenate([rows for rows in vectors if len(rows)])
