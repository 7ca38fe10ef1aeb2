"""Where the words of a text are printed: for any span of it the rectangles that cover it."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

_HEADER = struct.Struct("<IIddQQ")
_TENTHS = 10.0
_FARTHEST = 2.0**40  # in tenths: what a broken file says beyond that is cut
_TELLING, _TALL = 5, 1.4
"""Letters from which on a word's shape tells whether it is turned, and by how much it is higher."""

SOFT_HYPHEN = "\u00ad"
"""Behind the first half of a word that a line breaks."""


class Rectangle(NamedTuple):
    """A rectangle on a page, in points (1/72 inch) from the page's upper left corner as shown.

    >>> line = Rectangle(page=1, left=72, top=90, right=300, bottom=102)
    >>> line.bottom - line.top
    12
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float


class Piece(NamedTuple):
    """Characters of the text that stand in one line without a gap: a word, or half of a broken one.

    `start` and `end` are offsets in the document's text.

    >>> word = Piece(start=4, end=8, left=94, top=90, right=120, bottom=102)
    >>> "The pier fell."[word.start : word.end]
    'pier'
    """

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


class PageLayout:
    """The printed pieces of one page in order of the text; `number` counts pages from 1.

    `width` and `height` are the page's as shown, in points. Rectangles are kept to the tenth of a
    point, rounded outwards, and compressed: a report has a million words.

    >>> words = [Piece(0, 3, 72, 90, 92, 102), Piece(4, 8, 95, 90, 120, 102)]
    >>> PageLayout(1, 595, 842, words).rectangles(0, 8)
    [Rectangle(page=1, left=72.0, top=90.0, right=120.0, bottom=102.0)]
    """

    __slots__ = ("_count", "_data", "_end", "_start", "height", "number", "width")

    def __init__(
        self, number: int, width: float, height: float, pieces: Iterable[Piece] | ArrayLike
    ) -> None:
        """Keeps `pieces`: rows of start, end, left, top, right, bottom in order of the text."""
        rows = np.asarray(pieces if isinstance(pieces, np.ndarray) else [*pieces], dtype=np.float64)  # type: ignore[misc]
        rows = rows.reshape(-1, 6)
        self.number, self.width, self.height = number, float(width), float(height)
        self._count = len(rows)
        self._start = int(rows[:, 0].min()) if len(rows) else 0
        self._end = int(rows[:, 1].max()) if len(rows) else 0
        self._data = zlib.compress(_planes(_steps(_rounded(rows))), 6)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The printed pieces in order of the text."""
        return tuple(
            Piece(start, end, *(edge / _TENTHS for edge in box))
            for start, end, *box in self._rows().tolist()
        )

    def rectangles(self, start: int, end: int) -> list[Rectangle]:
        """One rectangle for each printed line of the span [start, end) on this page."""
        if end <= self._start or start >= self._end:
            return []
        rows = self._rows()
        touched = rows[(rows[:, 1] > start) & (rows[:, 0] < end)]
        lines: list[Rectangle] = []
        for box in (touched[:, 2:] / _TENTHS).tolist():
            here = Rectangle(self.number, *box)
            if lines and _same_line(lines[-1], here):
                lines[-1] = _around(lines[-1], here)
            else:
                lines.append(here)
        return lines

    def packed(self) -> bytes:
        """As few bytes as it can be kept in."""
        head = (self.number, self._count, self.width, self.height, self._start, self._end)
        return _HEADER.pack(*head) + self._data

    @classmethod
    def unpacked(cls, data: bytes) -> "PageLayout":
        """The layout that `packed` made into `data`."""
        page = cls.__new__(cls)
        head = _HEADER.unpack_from(data)
        page.number, page._count, page.width, page.height, page._start, page._end = head
        page._data = data[_HEADER.size :]
        return page

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PageLayout) and self.packed() == other.packed()

    def __hash__(self) -> int:
        return hash(self.packed())

    def __repr__(self) -> str:
        return f"PageLayout({self.number}, {self.width}, {self.height}, {self.pieces!r})"

    def _rows(self) -> NDArray[np.int64]:
        """Start, end, left, top, right, bottom of each piece; lengths in tenths of points."""
        raw = np.frombuffer(zlib.decompress(self._data), dtype=np.uint8)
        steps = raw.reshape(6, 8, self._count).transpose(2, 0, 1).copy().view("<i8")
        return _summed(steps.reshape(-1, 6))


