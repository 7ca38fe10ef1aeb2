"""Which sentences of the retrieved passages answer a question: candidates with their scores.

A sentence is scored by the cosine of its vector with the question's, by the share of the
question's content words that it holds (weighted by how rare they are), by both again together with
the sentence before it, which often names what a pronoun means, by whether it holds a value of the
kind asked for, by the trained reader's best span in it, and by its passage's cosine, rank and
chance to answer. The weights are log-odds against the other sentences, fitted by
`benchmarks/reader_weights.py`; `benchmarks/README.md` has the figures out of fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.asking.question import Question
from assistant.language.speakers import is_named, missing_speaker, speaker_of
from assistant.language.values import has_value
from assistant.models.sentence_vectors import SentenceVectors
from assistant.models.span_reader import FLOOR, ScoredSpan
from assistant.retrieving.retrieval import READ, Retrieved
from index.document import Span
from index.models.embeddings import Vectors
from index.sentences import sentence_spans
from index.store.lexical import analyzed

PASSAGES = READ
"""Passages whose sentences are candidates."""

IN_CONTEXT = 8
"""Of their sentences the best so many are scored together with the sentence before them."""

_COSINE = 0.8
_COVERAGE = 1.5
_COVERAGE_BEFORE = 0.67
_COSINE_BEFORE = 1.5
_SPAN = 0.27
_PASSAGE_ANSWERS = -0.04
_PASSAGE_COSINE = 1.5
_PASSAGE_RANK = 2.5
_EXPECTED = 0.27
_ASKED_SPEAKER = 4.0
_EARLIER = 0.3
"""Weight of a word of an earlier turn against one of the question itself."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: offsets in its document, and the parts of its score.

    `cosine` is its own likeness to the question, `in_context` the same together with the sentence
    before it, or with title and heading where words of the question stand there alone, `coverage`
    the share of the question's content words in it, `covered_in_context` that in it and the
    sentence before, `span` the trained reader's best answer within it (offsets in its text).

    >>> best = candidates[0]
    >>> best.text, best.expected
    ('The sirens sounded at 21:58, that is 24 minutes after the failure.', True)
    """

    source: Retrieved
    start: int
    end: int
    text: str
    before: str
    vector: Vectors
    cosine: float
    in_context: float
    coverage: float
    covered_in_context: float
    expected: bool
    span: ScoredSpan | None
    score: float

    @property
    def span_score(self) -> float:
        """How much more the reader thinks of the span than of no answer."""
        return self.span.score if self.span else FLOOR


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence of a passage: its number there, and all the passage's sentence spans."""

    passage: Retrieved
    spans: list[Span]
    number: int

    @property
    def span(self) -> Span:
        return self.spans[self.number]

    @property
    def text(self) -> str:
        return self.passage.chunk.text[self.span.start : self.span.end]

    @property
    def before(self) -> str:
        if self.number == 0:
            return ""
        start, end = self.spans[self.number - 1]
        return self.passage.chunk.text[start:end]


class SentenceScorer:
    """Scores the sentences of passages with the embedded model.

    >>> scorer = SentenceScorer(vectors)
    >>> scorer.candidates(asked, passages, rarity={"siren": 2.0})[0].text
    'The sirens sounded at 21:58, that is 24 minutes after the failure.'
    """

    def __init__(self, vectors: SentenceVectors) -> None:
        self._vectors = vectors

    def candidates(
        self, question: Question, passages: Sequence[Retrieved], rarity: Mapping[str, float]
    ) -> list[Candidate]:
        """The sentences of the passages, best first; each sentence once."""
        asked = self._asked(question)
        rarity = {
            term: value * (_EARLIER if term in question.earlier_terms else 1.0)
            for term, value in rarity.items()
        }
        places = _places(passages[:PASSAGES])
        vectors = self._vectors.of([place.text for place in places])
        scored = [
            _scored(question, place, vector, asked, rarity)
            for place, vector in zip(places, vectors, strict=True)
        ]
        return self._in_context(sorted(scored, key=lambda c: -c.score), asked, frozenset(rarity))

    def _asked(self, question: Question) -> Vectors:
        """The question's vector; for a follow-up, midway to the question with its earlier turn."""
        own, standalone = self._vectors.of([question.asking, question.standalone])
        both = own + standalone
        unit: Vectors = both / np.linalg.norm(both)
        return unit

    def _in_context(
        self, ranked: list[Candidate], asked: Vectors, terms: frozenset[str]
    ) -> list[Candidate]:
        """Add to each score the likeness together with the sentence before; best first again.

        Where words of the question stand in title or heading alone, the likeness together with
        these is evidence too. It orders nothing: all of a document's sentences have it in common.
        """
        first = ranked[:IN_CONTEXT]
        led = {id(c): f"{c.before} {c.text}" for c in first if c.before}
        titled = {
            id(c): f"{c.source.above}: {c.text}"
            for c in first
            if _tells(c.source.above, f"{c.before} {c.text}", terms)
        }
        vectors = self._vectors.of([*led.values(), *titled.values()])
        cosines = [float(cosine) for cosine in vectors @ asked]
        in_context = dict(zip(led, cosines, strict=False))
        with_title = dict(zip(titled, cosines[len(led) :], strict=True))
        rescored = []
        for candidate in ranked:
            cosine = in_context.get(id(candidate), candidate.cosine)
            score = candidate.score + _COSINE_BEFORE * cosine
            cosine = max(cosine, with_title.get(id(candidate), cosine))
            rescored.append(replace(candidate, in_context=cosine, score=score))
        return sorted(rescored, key=lambda c: -c.score)


