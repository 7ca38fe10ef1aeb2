"""What a question leaves open, told of each: the same said in alike documents or below headings.

Two manuals, the leases of two flats, reports of three years, the editions of a policy: their titles
differ in a few words, and so do what they say of one thing. The question may name some of them, by
title, heading, time, or a word that only these have; then those answer. Else each does, under what
tells it apart, the newest edition first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import product

from assistant.asking.question import Question
from assistant.draft import Claim, Evidence, ProposedAnswer
from assistant.language.dates import DATES, spoken_date
from assistant.language.terms import function_terms
from assistant.reading.answer_span import collapse_whitespace, quoted
from assistant.reading.block_ranking import block_spans
from assistant.reading.editions import are_editions, are_of_a_kind, edition_order, opening_of
from assistant.retrieving.retrieval import Retrieved
from index.dates import iso_date
from index.document import Span
from index.places import innermost_stem
from index.sentences import sentence_spans
from index.store.catalog import DocumentInfo, StoredChunk
from index.store.lexical import analyzed
from index.store.store import Store

_SAME, _SAME_OF_ALL, _SAME_SENTENCE, _WORDS = 0.6, 0.45, 0.7, 4
"""The likeness by their words in order from which two blocks say the same of two things, the same
where all things of a kind are asked for, and that of a sentence of each, if it has so many words.
"""

_MOST, _MOST_OF_ALL = 5, 20
"""Of how many things the same is told, and where all are asked for."""

_OPENING = 600
"""Characters in which a document says since when it is valid."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

_FIGURE = re.compile(r"\d++")

_Heading = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """A claim, where it stands, and of when that is."""

    claim: Claim
    document: DocumentInfo
    heading: _Heading
    day: str
    written: Evidence | None
    words: str

    @property
    def place(self) -> tuple[str, _Heading]:
        return self.document.id, self.heading

    @property
    def years(self) -> frozenset[str]:
        return frozenset(_YEAR.findall(f"{self.document.title} {self.day}"))

    @property
    def names(self) -> frozenset[str]:
        """The terms by which a question may name it."""
        path = innermost_stem(self.document.path or "").replace("_", " ")
        told = f"{self.document.title} {path} {' '.join(self.heading)}"
        return frozenset(analyzed(told)) | self.years | frozenset(_FIGURE.findall(told))


def with_parallels(
    store: Store, question: Question, reading: ProposedAnswer, passages: Sequence[Retrieved]
) -> ProposedAnswer:
    """What is proposed, with the same of other things where the question does not say of which.

    >>> with_parallels(store, asked, ProposedAnswer(), passages) == ProposedAnswer()
    True
    """
    if reading.conflicts or not reading.claims:
        return reading
    times = _Times(store)
    told: dict[tuple[str, int], Claim] = {}
    for claim in reading.claims:
        if claim.evidence and claim.tabulated is None and not claim.superseded:
            for one in _each(store, question, times, claim, passages):
                told.setdefault((one.evidence[0].document.id, one.evidence[0].start), one)
        else:
            told.setdefault((claim.text, -1), claim)
    return replace(reading, claims=tuple(told.values()))


def are_told_apart(one: StoredChunk, other: StoredChunk) -> bool:
    """Whether two passages are of two things, by the names of their documents or headings.

    >>> chunk = passages[0].chunk
    >>> are_told_apart(chunk, chunk)
    False
    """
    return _apart(one.document, one.heading, other.document, other.heading)


def _apart(one: DocumentInfo, above: _Heading, other: DocumentInfo, beside: _Heading) -> bool:
    if one.id == other.id:
        return above != beside and len(above) == len(beside) and above[:-1] == beside[:-1]
    return are_of_a_kind(one, other)


class _Times:
    """When documents are of: their date, or else the latest that their opening names."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[str, Evidence | None]] = {}

    def of(self, document: DocumentInfo) -> tuple[str, Evidence | None]:
        if document.date:
            return document.date, None
        if document.id not in self._known:
            self._known[document.id] = self._opening(document)
        return self._known[document.id]

    def _opening(self, document: DocumentInfo) -> tuple[str, Evidence | None]:
        opening = opening_of(self._store, document, _OPENING)
        found = [
            (day, Evidence(document, *match.span()))
            for match in DATES.finditer(opening)
            if (day := iso_date(match[0])) is not None
        ]
        return max(found, key=lambda one: one[0], default=(edition_order(document), None))


def _each(
    store: Store,
    question: Question,
    times: _Times,
    claim: Claim,
    passages: Sequence[Retrieved],
) -> list[Claim]:
    """A claim, or of alike ones those that the question names, or all of them."""
    evidence = claim.evidence[0]
    first = _told(claim, evidence.document, evidence.heading, times)
    least = _SAME_OF_ALL if question.expects_all else _SAME
    group = {first.place: first, **_parallels(first, passages, times, least)}
    if len(group) == 1:
        return [claim]
    named = _named(store, question, list(group.values()))
    most = _MOST_OF_ALL if question.expects_all else _MOST
    chosen = _newest_first(named or list(group.values()))[:most]
    if not named:
        chosen = _once(chosen)
    return [_under(one, chosen) for one in chosen]


def _told(claim: Claim, document: DocumentInfo, heading: _Heading, times: _Times) -> _Told:
    return _Told(claim, document, heading, *times.of(document), claim.own_words)


def _parallels(
    first: _Told, passages: Sequence[Retrieved], times: _Times, least: float
) -> dict[tuple[str, _Heading], _Told]:
    """What stands in the same words but a few elsewhere, the likest of each place."""
    found: dict[tuple[str, _Heading], tuple[float, _Told]] = {}
    for chunk in (passage.chunk for passage in passages):
        if not _apart(first.document, first.heading, chunk.document, chunk.heading):
            continue
        for start, end in block_spans(chunk.text):
            alike = _alike(first.words, chunk.text[start:end])
            place = (chunk.document.id, chunk.heading)
            if alike >= least and (place not in found or alike > found[place][0]):
                claim = quoted(chunk, chunk.start + start, chunk.start + end)
                found[place] = alike, _told(claim, chunk.document, chunk.heading, times)
    return {place: told for place, (_, told) in found.items()}


def _alike(one: str, other: str) -> float:
    """How alike two blocks are, or a sentence of each, from 0 to 1."""
    pairs = product(_sentences(one), _sentences(other))
    best = max((_likeness(a, b) for a, b in pairs), default=0.0)
    whole = _likeness(_split(one), _split(other))
    return max(whole, best if best >= _SAME_SENTENCE else 0.0)


def _sentences(text: str) -> list[list[str]]:
    """The words of those sentences that have enough of them."""
    found = (_split(text[slice(*span)]) for span in sentence_spans(text))
    return [words for words in found if len(words) >= _WORDS]


def _split(text: str) -> list[str]:
    """Words, or the characters of a text that has no spaces."""
    words = text.split()
    return words if len(words) > 1 else list(text.strip())


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How alike two texts are by their words in order, from 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _named(store: Store, question: Question, group: Sequence[_Told]) -> list[_Told]:
    """Those that a question names by more than the others; none where it names all alike."""
    asked = frozenset(analyzed(question.text)) - function_terms()
    asked |= frozenset(_FIGURE.findall(question.text))
    counts = _own({one.place: one.names & asked for one in group})
    if not any(counts.values()):
        counts = _own({one.place: asked.intersection(analyzed(one.words)) for one in group})
    if not any(counts.values()):
        counts = _own(_holding(store, question.names, group))
    if most := max(counts.values()):
        return [one for one in group if counts[one.place] == most]
    return _in_force(_YEAR.findall(question.text), group)


def _own(terms: Mapping[tuple[str, _Heading], Iterable[str]]) -> dict[tuple[str, _Heading], int]:
    """How many terms each has that not all have."""
    shared = frozenset.intersection(*(frozenset(one) for one in terms.values()))
    return {place: len(frozenset(own) - shared) for place, own in terms.items()}


def _holding(
    store: Store, names: Iterable[str], group: Sequence[_Told]
) -> dict[tuple[str, _Heading], set[str]]:
    """Which names stand in each document."""
    with store.snapshot() as snapshot:
        return {
            one.place: {name for name in names if snapshot.lexical(name, 1, [one.document.id])}
            for one in group
        }


def _in_force(years: Sequence[str], group: Sequence[_Told]) -> list[_Told]:
    """The latest of them in a year that the question names."""
    if not years:
        return []
    before = [one.day for one in group if one.day and one.day[:4] <= max(years)]
    return [one for one in group if before and one.day == max(before)]


def _newest_first(group: Sequence[_Told]) -> list[_Told]:
    """Editions, the newest that is in force first; others as they were found."""
    if not all(_are_of_one(group[0], one) for one in group[1:]):
        return list(group)
    today = datetime.now(UTC).date().isoformat()
    return sorted(group, key=lambda one: (one.day <= today, one.day), reverse=True)


def _are_of_one(one: _Told, other: _Told) -> bool:
    first, second = one.document, other.document
    return first.id != second.id and (first.title == second.title or are_editions(first, second))


def _once(group: Sequence[_Told]) -> list[_Told]:
    """Without those that say the same as one before, word for word."""
    return list({one.words: one for one in reversed(group)}.values())[::-1]


def _under(one: _Told, group: Sequence[_Told]) -> Claim:
    """A claim under what tells it apart."""
    if len(group) == 1:
        return one.claim
    label, cited = "", one.claim.evidence
    if any(one.document.id != other.document.id for other in group):
        label = one.document.title
        if any(_are_of_one(one, other) for other in group if other is not one):
            alone = sum(one.document.title == other.document.title for other in group) == 1
            if one.written is not None and not alone:
                cited = (*cited, one.written)
            if one.document.date or (one.written is not None and not alone):
                label += f", {spoken_date(one.day)}"
    same = [other for other in group if other.document.id == one.document.id]
    if one.heading and len(same) > 1:
        label = f"{label}, {one.heading[-1]}" if label else one.heading[-1]
    return _labelled(replace(one.claim, evidence=cited), collapse_whitespace(label))


def _labelled(claim: Claim, label: str) -> Claim:
    """A claim with a label before it, and what the program had put there behind that."""
    text, added = claim.text, list(claim.added)
    if added and added[0].start == 0:
        old = text[1 : added[0].end - 1].rstrip(":")
        if old not in label:
            label = f"{label}, {old}"
        cut = len(text) - len(text[added.pop(0).end :].lstrip())
    else:
        cut = 0
    put = f"[{label}:] "
    by = len(put) - cut
    return replace(
        claim,
        text=put + text[cut:],
        added=(Span(0, len(put) - 1), *(Span(a + by, b + by) for a, b in added)),
        exact=tuple(Span(a + by, b + by) for a, b in claim.exact),
    )
