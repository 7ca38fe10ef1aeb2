"""The characters of a printed page as lines in reading order: rows whole, columns one by one.

Coordinates are points with the origin at the lower left, as in PDF.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.readers.pdf.aligned import parted
from index.readers.pdf.baselines import mark_scripts, scripts_of_row
from index.readers.pdf.directions import (
    is_leftward,
    is_leftward_among,
    leftward,
    turns,
    upright,
    way_of,
)
from index.readers.pdf.grids import Grid, grids, ruled_tables
from index.readers.pdf.leftward import in_order
from index.readers.pdf.letterspacing import close_letters
from index.readers.pdf.regions import Run, Words, mirrored, regions
from index.readers.pdf.tables import PrintedTable, joined
from index.readers.scripts import note_apart

_NONE = np.empty((0, 4))
_CELL_GAP = 1.0  # of the type size: wider than a justified line's widest space
_FOOT_LINES = 4
_WORD_GAP = 0.15
_LEVEL = 0.6  # of the lower one, for two runs in a line; beside two lines one may be half-way
_LIST_MARK = re.compile(r"[•◦▪■□☐☑☒✓✔✗✘‣∙·–—-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]")
_REPLACED = {
    0x02: "-",  # how pdfium marks a hyphen at a line's end
    0xFFFE: "-",
    0x2010: "-",
    0x2011: "-",
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
_TO_REPLACE = list(_REPLACED)
_SPACE = 32
_SPACES = [_SPACE, 0xA0, *range(0x2000, 0x200C), 0x202F, 0x3000]
_LINE_ENDS = [10, 13]
_HYPHEN_AT_LINE_END = 2


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A page's characters in the order of the file.

    `codes` are code points (10 and 13 are a line's end), `boxes` rows of left, bottom, right, top,
    and `bold` says how each is set.

    >>> boxes = np.array([[72.0, 700, 78, 712], [78, 700, 84, 712]])
    >>> glyphs = Glyphs(np.array([49, 55]), boxes, bold=np.array([True, True]))
    >>> "".join(map(chr, glyphs.codes)), glyphs.boxes[:, 0].tolist()
    ('17', [72.0, 78.0])
    """

    codes: NDArray[np.int64]
    boxes: NDArray[np.float64]
    bold: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a column; `cells` counts its runs, 1 where it is running text.

    Of a row of a table, `table` is what it stands in, and `header` says that it names the columns.
    `words` has a row for each word: start and end in `text`, and left, bottom, right, top of its
    print on the page (not turned, even where the line is).

    >>> boxes = np.array([[72.0, 700, 78, 712], [78, 700, 84, 712]])
    >>> [[line]] = columns(Glyphs(np.array([49, 55]), boxes, np.array([True, True])))
    >>> line.text, line.size, line.words.tolist()
    ('17', 12.0, [[0.0, 2.0, 72.0, 700.0, 84.0, 712.0]])
    """

    text: str
    words: Words
    left: float
    bottom: float
    right: float
    top: float
    size: float
    bold: bool
    cells: int
    table: PrintedTable | None = None
    header: bool = False


def columns(
    glyphs: Glyphs, drawn: NDArray[np.float64] = _NONE, above: PrintedTable | None = None
) -> list[list[Line]]:
    """The page's lines, top to bottom, grouped by the stretch of column that they stand in.

    `drawn` are the straight lines on it, as boxes, which part tables into cells; `above` is the
    table that stands at the foot of the page before.

    >>> codes = np.array([ord(letter) for letter in "The pier fell."])
    >>> left = 72 + 6.0 * np.arange(len(codes))
    >>> boxes = np.column_stack([left, 0 * left + 700, left + 6, 0 * left + 712])
    >>> [[line.text for line in column] for column in columns(Glyphs(codes, boxes, codes < 0))]
    [['The pier fell.']]
    """
    way = way_of(glyphs.codes, glyphs.boxes)
    rules = upright(drawn, way)
    found = grids(rules)
    tables: dict[int, PrintedTable] = {}
    printed: list[list[Line]] = []
    for part, boxes in _by_direction(glyphs, upright(glyphs.boxes, way)):
        runs = _runs(part, boxes, rules if found else _NONE)
        ruled, runs = _ruled_tables(runs, found, rules)
        tables = {min(run.order for run in inside): table for table, inside in ruled}
        runs += [_block(inside) for _, inside in ruled]
        printed += [[*_lines(region, tables, above)] for region in regions(runs)]
        found, above = [], None
    return printed


def _ruled_tables(
    runs: Sequence[Run], found: Sequence[Grid], rules: NDArray[np.float64]
) -> tuple[list[tuple[PrintedTable, list[Run]]], list[Run]]:
    """The tables in grids with the runs in them, and the runs outside; see `_set` for mirrors."""
    if not (found and is_leftward("".join(run.text for run in runs))):
        return ruled_tables(runs, found)
    sides = rules * [-1, 1, -1, 1]
    tables, left = ruled_tables([mirrored(run) for run in runs], grids(sides[:, [2, 1, 0, 3]]))
    turned = [
        (replace(table, turned=True), [mirrored(run) for run in inside]) for table, inside in tables
    ]
    return turned, [mirrored(run) for run in left]


def _block(runs: Sequence[Run]) -> Run:
    """What stands for a whole table among the runs of a page, at its upper edge."""
    top = max(run.top for run in runs)
    left, right = min(run.left for run in runs), max(run.right for run in runs)
    order = min(run.order for run in runs)
    return Run("", np.empty((0, 6)), left, top - 1, right, top, 1.0, False, order)


def last_table(page: Sequence[Sequence[Line]]) -> PrintedTable | None:
    """The table that a page ends with, but for a few lines at its foot; None without one.

    >>> last_table([]) is None
    True
    """
    foot = page[-1][-_FOOT_LINES:] if page else []
    return next((line.table for line in reversed(foot) if line.table), None)


def moved(words: Words, by: int) -> Words:
    """`words` of a text that begins at `by` in another.

    >>> moved(np.array([[0, 3, 72, 90, 92, 102]]), by=10).tolist()
    [[10, 13, 72, 90, 92, 102]]
    """
    there: Words = words + np.array([by, by, 0, 0, 0, 0])
    return there


def _by_direction(
    glyphs: Glyphs, boxes: NDArray[np.float64]
) -> list[tuple[Glyphs, NDArray[np.float64]]]:
    """The page's text and its boxes upright, then what is set at a right angle to most of it."""
    ways = turns(glyphs.codes, boxes)
    if not ways.any():
        return [(glyphs, boxes)]
    found = []
    for way in (0.0, 1.0, -1.0):
        chosen = ways == way
        part = Glyphs(glyphs.codes[chosen], glyphs.boxes[chosen], glyphs.bold[chosen])
        if (part.codes > _SPACE).any():
            level = upright(boxes[chosen], way_of(part.codes, boxes[chosen]))
            # Turned text stays where it is on the page.
            level += np.tile(boxes[chosen].max(axis=0)[2:] - level.max(axis=0)[2:], 2)
            found.append((part, level))
    return found


