"""Tables on a printed page without lines between their cells, told by columns that are aligned.

What is no table stays lines: prose, two columns of words, a table of contents.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from index.readers.pdf.regions import Run
from index.readers.pdf.tables import (
    CellLine,
    Columns,
    Piece,
    PrintedTable,
    Row,
    cell_lines,
    columns_of,
    cut_at,
    is_figure,
    is_year,
    joined,
    stands_in,
)

_NEAR = 3.2  # times the type size, from one row to the next
_LEADING = 1.5  # times the type size: a cell's next line is no further
_FLUSH = 2.0  # points: from the edge of a column
_ROW_GAP = 1.2  # times the distance of lines: from one row to the next
_SPARSE = 3.0  # times the type size: between two parts of a column that no line has both of
_OFF_CENTRE = 0.12  # of the width of columns: further from their middle nothing heads them all
_FEWEST_ROWS = 3
_WIDER = 1.4  # times the distance of rows: above the names of another table's columns
_MOST_HEADS = 8  # lines that name columns
_MOST_RUNNING = 3  # lines above the rest of a table, on a page
_MOST_BETWEEN = 2  # lines of one piece in a row inside a table
_LONGEST_BETWEEN = 120  # characters of such a line
_LONGEST_CELL = 32  # characters, in the mean of the cells behind a row's first
_WHOLE = re.compile(r"\d{1,4}")
_LEADERS = re.compile(r"(?:\. ?){4}|…")


def parted(
    rows: Sequence[list[Run]], above: PrintedTable | None = None
) -> Iterator[list[Run] | PrintedTable]:
    """`rows` of runs from top to foot, tables among them put together.

    `above` is the table at the foot of the page before: the first rows may be its last.

    >>> words = joined([])[1]
    >>> heads = [Run(t, words, 72 + 99 * n, 720, 80 + 99 * n, 732, size=12, bold=True, order=n)
    ...          for n, t in enumerate(("Ship", "Tons", "Crew"))]
    >>> lines = [[Run(t, words, 72 + 99 * n, y, 80 + 99 * n, y + 12, size=12, bold=False, order=n)
    ...           for n, t in enumerate(("Ann", "40", "7"))] for y in (700, 680, 660)]
    >>> [table] = parted([heads, *lines])
    >>> joined(table.header)[0], [joined(row)[0] for row in table.rows]
    ('Ship | Tons | Crew', ['Ann | 40 | 7', 'Ann | 40 | 7', 'Ann | 40 | 7'])
    """
    lines, starts = cell_lines(rows)
    at = 0
    if above is not None:
        first, behind = _rest(lines, list(above.columns))
        if first < behind:
            yield from rows[: starts[first]]
            yield _continued(lines[first:behind], above)
            at = behind
    for start, end, found in _groups(lines, at):
        columns = _closed(found, lines[start:end])
        lines[start:end] = [cut_at(line, columns) for line in lines[start:end]]
        gap = _row_gap(lines[start:end], columns)
        behind = end + _more_of_row(lines[end - 1 :], columns, gap)
        first = _first_head(lines, at, start, columns)
        lines[first:start] = [cut_at(line, columns) for line in lines[first:start]]
        table = _table(lines[first:behind], columns)
        if table is None:
            continue
        yield from rows[starts[at] : starts[first]]
        yield table
        at = behind
    yield from rows[starts[at] :]


def _more_of_row(lines: Sequence[CellLine], columns: Columns, gap: float) -> int:
    """How many lines below the first hold only what its cells have more.

    `gap` is the least distance from the last row to another one.
    """
    for number, (line, below) in enumerate(pairwise(lines)):
        distance = line.bottom - below.bottom
        near = distance <= _LEADING * below.size
        behind = _fits(below, columns) and (
            columns_of(below.pieces[0], columns) != [0] or distance < gap
        )
        if below.solid or not (near and behind):
            return number
    return max(len(lines) - 1, 0)


def _rest(lines: Sequence[CellLine], columns: Columns) -> tuple[int, int]:
    """The lines at the head of a page that stand in the columns of the table before it."""
    first = behind = 0
    for number, line in enumerate(lines):
        near = number == first or lines[number - 1].bottom - line.bottom <= _NEAR * line.size
        if number == behind and number < _MOST_RUNNING and not line.solid:
            first = behind = number + 1
            continue
        if not near or not _fits(line, columns):
            break
        if line.solid or columns_of(line.pieces[0], columns) != [0]:
            behind = number + 1
    return first, behind


def _fits(line: CellLine, columns: Columns) -> bool:
    """Whether each piece of a line stands in a column of its own."""
    over = [
        [n for n, (left, right) in enumerate(columns) if p.left < right and left < p.right]
        for p in line.pieces
    ]
    taken = [at for places in over for at in places]
    return all(len(places) == 1 for places in over) and len(set(taken)) == len(taken)


def _continued(lines: Sequence[CellLine], above: PrintedTable) -> PrintedTable:
    """The rest of a table, below the names of its columns where they are printed again."""
    columns = list(above.columns)
    names = joined(above.header)[0] if above.header else ""
    heads = next(
        (
            n
            for n in range(1, min(_MOST_HEADS, len(lines) - 1) + 1)
            if joined(_named(lines[:n], columns))[0] == names
        ),
        0,
    )
    header = _named(lines[:heads], columns) if heads else None
    return PrintedTable(tuple(_rows(lines[heads:], columns)), header, above.columns)


def _groups(lines: Sequence[CellLine], at: int) -> Iterator[tuple[int, int, Columns]]:
    """Stretches of lines that share columns: first, behind the last, and the columns' edges."""
    while at < len(lines):
        if not lines[at].solid:
            at += 1
            continue
        columns: Columns = [(p.left, p.right) for p in lines[at].pieces]
        behind = at + 1
        between = 0
        for number in range(at + 1, len(lines)):
            line = lines[number]
            if lines[number - 1].bottom - line.bottom > _NEAR * max(line.size, lines[at].size):
                break
            if _begins_anew(lines, at, behind, number):
                break
            if line.solid:
                wider = _widened(columns, line)
                if wider is None:
                    wider = _widened(_closed(columns, lines[at:number]), line)
                if wider is None:
                    break
                columns, behind, between = wider, number + 1, 0
                continue
            between += len(line.pieces) == 1
            if between > _MOST_BETWEEN or any(
                len(piece.text) > _LONGEST_BETWEEN for piece in line.pieces
            ):
                break
        yield at, behind, columns
        at = behind


