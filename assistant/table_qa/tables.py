"""The tables in a text: rows with their labels, cells and columns, each with its exact span.

Tables come in two shapes. Files that know their cells are read as lines with ' | ' between them;
a printed page is read as lines that end in figures, below lines that name years or days. A table
whose columns cannot be told for certain has none: what stands in it is then not given as a cell.

The lines of tables: what is a row, which cells stand in it, and which columns a line names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from assistant.language.values import MONTH
from assistant.table_qa.table_lines import BREAK, Line, lines_of, names_above, sections
from index.document import Span

_WORD = re.compile(r"\S+")
_SIGN = re.compile(r"(?:US)?[$€£¥]|%|\)%")
_SIGN_APART = re.compile(r"(?<=[$€£¥])\s++(?=[\d(—–-])|(?<!\s)\s++(?=\)?%$)")
"""The space between a figure and the sign that belongs to it."""
_NOTHING = re.compile(r"[—–−-]+|n/?[am]", re.IGNORECASE)
FIGURE = re.compile(
    r"(?:(?:US)?[$€£¥])?(?:\((?:[$€£¥])?\d(?:[\d.,]*\d)?%?\)|[+−–-]?[$€£¥]?\d(?:[\d.,]*\d)?)"
    r"[%xX]?(?:\(\d\))?"
)
_LEADS_ON = re.compile(r".*,|\(?(?:notes?|and|or|of|to|in|at|by|for|from|through)", re.IGNORECASE)
"""A word behind which a figure is still part of the label."""
YEAR = r"(?:19|20)\d\d"
_NAMED = re.compile(
    rf"(?:{MONTH}\.? \d{{1,2}}, ?)?(?:FY ?|Fiscal (?:Year )?|Q[1-4] )?\b{YEAR}\b"
    r"|\bFY ?['’]?\d\d\b|\bQ[1-4]\b(?: FY ?\d\d)?|\b[1-4](?:st|nd|rd|th) Quarter\b"
    r"|(?:[$%] |Percent )?\bChange\b|\bTotal\b|\bThereafter\b",
    re.IGNORECASE,
)
_DATED = re.compile(rf"{YEAR}|FY ?['’]?\d\d|Q[1-4]|[1-4](?:st|nd|rd|th) Quarter", re.IGNORECASE)
"""What is in every line that names columns: most lines lack it, and this is told much sooner."""
_PERIOD_WORDS = re.compile(
    rf"\([^()]*\)|\b(?:years?|quarters?|months|weeks|ended|ending|as of|at|fiscal|three|six|nine"
    rf"|twelve|unaudited|in|{MONTH}(?: \d{{1,2}},?)?|millions?|thousands?|\d\d(?= weeks))\b"
    r"|[,:|\s]",
    re.IGNORECASE,
)
_NAME_WORDS, _LABEL_WORDS = 3, 25
_PROSE = re.compile(r"(?s:.{200,})|(?:\S+\s+){8,}.*\.|.*\b(?:follow|table|summar)\w*\b.*:")
"""A line of prose, which ends a table: a long one, a sentence, or one that announces the next."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's span, its text, and the number of its column; None where that is not certain.

    >>> Cell(Span(0, 5), "(12%)").is_percent
    True
    """

    span: Span
    text: str
    column: int | None = None

    @property
    def is_percent(self) -> bool:
        """Whether it is a percentage."""
        return self.text.rstrip(")").endswith("%") or self.text.endswith("%)")


def _is_prose(line: Line) -> bool:
    """Whether a line belongs to no table."""
    return not line.parted and bool(_PROSE.fullmatch(line.text))


def _is_data(line: Line, *, known: bool) -> bool:
    """Whether a line is a row: cells, or a label and figures.

    A single figure will do where the table is `known` to go on.
    """
    if line.parted:
        return known or _names_columns(line) is None
    if _names_columns(line) is not None:
        return False
    label, cells = _printed_cells(line)
    least = 1 if known else 2
    return len(cells) >= least and len(label.split()) <= _LABEL_WORDS and not _is_year(cells)


def _is_year(cells: Sequence[Cell]) -> bool:
    """Whether a year is all that there is."""
    return len(cells) == 1 and bool(re.fullmatch(YEAR, cells[0].text))


def _names_columns(line: Line) -> list[str] | None:
    """The columns that a line names by years, days or quarters; None where it names none."""
    plain = re.sub(r"\(\d\)", "", line.text)
    if not _DATED.search(plain):
        return None
    names = [match[0] for match in _NAMED.finditer(plain)]
    if not any(re.search(r"\d", name) for name in names):
        return None
    left = _NAMED.sub(" \0 ", plain)
    left = _PERIOD_WORDS.sub(" ", left)
    before, *between = [part.split() for part in left.split("\0")]
    if any(between) or len(before) > _NAME_WORDS or any(re.search(r"\d", w) for w in before):
        return None
    return names


def _printed_cells(line: Line) -> tuple[str, list[Cell]]:
    """The label of a printed row and its cells: signs put to their figures."""
    words = list(_WORD.finditer(line.text))
    first = len(words)
    while first and _is_cell(words[first - 1][0]):
        first -= 1
    while 0 < first < len(words) and _LEADS_ON.fullmatch(words[first - 1][0]):
        first += 1  # '31, 2015' is a day, '(Note 16)' a note
    label = line.text[: words[first].start()].strip() if first < len(words) else line.text
    return label, _merged(words[first:], line.span.start)


def _is_cell(word: str) -> bool:
    return bool(FIGURE.fullmatch(word) or _SIGN.fullmatch(word) or _NOTHING.fullmatch(word))


def _merged(words: Sequence[re.Match[str]], offset: int) -> list[Cell]:
    cells: list[Cell] = []
    opened: int | None = None
    for word in words:
        text = word[0]
        if text in ("%", ")%"):
            if cells:
                start = cells[-1].span.start
                cells[-1] = Cell(Span(start, offset + word.end()), cells[-1].text + text)
        elif _SIGN.fullmatch(text):
            opened = offset + word.start()
        else:
            start = offset + word.start() if opened is None else opened
            cells.append(Cell(Span(start, offset + word.end()), text))
            opened = None
    return cells


def _parted_cells(line: Line) -> list[Cell]:
    """The cells of a row whose cells are parted, empty ones too; signs put to their figures."""
    cells: list[Cell] = []
    start = 0
    opened: int | None = None
    for end, after in [*(m.span() for m in BREAK.finditer(line.text)), (len(line.text),) * 2]:
        text = line.text[start:end].strip()
        at = line.span.start + start
        if text in ("%", ")", ")%") and cells and cells[-1].text:
            cells[-1] = Cell(Span(cells[-1].span.start, at + len(text)), cells[-1].text + text)
        elif _SIGN.fullmatch(text):
            opened = at
        else:
            begins = at if opened is None or not text else opened
            cells.append(Cell(Span(begins, at + len(text)), _SIGN_APART.sub("", text)))
            opened = opened if opened is not None and not text else None
        start = after
    return cells


_TOTAL = re.compile(r"total\b", re.IGNORECASE)
_NOTE = re.compile(r"\(\d{1,2}\)")
_DAYS = re.compile(rf"{MONTH}\.? \d{{1,2}},")
_LENGTH = re.compile(
    r"(?:(?:Three|Six|Nine|Twelve|\d{1,2}) (?:Months|Weeks)|(?:Fiscal )?(?:Years?|Quarters?))"
    r" Ended",
    re.IGNORECASE,
)
_SCALE = r"(?:thousand|million|billion)s?"
_UNITS = re.compile(
    rf"(?:(?:[$€£¥]|(?:US )?dollars|euros|amounts)(?: and shares)? )?\bin {_SCALE}\b"
    rf"|(?<=\()(?:[A-Z]{{0,3}}[$€£¥] ?|(?:[A-Z]{{3}}|dollars|euros) )?{_SCALE}\b",
    re.IGNORECASE,
)
_SCALES = {"thousand": 3, "million": 6, "billion": 9}
_HEAD_LINES = 10
"""Lines above a table among which its columns are named."""


@dataclass(frozen=True, slots=True)
class Row:
    r"""A row: its whole span, its label, and the line above that heads it and others.

    >>> tables_in("Item | 2021 | 2022\nRevenue | 10 | 12")[0].rows[0].label
    'Revenue'
    """

    span: Span
    label: str
    cells: tuple[Cell, ...]
    section: Span | None = None


@dataclass(frozen=True, slots=True)
class Table:
    r"""A table: the names of its columns, the lines that state them, and what stands above.

    `units` is where the scale of its figures is stated ('in millions'), `scale` the power of ten.

    >>> table = tables_in("Sales in millions\nItem | 2021 | 2022\nRevenue | 10 | 12")[0]
    >>> table.columns, table.scale, [table.name_of(cell) for cell in table.rows[0].cells]
    (('Item', '2021', '2022'), 6, ['2021', '2022'])
    """

    columns: tuple[str, ...]
    header: Span | None
    above: str
    rows: tuple[Row, ...]
    units: Span | None = None
    scale: int = 0

    def name_of(self, cell: Cell) -> str:
        """The name of a cell's column; empty where that is not certain."""
        return "" if cell.column is None else self.columns[cell.column]


