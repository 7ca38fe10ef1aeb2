"""What passages tell of a topic that has a date, in the order of its days and times."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from assistant.draft import Claim, ProposedAnswer, add_words
from assistant.language.dates import spoken_date
from assistant.language.terms import content_terms
from assistant.language.values import find_values
from assistant.reading.answer_span import collapse_whitespace, quoted
from index import dates
from index.document import Span
from index.sentences import is_row, sentence_spans
from index.store.catalog import StoredChunk

_SAME_EVENT = 0.6
"""The share of their content words that accounts of one event have in common, figures apart."""
_WORDS = 3
"""Content words that accounts of one event have in common at least, unless they name one moment."""
_TOPIC = 0.5
"""More than this share of a topic's content words a passage has which tells of it."""
_FEWEST, _MOST = 2, 12
"""Events that make a timeline, and that are told."""
_CERTAINTY = 0.8
"""The confidence in an order that follows from dates as they stand."""
_FIGURE = re.compile(r"\d")


class Piece(NamedTuple):
    """Words of a document: where they begin in it, and what stands above them.

    `apart` are spans of the document that tell of no event: its own date, names of columns.

    >>> Piece("d1", 120, "The ferry sank at noon.", above="The log").start
    120
    """

    document_id: str
    start: int
    text: str
    above: str
    apart: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A dated sentence of a document: its day, the time of the day, and what else it says.

    >>> [[first]] = dated_events("ferry", [Piece("d1", 0, "On 3 May 2026 the ferry sank.", "")])
    >>> first.day, first.time, sorted(first.terms)
    ('2026-05-03', '', ['ferri', 'sank'])
    """

    day: str
    time: str
    terms: frozenset[str]
    text: str
    document_id: str
    span: Span


def dated_events(topic: str, pieces: Iterable[Piece]) -> list[list[Account]]:
    """The accounts of each event of a topic, in order; several documents may tell of one.

    >>> dated_events("the flood", [])
    []
    """
    told = content_terms(topic)
    found: dict[tuple[str, Span], Account] = {}
    for piece in pieces:
        around = content_terms(f"{piece.above} {piece.text}")
        if len(told & around) > _TOPIC * len(told):
            for account in _accounts(piece):
                found.setdefault((piece.document_id, account.span), account)
    events: list[list[Account]] = []
    for account in sorted(found.values(), key=lambda one: (one.day, one.time, one.span)):
        home = next((one for one in events if _is_one_event(one, account)), None)
        if home is None:
            events.append([account])
        else:
            home.append(account)
    return events


def told_in_order(topic: str, chunks: Sequence[StoredChunk]) -> ProposedAnswer | None:
    """The events of a topic, each account under its day; None where fewer than two have one.

    >>> told_in_order("the flood", []) is None
    True
    """
    events = dated_events(topic, map(_piece, chunks))
    if len(events) < _FEWEST:
        return None
    claims: list[Claim] = []
    for event in events[:_MOST]:
        for account in event:
            home = next(
                chunk
                for chunk in chunks
                if chunk.document.id == account.document_id
                and chunk.start <= account.span.start
                and account.span.end <= chunk.end
            )
            claims.append(_claim(account, home))
    return ProposedAnswer(claims=tuple(claims), confidence=_CERTAINTY)


def _claim(account: Account, home: StoredChunk) -> Claim:
    """An account under its day; of a table's row the cells that say more than that."""
    when = ", ".join(filter(None, (spoken_date(account.day), account.time)))
    claim = quoted(home, *account.span)
    if is_row(claim.text):
        cells = [cell for cell in map(str.strip, claim.text.split("|")) if cell]
        more = [one for one in cells if dates.iso_date(one) != account.day and one != account.time]
        claim = replace(claim, text=" … ".join(more or cells))
    return add_words(replace(claim, paragraph=True), [(0, f"[{when}:] ")])


def _piece(chunk: StoredChunk) -> Piece:
    above = " ".join([chunk.document.title, *chunk.heading])
    own = [chunk.document.date_span, *(table.header for table, _ in chunk.tables)]
    apart = tuple(span for span in own if span is not None)
    return Piece(chunk.document.id, chunk.start, chunk.text, above, apart)


def _accounts(piece: Piece) -> Iterator[Account]:
    """The sentences of a passage that state a day; a time counts where one does."""
    for start, end in sentence_spans(piece.text):
        text = collapse_whitespace(piece.text[start:end])
        match = re.search(dates.DATE, text, re.IGNORECASE)
        day = dates.iso_date(match[0]) if match else None
        if match is None or day is None:
            continue
        rest = text[: match.start()] + text[match.end() :]
        terms = frozenset(one for one in content_terms(rest) if not _FIGURE.search(one))
        times = find_values("time", rest)
        time = min(times, key=lambda one: one.rjust(5, "0")).rjust(5, "0") if times else ""
        span = Span(piece.start + start, piece.start + end)
        if terms and not any(span.start < one.end and one.start < span.end for one in piece.apart):
            yield Account(day, time, terms, text, piece.document_id, span)


def _is_one_event(event: Sequence[Account], account: Account) -> bool:
    """Whether an account of another document tells of the same, whenever it says that was."""
    if any(one.document_id == account.document_id for one in event):
        return False
    first = event[0]
    shared = len(first.terms & account.terms)
    if account.time and (account.day, account.time) == (first.day, first.time):
        return shared > 0
    return shared >= max(_WORDS, _SAME_EVENT * min(len(first.terms), len(account.terms)))
