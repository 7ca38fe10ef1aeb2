r"""The cells of a document's tables, each with its place in the document's text."""

import re
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from index.document import Document, Span, Table

_BREAK = " | "
"""What readers write between two cells of a row."""
_MOST_LEVELS = 3
_PERIOD = re.compile(
    r"[^\d%$€£]*(?:19|20)\d\d(?:[^\d%$€£]+\d{1,2})?|[^\d$€£]*\d{1,2}, (?:19|20)\d\d", re.I
)
_DAY = re.compile(r".*[^\W\d]{3,9} \d{1,2},")
"""A day of the years that stand below it: 'Years ended March 31,'."""
_OPENING, _CLOSING = {"$", "€", "£", "¥", "US$"}, {"%", ")", ")%"}
_SPARSE = 8
"""Where a table is emptier than this, readers write no gaps, and its columns cannot be told."""

Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's cells column by column; `starts` has a line for each row.

    >>> text = "Year | Ships" + chr(10) + "1931 | 12"
    >>> found = Document(text, "Port", "text/csv", tables=(Table(0, 22, Span(0, 12)),))
    >>> grid = grid_of(found, found.tables[0])
    >>> grid.names, grid.texts[1], text[grid.cell(0, 1).start :]
    (('Year', 'Ships'), ['12'], '12')
    """

    names: tuple[str, ...]
    texts: tuple[list[str], ...]
    starts: Offsets
    rows: Offsets
    """Start and end of each row."""

    def cell(self, row: int, column: int) -> Span:
        """The place of a cell."""
        start = int(self.starts[row, column])
        return Span(start, start + len(self.texts[column][row]))


def grid_of(document: Document, table: Table) -> Grid | None:
    """The cells of a table; None where it is not certain below which name each of them stands.

    >>> text = "Year | Ships" + chr(10) + "1931" + chr(10) + "1932 | 12 | ice | fog"
    >>> found = Document(text, "Port", "text/csv", tables=(Table(0, 39, Span(0, 12)),))
    >>> grid_of(found, found.tables[0]) is None
    True
    """
    text = document.text
    names = [name for name, _ in cells_of(text[slice(*table.header)], 0)]
    lines: list[list[tuple[str, int]]] = []
    spans: list[tuple[int, int]] = []
    at = table.header.end + 1
    names, at = _lower_names(names, text, at, table.end)
    for line in text[at : table.end].split("\n"):
        if line.strip():
            lines.append(cells_of(line, at))
            spans.append((at, at + len(line)))
        at += len(line) + 1
    if not lines or len(names) < 2:
        return None
    width = max(map(len, lines))
    if width > len(names):
        names = _beside_signs(names, lines, width)
    if 2 * sum(len(line) == width for line in lines) > len(lines):
        names += [""] * (width - len(names))  # columns at the end that nobody named
    filled = sum(bool(cell) for line in lines for cell, _ in line)
    if width > len(names) or len(names) * len(lines) > _SPARSE * filled:
        return None
    texts = [[line[n][0] if n < len(line) else "" for line in lines] for n in range(len(names))]
    starts = np.array(
        [
            [line[n][1] if n < len(line) else end for n in range(len(names))]
            for line, (_, end) in zip(lines, spans, strict=True)
        ],
        dtype=np.int64,
    )
    rows = np.array(spans, dtype=np.int64)
    return _with_signs(Grid(tuple(names), tuple(texts), starts, rows), text)


def _beside_signs(names: list[str], lines: list[list[tuple[str, int]]], width: int) -> list[str]:
    """The names with a gap over each column of signs, where they lack just those."""
    said = [{line[n][0] for line in lines if n < len(line)} - {""} for n in range(width)]
    signs = [bool(one) and one <= _OPENING | _CLOSING for one in said]
    if width - sum(signs) != len(names):
        return names
    left = iter(names)
    return ["" if sign else next(left) for sign in signs]


def _with_signs(grid: Grid, text: str) -> Grid:
    """Columns of nothing but currencies, or of '%' and ')', put to the figures that they are of."""
    opens, closes = (
        {
            n
            for n, texts in enumerate(grid.texts)
            if n and set(texts) & signs and set(texts) <= signs | {""}
        }
        for signs in (_OPENING, _CLOSING)
    )
    home = {n: n + 1 for n in opens if n + 1 < len(grid.names) and n + 1 not in opens | closes}
    home |= {n: n - 1 for n in closes if n - 1 not in opens | closes}
    if not home:
        return grid
    names, starts = list(grid.names), grid.starts.copy()
    texts = [list(column) for column in grid.texts]
    for sign, own in home.items():
        names[own] = names[own] or names[sign]
        for row, said in enumerate(grid.texts[sign]):
            if not said or not texts[own][row]:
                continue
            first = min(starts[row, sign], starts[row, own])
            last, width = max((starts[row, n], len(texts[n][row])) for n in (sign, own))
            starts[row, own] = first
            # Between them stands the mark that parts cells, which is no part of the figure.
            texts[own][row] = text[first : last + width]
    kept = [n for n in range(len(names)) if n not in home]
    return Grid(
        tuple(names[n] for n in kept),
        tuple(texts[n] for n in kept),
        starts[:, kept],
        grid.rows,
    )


def _lower_names(names: list[str], text: str, at: int, end: int) -> tuple[list[str], int]:
    """The names of columns with those that lines below add, as years below 'Years ended'.

    Such a line holds no figures, and labels nothing unless it names years; the names above it leave
    gaps, or one stands over all columns.
    """
    for _ in range(_MOST_LEVELS):
        line = text[at:end].split("\n", 1)[0]
        cells = [cell for cell, _ in cells_of(line, at)]
        if len(names) == len(cells) == 1 and (_is_name(cells[0]) or _DAY.fullmatch(cells[0])):
            # Of two lines of one name, that of a period stands over all columns for certain.
            dated = [one for one in (names[0], cells[0]) if re.search(r"\d", one)]
            names = dated if len(dated) == 1 else [f"{names[0]} {cells[0]}"]
            at += len(line) + 1
            continue
        alone = len(names) == 1 and len(cells) > 1
        gaps = alone or not all(names[1:]) or not names[0]
        years = any(map(_PERIOD.fullmatch, cells[1:]))
        if not gaps or not any(cells[1:]) or not all(map(_is_name, cells[1:])):
            break
        if cells[0] and not (years and (alone or not all(names[1:]))):
            break
        names = ["", *names * (len(cells) - 1)] if alone else _spread(names)
        names = [f"{u} {c}".strip() for u, c in zip_longest(names, cells, fillvalue="")]
        at += len(line) + 1
    return names, at


def _spread(names: list[str]) -> list[str]:
    """Names over several columns stand over each of them: one that stands alone is over all."""
    own = [name for name in names[1:] if name]
    return ["" if n else name for n, name in enumerate(names)] if len(own) == 1 else names


def _is_name(cell: str) -> bool:
    return not re.search(r"\d", cell) or _PERIOD.fullmatch(cell) is not None


def cells_of(line: str, offset: int) -> list[tuple[str, int]]:
    """The cells of a line with where each begins, `offset` being the place of the line.

    >>> cells_of("| 12 |  | 15", 100)
    [('', 100), ('12', 102), ('', 107), ('15', 110)]
    """
    found: list[tuple[str, int]] = []
    at = offset
    if line.startswith("| "):  # the first cell is empty
        found.append(("", at))
        line, at = line[2:], at + 2
    for cell in line.split(_BREAK):
        stripped = cell.strip()
        lead = len(cell) - len(cell.lstrip()) if stripped else 0
        found.append((stripped, at + lead))
        at += len(cell) + len(_BREAK)
    return found
