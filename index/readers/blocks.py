"""Blocks of prose, headings, lists and tables, set one after another as a document's text.

The labels of list items.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from index.document import Heading, Part, PartKind, Span, StoredCell, Table

CELL_BREAK = " | "
_SPELLED = re.compile(r"\w")
BULLET = "• "


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two blank lines: a paragraph, a whole list, a table, code or a heading.

    `level` is a heading's level (1 is the highest), 0 for everything else; `header` says that this
    is a table whose first line names its columns, `rows` what the program that made it calls each
    of its lines, `stored` what cells hold and do not show, by their places in the text. `code`
    says that this is code or a command: it belongs to the paragraph before it where that ends in a
    colon.

    >>> lines = Block("Year | Ships" + chr(10) + "1931 | 12", header=True, rows=("1", "2"))
    >>> [part.label for part in set_text([Block("Tolls", level=2), lines]).parts]
    ['1', '2']
    """

    text: str
    level: int = 0
    header: bool = False
    rows: tuple[str, ...] = ()
    code: bool = False
    stored: tuple[StoredCell, ...] = ()


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
    stored: tuple[StoredCell, ...] = ()


def set_text(blocks: Iterable[Block], offset: int = 0) -> Body:
    """The body that `blocks` make, a blank line between two of them.

    None stands between code and a paragraph that introduces it, so that they are found together.

    `offset` is added to every span: where the text will stand in a longer one.

    >>> body = set_text([Block("Tolls", level=1), Block("Two shillings a ton.")])
    >>> body.text.splitlines(), body.headings[0].level
    (['Tolls', '', 'Two shillings a ton.'], 1)
    """
    written: list[str] = []
    headings: list[Heading] = []
    tables: list[Table] = []
    parts: list[Part] = []
    stored: list[StoredCell] = []
    introduces = False
    for block in blocks:
        if not block.text.strip():
            continue
        if written:
            gap = "\n" if block.code and introduces else "\n\n"
            written.append(gap)
            offset += len(gap)
        end = offset + len(block.text)
        introduces = not (block.level or block.header or block.code) and block.text[-1] == ":"
        if block.level:
            headings.append(Heading(block.level, offset, end))
        first, below, _ = block.text.partition("\n")
        if block.header and below:
            tables.append(Table(offset, end, Span(offset, offset + len(first))))
        if block.rows:
            parts.extend(_row_parts(block, offset))
        stored.extend(StoredCell(offset + cell.start, cell.value) for cell in block.stored)
        written.append(block.text)
        offset = end
    return Body("".join(written), tuple(headings), tuple(tables), tuple(parts), tuple(stored))


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
    stored: list[StoredCell] = []
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
        stored.extend(body.stored)
    return Body("".join(written), tuple(headings), tuple(tables), tuple(found), tuple(stored))


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


def joined_names(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Two lines that name columns together as one.

    >>> joined_names(["Year", "Ships", "Ships"], ["Year", "Sail", "Steam"])
    ['Year', 'Ships: Sail', 'Ships: Steam']
    """
    pairs = zip_longest(first, second, fillvalue="")
    return [a if a == b or not b else b if not a else f"{a}: {b}" for a, b in pairs]


def close_gaps(grid: list[list[str]], spans: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Write a cell over several columns as one where all but one of them hold signs alone.

    In filings the sign of a currency has a cell of its own, and a year stands over both.

    Args:
        grid: The table's lines, a text for each column; it is changed.
        spans: Of each line, the first column and the end of the cells over several columns.

    >>> grid = [["", "2023", ""], ["Tolls", "$", "45.1"]]
    >>> close_gaps(grid, [[(1, 3)], []])
    >>> grid[0]
    ['', '2023']
    """
    spelled = set[int]()
    for texts, wide in zip(grid, spans, strict=True):
        over = {first for first, _ in wide}
        spelled |= {at for at, text in enumerate(texts) if at not in over and _SPELLED.search(text)}
    for texts, wide in zip(grid, spans, strict=True):
        for first, end in reversed(wide):
            if sum(at in spelled for at in range(first, end)) <= 1:
                del texts[first + 1 : end]


def spread(texts: Sequence[str], spans: Iterable[tuple[int, int]]) -> list[str]:
    """The texts of a line with each one written in all the columns that its cell covers.

    >>> spread(["Year", "Ships", ""], [(1, 3)])
    ['Year', 'Ships', 'Ships']
    """
    written = list(texts)
    for first, end in spans:
        for at in range(first, min(end, len(written))):
            written[at] = written[first]
    return written


_MOST_LETTERED = 26 * 26
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


def counted(number: int, form: str) -> str:
    """A number as lists are labelled; `form` is '1', 'a', 'A', 'i' or 'I', as in HTML.

    >>> counted(4, "1"), counted(28, "a"), counted(14, "I")
    ('4', 'bb', 'XIV')
    """
    if form in ("a", "A") and 0 < number <= _MOST_LETTERED:
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters.upper() if form == "A" else letters
    if form in ("i", "I") and 0 < number < 4000:
        roman = ""
        for value, sign in _ROMAN:
            times, number = divmod(number, value)
            roman += sign * times
        return roman if form == "I" else roman.lower()
    return str(number)