def _begins_anew(lines: Sequence[CellLine], at: int, behind: int, number: int) -> bool:
    """Whether a line below a wider gap names columns again: another table begins."""
    line = lines[number]
    if not any(row.figures for row in lines[at:behind]):
        return False
    named = [piece for piece in line.pieces[1:] if not is_figure(piece.text) or is_year(piece.text)]
    if len(named) < 2 or len(named) < len(line.pieces) - 1 or behind - at < _FEWEST_ROWS:
        return False
    distances = [one.bottom - other.bottom for one, other in pairwise(lines[at:behind])]
    below = lines[behind - 1].bottom - lines[behind].bottom
    return below > _WIDER * median(distances)


def _widened(columns: Columns, line: CellLine) -> Columns | None:
    """The columns with a row more; None where its pieces do not stand in them, one in each."""
    found = list(columns)
    taken: set[int] = set()
    for piece in line.pieces:
        over = [
            n for n, (left, right) in enumerate(found) if piece.left < right and left < piece.right
        ]
        if len(over) > 1 or taken.intersection(over):
            return None
        if over:
            left, right = found[over[0]]
            found[over[0]] = min(left, piece.left), max(right, piece.right)
            taken.add(over[0])
        else:
            place = sum(left < piece.left for left, _ in found)
            found.insert(place, (piece.left, piece.right))
            taken = {n + (n >= place) for n in taken} | {place}
    return found


def _closed(columns: Columns, lines: Sequence[CellLine]) -> Columns:
    """The columns, those put together that lie close and of which no line has both."""
    size = lines[0].size
    found = columns[:1]
    held = [stands_in(line, found[0]) for line in lines]
    for column in columns[1:]:
        holds = [stands_in(line, column) for line in lines]
        close = column[0] - found[-1][1] < _SPARSE * size
        if close and not any(one and other for one, other in zip(held, holds, strict=True)):
            found[-1] = found[-1][0], column[1]
            held = [one or other for one, other in zip(held, holds, strict=True)]
        else:
            found.append(column)
            held = holds
    return found


