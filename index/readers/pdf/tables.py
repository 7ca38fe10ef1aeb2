"""A table of a printed page as rows of cells, and a printed line as what may be its cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np

from index.readers.blocks import CELL_BREAK
from index.readers.pdf.regions import Run, Words

Cell = tuple[Run, ...]
Row = tuple[Cell, ...]

Columns = list[tuple[float, float]]
"""The left and right edge of each column of a table."""

_OVERLAPPING = 0.9  # times the type size: of lines nearer than that none is below the other
_APART = 0.4  # times the type size: white between two cells, more than between words
_FLUSH = 2.0  # points: from the edge of a column
_PIECE_GAP = 1.0  # of the type size: between two cells
_LIST_MARK = re.compile(r"[•◦▪■□☐☑☒✓✔✗✘‣∙·–—-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]")
_SIGN = re.compile(r"(?:[A-Z]{2,3})?[$€£¥]|\(")
_AFTER = re.compile(r"\)?%|\)")
_FIGURE = re.compile(
    r"[A-Z]{0,3}[$€£¥]?\s?[(+−–-]*\s?[$€£¥]?\s?\d(?:[\d.,:/  ]*\d)?\)?\s?%?\)?(?:\(\w\))?"
    r"|[—–-]+|n/?a"
)
_GROUPED = re.compile(r"\d \d{3}(?!\d)")
_YEARS = re.compile(r"(?:19|20)\d\d [–—-] (?:19|20)\d\d")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d\d(?:\d\d)?)?")


@dataclass(frozen=True, slots=True, eq=False)
class PrintedTable:
    """A table on one page: its rows of cells and, if it has one, the row that names its columns.

    A cell is the runs in it, in order; `columns` are the left and right edge of each column. Where
    it is `turned`, from right to left, all of them are as in a mirror. Tables are equal only to
    themselves.

    >>> PrintedTable(rows=(), header=None, columns=((72.0, 90.0), (120.0, 150.0))).goes_on(None)
    False
    """

    rows: tuple[Row, ...]
    header: Row | None
    columns: tuple[tuple[float, float], ...]
    turned: bool = False

    def goes_on(self, above: "PrintedTable | None") -> bool:
        """Whether it has the columns of the table `above` it, on the page before."""
        return (
            above is not None
            and len(above.columns) == len(self.columns)
            and all(
                left < other_right and other_left < right
                for (left, right), (other_left, other_right) in zip(
                    self.columns, above.columns, strict=True
                )
            )
        )


def joined(cells: Sequence[Cell]) -> tuple[str, Words]:
    """A row of cells as one line, as the other readers set it, and where its words are printed.

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> run = Run("Pier", words, 72, 700, 96, 712, size=12, bold=False, order=0)
    >>> joined([(run,), (), (run, run), ()])[0]
    'Pier |  | Pier Pier'
    """
    filled = [at for at, cell in enumerate(cells) if cell]
    text = ""
    words = [np.empty((0, 6))]
    for at, cell in enumerate(cells[: filled[-1] + 1] if filled else ()):
        if at and len(filled) > 1:
            text += CELL_BREAK if text else CELL_BREAK.lstrip()
        for before, run in pairwise((None, *cell)):
            if run is None:
                continue
            if before is not None:
                text += "" if before.text.endswith("-") else " "
            words.append(run.words + np.array([len(text), len(text), 0, 0, 0, 0]))
            text += run.text
    return text, np.concatenate(words)


class Piece(NamedTuple):
    """What stands in one cell of one line: runs without a wide gap between them.

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> run = Run("Pier", words, 72, 700, 96, 712, size=12, bold=False, order=0)
    >>> Piece((run, run), left=72, right=130).text
    'Pier Pier'
    """

    runs: tuple[Run, ...]
    left: float
    right: float

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(run.text for run in self.runs)


class CellLine(NamedTuple):
    """A line of the page as pieces, from the left.

    >>> CellLine(pieces=(), bottom=700, size=12, runs=[]).solid
    False
    """

    pieces: tuple[Piece, ...]
    bottom: float
    size: float
    runs: list[Run]

    @property
    def figures(self) -> int:
        """How many of its pieces behind the first are figures."""
        return sum(is_figure(piece.text) for piece in self.pieces[1:])

    @property
    def solid(self) -> bool:
        """Whether it is more than a label or two columns of words."""
        return len(self.pieces) > 2 or (len(self.pieces) == 2 and self.figures == 1)


def is_figure(text: str) -> bool:
    """Whether a cell holds a figure, or the dash that stands for none.

    >>> is_figure("$ (1,577)"), is_figure("1 March"), is_figure("—")
    (True, False, True)
    """
    return _FIGURE.fullmatch(text.strip()) is not None


def is_year(text: str) -> bool:
    """Whether a cell holds nothing but a year.

    >>> is_year("2018"), is_year("2018 pages")
    (True, False)
    """
    return _YEAR.fullmatch(text.strip()) is not None


def cell_line(row: list[Run]) -> CellLine:
    """The pieces of a line: parted by wide gaps and between figures, a sign with its figure.

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> row = [Run("Pier", words, left, 700, left + 24, 712, size=12, bold=False, order=left)
    ...        for left in (72, 98, 160)]
    >>> [piece.text for piece in cell_line(row).pieces]
    ['Pier Pier', 'Pier']
    """
    ordered = sorted(row, key=lambda run: run.left)
    size = median(run.size for run in ordered)
    pieces: list[Piece] = []
    for run in (part for whole in ordered for part in _parts(whole)):
        if pieces:
            last = pieces[-1]
            apart = run.left - last.right
            near = apart <= _PIECE_GAP * size and run.order != last.runs[-1].order
            held = _LIST_MARK.fullmatch(last.text) and len(pieces) == 1
            sign = _SIGN.fullmatch(last.text) or (
                _AFTER.fullmatch(run.text) and is_figure(last.text)
            )
            if near or held or sign:
                pieces[-1] = Piece((*last.runs, run), last.left, max(last.right, run.right))
                continue
        pieces.append(Piece((run,), run.left, run.right))
    return CellLine(tuple(pieces), min(run.bottom for run in ordered), size, row)


def _parts(run: Run) -> list[Run]:
    """A run of figures only as one run for each; a sign goes with the figure behind it."""
    texts = run.text.split(" ")
    if len(texts) < 2 or len(texts) != len(run.words):
        return [run]
    if _GROUPED.search(run.text) or _YEARS.fullmatch(run.text):
        return [run]
    if not all(
        is_figure(text) or _SIGN.fullmatch(text) or _AFTER.fullmatch(text) for text in texts
    ):
        return [run]
    if abs(run.words[0, 2] - run.left) > 1 or abs(run.words[-1, 4] - run.right) > 1:
        return [run]  # turned text
    starts = [
        n
        for n, text in enumerate(texts)
        if not _AFTER.fullmatch(text) and (n == 0 or not _SIGN.fullmatch(texts[n - 1]))
    ]
    return [run.cut(first, behind) for first, behind in pairwise([*starts, len(texts)])]


def cell_lines(rows: Sequence[list[Run]]) -> tuple[list[CellLine], list[int]]:
    """The rows as lines of cells, and which row is the first of each; the last is behind them all.

    Rows that overlap are one line: beside a cell of two lines a short one stands half-way.

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> run = Run("Pier", words, 72, 700, 96, 712, size=12, bold=False, order=0)
    >>> lines, starts = cell_lines([[run]])
    >>> len(lines), starts
    (1, [0, 1])
    """
    lines: list[CellLine] = []
    starts: list[int] = []
    above: CellLine | None = None
    for number, row in enumerate(rows):
        line = cell_line(row)
        if above is not None and _is_half_way(above, line):
            lines[-1] = _together(lines[-1], line)
        else:
            lines.append(line)
            starts.append(number)
        above = line
    return lines, [*starts, len(rows)]


def _is_half_way(above: CellLine, line: CellLine) -> bool:
    if above.bottom - line.bottom >= _OVERLAPPING * line.size:
        return False
    return not any(stands_in(above, (piece.left, piece.right)) for piece in line.pieces)


def _together(line: CellLine, other: CellLine) -> CellLine:
    """Two lines as one, what stands above each other in it as one piece."""
    pieces: list[Piece] = []
    for piece in sorted((*line.pieces, *other.pieces), key=lambda piece: piece.left):
        if pieces and piece.left < pieces[-1].right:
            above, below = (pieces[-1], piece) if piece in other.pieces else (piece, pieces[-1])
            runs = (*above.runs, *below.runs)
            pieces[-1] = Piece(runs, pieces[-1].left, max(piece.right, pieces[-1].right))
        else:
            pieces.append(piece)
    bottom = min(line.bottom, other.bottom)
    return CellLine(tuple(pieces), bottom, line.size, [*line.runs, *other.runs])


def cut_at(line: CellLine, columns: Columns) -> CellLine:
    """The line, its pieces cut where a word stands at the edge of the next column.

    >>> words = np.array([[0.0, 3, 72, 700, 92, 712], [4, 8, 100, 700, 130, 712]])
    >>> run = Run("Pos Item", words, 72, 700, 130, 712, size=12, bold=False, order=0)
    >>> [piece.text for piece in cut_at(cell_line([run]), [(72, 80), (100, 160)]).pieces]
    ['Pos', 'Item']
    """
    pieces: list[Piece] = []
    for piece in line.pieces:
        over = columns_of(piece, columns)
        if len(over) > 1 and len(piece.runs) == 1:
            pieces += [Piece((run,), run.left, run.right) for run in _cut(piece.runs[0], columns)]
        else:
            pieces.append(piece)
    return line._replace(pieces=tuple(pieces))


def _cut(run: Run, columns: Columns) -> list[Run]:
    if len(run.words) < 2 or abs(run.words[0, 2] - run.left) > 1:  # the latter: turned text
        return [run]
    lefts, rights = run.words[1:, 2], run.words[:-1, 4]
    wide = lefts - rights > _APART * run.size
    found = [0]
    for (_, right), (left, _) in pairwise(columns):
        begins = abs(lefts - left) < _FLUSH
        ends = (abs(rights - right) < _FLUSH) & (lefts >= right)
        found += [
            at + 1
            for at in np.flatnonzero(wide & (begins | ends))[:1].tolist()
            if at + 1 > found[-1]
        ]
    return [run.cut(first, behind) for first, behind in pairwise([*found, len(run.words)])]


def stands_in(line: CellLine, column: tuple[float, float]) -> bool:
    """Whether one of a line's pieces stands in a column.

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> run = Run("Pier", words, 72, 700, 96, 712, size=12, bold=False, order=0)
    >>> stands_in(cell_line([run]), (70, 80)), stands_in(cell_line([run]), (120, 140))
    (True, False)
    """
    return any(piece.left < column[1] and column[0] < piece.right for piece in line.pieces)


def columns_of(piece: Piece, columns: Columns) -> list[int]:
    """The columns that a piece stands in or spans; the nearest where it stands between two.

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> run = Run("Pier", words, 72, 700, 96, 712, size=12, bold=False, order=0)
    >>> columns_of(Piece((run,), 72, 96), [(70, 80), (90, 99), (120, 140)])
    [0, 1]
    """
    over = [
        n for n, (left, right) in enumerate(columns) if piece.left < right and left < piece.right
    ]
    if over:
        return over
    middle = (piece.left + piece.right) / 2
    return [min(range(len(columns)), key=lambda n: abs(sum(columns[n]) / 2 - middle))]
