r"""Document, its structure, what was left out of it, and Chunk: what a file becomes, immutable.

Every offset counts Unicode code points of `Document.text`. The text is fixed once, when the file
is read (newlines are '\n', no lone surrogates, no NUL); nothing rewrites it afterwards, so that a
span of it can be cited.

Also how a file's name reads as a title.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Literal, NamedTuple

from index.errors import EmptyDocument
from index.layout import PageLayout

ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class Span(NamedTuple):
    """A half-open range of a document's text, in code points.

    >>> span = Span(4, 10)
    >>> "The harbour was shut."[span.start : span.end]
    'harbou'
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paginated document; `number` counts from 1 as a reader of the file would.

    `label` is what is printed on it where that is another number ('iv', 'A-3').

    >>> page = Page(number=2, start=15, end=31, label="ii")
    >>> "The pier fell. Nobody was hurt."[page.start : page.end]
    'Nobody was hurt.'
    """

    number: int
    start: int
    end: int
    label: str | None = None


PartKind = Literal[
    "slide",
    "sheet",
    "row",
    "chapter",
    "message",
    "cell",
    "record",
    "line",
    "cue",
    "event",
    "contact",
    "entry",
    "class",
    "function",
    "quotation",
    "signature",
]


@dataclass(frozen=True, slots=True)
class Part:
    """A part that a reader of the file can look up, where the file has no pages.

    `label` is what names it there: a slide's, row's or line's number, a sheet's or chapter's name,
    a cue's speaker and time, whose words a quotation or a signature is.
    A row stands inside a sheet; parts of one kind never overlap.

    >>> slides = (Part("slide", "1", 0, 5), Part("slide", "2", 7, 12))
    >>> [slide.label for slide in touched(slides, 8, 10)]
    ['2']
    """

    kind: PartKind
    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table's span, one row a line, and the span of the row that names its columns.

    >>> text = "Year | Ships" + chr(10) + "1931 | 12"
    >>> text[slice(*Table(0, 22, header=Span(0, 12)).header)]
    'Year | Ships'
    """

    start: int
    end: int
    header: Span


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's own span in the text and its level, 1 being the highest.

    >>> text, headings = "Rules. Tolls A shilling a ton.", (Heading(1, 0, 6), Heading(2, 7, 12))
    >>> Document(text, "Port", "text/plain", headings=headings).heading_path(20)
    ('Rules.', 'Tolls')
    """

    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words of a file that its text does not have, on purpose.

    `words` are given once however often they stand there, `why` names their kind ('running
    title', 'navigation', 'deleted'), `where` the place as a reader of the file would ('pp. 1-40').

    >>> LeftOut("The Harbour Gazette", "running title", "pp. 2-9").why
    'running title'
    """

    words: str
    why: str
    where: str = ""


class StoredCell(NamedTuple):
    """What a cell of a table holds where it shows less, by where it is shown in the text.

    The figure is written as it is shown, with all of its digits; of a month it is the day.

    >>> text, stored = "Share" + chr(10) + "12%", StoredCell(6, "12.3456%")
    >>> text[stored.start :], stored.value
    ('12%', '12.3456%')
    """

    start: int
    value: str


