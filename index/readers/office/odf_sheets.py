"""The sheets of an OpenDocument spreadsheet: their rows with what the cells show."""

from collections.abc import Iterable, Iterator

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import PartKind, normalised
from index.errors import DocumentError
from index.readers.blocks import Block
from index.readers.office.grids import Row, grid_blocks
from index.readers.office.odf_text import OdfText, attribute, own, repeats
from index.readers.office.office_zip import local

_MOST_COPIES = 1_000
"""A filled cell or row that says it is repeated more often is a program's padding."""
_MOST_COLUMNS = 16_384
_MOST_CELLS = 5_000_000


def sheet_parts(
    book: _Element, hidden: set[str], reader: OdfText
) -> Iterator[tuple[PartKind, str, Iterable[Block]]]:
    """The sheets in sight, as kind, name and blocks; several are headed by their names.

    Args:
        book: The spreadsheet's element.
        hidden: The styles that hide the sheets that bear them (see `hidden_styles`).
        reader: Takes what is hidden, and the comments.

    >>> from lxml import etree
    >>> from index.readers.office.odf_text import Styles
    >>> cells = "<o:table-cell><o:p>12</o:p></o:table-cell>"
    >>> table = f"<o:table o:name='Costs'><o:table-row>{cells}</o:table-row></o:table>"
    >>> book = etree.fromstring(f"<o:spreadsheet xmlns:o='urn:o'>{table}</o:spreadsheet>")
    >>> reader = OdfText(Styles([]), {}.get)
    >>> [(name, list(found)[0].text) for _, name, found in sheet_parts(book, set(), reader)]
    [('Costs', '12')]
    """
    tables = [table for table in book if local(table) == "table"]
    for table in tables:
        title = " ".join(normalised(attribute(table, "name") or "").split())
        found = list(grid_blocks(_rows(table, title, reader)))
        for shapes in table.iterfind("{*}shapes"):
            found += reader.blocks(shapes)
        found += reader.comments(level=2)
        if attribute(table, "style-name") in hidden:
            words = " ".join(block.text for block in found)
            reader.leave_out(words, "hidden sheet", f"sheet “{title}”")
        elif any(block.text for block in found):
            yield "sheet", title, [Block(title, level=1), *found] if len(tables) > 1 else found


def hidden_styles(content: _Element) -> set[str]:
    """The names of the table styles that hide the sheets that bear them.

    >>> from lxml import etree
    >>> away = "<s:table-properties s:display='false'/>"
    >>> hidden_styles(etree.fromstring(f"<s:style xmlns:s='urn:s' s:name='ta2'>{away}</s:style>"))
    {'ta2'}
    """
    return {
        attribute(style, "name") or ""
        for style in content.iter("{*}style")
        for properties in style
        if local(properties) == "table-properties" and attribute(properties, "display") == "false"
    }


def _rows(sheet: _Element, title: str, reader: OdfText) -> Iterator[Row]:
    away = set[int]()
    column = 0
    for element in own(sheet, "table-column"):
        times = repeats(element, "number-columns-repeated")
        if attribute(element, "visibility") == "collapse":
            away.update(range(column, min(column + times, _MOST_COLUMNS)))
        column += times
    number, cells_left = 1, _MOST_CELLS
    above: dict[int, tuple[str, int]] = {}
    hidden: dict[str, list[str]] = {"hidden row": [], "hidden column": []}
    for line in own(sheet, "table-row"):
        cells = _cells(line, above, reader)
        times = repeats(line, "number-rows-repeated")
        if attribute(line, "visibility") != "collapse":
            hidden["hidden column"] += (text for column, text in cells if column in away)
            seen = tuple(cell for cell in cells if cell[0] not in away)
            copies = min(times, _MOST_COPIES) if seen else 1
            cells_left -= copies * len(seen)
            if cells_left < 0:
                raise DocumentError(f"A sheet has more than {_MOST_CELLS:,} cells: split the file.")
            spans = _spans(line)
            for copy in range(copies):
                yield Row(number + copy, seen, spans)
        else:
            hidden["hidden row"] += (text for _, text in cells)
        number += times
    for why, words in hidden.items():
        reader.leave_out(" ".join(words), why, f"sheet “{title}”")


def _spans(line: _Element) -> tuple[tuple[int, int], ...]:
    """The first column and the width of the cells that reach over several columns."""
    found: list[tuple[int, int]] = []
    column = 0
    for cell in line:
        if local(cell) in ("table-cell", "covered-table-cell"):
            width = min(repeats(cell, "number-columns-spanned"), _MOST_COLUMNS)
            if width > 1:
                found.append((column, width))
            column += repeats(cell, "number-columns-repeated")
    return tuple(found)


def _cells(
    line: _Element, above: dict[int, tuple[str, int]], reader: OdfText
) -> tuple[tuple[int, str], ...]:
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
        times = repeats(cell, "number-columns-repeated")
        text, left = above.pop(column, ("", 0))
        if kind == "covered-table-cell" and left:
            merged.append((column, text))
            if left > 1:
                above[column] = text, left - 1
        elif kind == "table-cell" and (text := _shown(cell, reader)):
            found.extend(
                (column + copy, text)
                for copy in range(min(times, _MOST_COPIES))
                if column + copy < _MOST_COLUMNS
            )
            if (rows := repeats(cell, "number-rows-spanned")) > 1:
                above[column] = text, rows - 1
        column += times
    return tuple(sorted(found + merged)) if found else ()


def _shown(cell: _Element, reader: OdfText) -> str:
    """What the cell shows; a date in figures in ISO 8601, whose order of day and month is sure."""
    blocks = (block for block in reader.blocks(cell))
    text = " ".join(block.text.replace("\n", " ") for block in blocks).strip()
    date = attribute(cell, "date-value") if attribute(cell, "value-type") == "date" else None
    if date is None or any(map(str.isalpha, text)):
        return text
    day, _, clock = date.partition("T")
    clock = clock.partition(".")[0].removesuffix("Z").removesuffix(":00")
    return day if clock in ("", "00:00") else f"{day} {clock}"
