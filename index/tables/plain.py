"""A query computed in plain Python from a table's cells: the second path to every figure."""

import operator
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from index.tables.columns import TypedTable, Value
from index.tables.query import ROWS_CITED, Condition, Result, TableQuery

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
        groups[table.values[group][row]].append(row)
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
    lines = ordered(found, lowest_first=query.lowest_first)
    best = groups[lines[0][0]][:ROWS_CITED] if lines else []
    return Result(len(rows) - empty, empty, None, lines, tuple(best))


def ordered(
    groups: Sequence[tuple[Value, Value, Decimal, int]], *, lowest_first: bool
) -> tuple[tuple[Value, Value, Decimal], ...]:
    """Groups with their figure and their number of rows, the first to be named first.

    Args:
        groups: of each its name, its figure, how many rows it has, and the first of these.
        lowest_first: whether small figures come first.

    >>> [name for name, _, _ in ordered([("a", Decimal(1), 1, 0), ("b", Decimal(2), 1, 1)],
    ...     lowest_first=False)]
    ['b', 'a']
    """

    def place(group: tuple[Value, Value, Decimal, int]) -> tuple[bool, Decimal, int]:
        _, figure, _, first = group
        if not isinstance(figure, Decimal):
            return True, Decimal(0), first
        return False, figure if lowest_first else -figure, first

    return tuple((name, figure, count) for name, figure, count, _ in sorted(groups, key=place))


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