def tables_in(text: str, within: Sequence[Span] | None = None) -> list[Table]:
    r"""The tables of a text in order, or of those parts of it that are named, read as one.

    >>> [row.label for row in tables_in("Item | 2021\nRevenue | 10\nCosts | 7")[0].rows]
    ['Revenue', 'Costs']
    """
    found: list[Table] = []
    head: list[Line] = []
    lines: list[Line] = []
    parts = [Span(0, len(text))] if within is None else within
    for line in chain.from_iterable(lines_of(text[s:e], s) for s, e in parts):
        if lines and lines[-1].parted and line.opens:  # a grid has no blank lines
            found += _tables(head, lines)
            head, lines = [], []
        heads_rows = bool(lines) and lines[-1].parted and not (line.parted or line.opens)
        if heads_rows or _is_data(line, known=bool(lines)):
            lines.append(line)
            continue
        if lines and _names_columns(line) is None and not _is_prose(line):
            lines.append(line)  # a section of the table, or the end of it
            continue
        if lines:
            found += _tables(head, lines)
            head = _trailing(lines)
        lines = []
        head = [*head, line][-_HEAD_LINES:]
    return found + (_tables(head, lines) if lines else [])


def _trailing(lines: Sequence[Line]) -> list[Line]:
    """The lines behind the last row with figures: they may stand above the next table."""
    last = max(n for n, line in enumerate(lines) if _is_data(line, known=True))
    return list(lines[last + 1 :])


