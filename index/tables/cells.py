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
    if 2 * sum(len(line) == width for line in lines) > len(lines):
        names += [""] * (width - len(names))  # columns at the end that nobody named
    filled = sum(bool(cell) for line in lines for cell, _ in line)
    if width > len(names) or len(names) * len(lines) > _SPARSE * filled:
        return None
    texts = tuple(
        [line[n][0] if n < len(line) else "" for line in lines] for n in range(len(names))
    )
    starts = np.array(
        [
            [line[n][1] if n < len(line) else end for n in range(len(names))]
            for line, (_, end) in zip(lines, spans, strict=True)
        ],
        dtype=np.int64,
    )
    return Grid(tuple(names), texts, starts, np.array(spans, dtype=np.int64))


def _lower_names(names: list[str], text: str, at: int, end: int) -> tuple[list[str], int]:
    """The names of columns with those that lines below add, as years below 'Years ended'.

    Such a line labels nothing and holds no figures; the names above it leave gaps.
    """
    for _ in range(_MOST_LEVELS):
        line = text[at:end].split("\n", 1)[0]
        cells = [cell for cell, _ in cells_of(line, at)]
        gaps = not all(names[1:]) or not names[0]
        if not gaps or not any(cells) or cells[0] or not all(map(_is_name, cells)):
            break
        joined = zip_longest(_spread(names), cells, fillvalue="")
        names = [f"{upper} {lower}".strip() for upper, lower in joined]
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