def _first_head(lines: Sequence[CellLine], floor: int, first: int, columns: Columns) -> int:
    """The first of the lines above a group that name its columns; headings may stand between."""
    least, most = columns[0][0], columns[-1][1]
    found = first
    for number in range(first - 1, floor - 1, -1):
        line, below = lines[number], lines[number + 1]
        distance = line.bottom - below.bottom
        if distance > _NEAR * max(line.size, below.size):
            break
        # Above names for all of the columns stands what spans some of them, or another thing.
        named = found == number + 1 and all(stands_in(below, column) for column in columns)
        over = stands_in(line, columns[0])
        if named and over and distance > _LEADING * max(line.size, below.size):
            break
        inside = all(
            least - line.size <= piece.left and piece.right <= most + 2 * line.size
            for piece in line.pieces
        )
        if not inside:
            break
        if len(line.pieces) > 1 or line.pieces[0].left > columns[0][1] - line.size:
            found = number
        elif (
            found < first
            or first - number > _MOST_BETWEEN
            or line.pieces[0].right > columns[0][1] + line.size
            or not any(is_figure(p.text) and not is_year(p.text) for p in lines[first].pieces)
        ):
            break
    return found


def _table(lines: Sequence[CellLine], columns: Columns) -> PrintedTable | None:
    """The table that a group of lines is, or None where it is none."""
    heads = _heads(lines, columns)
    heads = heads or int(_names_by_contrast(lines, columns))
    body = lines[heads:]
    solid = [line for line in body if line.solid]
    if len(solid) < _FEWEST_ROWS or 2 * len(solid) < len(body) or len(columns) < 2:
        return None
    if any(_LEADERS.search(piece.text) for line in solid for piece in line.pieces):
        return None
    behind = [piece.text for line in solid for piece in line.pieces[1:]]
    figures = sum(map(is_figure, behind))
    if len(columns) == 2 and (not heads or figures < 0.6 * len(behind)):
        return None
    if sum(map(len, behind)) > _LONGEST_CELL * len(behind):
        return None
    if not figures and not (_flush(solid, columns) and (heads or _row_by_row(solid, columns))):
        return None
    if _is_contents(solid, figures):
        return None
    header = _named(lines[:heads], columns) if heads else None
    return PrintedTable(tuple(_rows(body, columns)), header, tuple(columns))


def _row_by_row(lines: Sequence[CellLine], columns: Columns) -> bool:
    """Whether each line has all columns, and the file has one line behind the other.

    Columns of words that are read to their foot stand in a file one behind the other.
    """
    full = all(stands_in(line, column) for line in lines for column in columns)
    orders = [[run.order for run in line.runs] for line in lines]
    in_order = all(max(one) < min(other) for one, other in pairwise(orders))
    return full and in_order and len(columns) > 2 and len(lines) > _FEWEST_ROWS


def _names_by_contrast(lines: Sequence[CellLine], columns: Columns) -> bool:
    """Whether the first line of words names the columns: others repeat their words, it does not."""
    if not _row_by_row(lines, columns) or any(line.figures for line in lines):
        return False
    seen = Counter(piece.text for line in lines for piece in line.pieces)
    behind = [piece.text for line in lines[1:] for piece in line.pieces[1:]]
    again = sum(seen[text] > 1 for text in behind)
    first = [piece.text for piece in lines[0].pieces]
    return 2 * again >= len(behind) and all(seen[text] == 1 for text in first)


def _flush(lines: Sequence[CellLine], columns: Columns) -> bool:
    """Whether words stand at the left edge of their columns."""
    lefts = [left for left, _ in columns]
    pieces = [piece for line in lines for piece in line.pieces]
    flush = sum(min(abs(piece.left - left) for left in lefts) < _FLUSH for piece in pieces)
    return flush >= 0.9 * len(pieces)


def _is_contents(lines: Sequence[CellLine], figures: int) -> bool:
    """Whether each line ends with a page's number and has no other figure."""
    last = [line.pieces[-1].text for line in lines]
    if figures > len(lines) or not all(map(_WHOLE.fullmatch, last)):
        return False
    if any(is_figure(line.pieces[0].text) for line in lines):
        return False
    return all(int(one) <= int(other) for one, other in pairwise(last))


def _heads(lines: Sequence[CellLine], columns: Columns) -> int:
    """How many of the first lines name the columns."""
    heads = 0
    for line in lines[: _MOST_HEADS + 1]:
        named = [p for p in line.pieces if not is_figure(p.text) or is_year(p.text)]
        if len(named) < len(line.pieces) or columns_of(line.pieces[0], columns) == [0] == [
            n for piece in line.pieces for n in columns_of(piece, columns)
        ]:
            break
        heads += 1
    if heads > _MOST_HEADS or heads == len(lines):
        heads = 1
    if not any(line.figures for line in lines[heads:]):
        # Words below words: only type tells the names from the rows.
        heads = int(len(lines) > 1 and _bold(lines[0]) and not _bold(lines[1]))
    return heads


def _bold(line: CellLine) -> bool:
    return all(run.bold for run in line.runs)


