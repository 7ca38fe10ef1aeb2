"""A question → events: its parts retrieved, read, verified and put together."""

import time
from collections.abc import Callable, Generator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.answer import Answer, AnswerReady, Engine, Event, Progress, Usage, summed
from assistant.asking.clarification import antecedent_notice, unknown_names_notice
from assistant.asking.decomposition import combine_answers, split_question
from assistant.asking.document_filter import narrowing_notice
from assistant.asking.instructions import asks_for_source, asks_to_write
from assistant.asking.question import Question, in_other_words, parse_question
from assistant.asking.rewriting import History
from assistant.citing.footnotes import Footnotes
from assistant.citing.hearing import Evidences
from assistant.draft import ProposedAnswer
from assistant.embedded import SURE_BY_ITSELF, EmbeddedEngine, Found
from assistant.language_models import Models
from assistant.localisation import localised
from assistant.messages import ANSWERED_AGAIN, GREETING, NEEDS_WRITER, THANKED
from assistant.models.span_reader import SpanReader
from assistant.reading.sentence_ranking import PASSAGES
from assistant.reading.validity import status_notices
from assistant.retrieving.retrieval import READ_ON, Retrieved
from assistant.settings import Settings
from assistant.store_handle import StoreHandle
from assistant.table_qa.written_queries import query_by_writer
from assistant.writing.composition import AnswerEvents, WriterAnswer, verify_claims
from index.models.embeddings import Embedder, MiniLM
from index.store.store import Store

if TYPE_CHECKING:
    from assistant.asking.plan import Plan
    from assistant.draft import Manuscript
    from assistant.writing.writer import Writer

NEAREST = 3
"""Passages offered when nothing answers."""


