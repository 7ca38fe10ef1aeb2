"""A sentence that somebody wrote → the places of the documents nearest to it, and a verdict.

The embedded judge asserts what it can prove: 'supported' is what a sentence of the documents says
in the same words, 'contradicted' what one says with another figure, nearly all else being the same.
All else is 'not verified', with the sentences that hold most of its words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from assistant.answer import Verdict
from assistant.draft import Claim, Evidence
from assistant.language.quantities import Quantity, quantities
from assistant.language.terms import content_terms, opening_length
from assistant.models.sentence_vectors import SentenceVectors
from assistant.retrieving.retrieval import Retrieved
from assistant.verifying.verification import (
    absent_figures,
    is_verbatim,
    lacking_words,
    unsupported_spans,
)
from assistant.verifying.wording import says_the_same
from index.document import Span
from index.models.embeddings import Vectors
from index.sentences import sentence_spans
from index.store.catalog import DocumentInfo
from index.store.lexical import analyzed

NEAREST = 2
"""Sentences that are shown beside one that could not be verified, at most."""

_ADDS = 0.08
"""A further sentence is near where it adds at least so much of the words, as a share."""

_FURTHER_LIKENESS = 0.1
"""What likeness counts beside the words that a further sentence adds."""

_SAME_MATTER = 0.8
"""The share of a sentence's content words that a sentence which contradicts it holds at least."""

_HEADER = 600
"""Characters at a document's start that may say who speaks in it."""

_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")


@dataclass(frozen=True, slots=True)
class Grounded:
    """A sentence with a verdict, and what it rests on: what supports it, or says otherwise.

    Attributes:
        draft: the sentence, with the evidence for the verdict; none where it is 'not verified'.
        verdict: as answers tell it.
        unsupported: the spans of it that the evidence, or what is nearest, does not carry.
        missing: what is not said, or said instead, in a judge's words.
        nearest: of a sentence not verified, the places that come nearest.
        against: of a supported one, where other documents say otherwise, as a judge has it.

    >>> Grounded(Claim("The dam held.", ()), unsupported=(Span(8, 12),)).supported
    False
    """

    draft: Claim
    verdict: Verdict = "not verified"
    unsupported: tuple[Span, ...] = ()
    missing: str = ""
    nearest: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether it may be shown as supported."""
        return self.verdict == "supported"


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
        return Evidence.row_of(self.passage.chunk, self.start, self.end, self.passage.score)


class Verifier(Protocol):
    """Says what the documents make of a sentence: what drafts are put to before any model is.

    >>> class Unbelieving:
    ...     def of(self, text, passages):
    ...         return Grounded(Claim(text, ()), unsupported=(Span(0, len(text)),))
    >>> verifier: Verifier = Unbelieving()
    >>> verifier.of("The gate held.", passages).verdict
    'not verified'
    """

    def of(self, text: str, passages: Sequence[Retrieved]) -> Grounded:
        """The sentence with a verdict and what it rests on among the passages.

        Args:
            text: one sentence, without footnote marks.
            passages: those it may rest on, in order of preference.
        """
        ...


class Grounding:
    """The embedded `Verifier`. Thread-safe.

    Args:
        vectors: of the embedded model, by which the nearest sentences are found.

    >>> from index.models.embeddings import MiniLM
    >>> grounding = Grounding(SentenceVectors(MiniLM()))
    >>> [grounding.of(said, passages).verdict for said in (
    ...     "The sirens sounded at 21:58, that is 24 minutes after a failure.",
    ...     "The sirens sounded at 21:40, that is 24 minutes after the failure.",
    ...     "The alarm was late.",
    ... )]
    ['supported', 'contradicted', 'not verified']
    """

    def __init__(self, vectors: SentenceVectors) -> None:
        self._vectors = vectors

    def of(self, text: str, passages: Sequence[Retrieved]) -> Grounded:
        """The sentence with a verdict and what it rests on among the passages."""
        places = _places(passages)
        whole = (Span(0, len(text)),)
        if not places or not analyzed(text):
            return Grounded(Claim(text, ()), unsupported=whole)
        said = text[opening_length(text) :]
        for same in (is_verbatim, says_the_same):
            for place in places:
                if any(same(one, place.text) for one in (text, said)) and not unsupported_spans(
                    text, place.quotes
                ):
                    return Grounded(Claim(text, tuple(place.evidence)), "supported")
        near = self._nearest(text, places)
        for place in near:
            if contradicts(text, place.quotes):
                wrong = _differing(text, place.quotes)
                return Grounded(Claim(text, tuple(place.evidence)), "contradicted", wrong)
        quotes = [words for place in near for words in place.quotes]
        found = tuple(one for place in near for one in place.evidence)
        return Grounded(Claim(text, ()), unsupported=_differing(text, quotes), nearest=found)

    def _nearest(self, text: str, places: Sequence[_Place]) -> list[_Place]:
        """The fewest sentences that hold the text's words, the most alike first."""
        vectors = self._vectors.of([text, *(place.text for place in places)])
        likeness: Vectors = vectors[1:] @ vectors[0]
        terms = content_terms(text)
        held = [content_terms(place.text) & terms for place in places]
        chosen: list[int] = []
        covered: frozenset[str] = frozenset()
        while len(chosen) < NEAREST:
            gains = np.array([len(found - covered) / len(terms) for found in held])
            best = int((gains + (_FURTHER_LIKENESS if chosen else 1.0) * likeness).argmax())
            if chosen and gains[best] < _ADDS:
                break
            chosen.append(best)
            covered |= held[best]
        return [places[n] for n in chosen]