def _tables(head: Sequence[Line], lines: Sequence[Line]) -> list[Table]:
    """The table that lines make below what stands above them; none where nothing names columns."""
    if sum(line.parted for line in lines) * 2 > len(lines):
        return _of_cells(head, lines)
    columns, header, after = _columns(head)
    if not columns or header is None:
        return []
    rows = list(_rows(lines, columns, head[after + 1 :]))
    return [_table(columns, header, head, rows)] if rows else []


def _table(
    columns: Sequence[str], header: Span, head: Sequence[Line], rows: Sequence[Row]
) -> Table:
    units = next(
        ((line, found) for line in reversed(head) if (found := _UNITS.search(line.text))), None
    )
    # What names other columns says nothing of a cell's own.
    above = "\n".join(line.text for line in head if line.span.end <= header.start)
    if units is None:
        return Table(tuple(columns), header, above, tuple(rows))
    line, stated = units
    span = Span(line.span.start + stated.start(), line.span.start + stated.end())
    scale = next(n for word, n in _SCALES.items() if word in stated[0].lower())
    return Table(tuple(columns), header, above, tuple(rows), span, scale)


def _columns(head: Sequence[Line]) -> tuple[list[str], Span | None, int]:
    """The names of columns in the lines above a printed table, their span, the last such line."""
    for at in reversed(range(len(head))):
        names = _names_columns(head[at])
        if names is None:
            continue
        first = at
        if at and len(days := _DAYS.findall(head[at - 1].text)) == len(names):
            names = [f"{day} {name}" for day, name in zip(days, names, strict=True)]
            first -= 1
            if length := _LENGTH.search(head[first].text):
                names = [f"{length[0]} {name}" for name in names]
        above = head[first - 1] if first else None
        lengths = list(_LENGTH.finditer(above.text)) if above else []
        if above and lengths and len(names) % len(lengths) == 0:
            ends = [*(match.start() for match in lengths[1:]), len(above.text)]
            share = len(names) // len(lengths)
            groups = [above.text[m.start() : end] for m, end in zip(lengths, ends, strict=True)]
            names = [f"{groups[n // share].strip()} {name}" for n, name in enumerate(names)]
            first -= 1
        elif own := _LENGTH.search(head[at].text):
            names = [name if _LENGTH.search(name) else f"{own[0]} {name}" for name in names]
        return names, Span(head[first].span.start, head[at].span.end), at
    return [], None, -1


