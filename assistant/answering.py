"""A question → events: its parts retrieved, read, verified and put together."""

import time
from collections.abc import Callable, Generator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from assistant.answer import Answer, AnswerReady, Engine, Event, Progress, Usage, summed
from assistant.asking.arrangement import compared_things, timeline_topic
from assistant.asking.clarification import (
    antecedent_notice,
    ask_what_is_meant,
    ask_who_is_meant,
    misspelled_words,
    unknown_names,
    unknown_names_notice,
)
from assistant.asking.decomposition import combine_answers, split_question
from assistant.asking.document_filter import (
    Scope,
    documents_named,
    names_a_document,
    narrowing_notice,
    without_document_name,
)
from assistant.asking.instructions import asks_for_source, asks_to_write
from assistant.asking.question import Question, in_other_words, parse_question, respell_names
from assistant.asking.rewriting import History
from assistant.citing.footnotes import Footnotes
from assistant.citing.hearing import Evidences
from assistant.draft import ProposedAnswer
from assistant.language.terms import content_terms
from assistant.language_models import Models
from assistant.localisation import localised
from assistant.messages import ANSWERED_AGAIN, GREETING, NEEDS_WRITER, NOT_FOUND_IN, THANKED
from assistant.models.sentence_vectors import SentenceVectors
from assistant.models.span_reader import SpanReader
from assistant.reading.block_ranking import BlockScorer
from assistant.reading.collection import about_collection
from assistant.reading.parallels import with_parallels
from assistant.reading.reader import ExtractiveReader, Reader
from assistant.reading.sentence_ranking import PASSAGES, SentenceScorer
from assistant.reading.summary import about_documents
from assistant.reading.supersession import with_corrections
from assistant.reading.timeline import told_in_order
from assistant.reading.validity import in_force_first, read_in_force, status_notices
from assistant.retrieving.retrieval import (
    READ_ON,
    HybridRetriever,
    Retrieved,
    Retriever,
    reread,
    with_whole,
)
from assistant.settings import Settings
from assistant.store_handle import StoreHandle
from assistant.table_qa.computation import read_figures
from assistant.table_qa.written_queries import query_by_writer
from assistant.verifying.grounding import Grounding, Verifier
from assistant.writing.composition import WriterAnswer, verify_claims
from index.models.embeddings import Embedder, MiniLM
from index.store.lexical import analyzed
from index.store.store import Store

if TYPE_CHECKING:
    from assistant.asking.plan import Plan
    from assistant.draft import Manuscript
    from assistant.writing.writer import Writer

NEAREST = 3
"""Passages offered when nothing answers."""

SURE_BY_ITSELF = 0.5
"""The confidence from which what was said before changes nothing of how a question is answered that
does not lean on it. On conversations a lower one answers more that nothing answers."""


@dataclass(frozen=True, slots=True)
class Found:
    """A question as it was searched for, its passages, how rare its terms are, and where it was.

    >>> Found(asked, passages, rarity={}, scope=Scope()).first(2).passages == passages[:2]
    True
    """

    question: Question
    passages: list[Retrieved]
    rarity: dict[str, float]
    scope: Scope

    def first(self, count: int) -> "Found":
        """The same with no more than so many passages."""
        return replace(self, passages=self.passages[:count])


