"""Tables whose cells are parted by drawn lines: the lines of a page, and the text in each cell."""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import raw  # type: ignore[import-untyped]

from index.readers.pdf.regions import Run
from index.readers.pdf.tables import PrintedTable, Row, is_figure, is_year

Boxes = NDArray[np.float64]

_MOST_PATHS = 3_000  # on a page: beyond it is a map or a drawing
_MOST_SEGMENTS = 400  # of one path
_MOST_RULES = 2_000
_THICKEST = 3.0  # points: what is thicker is an area
_SHORTEST = 5.0  # points
_TOUCHING = 3.0  # points between two lines that meet
_MOST_HEADS = 4
_LONGEST_CELL = 400  # characters, in the mean: more is a page laid out in boxes


# With addresses as plain numbers: a page may have thousands of words, each an object.
_object_at = ctypes.cast(
    raw.FPDFPage_GetObject, ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
)
_kind_of = ctypes.cast(raw.FPDFPageObj_GetType, ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p))
_bounds_of = ctypes.cast(
    raw.FPDFPageObj_GetBounds,
    ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, *[ctypes.c_void_p] * 4),
)


def drawn_lines(page: Any) -> Boxes:  # noqa: ANN401 - a ctypes pointer
    """The straight lines that a page of pdfium's draws: left, bottom, right, top of each.

    They are in the file's coordinates; edges of outlined boxes are among them. A page with
    thousands of paths gives none: it holds a drawing.

    >>> import pypdfium2
    >>> with open(report.path, "rb") as file:
    ...     page = pypdfium2.PdfDocument(file.read())[0]
    >>> drawn_lines(page.raw).shape[1]
    4
    """
    count = raw.FPDFPage_CountObjects(page)
    address = ctypes.cast(page, ctypes.c_void_p).value
    items = list(map(_object_at, repeat(address), range(count)))
    kinds = map(_kind_of, items)
    paths = [at for at, kind in zip(items, kinds, strict=True) if kind == raw.FPDF_PAGEOBJ_PATH]
    found: list[tuple[float, float, float, float]] = []
    if len(paths) > _MOST_PATHS:
        paths = []
    edges = [ctypes.c_float() for _ in range(4)]
    places = [ctypes.byref(edge) for edge in edges]
    for path in paths:
        if not _bounds_of(path, *places):
            continue
        left, bottom, right, top = (edge.value for edge in edges)
        width, height = right - left, top - bottom
        if width > _THICKEST < height:
            found += _edges_of(ctypes.cast(path, raw.FPDF_PAGEOBJECT))
        elif width >= _SHORTEST or height >= _SHORTEST:
            found.append((left, bottom, right, top))
    return np.array(found, dtype=np.float64).reshape(-1, 4)


