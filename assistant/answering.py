"""A question → events: its parts retrieved, read, verified and put together."""

import time
from collections.abc import Callable, Generator, Sequence
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.answer import Answer, AnswerReady, Engine, Event, Progress, Usage, summed
from assistant.asking.clarification import (
    antecedent_notice,
    unknown_names_notice,
)
from assistant.asking.decomposition import combine_answers, split_question
from assistant.asking.document_filter import (
    narrowing_notice,
)
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
from assistant.retrieving.retrieval import (
    READ_ON,
    Retrieved,
)
from assistant.settings import Settings
from assistant.store_handle import StoreHandle
from assistant.table_qa.written_queries import query_by_writer
from assistant.writing.composition import WriterAnswer, verify_claims
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
        clock = _Clock()
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
        store = self._opening.filled(documents)
        footnotes = Footnotes(store)
        evidences = Evidences(store, self.embedded.retriever, documents)
        readings: list[ProposedAnswer] = []
        found: list[Found] = []
        usage: list[Usage] = []
        name = self.embedded.reader.name
        plan, fault = None, ""
        if writer is not None and asked.kind in ("question", "yes_no"):
            yield Progress(stage="understanding")
            plan, fault, took = self._understood(writer, question, history)
            usage.append(took)
            clock.lap("plan")
        if plan is not None:
            several = [
                in_other_words(parse_question(plan.question, (), self._limit), plan.wordings)
            ]
        else:
            several = split_question(asked, history, self._limit)
        for part in several:
            if part.kind in ("overview", "summary"):
                yield Progress(stage="searching")
                clock.lap("search")
                yield Progress(stage="reading")
                reading = self.embedded.overview(store, part, documents)
                clock.lap("read")
            else:
                ways = (part,) if writer is not None else self.embedded.ways(part)
                for way in ways:
                    yield Progress(stage="searching")
                    latest = self.embedded.find(store, way, READ_ON, documents)
                    clock.lap("search")
                    yield Progress(stage="reading")
                    reading = self.embedded.read(store, latest.first(PASSAGES), documents)
                    clock.lap("read")
                    if reading.confidence >= SURE_BY_ITSELF:
                        break
                if writer is None:
                    reading = self.embedded.arranged(store, part, latest, reading, documents)
                found.append(latest)
            opens = bool(readings)
            if writer is not None and found and reading.kind in ("answer", "yes_no"):
                passages = self.embedded.planned(store, found[-1], plan, documents)
                evidences.seen.update(one.chunk.document.id for one in passages)
                tabulated = None
                if not fault:
                    tabulated, took, fault = self._tabulated(writer, store, part, passages, reading)
                    usage.append(took)
                if tabulated is not None:
                    yield Progress(stage="verifying")
                    reading = yield from verify_claims(footnotes, tabulated, opens=opens)
                    readings.append(reading)
                    name = writer.name
                    clock.lap("write")
                    continue
                composed = WriterAnswer(
                    writer,
                    self.models.judge(),
                    self.embedded.verifier,
                    evidences,
                    part,
                    plan,
                    passages,
                    reading,
                    history,
                    fault,
                )
                reading = yield from composed.told(footnotes, opens=opens)
                usage.append(composed.usage)
                name = writer.name if composed.written else name
                clock.lap("write")
            else:
                yield Progress(stage="verifying")
                reading = yield from verify_claims(footnotes, reading, opens=opens)
                clock.lap("verify")
            readings.append(reading)
        whole = combine_answers(several, readings)
        nearest = found[0].passages[:NEAREST] if whole.abstained and found else []
        notices = (
            *antecedent_notice(asked),
            *unknown_names_notice(one.question for one in found),
            *narrowing_notice(one.scope for one in found),
            *status_notices(whole.claims),
            *whole.notices,
        )
        answer = footnotes.answer(
            asked.text,
            whole,
            name,
            [n.passage for n in nearest],
            notices,
            clock.laps,
            summed(usage),
            _told_of(whole, found) | (evidences.seen if footnotes.doubted else set()),
        )
        yield AnswerReady(answer=localised(answer))

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

    def _understood(
        self, writer: "Writer", question: str, history: History
    ) -> "tuple[Plan | None, str, Usage]":
        """What the writer makes of a question, the fault of its endpoint, and what it took."""
        from assistant.writing.writer import Composition

        understood = Composition()
        plan = writer.plan(question, history, understood)
        return plan, understood.fault, understood.usage

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


def _told_of(whole: ProposedAnswer, found: Sequence[Found]) -> set[str]:
    """The documents whose words an answer may hold besides its sentences.

    What is offered or respelled comes from any of the passages.
    """
    told = {one.id for each in found for one in each.scope.documents}
    for each in found:
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


class _Clock:
    """Seconds by stage, of several parts together."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = round(self.laps.get(stage, 0.0) + now - self._last, 6)
        self._last = now
