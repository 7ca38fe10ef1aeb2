"""The sheets of an OpenDocument spreadsheet: their rows with what the cells show."""

from collections.abc import Iterable, Iterator

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import PartKind, normalised
from index.errors import DocumentError
from index.readers.blocks import Block
from index.readers.grid import Row, grid_blocks
from index.readers.odf_text import attribute, count, own, words
from index.readers.ooxml import local

_MOST_COPIES = 1_000
"""A filled cell or row that says it is repeated more often is a program's padding."""
_MOST_COLUMNS = 16_384
_MOST_CELLS = 5_000_000


def sheets(book: _Element, hidden: set[str]) -> Iterator[tuple[PartKind, str, Iterable[Block]]]:
    """The sheets in sight, as kind, name and blocks; several are headed by their names."""
    tables = [
        (" ".join(normalised(attribute(table, "name") or "").split()), table)
        for table in book
        if local(table) == "table" and attribute(table, "style-name") not in hidden
    ]
    for title, table in tables:
        found = list(grid_blocks(_rows(table)))
        if found:
            yield "sheet", title, [Block(title, level=1), *found] if len(tables) > 1 else found


def hidden_styles(content: _Element) -> set[str]:
    """The names of the table styles that hide the sheets that bear them."""
    return {
        attribute(style, "name") or ""
        for style in content.iter("{*}style")
        for properties in style
        if local(properties) == "table-properties" and attribute(properties, "display") == "false"
    }


def _rows(sheet: _Element) -> Iterator[Row]:
    away = set[int]()
    column = 0
    for element in own(sheet, "table-column"):
        times = count(element, "number-columns-repeated")
        if attribute(element, "visibility") == "collapse":
            away.update(range(column, min(column + times, _MOST_COLUMNS)))
        column += times
    number, cells_left = 1, _MOST_CELLS
    above: dict[int, tuple[str, int]] = {}
    for line in own(sheet, "table-row"):
        cells = tuple(_cells(line, above))
        times = count(line, "number-rows-repeated")
        if attribute(line, "visibility") != "collapse":
            seen = tuple(cell for cell in cells if cell[0] not in away)
            copies = min(times, _MOST_COPIES) if seen else 1
            cells_left -= copies * len(seen)
            if cells_left < 0:
                raise DocumentError(f"A sheet has more than {_MOST_CELLS:,} cells: split the file.")
            for copy in range(copies):
                yield Row(number + copy, seen)
        number += times


def _cells(line: _Element, above: dict[int, tuple[str, int]]) -> Iterator[tuple[int, str]]:
    """The cells of a row; one merged over several rows is written in each that holds others.

    `above` is, by column, the text that is merged down and for how many rows more.
    """
    found: list[tuple[int, str]] = []
    merged: list[tuple[int, str]] = []
    column = 0
    for cell in line:
        kind = local(cell)
        if kind not in ("table-cell", "covered-table-cell"):
            continue
        times = count(cell, "number-columns-repeated")
        text, left = above.pop(column, ("", 0))
        if kind == "covered-table-cell" and left:
            merged.append((column, text))
            if left > 1:
                above[column] = text, left - 1
        elif kind == "table-cell" and (text := _shown(cell)):
            found.extend(
                (column + copy, text)
                for copy in range(min(times, _MOST_COPIES))
                if column + copy < _MOST_COLUMNS
            )
            if (rows := count(cell, "number-rows-spanned")) > 1:
                above[column] = text, rows - 1
        column += times
    yield from sorted(found + merged) if found else ()


def _shown(cell: _Element) -> str:
    """What the cell shows; a date in figures in ISO 8601, whose order of day and month is sure."""
    text = " ".join(words(p) for p in cell.iter("{*}p") if not _in_comment(p, cell)).strip()
    date = attribute(cell, "date-value") if attribute(cell, "value-type") == "date" else None
    if date is None or any(map(str.isalpha, text)):
        return text
    day, _, clock = date.partition("T")
    clock = clock.partition(".")[0].removesuffix("Z").removesuffix(":00")
    return day if clock in ("", "00:00") else f"{day} {clock}"


def _in_comment(paragraph: _Element, cell: _Element) -> bool:
    return any(
        local(above) == "annotation"
        for above in paragraph.iterancestors()
        if cell in above.iterancestors()
    )
