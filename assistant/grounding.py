"""A sentence that somebody wrote → the sentences of the documents that carry it, or what is wrong.

Whoever wrote it, a model or the user: it is aligned to the fewest sentences of the passages that
hold its words (greedy set cover, each step weighed by likeness), and verified against those alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.drafts import Draft, Evidence
from assistant.questions import content_terms
from assistant.retrieval import Retrieved
from assistant.sentence_vectors import SentenceVectors
from assistant.verification import is_verbatim, lacking, unsupported
from index.document import Span
from index.embeddings import Vectors
from index.lexical import analyzed
from index.sentences import sentence_spans

CITED = 3
"""Sentences that a sentence rests on, at most."""

COVERED = 0.7
"""The least share of a sentence's content words of which the cited sentences hold a form."""

_ADDS = 0.08
"""A further sentence is cited where it adds at least so much of the words, as a share."""

_FURTHER_LIKENESS = 0.1
"""What likeness counts beside the words that a further sentence adds."""


@dataclass(frozen=True, slots=True)
class Grounded:
    """A sentence with its best evidence, and the spans of it that the evidence does not carry.

    `quotes` are the words of the evidence.
    """

    draft: Draft
    unsupported: tuple[Span, ...] = ()
    quotes: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether it may be shown as supported."""
        return not self.unsupported


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence of a passage."""

    passage: Retrieved
    start: int
    end: int

    @property
    def text(self) -> str:
        chunk = self.passage.chunk
        return chunk.text[self.start - chunk.start : self.end - chunk.start]

    @property
    def quotes(self) -> list[str]:
        """The words that it cites."""
        row = self.passage.chunk.table_row(self.start)
        return [self.text, row[1]] if row is not None else [self.text]

    @property
    def evidence(self) -> list[Evidence]:
        """The sentence, and the names of the columns where it is a table's row."""
        chunk = self.passage.chunk
        found = [Evidence.within(chunk, self.start, self.end, self.passage.score)]
        row = chunk.table_row(self.start)
        return [*found, Evidence.within(chunk, *row[0].header)] if row is not None else found


class Grounding:
    """Aligns sentences to passages and verifies them. Thread-safe."""

    def __init__(self, vectors: SentenceVectors) -> None:
        self._vectors = vectors

    def of(self, text: str, passages: Sequence[Retrieved]) -> Grounded:
        """The sentence with what carries it among the passages.

        Args:
            text: one sentence, without footnote marks.
            passages: those it may rest on, in order of preference.
        """
        places = _places(passages)
        if not places or not analyzed(text):
            return Grounded(Draft(text, ()), (Span(0, len(text)),))
        exact = next((place for place in places if is_verbatim(text, place.text)), None)
        if exact is not None:
            return Grounded(Draft(text, tuple(exact.evidence)))
        vectors = self._vectors.of([text, *(place.text for place in places)])
        chosen = _aligned(text, places, vectors[1:] @ vectors[0])
        quotes = [words for place in chosen for words in place.quotes]
        wrong = unsupported(text, quotes)
        if not wrong:
            wrong = _uncovered(text, "\n".join(quotes))
        evidence = tuple(one for place in chosen for one in place.evidence)
        return Grounded(Draft(text, evidence), tuple(wrong), tuple(quotes))


def _places(passages: Sequence[Retrieved]) -> list[_Place]:
    found: dict[tuple[str, int, int], _Place] = {}
    for passage in passages:
        chunk = passage.chunk
        for start, end in sentence_spans(chunk.text):
            place = _Place(passage, chunk.start + start, chunk.start + end)
            found.setdefault((chunk.document.id, place.start, place.end), place)
    return list(found.values())


def _aligned(text: str, places: Sequence[_Place], likeness: Vectors) -> list[_Place]:
    """The fewest sentences that hold the text's words, the most alike first."""
    terms = content_terms(text)
    held = [content_terms(place.text) & terms for place in places]
    chosen: list[int] = []
    covered: frozenset[str] = frozenset()
    while len(chosen) < CITED:
        gains = np.array([len(found - covered) / len(terms) for found in held])
        best = int((gains + (_FURTHER_LIKENESS if chosen else 1.0) * likeness).argmax())
        if chosen and gains[best] < _ADDS:
            break
        chosen.append(best)
        covered |= held[best]
    return [places[n] for n in chosen]


def _uncovered(text: str, cited: str) -> list[Span]:
    """The content words that are not cited, where they are too many to be mere wording."""
    terms = content_terms(text)
    missing = terms - content_terms(cited)
    if len(missing) <= (1 - COVERED) * len(terms):
        return []
    return [span for span in lacking(text, cited) if missing & set(analyzed(text[slice(*span)]))]
