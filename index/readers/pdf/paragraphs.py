"""Printed lines as text: paragraphs whole again, words broken over lines joined, pages kept."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from index.document import Heading, LeftOut, Page, Span, Table
from index.layout import PageLayout
from index.readers.pdf.directions import is_leftward
from index.readers.pdf.hyphens import BREAK, WORD, broken, joint, known_words
from index.readers.pdf.lines import Line, moved
from index.readers.pdf.regions import Words
from index.readers.pdf.running import Column, without_running
from index.readers.pdf.tables import PrintedTable

_LOOSE = 1.3  # times the usual distance of lines: a paragraph ends
_ROW_DISTANCE = 2.5  # times the type size, between two rows of one table
_MOST_DIVIDING = 16  # paragraphs of another type that may stand in the middle of one
_HEADING_SIZE = 1.15  # times the body's
_TITLE_SIZE = 1.5  # times the body's: a title, whatever it ends with
_STOPS = (".", ",", ";", "—")
_CAPTION = re.compile(r"\w{1,20}\.? ?\d{1,4}(?:\.\d{1,4}){0,4}[.:]?(?: |$)")  # 'Table 3: Ships'
_LONGEST_HEADING = 200
_MOST_HEADINGS = 0.15  # of all characters; beyond, size does not tell headings from text
_LIST_MARK = re.compile(r"(?:[•◦▪■‣∙·□☐☑☒✓✔✗✘]|[–—-]\s|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]\s)")
_LABELLED = re.compile(r"[^\W\d_]{2,20}(?: [^\W\d_]{1,20}){0,3}: \S")  # 'Blood group: A'
_ENDS_SENTENCE = re.compile(r"[.!?:;…。][\"'”’)\]]*[\d⁰¹²³⁴-⁹]*$")


class _Style(NamedTuple):
    """A type size, to the half point, and whether it is set bold."""

    size: float
    bold: bool

    @classmethod
    def of(cls, line: Line) -> "_Style":
        """How `line` is set."""
        return cls(round(2 * line.size) / 2, line.bold)


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page's size as shown, in points, and its columns' lines in order of reading.

    `unread` is set where it is a picture whose text was not recognised, `garbled` where its text
    layer has no letters; `label` is what the file calls it, where that is not its number. `written`
    are lines that stand beside its print (fields of a form, comments), `hidden` those that cannot
    be seen.

    >>> scan, blank = PrintedPage(595, 842, [], unread=True), PrintedPage(595, 842, [])
    >>> [page.unread for page in (scan, blank)], set_pages([scan, blank]).text
    ([True, False], '')
    """

    width: float
    height: float
    columns: list[Column]
    unread: bool = False
    garbled: bool = False
    label: str | None = None
    written: tuple[Line, ...] = ()
    hidden: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class SetPages:
    """A document's text, the place of each page in it, its headings, and where words are printed.

    `layout` has an entry for each page, in order; `left_out` are running titles and page numbers,
    `title` is the largest heading of the first page that has print, unless it is a table's caption.

    >>> words = np.array([[0.0, 14, 72, 700, 150, 712]])
    >>> line = Line("The pier fell.", words, 72, 700, 150, 712, size=12, bold=False, cells=1)
    >>> made = set_pages([PrintedPage(595, 842, columns=[[line]])])
    >>> made.text, made.pages, made.layout[0].rectangles(0, 14)[0].top
    ('The pier fell.', (Page(number=1, start=0, end=14, label=None),), 130.0)
    """

    text: str
    pages: tuple[Page, ...]
    headings: tuple[Heading, ...]
    layout: tuple[PageLayout, ...]
    tables: tuple[Table, ...]
    left_out: tuple[LeftOut, ...]
    title: Heading | None = None


