"""Assistant: the one way in. Opens a store, wires the parts, answers."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import as_completed, wait
from contextlib import aclosing, closing
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from assistant.answer import Answer, AnswerReady, Engine, Event, Passage
from assistant.answering import Answering
from assistant.asking.question import parse_question
from assistant.asking.rewriting import History
from assistant.library import Library
from assistant.models.span_reader import SpanReader
from assistant.people.person import Person
from assistant.settings import Settings, load
from assistant.store_handle import LimitedHandle
from assistant.threads import Threads
from index.closing import close_all, closed_on_failure
from index.document import Span
from index.errors import QuestionError, SettingsError, UnknownDocument
from index.store.allowed import Reader

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever

    from assistant.connecting import ChosenModel, ModelServer, Trial
    from assistant.doctor import Finding as Examined
    from assistant.matrix.columns import Column
    from assistant.matrix.matrix import Grid, Matrix
    from assistant.rechecking.findings import Finding, Verification
    from assistant.reporting.report import Report
    from assistant.reporting.template import Plan
    from assistant.research import Limits, Notes
    from assistant.telemetry import Traces


_OPENING = 2_000
"""Characters of a document by which its language is told."""

_TIMELINE_PASSAGES = 60
"""Passages that are looked through for what has a date."""


class Assistant(Library):
    """Answers questions about the documents of one store. Thread-safe.

    Args:
        store: the store's folder; by default the settings' (`.footnote/`, FOOTNOTE_STORE). It is
            made when something is added.
        settings: all options; by default from the environment, `.env` and `footnote.toml`.
        url: instead of a store, where a server is; what comes back is the same
            (`assistant.api.client.RemoteAssistant`).
        token: one of that server's.

    Raises:
        SettingsError: a setting cannot be used.
        StoreError: the store cannot be opened.
        EmbeddingMismatch: the store was made with another embedding model.

    >>> with Assistant(demo.store) as assistant:
    ...     assistant.query("Why did Gate 3 fail?").citations[0].locator
    'p. 2'
    """

    def __new__(
        cls,
        store: str | Path | None = None,
        *,
        settings: Settings | None = None,
        url: str | None = None,
        token: str | None = None,
    ) -> Self:
        """An assistant of this process, or that of the server at `url`."""
        del store, settings, token
        if url is None or cls is not Assistant:
            return super().__new__(cls)
        from assistant.api.client import RemoteAssistant

        return cast("Self", super().__new__(RemoteAssistant))

    def __init__(
        self,
        store: str | Path | None = None,
        *,
        settings: Settings | None = None,
        url: str | None = None,
        token: str | None = None,
    ) -> None:
        if url is not None or token is not None:
            raise SettingsError("A token goes with the url of a server, and a url with no store.")
        super().__init__(store, settings=settings)
        with closed_on_failure(super().close):
            self._answering = Answering(
                self._opening,
                self._embedder,
                self._model,
                SpanReader(self.settings.model_dir),
                self.settings,
            )
            self._threads = Threads()
            self._traces = _traces(self.settings.traces)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Let go of threads and files, and of the connections to an embedding server.

        What is under way is waited for, what was to be done next is cancelled.
        """
        if self._is_view:
            return
        traces = [self._traces.close] if self._traces is not None else []
        close_all(self._threads.close, self._answering.close, *traces, super().close)

    def for_person(self, person: Person) -> Self:
        """The same as a person sees it: as if there were no documents but those they may read.

        It is closed with this one, and follows each change of their rights.

        >>> demo.for_person(Person("Ann")).documents()
        []
        """
        names = {f"person:{person.name}", *(f"group:{group}" for group in person.groups)}
        view = self._limited(Reader(frozenset(names)))
        view.person = person
        return view

    def within(self, *collections: str) -> Self:
        """The same as if there were no documents but those in these collections.

        What is added comes into the collection, if it is one. It is closed with this one.

        Raises:
            UnknownCollection: there is no such collection, or none that may be read; from any
                method of what comes back.

        >>> demo.within("Matter 12").documents()
        Traceback (most recent call last):
            ...
        index.errors.UnknownCollection: There is no collection 'Matter 12' that you may see. ...
        """
        return self._limited(Reader(self._opening.names, frozenset(collections)))

    def _limited(self, reader: Reader) -> Self:
        view = copy(self)
        view._opening = LimitedHandle(self._opening.whole, reader)
        view._answering = self._answering.over(view._opening)
        view.conversations = self.conversations.as_far_as(view._readable)
        view._is_view = True
        return view

    @property
    def engine(self) -> str:
        """Which engine answers unless another is asked for: 'reader' or 'writer:<model>'."""
        return self._answering.engine()

    @property
    def judge(self) -> str:
        """Who judges what is written, and by which figures that is trusted, in words."""
        return self._answering.models.judge_in_words()

    @staticmethod
    def examined(
        store: str | Path | None = None,
        *,
        settings: Settings | None = None,
        judge: bool = False,
    ) -> "Iterator[Examined]":
        """What is configured, whether it answers, and what is wrong: each part in turn.

        A configured writer is sent one short request, a configured embedding server one word; the
        model that judges sits its examination (six requests) where `judge` says so.

        Raises:
            SettingsError: the settings cannot be read.
        """
        from assistant.doctor import examined

        settings = settings or load()
        folder = Path(store) if store is not None else settings.store
        return examined(settings, folder, judge=judge)

    @staticmethod
    def model_servers() -> "list[ModelServer]":
        """The programs that serve models on this machine; nothing but this machine is asked."""
        from assistant.connecting import find_servers

        return find_servers()

    def try_model(self, chosen: "ChosenModel", question: str) -> "Iterator[Trial]":
        """How a model takes a short request, the judge's examination and a question, each in turn.

        Nothing of it is kept but how the model did in the examination.

        Raises:
            FootnoteError: as `query` does.
        """
        from assistant.connecting import Trial, try_model

        settings = chosen.on(self.settings)
        for trial in try_model(settings, self.store):
            yield trial
            if trial.what == "reply" and not trial.well:
                return
        trying = self._answering.with_models(settings)
        began = time.monotonic()
        try:
            *_, last = trying.stream(question, None, (), "writer")
        finally:
            trying.models.close()
        if not isinstance(last, AnswerReady):
            raise TypeError(f"an answer ended with {type(last)}")
        answer = last.answer
        took = time.monotonic() - began
        yield Trial("question", answer.engine.startswith("writer:"), took, answer=answer)

    def connect(self, chosen: "ChosenModel") -> None:
        """Have a model write from now on, also after the next start: it is named in `.env`.

        Raises:
            SettingsError: the environment names another one, or the file cannot be written.
        """
        from assistant.connecting import keep_model

        keep_model(chosen)
        self.use(chosen.on(self.settings))

    def disconnect(self) -> None:
        """Have the embedded reader answer from now on, also after the next start.

        Raises:
            SettingsError: as `connect` does, and where `footnote.toml` names a writer.
        """
        from assistant.connecting import keep_model, without_model

        keep_model(None)
        self.use(without_model(self.settings))

    def use(self, settings: Settings) -> None:
        """Take the models that these settings name from now on; of all else they say nothing."""
        names = ("writer", "writer_base", "writer_key")
        update = {name: getattr(settings, name) for name in names}
        self.settings = self.settings.model_copy(update=update)
        self._answering.models.use(self.settings)

    def query(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        history: History | None = None,
        engine: Engine | None = None,
    ) -> Answer:
        """The answer to a question.

        Args:
            question: in natural language.
            documents: ids of the only documents to look in.
            history: earlier turns as (role, text), so that a follow-up is understood.
            engine: 'reader' or 'writer'; by default the writer where one is configured.

        Raises:
            SettingsError: the writer is asked, and none is configured or it cannot be loaded.
            QuestionError: the question is empty or too long.
            EmptyStore: nothing has been added yet.
            UnknownDocument: one of `documents` is not there.
        """
        return self._answer(question, documents, history, engine, threading.Event())

    def stream(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        history: History | None = None,
        engine: Engine | None = None,
    ) -> Generator[Event, None, None]:
        """As `query`, told step by step: each sentence once it is verified."""
        self.note("asked", words=question, documents=documents)
        ask = partial(self._answering.stream, question, documents, history or (), engine)
        events = ask() if self._traces is None else self._traces.of(ask)
        return self._as_far_as_readable(events) if self._is_view else events

    def further(
        self, answer: Answer, *, documents: Sequence[str] | None = None
    ) -> Generator[str | None, None, None]:
        """Questions that lead on from an answer and that the documents answer: each was tried.

        They come one by one, None for one that is not answered, so that nobody has to wait for all.
        The embedded reader tries them; no writer is asked.

        Raises:
            FootnoteError: as `query` does.
        """
        from assistant.language.identification import language_of
        from assistant.reading.summary import further_questions

        cited = {one.document_id: one for one in reversed(answer.citations)}
        unnoted = self.unnoted()
        seen = {answer.question}
        for one in reversed(cited.values()):
            document = self.document(one.document_id, one.version)
            # The questions are put in English.
            if language_of(document.text[:_OPENING]) != "en":
                continue
            for asked, section in further_questions(document, Span(one.start, one.end)):
                if asked in seen:
                    continue
                seen.add(asked)
                found = unnoted.query(asked, documents=documents, engine="reader")
                yield asked if _answers(found, one.document_id, section) else None

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        documents: Sequence[str] | None = None,
        history: History | None = None,
    ) -> list[Passage]:
        """The `k` passages nearest to a question, best first; raises as `query` does."""
        asked = parse_question(question, history or (), self.settings.question_limit)
        self.note("searched", words=question, documents=documents)
        store = self._opening.filled(documents)
        found = self._answering.embedded.find(store, asked, k, documents)
        return [one.passage for one in found.passages]

    def batch(
        self,
        questions: Sequence[str],
        *,
        documents: Sequence[str] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Answer]:
        """The answers to many questions, in their order; several are worked out at once.

        Args:
            questions: in natural language; none follows up another.
            documents: ids of the only documents to look in.
            progress: is told how many answers of how many there are.

        Raises:
            QuestionError: one of the questions is empty or too long; then none is answered.
            FootnoteError: as `query` does; the questions that wait are left.
        """
        for question in questions:
            parse_question(question, (), self.settings.question_limit)
        ask = partial(self.query, documents=documents)
        answers = [self._threads.start(partial(ask, question)) for question in questions]
        try:
            for done, answer in enumerate(as_completed(answers), start=1):
                answer.result()
                if progress is not None:
                    progress(done, len(answers))
        finally:
            for answer in answers:
                answer.cancel()
            wait(answers)
        return [answer.result() for answer in answers]

    def cite(
        self,
        text: str | Path,
        documents: Sequence[str] | None = None,
        *,
        markdown: bool = True,
        progress: Callable[[int, int], None] | None = None,
        left: Callable[[], bool] | None = None,
    ) -> Answer:
        """Your own text, with footnotes behind the sentences that the documents support.

        Nothing is reworded. Each sentence has its verdict, with what says otherwise or is nearest.

        Args:
            text: the draft, or its file (.md, .docx or .txt).
            documents: ids of the only documents to look in.
            markdown: whether it is Markdown; of plain text only blank lines mean anything.
            progress: is told how many sentences of how many are done.
            left: says before each sentence whether the answer is no longer wanted.

        Raises:
            CancelledError: `left` says so (that of asyncio).
            QuestionError: the draft is too long, or holds no sentence.
            ReportError: the file cannot be read.
            EmptyStore: nothing has been added yet.
            UnknownDocument: one of `documents` is not there.
        """
        from assistant.citing.manuscript import read_manuscript
        from assistant.draft import Manuscript

        if isinstance(text, Path):
            draft = read_manuscript(text, self.settings.limits)
        else:
            draft = Manuscript(text) if markdown else Manuscript.plain(text)
        self.note("had a draft cited", documents=documents)
        return self._answering.cited(draft, documents, progress=progress, left=left)

    def report(
        self,
        questions: "str | Iterable[str] | Plan",
        *,
        title: str | None = None,
        documents: Sequence[str] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> "Report":
        """The answers to many questions in one report, with one footnote numbering.

        Args:
            questions: one after the other; or a template, the report's own Markdown in which each
                question stands in double braces on a line of its own: `{{ Why? }}`.
            title: what the report is called.
            documents: ids of the only documents to look in.
            progress: is told how many questions of how many are answered.

        Raises:
            ReportError: there is no question.
            FootnoteError: as `query` does.
        """
        from assistant.reporting.template import Plan, from_template, listed

        if isinstance(questions, str):
            questions = from_template(questions, title)
        elif not isinstance(questions, Plan):
            questions = listed(questions, title)
        answers = self.batch(questions.questions, documents=documents, progress=progress)
        return questions.filled(answers)

    def matrix(
        self,
        questions: "str | Iterable[str | Column]",
        *,
        documents: Sequence[str] | None = None,
        title: str = "Matrix",
        engine: Engine | None = None,
        fresh: bool = False,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> "Matrix":
        """The same questions put to each document: rows are documents, columns questions.

        Cells that were worked out before, for the same version of a document and by the same
        engine, are taken as they are; so a run that was broken off goes on where it was.

        Args:
            questions: a line for each column, `Name (kind): question` or only a question; kinds
                are text, date, amount, yes/no, list and `choice: one | other`.
            documents: ids of the rows' documents, in their order; all by default.
            title: what the matrix is called.
            engine: as in `query`.
            fresh: whether all cells are worked out anew.
            progress: is told how many cells of how many are there, and the document of the last.

        Raises:
            QuestionError: there is no question, or one of them cannot be used.
            FootnoteError: as `query` does.

        >>> matrix = demo.matrix("Sirens: When did the sirens sound?")
        >>> len(matrix.rows), sum(row.cells[0].state == "answered" for row in matrix.rows) > 0
        (7, True)
        """
        from assistant.matrix.columns import columns_of
        from assistant.matrix.computing import Work, compute_matrix

        columns = columns_of(questions, self.settings.question_limit)
        store = self._opening.filled(documents)
        there = {one.id: one for one in store.documents()}
        wanted = there if documents is None else dict.fromkeys(documents)
        asked = "\n".join(column.question for column in columns)
        self.note("asked of each document", words=asked, documents=documents)
        unnoted = self.unnoted()
        work = Work(
            lambda question, id_: unnoted.query(question, documents=[id_], engine=engine),
            store.document,
            self.matrices,
            self._answering.engine(engine),
            (self.embedding, str(self.settings.confidence), self._opening.reads),
        )
        return compute_matrix(
            work,
            [there[id_] for id_ in wanted if id_ in there],
            columns,
            title=title,
            fresh=fresh,
            progress=progress,
        )

    def compare(
        self,
        documents: Sequence[str],
        points: "str | Iterable[str | Column] | None" = None,
        *,
        engine: Engine | None = None,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> "Grid":
        """Documents beside each other: points are rows, documents columns, each cell is cited.

        Args:
            documents: their ids.
            points: questions, as in `matrix`; without any, two documents are compared clause by
                clause, by their headings and sentences.
            engine: as in `query`.
            progress: as in `matrix`.

        Raises:
            QuestionError: without points there are not two documents, or no clause of both.
            FootnoteError: as `matrix` does.
        """
        from assistant.matrix.cells import Source
        from assistant.matrix.comparing import clause_differences, transposed

        if points is not None:
            found = self.matrix(points, documents=documents, engine=engine, progress=progress)
            return transposed(found.model_copy(update={"title": "Comparison"}))
        infos = {one.id: one for one in self.documents()}
        for id_ in documents:
            if id_ not in infos:
                raise UnknownDocument.named(id_)
        if len(documents) != 2:
            raise QuestionError("Without points two documents are compared, clause by clause.")
        one, other = (
            Source(infos[id_], self.document(id_, infos[id_].version)) for id_ in documents
        )
        return clause_differences(one, other)

    def changes(self, document_id: str, older: str | None = None) -> "Grid":
        """What changed in a document, clause by clause, with citations of both versions.

        Args:
            document_id: which document.
            older: the hash of the version to compare with, or its beginning; by default the one
                before.

        Raises:
            UnknownDocument: there is no such document, or no such older version of it.
        """
        from assistant.matrix.cells import Source
        from assistant.matrix.comparing import clause_changes

        store = self._opening.filled([document_id])
        now, *before = store.versions_of(document_id)
        wanted = next((one for one in before if one.startswith(older or "")), None)
        if wanted is None:
            raise UnknownDocument(f"The document {document_id!r} has no other version to compare.")
        info = next(one for one in store.documents() if one.id == document_id)
        sources = [
            Source(replace(info, version=version), store.document(document_id, version))
            for version in (wanted, now)
        ]
        return clause_changes(*sources)

    def timeline(self, topic: str, *, documents: Sequence[str] | None = None) -> "Grid":
        """What the documents say of a topic, by day, in order; differing accounts in one row.

        Raises:
            FootnoteError: as `search` does.

        >>> [row.date for row in demo.timeline("sirens at the barrage").rows][:1]
        ['2025-11-13']
        """
        from assistant.matrix.cells import Source
        from assistant.matrix.comparing import timeline

        found = self.search(topic, k=_TIMELINE_PASSAGES, documents=documents)
        infos = {one.id: one for one in self.documents()}
        there = {one.document_id: one.version for one in found if one.document_id in infos}
        sources = {
            id_: Source(replace(infos[id_], version=version), self.document(id_, version))
            for id_, version in there.items()
        }
        return timeline(topic, [one for one in found if one.document_id in sources], sources)

    def research(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        notes: Path | None = None,
        limits: "Limits | None" = None,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> "Report":
        """A report on a question: the writer plans what to ask, each answer is verified.

        Args as of `query`, and: a file in which it is `notes`-ed what was done, with which a
        stopped run goes on; `limits` of requests and tokens; and what is told the `progress`: how
        many questions of how many are answered, and the next one.

        Raises:
            FootnoteError: as `query` does, and where no writer is configured or it cannot plan.
        """
        from assistant.research import researched

        ask = partial(self.query, documents=documents, engine="writer")
        plan = self._answering.models.planner()
        return researched(question, ask, plan, notes, limits=limits, progress=progress)

    def plan_research(self, notes: "Notes") -> "Notes":
        """The notes of a research with the questions that the writer wants answered next.

        Raises:
            FootnoteError: no writer is configured, or it cannot plan.
        """
        return notes.further(self._answering.models.planner())

    def verify(self, report: str | Path) -> "Verification":
        """What became of each citation of an exported report: does its source still say so?

        Args:
            report: a Markdown, HTML, Word or JSON file, also if it was edited since.

        Raises:
            ReportError: it cannot be read, or holds no citations.
            StoreError: there is no store.
        """
        from assistant.rechecking.rechecking import verify

        return verify(self._existing(), Path(report), self.settings.limits)

    def verify_citation(self, citation_id: str, quote: str | None = None) -> "Finding":
        """What became of one citation: does its document still say so, in the same place?

        Args:
            citation_id: the citation's id.
            quote: the words as they are quoted elsewhere, if they are to be compared, too.

        Raises:
            ReportError: it is no citation's id.
            StoreError: there is no store.
        """
        from assistant.rechecking.rechecking import verify_citation

        return verify_citation(self._existing(), citation_id, quote)

    async def aquery(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        history: History | None = None,
        engine: Engine | None = None,
    ) -> Answer:
        """As `query`, in a thread; cancelled, it has ended when the cancellation is told."""
        left = threading.Event()
        answer = partial(self._answer, question, documents, history, engine, left)
        return await self._threads.done(answer, left.set)

    async def astream(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        history: History | None = None,
        engine: Engine | None = None,
    ) -> AsyncGenerator[Event, None]:
        """As `stream`, each step in a thread; left early or cancelled, nothing of it goes on."""
        events = self.stream(question, documents=documents, history=history, engine=engine)
        async with aclosing(self._threads.each(events)) as told:
            async for event in told:
                yield event

    async def asearch(
        self,
        question: str,
        *,
        k: int = 10,
        documents: Sequence[str] | None = None,
        history: History | None = None,
    ) -> list[Passage]:
        """As `search`, in a thread."""
        search = partial(self.search, question, k=k, documents=documents, history=history)
        return await self._threads.done(search)

    async def acite(
        self, text: str | Path, documents: Sequence[str] | None = None, *, markdown: bool = True
    ) -> Answer:
        """As `cite`, in a thread; cancelled, it has ended when the cancellation is told."""
        left = threading.Event()
        cite = partial(self.cite, text, documents, markdown=markdown, left=left.is_set)
        return await self._threads.done(cite, left.set)

    def as_retriever(self, k: int = 10) -> "BaseRetriever":
        """Our retrieval as a llama-index retriever."""
        from assistant.llamaindex import FootnoteRetriever

        return FootnoteRetriever(self, k)

    def as_query_engine(self) -> "BaseQueryEngine":
        """The whole engine as a llama-index query engine; its response carries the `Answer`."""
        from assistant.llamaindex import FootnoteQueryEngine

        return FootnoteQueryEngine(self)

    def _as_far_as_readable(
        self, events: Generator[Event, None, None]
    ) -> Generator[Event, None, None]:
        """The events, but no answer that rests on what may not be read any more."""
        with closing(events):
            for event in events:
                if isinstance(event, AnswerReady):
                    held = {*event.answer.documents}
                    for gone in sorted(held - self._readable(sorted(held))):
                        raise UnknownDocument.named(gone)
                yield event

    def _answer(
        self,
        question: str,
        documents: Sequence[str] | None,
        history: History | None,
        engine: Engine | None,
        left: threading.Event,
    ) -> Answer:
        """The answer, unless it is no longer wanted."""
        asking = self.stream(question, documents=documents, history=history, engine=engine)
        with closing(asking) as events:
            for event in events:
                if isinstance(event, AnswerReady):
                    return event.answer
                if left.is_set():
                    raise asyncio.CancelledError
        raise AssertionError("a stream ends with an answer")


def _answers(found: Answer, document_id: str, section: Span | None) -> bool:
    """Whether an answer is one, and rests on a document, and on that section of it."""
    return not found.abstained and any(
        one.document_id == document_id
        and (section is None or section.start <= one.start < section.end)
        for one in found.citations
    )


def _traces(address: str | None) -> "Traces | None":
    if address is None:
        return None
    from assistant.telemetry import Traces

    return Traces(address)
