"""Where the words of a text are printed: for any span of it the rectangles that cover it."""

import struct
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_HEADER = struct.Struct("<IIff")
_PIECE = struct.Struct("<IIffff")


class Rectangle(NamedTuple):
    """A rectangle on a page, in points (1/72 inch) from the page's upper left corner as shown."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class Piece(NamedTuple):
    """Characters of the text that stand in one line without a gap: a word, or half of a broken one.

    `start` and `end` are offsets in the document's text.
    """

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageLayout:
    """The printed pieces of one page in order of the text; `number` counts pages from 1.

    `width` and `height` are the page's as shown, in points.
    """

    number: int
    width: float
    height: float
    pieces: tuple[Piece, ...]

    def rectangles(self, start: int, end: int) -> list[Rectangle]:
        """One rectangle for each printed line of the span [start, end) on this page."""
        first = bisect_right(self.pieces, start, key=lambda piece: piece.end)
        behind = bisect_left(self.pieces, end, key=lambda piece: piece.start)
        lines: list[Rectangle] = []
        for piece in self.pieces[first:behind]:
            here = Rectangle(self.number, *piece[2:])
            if lines and _same_line(lines[-1], here):
                lines[-1] = _around(lines[-1], here)
            else:
                lines.append(here)
        return lines

    def packed(self) -> bytes:
        """As few bytes as it can be kept in."""
        head = _HEADER.pack(self.number, len(self.pieces), self.width, self.height)
        return zlib.compress(head + b"".join(_PIECE.pack(*piece) for piece in self.pieces), 6)

    @classmethod
    def unpacked(cls, data: bytes) -> "PageLayout":
        """The layout that `packed` made into `data`."""
        raw = zlib.decompress(data)
        number, count, width, height = _HEADER.unpack_from(raw)
        body = raw[_HEADER.size : _HEADER.size + count * _PIECE.size]
        return cls(number, width, height, tuple(map(Piece._make, _PIECE.iter_unpack(body))))


def rectangles(layout: Sequence[PageLayout], start: int, end: int) -> list[Rectangle]:
    """The rectangles that cover the span [start, end) of a text, page by page, line by line."""
    return [rectangle for page in layout for rectangle in page.rectangles(start, end)]


def _same_line(one: Rectangle, other: Rectangle) -> bool:
    """Whether two pieces, the second following in the text, are printed side by side."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    lower = min(one.bottom - one.top, other.bottom - other.top)
    return shared > 0.5 * lower and other.left >= one.left


def _around(one: Rectangle, other: Rectangle) -> Rectangle:
    return Rectangle(
        one.page,
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )
