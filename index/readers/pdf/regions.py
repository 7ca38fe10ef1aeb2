"""A page's runs of characters in groups that are read one after another: bands and columns.

Where a second column begins is told by the page (running text on both sides of a gap) and by the
file (one side's lines stand in it before the other's).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.float64]

_FEWEST_LINES = 4  # on each side, for a gap to be a gutter between columns
_FEWEST_BLOCK = 2  # the same, for a gap between two boxes of text; three, where they are level
_STRIPE = 0.6  # of the type size: white across both sides
_TOUCHING = 0.5  # of the type size: from a run to what stands in its line
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

    def cut(self, first: int, behind: int) -> "Run":
        """Only some of its words, from the first to the one before `behind`."""
        words = self.words[first:behind]
        begin, end = int(words[0, 0]), int(words[-1, 1])
        return replace(
            self,
            text=self.text[begin:end],
            words=words - np.array([begin, begin, 0, 0, 0, 0]),
            left=float(words[0, 2]),
            right=float(words[-1, 4]),
        )


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
    """What stands on both sides of a gutter, above the run that crosses it next.

    `apart` says that the sides are columns; what stands beside the crossing run is in `with_it`.
    """

    left: list[Run]
    right: list[Run]
    crossing: Run | None
    with_it: Sequence[Run] = ()
    apart: bool = False


def regions(runs: Sequence[Run]) -> list[list[Run]]:
    """`runs` in groups that are read one after another, each a stretch of one column.

    >>> words = np.array([[0.0, 4, 72, 700, 96, 712]])
    >>> run = Run("Pier", words, 72, 700, 96, 712, size=12, bold=False, order=0)
    >>> regions([run, run]) == [[run, run]]
    True
    """
    gutter, few = _gutter(runs)
    if gutter is None:
        return [list(runs)] if runs else []
    found: list[list[Run]] = []
    full: list[Run] = []
    for band in _judged(_bands(runs, gutter), few=few):
        if band.apart:
            found += [[*full]] if full else []
            first, second = band.left, band.right
            if _goes_on_below(band):
                first, second = second, first
            found += [*regions(first), *regions(second)]
            full = []
        else:
            full += [*band.left, *band.right]
        if band.crossing is not None:
            full += [band.crossing, *band.with_it]
    return [*found, full] if full else found


def _gutter(runs: Sequence[Run]) -> tuple[float | None, bool]:
    """Where a second column begins, None where all is one; and whether only few lines do there."""
    starts = Counter(round(run.left) for run in runs)
    best, gutter, is_few = _FEWEST_BLOCK - 1, None, False
    for start, count in starts.items():
        if count < _FEWEST_BLOCK or count * 40 < len(runs):
            continue
        few = count < _FEWEST_LINES
        beside = sum(
            min(len(band.left), len(band.right))
            for band in _judged(_bands(runs, start - 2.0), few=few)
            if band.apart
        )
        if beside > best:
            best, gutter, is_few = beside, start - 2.0, few
    return gutter, is_few


def _bands(runs: Sequence[Run], gutter: float) -> Iterator[_Band]:
    across = sorted((r for r in runs if r.left < gutter < r.right), key=lambda r: -r.top)
    beside = sorted((r for r in runs if not r.left < gutter < r.right), key=lambda r: -r.middle)
    at = 0
    for crossing in [*across, None]:
        first = at
        while at < len(beside) and (crossing is None or beside[at].middle > crossing.top):
            at += 1
        with_it: list[Run] = []
        if crossing is not None:
            with_it = _same_line(crossing, beside, at)
            at += len(with_it)
        left = [r for r in beside[first : at - len(with_it)] if r.right <= gutter]
        right = [r for r in beside[first : at - len(with_it)] if r.left >= gutter]
        yield _Band(left, right, crossing, with_it)


def _same_line(crossing: Run, beside: list[Run], at: int) -> list[Run]:
    """Runs that touch the one that crosses the gutter, as a raised figure does; now at `at`."""
    found: list[Run] = []
    left, right = crossing.left, crossing.right
    level = at
    while level < len(beside) and beside[level].middle > crossing.bottom:
        level += 1
    near = sorted(beside[at:level], key=lambda run: run.left)
    for run in near:
        if 0 <= run.left - right + 1 <= _TOUCHING * crossing.size:
            found.append(run)
            right = run.right
    for run in reversed(near):
        if 0 <= left - run.right + 1 <= _TOUCHING * crossing.size:
            found.append(run)
            left = run.left
    if found:
        taken = set(map(id, found))
        rest = [run for run in beside[at:level] if id(run) not in taken]
        beside[at:level] = [*found, *rest]
    return found


def _judged(bands: Iterable[_Band], *, few: bool) -> Iterator[_Band]:
    """The bands, each known to be columns or not; one that is not, as parts with white between.

    Where `few` lines begin at the gutter, only such parts can be columns.
    """
    for band in bands:
        if not few and _are_columns(band.left, band.right):
            yield band._replace(apart=True)
        elif min(len(band.left), len(band.right)) < _FEWEST_BLOCK:
            yield band
        else:
            *parts, last = _parts(band)
            for left, right in parts:
                yield _Band(left, right, None, apart=_are_blocks(left, right))
            yield band._replace(left=last[0], right=last[1], apart=_are_blocks(*last))


def _parts(band: _Band) -> list[tuple[list[Run], list[Run]]]:
    """What stands between the white stripes that go across both sides."""
    sides = sorted(
        [(run, 0) for run in band.left] + [(run, 1) for run in band.right],
        key=lambda one: -one[0].top,
    )
    parts: list[tuple[list[Run], list[Run]]] = [([], [])]
    foot = sides[0][0].bottom
    for run, side in sides:
        if foot - run.top > _STRIPE * run.size:
            parts.append(([], []))
        parts[-1][side].append(run)
        foot = min(foot, run.bottom)
    return parts


def _are_blocks(left: Sequence[Run], right: Sequence[Run]) -> bool:
    """Whether two groups of few lines are one behind the other in the file, as of two boxes."""
    if min(len(left), len(right)) < _FEWEST_BLOCK or not (_is_text(left) and _is_text(right)):
        return False
    if _has_columns(left) or _has_columns(right):
        return False
    first, second = sorted((left, right), key=lambda side: min(run.order for run in side))
    if max(run.order for run in first) > min(run.order for run in second):
        return False
    return min(len(left), len(right)) > _FEWEST_BLOCK or not _are_level(left, right)


def _has_columns(runs: Sequence[Run]) -> bool:
    """Whether some of them stand beside each other, as the cells and names of a table do."""
    ordered = sorted(runs, key=lambda run: -run.middle)
    return any(
        below.top > above.middle and abs(below.left - above.left) > _TOUCHING * above.size
        for above, below in pairwise(ordered)
    )


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
