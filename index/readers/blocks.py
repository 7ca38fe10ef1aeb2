"""Blocks of prose, headings, lists and tables, set one after another as a document's text.

A tree of elements, HTML's or the one trafilatura makes of it, as blocks of text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import Heading, Part, PartKind, Span, Table

CELL_BREAK = " | "
BULLET = "• "


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two blank lines: a paragraph, a whole list, a table, code or a heading.

    `level` is a heading's level (1 is the highest), 0 for everything else; `header` says that this
    is a table whose first line names its columns, `rows` what the program that made it calls each
    of its lines.

    >>> lines = Block("Year | Ships" + chr(10) + "1931 | 12", header=True, rows=("1", "2"))
    >>> [part.label for part in set_text([Block("Tolls", level=2), lines]).parts]
    ['1', '2']
    """

    text: str
    level: int = 0
    header: bool = False
    rows: tuple[str, ...] = ()


class Body(NamedTuple):
    """A document's text and what its blocks say of its structure.

    >>> body = set_text([Block("Tolls", level=1), Block("Two shillings a ton.")])
    >>> [body.text[heading.start : heading.end] for heading in body.headings]
    ['Tolls']
    """

    text: str
    headings: tuple[Heading, ...] = ()
    tables: tuple[Table, ...] = ()
    parts: tuple[Part, ...] = ()


def set_text(blocks: Iterable[Block], offset: int = 0) -> Body:
    """The body that `blocks` make, a blank line between two of them.

    `offset` is added to every span: where the text will stand in a longer one.

    >>> body = set_text([Block("Tolls", level=1), Block("Two shillings a ton.")])
    >>> body.text.splitlines(), body.headings[0].level
    (['Tolls', '', 'Two shillings a ton.'], 1)
    """
    written: list[str] = []
    headings: list[Heading] = []
    tables: list[Table] = []
    parts: list[Part] = []
    for block in blocks:
        if not block.text.strip():
            continue
        if written:
            written.append("\n\n")
            offset += 2
        end = offset + len(block.text)
        if block.level:
            headings.append(Heading(block.level, offset, end))
        first, below, _ = block.text.partition("\n")
        if block.header and below:
            tables.append(Table(offset, end, Span(offset, offset + len(first))))
        if block.rows:
            parts.extend(_row_parts(block, offset))
        written.append(block.text)
        offset = end
    return Body("".join(written), tuple(headings), tuple(tables), tuple(parts))


def _row_parts(block: Block, offset: int) -> Iterator[Part]:
    for label, line in zip(block.rows, block.text.split("\n"), strict=True):
        yield Part("row", label, offset, offset + len(line))
        offset += len(line) + 1


def set_parts(parts: Iterable[tuple[PartKind | None, str, Iterable[Block]]]) -> Body:
    """The body of parts, given as kind, label and blocks; a part without text is left out.

    What has no kind is text beside the parts.

    >>> body = set_parts([("slide", "1", [Block("Tolls")]), ("slide", "2", [Block("Ships")])])
    >>> [(part.label, body.text[part.start : part.end]) for part in body.parts]
    [('1', 'Tolls'), ('2', 'Ships')]
    """
    written: list[str] = []
    headings: list[Heading] = []
    tables: list[Table] = []
    found: list[Part] = []
    offset = 0
    for kind, label, blocks in parts:
        start = offset + 2 * bool(written)
        body = set_text(blocks, start)
        if not body.text:
            continue
        if written:
            written.append("\n\n")
        written.append(body.text)
        offset = start + len(body.text)
        headings.extend(body.headings)
        tables.extend(body.tables)
        if kind is not None:
            found.append(Part(kind, label, start, offset))
        found.extend(body.parts)
    return Body("".join(written), tuple(headings), tuple(tables), tuple(found))


def row(cells: Iterable[str]) -> str:
    """One table row as one line, cell by cell below the names of the columns.

    A cell's own newlines become spaces, empty ends are left out, and a cell that stands alone has
    no gaps before it.

    >>> row(["Year", " Ships", ""])
    'Year | Ships'
    """
    texts = [" ".join(cell.split()) for cell in cells]
    filled = [at for at, text in enumerate(texts) if text]
    if len(filled) < 2:
        return "".join(texts)
    return CELL_BREAK.join(texts[: filled[-1] + 1]).lstrip()


