"""Which sentences of the retrieved passages answer a question: candidates with their scores.

A sentence is scored by the cosine of its vector with the question's, by the share of the
question's content words that it holds (weighted by how rare they are), by both again together with
the sentence before it, which often names what a pronoun means, by whether it holds a value of the
kind asked for, and by its passage's cosine and rank. The weights, against 1 for the cosine, were
fitted by `benchmarks/reader_weights.py`; `benchmarks/README.md` has the figures out of fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from assistant.attribution import missing_speaker, names, speaker_of
from assistant.questions import Question
from assistant.retrieval import RANK_CONSTANT, Retrieved
from assistant.values import holds
from index.document import Span
from index.embeddings import MiniLM, Vectors
from index.lexical import analyzed
from index.sentences import sentence_spans

PASSAGES = 10
"""Passages that are read."""

IN_CONTEXT = 8
"""Of their sentences the best so many are scored together with the sentence before them."""

_COVERAGE = 1.5
_COVERAGE_BEFORE = 1.0
_COSINE_BEFORE = 1.0
_PASSAGE_COSINE = 0.9
_PASSAGE_RANK = 1.1
_EXPECTED = 0.5
_ASKED_SPEAKER = 2.0
_EARLIER = 0.3
"""Weight of a word of an earlier turn against one of the question itself."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: offsets in its document, and the parts of its score.

    `cosine` is its own likeness to the question, `in_context` the same together with the sentence
    before it, `coverage` the share of the question's content words in it.
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
    score: float


class SentenceScorer:
    """Scores sentences with the embedded model, remembering the vectors of those it has seen."""

    def __init__(self, model: MiniLM, remembered: int = 20_000) -> None:
        self._model = model
        self._vectors = lru_cache(maxsize=remembered)(model.embed_query)

    def candidates(
        self, question: Question, passages: Sequence[Retrieved], rarity: Mapping[str, float]
    ) -> list[Candidate]:
        """The sentences of the passages, best first; each sentence once."""
        asked = self._asked(question)
        rarity = {
            term: value * (_EARLIER if term in question.earlier_terms else 1.0)
            for term, value in rarity.items()
        }
        weight = sum(rarity.values()) or 1.0
        found: dict[tuple[str, int, int], Candidate] = {}
        for passage in passages[:PASSAGES]:
            text = passage.chunk.text
            spans = sentence_spans(text)
            before = ""
            for number, (start, end) in enumerate(spans):
                sentence = text[start:end]
                vector = self._vectors(sentence)
                cosine = float(vector @ asked)
                coverage = covered(sentence, rarity) / weight
                with_before = covered(f"{before} {sentence}", rarity) / weight
                expected = any(holds(kind, sentence, question.text) for kind in question.expected)
                score = (
                    cosine
                    + _COVERAGE * coverage
                    + _COVERAGE_BEFORE * with_before
                    + _EXPECTED * expected
                    + _PASSAGE_COSINE * passage.cosine
                    + _PASSAGE_RANK * passage.fused * (1 + RANK_CONSTANT) / 2
                )
                if _speaks(question, text, spans[:number], Span(start, end)):
                    score += _ASKED_SPEAKER
                at = (passage.chunk.document.id, passage.chunk.start + start)
                candidate = Candidate(
                    source=passage,
                    start=passage.chunk.start + start,
                    end=passage.chunk.start + end,
                    text=sentence,
                    before=before,
                    vector=vector,
                    cosine=cosine,
                    in_context=cosine,
                    coverage=coverage,
                    score=score,
                )
                found.setdefault((*at, candidate.end), candidate)
                before = sentence
        ranked = sorted(found.values(), key=lambda c: -c.score)
        return self._in_context(ranked, asked)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of sentences, shape (len(texts), 384)."""
        return np.stack([self._vectors(text) for text in texts])

    def _asked(self, question: Question) -> Vectors:
        """The question's vector; for a follow-up, midway to the question with its earlier turn."""
        own = self._vectors(question.text)
        if question.standalone == question.text:
            return own
        both = own + self._vectors(question.standalone)
        unit: Vectors = both / np.linalg.norm(both)
        return unit

    def _in_context(self, ranked: list[Candidate], asked: Vectors) -> list[Candidate]:
        rescored = []
        for place, candidate in enumerate(ranked):
            cosine = candidate.cosine
            if place < IN_CONTEXT and candidate.before:
                cosine = float(self._vectors(f"{candidate.before} {candidate.text}") @ asked)
            score = candidate.score + _COSINE_BEFORE * cosine
            rescored.append(replace(candidate, in_context=cosine, score=score))
        return sorted(rescored, key=lambda c: -c.score)


def _speaks(question: Question, text: str, before: Sequence[Span], sentence: Span) -> bool:
    """Whether a sentence is the account of the one whose account is asked for."""
    if not question.speaker:
        return False
    own = speaker_of(text[sentence.start : sentence.end])
    if own is None or own.pronoun:
        own = missing_speaker(text, before, sentence)
    return own is not None and names(own, question.speaker)


def covered(text: str, rarity: Mapping[str, float]) -> float:
    """The summed rarity of the terms that stand in the text."""
    present = set(analyzed(text))
    return sum(weight for term, weight in rarity.items() if term in present)
