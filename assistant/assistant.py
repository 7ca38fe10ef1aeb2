"""Assistant: the one way in. Opens a store, wires the parts, answers."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from assistant.answer import (
    Answer,
    AnswerReady,
    Citation,
    Event,
    Passage,
    Progress,
    SentenceReady,
)
from assistant.drafts import Reading
from assistant.footnotes import Footnotes
from assistant.opening import Opening
from assistant.questions import History, Question, respelled, understood
from assistant.reader import NOT_FOUND, Reader
from assistant.retrieval import READ, Retrieved, reread, retrieve
from assistant.sentence_scores import PASSAGES, SentenceScorer
from assistant.sentence_vectors import SentenceVectors
from assistant.settings import Settings, load
from assistant.spans import SpanReader
from assistant.summaries import about_documents
from assistant.unknown import remarks, unknown
from index.arrivals import Stamp
from index.catalog import DocumentInfo
from index.check import Difference
from index.document import Document
from index.embeddings import Embedder, MiniLM
from index.errors import StoreError, UnknownDocument
from index.ingest import Ingest
from index.isolation import Limits
from index.layout import Rectangle
from index.lexical import analyzed
from index.rebuild import Model
from index.report import AddReport
from index.report import Progress as Adding
from index.store import Store, check_embedding

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import Document as LlamaDocument

NEAREST = 3
"""Passages offered when nothing answers."""

THANKED = "You are welcome. Ask on whenever you like."
GREETING = (
    "Hello. Ask me anything about your documents: I answer in their own words and give the passage "
    "for every sentence. “What is in my documents?” shows what there is."
)


class Assistant:
    """Answers questions about the documents of one store. Thread-safe.

    Args:
        store: the store's folder; by default the settings' (`.footnote/`, FOOTNOTE_STORE). It is
            made when something is added.
        settings: all options; by default from the environment, `.env` and `footnote.toml`.

    Raises:
        SettingsError: a setting cannot be used.
        StoreError: the store cannot be opened.
        EmbeddingMismatch: the store was made with another embedding model.
    """

    def __init__(
        self, store: str | Path | None = None, *, settings: Settings | None = None
    ) -> None:
        self.settings = settings or load()
        self.store = Path(store) if store is not None else self.settings.store
        self._model = MiniLM(self.settings.model_dir)
        self._vectors = SentenceVectors(self._model)
        self._spans = SpanReader(self.settings.model_dir)
        self._reader = Reader(SentenceScorer(self._vectors))
        with ExitStack() as connections:
            self._embedder = self._configured_embedder(connections)
            self._opening = Opening(self.store, self._embedder)
            self._connections = connections.pop_all()

    @property
    def engine(self) -> str:
        """Which engine answers: 'reader'."""
        return self._reader.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store's files, and of the connections to an embedding server."""
        self._opening.close()
        self._connections.close()

    # Asking ------------------------------------------------------------------------------------

    def query(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        history: History | None = None,
    ) -> Answer:
        """The answer to a question.

        Args:
            question: in natural language.
            documents: ids of the only documents to look in.
            history: earlier turns as (role, text), so that a follow-up is understood.

        Raises:
            QuestionError: the question is empty or too long.
            EmptyStore: nothing has been added yet.
            UnknownDocument: one of `documents` is not there.
        """
        for event in self.stream(question, documents=documents, history=history):
            if isinstance(event, AnswerReady):
                return event.answer
        raise AssertionError("a stream ends with an answer")

    def stream(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        history: History | None = None,
    ) -> Iterator[Event]:
        """The same as `query`, told step by step: each sentence once it is verified."""
        clock = _Clock()
        asked = understood(question, history or (), self.settings.question_limit)
        typed = asked.text
        if asked.kind == "greeting":
            yield AnswerReady(answer=_greeted(asked, self.engine))
            return
        store = self._opening.filled(documents)
        yield Progress(stage="searching")
        if asked.kind in ("overview", "summary"):
            retrieved: list[Retrieved] = []
            clock.lap("search")
            yield Progress(stage="reading")
            reading = about_documents(store, self._vectors, asked, documents)
        else:
            asked, retrieved, rarity = self._retrieve(store, asked, PASSAGES, documents)
            clock.lap("search")
            yield Progress(stage="reading")
            reading = self._reader.read(asked, retrieved, rarity)
        clock.lap("read")
        yield Progress(stage="verifying")
        footnotes = Footnotes(store)
        for draft in reading.drafts:
            sentence, new = footnotes.verified(draft)
            if sentence is not None:
                yield SentenceReady(sentence=sentence, citations=new)
        clock.lap("verify")
        if retrieved and not (reading.abstained or footnotes.sentences):
            # All that it had to say was refused.
            reading = Reading(reading.kind, NOT_FOUND, abstained=True)
        nearest = [found.passage for found in retrieved[:NEAREST]] if reading.abstained else []
        answer = footnotes.answer(typed, reading, self.engine, nearest, remarks(asked), clock.laps)
        yield AnswerReady(answer=answer)

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        documents: Sequence[str] | None = None,
        history: History | None = None,
    ) -> list[Passage]:
        """The `k` passages nearest to a question, best first; raises as `query` does."""
        asked = understood(question, history or (), self.settings.question_limit)
        store = self._opening.filled(documents)
        _, retrieved, _ = self._retrieve(store, asked, k, documents)
        return [found.passage for found in retrieved]

    # The library -------------------------------------------------------------------------------

    def add(
        self,
        paths: "str | Path | Iterable[str | Path | LlamaDocument]",
        *,
        uploads: bool = False,
        progress: Adding | None = None,
    ) -> AddReport:
        """Add files, folders, web addresses and llama-index documents.

        What is unchanged costs next to nothing.

        One bad file never stops the rest: it is in the report's `failed`, with the reason.

        Args:
            paths: one or many.
            uploads: copy the files into the store, because they will not stay where they are.
            progress: called for each file once it is durably stored, or has failed.
        """
        given = [paths] if isinstance(paths, str | Path) else list(paths)
        files = [item for item in given if isinstance(item, str | Path)]
        others = [item for item in given if not isinstance(item, str | Path)]
        report = self._ingest(progress).add(files, uploads=uploads)
        if not others:
            return report
        from assistant.llamaindex import named_documents

        return report + self._ingest(progress).add_documents(named_documents(others))

    def sync(self, folder: str | Path, *, progress: Adding | None = None) -> AddReport:
        """Add what is new or changed in a folder, and remove what is gone from it.

        Raises:
            DocumentError: the folder is not there, or is empty as an unmounted disk is.
        """
        return self._ingest(progress).sync(Path(folder))

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
        from index.watching import watch

        def begin(failed: dict[str, Stamp]) -> Ingest:
            return self._ingest(progress, failed)

        return watch(Path(folder), self.store, begin, stop)

    def documents(self) -> list[DocumentInfo]:
        """All documents, the latest first; none in a store that is not there yet."""
        store = self._opening.current()
        return store.documents() if store else []

    def document(self, document_id: str, version: str | None = None) -> Document:
        """A document with its text: as it is now, or the version that a citation names.

        Raises:
            UnknownDocument: there is none such.
        """
        store = self._opening.current()
        if store is None:
            raise UnknownDocument(f"No document has the id {document_id!r}: the store is empty.")
        return store.document(document_id, version)

    def rectangles(self, place: Citation | Passage) -> list[Rectangle]:
        """Where a citation or passage is printed on its pages, line by line; none without pages.

        Raises:
            UnknownDocument: its document or version is not there.
        """
        store = self._opening.current()
        if store is None:
            raise UnknownDocument.named(place.document_id)
        return store.rectangles(place.document_id, place.version, place.start, place.end)

    def remove(
        self,
        document_id: str,
        *,
        purge: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Delete a document from the store; a file outside the store stays where it is.

        Args:
            document_id: which.
            purge: also leave no trace of it in any file of the store, even if it was removed
                before. The indexes are written anew, which takes time in a large store.
            progress: of a purge, is told how many chunks of how many are written.

        Raises:
            UnknownDocument: there is none such.
        """
        if purge:
            self._existing().purge(document_id, self._models(), progress)
        else:
            self._opening.filled().remove(document_id)

    # The store's soundness ---------------------------------------------------------------------

    def check(self) -> list[Difference]:
        """What the store's catalog, indexes and copies disagree about; nothing when all is well.

        Raises:
            StoreError: there is no store, or its catalog cannot be read.
        """
        return self._existing().check()

    def repair(self, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Make the store's indexes anew from its catalog; interrupted, the next one goes on.

        Args:
            progress: is told how many chunks of how many are done.

        Raises:
            StoreError: there is no store, or its catalog cannot be read.
        """
        self._existing().repair(self._models(), progress)

    # For llama-index programs ------------------------------------------------------------------

    def as_retriever(self, k: int = 10) -> "BaseRetriever":
        """Our retrieval as a llama-index retriever."""
        from assistant.llamaindex import FootnoteRetriever

        return FootnoteRetriever(self, k)

    def as_query_engine(self) -> "BaseQueryEngine":
        """The whole engine as a llama-index query engine; its response carries the `Answer`."""
        from assistant.llamaindex import FootnoteQueryEngine

        return FootnoteQueryEngine(self)

    # -------------------------------------------------------------------------------------------

    def _existing(self) -> Store:
        store = self._opening.current()
        if store is None:
            raise StoreError(f"There is no store in {self.store}. 'footnote add PATH' makes one.")
        return store

    def _models(self) -> Model:
        return Model(self._embedder, self._model.word_ends)

    def _ingest(self, progress: Adding | None, failed: dict[str, Stamp] | None = None) -> Ingest:
        settings = self.settings
        return Ingest(
            self._opening.made(),
            self._embedder,
            self._model,
            progress,
            limits=Limits(
                size=settings.file_limit,
                characters=settings.file_characters,
                seconds=settings.file_seconds,
                memory=settings.file_memory,
            ),
            failed=failed,
        )

    def _configured_embedder(self, connections: ExitStack) -> Embedder:
        if self.settings.embedding == "minilm":
            return self._model
        check_embedding(self.store, self.settings.embedding)
        from assistant.llamaindex import embedder

        model = embedder(self.settings.embedding, self.settings.embedding_options)
        return connections.enter_context(closing(model))

    def _retrieve(
        self, store: Store, asked: Question, k: int, documents: Sequence[str] | None
    ) -> tuple[Question, list[Retrieved], dict[str, float]]:
        found = retrieve(store, self._embedder, asked.standalone, max(k, READ), documents)
        with store.snapshot() as snapshot:
            mentioned = snapshot.mentioned(analyzed(" ".join(asked.names)))
        strange = unknown(asked.names, mentioned, [one.chunk.text for one in found])
        asked = respelled(asked, strange)
        if any(strange.values()):
            found = retrieve(store, self._embedder, asked.standalone, max(k, READ), documents)
        retrieved = reread(self._spans, asked.text, found)[:k]
        with store.snapshot() as snapshot:
            return asked, retrieved, snapshot.rarity(asked.terms | asked.earlier_terms)


def _greeted(asked: Question, engine: str) -> Answer:
    return Answer(
        question=asked.text,
        kind="greeting",
        message=THANKED if asked.text.lower().startswith("thank") else GREETING,
        engine=engine,
        created=datetime.now(UTC),
        confidence=1.0,
    )


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = round(now - self._last, 6)
        self._last = now
