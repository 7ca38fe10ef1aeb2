"""A PDF's bookmarks as headings of its text, and which of the titles that it has is its own."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from index.document import Heading, Page, Span, normalised

_MOST = 10_000
_DEEPEST = 6
_LONGEST = 200
_MOST_LINES = 3  # of a heading
_HEAD_PAGES = 3  # where a document says what it is called
_TITLE_SHARE = 0.5  # of a stated title's words, that the document's head has
_FEWEST_WORDS = 2  # of a stated title that nothing in the document bears out
_WORD = re.compile(r"[^\W\d_]{3,}")
_NUMBERING = re.compile(r"(?:\d+|[A-Z])(?:\.\d+)*\.?\s+")
_SQUEEZED = re.compile(r"[\W_]+")


class Bookmark(NamedTuple):
    """An entry of a document's outline; `page` counts from 1.

    >>> Bookmark("Tolls", level=1, page=3).page
    3
    """

    title: str
    level: int
    page: int


def bookmarks(file: pdfium.PdfDocument) -> list[Bookmark]:
    """The entries of the outline that lead to a page, in order.

    >>> with pdfium.PdfDocument.new() as file:
    ...     bookmarks(file)
    []
    """
    found: list[Bookmark] = []
    for entry in islice(file.get_toc(max_depth=_DEEPEST), _MOST):
        goal = entry.get_dest()
        page = goal.get_index() if goal else None
        title = " ".join(normalised(entry.get_title()).split())
        if page is not None and page >= 0 and title and len(title) <= _LONGEST:
            found.append(Bookmark(title, min(entry.level + 1, _DEEPEST), page + 1))
    return found


def with_bookmarks(
    text: str, pages: Sequence[Page], headings: Sequence[Heading], marks: Sequence[Bookmark]
) -> tuple[Heading, ...]:
    """The headings, those that bookmarks name with the bookmarks' levels, in order of place.

    Others that stand below one are a level deeper than it.

    >>> text = "Tolls" + chr(10) * 2 + "A ton costs a shilling."
    >>> with_bookmarks(text, (Page(1, 0, 30),), (), [Bookmark("TOLLS", 2, 1)])
    (Heading(level=2, start=0, end=5),)
    """
    named: dict[Span, int] = {}
    by_page: dict[int, list[Bookmark]] = {}
    for mark in marks:
        by_page.setdefault(mark.page, []).append(mark)
    for page in pages:
        if page.number in by_page:
            lines = _lines(text, page)
            for mark in by_page[page.number]:
                found = (lines.get(key) for key in _keys(mark.title))
                span = next((span for span in found if span is not None), None)
                if span is not None:
                    named.setdefault(span, mark.level)
    if not named:
        return tuple(headings)
    return tuple(_merged(named, headings))


def _merged(named: dict[Span, int], headings: Sequence[Heading]) -> Iterator[Heading]:
    marked = sorted(
        (Heading(level, *span) for span, level in named.items()), key=lambda one: one.start
    )
    both = [*((one, True) for one in marked), *((one, False) for one in headings)]
    level, end = 0, 0
    # Of two at one place the bookmark comes first, and the other one goes.
    for heading, is_marked in sorted(both, key=lambda one: (one[0].start, not one[1])):
        if heading.start < end:
            continue
        end = heading.end
        if is_marked:
            level = heading.level
            yield heading
        else:
            deeper = max(heading.level, level + 1) if level else heading.level
            yield Heading(min(deeper, _DEEPEST), heading.start, heading.end)


def _lines(text: str, page: Page) -> dict[str, Span]:
    """By what each line of a page is looked up, or a few lines together → where they stand."""
    spans: list[Span] = []
    start = page.start
    for line in text[page.start : page.end].split("\n"):
        if line.strip():
            spans.append(Span(start, start + len(line.rstrip())))
        start += len(line) + 1
    found: dict[str, Span] = {}
    for number in range(_MOST_LINES):
        for first, last in zip(spans, spans[number:], strict=False):
            if last.end - first.start <= 2 * _LONGEST:
                span = Span(first.start, last.end)
                for key in _keys(text[span.start : span.end]):
                    found.setdefault(key, span)
    return found


def _keys(title: str) -> list[str]:
    """By what a heading is looked up: its letters and digits, with and without its number."""
    number = _NUMBERING.match(title)
    keys = (_squeezed(title), _squeezed(title[number.end() if number else 0 :]))
    return [key for key in dict.fromkeys(keys) if key]


def _squeezed(text: str) -> str:
    return _SQUEEZED.sub("", text).casefold()


def own_title(
    stated: str | None,
    printed: str | None,
    text: str,
    pages: Sequence[Page],
    marks: Sequence[Bookmark],
) -> str | None:
    """The title that the document bears: the stated one, unless it is another document's.

    Args:
        stated: What the file says it is called; None where it says nothing sensible.
        printed: What its print suggests; None where that suggests nothing.
        text: The document's text.
        pages: Its pages.
        marks: Its bookmarks. A single one that all others stand below may be its title.

    >>> text, pages = "Rules of the yard. Boats are moored at dusk.", (Page(1, 0, 44),)
    >>> own_title("Annual plan", "Rules of the yard", text, pages, marks=[])
    'Rules of the yard'
    """
    head = text[: pages[min(_HEAD_PAGES, len(pages)) - 1].end if pages else len(text)]
    known = {word.casefold() for word in _WORD.findall(head)}

    def borne_out(title: str) -> bool:
        words = {word.casefold() for word in _WORD.findall(title)}
        return len(words & known) >= _TITLE_SHARE * len(words)

    above = [mark for mark in marks if mark.level == 1]
    if len(above) == 1 and above[0].page == 1 and borne_out(above[0].title):
        printed = above[0].title
    if stated is None or (printed is not None and not borne_out(stated)):
        return printed
    alone = len(_WORD.findall(stated)) < _FEWEST_WORDS
    return None if alone and not borne_out(stated) else stated
