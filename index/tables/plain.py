"""A query computed in plain Python from a table's cells: the second path to every figure."""

import operator
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from index.tables.columns import TypedTable, Value
from index.tables.query import ROWS_CITED, Condition, Period, Result, TableQuery

_COMPARISONS = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def compute(table: TypedTable, query: TableQuery) -> Result:
    """What a query comes to; rows that sum up others are left out.

    >>> from index.document import Document, Span, Table
    >>> from index.tables.columns import typed_table
    >>> text = "Ship | Tons" + chr(10) + "Ann | 5" + chr(10) + "Bob | 7" + chr(10) + "Total | 12"
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, len(text), Span(0, 11)),))
    >>> compute(typed_table(port, port.tables[0]), TableQuery("sum", 1)).value
    Decimal('12')
    """
    rows = [
        row
        for row in range(len(table.grid.rows))
        if (query.totals or row not in table.totals)
        and all(_holds(table, row, one) for one in query.conditions)
    ]
    if query.group is not None:
        return _grouped(table, query, query.group, rows)
    values = [] if query.column is None else [table.values[query.column][row] for row in rows]
    present = [value for value in values if value is not None]
    empty = len(values) - len(present)
    if query.measure == "rows" or query.column is None:
        shown = rows if query.measure == "rows" else rows[:ROWS_CITED]
        count = Decimal(len(rows)) if query.measure == "count" else None
        return Result(len(rows), 0, count, _lines(table, query, shown), tuple(shown))
    value = measured(query.measure, present)
    if query.measure in ("highest", "lowest"):
        first = _extreme(table.values[query.column], query, rows, value)
    else:
        first = rows[:ROWS_CITED]
    return Result(len(rows), empty, value, _lines(table, query, first), tuple(first))