def _runs(glyphs: Glyphs, level: NDArray[np.float64], rules: NDArray[np.float64]) -> list[Run]:
    """Glyphs in the file's order, parted at line ends, wide gaps and drawn lines."""
    read, places = in_order(glyphs.codes, level)
    glyphs, level = Glyphs(read, glyphs.boxes[places], glyphs.bold[places]), level[places]
    ends = np.cumsum(np.isin(glyphs.codes, _LINE_ENDS))
    spaces = np.cumsum(np.isin(glyphs.codes, _SPACES))
    ink = np.flatnonzero((np.diff(spaces, prepend=0) == 0) & _inked(glyphs.codes))
    if not len(ink):
        return []
    codes, boxes = glyphs.codes[ink], level[ink]
    left, bottom, right, top = boxes.T
    height = top - bottom
    gap = left[1:] - right[:-1]
    # From right to left the next letter is expected on the other side.
    turned = leftward(codes)
    gap = np.where(turned[1:] | turned[:-1], left[:-1] - right[1:], gap)
    shared = np.minimum(top[1:], top[:-1]) - np.maximum(bottom[1:], bottom[:-1])
    parted = (
        (np.diff(ends[ink]) > 0)
        | (gap > _CELL_GAP * height[:-1])
        | (gap < -height[:-1])
        | (shared < 0.3 * np.minimum(height[:-1], height[1:]))
    )
    if len(rules):
        parted |= _ruled(boxes, np.diff(spaces[ink]) > 0, rules)
    starts_run = np.concatenate([[True], parted])
    starts_word = np.concatenate([[True], parted | (np.diff(spaces[ink]) > 0)])
    starts_word = close_letters(codes, gap, starts_run, starts_word)
    codes, starts_word = mark_scripts(codes, boxes, starts_run, starts_word)
    of_runs, of_words = np.flatnonzero(starts_run), np.flatnonzero(starts_word)
    texts = _words(codes, of_words)
    # Where each word stands in a text of all words, one space between them.
    behind = np.cumsum([len(text) + 1 for text in texts])
    before = behind - [len(text) + 1 for text in texts]
    first = np.searchsorted(of_words, of_runs)
    run_of_word = np.cumsum(starts_run)[of_words] - 1
    offset = before[first][run_of_word]
    prints = _around(glyphs.boxes[ink], of_words)
    words = np.column_stack([before - offset, behind - 1 - offset, prints])
    size = _medians(height, of_runs)
    full = height >= 0.8 * size[np.cumsum(starts_run) - 1]
    outer = _around(boxes, of_runs)
    low = np.minimum.reduceat(np.where(full, bottom, np.inf), of_runs)
    high = np.maximum.reduceat(np.where(full, top, -np.inf), of_runs)
    bold_runs = np.logical_and.reduceat(glyphs.bold[ink], of_runs)
    last = [*first[1:].tolist(), len(texts)]
    rows = np.column_stack([outer[:, 0], low, outer[:, 2], high, np.maximum(size, 1.0)])
    return [
        Run(" ".join(texts[begin:end]), words[begin:end], left, low, right, high, size, bold, order)
        for order, (begin, end, (left, low, right, high, size), bold) in enumerate(
            zip(first.tolist(), last, rows.tolist(), bold_runs.tolist(), strict=True)
        )
    ]


