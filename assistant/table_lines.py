"""The lines of tables: what is a row, which cells stand in it, and which columns a line names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.values import MONTH
from index.document import Span

_BREAK = re.compile(r"(?<!\s)\s*+\|\s*+|\t")
_WORD = re.compile(r"\S+")
_SIGN = re.compile(r"(?:US)?[$€£¥]|%|\)%")
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
_PERIOD_WORDS = re.compile(
    rf"\([^()]*\)|\b(?:years?|quarters?|months|weeks|ended|ending|as of|at|fiscal|three|six|nine"
    rf"|twelve|unaudited|in|{MONTH}(?: \d{{1,2}},?)?|millions?|thousands?|\d\d(?= weeks))\b"
    r"|[,:|\s]",
    re.IGNORECASE,
)
_NAME_WORDS, _LABEL_WORDS = 3, 25
_PROSE = re.compile(r".{200,}|(?:\S+\s+){8,}.*\.|.*\b(?:follow|table|summar)\w*\b.*:")
"""A line of prose, which ends a table: a long one, a sentence, or one that announces the next."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's span, its text, and the number of its column; None where that is not certain."""

    span: Span
    text: str
    column: int | None = None

    @property
    def is_percent(self) -> bool:
        """Whether it is a percentage."""
        return self.text.rstrip(")").endswith("%") or self.text.endswith("%)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank; `parted` where marks part its cells, `opens` after a blank one."""

    span: Span
    text: str
    parted: bool
    opens: bool


def lines_of(text: str, offset: int) -> Iterator[Line]:
    """The lines of a text whose first character is at `offset`, without the blank ones."""
    at, opens = offset, False
    for written in text.split("\n"):
        stripped = written.strip()
        if stripped:
            start = at + len(written) - len(written.lstrip())
            parted = bool(_BREAK.search(stripped))
            yield Line(Span(start, start + len(stripped)), stripped, parted, opens)
        opens = not stripped
        at += len(written) + 1


def is_prose(line: Line) -> bool:
    """Whether a line belongs to no table."""
    return not line.parted and bool(_PROSE.fullmatch(line.text))


def is_data(line: Line, *, known: bool) -> bool:
    """Whether a line is a row: cells, or a label and figures.

    A single figure will do where the table is `known` to go on.
    """
    if line.parted:
        return known or names_columns(line) is None
    if names_columns(line) is not None:
        return False
    label, cells = printed_cells(line)
    least = 1 if known else 2
    return len(cells) >= least and len(label.split()) <= _LABEL_WORDS and not is_year(cells)


def is_year(cells: Sequence[Cell]) -> bool:
    """Whether a year is all that there is."""
    return len(cells) == 1 and bool(re.fullmatch(YEAR, cells[0].text))


def names_columns(line: Line) -> list[str] | None:
    """The columns that a line names by years, days or quarters; None where it names none."""
    plain = re.sub(r"\(\d\)", "", line.text)
    names = [match[0] for match in _NAMED.finditer(plain)]
    if not any(re.search(r"\d", name) for name in names):
        return None
    left = _NAMED.sub(" \0 ", plain)
    left = _PERIOD_WORDS.sub(" ", left)
    before, *between = [part.split() for part in left.split("\0")]
    if any(between) or len(before) > _NAME_WORDS or any(re.search(r"\d", w) for w in before):
        return None
    return names


def printed_cells(line: Line) -> tuple[str, list[Cell]]:
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


def parted_cells(line: Line) -> list[Cell]:
    """The cells of a row whose cells are parted, empty ones too; signs put to their figures."""
    cells: list[Cell] = []
    start = 0
    opened: int | None = None
    for end, after in [*(m.span() for m in _BREAK.finditer(line.text)), (len(line.text),) * 2]:
        text = line.text[start:end].strip()
        at = line.span.start + start
        if text in ("%", ")", ")%") and cells and cells[-1].text:
            cells[-1] = Cell(Span(cells[-1].span.start, at + len(text)), cells[-1].text + text)
        elif _SIGN.fullmatch(text):
            opened = at
        else:
            begins = at if opened is None or not text else opened
            cells.append(Cell(Span(begins, at + len(text)), text))
            opened = opened if opened is not None and not text else None
        start = after
    return cells
