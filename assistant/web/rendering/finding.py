"""Words looked for in an open document: where they stand, and which of the places is shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.web import texts
from assistant.web.rendering.places import Place
from index.document import Span

_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked for in a document, and where it stands.

    >>> Looked("tide", [Span(5, 9)]).hits
    [Span(start=5, end=9)]
    """

    find: str
    hits: Sequence[Span]


NOTHING = Looked("", ())


@dataclass(frozen=True, slots=True)
class Found:
    """Which of the places is shown, in words, with those before and after it.

    >>> place = Place("log", "5d193048")
    >>> Found("1 of 2", total=2, before=place, after=place).total
    2
    """

    told: str
    total: int
    before: Place
    after: Place


def find(text: str, words: str) -> list[Span]:
    """Where words stand in a text, whatever their case and the space between them.

    >>> find("High tide. HIGH  TIDE again.", "high tide")
    [Span(start=0, end=9), Span(start=11, end=21)]
    """
    wanted = r"\s+".join(map(re.escape, words.split()))
    hits = []
    for found in re.finditer(wanted, text, re.IGNORECASE):
        hits.append(Span(*found.span()))
        if len(hits) == _MOST:
            break
    return hits


def next_of(hits: Sequence[Span], start: int) -> Span:
    """The first hit at an offset or behind it; the first of all where there is none.

    >>> next_of([Span(0, 9), Span(11, 21)], start=5)
    Span(start=11, end=21)
    """
    return next((one for one in hits if one.start >= start), hits[0])


def found_of(looked: Looked, place: Place) -> Found:
    """Which of the hits a place is.

    >>> found_of(Looked("tide", [Span(5, 9), Span(16, 20)]), Place("log", "5d", 16, 20)).told
    '2 of 2'
    """
    hits = looked.hits
    if not hits:
        return Found(texts.NOT_FOUND, 0, place, place)
    at = next((n for n, one in enumerate(hits) if one == (place.start, place.end)), None)
    here = at if at is not None else -1
    before, after = hits[here - 1 if at is not None else -1], hits[(here + 1) % len(hits)]
    return Found(
        texts.hit_of(here + 1 if at is not None else 0, len(hits)),
        len(hits),
        replace(place, start=before.start, end=before.end),
        replace(place, start=after.start, end=after.end),
    )