_HEADINGS = frozenset({"head", "h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"list", "ul", "ol", "menu", "dir"})
_ITEMS = frozenset({"item", "li"})
_ROWS = frozenset({"row", "tr"})
_CELLS = frozenset({"cell", "td", "th"})
_BREAKS = frozenset({"lb", "br"})
_INLINE = re.compile(
    r"a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|formula|hi|i|ins|kbd|label"
    r"|mark|math|q|ref|rp|rt|ruby|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr"
)
_LINE = "\v"  # a line break that is meant, while white space is still to be collapsed


def blocks_of(root: _Element) -> list[Block]:
    """The blocks under `root` in order of reading.

    >>> from lxml import html
    >>> page = html.fragment_fromstring("<div><h2>Tolls</h2>A ton costs <b>a shilling</b>.</div>")
    >>> [(block.text, block.level) for block in blocks_of(page)]
    [('Tolls', 2), ('A ton costs a shilling.', 0)]
    """
    setter = _Setter()
    setter.enter(root)
    setter.flush()
    return setter.blocks


class _Setter:
    """Collects running text until an element that stands by itself ends the paragraph."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._running: list[str] = []

    def enter(self, element: _Element) -> None:
        self._running.append(element.text or "")
        for child in element:
            self._place(child)
            self._running.append(child.tail or "")

    def flush(self, level: int = 0) -> None:
        text = _collapsed("".join(self._running))
        self._running.clear()
        if text:
            self.blocks.append(Block(text, level))

    def _place(self, element: _Element) -> None:
        tag = element.tag
        if not isinstance(tag, str):  # a comment or an entity
            return
        if tag in _BREAKS:
            self._running.append(_LINE)
        elif tag == "pre" or (tag == "code" and "\n" in "".join(element.itertext())):
            self._stand(Block("".join(element.itertext()).strip("\n")))
        elif _INLINE.fullmatch(tag):
            self.enter(element)
        elif tag in _HEADINGS:
            self.flush()
            self.enter(element)
            self.flush(level=_level(element))
        elif tag in _LISTS:
            self._stand(Block("\n".join(_list_lines(element))))
        elif tag == "table":
            self._table(element)
        else:
            self.flush()
            self.enter(element)
            self.flush()

    def _stand(self, block: Block) -> None:
        self.flush()
        self.blocks.append(block)

    def _table(self, element: _Element) -> None:
        """Its rows as lines; a table of one column, or around another, only lays out the page."""
        rows = [r for r in element.iter() if r.tag in _ROWS]
        cells = [[c for c in r if c.tag in _CELLS] for r in rows]
        if element.find(".//table") is not None or max(map(len, cells), default=0) < 2:
            self.flush()
            for line in cells:
                for cell in line:
                    self.enter(cell)
                    self.flush()
            return
        caption = element.find("caption")
        if caption is not None:
            self._stand(Block(_collapsed("".join(caption.itertext()))))
        lines = (row(_lines_of(cell) for cell in line) for line in cells)
        self._stand(Block("\n".join(filter(None, lines)), header=_names_columns(cells[0])))


def _names_columns(cells: Sequence[_Element]) -> bool:
    """Whether a row's cells are all marked as headers, by HTML or by trafilatura."""
    return len(cells) > 1 and all(c.tag == "th" or c.get("role") == "head" for c in cells)


def _lines_of(element: _Element) -> str:
    return "\n".join(block.text for block in blocks_of(element))


def _list_lines(element: _Element) -> Iterable[str]:
    numbered = element.tag == "ol" or element.get("rend") == "ol"
    number = int(start) if (start := element.get("start", "1")).isdecimal() else 1
    for item in element:
        if item.tag not in _ITEMS:
            if isinstance(item.tag, str):
                yield from ("  " + line for line in _lines_of(item).split("\n") if line)
            continue
        lines = _lines_of(item).split("\n")
        if any(lines):
            yield (f"{number}. " if numbered else BULLET) + lines[0]
            yield from ("  " + line for line in lines[1:])
        number += 1


def _level(element: _Element) -> int:
    digits = re.search(r"[1-6]", element.tag + element.get("rend", ""))
    return int(digits.group()) if digits else 2


def _collapsed(text: str) -> str:
    """White space as a browser sets it: one space, and a new line where one was asked for."""
    lines = (" ".join(line.split()) for line in text.split(_LINE))
    return "\n".join(line for line in lines if line)