def _named(lines: Sequence[CellLine], columns: Columns) -> Row:
    """One row of names from the lines that name columns; what spans several names each of them."""
    names: list[list[Run]] = [[] for _ in columns]
    for number, line in enumerate(lines):
        upper = number + 1 < len(lines)
        groups = _even_groups(line, columns) if upper else None
        places = groups or [_spanned(piece, columns, upper=upper) for piece in line.pieces]
        over = [p for p, at in zip(line.pieces, places, strict=True) if at != [0]]
        spans = len(over) > 1 and any(len(at) > 1 for at in places)
        for piece, at in zip(line.pieces, places, strict=True):
            for n in at:
                names[n] += piece.runs
        taken = {n for at in places for n in at}
        for n in range(1, len(columns)):
            if spans and n not in taken and upper:
                middle = sum(columns[n]) / 2
                nearest = min(over, key=lambda p: abs((p.left + p.right) / 2 - middle))
                names[n] += nearest.runs
    return tuple(map(tuple, names))


def _even_groups(line: CellLine, columns: Columns) -> list[list[int]] | None:
    """The columns below each piece, where all head as many and stand in the middle of them."""
    behind = len(columns) - 1
    share, rest = divmod(behind, len(line.pieces))
    if rest or share < 2:
        return None
    groups = []
    for number, piece in enumerate(line.pieces):
        group = [1 + number * share + n for n in range(share)]
        left, right = columns[group[0]][0], columns[group[-1]][1]
        if abs(piece.left + piece.right - left - right) > 2 * _OFF_CENTRE * (right - left):
            return None
        groups.append(group)
    return groups


def _spanned(piece: Piece, columns: Columns, *, upper: bool) -> list[int]:
    """The columns that a piece names: two, where it stands above the middle between them."""
    places = columns_of(piece, columns)
    if not upper or len(places) > 1:
        return places
    [at] = places
    middle = (piece.left + piece.right) / 2
    centre = sum(columns[at]) / 2
    other = at + (1 if middle > centre else -1)
    if not 1 <= other < len(columns) or at == 0:
        return places
    between = (centre + sum(columns[other]) / 2) / 2
    return sorted((at, other)) if abs(middle - between) < abs(middle - centre) else places


def _rows(lines: Sequence[CellLine], columns: Columns) -> Iterator[Row]:
    """The rows of a table, a cell that goes on in its next line made whole."""
    row: list[list[Run]] = []
    above: CellLine | None = None
    gap = _row_gap(lines, columns)
    for line in lines:
        cells: list[list[Run]] = [[] for _ in columns]
        for piece in line.pieces:
            cells[columns_of(piece, columns)[0]] += piece.runs
        distance = above.bottom - line.bottom if above is not None else np.inf
        near = distance <= _LEADING * line.size
        if near and above is not None and (distance < gap or _goes_on(above, row, line, cells)):
            for cell, more in zip(row, cells, strict=True):
                cell += more
        else:
            if row:
                yield tuple(map(tuple, row))
            row = cells
        above = line
    yield tuple(map(tuple, row))


def _row_gap(lines: Sequence[CellLine], columns: Columns) -> float:
    """The least distance between two rows, where all cells that go on stand nearer than that.

    It is 0 where distances do not tell.
    """
    distances = [above.bottom - line.bottom for above, line in pairwise(lines)]
    if not distances or max(distances) < _ROW_GAP * min(distances):
        return 0.0
    limit = _ROW_GAP * min(distances)
    going_on = [line for line, at in zip(lines[1:], distances, strict=True) if at < limit]
    begun = [lines[0]] + [
        line for line, at in zip(lines[1:], distances, strict=True) if at >= limit
    ]
    # Lines of a group of rows are near each other, too, but they have all that a row has.
    whole = any(all(stands_in(line, column) for column in columns) for line in going_on)
    figures = any(is_figure(piece.text) for line in going_on for piece in line.pieces)
    starts = all(stands_in(line, columns[0]) for line in begun)
    return 0.0 if whole or figures or not starts else limit


def _goes_on(above: CellLine, row: list[list[Run]], line: CellLine, cells: list[list[Run]]) -> bool:
    """Whether a line holds only what the cells of the row above have more, or that row's rest."""
    if any(is_figure(piece.text) for piece in line.pieces) and len(above.pieces) > 1:
        return False
    if cells[0]:
        return cells[0][0].text[:1].islower() and bool(row[0])
    return all(bool(cell) for cell, more in zip(row, cells, strict=True) if more)
