"""Cells in rows and columns as text: a line a row, its tables apart, their headers known."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from index.document import StoredCell
from index.readers.blocks import CELL_BREAK, Block, joined_names

_SPARSE = 8
"""Cells a row may leave empty for each that is filled before its gaps are no longer written."""
_HEADER_REACH = 6
"""Among so many first lines of a table the one is sought that names the columns."""
_HEADER_FILL = 0.6
_LONGEST_NAME = 200
"""Surveys name their columns by whole questions."""
_SAMPLE = 50
_YEAR = re.compile(r"(?:FY ?)?(?:19|20)\d\d")
_VALUE = re.compile(
    r"[-+(±~<>≤≥]?\s*+(?:[^\w\s]|[A-Z]{2,3}\s)?\s*+[-+]?\.?\d[\d\s.,'’:/-]*+(?:[eE][-+]?\d+)?"
    r"\s*+(?:%|[^\w\s]|[A-Z]{3}|[A-Za-zµ°]{1,3})?\s*+\)?"
    r"|\d{4}-\d\d-\d\d[T ][\d:.]+Z?(?:[+-][\d:]+)?|true|false|yes|no|n/?a|[-–—]",
    re.IGNORECASE,
)


class Row(NamedTuple):
    """A row's number as its program shows it, and its cells that are not empty.

    A cell is its column, counted from 0, and its text, in order of the columns; `spans` are the
    first column and the width of those that reach over several, `stored` by column what cells hold
    and do not show.

    >>> Row(7, ((0, "1931"), (2, "12"))).cells[1]
    (2, '12')
    """

    number: int
    cells: tuple[tuple[int, str], ...]
    spans: tuple[tuple[int, int], ...] = ()
    stored: tuple[tuple[int, str], ...] = ()


def grid_blocks(rows: Iterable[Row]) -> Iterator[Block]:
    """The tables of a sheet, which empty rows part, as blocks whose lines are numbered rows.

    Lines above the one that names a table's columns, as its title, are a block of their own; two
    lines that name them together, as merged cells show, are one.

    >>> rows = [Row(1, ((0, "Year"), (1, "Ships"))), Row(2, ((0, "1931"), (1, "12")))]
    >>> [block.text.splitlines() for block in grid_blocks(rows)]
    [['Year | Ships', '1931 | 12']]
    """
    for table in map(_one_header, (one for several in _tables(rows) for one in _parts(several))):
        columns = _columns(table)
        filled = sum(len(row.cells) for row in table)
        aligned = len(columns) * len(table) <= _SPARSE * filled
        header = _header(table, columns)
        for part, named in ((table[: header or 0], False), (table[header or 0 :], True)):
            if part:
                lines = [_line(row, columns if aligned else None) for row in part]
                yield Block(
                    "\n".join(lines),
                    header=named and header is not None,
                    rows=tuple(str(row.number) for row in part),
                    stored=tuple(_stored(part, lines, columns if aligned else None)),
                )


def _tables(rows: Iterable[Row]) -> Iterator[list[Row]]:
    table: list[Row] = []
    for number, cells, spans, stored in rows:
        tidy = ((column, " ".join(text.split())) for column, text in cells)
        row = Row(number, tuple(cell for cell in tidy if cell[1]), spans, stored)
        if table and row.number > table[-1].number + 1:
            yield table
            table = []
        if row.cells:
            table.append(row)
    if table:
        yield table


def _parts(table: list[Row]) -> list[list[Row]]:
    """The tables that stand beside each other, parted by an empty column; mostly one.

    They are several only where one begins beside the middle of another: a row cannot be of both.
    """
    columns = _columns(table)
    for last, first in pairwise(columns):
        if first == last + 1 or any(at <= last < at + w - 1 for r in table for at, w in r.spans):
            continue
        sides = [_side(table, 0, last + 1), _side(table, last + 1, columns[-1] + 1)]
        parts = [list(_tables(side)) for side in sides]
        # A line over one of them, as its title, does not count.
        bodies = [
            [[row for row in part if len(row.cells) > 1] for part in side if len(part) > 1]
            for side in parts
        ]
        if not all(side and all(map(_is_whole, side)) for side in bodies):
            continue
        if len({tuple(body[0].number for body in side) for side in bodies}) > 1:
            return [*parts[0], *(one for part in parts[1] for one in _parts(part))]
    return [table]


def _columns(rows: Sequence[Row]) -> list[int]:
    return sorted({column for row in rows for column, _ in row.cells})


def _is_whole(rows: Sequence[Row]) -> bool:
    """Whether rows come one after another below the names of their columns, most of them full."""
    if len(rows) < 2:
        return False
    columns = _columns(rows)
    filled = sum(len(row.cells) for row in rows)
    one_by_one = rows[-1].number - rows[0].number == len(rows) - 1
    full = filled >= _HEADER_FILL * len(rows) * len(columns)
    return one_by_one and full and _header(rows, columns) == 0


def _side(table: Sequence[Row], first: int, behind: int) -> list[Row]:
    """The rows of some columns only."""
    found = []
    for row in table:
        cells = tuple(cell for cell in row.cells if first <= cell[0] < behind)
        if cells:
            spans = tuple(span for span in row.spans if first <= span[0] < behind)
            stored = tuple(cell for cell in row.stored if first <= cell[0] < behind)
            found.append(Row(row.number, cells, spans, stored))
    return found


def _one_header(table: list[Row]) -> list[Row]:
    """The table with names in two lines, of which one stands over several of the other, as one."""
    for at in range(min(_HEADER_REACH, len(table) - 2)):
        first, second = table[at : at + 2]
        if len(first.cells) < 2 or not any(_parted(span, second) for span in first.spans):
            continue
        above, below = dict(first.cells), dict(second.cells)
        for column, width in first.spans:
            for other in range(column + 1, column + width):
                above.setdefault(other, above.get(column, ""))
        columns = sorted(
            {column for column in (*above, *below) if column in below or above[column]}
        )
        names = joined_names(
            [above.get(c, "") for c in columns], [below.get(c, "") for c in columns]
        )
        joined = Row(second.number, tuple(zip(columns, names, strict=True)))
        return [*table[:at], joined, *table[at + 2 :]]
    return table


def _parted(span: tuple[int, int], row: Row) -> bool:
    """Whether different words, and no values, stand in a row below a cell over several columns."""
    column, width = span
    under = [text for at, text in row.cells if column <= at < column + width]
    values = [text for text in under if _VALUE.fullmatch(text) and not _YEAR.fullmatch(text)]
    return len(set(under)) > 1 and not values


def _line(row: Row, columns: Sequence[int] | None) -> str:
    """The cells one after another; with `columns`, gaps but those at the end are written too."""
    if columns is None:
        return CELL_BREAK.join(text for _, text in row.cells)
    texts = dict(row.cells)
    last = row.cells[-1][0]
    # A line that begins with a gap begins with the mark between cells.
    return CELL_BREAK.join(texts.get(column, "") for column in columns if column <= last).lstrip()


def _stored(
    rows: Sequence[Row], lines: Sequence[str], columns: Sequence[int] | None
) -> Iterator[StoredCell]:
    """What cells hold and do not show, by their places in the lines."""
    offset = 0
    for row, line in zip(rows, lines, strict=True):
        if row.stored:
            last, texts, held = row.cells[-1][0], dict(row.cells), dict(row.stored)
            written = [c for c in columns if c <= last] if columns is not None else list(texts)
            # From the end, since the gap before a first cell may be left out.
            at = offset + len(line)
            found: list[StoredCell] = []
            for column in reversed(written):
                at -= len(texts.get(column, ""))
                if column in held:
                    found.append(StoredCell(at, held[column]))
                at -= len(CELL_BREAK)
            yield from reversed(found)
        offset += len(line) + 1


def _header(table: Sequence[Row], columns: Sequence[int]) -> int | None:
    """The position of the row that names the columns; None where no row does."""
    least = max(2, _HEADER_FILL * len(columns))
    for position, row in enumerate(islice(table, _HEADER_REACH)):
        if len(row.cells) >= least:
            below = table[position + 1 : position + 1 + _SAMPLE]
            return position if below and _names(row, below) else None
    return None


def _names(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row names what stands below it: its words differ, and are none of the values.

    Figures below words speak for it, figures or the same words below against. A row of words over
    words is taken for names, as it is in nearly every file.
    """
    names = [text for _, text in row.cells]
    if len(set(names)) < len(names) or any(len(name) > _LONGEST_NAME for name in names):
        return False
    against = 0
    sample = [dict(other.cells) for other in below]
    for column, name in row.cells:
        under = [cells[column] for cells in sample if column in cells]
        if name in under:
            against += 2
        if not _VALUE.fullmatch(name):
            valued = sum(_VALUE.fullmatch(text) is not None for text in under)
            against -= 2 * valued > len(under)
        elif not _YEAR.fullmatch(name) or (under and all(map(_YEAR.fullmatch, under))):
            against += 1
    return against <= 0
