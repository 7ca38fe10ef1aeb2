"""What later documents have made of what is said: a correction of it, or a newer edition.

A later document corrects a sentence where it names the sentence's document, says that something is
corrected or replaced, and gives one of the sentence's figures beside another of the same kind. Of
two editions of one document, whose titles differ in figures only, the newer stands first and each
under its title; which of them is in force is for the reader to say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

from assistant.asking.question import Question
from assistant.draft import Claim, Evidence, ProposedAnswer, add_words
from assistant.language.dates import DATES, spoken_date
from assistant.language.lexicon import CORRECTIONS
from assistant.language.quantities import quantities
from assistant.language.terms import content_terms
from assistant.reading.answer_span import collapse_whitespace
from assistant.reading.block_ranking import block_spans
from assistant.reading.editions import are_editions, edition_order, figures
from assistant.retrieving.retrieval import Retrieved
from index.document import Span
from index.sentences import sentence_spans
from index.store.catalog import DocumentInfo, StoredChunk
from index.store.store import Store

_NAMED, _FEWEST = 0.8, 3
"""The share of the content words of a title by which another document names it, and the fewest of
them: a shorter title may be met anywhere."""

_SAME = 0.6
"""The likeness by their words in order from which two editions' blocks are of one thing."""

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
    for claim, later in zip(reading.claims, found, strict=True):
        if later is not None:
            told = next((one for one in reading.claims if _stands_in(later, one)), later)
            claims += [one for one in (told,) if one not in claims]
            claim = replace(claim, superseded=later.evidence)
        if claim not in claims:
            claims.append(claim)
    return replace(reading, claims=tuple(claims), conflicts=())


def _of_one_author(one: Claim, other: Claim) -> bool:
    author = _document(one).author
    return author is not None and author == _document(other).author


def with_editions(
    question: Question, reading: ProposedAnswer, passages: Sequence[Retrieved]
) -> ProposedAnswer:
    """What is proposed, with what the newest edition says of the same before an older one's.

    Where both say it in the same words, the newest is cited alone. Nothing changes where the
    question names an edition by a figure of its title, file or date.

    >>> with_editions(asked, ProposedAnswer(), passages) == ProposedAnswer()
    True
    """
    if reading.conflicts:
        return reading
    asked = {one.value for one in quantities(question.text)}
    claims: list[Claim] = []
    for claim in reading.claims:
        newer = None
        if claim.evidence and claim.tabulated is None and not asked & figures(_document(claim)):
            newer = _newest(claim, passages)
        if newer is not None:
            claims.append(newer)
        if newer is None or _own_words(newer) != _own_words(claim):
            claims.append(claim)
    once: dict[tuple[str, int], Claim] = {}
    for claim in claims:
        if claim.evidence:
            once.setdefault((_document(claim).id, claim.evidence[0].start), claim)
    told = tuple(_told_apart(claim, claims) for claim in once.values())
    return replace(reading, claims=told) if told else reading


def _told_apart(claim: Claim, claims: Sequence[Claim]) -> Claim:
    """A claim under its document's title where another edition of it is told as well."""
    others = (_document(one) for one in claims if one.evidence)
    return _titled(claim) if any(are_editions(_document(claim), one) for one in others) else claim


def _document(claim: Claim) -> DocumentInfo:
    return claim.evidence[0].document


def _correction(store: Store, claim: Claim, passages: Sequence[Retrieved]) -> Claim | None:
    """The words of a later document that correct a sentence."""
    if not claim.evidence or claim.evidence[0].document.date is None:
        return None
    corrects = claim.evidence[0].document
    stated = _counts(_own_words(claim))
    for chunk in (passage.chunk for passage in passages):
        later = chunk.document
        if not stated or later.id == corrects.id or (later.date or "") <= str(corrects.date):
            continue
        opening = store.excerpt(later.id, later.version, 0, min(_OPENING, later.characters))
        if not _names(f"{later.title}\n{opening}\n{chunk.text}", corrects.title):
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
                return _titled(_quoted(chunk, start, end))
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


def _names(text: str, title: str) -> bool:
    """Whether a text names a document by its title."""
    wanted = content_terms(title)
    return len(wanted) >= _FEWEST and len(wanted & content_terms(text)) >= _NAMED * len(wanted)


def _newest(claim: Claim, passages: Sequence[Retrieved]) -> Claim | None:
    """The same as a sentence says, as the newest other edition of its document has it."""
    own = _document(claim)
    best: tuple[str, float, Claim] | None = None
    for passage in passages:
        chunk = passage.chunk
        order = edition_order(chunk.document)
        if order <= edition_order(own) or not are_editions(chunk.document, own):
            continue
        for start, end in block_spans(chunk.text):
            found = _quoted(chunk, chunk.start + start, chunk.start + end)
            alike = _likeness(_own_words(claim), _own_words(found))
            if alike >= _SAME and (best is None or (order, alike) > best[:2]):
                best = (order, alike, found)
    return None if best is None else best[2]


def _likeness(one: str, other: str) -> float:
    """How alike two texts are by their words in order, from 0 to 1."""
    first, second = one.split(), other.split()
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _own_words(claim: Claim) -> str:
    """A claim's words without what the program added."""
    text = claim.text
    for start, end in reversed(claim.added):
        text = text[:start] + text[end:]
    return text.strip()


def _quoted(chunk: StoredChunk, start: int, end: int) -> Claim:
    """Words of a passage as they stand."""
    words = chunk.text[start - chunk.start : end - chunk.start]
    lines = filter(None, map(collapse_whitespace, words.splitlines()))
    return Claim("\n".join(lines), tuple(Evidence.row_of(chunk, start, end)))


def _titled(claim: Claim) -> Claim:
    """A claim under the title and the date of its document, if nothing stands before it yet."""
    if claim.added:
        return claim
    document = claim.evidence[0].document
    when = f", {spoken_date(document.date)}" if document.date else ""
    return add_words(claim, [(0, f"[{document.title}{when}:] ")])


def _stands_in(found: Claim, claim: Claim) -> bool:
    """Whether words are part of what another sentence cites."""
    place = found.evidence[0]
    return any(
        one.document.id == place.document.id and one.start <= place.start and place.end <= one.end
        for one in claim.evidence
    )
