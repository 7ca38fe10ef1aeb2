"""The embedded engine: finds passages, reads them and arranges what they say. No language model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from assistant.asking.arrangement import compared_things, timeline_topic
from assistant.asking.clarification import (
    ask_what_is_meant,
    ask_who_is_meant,
    misspelled_words,
    unknown_names,
)
from assistant.asking.decomposition import combine_answers
from assistant.asking.document_filter import (
    Scope,
    documents_named,
    names_a_document,
    without_document_name,
)
from assistant.asking.question import Question, parse_question, respell_names
from assistant.draft import ProposedAnswer
from assistant.language.terms import content_terms
from assistant.messages import NOT_FOUND_IN
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
from assistant.reading.validity import in_force_first, read_in_force
from assistant.retrieving.retrieval import (
    READ_ON,
    HybridRetriever,
    Retrieved,
    Retriever,
    reread,
    with_whole,
)
from assistant.settings import Settings
from assistant.table_qa.computation import read_figures
from assistant.verifying.grounding import Grounding, Verifier
from index.models.embeddings import Embedder, MiniLM
from index.store.lexical import analyzed
from index.store.store import Store

if TYPE_CHECKING:
    from assistant.asking.plan import Plan

SURE_BY_ITSELF = 0.5
"""The confidence from which what was said before changes nothing of how a question is answered that
does not lean on it. On conversations a lower one answers more that nothing answers."""


_ENDS = re.compile(r"[.!?。！？؟।:…][\"'”’»)\]]*\s*\Z")


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


class EmbeddedEngine:
    """What finds and reads. Thread-safe.

    Args:
        embedder: the store's model.
        model: the embedded model that compares sentences.
        spans: reads passages for spans.
        settings: the least confidence of an answer, and the longest question.

    >>> model = MiniLM()
    >>> engine = EmbeddedEngine(model, model, SpanReader(), Settings())
    >>> engine.find(store, asked, k=1, documents=None).passages[0].passage.locator
    'p. 2'
    """

    def __init__(
        self, embedder: Embedder, model: MiniLM, spans: SpanReader, settings: Settings
    ) -> None:
        self._settings, self._limit = settings, settings.question_limit
        self.spans = spans
        self.vectors = SentenceVectors(model)
        self.retriever: Retriever = HybridRetriever(embedder, self.vectors)
        self.verifier: Verifier = Grounding(self.vectors)
        scorers = SentenceScorer(self.vectors), BlockScorer(embedder)
        self.reader: Reader = ExtractiveReader(scorers[0], settings.confidence, scorers[1])
        # That a thing is named tells that words are of it, where nothing else is asked.
        self._describing: Reader = ExtractiveReader(scorers[0], 0.0, scorers[1])

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
            self.retriever.retrieve,
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
        passages = reread(self.spans, asked.asking, found)[:k]
        return Found(asked, passages, rarity, named)

    def read(self, store: Store, found: Found, documents: Sequence[str] | None) -> ProposedAnswer:
        """The reader's answer, or a question back where nobody knows whom it is about."""
        question = found.question
        if question.unresolved_pronoun and question.asks_only_pronoun:
            return ask_who_is_meant(question, found.passages)
        if question.has_no_content:
            return ask_what_is_meant(found.passages)
        passages = with_whole(store, found.passages)

        def read(some: Sequence[Retrieved]) -> ProposedAnswer:
            return self.reader.read(question, some, found.rarity)

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

    def overview(
        self, store: Store, question: Question, documents: Sequence[str] | None
    ) -> ProposedAnswer:
        """What is said of whole documents, or of which of them there are."""
        if question.collection is not None:
            return about_collection(store, self.vectors, question.collection, documents)
        return about_documents(store, self.vectors, question, documents)

    def ways(self, question: Question) -> tuple[Question, ...]:
        """A question by itself, if it does not lean on earlier turns, and then with those."""
        alone = parse_question(question.text, (), self._limit)
        leans = alone.standalone != question.standalone
        return (question,) if leans or alone == question else (alone, question)

    def planned(
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

    def arranged(
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


def _names(reading: ProposedAnswer, thing: Question) -> bool:
    """Whether what is read, with what stands above it, has all words that a thing is named by.

    A line without an end is a title or a name itself, and says nothing of it.
    """
    claim = reading.claims[0]
    if "\n" not in claim.text and not _ENDS.search(claim.text):
        return False
    source = claim.evidence[0]
    above = " ".join([source.document.title, *source.heading])
    return thing.terms <= content_terms(f"{above} {claim.text}")
