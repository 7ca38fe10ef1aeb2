"""The lines of a text in which tables stand: their cells parted or not, and what heads them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.document import Span

BREAK = re.compile(r"(?<!\s)\s*+\|\s*+|\|\s*+|\t")
_TOTAL = re.compile(r"total\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank; `parted` where marks part its cells, `opens` after a blank one.

    >>> Line(Span(0, 9), "Ann | 40 ", parted=True, opens=False).parted
    True
    """

    span: Span
    text: str
    parted: bool
    opens: bool


def lines_of(text: str, offset: int) -> Iterator[Line]:
    r"""The lines of a text whose first character is at `offset`, without the blank ones.

    >>> [(line.text, line.opens) for line in lines_of("Ship | Tons\n\nAnn | 40", 0)]
    [('Ship | Tons', False), ('Ann | 40', True)]
    """
    at, opens = offset, False
    for written in text.split("\n"):
        stripped = written.strip()
        if stripped:
            start = at + len(written) - len(written.lstrip())
            parted = bool(BREAK.search(stripped))
            yield Line(Span(start, start + len(stripped)), stripped, parted, opens)
        opens = not stripped
        at += len(written) + 1


def sections(block: Sequence[Line]) -> dict[int, Span]:
    r"""By the start of a row of cells, the line without any that heads it.

    >>> sections([*lines_of("Ferries\nAnn | 40\nBob | 30", 0)])
    {8: Span(start=0, end=7), 17: Span(start=0, end=7)}
    """
    found: dict[int, Span] = {}
    section: Span | None = None
    for line in block:
        if not line.parted:
            section = line.span
        elif section is not None:
            found[line.span.start] = section
            section = None if _TOTAL.match(line.text) else section
    return found


def names_above(head: Sequence[Line], first: Line) -> Line | None:
    r"""The line of cells above a grid's first row, in the same block: headings may stand between.

    >>> names, heading, row = lines_of("Ship | Tons\nFerries\nAnn | 40", 0)
    >>> names_above([names, heading], row).text
    'Ship | Tons'
    """
    below = first
    for line in reversed(head):
        if below.opens:
            return None
        if line.parted:
            return line
        below = line
    return None