def _ruled(
    boxes: NDArray[np.float64], between: NDArray[np.bool_], rules: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Behind which characters, of those that `between` names, a line is drawn from top to foot."""
    at = np.flatnonzero(between)
    upright = rules[rules[:, 3] - rules[:, 1] > rules[:, 2] - rules[:, 0]]
    place = (upright[:, 0] + upright[:, 2]) / 2
    height = (boxes[at, 1] + boxes[at, 3])[:, None] / 2
    parts = (
        (place >= boxes[at, 2, None] - 1)
        & (place <= boxes[at + 1, 0, None] + 1)
        & (upright[:, 1] < height)
        & (upright[:, 3] > height)
    ).any(axis=1)
    ruled = np.zeros(len(between), bool)
    ruled[at[parts]] = True
    return ruled


def _inked(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    inked: NDArray[np.bool_] = (codes > _SPACE) | (codes == _HYPHEN_AT_LINE_END)
    return inked


def _words(codes: NDArray[np.int64], starts: NDArray[np.int64]) -> list[str]:
    """The words that begin at `starts`, in the letters of the text."""
    valid = np.where((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000)), 0xFFFD, codes)
    text = valid.astype("<u4").tobytes().decode("utf-32-le")
    edges = [*starts.tolist(), len(codes)]
    words = [text[begin:end] for begin, end in pairwise(edges)]
    if not np.isin(codes, _TO_REPLACE).any():
        return words
    return [word.translate(_REPLACED) for word in words]


def _around(boxes: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The boxes around the groups of `boxes` that begin at `starts`."""
    low = np.minimum.reduceat(boxes[:, :2], starts)
    return np.hstack([low, np.maximum.reduceat(boxes[:, 2:], starts)])


def _medians(values: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The upper median of each group of `values` that begins at `starts`."""
    groups = np.repeat(np.arange(len(starts)), np.diff([*starts, len(values)]))
    ordered = values[np.lexsort((values, groups))]
    middles: NDArray[np.float64] = ordered[starts + np.diff([*starts, len(values)]) // 2]
    return middles


def _lines(
    runs: Sequence[Run], tables: Mapping[int, PrintedTable], above: PrintedTable | None
) -> Iterator[Line]:
    """Runs that share a baseline as one line, and the rows of tables."""
    rows: list[list[Run]] = []
    turned = is_leftward("".join(run.text for run in runs))
    for run in sorted(runs, key=lambda r: -r.middle):
        row = rows[-1] if rows else None
        if run.order in tables:
            yield from _set(rows, above, turned=turned)
            yield from _table_lines(tables[run.order])
            rows, above = [], None
        elif row and _same_row(row[0], run):
            row.append(run)
        else:
            rows.append([run])
    yield from _set(rows, above, turned=turned)


def _set(rows: Sequence[list[Run]], above: PrintedTable | None, *, turned: bool) -> Iterator[Line]:
    # From right to left the first column is the one at the right, as in a mirror.
    sides = [[mirrored(run) for run in row] for row in rows] if turned else rows
    for found in parted(sides, above):
        if isinstance(found, PrintedTable):
            yield from _table_lines(replace(found, turned=turned))
        else:
            yield _line([mirrored(run) for run in found] if turned else found, turned=turned)


def _table_lines(table: PrintedTable) -> Iterator[Line]:
    for row in ((table.header,) if table.header else ()) + table.rows:
        cells = [tuple(map(mirrored, cell)) for cell in row] if table.turned else row
        text, words = joined(cells)
        runs = [run for cell in cells for run in cell]
        yield Line(
            text,
            words,
            min(run.left for run in runs),
            min(run.bottom for run in runs),
            max(run.right for run in runs),
            max(run.top for run in runs),
            max(runs, key=lambda run: len(run.text)).size,
            all(run.bold for run in runs),
            sum(map(bool, row)),
            table,
            row is table.header,
        )


def _same_row(first: Run, other: Run) -> bool:
    shared = min(first.top, other.top) - max(first.bottom, other.bottom)
    return shared > _LEVEL * min(first.top - first.bottom, other.top - other.bottom)


def _line(runs: Sequence[Run], *, turned: bool) -> Line:
    """One line; `turned` says that those around it run from right to left."""
    turned = is_leftward_among("".join(run.text for run in runs), others=turned)
    row = sorted(runs, key=lambda run: -run.right if turned else run.left)
    boxes = [(run.left, run.bottom, run.right, run.top) for run in row]
    texts = scripts_of_row([run.text for run in row], boxes)
    row = [replace(run, text=text) for run, text in zip(row, texts, strict=True)]
    parts = [row[0].text]
    words = [row[0].words]
    length = len(row[0].text)
    cells = 1
    for before, run in pairwise(row):
        gap = before.left - run.right if turned else run.left - before.right
        cells += gap > _CELL_GAP * before.size and not _LIST_MARK.fullmatch(before.text)
        between = "" if -before.size < gap < _WORD_GAP * before.size else " "
        if note_apart(before.text, run.text, first=before is row[0]):
            between = " "
        parts += between, run.text
        length += len(between)
        words.append(moved(run.words, length))
        length += len(run.text)
    return Line(
        "".join(parts),
        np.concatenate(words),
        min(run.left for run in row),
        min(run.bottom for run in row),
        max(run.right for run in row),
        max(run.top for run in row),
        max(row, key=lambda r: len(r.text)).size,
        all(run.bold for run in row),
        cells,
    )