class Answering:
    """Questions answered from whichever store is open. Thread-safe.

    >>> model = MiniLM()
    >>> handle = StoreHandle(tmp_path / "store", model)
    >>> Answering(handle, model, model, SpanReader(), Settings()).engine()
    'reader'
    """

    def __init__(
        self,
        opening: StoreHandle,
        embedder: Embedder,
        model: MiniLM,
        spans: SpanReader,
        settings: Settings,
    ) -> None:
        self._opening = opening
        self._limit = settings.question_limit
        self.embedded = EmbeddedEngine(embedder, model, spans, settings)
        self.models = Models(settings, opening)

    def close(self) -> None:
        """Let go of the connections to writer and judge."""
        self.models.close()

    def with_models(self, settings: Settings) -> "Answering":
        """The same with the models that these settings name, which are its own to close."""
        other = copy(self)
        other.models = Models(settings, self._opening)
        return other

    def over(self, opening: StoreHandle) -> "Answering":
        """The same over what another handle opens."""
        other = copy(self)
        other._opening = opening
        return other

    def engine(self, wanted: Engine | None = None) -> str:
        """What answers when this engine is wanted, or none in particular, as answers name it.

        Raises:
            SettingsError: the writer is wanted, and none is configured or it cannot be loaded.
        """
        writer = self.models.writer(wanted)
        return self.embedded.reader.name if writer is None else writer.name

    def stream(
        self,
        question: str,
        documents: Sequence[str] | None,
        history: History,
        engine: Engine | None = None,
    ) -> Generator[Event, None, None]:
        """What is done, each sentence once it is verified, and at last the answer."""
        writer = self.models.writer(engine)
        asked = parse_question(question, history, self._limit)
        if asked.kind == "greeting":
            yield AnswerReady(answer=_greeted(asked, self.embedded.reader.name))
            return
        if writer is None and asks_to_write(asked.text):
            yield AnswerReady(answer=localised(_unwritten(asked, self.embedded.reader.name)))
            return
        at = _last_asked(history)
        if writer is None and at is not None and asks_for_source(asked.text):
            yield from self._once_more(asked, documents, history[: at + 1])
            return
        run = self._begun(asked, documents, history, writer)
        if writer is not None and asked.kind in ("question", "yes_no"):
            yield Progress(stage="understanding")
            self._understand(run, writer, question)
        several = self._parts(run)
        for part in several:
            opens = bool(run.readings)
            reading = yield from self._read(run, part)
            if writer is not None and run.found and reading.kind in ("answer", "yes_no"):
                reading = yield from self._written(run, writer, part, reading, opens=opens)
                run.clock.lap("write")
            else:
                yield Progress(stage="verifying")
                reading = yield from verify_claims(run.footnotes, reading, opens=opens)
                run.clock.lap("verify")
            run.readings.append(reading)
        yield AnswerReady(answer=localised(run.answer(combine_answers(several, run.readings))))

    def cited(
        self,
        draft: "Manuscript",
        documents: Sequence[str] | None,
        *,
        progress: Callable[[int, int], None] | None,
        left: Callable[[], bool] | None,
    ) -> Answer:
        """A text of the user's with footnotes; raises as `Assistant.cite` does."""
        from assistant.citing.manuscript_citing import cite_manuscript

        store = self._opening.filled(documents)
        return cite_manuscript(
            store,
            self.embedded.retriever,
            self.embedded.verifier,
            self.models.judge(),
            draft,
            documents=documents,
            progress=progress,
            left=left,
        )

    def _once_more(
        self, asked: Question, documents: Sequence[str] | None, history: History
    ) -> Generator[Event, None, None]:
        """The answer to the last question of the history, which is asked about now."""
        earlier = history[-1][1]
        again = ANSWERED_AGAIN.format(" ".join(earlier.split()))
        for event in self.stream(earlier, documents, history[:-1], "reader"):
            if not isinstance(event, AnswerReady):
                yield event
                continue
            told = {"question": asked.text, "notices": (again, *event.answer.notices)}
            yield AnswerReady(answer=localised(event.answer.model_copy(update=told)))

    def _begun(
        self,
        asked: Question,
        documents: Sequence[str] | None,
        history: History,
        writer: "Writer | None",
    ) -> "_UnderWay":
        store = self._opening.filled(documents)
        return _UnderWay(
            asked,
            documents,
            history,
            store,
            Footnotes(store),
            Evidences(store, self.embedded.retriever, documents),
            self.embedded.reader.name,
            has_writer=writer is not None,
        )

    def _understand(self, run: "_UnderWay", writer: "Writer", question: str) -> None:
        """Ask the writer what is asked for; its fault and what it took are noted."""
        from assistant.writing.writer import Composition

        understood = Composition()
        run.plan = writer.plan(question, run.history, understood)
        run.fault = understood.fault
        run.usage.append(understood.usage)
        run.clock.lap("plan")

    def _parts(self, run: "_UnderWay") -> list[Question]:
        """The questions that are answered one by one."""
        if run.plan is None:
            return split_question(run.asked, run.history, self._limit)
        planned = parse_question(run.plan.question, (), self._limit)
        return [in_other_words(planned, run.plan.wordings)]

    def _read(self, run: "_UnderWay", part: Question) -> Generator[Progress, None, ProposedAnswer]:
        """What the embedded engine makes of a question, or of whole documents."""
        yield Progress(stage="searching")
        if part.kind in ("overview", "summary"):
            run.clock.lap("search")
            yield Progress(stage="reading")
            reading = self.embedded.overview(run.store, part, run.documents)
            run.clock.lap("read")
            return reading
        first, *others = (part,) if run.has_writer else self.embedded.ways(part)
        latest, reading = yield from self._searched(run, first)
        for way in others:
            if reading.confidence >= SURE_BY_ITSELF:
                break
            yield Progress(stage="searching")
            latest, reading = yield from self._searched(run, way)
        run.found.append(latest)
        if run.has_writer:
            return reading
        return self.embedded.arranged(run.store, part, latest, reading, run.documents)

    def _searched(
        self, run: "_UnderWay", question: Question
    ) -> Generator[Progress, None, tuple[Found, ProposedAnswer]]:
        found = self.embedded.find(run.store, question, READ_ON, run.documents)
        run.clock.lap("search")
        yield Progress(stage="reading")
        reading = self.embedded.read(run.store, found.first(PASSAGES), run.documents)
        run.clock.lap("read")
        return found, reading

    def _written(
        self,
        run: "_UnderWay",
        writer: "Writer",
        part: Question,
        reading: ProposedAnswer,
        *,
        opens: bool,
    ) -> AnswerEvents:
        """What the writer answers: by a query of tables, or composed of passages."""
        passages = self.embedded.planned(run.store, run.found[-1], run.plan, run.documents)
        run.evidences.seen.update(one.chunk.document.id for one in passages)
        if not run.fault:
            tabulated, took, run.fault = self._tabulated(writer, run.store, part, passages, reading)
            run.usage.append(took)
            if tabulated is not None:
                run.name = writer.name
                yield Progress(stage="verifying")
                return (yield from verify_claims(run.footnotes, tabulated, opens=opens))
        composed = WriterAnswer(
            writer,
            self.models.judge(),
            self.embedded.verifier,
            run.evidences,
            part,
            run.plan,
            passages,
            reading,
            run.history,
            run.fault,
        )
        reading = yield from composed.told(run.footnotes, opens=opens)
        run.usage.append(composed.usage)
        run.name = writer.name if composed.written else run.name
        return reading

    def _tabulated(
        self,
        writer: "Writer",
        store: Store,
        question: Question,
        passages: Sequence[Retrieved],
        reading: ProposedAnswer,
    ) -> tuple[ProposedAnswer | None, Usage, str]:
        """What a query that the writer has written answers, what it took, the endpoint's fault.

        It is not asked for where the question was a query by itself.
        """
        from assistant.writing.writer import Composition

        asking = Composition()
        if any(claim.tabulated is not None for claim in reading.claims):
            return None, asking.usage, ""
        answer = query_by_writer(
            store,
            question.asking,
            passages,
            lambda tables, refused: writer.table_sql(question.asking, tables, refused, asking),
        )
        return answer, asking.usage, asking.fault


