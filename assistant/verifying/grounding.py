"""A sentence that somebody wrote → the sentences of the documents that carry it, or what is wrong.

Whoever wrote it, a model or the user: it is aligned to the fewest sentences of the passages that
hold its words (greedy set cover, each step weighed by likeness), and verified against the first of
those, the first two and so on alone: by the rules of `verification`, which refuse, and by the odds
of `calibration`, of which author and settings say how high they must be. A sentence that stands
word for word in a passage needs neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assistant.draft import Claim, Evidence
from assistant.language.terms import content_terms, opening_length
from assistant.models.entailment import Entailment, EntailmentModel
from assistant.models.sentence_vectors import SentenceVectors
from assistant.models.span_reader import SpanReader
from assistant.retrieving.retrieval import Retrieved
from assistant.verifying.answer_back import answer_back_margin
from assistant.verifying.calibration import (
    SupportFeatures,
    probability,
    quoted_share,
    support_logit,
    term_coverage,
)
from assistant.verifying.verification import absent_words, is_verbatim, unsupported_spans
from index.document import Span
from index.models.embeddings import Vectors
from index.sentences import sentence_spans
from index.store.lexical import analyzed

LEAST = 0.7
"""The probability that a sentence needs, where no setting says another: `Settings.support`."""

PRIOR = 0.8
"""The share of a person's sentences that their documents carry: of the human answers judged for
`benchmarks/support.py` it was so."""

CITED = 3
"""Sentences that a sentence rests on, at most."""

_ADDS = 0.08
"""A further sentence is cited where it adds at least so much of the words, as a share."""

_FURTHER_LIKENESS = 0.1
"""What likeness counts beside the words that a further sentence adds."""


@dataclass(frozen=True, slots=True)
class Grounded:
    """A sentence with its best evidence, and the spans of it that the evidence does not carry.

    `quotes` are the words of the evidence. `odds` are the log-odds that they carry the sentence,
    whoever wrote it; None where it was not weighed, as word for word the same or refused by a rule.

    >>> Grounded(Claim("The dam held.", ()), unsupported=(Span(8, 12),)).supported
    False
    """

    draft: Claim
    unsupported: tuple[Span, ...] = ()
    quotes: tuple[str, ...] = ()
    odds: float | None = None

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


class Verifier(Protocol):
    """Says what carries a sentence: what the writer's and the user's sentences are put to.

    >>> class Unbelieving:
    ...     def of(self, text, passages, prior=PRIOR):
    ...         return Grounded(Claim(text, ()), (Span(0, len(text)),))
    >>> verifier: Verifier = Unbelieving()
    >>> verifier.of("The gate held.", passages).supported
    False
    """

    def of(self, text: str, passages: Sequence[Retrieved], prior: float = PRIOR) -> Grounded:
        """The sentence with what carries it among the passages, or the words that none carries.

        Args:
            text: one sentence, without footnote marks.
            passages: those it may rest on, in order of preference.
            prior: the share of its author's sentences that is carried (above 0 and below 1).
        """
        ...


class Grounding:
    """The embedded `Verifier`: aligns sentences to passages and weighs them. Thread-safe.

    Args:
        vectors: of the embedded model.
        judge: the trained judge.
        reader: the trained reader.
        least: the probability of being carried that a sentence needs.

    >>> from index.models.embeddings import MiniLM
    >>> grounding = Grounding(SentenceVectors(MiniLM()), EntailmentModel(), SpanReader())
    >>> grounding.against("Gate 3 failed at 21:40.", ["Gate 3 failed at 21:14."])
    ((Span(start=17, end=22),), None)
    """

    def __init__(
        self,
        vectors: SentenceVectors,
        judge: EntailmentModel,
        reader: SpanReader,
        least: float = LEAST,
    ) -> None:
        self._vectors, self._judge, self._reader = vectors, judge, reader
        self._least = least

    def of(self, text: str, passages: Sequence[Retrieved], prior: float = PRIOR) -> Grounded:
        """The sentence with what carries it among the passages.

        Args:
            text: one sentence, without footnote marks.
            passages: those it may rest on, in order of preference.
            prior: the share of its author's sentences that is carried (above 0 and below 1).
        """
        places = _places(passages)
        if not places or not analyzed(text):
            return Grounded(Claim(text, ()), (Span(0, len(text)),))
        exact = next((place for place in places if is_verbatim(text, place.text)), None)
        if exact is not None:
            return Grounded(Claim(text, tuple(exact.evidence)))
        vectors = self._vectors.of([text, *(place.text for place in places)])
        chosen = _aligned(text, places, vectors[1:] @ vectors[0])
        tried = [self._on(text, chosen[:count], prior) for count in range(1, len(chosen) + 1)]
        # The more is cited, the more words of it may be found that say something else.
        weighed = [(one.odds, -n) for n, one in enumerate(tried) if one.odds is not None]
        return tried[-max(weighed)[1] if weighed else -1]

    def _on(self, text: str, places: Sequence[_Place], prior: float) -> Grounded:
        """The sentence on these places alone."""
        quotes = [words for place in places for words in place.quotes]
        wrong, found = self.against(text, quotes, prior)
        evidence = tuple(one for place in places for one in place.evidence)
        return Grounded(Claim(text, evidence), wrong, tuple(quotes), found)

    def against(
        self, text: str, quotes: Sequence[str], prior: float = PRIOR
    ) -> tuple[tuple[Span, ...], float | None]:
        """The spans of a sentence that cited words do not carry, and the odds that they carry it.

        With what a rule refuses come the words that are not cited. Where the odds are too low, so
        do those that the judge doubts; it doubts the words around a wrong one, too.
        """
        start = opening_length(text)
        said = text[start:]
        absent = _absent(said, "\n".join(quotes))
        if wrong := unsupported_spans(said, quotes):
            return _shifted([*wrong, *absent], start), None
        seen, judged = self.seen(said, quotes)
        found = support_logit(seen)
        if probability(found, prior) >= self._least:
            return (), found
        wrong = [*judged.doubted(), *absent] or [judged.most_doubted]
        return _shifted(wrong, start), found

    def seen(self, text: str, quotes: Sequence[str]) -> tuple[SupportFeatures, Entailment]:
        """What is weighed of a sentence beside cited words, and all that the judge makes of it."""
        cited = " ".join(" ".join(quotes).split())
        (judged,) = self._judge.judged([(text, cited)])
        vectors = self._vectors.of([text, *quotes])
        alike = float((vectors[1:] @ vectors[0]).max())
        returned = answer_back_margin(text, cited, self._reader)
        seen = SupportFeatures(
            judged=judged.odds,
            covered=term_coverage(text, quotes),
            cited=len(quotes),
            alike=alike,
            quoted=quoted_share(text, quotes),
            returned=returned,
        )
        return seen, judged


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


def _absent(text: str, cited: str) -> list[Span]:
    """The content words of a text of which no form is cited."""
    missing = content_terms(text) - content_terms(cited)
    return [
        span for span in absent_words(text, cited) if missing & set(analyzed(text[slice(*span)]))
    ]


def _shifted(spans: Sequence[Span], by: int) -> tuple[Span, ...]:
    return tuple(sorted({Span(by + at.start, by + at.end) for at in spans}))
