"""The characters of a printed page as lines in reading order: rows whole, columns one by one.

Coordinates are points with the origin at the lower left, as in PDF.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

_CELL_GAP = 1.0  # of the type size: wider than a justified line's widest space
_WORD_GAP = 0.15
_FEWEST_LINES = 4  # on each side, for a gap to be a gutter between columns
_LEAST_FILLED = 0.55  # of the column's width, by the median line of running text
_SHORTEST_PROSE = 14  # characters in the mean line of a column
_LIST_MARK = re.compile(r"[•◦▪■‣∙·–—-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]")
_REPLACED = {
    0x02: "-",  # how pdfium marks a hyphen at a line's end
    0xFFFE: "-",
    0x2010: "-",
    0x2011: "-",
    0xA0: " ",
    0xAD: "-",
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
    0xF0B7: "•",
    0xF0A7: "•",
    0x25CF: "•",
}


class Glyph(NamedTuple):
    """A character's code point, its box, and whether it is bold; 10 is a line's end."""

    code: int
    left: float
    bottom: float
    right: float
    top: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Characters in a row without a wide gap."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    bold: bool

    @property
    def middle(self) -> float:
        """The height of its middle above the page's foot."""
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a column; `cells` counts its runs, 1 where it is running text."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    bold: bool
    cells: int


def columns(glyphs: Sequence[Glyph]) -> list[list[Line]]:
    """The page's lines, top to bottom, grouped by the stretch of column that they stand in."""
    return [_lines(region) for region in _regions(_runs(upright(glyphs)))]


def upright(glyphs: Sequence[Glyph]) -> Sequence[Glyph]:
    """`glyphs` turned so that most of the text reads from left to right."""
    directions = Counter[str]()
    for before, after in pairwise(glyphs):
        if before.code > 32 and after.code > 32:
            right, up = after.left - before.left, after.bottom - before.bottom
            if abs(up) > abs(right):
                directions["up" if up > 0 else "down"] += 1
            else:
                directions["right" if right >= 0 else "left"] += 1
    match directions.most_common(1):
        case [("up", _)]:
            return [Glyph(g.code, g.bottom, -g.right, g.top, -g.left, g.bold) for g in glyphs]
        case [("down", _)]:
            return [Glyph(g.code, -g.top, g.left, -g.bottom, g.right, g.bold) for g in glyphs]
        case [("left", _)] if directions["left"] > 3 * directions["right"] and not _right_to_left(
            glyphs
        ):
            return [Glyph(g.code, -g.right, -g.top, -g.left, -g.bottom, g.bold) for g in glyphs]
    return glyphs


def _right_to_left(glyphs: Iterable[Glyph]) -> bool:
    return any(0x590 <= glyph.code <= 0x8FF for glyph in glyphs)


def _runs(glyphs: Iterable[Glyph]) -> list[Run]:
    """Glyphs in the file's order, parted at line ends and wide gaps."""
    runs: list[Run] = []
    current: list[Glyph] = []
    text: list[str] = []
    space = False

    def close() -> None:
        if current:
            runs.append(_run("".join(text), current))
        current.clear()
        text.clear()

    for glyph in glyphs:
        code = glyph.code
        if code in (10, 13):
            close()
            space = False
            continue
        if code == 32 or code == 0xA0:
            space = bool(current)
            continue
        if code < 32 and code != 2:
            continue
        if current:
            last = current[-1]
            size = last.top - last.bottom
            gap = glyph.left - last.right
            shared = min(last.top, glyph.top) - max(last.bottom, glyph.bottom)
            lower = min(size, glyph.top - glyph.bottom)
            if gap > _CELL_GAP * size or gap < -size or shared < 0.3 * lower:
                close()
                space = False
        if space:
            text.append(" ")
            space = False
        current.append(glyph)
        text.append(_REPLACED.get(code) or chr(code))
    close()
    return runs