@dataclass(slots=True)
class _Paragraph:
    """Text between two blank lines; `open`: its last line may go on over the page.

    Of a table, `names` is the line that names its columns, also where a page before has it.
    """

    text: str
    words: list[Words]
    style: _Style
    open: bool
    tabular: bool
    table: PrintedTable | None
    names: str

    @classmethod
    def begun(cls, line: Line) -> "_Paragraph":
        """A paragraph that begins with `line`."""
        names = line.text if line.header else ""
        style = _Style.of(line)
        return cls(line.text, [line.words], style, False, line.cells > 1, line.table, names)

    def continues(self, above: "_Paragraph") -> bool:
        """Whether it is the rest of the table that `above` is, at the foot of the page before."""
        same = self.table is not None and self.table.goes_on(above.table)
        return same and self.names in ("", above.names)

    def drop_names(self) -> None:
        """Takes out the line that names a table's columns."""
        behind = len(self.names) + 1
        self.text = self.text[behind:]
        self.words = [moved(words, -behind) for words in self.words[1:]]

    def add(self, between: str, line: Line) -> None:
        """Takes `line` after `between`; a hyphen that only broke a word goes (`BREAK`)."""
        if between == BREAK:
            self.cut_hyphen()
        else:
            self.text += between
        start = len(self.text)
        self.words.append(moved(line.words, start))
        self.text += line.text

    def cut_hyphen(self) -> None:
        """Takes away the hyphen at the end, which only broke a word."""
        self.text = self.text[:-1]
        np.minimum(self.words[-1][:, :2], len(self.text), out=self.words[-1][:, :2])


@dataclass(frozen=True, slots=True)
class _Print:
    """What the whole document's lines tell about a single one."""

    words: frozenset[str]
    known: frozenset[str]
    leading: dict[int, float]
    body: _Style


def set_pages(printed: Sequence[PrintedPage]) -> SetPages:
    """The document that the pages make together.

    >>> words = np.array([[0.0, 14, 72, 700, 150, 712]])
    >>> line = Line("The pier fell.", words, 72, 700, 150, 712, size=12, bold=False, cells=1)
    >>> page = PrintedPage(595, 842, columns=[[line]])
    >>> [(page.number, page.start, page.end) for page in set_pages([page, page]).pages]
    [(1, 0, 14), (2, 16, 30)]
    """
    kept, left_out = without_running(
        [page.columns for page in printed],
        [page.height for page in printed],
        [page.label for page in printed],
    )
    for sheet, columns in zip(printed, kept, strict=True):
        columns += [[line] for line in sheet.written]
    fabric = _examined(kept)
    levels = _heading_levels(kept, fabric.body)
    parts: list[str] = []
    spans: list[Page] = []
    headings: list[Heading] = []
    layout: list[PageLayout] = []
    titles: list[Heading] = []
    tables: list[Table] = []
    repeated: dict[str, list[int]] = {}
    last: _Paragraph | None = None
    offset = 0
    set_as = [
        list(_undivided(p for column in page for p in _paragraphs(column, fabric))) for page in kept
    ]
    betweens = iter(_betweens([p for page in set_as for p in page], fabric))
    for number, (sheet, page) in enumerate(zip(printed, set_as, strict=True), 1):
        begin = offset if not page else None
        words: list[Words] = []
        first = offset == 0
        for paragraph, below in zip(page, [*page[1:], None], strict=False):
            between = next(betweens)
            if last is not None and not words and paragraph.continues(last):
                between = "\n"
                if paragraph.names:
                    repeated.setdefault(paragraph.names, []).append(number)
                    paragraph.drop_names()
                paragraph.names = last.names
            parts += between, paragraph.text
            offset += len(between)
            begin = offset if begin is None else begin
            level = levels.get(paragraph.style, 0)
            if level and not paragraph.tabular and _could_be_heading(paragraph, fabric.body):
                headings.append(Heading(level, offset, offset + len(paragraph.text)))
                caption = below is not None and below.tabular and _CAPTION.match(paragraph.text)
                named = first and not caption and not paragraph.text.endswith(":")
                titles += headings[-1:] if named else []
            words += [moved(some, offset) for some in paragraph.words]
            if paragraph.names and between == "\n":
                tables[-1] = replace(tables[-1], end=offset + len(paragraph.text))
            elif paragraph.names:
                header = Span(offset, offset + len(paragraph.names))
                tables.append(Table(offset, offset + len(paragraph.text), header))
            offset += len(paragraph.text)
            last = paragraph
        spans.append(Page(number, offset if begin is None else begin, offset, sheet.label))
        layout.append(_shown(number, sheet, words))
    left_out += tuple(left for sheet in printed for left in sheet.hidden)
    left_out += tuple(
        LeftOut(names, "repeated names of columns", _places(pages))
        for names, pages in repeated.items()
    )
    title = min(titles, key=lambda heading: heading.level, default=None)
    text = "".join(parts)
    return SetPages(
        text, tuple(spans), tuple(headings), tuple(layout), tuple(tables), left_out, title
    )