def contradicts(text: str, quotes: Sequence[str]) -> bool:
    """Whether cited words speak of the same thing and have another figure for it.

    Meant to miss rather than to invent: nearly all other words of the sentence must stand there,
    and beside each figure that does not, one of the same unit that the sentence lacks. Another year
    may be another matter. That a denial of the same words contradicts was tried and was wrong 9
    times in 33 (`benchmarks/README.md`).

    >>> contradicts("The sirens sounded at 21:40.", ["The sirens sounded at 21:58."])
    True
    """
    cited = "\n".join(quotes)
    figures = quantities(text)
    absent = set(absent_figures(text, quotes))
    wrong = [one for one in figures if one.span in absent or one.number in absent]
    terms = _without_figures(text, figures)
    if not wrong or not terms or len(terms & content_terms(cited)) < _SAME_MATTER * len(terms):
        return False
    own = {one.value for one in figures}
    others = [one for one in quantities(cited) if one.value not in own]
    return all(
        not _YEAR.fullmatch(one.value) and any(other.unit == one.unit for other in others)
        for one in wrong
    )


def later_contradictions(
    text: str, cited: Sequence[Evidence], passages: Sequence[Retrieved]
) -> tuple[Evidence, ...]:
    """Where documents that are later than those cited have another figure for the same thing.

    Args:
        text: a sentence that is supported.
        cited: by what.
        passages: in which something else may stand.

    >>> log = judged("It was 21:40.", passages[0], [])
    >>> later_contradictions("The sirens sounded at 21:40.", log.evidence, passages)
    ()
    """
    own = {one.document.id for one in cited}
    return tuple(
        one
        for place in _places(passages)
        if place.passage.chunk.document.id not in own
        and is_later(place.passage.chunk.document, cited)
        and contradicts(text, place.quotes)
        for one in place.evidence[:1]
    )


def is_later(document: DocumentInfo, cited: Sequence[Evidence]) -> bool:
    """Whether a document is surely of a later date than all that is cited.

    >>> report = passages[0].chunk.document
    >>> is_later(report, [Evidence(report, 0, 9)])
    False
    """
    dates = [one.document.date for one in cited if one.document.date]
    return bool(dates) and (document.date or "") > max(dates)


def _without_figures(text: str, figures: Sequence[Quantity]) -> frozenset[str]:
    """The content terms of a text apart from its figures."""
    for one in figures:
        text = text[: one.span.start] + " " * len(text[slice(*one.span)]) + text[one.span.end :]
    return content_terms(text)


def judged(text: str, passage: Retrieved, spans: Sequence[Span]) -> Claim:
    """A sentence that a judge confirms by words of a passage, at spans of its document.

    What is cited are the whole sentences that hold them; the passage around them may name who and
    what they are about.

    >>> chunk = passages[0].chunk
    >>> first = judged("It failed.", passages[0], [Span(chunk.start, chunk.start + 9)])
    >>> len(first.evidence), first.judged
    (1, True)
    """
    chunk = passage.chunk
    evidence = [
        one
        for start, end in sentence_spans(chunk.text)
        if any(s < chunk.start + end and e > chunk.start + start for s, e in spans)
        for one in Evidence.row_of(chunk, chunk.start + start, chunk.start + end, passage.score)
    ]
    document = chunk.document
    around = (
        Evidence.within(chunk, chunk.start, chunk.end),
        Evidence(document, 0, min(_HEADER, document.characters)),
    )
    return Claim(text, tuple(dict.fromkeys(evidence)), around=around, judged=True)


def joined(claims: Sequence[Claim], text: str) -> Claim:
    """A sentence of several claims, each judged by itself: it cites what they cite.

    >>> joined([Claim("It fell.", ()), Claim("It broke.", ())], "It fell and broke.").text
    'It fell and broke.'
    """
    return replace(
        claims[0],
        text=text,
        evidence=tuple(dict.fromkeys(one for claim in claims for one in claim.evidence)),
        around=tuple(dict.fromkeys(one for claim in claims for one in claim.around)),
        judged=any(claim.judged for claim in claims),
    )


def _places(passages: Sequence[Retrieved]) -> list[_Place]:
    found: dict[tuple[str, int, int], _Place] = {}
    for passage in passages:
        chunk = passage.chunk
        for start, end in sentence_spans(chunk.text):
            place = _Place(passage, chunk.start + start, chunk.start + end)
            found.setdefault((chunk.document.id, place.start, place.end), place)
    return list(found.values())


def _differing(text: str, quotes: Sequence[str]) -> tuple[Span, ...]:
    """The words of a sentence that others lack, by rule or because no form of them is there."""
    start = opening_length(text)
    said = text[start:]
    wrong = [*unsupported_spans(said, quotes), *lacking_words(said, "\n".join(quotes))]
    return tuple(sorted({Span(start + at.start, start + at.end) for at in wrong}))
