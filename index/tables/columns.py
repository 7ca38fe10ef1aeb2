"""Typed columns: what the cells of a column are, inferred over all of its rows."""

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from index.document import Document, Span, Table
from index.tables.cells import Grid, Offsets, grid_of
from index.tables.values import (
    Convention,
    convention_of,
    day_first,
    day_in,
    is_nothing,
    number_in,
    truth_of,
)

Kind = Literal["number", "date", "boolean", "text"]
Value = Decimal | str | bool | None
"""A number, a day as ISO 8601 or words, yes or no, nothing."""

_MOSTLY = 0.8
"""Of the cells that are not empty so many are of a kind for the column to be of it."""
_MOST_UNITS = 3
_COMMA_LANGUAGES = frozenset({"de", "fr", "es", "it", "nl", "pt", "da", "sv", "fi", "pl", "cs"})
_UNIT = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]\s*$")
_TOTAL = re.compile(
    r"(?:grand |sub-?)?totals?:?|sum(?:me)?:?|gesamt(?:summe)?:?|insgesamt:?|total général:?"
    r"|totaal:?|totale:?|合計|总计|合计",
    re.IGNORECASE,
)
_TOTAL_OF = re.compile(r"(?:grand |sub-?)?total|sum of|summe|gesamt|totaal|totale", re.IGNORECASE)
_LEAST_PARTS = 2
_CODE = re.compile(r"0\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, kind and unit, and how many of its cells are what.

    `unparsed` cells are of another kind than the column; `doubt` says why nothing is computed of
    it although it holds figures. A `flag` holds nothing but 0 and 1; `in_full` cells hold more than
    they show.

    >>> Column("Price (€)", "number", "€", filled=3).name
    'Price (€)'
    """

    name: str
    kind: Kind
    unit: str = ""
    filled: int = 0
    empty: int = 0
    unparsed: int = 0
    decimals: int = 0
    doubt: str = ""
    flag: bool = False
    in_full: int = 0


@dataclass(frozen=True, slots=True)
class TypedTable:
    """A table of a document: its columns, their values by row, and where each cell stands.

    The values are those that the cells hold, the texts of the grid what they show. `totals` are the
    rows that sum up others.

    >>> text = "Year | Ships" + chr(10) + "1931 | 12" + chr(10) + "Total | 12"
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, 33, Span(0, 12)),))
    >>> typed = typed_table(port, port.tables[0])
    >>> [column.kind for column in typed.columns], typed.values[1], set(typed.totals)
    (['number', 'number'], [Decimal('12'), Decimal('12')], {1})
    """

    table: Table
    grid: Grid
    columns: tuple[Column, ...]
    values: tuple[list[Value], ...]
    totals: frozenset[int]

    def row(self, number: int) -> Span:
        """The place of a row."""
        start, end = self.grid.rows[number]
        return Span(int(start), int(end))


def typed_table(document: Document, table: Table) -> TypedTable | None:
    """A table with typed columns; None where its cells cannot be told apart with certainty.

    >>> text = "Ship | Tons" + chr(10) + "Ann | 1.234,5" + chr(10) + "Bob | 7"
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, 33, Span(0, 11)),))
    >>> typed_table(port, port.tables[0]).values
    (['Ann', 'Bob'], [Decimal('1234.5'), Decimal('7')])
    """
    grid = grid_of(document, table)
    if grid is None:
        return None
    usual = _usual_convention(grid, document.language)
    held = _held(document, table)
    made = [
        _column(name, texts, starts, held, usual)
        for name, texts, starts in zip(grid.names, grid.texts, grid.starts.T, strict=True)
    ]
    return TypedTable(
        table,
        grid,
        tuple(column for column, _ in made),
        tuple(values for _, values in made),
        _totals(grid, [values for column, values in made if column.kind == "number"]),
    )


def typed_tables(document: Document) -> list[tuple[int, TypedTable]]:
    """The tables of a document that have typed columns, each with its number in it.

    >>> typed_tables(Document("The pier fell.", "Storm", "text/plain"))
    []
    """
    found = ((n, typed_table(document, table)) for n, table in enumerate(document.tables))
    return [(n, typed) for n, typed in found if typed is not None]


def _held(document: Document, table: Table) -> dict[int, str]:
    """What cells of a table hold and do not show, by their places."""
    first, behind = (
        bisect_left(document.stored, at, key=lambda cell: cell.start)
        for at in (table.start, table.end)
    )
    return dict(document.stored[first:behind])


def _usual_convention(grid: Grid, language: str | None) -> Convention:
    """How numbers are written in this table, for columns that do not tell."""
    numbers = (number for texts in grid.texts for text in texts if (number := number_in(text)))
    found = convention_of(numbers)
    if found in ("point", "comma"):
        return found
    return "comma" if (language or "") in _COMMA_LANGUAGES and found is None else "point"


def _column(
    name: str, shown: Sequence[str], starts: Offsets, held: dict[int, str], usual: Convention
) -> tuple[Column, list[Value]]:
    full = {row: held[at] for row, at in enumerate(starts.tolist()) if at in held and shown[row]}
    if _parts_what_is_alike(shown, full):
        full = {}
    texts = [full.get(row, text) for row, text in enumerate(shown)] if full else shown
    missing = sum(map(is_nothing, texts))
    # What names a row of totals says nothing of what the column holds.
    filled = [text for text in texts if not is_nothing(text) and not is_total(text)]
    for reading in (_numbers, _days, _truths):
        found = reading(name, texts, filled, usual) if filled else None
        if found is not None:
            column, values = found
            count = sum(value is not None for value in values)
            counted = replace(
                column,
                filled=count,
                empty=missing,
                unparsed=len(filled) - count,
                in_full=len(full),
            )
            return counted, values
    words: list[Value] = [text or None for text in shown]
    there = sum(text != "" for text in shown)
    return Column(name, "text", filled=there, empty=len(shown) - there), words


def _parts_what_is_alike(shown: Sequence[str], full: dict[int, str]) -> bool:
    """Whether days of one month are shown as that month: rows are meant to be alike by it."""
    days = {(shown[row], value) for row, value in full.items() if _DAY.fullmatch(value)}
    return len(days) > len({month for month, _ in days})


Read = tuple[Column, list[Value]] | None


def _numbers(name: str, texts: Sequence[str], filled: Sequence[str], usual: Convention) -> Read:
    if any(map(_CODE.fullmatch, filled)):  # '007' is a name
        return None
    read = [None if is_nothing(text) else number_in(text) for text in texts]
    there = [number for number in read if number is not None and number.is_written]
    stated = sorted({number.unit for number in there if number.unit})
    # '100 Grand' among names is no number of grands.
    if len(there) < _MOSTLY * len(filled) or len(stated) > _MOST_UNITS:
        return None
    convention = convention_of(there) or usual
    values: list[Value] = [None if one is None else one.value(convention) for one in read]
    doubt = ""
    if len(stated) > 1:
        doubt = f"its units differ: {', '.join(stated)}"
    elif "%" in stated and not all(number.unit for number in there):
        doubt = "some of its figures are percentages and some are not"
    elif convention == "mixed" and sum(v is not None for v in values) < len(there):
        doubt = "its figures are written in two ways, '1.234,56' and '1,234.56'"
    decimals = max((_decimals(value) for value in values), default=0)
    in_name = _UNIT.search(name)
    unit = stated[0] if stated else in_name[1] if in_name else ""
    flag = {value for value in values if value is not None} == {Decimal(0), Decimal(1)}
    return Column(name, "number", unit, decimals=decimals, doubt=doubt, flag=flag), values


def _decimals(value: Value) -> int:
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _days(name: str, texts: Sequence[str], filled: Sequence[str], _usual: Convention) -> Read:
    doubt = ""
    try:
        days_first = day_first(texts)
    except ValueError:
        days_first, doubt = None, "its dates are written in two ways, days first and months first"
    values: list[Value] = [
        None if is_nothing(text) else day_in(text, days_first=days_first) for text in texts
    ]
    count = sum(value is not None for value in values)
    if count < _MOSTLY * len(filled) and not (doubt and count):
        return None
    return Column(name, "date", doubt=doubt), values


def _truths(name: str, texts: Sequence[str], filled: Sequence[str], _usual: Convention) -> Read:
    values: list[Value] = [truth_of(text) for text in texts]
    if sum(value is not None for value in values) < _MOSTLY * len(filled):
        return None
    return Column(name, "boolean"), values


def _totals(grid: Grid, figures: Sequence[Sequence[Value]]) -> frozenset[int]:
    """The rows whose first words call them a total, or the total of something that they add up."""
    found: set[int] = set()
    if not figures:
        return frozenset()
    block = 0
    for row in range(len(grid.texts[0])):
        first = next((texts[row] for texts in grid.texts if texts[row]), "")
        if is_total(first) or (
            names_total(first)
            and (_adds_up(figures, row, block, found) or _adds_up(figures, row, 0, found))
        ):
            found.add(row)
            block = row + 1
    return frozenset(found)


def _adds_up(
    figures: Sequence[Sequence[Value]], row: int, first: int, totals: Collection[int]
) -> bool:
    """Whether a row has the sums of rows above it, from a first one on, as far as they round."""
    rows = [n for n in range(first, row) if n not in totals]
    known = 0
    for column in figures:
        stated = column[row]
        parts = [value for n in rows if isinstance(value := column[n], Decimal)]
        if not isinstance(stated, Decimal) or len(parts) < _LEAST_PARTS:
            continue
        finest = Decimal(1).scaleb(-max(map(_decimals, [stated, *parts])))
        if abs(sum(parts, Decimal(0)) - stated) > finest * len(parts) / 2:
            return False
        known += 1
    return known > 0


def names_total(label: str) -> bool:
    """Whether a row of this name may be the total of others.

    >>> names_total("Total income"), names_total("Tote bags")
    (True, False)
    """
    return _TOTAL_OF.match(label) is not None


def is_total(label: str) -> bool:
    """Whether a row of this name sums up others.

    >>> is_total("Grand total"), is_total("Total sales")
    (True, False)
    """
    return _TOTAL.fullmatch(label) is not None