def _run(text: str, glyphs: Sequence[Glyph]) -> Run:
    sizes = sorted(glyph.top - glyph.bottom for glyph in glyphs)
    size = max(sizes[len(sizes) // 2], 1.0)
    full = [g for g in glyphs if g.top - g.bottom >= 0.8 * size] or glyphs
    return Run(
        text,
        min(glyph.left for glyph in glyphs),
        min(glyph.bottom for glyph in full),
        max(glyph.right for glyph in glyphs),
        max(glyph.top for glyph in full),
        size,
        all(glyph.bold for glyph in glyphs),
    )


def _regions(runs: list[Run]) -> list[list[Run]]:
    """`runs` in groups that are read one after another, each a stretch of one column."""
    gutter = _gutter(runs)
    if gutter is None:
        return [runs] if runs else []
    regions: list[list[Run]] = []
    across = sorted((r for r in runs if r.left < gutter < r.right), key=lambda r: -r.top)
    beside = [r for r in runs if not r.left < gutter < r.right]
    full: list[Run] = []
    for crossing in [*across, None]:
        band = [r for r in beside if crossing is None or r.middle > crossing.top]
        beside = [r for r in beside if crossing is not None and r.middle <= crossing.top]
        left = [r for r in band if r.right <= gutter]
        right = [r for r in band if r.left >= gutter]
        if _is_prose(left) and _is_prose(right):
            regions += [[*full]] if full else []
            regions += [*_regions(left), *_regions(right)]
            full = []
        else:
            full += band
        if crossing is not None:
            full.append(crossing)
    return [*regions, full] if full else regions


def _gutter(runs: list[Run]) -> float | None:
    """Where a second column begins, if running text stands on both sides of there."""
    starts = Counter(round(run.left) for run in runs)
    best: tuple[int, float] | None = None
    for start, count in starts.items():
        if count < _FEWEST_LINES:
            continue
        gutter = start - 2.0
        left = [r for r in runs if r.right <= gutter]
        right = [r for r in runs if r.left >= gutter]
        crossing = len(runs) - len(left) - len(right)
        score = min(len(left), len(right)) - crossing
        if (best is None or score > best[0]) and _is_prose(left) and _is_prose(right):
            best = score, gutter
    return best[1] if best and best[0] >= _FEWEST_LINES else None


def _is_prose(runs: Sequence[Run]) -> bool:
    """Whether `runs` are lines of running text that fill a column, not cells of a table."""
    if len(runs) < _FEWEST_LINES:
        return False
    text = "".join(run.text for run in runs)
    letters = sum(map(str.isalpha, text))
    if len(text) < _SHORTEST_PROSE * len(runs) or letters < 0.65 * len(text):
        return False
    width = max(run.right for run in runs) - min(run.left for run in runs)
    return median(run.right - run.left for run in runs) >= _LEAST_FILLED * width


def _lines(runs: Iterable[Run]) -> list[Line]:
    """Runs that share a baseline as one line."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: -r.middle):
        row = rows[-1] if rows else None
        if row and _same_row(row[0], run):
            row.append(run)
        else:
            rows.append([run])
    return [_line(sorted(row, key=lambda r: r.left)) for row in rows]


def _same_row(first: Run, other: Run) -> bool:
    shared = min(first.top, other.top) - max(first.bottom, other.bottom)
    return shared > 0.5 * min(first.top - first.bottom, other.top - other.bottom)


def _line(row: Sequence[Run]) -> Line:
    parts = [row[0].text]
    cells = 1
    for before, run in pairwise(row):
        gap = run.left - before.right
        cells += gap > _CELL_GAP * before.size and not _LIST_MARK.fullmatch(before.text)
        parts.append(run.text if gap < _WORD_GAP * before.size else f" {run.text}")
    return Line(
        "".join(parts),
        row[0].left,
        min(run.bottom for run in row),
        max(run.right for run in row),
        max(run.top for run in row),
        max(row, key=lambda r: len(r.text)).size,
        all(run.bold for run in row),
        cells,
    )