def _places(pages: Sequence[int]) -> str:
    """Pages as a reader of the file names them."""
    return f"p. {pages[0]}" if len(pages) == 1 else f"pp. {', '.join(map(str, pages))}"


def _betweens(paragraphs: Sequence[_Paragraph], fabric: _Print) -> list[str]:
    """What stands before each paragraph; a hyphen that broke a word over columns or pages goes."""
    betweens = [""] * min(len(paragraphs), 1)
    for above, below in pairwise(paragraphs):
        goes_on = above.open and not below.tabular and below.text[:1].islower()
        goes_on = goes_on and above.style == below.style
        between = "\n\n"
        if goes_on:
            between = joint(above.text, below.text, fabric.words, fabric.known)
        if between == BREAK:
            above.cut_hyphen()
            between = ""
        betweens.append(between)
    return betweens


def _shown(number: int, page: PrintedPage, words: Sequence[Words]) -> PageLayout:
    """The page's words measured from its upper left corner."""
    rows = np.concatenate([np.empty((0, 6)), *words])
    rows[:, [5, 3]] = page.height - rows[:, [3, 5]]
    return PageLayout(number, page.width, page.height, rows[rows[:, 0] < rows[:, 1]])


def _examined(pages: Iterable[Sequence[Column]]) -> _Print:
    words: set[str] = set()
    distances: dict[int, Counter[float]] = {}
    styles = Counter[_Style]()
    any_halved = False
    for column in (column for page in pages for column in page):
        for line in column:
            styles[_Style.of(line)] += len(line.text)
            halved = broken(line.text) is not None
            any_halved |= halved
            whole = line.text.rpartition(" ")[0] if halved else line.text
            words.update(WORD.findall(whole.lower()))
        for above, below in pairwise(column):
            if above.cells == below.cells == 1 and abs(above.size - below.size) < 0.5:
                distance = round(above.bottom - below.bottom, 0)
                distances.setdefault(round(above.size), Counter())[distance] += 1
    leading = {size: seen.most_common(1)[0][0] for size, seen in distances.items()}
    body = styles.most_common(1)[0][0] if styles else _Style(0.0, bold=False)
    known = known_words(words) if any_halved else frozenset()
    return _Print(frozenset(words), known, leading, body)


def _paragraphs(column: Column, fabric: _Print) -> Iterator[_Paragraph]:
    turned = is_leftward("".join(line.text for line in column))
    edges = [_edges(line, turned=turned) for line in column]
    left = min(left for left, _ in edges)
    right = max(right for _, right in edges)
    current: _Paragraph | None = None
    above: Line | None = None
    for line, (_, end) in zip(column, edges, strict=True):
        if current is None or above is None:
            current = _Paragraph.begun(line)
        else:
            between = _break(above, line, left, right, fabric, turned=turned)
            if between == "\n\n":
                yield current
                current = _Paragraph.begun(line)
            elif between == "\n":
                current.add(between, line)
            else:
                current.add(joint(current.text, line.text, fabric.words, fabric.known), line)
        current.tabular |= line.cells > 1
        reaches = end > right - 0.15 * (right - left)
        reaches |= broken(line.text) is not None
        current.open = line.cells == 1 and reaches and not _ENDS_SENTENCE.search(line.text)
        above = line
    if current is not None:
        yield current


