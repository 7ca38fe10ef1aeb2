"""A sentence that somebody wrote → the sentences of the documents that carry it, or what is wrong.

Whoever wrote it, a model or the user: it is aligned to the fewest sentences of the passages that
hold its words (greedy set cover, each step weighed by likeness), and verified against the first of
those, the first two and so on alone,
by the rules of `verification` and by the trained judge of `support`: either refuses. A sentence
that stands word for word in a passage needs neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.drafts import Draft, Evidence
from assistant.openers import opened
from assistant.questions import content_terms
from assistant.retrieval import Retrieved
from assistant.sentence_vectors import SentenceVectors
from assistant.support import SupportJudge
from assistant.verification import is_verbatim, lacking, unsupported
from index.document import Span
from index.embeddings import Vectors
from index.lexical import analyzed
from index.sentences import sentence_spans

LEAST = 0.7
"""The probability that a sentence needs, where no setting says another: `Settings.support`."""

CLOSE, LEAST_CLOSE = 0.6, 0.05
"""Where a cited sentence holds so much of its content words, the rules see nearly all that could be
wrong, and it needs no more than so much."""

CITED = 3
"""Sentences that a sentence rests on, at most."""

COVERED = 0.7
"""The least share of a sentence's content words of which the cited sentences hold a form."""

SURE, _COVERED_SURELY = 0.75, 0.4
"""Where the judge is so sure, other words may say the same: then so many of them are enough."""

_ADDS = 0.08
"""A further sentence is cited where it adds at least so much of the words, as a share."""

_FURTHER_LIKENESS = 0.1
"""What likeness counts beside the words that a further sentence adds."""


@dataclass(frozen=True, slots=True)
class Grounded:
    """A sentence with its best evidence, and the spans of it that the evidence does not carry.

    `quotes` are the words of the evidence, `probability` how likely they carry the sentence: 1 word
    for word, 0 without evidence.
    """

    draft: Draft
    unsupported: tuple[Span, ...] = ()
    quotes: tuple[str, ...] = ()
    probability: float = 1.0

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
    """Aligns sentences to passages and verifies them. Thread-safe.

    Args:
        vectors: of the embedded model.
        judge: the trained judge; by default the product's.
        least: the probability of being carried that a sentence needs.
    """

    def __init__(
        self, vectors: SentenceVectors, judge: SupportJudge | None = None, least: float = LEAST
    ) -> None:
        self._vectors, self._judge, self._least = vectors, judge or SupportJudge(), least

    def of(self, text: str, passages: Sequence[Retrieved]) -> Grounded:
        """The sentence with what carries it among the passages.

        Args:
            text: one sentence, without footnote marks.
            passages: those it may rest on, in order of preference.
        """
        places = _places(passages)
        if not places or not analyzed(text):
            return Grounded(Draft(text, ()), (Span(0, len(text)),), probability=0.0)
        exact = next((place for place in places if is_verbatim(text, place.text)), None)
        if exact is not None:
            return Grounded(Draft(text, tuple(exact.evidence)))
        vectors = self._vectors.of([text, *(place.text for place in places)])
        chosen = _aligned(text, places, vectors[1:] @ vectors[0])
        tried = [self._on(text, chosen[:count]) for count in range(1, len(chosen) + 1)]
        # The more is cited, the more words of it may be found that say something else.
        return max(
            (one for one in tried if one.supported),
            key=lambda one: one.probability,
            default=tried[-1],
        )

    def _on(self, text: str, places: Sequence[_Place]) -> Grounded:
        """The sentence on these places alone."""
        quotes = [words for place in places for words in place.quotes]
        wrong, probability = self.against(text, quotes)
        evidence = tuple(one for place in places for one in place.evidence)
        return Grounded(Draft(text, evidence), wrong, tuple(quotes), probability)

    def against(self, text: str, quotes: Sequence[str]) -> tuple[tuple[Span, ...], float]:
        """The spans of a sentence that cited words do not carry, and how likely they carry it all.

        Where only the judge refuses it, those are the words that it doubts; it doubts the words
        around a wrong one, too.
        """
        start = opened(text)
        said = text[start:]
        (judged,) = self._judge.judged([(said, " ".join(" ".join(quotes).split()))])
        least = _COVERED_SURELY if judged.probability >= SURE else COVERED
        wrong = [*unsupported(said, quotes), *_uncovered(said, "\n".join(quotes), least)]
        needed = min(LEAST_CLOSE, self._least) if is_close(said, quotes) else self._least
        if not wrong and judged.probability < needed:
            wrong = judged.doubted() or [judged.most_doubted]
        spans = sorted({Span(start + at.start, start + at.end) for at in wrong})
        return tuple(spans), judged.probability


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


def is_close(text: str, quotes: Sequence[str]) -> bool:
    """Whether one of the cited sentences holds most of the text's words."""
    terms = content_terms(text)
    most = max((len(terms & content_terms(quote)) for quote in quotes), default=0)
    return most >= CLOSE * len(terms)


def _uncovered(text: str, cited: str, least: float) -> list[Span]:
    """The content words that are not cited, where they are too many to be mere wording."""
    terms = content_terms(text)
    missing = terms - content_terms(cited)
    if len(missing) <= (1 - least) * len(terms):
        return []
    return [span for span in lacking(text, cited) if missing & set(analyzed(text[slice(*span)]))]