def measured(measure: str, values: Sequence[Value]) -> Value:
    """A measure of values that are there; None of none.

    >>> measured("median", [Decimal(1), Decimal(7), Decimal(2), Decimal(4)])
    Decimal('3')
    """
    if not values:
        return None
    if measure in ("highest", "lowest"):
        chosen: Callable[..., Value] = max if measure == "highest" else min
        return chosen(values)
    numbers = sorted(value for value in values if isinstance(value, Decimal))
    if measure == "median":
        middle = numbers[(len(numbers) - 1) // 2 : len(numbers) // 2 + 1]
        return sum(middle, Decimal(0)) / len(middle)
    total = sum(numbers, Decimal(0))
    return total / len(numbers) if measure == "average" else total


def _grouped(table: TypedTable, query: TableQuery, group: int, rows: Sequence[int]) -> Result:
    groups: dict[Value, list[int]] = defaultdict(list)
    for row in rows:
        name = table.values[group][row]
        groups[period_name(name, query.period) if query.period else name].append(row)
    empty = len(groups.pop(None, []))
    found: list[tuple[Value, Value, Decimal, int]] = []
    for name, members in groups.items():
        if query.measure == "count" or query.column is None:
            value: Value = Decimal(len(members))
        else:
            column = table.values[query.column]
            present = [column[row] for row in members if column[row] is not None]
            value = measured(query.measure, present)
        found.append((name, value, Decimal(len(members)), members[0]))
    lines = ordered(found, query)
    best = [row for name in cited_groups(lines, query) for row in groups[name]]
    return Result(len(rows) - empty, empty, None, lines, tuple(best[:ROWS_CITED]))


def period_name(day: Value, period: Period) -> str | None:
    """The year, quarter or month of a day, as groups by it are called; None of no day.

    A number is a year already.

    >>> [period_name("2023-05-12", period) for period in ("year", "quarter", "month")]
    ['2023', '2023-Q2', '2023-05']
    """
    if isinstance(day, Decimal):
        return f"{day:f}"
    if not isinstance(day, str):
        return None
    if period == "quarter":
        return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"
    return day[:4] if period == "year" else day[:7]


Line = tuple[Value, ...]
"""A group with its figure and its number of rows."""


def ordered(
    groups: Sequence[tuple[Value, Value, Decimal, int]], query: TableQuery
) -> tuple[Line, ...]:
    """Groups with their figure and their number of rows, the first to be named first.

    Args:
        groups: of each its name, its figure, how many rows it has, and the first of these.
        query: says whether small figures come first, or the names are in order.

    >>> [name for name, _, _ in ordered([("a", Decimal(1), 1, 0), ("b", Decimal(2), 1, 1)],
    ...     TableQuery("sum", 1, group=0))]
    ['b', 'a']
    """

    def place(group: tuple[Value, Value, Decimal, int]) -> tuple[bool, Decimal, int]:
        _, figure, _, first = group
        if not isinstance(figure, Decimal):
            return True, Decimal(0), first
        return False, figure if query.lowest_first else -figure, first

    by = (lambda group: (False, str(group[0]), 0)) if query.in_order else place
    return tuple((name, figure, count) for name, figure, count, _ in sorted(groups, key=by))


def wanted_groups(lines: Sequence[Line], query: TableQuery) -> list[Line]:
    """Those groups that are told: all, the first, with those that have the same figure, or one.

    >>> lines = ("a", Decimal(3), 1), ("b", Decimal(2), 1), ("c", Decimal(2), 1)
    >>> [name for name, _, _ in wanted_groups(lines, TableQuery("sum", 1, group=0, told=2))]
    ['a', 'b', 'c']
    """
    if isinstance(query.place, str):
        return [line for line in lines if str(line[0]).lower() == query.place.lower()]
    if query.place is not None:
        return [line for line in lines if rank_of(line, lines) == query.place]
    if not query.told:
        return list(lines)
    last = lines[: query.told][-1:]
    return [line for n, line in enumerate(lines) if n < query.told or line[1] == last[0][1]]


def rank_of(line: Line, lines: Sequence[Line]) -> int:
    """Which place a group has among all: those of the same figure share one.

    >>> lines = ("a", Decimal(3), 1), ("b", Decimal(2), 1), ("c", Decimal(2), 1)
    >>> [rank_of(line, lines) for line in lines]
    [1, 2, 2]
    """
    return 1 + next(n for n, other in enumerate(lines) if other[1] == line[1])


def cited_groups(lines: Sequence[Line], query: TableQuery) -> list[Value]:
    """The names of the groups whose rows are cited: those told of, of all only the first.

    >>> cited_groups((("a", Decimal(3), 1), ("b", Decimal(2), 1)), TableQuery("sum", 1, group=0))
    ['a']
    """
    told = wanted_groups(lines, query)
    some = bool(query.told) or query.place is not None
    return [name for name, _, _ in (told if some else told[:1])]


def _extreme(
    column: Sequence[Value], query: TableQuery, rows: Sequence[int], value: Value
) -> list[int]:
    if query.limit == 1:
        return [row for row in rows if value is not None and column[row] == value]
    there = [row for row in rows if column[row] is not None]
    # Of a column all values are of one kind.
    there.sort(key=lambda row: column[row], reverse=query.measure == "highest")  # type: ignore[arg-type, return-value]
    return there[: query.limit]


def _lines(
    table: TypedTable, query: TableQuery, rows: Sequence[int]
) -> tuple[tuple[Value, ...], ...]:
    return tuple(tuple(table.values[column][row] for column in query.show) for row in rows)


def _holds(table: TypedTable, row: int, condition: Condition) -> bool:
    value, other = table.values[condition.column][row], condition.value
    if value is None or other is None:
        return False
    if isinstance(other, tuple):
        return str(value).lower() in {words.lower() for words in other}
    if table.columns[condition.column].kind == "text":
        value, other = str(value).lower(), str(other).lower()
    if condition.operator == "contains":
        return str(other) in str(value)
    compared: bool = _COMPARISONS[condition.operator](value, other)
    return compared