def _edges_of(path: Any) -> Iterator[tuple[float, float, float, float]]:  # noqa: ANN401
    """The straight level and upright parts of an outline."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    count = raw.FPDFPath_CountSegments(path)
    if not stroke.value or count > _MOST_SEGMENTS:
        return
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield from _straight(last, point)
        if raw.FPDFPathSegment_GetClose(segment):
            yield from _straight(point, start)
        last = point


def _straight(
    one: tuple[float, float], other: tuple[float, float]
) -> Iterator[tuple[float, float, float, float]]:
    left, right = sorted((one[0], other[0]))
    bottom, top = sorted((one[1], other[1]))
    if min(right - left, top - bottom) <= 1 and max(right - left, top - bottom) >= _SHORTEST:
        yield left, bottom, right, top


@dataclass(frozen=True, slots=True)
class Grid:
    """Where columns (from the left) and rows (from the top) meet, and which of the edges are drawn.

    `across[r, c]` says that a line is drawn above row r in column c, `down[r, c]` that one is drawn
    to the left of column c in row r.

    >>> box = np.array([[0.0, 0, 90, 0], [0, 20, 90, 20], [0, 40, 90, 40],
    ...                 [0, 0, 0, 40], [50, 0, 50, 40], [90, 0, 90, 40]])
    >>> [grid] = grids(box)
    >>> grid.columns, grid.rows, bool(grid.down[0, 1])
    ((0.0, 50.0, 90.0), (40.0, 20.0, 0.0), True)
    """

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    across: NDArray[np.bool_]
    down: NDArray[np.bool_]

    def place(self, run: Run) -> tuple[int, int] | None:
        """The row and column of the cell that holds a run; None outside the grid."""
        middle = (run.left + run.right) / 2
        column = int(np.searchsorted(self.columns, middle)) - 1
        row = int(np.searchsorted([-at for at in self.rows], -run.middle)) - 1
        if not (0 <= column < len(self.columns) - 1 and 0 <= row < len(self.rows) - 1):
            return None
        return self.corner(row, column)

    def stick_out(self, corner: tuple[int, int], run: Run) -> bool:
        """Whether a run is wider than the cell with this corner: lines only underlie the text."""
        row, column = corner
        behind = column + 1
        while behind < len(self.columns) - 1 and not self.down[row, behind]:
            behind += 1
        left, right = self.columns[column], self.columns[behind]
        return run.left < left - _TOUCHING or run.right > right + _TOUCHING

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """The upper left part of the merged cell that a part belongs to."""
        while column and not self.down[row, column]:
            column -= 1
        while row and not self.across[row, column]:
            row -= 1
        while column and not self.down[row, column]:
            column -= 1
        return row, column


def grids(lines: Boxes) -> list[Grid]:
    """The grids of at least two rows and two columns that lines make, from the top.

    >>> grids(np.array([[0.0, 0, 90, 0], [0, 20, 90, 20]]))
    []
    """
    wide = lines[:, 2] - lines[:, 0] >= lines[:, 3] - lines[:, 1]
    level, upright = lines[wide], lines[~wide]
    if len(level) < 3 or len(upright) < 2 or len(lines) > _MOST_RULES:
        return []
    meets = (
        (level[:, None, 0] <= upright[None, :, 2] + _TOUCHING)
        & (upright[None, :, 0] <= level[:, None, 2] + _TOUCHING)
        & (level[:, None, 1] <= upright[None, :, 3] + _TOUCHING)
        & (upright[None, :, 1] <= level[:, None, 3] + _TOUCHING)
    )
    found = [_grid(level[over], upright[down]) for over, down in _connected(meets)]
    return sorted((grid for grid in found if grid), key=lambda grid: -grid.rows[0])


def _connected(meets: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """The level and the upright lines of each figure whose lines meet."""
    left: NDArray[np.bool_] = np.logical_or.reduce(meets, axis=1)
    while left.any():
        over: NDArray[np.bool_] = np.arange(len(left)) == np.argmax(left)
        while True:
            down: NDArray[np.bool_] = np.logical_or.reduce(meets[over], axis=0)
            wider: NDArray[np.bool_] = np.logical_or.reduce(meets[:, down], axis=1)
            if int(wider.sum()) == int(over.sum()):
                break
            over = wider
        left &= ~over
        yield over, down


def _grid(level: Boxes, upright: Boxes) -> Grid | None:
    columns = _places((upright[:, 0] + upright[:, 2]) / 2)
    rows = _places((level[:, 1] + level[:, 3]) / 2)[::-1]
    # A table may have no lines at its sides.
    least, most = level[:, 0].min(), level[:, 2].max()
    columns = [
        *([least] if least < columns[0] - 2 * _TOUCHING else []),
        *columns,
        *([most] if most > columns[-1] + 2 * _TOUCHING else []),
    ]
    if len(columns) < 3 or len(rows) < 3:
        return None
    across = np.ones((len(rows), len(columns)), bool)
    down = np.ones((len(rows), len(columns)), bool)
    for r, at in enumerate(rows[1:-1], 1):
        near = level[abs((level[:, 1] + level[:, 3]) / 2 - at) <= _TOUCHING]
        for c, (left, right) in enumerate(pairwise(columns)):
            middle = (left + right) / 2
            across[r, c] = ((near[:, 0] < middle) & (near[:, 2] > middle)).any()
    for c, at in enumerate(columns[1:-1], 1):
        near = upright[abs((upright[:, 0] + upright[:, 2]) / 2 - at) <= _TOUCHING]
        for r, (top, bottom) in enumerate(pairwise(rows)):
            middle = (top + bottom) / 2
            down[r, c] = ((near[:, 1] < middle) & (near[:, 3] > middle)).any()
    return Grid(tuple(map(float, columns)), tuple(map(float, rows)), across, down)


def _places(values: NDArray[np.float64]) -> list[float]:
    """The places of lines, those that lie together as one, in order."""
    ordered = np.sort(values)
    first = np.concatenate([[True], np.diff(ordered) > _TOUCHING])
    return [float(group.mean()) for group in np.split(ordered, np.flatnonzero(first)[1:])]


def ruled_tables(
    runs: Sequence[Run], found: Sequence[Grid]
) -> tuple[list[tuple[PrintedTable, list[Run]]], list[Run]]:
    """The tables in grids, each with the runs in it, and the runs outside.

    >>> ruled_tables([], [])
    ([], [])
    """
    left = list(runs)
    tables = []
    for grid in found:
        cells: dict[tuple[int, int], list[Run]] = {}
        for run in left:
            place = grid.place(run)
            if place is not None:
                cells.setdefault(place, []).append(run)
        table = _table(grid, cells)
        if table is not None:
            tables.append((table, [run for cell in cells.values() for run in cell]))
            inside = {run.order for cell in cells.values() for run in cell}
            left = [run for run in left if run.order not in inside]
    return tables, left


def _table(grid: Grid, cells: dict[tuple[int, int], list[Run]]) -> PrintedTable | None:
    """What stands in a grid's cells, if it is a table: most of its rows have several."""
    across, down = len(grid.columns) - 1, len(grid.rows) - 1
    lines: list[_Lines] = []
    for row in range(down):
        corners = [grid.corner(row, column) for column in range(across)]
        # A cell that goes down over several rows belongs to each of them.
        lines.append(
            [_by_line(cells.get(at, ())) if at[1] == n else [] for n, at in enumerate(corners)]
        )
    title = 0
    while title < down and sum(map(bool, lines[title])) <= 1:
        for corner in [corner for corner in cells if corner[0] == title]:
            del cells[corner]
        title += 1
    # Several figures beside each other in a cell: it holds columns that no lines part.
    apart = sum(
        sum(is_figure(run.text) for run in line) > 1
        for row in lines
        for cell in row
        for line in cell
    )
    filled = sum(sum(map(bool, row)) > 1 for row in lines)
    out = sum(grid.stick_out(at, run) for at, cell in cells.items() for run in cell)
    length = sum(len(run.text) for cell in cells.values() for run in cell)
    if (
        apart > 1
        or out > 1
        or filled < max(2, 0.5 * (down - title))
        or length > _LONGEST_CELL * len(cells)
    ):
        return None
    merged = [
        any(grid.corner(row, column) != (row, column) for column in range(across))
        for row in range(title, down)
    ]
    heads = _heads(lines[title:], merged)
    named = [grid.corner(title + row, column) for column in range(across) for row in range(heads)]
    header: Row = tuple(
        tuple(
            run
            for corner in dict.fromkeys(named[column * heads : (column + 1) * heads])
            for line in _by_line(cells.get(corner, ()))
            for run in line
        )
        for column in range(across)
    )
    rows = tuple(row for several in lines[title + heads :] for row in _rows(several))
    return PrintedTable(rows, header if heads else None, tuple(pairwise(grid.columns)))


