"""Library: the documents of one store, added, listed, read, removed and kept sound."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from assistant.answer import Citation, Passage
from assistant.conversations.cells import KeptCells
from assistant.conversations.conversations import Conversations
from assistant.links import CITATION_ID, cited_span
from assistant.messages import OTHER_BASE
from assistant.people.audit import account_name
from assistant.people.collections import Collections
from assistant.people.people import People
from assistant.people.person import Person
from assistant.settings import Settings, load
from assistant.store_handle import StoreHandle
from index.closing import close_all, closed_on_failure
from index.document import Document, LeftOut
from index.errors import DocumentError, StoreError, UnknownDocument
from index.ingesting.report import AddReport
from index.ingesting.report import Progress as Adding
from index.layout import Rectangle
from index.models.embeddings import E5, Base, Embedder, MiniLM, Vectors
from index.pages.images import PageImage, PageImages, original_file
from index.store import catalog
from index.store.catalog import DocumentInfo
from index.store.maintenance import Difference, Model
from index.store.opening import check_embedding
from index.store.store import Store
from index.store.watches import Told, Watched

if TYPE_CHECKING:
    from llama_index.core.schema import Document as LlamaDocument

    from assistant.keeping import Beside
    from index.ingesting.arrivals import Stamp
    from index.ingesting.cluster import Cluster
    from index.ingesting.ingest import Ingest
    from index.ingesting.walking import State


class Library:
    """What an `Assistant` does with documents; it is opened as one.

    Args:
        store: the store's folder; by default the settings' (`.footnote/`, FOOTNOTE_STORE). It is
            made when something is added.
        settings: all options; by default from the environment, `.env` and `footnote.toml`.

    Raises:
        SettingsError: a setting cannot be used.
        StoreError: the store cannot be opened.
        EmbeddingMismatch: the store was made with another embedding model.

    >>> with Library(demo.store) as library:
    ...     len(library.documents()), library.check()
    (7, [])
    """

    person: Person | None = None
    """Who asks and changes; nobody in particular where one person has the store alone."""
    _is_noted = True
    _is_view = False

    def __init__(
        self, store: str | Path | None = None, *, settings: Settings | None = None
    ) -> None:
        self.settings = settings or load()
        self.store = Path(store) if store is not None else self.settings.store
        self._model = MiniLM(self.settings.model_dir)
        bases: dict[str, Embedder] = {"e5": E5(), "minilm": self._model}
        self._base = bases.get(self.settings.embedding)
        # They hold for the store that the settings name; another one that is named is its folder's.
        is_default = self.store == self.settings.store
        self._shared = self.settings.shared_by(self._model.word_ends) if is_default else None
        self._connections = ExitStack()
        with closed_on_failure(self._connections.close):
            self._embedder = self._configured_embedder(self._connections)
            self._opening = StoreHandle(self.store, self._embedder, self._shared)
        self._pages = PageImages()
        self.conversations = Conversations(self.store, self.shared_catalog)
        self.matrices = KeptCells(self.store, self.shared_catalog)
        self.people = People(self.store, self.shared_catalog)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store's files, and of the connections to an embedding server."""
        close_all(
            self.conversations.close,
            self.matrices.close,
            self.people.close,
            self._pages.close,
            self._opening.close,
            self._connections.close,
        )

    @property
    def shared_catalog(self) -> str | None:
        """The address of the database that the store shares with other machines, if it does."""
        return None if self._shared is None else self._shared.catalog

    @property
    def who(self) -> str:
        """Who acts, as the audit log names them: a person, or an account of this machine."""
        return f"account:{account_name()}" if self.person is None else self.person.name

    def note(self, act: str, *, words: str | None = None, **what: object) -> None:
        """Note in the audit log what is done, where several people share the store.

        `words` are those of a question, which stand in it only where the settings say so.
        """
        people = self.settings.people
        if people is not None and self._is_noted:
            told = words if people.audit_words else None
            self.people.audit.note(self.who, act, **what, words=told)

    def unnoted(self) -> Self:
        """The same, for what is done on the way to what was noted."""
        view = copy(self)
        view._is_noted = False
        return view

    @property
    def collections(self) -> Collections:
        """The named sets of documents, and who may read them."""
        return Collections(self._opening, self.note)

    def add(
        self,
        paths: "str | Path | Iterable[str | Path | LlamaDocument]",
        *,
        uploads: bool = False,
        progress: Adding | None = None,
        on: str | None = None,
    ) -> AddReport:
        """Add files, folders, web addresses and llama-index documents.

        What is unchanged costs next to nothing.

        One bad file never stops the rest: it is in the report's `failed`, with the reason.

        Args:
            paths: one or many.
            uploads: copy the files into the store, because they will not stay where they are.
            progress: called for each file once it is durably stored, or has failed.
            on: the Ray cluster that reads and embeds the files, like ray://host:10001 ('local'
                starts one here); this machine stores them.

        Raises:
            DocumentError: a path is empty.
            CollectionError: whoever asks may read only some of the store, and add to no collection
                or to several: `within` names one.
            SettingsError: there is no such cluster.
        """
        given = [paths] if isinstance(paths, str | Path) else list(paths)
        _check_named(given)
        adding = self.collections.adding()
        files = [item for item in given if isinstance(item, str | Path)]
        others = [item for item in given if not isinstance(item, str | Path)]
        told = adding.telling(progress)
        with ExitStack() as connected:
            cluster = None
            if on is not None:
                from index.ingesting.cluster import Cluster

                cluster = connected.enter_context(Cluster(on))
            report = self._ingest(told, on=cluster).add(files, uploads=uploads)
        if others:
            from assistant.llamaindex import named_documents

            report += self._ingest(told).add_documents(named_documents(others))
        report = adding.collected(report)
        self._note_report(report)
        return report

    def replace(
        self,
        document_id: str,
        file: str | Path,
        *,
        uploads: bool = False,
        progress: Adding | None = None,
    ) -> AddReport:
        """Put a file in the place of a document's own: its id stays, and citations of what it was.

        Its text before leaves search and can still be read. `uploads` and `progress` are as in
        `add`, and a bad file is in the report's `failed` and replaces nothing.

        Raises:
            UnknownDocument: there is no such document.
            DocumentError: it is read from a file in a folder, which is there: change that instead.
        """
        _check_named([file])
        self.collections.check_changeable(document_id)
        report = self._ingest(progress).replace(document_id, Path(file), uploads=uploads)
        self._note_report(report)
        return report

    def sync(self, folder: str | Path, *, progress: Adding | None = None) -> AddReport:
        """Add what is new or changed in a folder, and remove what is gone from it.

        Raises:
            DocumentError: the folder is not there, or is empty as an unmounted disk is.
        """
        _check_named([folder])
        self.collections.check_whole()
        report = self._ingest(progress).sync(Path(folder))
        self._note_report(report)
        return report

    def watch(
        self,
        folder: str | Path,
        *,
        progress: Adding | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[AddReport]:
        """Sync a folder now and whenever something in it changes; `stop` ends it, once it is set.

        Raises:
            DocumentError: as `sync` does.
        """
        from index.ingesting.watching import watch

        _check_named([folder])
        self.collections.check_whole()

        def begin(failed: "dict[str, Stamp]") -> "Ingest":
            return self._ingest(progress, failed)

        return watch(Path(folder), self.store, begin, stop)

    def watched(self) -> list[Watched]:
        """The folders that a server of this store keeps in step, with what it has found in them."""
        store = self._opening.current()
        return store.watched() if store is not None else []

    def keep_watching(self, folder: str | Path) -> Path:
        """Note that a folder is to be kept in step by the server: the folder's full path.

        Raises:
            DocumentError: it is not there.
        """
        from index.ingesting.walking import check_folder

        _check_named([folder])
        check_folder(Path(folder))
        whole = Path(folder).resolve()
        self._opening.made().watch(str(whole))
        return whole

    def stop_watching(self, folder: str | Path) -> None:
        """Note that a folder is not kept in step any more; its documents stay."""
        store = self._opening.current()
        if store is not None:
            store.unwatch(str(folder))

    def note_watch(self, folder: str | Path, told: Told) -> None:
        """Note what the last look into a watched folder has found."""
        self._opening.made().note_watch(str(folder), told)

    def embeds(self, text: str) -> None:
        """Let the embedding model read a text, to see that it does.

        Raises:
            ModelError: it does not.
        """
        self._embedder.embed_query(text)

    @property
    def embedding(self) -> str:
        """The name of the embedding model, as the store remembers it."""
        return self._embedder.name

    def embed(self, texts: Sequence[str], *, question: bool = False) -> Vectors:
        """The unit vectors of texts, one a row, by the store's embedding model.

        What lies beyond the tokens that the model takes is not read.

        Args:
            texts: passages; or questions, which some models read otherwise.
            question: whether they are questions.

        Raises:
            ModelError: the model is missing, damaged or does not answer.
        """
        if question:
            return np.stack([self._embedder.embed_query(text) for text in texts])
        return self._embedder.embed_passages(texts)

    def documents(self, having: Mapping[str, str] | None = None) -> list[DocumentInfo]:
        """All documents, the latest first; none in a store that is not there yet.

        Args:
            having: only those of which these are so, e.g. `{"status": "final", "tags": "levee"}`:
                the title, author, date, language, source or path, or what the file says of itself.

        >>> [one.date for one in demo.documents(having={"date": "2026-01-12"})]
        ['2026-01-12']
        """
        store = self._opening.current()
        return catalog.having(store.documents() if store else [], having or {})

    def correct(self, document_id: str, corrections: Mapping[str, str | None]) -> DocumentInfo:
        """Correct a document's title, author, date or status by hand: what it is then.

        It counts wherever these do, and outlasts the document's next versions. What was read of
        the file is kept beside it (`corrected` of what comes back).

        Args:
            document_id: which.
            corrections: by field what is right: '' where it has none, None to go back to what was
                read. Dates are written as 2025, 2025-11 or 2025-11-13.

        Raises:
            UnknownDocument: there is no such document.
            DocumentError: a field cannot be corrected, or not to this.
        """
        return self._opening.filled([document_id]).correct(document_id, corrections)

    def left_out(self, document_id: str | None = None) -> dict[str, list[LeftOut]]:
        """What the texts of documents do not have of their files, by id, each with the reason.

        Args:
            document_id: only of this one; by default of all.
        """
        store = self._opening.current()
        return store.left_out(document_id) if store else {}

    def inspect(self, path: str | Path) -> Document:
        """The document that a file becomes when it is added; nothing is kept.

        Raises:
            DocumentError: it cannot be read, or not within the limits.
        """
        from index.sandbox.isolation import look_at

        settings = self.settings
        return look_at(
            Path(path), settings.limits, settings.ocr_languages, whole=settings.include_left_out
        )

    def states(self, documents: Sequence[DocumentInfo]) -> "dict[str, State]":
        """Of each document, by its id, whether its file is as it was read, has changed or is gone.

        Only the look of the files tells, their size and time; nothing is read.
        """
        from index.ingesting.walking import document_states

        store = self._opening.current()
        places = [one.path for one in documents if one.path]
        if store is not None and store.originals.are_elsewhere:
            # These copies change never, and need not be on this machine.
            own = store.originals.folder
            places = [place for place in places if not Path(place).is_relative_to(own)]
        return document_states(documents, store.locations(places) if store is not None else {})

    def documents_at(self, path: str | Path) -> list[str]:
        """The ids of the documents that were found in a file, or in what it holds; maybe none."""
        from index.ingesting.walking import place

        store = self._opening.current()
        if store is None:
            return []
        try:
            file = place(Path(path), {})
        except (DocumentError, OSError, ValueError):  # no path that any file can have
            return []
        found = [*store.locations([file]).values(), *store.inside([file]).get(file, ())]
        return list(dict.fromkeys(one.document_id for one in found))

    def document(self, document_id: str, version: str | None = None) -> Document:
        """A document with its text: as it is now, or the version that a citation names.

        Raises:
            UnknownDocument: there is none such.
        """
        store = self._opening.current()
        if store is None:
            raise UnknownDocument(f"No document has the id {document_id!r}: the store is empty.")
        return store.document(document_id, version)

    def suggestions(self, count: int = 4) -> list[str]:
        """Questions to begin with, drawn from the latest documents; none of an empty store."""
        from assistant.reading.summary import suggested

        store = self._opening.current()
        return suggested(store, count) if store is not None else []

    def cited(self, citation_id: str) -> Passage:
        """The words that a citation's id names, in whichever document of the store holds them.

        Raises:
            UnknownDocument: no version of any document is the one that the id names.
        """
        store = self._opening.current()
        if store is not None and CITATION_ID.fullmatch(citation_id):
            prefix, span = cited_span(citation_id)
            for version in store.versions_named(prefix):
                document = store.document(version.document_id, version.hash)
                if span.start < span.end <= len(document.text):
                    return Passage.of(document, version.document_id, version.hash, span)
        raise UnknownDocument(f"This store does not hold the words of citation {citation_id!r}.")

    def rectangles(self, place: Citation | Passage) -> list[Rectangle]:
        """Where a citation or passage is printed on its pages, line by line; none without pages.

        Raises:
            UnknownDocument: its document or version is not there.
        """
        store = self._opening.current()
        if store is None:
            raise UnknownDocument.named(place.document_id)
        return store.rectangles(place.document_id, place.version, place.start, place.end)

    def page_lines(
        self, document_id: str, page: int, version: str | None = None
    ) -> list[tuple[str, Rectangle]]:
        """The lines of a printed page, each with its words and where they stand; the first is 1.

        Half a word at the end of a line has a soft hyphen (U+00AD) behind it.

        Args:
            document_id: which document.
            page: which of its pages.
            version: the version that a citation names; by default the document as it is now.

        Raises:
            UnknownDocument: the document or version is not there.
        """
        store = self._opening.current()
        if store is None:
            raise UnknownDocument.named(document_id)
        return store.page_lines(document_id, page, version or None)

    def page_image(
        self, document_id: str, page: int, version: str | None = None, *, width: int = 1_200
    ) -> PageImage:
        """A page of a PDF or of a scanned picture as it is printed; the first page is 1.

        Args:
            document_id: which document.
            page: which of its pages.
            version: the version that a citation names; by default the document as it is now.
            width: pixels that the picture should have across; more or fewer come back.

        Raises:
            UnknownDocument: the document or version is not there.
            PageError: it has no printed pages, its file is no longer what was read, or the page
                cannot be drawn.
        """
        store = self._opening.current()
        if store is None:
            raise UnknownDocument.named(document_id)
        return self._pages.image(store.origin(document_id, version), page, width)

    def original(self, document_id: str, version: str | None = None) -> Path:
        """The file that a document was read from, or which holds it, as long as it is unchanged.

        Raises:
            UnknownDocument: the document or version is not there.
            PageError: the file is gone or has changed, or the document came from the web.
        """
        store = self._opening.current()
        if store is None:
            raise UnknownDocument.named(document_id)
        found = original_file(store.origin(document_id, version))
        self.note("exported", document=document_id, version=version)
        return found

    def remove(
        self,
        document_id: str,
        *,
        purge: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Path]:
        """Delete a document from the store; a file outside the store stays where it is.

        Returns:
            After a purge, the store's files in which words of the document still stand, as they may
            where somebody has typed them: five in a row that no other document holds. Words of what
            was removed before are not known any more, and not looked for.

        Args:
            document_id: which.
            purge: also leave no trace of it in any file of the store, even if it was removed
                before; kept answers that hold its words go with it. The indexes are written anew,
                which takes time in a large store.
            progress: of a purge, is told how many chunks of how many are written.

        Raises:
            UnknownDocument: there is none such.
        """
        if purge:
            # Before, so that an interruption leaves nothing out, and after, for what was answered
            # meanwhile.
            store = self._existing()
            words = store.telling(document_id)
            copies = store.copies(document_id)
            self._erase_kept(document_id)
            store.purge(document_id, self._models(), progress)
            self._erase_kept(document_id)
            self.note("purged", document=document_id)
            left = store.holding(words)
            # A copy that holds other documents, too, stays.
            known = {path.resolve() for path in left}
            return left + [copy for copy in copies if copy.exists() and copy not in known]
        self._opening.filled().remove(document_id)
        self.note("removed", document=document_id)
        return []

    # In one file -------------------------------------------------------------------------------

    def back_up(self, file: str | Path) -> None:
        """Write the store into one file, whatever it stands on: the only one that this makes.

        It holds documents with their versions, vectors, copies of uploads, conversations,
        matrices, people with their groups and shares, and the audit log. Tokens, sessions, and
        what is known of a model that judges, are not in it.

        Raises:
            StoreError: there is no store, or the file is there or cannot be written.
        """
        from assistant.keeping import back_up

        self.note("backed up")
        back_up(Path(file), self._existing(), self._beside())

    def restore(
        self, file: str | Path, *, progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Fill an empty store, or one that is not there yet, from such a file.

        Args:
            file: which.
            progress: is told how many chunks of how many are written.

        Raises:
            StoreError: the store holds documents, or the file is no whole back-up.
            EmbeddingMismatch: its vectors come from another embedding model.
        """
        from assistant.keeping import restore

        restore(Path(file), self._opening.made(), self._beside(), self._models(), progress)
        self.note("restored")

    def _beside(self) -> "Beside":
        return {
            "conversations": self.conversations,
            "matrices": self.matrices,
            "people": self.people,
        }

    # The store's soundness ---------------------------------------------------------------------

    def check(self) -> list[Difference]:
        """What the store's catalog, indexes and copies disagree about; nothing when all is well.

        Raises:
            StoreError: there is no store, or its catalog cannot be read.
        """
        return self._existing().check()

    def missing_indexes(self) -> list[Path]:
        """The folders of the store's indexes that are not there; none where there is no store."""
        store = self._opening.current()
        return [] if store is None else store.missing_indexes()

    def other_base(self) -> str:
        """In words, that the store's vectors are of another embedded model than the settings name.

        Nothing where they are of that one, or of no embedded model.
        """
        store = self._opening.current()
        if store is None or self._base is None or self._embedder.name == self._base.name:
            return ""
        return OTHER_BASE.format(self._embedder.name, self._base.name)

    def repair(self, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Make the store's indexes anew from its catalog; interrupted, the next one goes on.

        Args:
            progress: is told how many chunks of how many are done.

        Raises:
            StoreError: there is no store, or its catalog cannot be read.
        """
        base = self._base or self._embedder
        self._existing().repair(Model(base, self._model.word_ends), progress)
        if isinstance(self._embedder, Base):
            self._embedder.become(base.name)

    # -------------------------------------------------------------------------------------------

    def _erase_kept(self, document_id: str) -> None:
        """Leave no word of a document in what was answered and kept."""
        self.conversations.erase(document_id)
        self.matrices.erase(document_id)

    def _readable(self, document_ids: Sequence[str]) -> set[str]:
        """Those of the ids whose document may be read."""
        store = self._opening.current()
        return store.live_among(document_ids) if store is not None else set()

    def _note_report(self, report: AddReport) -> None:
        """Note which documents were added, read anew and removed."""
        for act, files in (
            ("added", report.added),
            ("updated", report.updated),
            ("removed", report.removed),
        ):
            if files:
                self.note(act, documents=[one.document_id for one in files])

    def _existing(self) -> Store:
        store = self._opening.current()
        if store is None:
            raise StoreError(f"There is no store in {self.store}. 'footnote add PATH' makes one.")
        return store

    def _models(self) -> Model:
        return Model(self._embedder, self._model.word_ends)

    def _ingest(
        self,
        progress: Adding | None,
        failed: "dict[str, Stamp] | None" = None,
        on: "Cluster | None" = None,
    ) -> "Ingest":
        # Whoever only asks need not wait for what reads and fetches files.
        from index.ingesting.ingest import Ingest
        from index.sandbox.isolation import READER, WHOLE_READER

        settings = self.settings
        return Ingest(
            self._opening.whole.made(),
            self._embedder,
            self._model,
            progress,
            limits=settings.limits,
            languages=settings.ocr_languages,
            reader=WHOLE_READER if settings.include_left_out else READER,
            failed=failed,
            follow_links=settings.follow_links,
            on=on,
        )

    def _configured_embedder(self, connections: ExitStack) -> Embedder:
        if self._base is not None:
            others = (self._model, E5())
            return Base(self._base, *others)
        check_embedding(self.store, self.settings.embedding, self._shared)
        from assistant.llamaindex import embedder

        model = embedder(self.settings.embedding, self.settings.embedding_options)
        return connections.enter_context(closing(model))


def _check_named(paths: Iterable[object]) -> None:
    """Raise DocumentError for an empty path, before a store is made."""
    from index.ingesting.walking import check_named

    check_named(paths)