@dataclass(frozen=True)
class Document:
    """A document as it was read: its text, its structure, and what it states about itself.

    `date` is the publication date as ISO 8601 ('2023-03-02', '2023-03' or '2023') and `date_span`
    the place in the text that states it, where the text does. `source` is an address or a
    publisher that the document names, `accessed` the day on which it was fetched from there, and
    `language` an ISO 639-1 code. What a document does not state is None. `parts` are in order of
    their start, an outer one before those inside it. `properties` are what it states about itself
    beyond that, by name ('tags', 'to', 'status'). `stored` is what cells of its tables hold and do
    not show, in order of place. `layout` says where on its pages a PDF's words are printed,
    `left_out` which words of the file the text does not have, and `warnings` what could not be read
    of it; they are no part of what makes two documents equal.

    Raises:
        EmptyDocument: the text holds nothing but white space.
        ValueError: a span lies outside the text, or the text was not normalised.

    >>> document = Document("The pier fell.", "Storm", "text/plain", pages=(Page(7, 0, 14),))
    >>> document.text[4:8], document.page_at(4)
    ('pier', 7)
    """

    text: str
    title: str
    media_type: str
    author: str | None = None
    date: str | None = None
    date_span: Span | None = None
    source: str | None = None
    accessed: str | None = None
    language: str | None = None
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    parts: tuple[Part, ...] = ()
    tables: tuple[Table, ...] = ()
    layout: tuple[PageLayout, ...] = field(default=(), compare=False, repr=False)
    properties: tuple[tuple[str, str], ...] = ()
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False, repr=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)
    stored: tuple[StoredCell, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise EmptyDocument("The document holds no text.")
        if "\r" in self.text or "\0" in self.text or not _encodable(self.text):
            raise ValueError("document text must be normalised (see index.document.normalised)")
        structure = (self.pages, self.headings, self.parts, self.tables)
        spans = [Span(item.start, item.end) for items in structure for item in items]
        spans += [table.header for table in self.tables]
        if self.date_span is not None:
            spans.append(self.date_span)
        if any(not 0 <= start <= end <= len(self.text) for start, end in spans):
            raise ValueError("a page, heading, part, table or date lies outside the text")
        for date in (self.date, self.accessed):
            if date is not None and not ISO_DATE.fullmatch(date):
                raise ValueError(f"not an ISO 8601 date: {date!r}")

    @cached_property
    def version(self) -> str:
        """The hash of the content: what a citation's offsets refer to (sha256, hexadecimal)."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def page_at(self, offset: int) -> int | None:
        """The number of the page that holds `offset`; None where there are no pages."""
        if not self.pages:
            return None
        position = bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        return self.pages[max(position, 0)].number

    def parts_at(self, start: int, end: int) -> tuple[Part, ...]:
        """The parts that a span touches, in order."""
        return touched(self.parts, start, end)

    def table_at(self, offset: int) -> Table | None:
        """The table that holds `offset`; None outside tables."""
        position = bisect_right(self.tables, offset, key=lambda table: table.start) - 1
        found = self.tables[position] if position >= 0 else None
        return found if found and offset < found.end else None

    def heading_path(self, offset: int) -> tuple[str, ...]:
        """The headings above `offset`, outermost first."""
        starts, paths = self._heading_paths
        return paths[bisect_right(starts, offset)]

    @cached_property
    def _heading_paths(self) -> tuple[list[int], list[tuple[str, ...]]]:
        """Where each heading begins, and the path that goes from there on, after that of none."""
        starts: list[int] = []
        paths: list[tuple[str, ...]] = [()]
        above: list[Heading] = []
        for heading in self.headings:
            while above and above[-1].level >= heading.level:
                above.pop()
            above.append(heading)
            starts.append(heading.start)
            paths.append(tuple(self.text[h.start : h.end].strip() for h in above))
        return starts, paths


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of one document's text, the unit that is embedded and searched.

    >>> chunk = Chunk(start=4, end=8)
    >>> "The pier fell."[chunk.start : chunk.end]
    'pier'
    """

    start: int
    end: int


def touched(parts: Sequence[Part], start: int, end: int) -> tuple[Part, ...]:
    """Those of the parts, in order of their start, that share a character with the span.

    >>> rows = [Part("row", "1", 0, 9), Part("row", "2", 10, 19), Part("row", "3", 20, 29)]
    >>> [row.label for row in touched(rows, 12, 21)]
    ['2', '3']
    """
    behind = bisect_left(parts, end, key=lambda part: part.start)
    return tuple(part for part in parts[:behind] if part.end > start)


def printed_label(pages: Sequence[Page], start: int, end: int) -> str | None:
    """What the pages of a span are called in print ('iv', 'iv–vi'); None where that is no label.

    >>> pages = (Page(1, 0, 9, "iii"), Page(2, 9, 20, "iv"), Page(3, 20, 30))
    >>> printed_label(pages, 4, 12), printed_label(pages, 12, 15), printed_label(pages, 22, 30)
    ('iii–iv', 'iv', None)
    """
    touching = [page for page in pages if page.start < end and page.end > start]
    if not any(page.label for page in touching):
        return None
    first, last = (page.label or str(page.number) for page in (touching[0], touching[-1]))
    return first if first == last else f"{first}–{last}"


_DATE_LABEL = re.compile(r"\W*(?:[^\W\d_]+\W+){0,2}\Z")


def after_date(text: str, date: Span | None) -> int:
    """Where a text begins whose first words only state its date ('Date: 3 May 2024'); else 0.

    >>> text = "3 May 1931. The pier fell."
    >>> text[after_date(text, Span(0, 10)) :]
    '. The pier fell.'
    """
    if date is None or not _DATE_LABEL.match(text[: date.start]):
        return 0
    return date.end


def normalised(text: str) -> str:
    r"""`text` with Unix newlines, without NUL and BOM, lone surrogates as '?'.

    >>> normalised("Tolls\r\nShips\0")
    'Tolls\nShips'
    """
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text if _encodable(text) else text.encode("utf-8", "replace").decode("utf-8")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def readable_stem(name: str) -> str:
    """A file's name as a title: 'annual_report-2023.pdf' → 'Annual report 2023'.

    >>> readable_stem("harbour-masters-log.txt")
    'Harbour masters log'
    """
    stem = PurePath(name).stem
    words = stem if " " in stem else re.sub(r"(?<!\d)-|-(?!\d)", " ", stem).replace("_", " ")
    title = " ".join(words.split()) or stem or "Untitled"
    return title[:1].upper() + title[1:]
