"""Text → the spans of its sentences, list items and table rows.

Boundaries inside prose come from sentencex; where a line break ends a unit (lists, tables, verse)
and where it is only wrapping is decided here.
"""

import re

import sentencex

from index.document import Document, Span, after_date

_BLOCK = re.compile(r"\S(?:.|\n(?!\s*\n))*", re.UNICODE)
_ITEM = re.compile(r"\s*(?:[•▪◦‣·*\-–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_NUMBER = re.compile(r"\d[\d.,]*")
_WRAPPED = 0.6
"""A wrapped line fills at least this share of its block's longest line."""


def sentence_spans(text: str) -> list[Span]:
    """The spans of the sentences of `text` in order, without the white space around them."""
    spans: list[Span] = []
    for block in _BLOCK.finditer(text):
        for start, end in _units(text, block.start(), block.end()):
            spans.extend(_split(text, start, end))
    return spans


def document_sentences(document: Document) -> list[Span]:
    """The sentences of a document, without a date that opens it; headings stand by themselves."""
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
    if _ITEM.match(second) or _row(first) or _row(second):
        return True
    return not _ITEM.match(first) and len(first) < _WRAPPED * longest


def _row(line: str) -> bool:
    """Whether a line is a table's row: cells, or a label followed by figures only."""
    if " | " in line or "\t" in line:
        return True
    words = line.split()
    figures = sum(1 for word in words if _NUMBER.search(word))
    return figures >= 2 and bool(_NUMBER.search(words[-1])) and figures * 2 >= len(words) - 2


def _split(text: str, start: int, end: int) -> list[Span]:
    # Same length, so offsets hold; a wrapped line must not look like a paragraph break.
    prose = text[start:end].replace("\n", " ")
    spans: list[Span] = []
    for boundary in sentencex.get_sentence_boundaries("en", prose):
        left, right = start + boundary["start_index"], start + boundary["end_index"]
        piece = text[left:right]
        left += len(piece) - len(piece.lstrip())
        right -= len(piece) - len(piece.rstrip())
        if left < right:
            spans.append(Span(left, right))
    return spans
