"""A document → the HTML of the source pane: its text, with the cited passage marked.

Text is cut in Python, where an offset is a code point, so that no script has to convert it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from assistant.templating import Macros
from assistant.web import texts
from assistant.web.rendering.places import Place
from index.document import Document, Span, Table

CONTEXT = 30_000
"""Code points shown on either side of a passage; a document of up to 60 KB or so shows whole."""

_HTML = Macros("assistant.web", "source.html", texts=texts)
_BROKEN_LINE = range(45, 121)
_KEPT_LINE = re.compile(r"\s|[•*\-–—] |\d+[.)] |.* \| ")
_CELL_BREAK = re.compile(r"^\| | \| ")
"""What stands between two cells of a row, as the readers write it."""
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, a heading (`level` is then 1 to 6) or what is shown of a table."""

    start: int
    end: int
    level: int | None = None
    table: Table | None = None


class _Words(NamedTuple):
    """A text, cut at the passage; where that is not in it, all of it is `before`."""

    before: str
    cited: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class _Grid:
    """The cells of a table that are shown: the names of its columns, its rows, the longest's."""

    names: list[_Words]
    rows: list[list[_Words]]
    width: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A page's name, a table, or the words of a paragraph or heading with its element's name."""

    page: str | None = None
    table: _Grid | None = None
    name: str = "p"
    lines: bool = False
    words: _Words | None = None


def window(document: Document, place: Place) -> Span:
    """The span to show at first: the passage with its surroundings.

    >>> log = Document("High tide was at nine.", "Tide log", "text/plain")
    >>> window(log, Place("log", log.version, 0, 9))
    Span(start=0, end=22)
    """
    return Span(
        _snapped(document.text, max(place.start - CONTEXT, 0)),
        _snapped(document.text, min(place.end + CONTEXT, len(document.text))),
    )


def source(document: Document, place: Place, shown: Span) -> Markup:
    """The `shown` span of a document's text, with buttons for more of it.

    >>> log = Document("High tide was at nine.", "Tide log", "text/plain")
    >>> "<mark" in source(log, Place("log", log.version, 0, 9), Span(0, 22))
    True
    """
    text, last = document.text, len(document.text)
    earlier = Span(_snapped(text, max(shown.start - 2 * CONTEXT, 0)), shown.end)
    later = Span(shown.start, _snapped(text, min(shown.end + 2 * CONTEXT, last)))
    return _HTML.text(
        _parts(document, place, shown),
        earlier if earlier != shown else None,
        later if later != shown else None,
    )


def _parts(document: Document, place: Place, shown: Span) -> Iterator[_Part]:
    text = document.text
    last = len(document.pages)
    names = {
        page.number: texts.page_named(page.number, last, page.label) for page in document.pages
    }
    pages = {page.start: names[page.number] for page in document.pages}
    if shown.start not in pages and (first_page := document.page_at(shown.start)):
        yield _Part(page=names[first_page])
    for block in _blocks(document, shown):
        if block.start in pages:
            yield _Part(page=pages[block.start])
        words = text[block.start : block.end]
        if not words.strip():
            continue
        if block.table is not None or _is_grid(words):
            yield _Part(table=_grid(text, block, place))
            continue
        # A heading of a document stands below the pane's own, which is an h2.
        name = f"h{min(block.level + 2, 6)}" if block.level else "p"
        marked = _marked(text, block, place)
        yield _Part(name=name, lines=not _reflows(words), words=marked)


def _blocks(document: Document, shown: Span) -> Iterator[_Block]:
    """The paragraphs, headings, tables and page starts of a span of the text, in order."""
    levels = {h.start: h.level for h in document.headings if shown.start <= h.start < shown.end}
    tables = [t for t in document.tables if t.start < shown.end and t.end > shown.start]
    cuts = {shown.start, shown.end, *levels}
    cuts.update(h.end for h in document.headings if h.start in levels)
    cuts.update(page.start for page in document.pages)
    cuts.update(m.end() for m in _PARAGRAPH_BREAK.finditer(document.text, *shown))
    cuts.update(edge for table in tables for edge in (table.start, table.end))
    inside = sorted(cut for cut in cuts if shown.start <= cut <= shown.end)
    for start, end in pairwise(inside):
        yield _Block(start, end, levels.get(start), document.table_at(start))


def _marked(text: str, block: _Block | Span, place: Place) -> _Words:
    """The block's text, without the line breaks around it, cut at the passage."""
    content = text[block.start : block.end]
    first = block.start + len(content) - len(content.lstrip("\n"))
    last = block.start + len(content.rstrip())
    start = min(max(place.start, first), last)
    end = min(max(place.end, start), last)
    if start == end:
        return _Words(text[first:last])
    return _Words(text[first:start], text[start:end], text[end:last])


def _is_grid(text: str) -> bool:
    """Whether all lines of a paragraph are rows of cells."""
    lines = text.strip().split("\n")
    return len(lines) > 1 and all(_CELL_BREAK.search(line) for line in lines)


def _grid(text: str, block: _Block, place: Place) -> _Grid:
    """What is shown of a table, below the names of its columns."""
    header = block.table.header if block.table else Span(block.start, block.start)
    shown = _lines(text, Span(max(block.start, header.end), block.end))
    rows = [_cells(text, line, place) for line in shown]
    names = _cells(text, header, place) if header.end > header.start else []
    return _Grid(names, rows, max(map(len, [names, *rows])))


def _lines(text: str, span: Span) -> Iterator[Span]:
    """The lines in a span that are not blank."""
    start = span.start
    for line in text[slice(*span)].split("\n"):
        if line.strip():
            yield Span(start, start + len(line))
        start += len(line) + 1


def _cells(text: str, line: Span, place: Place) -> list[_Words]:
    """The cells of a row, in order; a row may begin with an empty one."""
    breaks = [found.span() for found in _CELL_BREAK.finditer(text[slice(*line)])]
    starts = [0, *(end for _, end in breaks)]
    ends = [*(start for start, _ in breaks), line.end - line.start]
    return [
        _marked(text, Span(line.start + start, line.start + end), place)
        for start, end in zip(starts, ends, strict=True)
    ]


def _reflows(text: str) -> bool:
    """True for prose that was broken to a line length; lists, tables and verse keep their lines."""
    *broken, last = text.strip().split("\n")
    return all(len(line) in _BROKEN_LINE for line in broken) and not any(
        _KEPT_LINE.match(line) for line in (*broken, last)
    )


def _snapped(text: str, offset: int) -> int:
    """`offset`, or the next line or word after it, so that a window does not open in a word."""
    if offset in (0, len(text)):
        return offset
    for separator, reach in (("\n", 2_000), (" ", 200)):
        found = text.find(separator, offset, offset + reach)
        if found >= 0:
            return found + 1
    return offset
