"""Assistant: the one way in. Opens a store, wires the parts, answers."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from assistant.answer import Answer, AnswerReady, Event, Passage, Progress, SentenceReady
from assistant.drafts import Reading
from assistant.footnotes import Footnotes
from assistant.questions import History, Question, understood
from assistant.reader import Reader
from assistant.retrieval import Retrieved, retrieve
from assistant.sentence_scores import PASSAGES, SentenceScorer
from assistant.sentence_vectors import SentenceVectors
from assistant.settings import Settings, load
from assistant.summaries import OVERVIEW_DOCUMENTS, overview, summary
from index.catalog import DocumentInfo, StoredChunk
from index.document import Document
from index.embeddings import Embedder, MiniLM
from index.errors import EmptyStore, UnknownDocument
from index.ingest import AddReport, FileDone, Ingest
from index.lexical import analyzed
from index.store import Store, is_store

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import Document as LlamaDocument

NEAREST = 3
"""Passages offered when nothing answers."""

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
        self._embedder = self._configured_embedder()
        self._vectors = SentenceVectors(self._model)
        self._reader = Reader(SentenceScorer(self._vectors))
        self._opening = threading.Lock()
        self._opened: Store | None = None
        if is_store(self.store):
            self._open(create=False)

    @property
    def engine(self) -> str:
        """Which engine answers: 'reader'."""
        return self._reader.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store's files."""
        with self._opening:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

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
        if asked.kind == "greeting":
            yield AnswerReady(answer=_greeted(asked, self.engine, clock))
            return
        store = self._filled()
        self._known(store, documents)
        yield Progress(stage="searching")
        if asked.kind in ("overview", "summary"):
            retrieved: list[Retrieved] = []
            clock.lap("search")
            yield Progress(stage="reading")
            reading = self._about_documents(store, asked, documents)
        else:
            retrieved, rarity = self._retrieve(store, asked, PASSAGES, documents)
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
        nearest = tuple(r.passage for r in retrieved[:NEAREST]) if reading.abstained else ()
        yield AnswerReady(answer=_answer(asked, reading, footnotes, nearest, self.engine, clock))

    def search(
        self, question: str, *, k: int = 10, documents: Sequence[str] | None = None
    ) -> list[Passage]:
        """The `k` passages nearest to a question, best first; raises as `query` does."""
        asked = understood(question, (), self.settings.question_limit)
        store = self._filled()
        self._known(store, documents)
        retrieved, _ = self._retrieve(store, asked, k, documents)
        return [found.passage for found in retrieved]

    # The library -------------------------------------------------------------------------------

    def add(
        self,
        paths: "str | Path | Iterable[str | Path | LlamaDocument]",
        *,
        uploads: bool = False,
        progress: Callable[[FileDone], None] | None = None,
    ) -> AddReport:
        """Add files, folders and llama-index documents; what is unchanged costs next to nothing.

        One bad file never stops the rest: it is in the report's `failed`, with the reason.

        Args:
            paths: one or many.
            uploads: copy the files into the store, because they will not stay where they are.
            progress: called for each file once it is durably stored, or has failed.
        """
        given = [paths] if isinstance(paths, str | Path) else list(paths)
        files = [item for item in given if isinstance(item, str | Path)]
        others = [item for item in given if not isinstance(item, str | Path)]
        store = self._open(create=True)
        report = Ingest(store, self._embedder, self._model, progress).add(files, uploads=uploads)
        if not others:
            return report
        from assistant.llamaindex import named_documents

        ingest = Ingest(store, self._embedder, self._model, progress)
        return report + ingest.add_documents(named_documents(others))

    def documents(self) -> list[DocumentInfo]:
        """All documents, the latest first; none in a store that is not there yet."""
        store = self._current()
        return store.documents() if store else []

    def document(self, document_id: str, version: str | None = None) -> Document:
        """A document with its text: as it is now, or the version that a citation names.

        Raises:
            UnknownDocument: there is none such.
        """
        store = self._current()
        if store is None:
            raise UnknownDocument(f"No document has the id {document_id!r}: the store is empty.")
        return store.document(document_id, version)

    def remove(self, document_id: str) -> None:
        """Delete a document from the store; a file outside the store stays where it is.

        Raises:
            UnknownDocument: there is none such.
        """
        self._filled().remove(document_id)

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

    def _configured_embedder(self) -> Embedder:
        if self.settings.embedding == "minilm":
            return self._model
        from assistant.llamaindex import embedder

        return embedder(self.settings.embedding, self.settings.embedding_options)

    def _open(self, *, create: bool) -> Store:
        with self._opening:
            if self._opened is None:
                self._opened = Store(self.store, self._embedder, create=create)
            return self._opened

    def _current(self) -> Store | None:
        """The store, if there is one by now: another process may have made it meanwhile."""
        if self._opened is None and is_store(self.store):
            return self._open(create=False)
        return self._opened

    def _filled(self) -> Store:
        store = self._current()
        if store is None or store.is_empty():
            raise EmptyStore(
                f"There are no documents in {self.store} yet. Add some: footnote add PATH… "
                "(in the chat: 'Add documents')."
            )
        return store

    def _known(self, store: Store, documents: Sequence[str] | None) -> None:
        if documents is None:
            return
        there = {info.id for info in store.documents()}
        for document_id in documents:
            if document_id not in there:
                raise UnknownDocument(
                    f"No document has the id {document_id!r}. 'footnote documents' lists them."
                )

    def _retrieve(
        self, store: Store, asked: Question, k: int, documents: Sequence[str] | None
    ) -> tuple[list[Retrieved], dict[str, float]]:
        retrieved = retrieve(store, self._embedder, asked.standalone, k, documents)
        with store.snapshot() as snapshot:
            return retrieved, snapshot.rarity(asked.terms | asked.earlier_terms)

    def _about_documents(
        self, store: Store, asked: Question, documents: Sequence[str] | None
    ) -> Reading:
        """An overview of the documents, or the summary of the one that is meant."""
        infos = [d for d in store.documents() if documents is None or d.id in documents]
        meant = infos if asked.kind == "overview" else _meant(asked.target, infos)
        if len(meant) == 1 and asked.kind == "summary":
            return summary(self._vectors, meant[0].title, _chunks(store, meant[0].id))
        shown = meant[:OVERVIEW_DOCUMENTS]
        openings = [_chunks(store, info.id, first=3) for info in shown]
        return overview(self._vectors, meant, openings)