class Answering:
    """The embedded engine over whichever store is open. Thread-safe.

    >>> model = MiniLM()
    >>> handle = StoreHandle(tmp_path / "store", model)
    >>> engine = Answering(handle, model, model, SpanReader(), Settings())
    >>> engine.engine(), engine.find(store, asked, k=1, documents=None).passages[0].passage.locator
    ('reader', 'p. 2')
    """

    def __init__(
        self,
        opening: StoreHandle,
        embedder: Embedder,
        model: MiniLM,
        spans: SpanReader,
        settings: Settings,
    ) -> None:
        self._opening, self._spans = opening, spans
        self._settings = settings
        self._limit = settings.question_limit
        self._vectors = SentenceVectors(model)
        self._retriever: Retriever = HybridRetriever(embedder, self._vectors)
        self._verifier: Verifier = Grounding(self._vectors)
        self.models = Models(settings, opening)
        scorers = SentenceScorer(self._vectors), BlockScorer(embedder)
        self.reader: Reader = ExtractiveReader(scorers[0], settings.confidence, scorers[1])
        # That a thing is named tells that words are of it, where nothing else is asked.
        self._describing: Reader = ExtractiveReader(scorers[0], 0.0, scorers[1])

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
        return self.reader.name if writer is None else writer.name

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
            yield AnswerReady(answer=_greeted(asked, self.reader.name))
            return
        if writer is None and asks_to_write(asked.text):
            yield AnswerReady(answer=localised(_unwritten(asked, self.reader.name)))
            return
        at = _last_asked(history)
        if writer is None and at is not None and asks_for_source(asked.text):
            yield from self._once_more(asked, documents, history[: at + 1])
            return
        store = self._opening.filled(documents)
        footnotes = Footnotes(store)
        evidences = Evidences(store, self._retriever, documents)
        readings: list[ProposedAnswer] = []
        found: list[Found] = []
        usage: list[Usage] = []
        name = self.reader.name
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
                if part.collection is not None:
                    reading = about_collection(store, self._vectors, part.collection, documents)
                else:
                    reading = about_documents(store, self._vectors, part, documents)
                clock.lap("read")
            else:
                ways = (part,) if writer is not None else self._ways(part)
                for way in ways:
                    yield Progress(stage="searching")
                    latest = self.find(store, way, READ_ON, documents)
                    clock.lap("search")
                    yield Progress(stage="reading")
                    reading = self._read(store, latest.first(PASSAGES), documents)
                    clock.lap("read")
                    if reading.confidence >= SURE_BY_ITSELF:
                        break
                if writer is None:
                    reading = self._arranged(store, part, latest, reading, documents)
                found.append(latest)
            opens = bool(readings)
            if writer is not None and found and reading.kind in ("answer", "yes_no"):
                passages = self._planned(store, found[-1], plan, documents)
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
                    self._verifier,
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
            self._retriever,
            self._verifier,
            self.models.judge(),
            draft,
            documents=documents,
            progress=progress,
            left=left,
        )

    def _ways(self, question: Question) -> tuple[Question, ...]:
        """A question by itself, if it does not lean on earlier turns, and then with those."""
        alone = parse_question(question.text, (), self._limit)
        leans = alone.standalone != question.standalone
        return (question,) if leans or alone == question else (alone, question)

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

    def _arranged(
        self,
        store: Store,
        question: Question,
        found: Found,
        reading: ProposedAnswer,
        documents: Sequence[str] | None,
    ) -> ProposedAnswer:
        """What is read, or events in the order of their days, or two things side by side."""
        topic = timeline_topic(question.text)
        if topic is not None:
            chunks = [one.chunk for one in found.passages]
            return told_in_order(topic, chunks) or reading
        if reading.confidence < SURE_BY_ITSELF:
            return self._side_by_side(store, question, documents) or reading
        return reading

    def _side_by_side(
        self, store: Store, question: Question, documents: Sequence[str] | None
    ) -> ProposedAnswer | None:
        """What is said of each of two things that are compared; None where it is not of both."""
        things = compared_things(question.text)
        if things is None:
            return None
        sides = [parse_question(thing, (), self._limit) for thing in things]
        readings = []
        for side in sides:
            found = self.find(store, side, PASSAGES, documents)
            passages = with_whole(store, found.passages)
            reading = self._describing.read(side, passages, found.rarity)
            if reading.abstained or not _names(reading, side):
                return None
            readings.append(reading)
        whole = combine_answers(sides, readings)
        return replace(whole, confidence=max(whole.confidence, self._settings.confidence))

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

    def _planned(
        self, store: Store, found: Found, plan: "Plan | None", documents: Sequence[str] | None
    ) -> list[Retrieved]:
        """The passages for a question and for the parts that a plan has: the best of each first."""
        if plan is None or not plan.parts:
            return found.passages
        by_part = [
            self.find(store, parse_question(part, (), self._limit), PASSAGES, documents).passages
            for part in plan.searches[1:]
        ]
        turns = zip_longest(found.passages, *by_part)
        ordered = [one for turn in turns for one in turn if one is not None]
        return list({one.chunk.id: one for one in ordered}.values())

    def _read(self, store: Store, found: Found, documents: Sequence[str] | None) -> ProposedAnswer:
        """The reader's answer, or a question back where nobody knows whom it is about."""
        question = found.question
        if question.unresolved_pronoun and question.asks_only_pronoun:
            return ask_who_is_meant(question, found.passages)
        if question.has_no_content:
            return ask_what_is_meant(found.passages)
        passages = with_whole(store, found.passages)
        read = partial(self.reader.read, question, rarity=found.rarity)
        reading = read_in_force(read(passages), passages, read, SURE_BY_ITSELF)
        reading = with_corrections(store, reading, passages)
        reading = in_force_first(with_parallels(store, question, reading, passages))
        if not reading.conflicts:
            reading = (
                read_figures(
                    store,
                    question,
                    found.passages,
                    found.rarity,
                    reading.claims,
                    lambda text: (
                        self.find(store, parse_question(text), PASSAGES, documents).passages
                    ),
                    [one.id for one in found.scope.documents] or documents,
                )
                or reading
            )
        if question.unresolved_pronoun and reading.abstained:
            return ask_who_is_meant(question, found.passages)
        if found.scope.documents and reading.abstained:
            return replace(reading, message=NOT_FOUND_IN.format(found.scope.titles))
        return reading

    def find(self, store: Store, asked: Question, k: int, documents: Sequence[str] | None) -> Found:
        """The `k` passages nearest to a question, of the documents that it names if it does."""
        named = Scope()
        if names_a_document(asked.text):
            some = None if documents is None else frozenset(documents)
            there = [one for one in store.documents() if some is None or one.id in some]
            named = documents_named(asked.text, there)
            if named.documents:
                asked, documents = without_document_name(asked), [one.id for one in named.documents]
        search = partial(
            self._retriever.retrieve,
            store,
            k=max(k, READ_ON),
            documents=documents,
            likely={one.id for one in named.likely},
        )
        found = search(asked.searches)
        with store.snapshot() as snapshot:
            mentioned = snapshot.mentioned(analyzed(" ".join(asked.names)))
            strange = unknown_names(asked.names, mentioned, [one.chunk.text for one in found])
            strange |= misspelled_words(asked, snapshot)
            asked = respell_names(asked, strange)
            rarity = snapshot.rarity(asked.terms | asked.earlier_terms)
        if any(strange.values()):
            found = search(asked.searches)
        passages = reread(self._spans, asked.asking, found)[:k]
        return Found(asked, passages, rarity, named)


def _names(reading: ProposedAnswer, thing: Question) -> bool:
    """Whether what is read, with what stands above it, has all words that a thing is named by."""
    claim = reading.claims[0]
    source = claim.evidence[0]
    above = " ".join([source.document.title, *source.heading])
    return thing.terms <= content_terms(f"{above} {claim.text}")


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
