"""A page's runs of characters in groups that are read one after another: bands and columns.

Where a second column begins is told by the page (running text on both sides of a gap) and by the
file (one side's lines stand in it before the other's).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.float64]

_FEWEST_LINES = 4  # on each side, for a gap to be a gutter between columns
_LEAST_FILLED = 0.55  # of the column's width, by the median line of running text
_SHORTEST_PROSE = 14  # characters in the mean line of a column
_SHORTEST_TEXT = 9  # the same, where the file has one column behind the other
_MOST_SWITCHES = 0.1  # between two columns in the file's order, for each of their lines
_MOST_LEVEL = 0.6  # of the lines beside running text: more of them are cells of its rows


@dataclass(frozen=True, slots=True)
class Run:
    """Characters in a row without a wide gap; `order` is their place in the file.

    `words` has a row for each word: start and end in `text`, and left, bottom, right, top of its
    print on the page (not turned, even where the run is).

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> Run("Pier", words, 72, 700, 96, 712, size=12, bold=False, order=0).middle
    706.0
    """

    text: str
    words: Words
    left: float
    bottom: float
    right: float
    top: float
    size: float
    bold: bool
    order: int

    @property
    def middle(self) -> float:
        """The height of its middle above the page's foot."""
        return (self.bottom + self.top) / 2


def mirrored(run: Run) -> Run:
    """The run as it stands in a mirror: what is read from right to left as from left to right.

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> run = Run("Pier", words, 72, 700, 96, 712, size=12, bold=False, order=0)
    >>> mirrored(run).left, mirrored(run).words.tolist()
    (-96, [[0.0, 4.0, -96.0, 700.0, -72.0, 712.0]])
    """
    words = run.words[:, [0, 1, 4, 3, 2, 5]] * [1, 1, -1, 1, -1, 1]
    return replace(run, words=words, left=-run.right, right=-run.left)


class _Band(NamedTuple):
    """What stands on both sides of a gutter, above the run that crosses it next."""

    left: list[Run]
    right: list[Run]
    crossing: Run | None


def regions(runs: Sequence[Run]) -> list[list[Run]]:
    """`runs` in groups that are read one after another, each a stretch of one column.

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> run = Run("Pier", words, 72, 700, 96, 712, size=12, bold=False, order=0)
    >>> regions([run, run]) == [[run, run]]
    True
    """
    gutter = _gutter(runs)
    if gutter is None:
        return [list(runs)] if runs else []
    found: list[list[Run]] = []
    full: list[Run] = []
    for band in _bands(runs, gutter):
        if _are_columns(band.left, band.right):
            found += [[*full]] if full else []
            first, second = band.left, band.right
            if _goes_on_below(band):
                first, second = second, first
            found += [*regions(first), *regions(second)]
            full = []
        else:
            full += [*band.left, *band.right]
        if band.crossing is not None:
            full.append(band.crossing)
    return [*found, full] if full else found


def _gutter(runs: Sequence[Run]) -> float | None:
    """Where a second column begins; None where all is one."""
    starts = Counter(round(run.left) for run in runs)
    best, gutter = _FEWEST_LINES - 1, None
    for start, count in starts.items():
        if count < _FEWEST_LINES or count * 40 < len(runs):
            continue
        beside = sum(
            min(len(band.left), len(band.right))
            for band in _bands(runs, start - 2.0)
            if _are_columns(band.left, band.right)
        )
        if beside > best:
            best, gutter = beside, start - 2.0
    return gutter


def _bands(runs: Sequence[Run], gutter: float) -> Iterator[_Band]:
    across = sorted((r for r in runs if r.left < gutter < r.right), key=lambda r: -r.top)
    beside = sorted((r for r in runs if not r.left < gutter < r.right), key=lambda r: -r.middle)
    at = 0
    for crossing in [*across, None]:
        first = at
        while at < len(beside) and (crossing is None or beside[at].middle > crossing.top):
            at += 1
        left = [r for r in beside[first:at] if r.right <= gutter]
        right = [r for r in beside[first:at] if r.left >= gutter]
        yield _Band(left, right, crossing)


def _are_columns(left: Sequence[Run], right: Sequence[Run]) -> bool:
    """Whether two groups of runs beside each other are read one after the other."""
    if min(len(left), len(right)) < _FEWEST_LINES:
        return False
    if _is_prose(left) and _is_prose(right):
        return True
    if not _one_by_one(left, right):
        return False
    if _is_text(left) and _is_text(right):
        return True
    return (_is_prose(left) or _is_prose(right)) and not _are_level(left, right)


def _is_prose(runs: Sequence[Run]) -> bool:
    """Whether `runs` are lines of running text that fill a column, not cells of a table."""
    length, letters = _letters(runs)
    if length < _SHORTEST_PROSE * len(runs) or letters < 0.65 * length:
        return False
    width = max(run.right for run in runs) - min(run.left for run in runs)
    return median(run.right - run.left for run in runs) >= _LEAST_FILLED * width


def _is_text(runs: Sequence[Run]) -> bool:
    length, letters = _letters(runs)
    return length >= _SHORTEST_TEXT * len(runs) and letters >= 0.5 * length


def _letters(runs: Sequence[Run]) -> tuple[int, int]:
    """How many characters `runs` have, and how many of them are letters."""
    text = "".join(run.text for run in runs)
    return len(text), sum(map(str.isalpha, text))


def _one_by_one(left: Sequence[Run], right: Sequence[Run]) -> bool:
    """Whether the file has one side's lines before the other's, not row by row."""
    sides = sorted([(run.order, 0) for run in left] + [(run.order, 1) for run in right])
    switches = sum(one[1] != other[1] for one, other in pairwise(sides))
    return switches <= max(1.0, _MOST_SWITCHES * min(len(left), len(right)))


def _are_level(left: Sequence[Run], right: Sequence[Run]) -> bool:
    """Whether most lines of the side that has fewer stand beside one of the other, as cells do."""
    fewer, more = sorted((left, right), key=len)
    heights = {round(run.bottom) + near for run in more for near in (-1, 0, 1)}
    return sum(round(run.bottom) in heights for run in fewer) > _MOST_LEVEL * len(fewer)


def _goes_on_below(band: _Band) -> bool:
    """Whether text to the left of a box goes on below it: the box is read first."""
    if band.crossing is None or min(r.order for r in band.left) < max(r.order for r in band.right):
        return False
    return band.crossing.order == max(run.order for run in band.left) + 1