class _Clock:
    """Seconds by stage, of several parts together."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = round(self.laps.get(stage, 0.0) + now - self._last, 6)
        self._last = now


@dataclass
class _UnderWay:
    """An answer that is being made: what was found and read for it so far, and who answers."""

    asked: Question
    documents: Sequence[str] | None
    history: History
    store: Store
    footnotes: Footnotes
    evidences: Evidences
    name: str
    has_writer: bool
    clock: _Clock = field(default_factory=_Clock)
    plan: "Plan | None" = None
    fault: str = ""
    readings: list[ProposedAnswer] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    usage: list[Usage] = field(default_factory=list)

    def answer(self, whole: ProposedAnswer) -> Answer:
        """What all parts together make up."""
        nearest = self.found[0].passages[:NEAREST] if whole.abstained and self.found else []
        notices = (
            *antecedent_notice(self.asked),
            *unknown_names_notice(one.question for one in self.found),
            *narrowing_notice(one.scope for one in self.found),
            *status_notices(whole.claims),
            *whole.notices,
        )
        doubted = self.evidences.seen if self.footnotes.doubted else set()
        return self.footnotes.answer(
            self.asked.text,
            whole,
            self.name,
            [one.passage for one in nearest],
            notices,
            self.clock.laps,
            summed(self.usage),
            self._told_of(whole) | doubted,
        )

    def _told_of(self, whole: ProposedAnswer) -> set[str]:
        """The documents whose words the answer may hold besides its sentences.

        What is offered or respelled comes from any of the passages.
        """
        told = {one.id for each in self.found for one in each.scope.documents}
        for each in self.found:
            if whole.kind == "clarification" or any(each.question.unknown.values()):
                told |= {one.chunk.document.id for one in each.passages}
        return told


def _greeted(asked: Question, engine: str) -> Answer:
    return Answer(
        question=asked.text,
        kind="greeting",
        message=THANKED if asked.text.lower().startswith("thank") else GREETING,
        engine=engine,
        created=datetime.now(UTC),
        confidence=1.0,
    )


def _last_asked(history: History) -> int | None:
    """Where the user's last turn stands that is no request about an answer; None without one."""
    turns = (
        at
        for at in range(len(history) - 1, -1, -1)
        if history[at][0] == "user" and not asks_for_source(history[at][1])
    )
    return next(turns, None)


def _unwritten(asked: Question, engine: str) -> Answer:
    """The refusal of what only a model that writes can do."""
    return Answer(
        question=asked.text,
        kind="answer",
        message=NEEDS_WRITER,
        abstained=True,
        engine=engine,
        created=datetime.now(UTC),
    )
