"""A document → the HTML of the source pane: its text, with the cited passage marked.

Text is cut in Python, where an offset is a code point, so that no script has to convert it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from assistant.web import texts
from assistant.web.places import Place
from index.document import Document, Span, Table

CONTEXT = 30_000
"""Code points shown on either side of a passage; a document of up to 60 KB or so shows whole."""

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


def window(document: Document, place: Place) -> Span:
    """The span to show at first: the passage with its surroundings."""
    return Span(
        _snapped(document.text, max(place.start - CONTEXT, 0)),
        _snapped(document.text, min(place.end + CONTEXT, len(document.text))),
    )


def source(document: Document, place: Place, shown: Span) -> Markup:
    """The `shown` span of a document's text, with buttons for more of it."""
    return Markup(
        '<div class="text" role="region" aria-label="{}" tabindex="0">{}{}{}</div>'
    ).format(
        texts.TEXT_OF_SOURCE,
        _more(document.text, shown, earlier=True),
        _body(document, place, shown),
        _more(document.text, shown, earlier=False),
    )


def _body(document: Document, place: Place, shown: Span) -> Markup:
    pages = {page.start: page.number for page in document.pages}
    first_page = document.page_at(shown.start)
    parts = [_page_break(first_page)] if first_page and shown.start not in pages else []
    for block in _blocks(document, shown):
        if block.start in pages:
            parts.append(_page_break(pages[block.start]))
        text = document.text[block.start : block.end]
        if not text.strip():
            continue
        if block.table is not None or _is_grid(text):
            parts.append(_grid(document.text, block, place))
            continue
        # A heading of a document stands below the pane's own, which is an h2.
        name = f"h{min(block.level + 2, 6)}" if block.level else "p"
        kept = "" if _reflows(text) else Markup(' class="lines"')
        parts.append(
            Markup("<{}{} dir='auto'>{}</{}>").format(
                name, kept, _marked(document.text, block, place), name
            )
        )
    return Markup("").join(parts)


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


def _marked(text: str, block: _Block, place: Place) -> Markup:
    """The block's text, without the line breaks around it, with the passage in <mark>."""
    content = text[block.start : block.end]
    first = block.start + len(content) - len(content.lstrip("\n"))
    last = block.start + len(content.rstrip())
    start = min(max(place.start, first), last)
    end = min(max(place.end, start), last)
    if start == end:
        return Markup("{}").format(text[first:last])
    return Markup("{}<mark>{}</mark>{}").format(text[first:start], text[start:end], text[end:last])


def _is_grid(text: str) -> bool:
    """Whether all lines of a paragraph are rows of cells."""
    lines = text.strip().split("\n")
    return len(lines) > 1 and all(_CELL_BREAK.search(line) for line in lines)


def _grid(text: str, block: _Block, place: Place) -> Markup:
    """What is shown of a table, below the names of its columns."""
    header = block.table.header if block.table else Span(block.start, block.start)
    lines = [*_lines(text, Span(max(block.start, header.end), block.end))]
    named = _cells(text, header) if header.end > header.start else []
    rows = [_cells(text, line) for line in lines]
    width = max(map(len, [named, *rows]))
    head = _row(text, named, place, "th", width) if named else Markup("")
    body = Markup("").join(_row(text, row, place, "td", width) for row in rows)
    return Markup(
        '<div class="grid" role="region" aria-label="{}" tabindex="0"><table>'
        "<thead>{}</thead><tbody>{}</tbody></table></div>"
    ).format(texts.TABLE, head, body)


def _lines(text: str, span: Span) -> Iterator[Span]:
    """The lines in a span that are not blank."""
    start = span.start
    for line in text[slice(*span)].split("\n"):
        if line.strip():
            yield Span(start, start + len(line))
        start += len(line) + 1


def _cells(text: str, line: Span) -> list[Span]:
    """The cells of a row, in order; a row may begin with an empty one."""
    breaks = [found.span() for found in _CELL_BREAK.finditer(text[slice(*line)])]
    starts = [0, *(end for _, end in breaks)]
    ends = [*(start for start, _ in breaks), line.end - line.start]
    return [Span(line.start + s, line.start + e) for s, e in zip(starts, ends, strict=True)]


def _row(text: str, cells: Sequence[Span], place: Place, name: str, width: int) -> Markup:
    # What stands alone in its row, as the name of a section, stands across the table.
    across = Markup(' colspan="{}"').format(width) if len(cells) == 1 < width else Markup("")
    scope = Markup(' scope="col"') if name == "th" else Markup("")
    return Markup("<tr>{}</tr>").format(
        Markup("").join(
            Markup('<{}{}{} dir="auto">{}</{}>').format(
                name, scope, across, _marked(text, _Block(*cell), place), name
            )
            for cell in cells
        )
    )


def _reflows(text: str) -> bool:
    """True for prose that was broken to a line length; lists, tables and verse keep their lines."""
    *broken, last = text.strip().split("\n")
    return all(len(line) in _BROKEN_LINE for line in broken) and not any(
        _KEPT_LINE.match(line) for line in (*broken, last)
    )


def _page_break(number: int) -> Markup:
    return Markup('<div class="page" role="separator" aria-label="{0}">{0}</div>').format(
        f"{texts.PAGE} {number}"
    )


def _more(text: str, shown: Span, *, earlier: bool) -> Markup:
    """The button that shows more of a long document, empty where its text ends."""
    wider = (
        Span(_snapped(text, max(shown.start - 2 * CONTEXT, 0)), shown.end)
        if earlier
        else Span(shown.start, _snapped(text, min(shown.end + 2 * CONTEXT, len(text))))
    )
    if wider == shown:
        return Markup("")
    return Markup(
        '<button type="button" class="more" data-more="{}" data-first="{}" data-last="{}">'
        "{}</button>"
    ).format(
        "before" if earlier else "after",
        wider.start,
        wider.end,
        texts.EARLIER if earlier else texts.LATER,
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