def _tells(above: str, text: str, terms: frozenset[str]) -> bool:
    """Whether words of the question stand above a text and not in it."""
    told = terms.intersection(analyzed(above))
    return bool(told) and not told.issubset(analyzed(text))


def _places(passages: Sequence[Retrieved]) -> list[_Place]:
    """All sentences of the passages, each once."""
    found: dict[tuple[str, int, int], _Place] = {}
    for passage in passages:
        spans = sentence_spans(passage.chunk.text)
        start = passage.chunk.start
        headers = [table.header for table, _ in passage.chunk.tables]
        for number, span in enumerate(spans):
            # What names columns answers nothing: it is quoted with their rows.
            if len(spans) > len(headers) and any(
                header.start <= start + span.start < header.end for header in headers
            ):
                continue
            key = (passage.chunk.document.id, start + span.start, start + span.end)
            found.setdefault(key, _Place(passage, spans, number))
    return list(found.values())


def _scored(
    question: Question, place: _Place, vector: Vectors, asked: Vectors, rarity: Mapping[str, float]
) -> Candidate:
    weight = sum(rarity.values()) or 1.0
    text, before, passage = place.text, place.before, place.passage
    cosine = float(vector @ asked)
    expected = any(has_value(kind, text, question.text) for kind in question.expected)
    span = _best_span(place)
    coverage = covered_rarity(text, rarity) / weight
    with_before = covered_rarity(f"{before} {text}", rarity) / weight
    score = (
        _COSINE * cosine
        + _COVERAGE * coverage
        + _COVERAGE_BEFORE * with_before
        + _EXPECTED * expected
        + _SPAN * (span.score if span else FLOOR)
        + _PASSAGE_ANSWERS * passage.answers
        + _PASSAGE_COSINE * passage.cosine
        + _PASSAGE_RANK * passage.rank
        + _ASKED_SPEAKER * _speaks(question, place)
    )
    return Candidate(
        source=passage,
        start=passage.chunk.start + place.span.start,
        end=passage.chunk.start + place.span.end,
        text=text,
        before=before,
        vector=vector,
        cosine=cosine,
        in_context=cosine,
        coverage=coverage,
        covered_in_context=with_before,
        expected=expected,
        span=span,
        score=score,
    )


def _best_span(place: _Place) -> ScoredSpan | None:
    """The trained reader's best answer in a sentence, its offsets in the sentence."""
    spans = place.passage.spans
    best = spans.within(place.span.start, place.span.end) if spans else None
    if best is None:
        return None
    start, end = best.span
    return ScoredSpan(Span(start - place.span.start, end - place.span.start), best.score)


def _speaks(question: Question, place: _Place) -> bool:
    """Whether a sentence is the account of the one whose account is asked for."""
    if not question.speaker:
        return False
    own = speaker_of(place.text)
    if own is None or own.pronoun:
        own = missing_speaker(place.passage.chunk.text, place.spans[: place.number], place.span)
    return own is not None and is_named(own, question.speaker)


def covered_rarity(text: str, rarity: Mapping[str, float]) -> float:
    """The summed rarity of the terms that stand in the text.

    >>> covered_rarity("The sirens were late.", {"siren": 3.5, "late": 1.5, "gate": 2.0})
    5.0
    """
    present = set(analyzed(text))
    return sum(weight for term, weight in rarity.items() if term in present)