_Lines = list[list[list[Run]]]
"""The cells of a row, each as lines of runs."""


def _by_line(runs: Iterable[Run]) -> list[list[Run]]:
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.middle):
        if lines and run.top > lines[-1][0].middle:
            lines[-1].append(run)
        else:
            lines.append([run])
    return [sorted(line, key=lambda run: run.left) for line in lines]


def _text(line: Sequence[Run]) -> str:
    return " ".join(run.text for run in line)


def _heads(rows: Sequence[_Lines], merged: Sequence[bool]) -> int:
    """How many of the first rows name the columns; `merged` says which have merged cells."""
    heads = 0
    for row in rows:
        texts = [_text(line) for cell in row[1:] for line in cell]
        if any(is_figure(text) and not is_year(text) for text in texts):
            break
        if sum(map(bool, row)) < 2 and heads:
            break
        heads += 1
    names = [_text(line) for cell in rows[0] for line in cell]
    if not heads or len(rows) < 2 or any(name.endswith(":") for name in names):
        return 0
    if heads < len(rows):
        # What stands above other names spans them.
        return heads if heads <= _MOST_HEADS and any(merged[:heads]) else 1
    # Words below words: the first row names the columns if it names each, without a figure.
    return int(all(rows[0]) and not any(map(str.isdigit, "".join(names))))


def _rows(cells: _Lines) -> Iterator[Row]:
    """The rows between two drawn lines: several, where figures stand below each other."""
    stacks = [cell for cell in cells if len(cell) > 1 and all(is_figure(_text(x)) for x in cell)]
    if not stacks:
        row = tuple(tuple(run for line in cell for run in line) for cell in cells)
        if any(row):
            yield row
        return
    bottoms = [line[0].bottom for line in max(stacks, key=len)]
    rows: list[list[list[Run]]] = [[[] for _ in cells] for _ in bottoms]
    for column, cell in enumerate(cells):
        for line in cell:
            at = sum(bottom > line[0].middle for bottom in bottoms)
            rows[min(at, len(rows) - 1)][column] += line
    yield from (tuple(map(tuple, row)) for row in rows if any(row))
