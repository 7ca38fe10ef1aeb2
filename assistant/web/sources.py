"""A document → the HTML of the source pane: its text, with the cited passage marked.

Text is cut in Python, where an offset is a code point, so that no script has to convert it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from assistant.answer import Passage
from assistant.web import texts
from assistant.web.places import Place
from index.document import Document, Span

CONTEXT = 30_000
"""Code points shown on either side of a passage; a document of up to 60 KB or so shows whole."""

_BROKEN_LINE = range(45, 121)
_KEPT_LINE = re.compile(r"\s|[•*\-–—] |\d+[.)] |.* \| ")
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph or a heading (`level` is then 1 to 6) of the text."""

    start: int
    end: int
    level: int | None = None


def window(document: Document, place: Place) -> Span:
    """The span to show at first: the passage with its surroundings."""
    return Span(
        _snapped(document.text, max(place.start - CONTEXT, 0)),
        _snapped(document.text, min(place.end + CONTEXT, len(document.text))),
    )


def source(document: Document, place: Place, shown: Span) -> Markup:
    """The pane's content: what the document is, and the `shown` span of its text."""
    return Markup(
        '<article data-place="{}" aria-label="Source: {}"><header>'
        '<button type="button" class="close" data-close aria-label="Close the source">×</button>'
        '<h2 dir="auto">{}</h2><p class="details" dir="auto">{}</p></header>'
        '<div class="text" role="region" aria-label="Text of the source" tabindex="0">'
        "{}{}{}</div></article>"
    ).format(
        place.json,
        document.title,
        document.title,
        " · ".join(_facts(document, place)),
        _more(document.text, shown, earlier=True),
        _body(document, place, shown),
        _more(document.text, shown, earlier=False),
    )


def missing(message: str) -> Markup:
    """The pane's content when the document cannot be shown."""
    return Markup(
        '<article data-place="" aria-label="Source"><header>'
        '<button type="button" class="close" data-close aria-label="Close the source">×</button>'
        '</header><p class="problem" role="alert">{}</p></article>'
    ).format(message)


def _facts(document: Document, place: Place) -> Iterator[str]:
    if document.author:
        yield document.author
    if document.date:
        yield texts.readable_date(document.date)
    if document.source:
        yield document.source
    if place.end > place.start:
        span = Span(place.start, place.end)
        where = Passage.of(document, place.document, place.version, span).locator
        if where:
            yield where
    elif document.pages:
        yield texts.counted(len(document.pages), "page")


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
    """The paragraphs, headings and page starts of a span of the text, in order."""
    levels = {h.start: h.level for h in document.headings if shown.start <= h.start < shown.end}
    cuts = {shown.start, shown.end, *levels}
    cuts.update(h.end for h in document.headings if h.start in levels)
    cuts.update(page.start for page in document.pages)
    cuts.update(m.end() for m in _PARAGRAPH_BREAK.finditer(document.text, *shown))
    inside = sorted(cut for cut in cuts if shown.start <= cut <= shown.end)
    for start, end in pairwise(inside):
        yield _Block(start, end, levels.get(start))


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


def _reflows(text: str) -> bool:
    """True for prose that was broken to a line length; lists, tables and verse keep their lines."""
    *broken, last = text.strip().split("\n")
    return all(len(line) in _BROKEN_LINE for line in broken) and not any(
        _KEPT_LINE.match(line) for line in (*broken, last)
    )


def _page_break(number: int) -> Markup:
    return Markup('<div class="page" role="separator" aria-label="Page {}">Page {}</div>').format(
        number, number
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
        "Show earlier text" if earlier else "Show later text",
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