def _rows(lines: Sequence[Line], columns: Sequence[str], above: Sequence[Line]) -> Iterator[Row]:
    section = above[-1] if above else None
    before: Line | None = None
    for line in lines:
        label, cells = _printed_cells(line)
        if not cells or _is_year(cells):
            section = before = line
            continue
        start = line.span.start
        if label[:1].islower() and before is not None:  # a label that goes on from the line before
            label, start = f"{before.text} {label}", before.span.start
            section = None if section is before else section
        cells = _without_note(cells, len(columns))
        yield Row(
            Span(start, line.span.end),
            label.strip(),
            _aligned(cells, len(columns)),
            section.span if section else None,
        )
        before = None
        section = None if _TOTAL.match(label) else section


def _without_note(cells: list[Cell], columns: int) -> list[Cell]:
    if len(cells) == columns + 1 and _NOTE.fullmatch(cells[0].text):
        return cells[1:]
    return cells


def _aligned(cells: Sequence[Cell], columns: int) -> tuple[Cell, ...]:
    """The cells with their columns, where there are as many, or as many times some."""
    share = len(cells) // columns if columns else 0
    if not share or len(cells) % columns:
        return tuple(cells)
    return tuple(Cell(cell.span, cell.text, n // share) for n, cell in enumerate(cells))


def _of_cells(head: Sequence[Line], block: Sequence[Line]) -> list[Table]:
    """A table whose cells are parted: its first rows without figures name the columns."""
    lines = [line for line in block if line.parted]
    section_of = sections(block)
    grid = [_parted_cells(line) for line in lines]
    depth = next((n for n, cells in enumerate(grid) if not _heads(cells)), 0)
    above_it = names_above(head, lines[0]) if not depth else None
    if above_it is not None:
        grid, lines, depth = [_parted_cells(above_it), *grid], [above_it, *lines], 1
    depth = min(max(depth, 1), len(grid) - 1)
    if depth < 1:
        return []
    names = [cell.text for cell in grid[depth - 1]]
    width = len(names)
    even = all(len(cells) <= width for cells in grid[depth:])
    for upper in reversed(grid[: depth - 1]):
        if len(upper) <= width:
            names = [
                f"{upper[n].text if n < len(upper) else ''} {name}".strip()
                for n, name in enumerate(names)
            ]
    rows = []
    filled = [name for name in names[1:] if name]
    for line, cells in zip(lines[depth:], grid[depth:], strict=True):
        if even:
            own = tuple(Cell(c.span, c.text, n) for n, c in enumerate(cells) if n and c.text)
        else:
            own = _aligned([c for c in cells[1:] if c.text], len(filled))
        if own:
            rows.append(Row(line.span, cells[0].text, own, section_of.get(line.span.start)))
    columns = names if even else filled
    header = Span(lines[0].span.start, lines[depth - 1].span.end)
    above = [one for one in head if one.span.end <= header.start]
    if not rows:
        return []
    table = _table(columns, header, [*above, *lines[:depth]], rows)
    # What stands above the labels says what all rows are of.
    return [replace(table, above=f"{table.above}\n{names[0]}".strip())]


def _heads(cells: Sequence[Cell]) -> bool:
    """Whether cells hold no figure but years."""
    return not any(
        FIGURE.fullmatch(cell.text) and not re.fullmatch(YEAR, cell.text) for cell in cells[1:]
    )
