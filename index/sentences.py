"""Text → the spans of its sentences, list items and table rows.

Boundaries inside prose come from sentencex; where a line break ends a unit (lists, tables, verse)
and where it is only wrapping is decided here.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

import sentencex

from index.document import Document, Span, after_date

_BLOCK = re.compile(r"\S(?:.|\n(?!\s*\n))*", re.UNICODE)
_ITEM = re.compile(r"\s*(?:[•▪◦‣·*\-–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_NUMBER = re.compile(r"\d[\d.,]*")
_CELL = re.compile(r"[$€£¥(|+−–—-]*+(?:\d(?:[\d.,]*\d)?)?[)%|]*")
"""A cell of a row of figures, or a sign beside it; '3,' of a date is none."""

_BEFORE_STOP = re.compile(r"(?<!\s)\s++(?=[.。．])")
"""White space before a full stop: behind an initial sentencex fails at one of several bytes."""

_WRAPPED = 0.6
"""A wrapped line fills at least this share of its block's longest line."""

LONGEST = 1_500
"""Characters of the longest sentence: work on a text is bounded by what one of them can cost."""

_PIECE = 10_000
"""Characters that sentencex is given at once: with marks that nothing closes, its work is
quadratic."""

_CUTS = tuple(
    re.compile(rf"(?s:.{{{LONGEST // 2},{LONGEST}}}){end}")
    for end in (r"(?<=;)(?=\s)", r"(?=\n)", r"(?<=,)(?=\s)", r"(?=\s)")
)
"""Where a longer one is cut, the best place first, and the last one of its kind."""


def sentence_spans(text: str) -> list[Span]:
    """The spans of the sentences of `text` in order, without the white space around them.

    What has more than `LONGEST` characters without an end of a sentence is cut: at a semicolon, a
    line's end, a comma or a space, in that order; a word of that length, within it.

    >>> text = "Dr. Hale saw it. The pier fell."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Dr. Hale saw it.', 'The pier fell.']
    """
    spans: list[Span] = []
    for block in _BLOCK.finditer(text):
        for start, end in _units(text, block.start(), block.end()):
            spans.extend(_split(text, start, end))
    return spans


def document_sentences(document: Document) -> list[Span]:
    """The sentences of a document, without a date that opens it; headings stand by themselves.

    >>> from index.document import Heading
    >>> text, tolls = "Tolls A ton costs a shilling.", Heading(1, 0, 5)
    >>> document = Document(text, "Port", "text/plain", headings=(tolls,))
    >>> [text[start:end] for start, end in document_sentences(document)]
    ['Tolls', 'A ton costs a shilling.']
    """
    borders = {edge for heading in document.headings for edge in (heading.start, heading.end)}
    start = after_date(document.text, document.date_span)
    if start >= len(document.text.rstrip()):
        start = 0
    borders = {edge for edge in borders if edge > start}
    spans: list[Span] = []
    for end in [*sorted(borders), len(document.text)]:
        spans.extend(
            Span(s + start, e + start) for s, e in sentence_spans(document.text[start:end])
        )
        start = end
    return spans


def _units(text: str, start: int, end: int) -> list[Span]:
    """Cut a block (no blank line inside) where a line break means something."""
    lines: list[Span] = []
    at = start
    for written in text[start:end].split("\n"):
        lines.append(Span(at, at + len(written)))
        at += len(written) + 1
    longest = max(line.end - line.start for line in lines)
    units: list[Span] = []
    for number, line in enumerate(lines):
        if number and not _breaks(text, lines[number - 1], line, longest):
            units[-1] = Span(units[-1].start, line.end)
        else:
            units.append(line)
    return units


def _breaks(text: str, before: Span, after: Span, longest: int) -> bool:
    """Whether the line break between two lines of a block ends a unit."""
    first, second = text[before.start : before.end], text[after.start : after.end]
    if _ITEM.match(second) or is_row(first) or is_row(second):
        return True
    return not _ITEM.match(first) and len(first) < _WRAPPED * longest


def without_figures(text: str) -> str:
    """The text, the rows of figures in it with their labels only; the same where none has one.

    >>> without_figures("Ships   12   15")
    'Ships'
    """
    lines = [_label(line) if is_row(line) else line for line in text.split("\n")]
    return "\n".join(lines) if any(line.strip() for line in lines) else text


def is_table(text: str) -> bool:
    """Whether rows of figures or of cells make up most of a text.

    >>> is_table("Year | Ships"), is_table("The pier fell in the night.")
    (True, False)
    """
    lines = text.split("\n")
    return 2 * sum(len(line) for line in lines if is_row(line)) > sum(map(len, lines))


def is_row(line: str) -> bool:
    """Whether a line is a table's row: cells, or a label and at least two figures behind it.

    >>> is_row("Ships 12 15"), is_row("The pier fell in the night.")
    (True, False)
    """
    if " | " in line or "\t" in line:
        return True
    words = line.split()
    cells = list(takewhile(_CELL.fullmatch, reversed(words)))
    if sum(1 for cell in cells if _NUMBER.search(cell)) >= 2:
        return True
    figures = sum(1 for word in words if _NUMBER.search(word))
    return figures >= 2 and bool(_NUMBER.search(words[-1])) and figures * 2 >= len(words) - 2


def _label(row: str) -> str:
    return " ".join(word for word in row.split() if not _CELL.fullmatch(word))


def _split(text: str, start: int, end: int) -> list[Span]:
    # Same length, so offsets hold; a wrapped line must not look like a paragraph break.
    prose = _BEFORE_STOP.sub(_narrow, text[start:end].replace("\n", " "))
    spans: list[Span] = []
    for first, last in _sentences(prose):
        left, right = _stripped(text, start + first, start + last)
        while right - left > LONGEST:
            cut = _cut(text, left)
            spans.append(_stripped(text, left, cut))
            left, right = _stripped(text, cut, right)
        if left < right:
            spans.append(Span(left, right))
    return spans


def _sentences(prose: str) -> Iterator[Span]:
    """The sentences of a unit; of a very long one they are looked for piece by piece."""
    at = 0
    while at < len(prose):
        end = len(prose)
        if end - at > _PIECE:
            end = prose.rfind(" ", at, at + _PIECE) + 1 or at + _PIECE
        found = sentencex.get_sentence_boundaries("en", prose[at:end])
        if end < len(prose) and len(found) > 1:
            found.pop()  # it may go on
        yield from (Span(at + one["start_index"], at + one["end_index"]) for one in found)
        at += found[-1]["end_index"]


def _stripped(text: str, start: int, end: int) -> Span:
    """The span without the white space around its words."""
    piece = text[start:end]
    words = piece.lstrip()
    return Span(end - len(words), start + len(piece.rstrip())) if words else Span(end, end)


def _narrow(space: re.Match[str]) -> str:
    return space[0] if space[0].isascii() else " " * len(space[0])


def _cut(text: str, start: int) -> int:
    """Where what begins at a place and is too long for a sentence is cut."""
    found = (pattern.match(text, start) for pattern in _CUTS)
    return next((match.end() for match in found if match), start + LONGEST)