def rectangles(layout: Sequence[PageLayout], start: int, end: int) -> list[Rectangle]:
    """The rectangles that cover the span [start, end) of a text, page by page, line by line.

    >>> page = PageLayout(1, 595, 842, [Piece(0, 4, 72, 90, 92, 102)])
    >>> rectangles([page], 0, 4)
    [Rectangle(page=1, left=72.0, top=90.0, right=92.0, bottom=102.0)]
    """
    return [rectangle for page in layout for rectangle in page.rectangles(start, end)]


def printed_lines(page: PageLayout, text: str) -> list[tuple[str, Rectangle]]:
    """The printed lines of a page, each with its words and where they stand.

    Cells of a table that stand apart are lines of their own; so are words from right to left and
    those of turned lines. Half a word at the end of a line has a soft hyphen behind it.

    >>> words = [Piece(0, 3, 72, 90, 92, 102), Piece(4, 8, 95, 90, 120, 102)]
    >>> printed_lines(PageLayout(1, 595, 842, words), "The pier fell.")
    [('The pier', Rectangle(page=1, left=72.0, top=90.0, right=120.0, bottom=102.0))]
    """
    pieces = [
        (start, end, text[start:end], Rectangle(page.number, *box))
        for start, end, *box in page.pieces
    ]
    turned = turned_lines([(word, here) for _, _, word, here in pieces])
    lines: list[tuple[str, Rectangle]] = []
    last = -1
    after_turned = [False, *turned]
    for (start, end, word, here), *stand in zip(pieces, turned, after_turned, strict=False):
        goes_on = bool(lines) and start == last
        before, place = lines[-1] if lines else ("", here)
        if lines and not any(stand) and _same_line(place, here) and _beside(place, here):
            lines[-1] = (f"{before}{'' if goes_on else ' '}{word}", _around(place, here))
        else:
            if goes_on:
                lines[-1] = (before + SOFT_HYPHEN, place)
            lines.append((word, here))
        last = end
    return lines


def turned_lines(lines: Sequence[tuple[str, Rectangle]]) -> list[bool]:
    """Whether each word or line of a page runs up or down the page as it is shown.

    One that is too short to tell goes as the one before it, the first as those behind it.

    >>> tall, flat = Rectangle(1, 40, 90, 52, 190), Rectangle(1, 40, 90, 140, 102)
    >>> turned_lines([("The pier of Teal", tall), ("it", flat), ("The pier of Teal", flat)])
    [True, True, False]
    """
    shapes = [
        bottom - top > _TALL * (right - left) if len(words) >= _TELLING else None
        for words, (_, left, top, right, bottom) in lines
    ]
    last = next((shape for shape in shapes if shape is not None), False)
    found: list[bool] = []
    for shape in shapes:
        last = last if shape is None else shape
        found.append(last)
    return found


def _rounded(rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """`rows` with lengths in tenths of points, each rectangle rounded outwards."""
    tenths = np.clip(np.nan_to_num(rows[:, 2:] * _TENTHS), -_FARTHEST, _FARTHEST)
    # Half a thousandth: a tenth that is no binary fraction must not be rounded twice.
    low, high = np.floor(tenths[:, :2] + 5e-4), np.ceil(tenths[:, 2:] - 5e-4)
    return np.hstack([rows[:, :2], low, high]).astype(np.int64)


def _steps(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each piece told from the one before: mostly small numbers and zeros."""
    before = np.vstack([np.zeros((1, 6), np.int64), rows[:-1]])
    start, end, left, top, right, bottom = rows.T
    _, end0, _, top0, right0, bottom0 = before.T[:, : len(rows)]
    steps = (start - end0, end - start, left - right0, top - top0, right - left, bottom - bottom0)
    return np.column_stack(steps).astype("<i8")


def _summed(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows that `_steps` made into `steps`."""
    gap, length, space, down, width, lower = steps.T
    end, right = np.cumsum(gap + length), np.cumsum(space + width)
    return np.column_stack(
        [end - length, end, right - width, np.cumsum(down), right, np.cumsum(lower)]
    )


def _planes(steps: NDArray[np.int64]) -> bytes:
    """Column by column, first all lowest bytes, then the next: the high ones are nearly all 0."""
    return steps.copy().view(np.uint8).reshape(-1, 6, 8).transpose(1, 2, 0).tobytes()


def _same_line(one: Rectangle, other: Rectangle) -> bool:
    """Whether two pieces, the second following in the text, are printed side by side."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    lower = min(one.bottom - one.top, other.bottom - other.top)
    return shared > 0.5 * lower and other.left >= one.left


def _beside(one: Rectangle, other: Rectangle) -> bool:
    """Whether the second of two pieces of a line follows the first after no more than a space."""
    return other.left - one.right < 0.8 * (other.bottom - other.top)


def _around(one: Rectangle, other: Rectangle) -> Rectangle:
    return Rectangle(
        one.page,
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )
