"""What later documents have made of what is said: a correction of it.

A later document corrects a sentence where it names the sentence's document, says that something is
corrected or replaced, and gives one of the sentence's figures beside another of the same kind.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.draft import Claim, ProposedAnswer, add_words
from assistant.language.dates import DATES
from assistant.language.lexicon import CORRECTIONS
from assistant.language.quantities import quantities
from assistant.language.terms import content_terms
from assistant.reading.answer_span import quoted
from assistant.reading.editions import dated_title, opening_of
from assistant.retrieving.retrieval import Retrieved
from index.dates import iso_date
from index.document import Span
from index.sentences import sentence_spans
from index.store.catalog import DocumentInfo, StoredChunk
from index.store.store import Store

_NAMED, _FEWEST, _NAMED_WITH_DATE = 0.8, 3, 0.3
"""The share of the content words of a title by which another document names it, and the fewest of
them: a shorter title may be met anywhere. With its date a smaller share is enough."""

_OPENING = 1_000
"""Characters in which a document says what it is about."""

_BEFORE = 200
"""Characters before a corrected figure in which it is said that something is corrected."""

_NAME_BEFORE = re.compile(r"(?<![.!?:|•\n] )(?<!^)\b[^\W\d_a-z]\w*\s\Z")
"""A capitalised word that opens no sentence, before a figure that belongs to it."""

_CORRECTS = re.compile(CORRECTIONS, re.IGNORECASE)


def with_corrections(
    store: Store, reading: ProposedAnswer, passages: Sequence[Retrieved]
) -> ProposedAnswer:
    """What is proposed, each sentence that was corrected since marked, its correction before it.

    Accounts that differ stay so, unless it is the author of one who corrects it.

    >>> with_corrections(store, ProposedAnswer(), passages) == ProposedAnswer()
    True
    """
    found = [_correction(store, claim, passages) for claim in reading.claims]
    if reading.conflicts:
        found = [
            later if later is not None and _of_one_author(later, claim) else None
            for later, claim in zip(found, reading.claims, strict=True)
        ]
    if not any(found):
        return reading
    claims: list[Claim] = []
    titled: dict[int, Claim] = {}
    for claim, later in zip(reading.claims, found, strict=True):
        if later is not None:
            told = next((one for one in reading.claims if _stands_in(later, one)), None)
            claim = replace(claim, superseded=(told or later).evidence)
            if told is not None:
                titled[id(told)] = _titled(told)
            if told is not None or _answers(claim, later):
                claims.append(_titled(told or later))
        claims.append(claim)
    shown = (titled.get(id(one), one) for one in claims)
    return replace(reading, claims=tuple(dict.fromkeys(shown)), conflicts=())


def _answers(claim: Claim, later: Claim) -> bool:
    """Whether what is corrected of a sentence is what answers, by the words that are set out."""
    changed = _counts(later.text)
    spans = [
        Span(*span)
        for span in sentence_spans(claim.text)
        if changed & _counts(claim.text[slice(*span)])
    ]
    return not claim.exact or any(
        span.start < end and start < span.end for span in spans for start, end in claim.exact
    )


def _of_one_author(one: Claim, other: Claim) -> bool:
    author = _document(one).author
    return author is not None and author == _document(other).author


def _document(claim: Claim) -> DocumentInfo:
    return claim.evidence[0].document


def _correction(store: Store, claim: Claim, passages: Sequence[Retrieved]) -> Claim | None:
    """The words of a later document that correct a sentence."""
    if not claim.evidence or claim.evidence[0].document.date is None:
        return None
    corrects = claim.evidence[0].document
    stated = _counts(claim.own_words)
    for chunk in (passage.chunk for passage in passages):
        later = chunk.document
        if not stated or later.id == corrects.id or (later.date or "") <= str(corrects.date):
            continue
        opening = opening_of(store, later, _OPENING)
        if not _names(f"{later.title}\n{opening}\n{chunk.text}", corrects):
            continue
        for start, end in _pieces(chunk):
            words = chunk.text[start - chunk.start : end - chunk.start]
            row = chunk.table_row(start)
            before = chunk.text[max(start - chunk.start - _BEFORE, 0) : start - chunk.start]
            about = f"{' '.join(chunk.heading[-1:])}\n{row[1] if row else ''}\n{before}{words}"
            if not _CORRECTS.search(about):
                continue
            told = _counts(words)
            if any(_is_changed(one, told) for one in stated) and _shares(claim.text, words):
                return quoted(chunk, start, end)
    return None


def _counts(text: str) -> set[tuple[str, str]]:
    """The figures of a text with their units, without those of dates and of names ('Gate 3')."""
    dates = [match.span() for match in DATES.finditer(text)]
    return {
        (one.value, one.unit)
        for one in quantities(text)
        if not any(start <= one.span.start < end for start, end in dates)
        and not _NAME_BEFORE.search(text, 0, one.span.start)
    }


def _is_changed(figure: tuple[str, str], told: set[tuple[str, str]]) -> bool:
    """Whether a figure stands beside another of its kind: of its unit, both times or neither."""
    value, unit = figure
    return figure in told and any(
        other != value and kind == unit and (":" in other) == (":" in value) for other, kind in told
    )


def _shares(text: str, words: str) -> bool:
    """Whether both speak of the same thing, by a word."""
    return bool(content_terms(text) & content_terms(words))


def _pieces(chunk: StoredChunk) -> Iterator[Span]:
    """What may state a correction: a sentence, two in a row, a table's row."""
    spans = [Span(chunk.start + a, chunk.start + b) for a, b in sentence_spans(chunk.text)]
    yield from spans
    for one, other in pairwise(spans):
        yield Span(one.start, other.end)


def _names(text: str, document: DocumentInfo) -> bool:
    """Whether a text names a document, by its title, or by a part of that and its date."""
    wanted = content_terms(document.title)
    named = len(wanted & content_terms(text))
    if len(wanted) >= _FEWEST and named >= _NAMED * len(wanted):
        return True
    if named < _NAMED_WITH_DATE * len(wanted):
        return False
    days = (iso_date(match[0]) for match in DATES.finditer(text))
    return document.date in days


def _titled(claim: Claim) -> Claim:
    """A claim under the title and the date of its document, if nothing stands before it yet."""
    if claim.added:
        return claim
    return add_words(claim, [(0, f"[{dated_title(_document(claim))}:] ")])


def _stands_in(found: Claim, claim: Claim) -> bool:
    """Whether words are part of what another sentence cites."""
    place = found.evidence[0]
    return any(
        one.document.id == place.document.id and one.start <= place.start and place.end <= one.end
        for one in claim.evidence
    )