def _undivided(paragraphs: Iterable[_Paragraph]) -> list[_Paragraph]:
    """A page's paragraphs, what stands in the middle of one (a caption, a box) behind it."""
    found = list(paragraphs)
    for at, one in enumerate(found):
        ahead = at + 1
        while ahead < min(len(found), at + _MOST_DIVIDING) and found[ahead].style != one.style:
            ahead += 1
        apart = one.open and at + 1 < ahead < len(found)
        if apart and found[ahead].style == one.style and found[ahead].text[:1].islower():
            found.insert(at + 1, found.pop(ahead))
    return found


def _edges(line: Line, *, turned: bool) -> tuple[float, float]:
    """Where a line begins and ends, growing in the direction of reading."""
    return (-line.right, -line.left) if turned else (line.left, line.right)


def _break(
    above: Line, line: Line, left: float, right: float, fabric: _Print, *, turned: bool
) -> str:
    """What stands between two lines of a column: a blank line, a new line or a space."""
    if above.table is not None or line.table is not None:
        return "\n" if above.table is line.table else "\n\n"
    em = above.size
    distance = above.bottom - line.bottom
    usual = fabric.leading.get(round(em), 1.2 * em)
    both_rows = above.cells > 1 and line.cells > 1
    widest = _ROW_DISTANCE * em if both_rows else max(_LOOSE * usual, 1.1 * em)
    if distance > widest or abs(above.size - line.size) > 0.12 * em:
        return "\n\n"
    if above.cells > 1 or line.cells > 1 or _LIST_MARK.match(line.text):
        return "\n"
    if _Style.of(above) != _Style.of(line):
        return "\n\n"
    width = right - left
    listed = _LIST_MARK.match(above.text) is not None
    begin, end = _edges(above, turned=turned)
    own, _ = _edges(line, turned=turned)
    indented = em < own - left < 0.3 * width and begin - left < 0.5 * em
    ends = _ENDS_SENTENCE.search(above.text) is not None
    if indented and not listed and (ends or end < right - 0.1 * width):
        return "\n\n"
    short = end < right - 0.2 * width
    if short and ends:
        return "\n\n"
    labelled = ends and _LABELLED.match(line.text) is not None
    return "\n" if (short or labelled) and not line.text[:1].islower() else " "


def _heading_levels(pages: Sequence[Sequence[Column]], body: _Style) -> dict[_Style, int]:
    """The level of each style that sets headings; empty where style does not tell."""
    large, bold = Counter[_Style](), Counter[_Style]()
    total = 0
    for line in (line for page in pages for column in page for line in column):
        total += len(line.text)
        style = _Style.of(line)
        if line.cells == 1 and style.size >= _HEADING_SIZE * body.size:
            large[style] += len(line.text)
        elif line.cells == 1 and style.bold > body.bold and style.size >= 0.95 * body.size:
            bold[style] += len(line.text)
    most = _MOST_HEADINGS * total
    chosen = [style for group in (large, bold) if group.total() <= most for style in group]
    return {style: min(level, 6) for level, style in enumerate(sorted(chosen, reverse=True), 1)}


def _could_be_heading(paragraph: _Paragraph, body: _Style) -> bool:
    text = paragraph.text
    # 'Satzung des Vereins e.V.' in large type is no sentence.
    stopped = (",", ";", "—") if paragraph.style.size >= _TITLE_SIZE * body.size else _STOPS
    letters = sum(map(str.isalpha, text))
    return (
        len(text) <= _LONGEST_HEADING
        and text.count("\n") < 3
        and letters >= 3
        and letters >= 0.5 * len(text.replace(" ", ""))
        and not text.endswith(stopped)
    )
