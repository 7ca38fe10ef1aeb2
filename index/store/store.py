"""Store: catalog, Chroma and BM25 under one transaction story, for many processes.

Writers take turns. A change has four steps: (1) the catalog takes the new versions as pending;
(2) the indexes take their chunks; (3) the catalog publishes them — the commit; (4) what the change
left behind is cleared. Search joins its hits with the catalog, so nothing shows before (3) or after
it half-done; a writer killed anywhere leaves only leftovers, which the next one clears before it
starts. Readers wait only while a slice of vectors goes into Chroma or leftovers go out of both
indexes: each time the catalog's generation advances first, and whoever sees another one opens
Chroma anew.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

from sqlalchemy.engine import Connection

from index.closing import close_all, closed_on_failure
from index.document import Document, LeftOut
from index.errors import StoreError, UnknownDocument
from index.layout import Rectangle, printed_lines, rectangles
from index.models.embeddings import Embedder, Vectors
from index.places import file_of
from index.store import (
    backup,
    catalog,
    corrections,
    indexes,
    members,
    opening,
    queries,
    typed_tables,
    watches,
)
from index.store.allowed import Known
from index.store.catalog import Catalog, DocumentInfo, Location, StoredChunk
from index.store.corrections import Corrections
from index.store.engines import IndexSet, SharedBy, VectorSource
from index.store.erasure import Runs, holding, telling
from index.store.identity import Outcome, Prepared, plan
from index.store.listing import Listing
from index.store.maintenance import Difference, Model, Progress, differences, rebuild
from index.store.opening import is_store
from index.store.originals import Originals
from index.store.private import make_private
from index.store.queries import Origin, Version
from index.store.replica import last_change
from index.store.typed_tables import TableInfo
from index.store.watches import Told, Watched
from index.tables.columns import typed_tables as tables_of

Hits = list[tuple[int, float]]


class Snapshot:
    """One consistent state of catalog and indexes, for as long as its `with` lasts.

    >>> with store.snapshot() as snapshot:
    ...     [(chunk_id, _)] = snapshot.lexical("duty operator test key", k=1)
    ...     "test key" in snapshot.chunks([chunk_id])[chunk_id].text
    True
    """

    def __init__(self, catalog: Catalog, indexes: IndexSet, connection: Connection) -> None:
        self._indexes = indexes
        self._connection = connection
        self._state = catalog.state(connection)
        self._in_step = indexes.follow(connection, self._state)

    def nearest(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> Hits:
        """(chunk id, cosine similarity), best first."""
        vectors = self._indexes.vectors(self._state.edition)
        return vectors.search(self._state.generation, vector, k, documents)

    def lexical(self, question: str, k: int, documents: Sequence[str] | None = None) -> Hits:
        """(chunk id, BM25 score), best first."""
        return self._indexes.lexical(self._state).search(question, k, documents)

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """The inverse document frequency of analysed terms."""
        return self._indexes.lexical(self._state).rarity(terms)

    def mentioned(self, terms: Iterable[str]) -> set[str]:
        """Those of the analysed terms that stand in a document, or in its title or headings.

        Where a machine's copy of the index is not in step yet, any of them may.
        """
        if not self._in_step:
            return set(terms)
        return self._indexes.lexical(self._state).mentioned(terms)

    def spelled_like(self, term: str, k: int) -> list[int]:
        """Chunks that hold a term one letter away from an analysed one."""
        return self._indexes.lexical(self._state).spelled_like(term, k)

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """The live ones among these chunks."""
        return queries.live_chunks(self._connection, ids)

    def joined(self, chunks: Sequence[StoredChunk]) -> dict[int, StoredChunk]:
        """Each chunk with those beside it below the same heading, as one; by its id."""
        return queries.joined(self._connection, chunks)

    def chunk_ids(self, documents: Sequence[str]) -> list[int]:
        """All chunks of these documents in reading order."""
        return queries.chunk_ids(self._connection, documents)


class Store:
    """An opened store folder. Thread-safe, and safe beside other processes.

    Args:
        folder: where the store is, or is made.
        embedder: the model whose vectors it holds.
        create: make the store if it is not there.
        shared: the servers of a store that many machines share; `folder` is then where this one
            keeps its copies of what is in them.

    Raises:
        StoreError: there is no store, or it cannot be read or written.
        EmbeddingMismatch: its vectors come from another model.

    >>> [(document_id, outcome)] = new_store.put([arriving])
    >>> outcome, new_store.document(document_id).text
    ('added', 'The ferry sank at noon.')
    >>> new_store.remove(document_id)
    >>> new_store.is_empty()
    True
    """

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        *,
        create: bool = False,
        shared: SharedBy | None = None,
    ) -> None:
        self.folder = folder
        kept = (shared and shared.originals) or folder / "uploads"
        self.originals = Originals(kept, shared.bucket if shared is not None else None)
        self._is_shared = shared is not None
        if shared is not None:
            opening.make_copies_folder(folder)
        elif create:
            opening.make_folder(folder)
        elif not is_store(folder):
            raise StoreError(f"There is no store in {folder}. 'footnote add PATH' makes one.")
        self._read_only = not self._is_shared and not opening.is_writable(folder)
        self.catalog, self.indexes, self._lock = opening.engines(
            folder, shared, read_only=self._read_only
        )
        mark = self._last_change if self._is_shared else None
        self._listing = Listing(folder / "catalog.sqlite", self._documents, mark)
        self.known = Known()
        self._embedder = embedder
        with closed_on_failure(self.close), self._faults():
            opening.create(self.catalog, self.indexes, self._lock, embedder)
            if opening.is_outdated(self.catalog):
                self._migrate()
            opening.check_format(self.catalog, embedder)
            if not self._read_only:
                make_private(folder)

    def close(self) -> None:
        """Let go of the files."""
        close_all(self._listing.close, self.indexes.close, self.catalog.close)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Search in one consistent state; writers wait meanwhile."""
        with self._searching() as connection:
            opening.check_unchanged(self.catalog, connection, self._embedder)
            yield Snapshot(self.catalog, self.indexes, connection)

    # Questions to the catalog ------------------------------------------------------------------

    def is_empty(self) -> bool:
        """Whether nothing can be found because nothing was added."""
        with self._reading() as connection:
            return queries.is_empty(connection)

    def documents(self) -> list[DocumentInfo]:
        """All live documents, the latest first."""
        # Nothing tells of changes beside a file that cannot be written.
        if self._read_only:
            return self._documents()
        with self._faults():
            return self._listing.documents()

    def left_out(self, document_id: str | None = None) -> dict[str, list[LeftOut]]:
        """What live documents, or one of them, do not have of their files, by id."""
        with self._reading() as connection:
            return queries.left_out(connection, document_id)

    def live_among(self, document_ids: Sequence[str]) -> set[str]:
        """Those of the ids whose document is live."""
        with self._reading() as connection:
            return queries.live_among(connection, document_ids)

    def document(self, document_id: str, version: str | None = None) -> Document:
        """A document with its text; raises UnknownDocument."""
        with self._reading() as connection:
            return queries.document(connection, document_id, version)

    def versions_named(self, prefix: str) -> list[Version]:
        """The readable versions whose hash begins with these digits, live ones first."""
        with self._reading() as connection:
            return queries.versions_named(connection, prefix)

    def versions_of(self, document_id: str) -> list[str]:
        """The hashes of the readable versions of a document, the latest first."""
        with self._reading() as connection:
            return queries.versions_of(connection, document_id)

    def replaced_holding(self, words: Sequence[str]) -> list[Version]:
        """The replaced versions in whose text all of the words stand, whatever their case."""
        with self._reading() as connection:
            return queries.replaced_holding(connection, words)

    def live_version(self, document_id: str) -> Version:
        """The version of a document that is searched; raises UnknownDocument."""
        with self._reading() as connection:
            return queries.live_version(connection, document_id)

    def excerpt(self, document_id: str, version: str, start: int, end: int) -> str:
        """The words of a span of a version; raises UnknownDocument."""
        with self._reading() as connection:
            return queries.excerpt(connection, document_id, version, start, end)

    def tables(self, documents: Sequence[str]) -> list[TableInfo]:
        """The tables of these live documents that can be asked, each with its file."""
        with self._reading() as connection:
            found = typed_tables.listing(connection, self.folder, documents)
            if self._is_shared:
                typed_tables.bring(connection, self.folder, found)
        return found

    def rectangles(self, document_id: str, version: str, start: int, end: int) -> list[Rectangle]:
        """Where a span is printed, line by line; raises UnknownDocument."""
        with self._reading() as connection:
            layout = queries.layout(connection, document_id, version, start, end)
        return rectangles(layout, start, end)

    def page_lines(
        self, document_id: str, page: int, version: str | None = None
    ) -> list[tuple[str, Rectangle]]:
        """The printed lines of a page, each with its place; raises UnknownDocument.

        Of the live version, if none is named.
        """
        with self._reading() as connection:
            document = queries.document(connection, document_id, version)
            if not 1 <= page <= len(document.pages):
                return []
            span = document.pages[page - 1]
            known = document.version
            layout = queries.layout(connection, document_id, known, span.start, span.end)
        return [
            line
            for one in layout
            if one.number == page
            for line in printed_lines(one, document.text)
        ]

    def origin(self, document_id: str, version: str | None = None) -> Origin:
        """What a version, by default the live one, was read from; raises UnknownDocument."""
        with self._reading() as connection:
            found = queries.origin(connection, document_id, version)
            for place in found.places if found.live else ():
                self.originals.fetch(Path(file_of(place.location)), place.modified_ns)
        return found

    def locations(self, places: Sequence[str]) -> dict[str, Location]:
        """What is known of the files at these places, by place."""
        with self._reading() as connection:
            return self.catalog.known(connection, places)

    def inside(self, places: Sequence[str]) -> dict[str, list[Location]]:
        """What is known of places inside these files, by file."""
        with self._reading() as connection:
            return members.inside(connection, places)

    def copies(self, document_id: str) -> list[Path]:
        """The store's own copies of the files in which a document was found."""
        with self._reading() as connection:
            return list(members.copies(self.uploads, self.catalog.paths(connection, document_id)))

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
            self._keep_originals(found)
            with self.catalog.writing() as connection:
                stale = catalog.locate(self.catalog, connection, found)
                catalog.leave(self.catalog, connection, gone)
            self._clear()
        return stale

    def leave(self, places: Sequence[str]) -> dict[str, str]:
        """Forget these places, and the documents found nowhere else: document ids by place."""
        with self._changing():
            with self.catalog.writing() as connection:
                left = catalog.leave(self.catalog, connection, places)
            self._clear()
        return left

    def seal(self, file: Location) -> None:
        """Let all that stands in a file have its stamp: it is known to be read to its end."""
        with self._changing(), self.catalog.writing() as connection:
            members.seal(connection, file)

    def correct(self, document_id: str, wanted: Corrections) -> DocumentInfo:
        """Correct what was read of a live document, or take corrections back: what it is then.

        Raises:
            UnknownDocument: there is no such live document.
            DocumentError: a field cannot be corrected, or not to this.
        """
        wanted = corrections.checked(wanted)
        with self._changing(), self.catalog.writing() as connection:
            queries.live_version(connection, document_id)
            corrections.correct(connection, document_id, wanted)
            return queries.info(connection, document_id)

    @contextmanager
    def collecting(self) -> Iterator[Connection]:
        """Change collections, as their only writer, within a transaction."""
        with self._changing(), self.catalog.writing() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Ask the catalog within a transaction."""
        with self._reading() as connection:
            yield connection

    def watched(self) -> list[Watched]:
        """The folders that are kept in step, by name."""
        with self._reading() as connection:
            return watches.listed(connection)

    def watch(self, folder: str) -> None:
        """Note that a folder is to be kept in step from now on."""
        with self._changing(), self.catalog.writing() as connection:
            watches.begin(connection, folder)

    def unwatch(self, folder: str) -> None:
        """Note that a folder is not kept in step any more; its documents stay."""
        with self._changing(), self.catalog.writing() as connection:
            watches.end(connection, folder)

    def note_watch(self, folder: str, told: Told) -> None:
        """Note what the last look into a watched folder has found."""
        with self._changing(), self.catalog.writing() as connection:
            watches.note(connection, folder, told)

    @property
    def uploads(self) -> Path:
        """Where the store's own copies of files lie."""
        return self.originals.folder

    def put(self, batch: Sequence[Prepared]) -> list[tuple[str, Outcome]]:
        """Store documents: for each its id and what became of it. On return they are durable."""
        with self._changing():
            self._clear()
            self._keep_originals([prepared.location for prepared in batch])
            with self.catalog.writing() as connection:
                plans = plan(self.catalog, connection, batch)
                pending = [
                    (p, id_, *self.catalog.insert(connection, id_, p.document, p.chunks))
                    for p, (id_, outcome) in zip(batch, plans, strict=True)
                    if outcome != "unchanged"
                ]
                typed = [(p.document.version, v, tables_of(p.document)) for p, _, v, _ in pending]
                for _, version_id, found in typed:
                    typed_tables.enter(connection, version_id, found)
            for version, _, found in typed:
                typed_tables.write(self.folder, version, found)
            new = [(p, id_, chunk_ids) for p, id_, _, chunk_ids in pending]
            indexes.fill(self.catalog, self.indexes, self._lock, new)
            with self.catalog.writing() as connection:
                for _, document_id, version_id, _ in pending:
                    self.catalog.publish(connection, version_id, document_id)
                for prepared, (document_id, _) in zip(batch, plans, strict=True):
                    place = replace(prepared.location, document_id=document_id)
                    catalog.move(self.catalog, connection, place)
                    if prepared.replaces is not None:
                        self._leave_others(connection, place)
            self._clear()
        return plans

    def telling(self, document_id: str) -> Runs:
        """The runs of words of all versions of a document that no other document holds."""
        with self._reading() as connection:

            def texts(*, own: bool) -> Iterator[str]:
                for version in queries.readable_versions(connection):
                    if (version.document_id == document_id) is own:
                        yield "".join(queries.text_parts(connection, version.id))

            return telling(texts(own=True), texts(own=False))

    def holding(self, runs: Runs) -> list[Path]:
        """The store's files in which one of these runs of words stands."""
        with self._faults():
            return holding(self.folder, runs)

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

    def missing_indexes(self) -> list[Path]:
        """The indexes that are not there; what is in the others is not looked at."""
        with self._searching() as connection:
            return self.indexes.missing(self.catalog.state(connection).edition)

    def check(self) -> list[Difference]:
        """What catalog, indexes and copies disagree about; writers wait meanwhile."""
        writers = nullcontext() if self._read_only else self._lock.writing()
        with self._faults(), writers:
            self.indexes.settle()
            with self._searching() as connection:
                return self._differences(connection)

    def repair(self, model: Model, progress: Progress | None = None) -> None:
        """Make the indexes anew from the catalog, and finish what was interrupted.

        Searching goes on in the old ones meanwhile, writers wait. Interrupted, it changes nothing,
        and the next one goes on from there.
        """
        with self._changing():
            with self.catalog.reading() as connection:
                purge = self.catalog.noted(connection, "purging") is not None
            self._renew(model, progress, purge=purge)
            with self.catalog.reading() as connection:
                known = set(members.copies(self.uploads, queries.places(connection)))
            for path in sorted(self.originals.all() - known):
                self.originals.delete(path)

    def _differences(self, connection: Connection) -> list[Difference]:
        # Another machine's tables are made here when they are asked.
        tables = () if self._is_shared else typed_tables.problems(connection, self.folder)
        return [
            *differences(self.originals, self.catalog, connection, self.indexes),
            *(Difference("tables", problem) for problem in tables),
        ]

    # In one file -------------------------------------------------------------------------------

    def back_up(self, packed: ZipFile) -> None:
        """Put all that is in the store into an archive; writers wait meanwhile."""
        writers = nullcontext() if self._read_only else self._lock.writing()
        with (
            self._faults(),
            writers,
            self._searching() as connection,
            tempfile.TemporaryDirectory() as scratch,
        ):
            state = (self.catalog, connection, self.indexes, self.originals)
            backup.write(packed, Path(scratch), *state)

    def restore(
        self, packed: ZipFile, head: backup.Head, model: Model, progress: Progress | None = None
    ) -> None:
        """Fill an empty store from a back-up: with its vectors, if it has them.

        What interrupts it, `repair` finishes.

        Raises:
            StoreError: the store is not empty.
            EmbeddingMismatch: the back-up's vectors come from another model.
        """
        opening.check_model(self.catalog, head.embedding, self._embedder)
        # On the store's own disk, which has the room.
        own = tempfile.TemporaryDirectory(dir=self.folder, prefix=".restoring-")
        with self._changing(), own as scratch:
            self._clear()
            with self.catalog.writing() as connection:
                state = (self.catalog, connection, self.originals)
                kept = backup.read(packed, head, Path(scratch), *state)
            self._renew(model, progress, purge=False, kept=kept)

    # As the only writer ------------------------------------------------------------------------

    def _migrate(self) -> None:
        """Bring a store of an older format to this one."""
        with self._changing(), self._lock.exclusive(), self.catalog.writing() as connection:
            self.catalog.migrate(connection)
        with self._changing():
            typed_tables.remake(self.catalog, self.folder)

    def _keep_originals(self, places: Sequence[Location]) -> None:
        for file in dict.fromkeys(Path(file_of(place.location)) for place in places):
            self.originals.keep(file)

    def _clear(self) -> None:
        typed_tables.clear(self.catalog, self.folder)
        indexes.clear(self.catalog, self.indexes, self._lock)

    def _leave_others(self, connection: Connection, place: Location) -> None:
        """Let a document be found at this place alone."""
        others = set(self.catalog.paths(connection, place.document_id)) - {place.location}
        catalog.leave(self.catalog, connection, sorted(others))
        members.erase_copies(self.catalog, connection, self.originals, others)

    def _withdraw(self, document_id: str, *, purging: bool = False) -> None:
        with self.catalog.writing() as connection:
            paths = self.catalog.paths(connection, document_id)
            self.catalog.withdraw(connection, document_id)
            if purging:
                self.catalog.note(connection, "purging", document_id)
            # Before the commit: killed in between, it is a removal to repeat, and not a copy
            # that nothing refers to.
            members.unseal(connection, paths)
            members.erase_copies(self.catalog, connection, self.originals, paths)

    def _renew(
        self,
        model: Model,
        progress: Progress | None,
        *,
        purge: bool,
        kept: VectorSource | None = None,
    ) -> None:
        """Write the indexes anew without what is not live; to purge, the catalog's file too."""
        on = (self.catalog, self.indexes, self._lock)
        rebuild(*on, model, resume=not purge, progress=progress, kept=kept)
        typed_tables.clear(self.catalog, self.folder)
        typed_tables.remake(self.catalog, self.folder)
        with self.catalog.writing() as connection:
            self.catalog.clear_leftovers(connection)
        if purge:
            self.catalog.compact()
            with self.catalog.writing() as connection:
                self.catalog.purged(connection)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Be the only writer."""
        if self._read_only:
            raise StoreError(
                f"The store in {self.folder} is read-only: it can be asked, but not changed. Make "
                "its folder and files writable for you, or name another store with --store."
            )
        with self._faults(), self._lock.writing():
            try:
                yield
            finally:
                # What Chroma and tantivy have made; copies of uploads are made private.
                make_private(self.folder, without=self.folder / "uploads")

    def _last_change(self) -> int:
        with self.catalog.reading() as connection:
            return last_change(connection)

    def _documents(self) -> list[DocumentInfo]:
        with self._reading() as connection:
            return queries.documents(connection)

    def _faults(self) -> AbstractContextManager[None]:
        return self.catalog.database.faults()

    @contextmanager
    def _searching(self) -> Iterator[Connection]:
        """Hold the indexes as one of many readers."""
        with self._faults(), self._lock.searching(self.catalog.reading) as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._faults(), self.catalog.reading() as connection:
            yield connection