def _chunks(store: Store, document_id: str, first: int | None = None) -> list[StoredChunk]:
    with store.snapshot() as snapshot:
        ids = snapshot.chunk_ids([document_id])[:first]
        chunks = snapshot.chunks(ids)
    return [chunks[id_] for id_ in ids if id_ in chunks]


def _meant(target: str, infos: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """The documents whose title or file name shares most words with what was named; else all."""
    wanted = set(analyzed(target))
    shared = [
        len(wanted & set(analyzed(f"{info.title} {Path(info.path or '').stem}"))) for info in infos
    ]
    most = max(shared, default=0)
    if most == 0:
        return list(infos)
    return [info for info, count in zip(infos, shared, strict=True) if count == most]


def _answer(
    asked: Question,
    reading: Reading,
    footnotes: Footnotes,
    nearest: tuple[Passage, ...],
    engine: str,
    clock: "_Clock",
) -> Answer:
    return Answer(
        question=asked.text,
        kind=reading.kind,
        message=reading.message,
        sentences=tuple(footnotes.sentences),
        citations=tuple(footnotes.citations),
        abstained=reading.abstained,
        engine=engine,
        created=datetime.now(UTC),
        confidence=reading.confidence,
        nearest=nearest,
        conflicts=footnotes.renumbered(reading.conflicts),
        dropped=tuple(footnotes.dropped),
        timings=clock.laps,
    )


def _greeted(asked: Question, engine: str, clock: "_Clock") -> Answer:
    clock.lap("read")
    return Answer(
        question=asked.text,
        kind="greeting",
        message=GREETING,
        engine=engine,
        created=datetime.now(UTC),
        confidence=1.0,
        timings=clock.laps,
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
