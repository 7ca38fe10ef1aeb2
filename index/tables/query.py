"""What is asked of a table, as data; and as the SQL that DuckDB runs."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from index.tables.columns import Column, Value

Operator = Literal["=", "!=", ">", ">=", "<", "<=", "contains", "in"]
Measure = Literal["count", "sum", "average", "median", "highest", "lowest", "rows"]
Period = Literal["year", "quarter", "month"]
Relation = Literal["share", "ratio", "difference", "change"]
"""How two figures are set against one another."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What holds of a column in the rows that count; words are compared whatever their case.

    With 'in' the value is several of them.

    >>> Condition(1, ">=", Decimal(12)).operator
    '>='
    """

    column: int
    operator: Operator
    value: Value | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableQuery:
    """A measure of a column over the rows that meet all conditions.

    `count` counts rows and needs no column, `rows` gives the `show`n columns of the rows, as do
    'highest' and 'lowest' of the first `limit` ones. With a `group` column the measure is taken for
    each of its values, the highest first, or the lowest, and of days for each `period`. Of groups
    the first `told` are wanted, or all; or the one in this `place`; or the place of the one of this
    name. Rows that sum up others count only where `totals` says so.

    >>> TableQuery("sum", 3, (Condition(2, "=", "Norway"),)).measure
    'sum'
    """

    measure: Measure
    column: int | None = None
    conditions: tuple[Condition, ...] = ()
    show: tuple[int, ...] = ()
    group: int | None = None
    limit: int = 1
    lowest_first: bool = False
    totals: bool = False
    period: Period | None = None
    told: int = 0
    place: int | str | None = None

    @property
    def in_order(self) -> bool:
        """Whether groups stand in the order of their names, as periods do where all are told."""
        return self.period is not None and not self.told and self.place is None


@dataclass(frozen=True, slots=True)
class Result:
    """What a query comes to.

    `count` is the number of rows that meet the conditions, `empty` of how many of these the column
    has no value. `lines` are what is shown of rows or groups, `first` the first rows that count.

    >>> Result(count=2, empty=0, value=Decimal(12)).value
    Decimal('12')
    """

    count: int
    empty: int
    value: Value = None
    lines: tuple[tuple[Value, ...], ...] = ()
    first: tuple[int, ...] = ()


ROWS_CITED = 20
"""Rows that are given of those that count."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A query's SQL over one table, in the words of its columns.

    >>> columns = (Column("ship", "text"), Column("tons", "number"))
    >>> query = TableQuery("sum", 1, (Condition(0, "=", "Ann's"),))
    >>> print(Statement(query, columns, "fleet").main)
    SELECT count(*), count("tons"), sum("tons") FROM "fleet" WHERE lower("ship") = 'ann''s'
    """

    query: TableQuery
    columns: tuple[Column, ...]
    table: str

    @property
    def main(self) -> str:
        """The statement that gives the figure."""
        query = self.query
        source = f"FROM {self._source}{self._where}"
        if query.group is not None:
            group = self._group
            there = "*" if query.column is None else self._name(query.column)
            return (
                f"SELECT {group}, {self._aggregate}, count(*), count({there}), min(row_number) "
                f"{source} GROUP BY {group}"
            )
        if query.column is None or query.measure == "rows":
            return f"SELECT count(*) {source}"
        name = self._name(query.column)
        return f"SELECT count(*), count({name}), {self._aggregate} {source}"

    @property
    def rows(self) -> str:
        """The statement that gives the first rows that count, and what is shown of them."""
        query = self.query
        shown = "".join(f", {self._name(column)}" for column in query.show)
        source = f"SELECT row_number{shown} FROM {self._source}{self._where}"
        extreme = query.measure in ("highest", "lowest") and query.group is None
        if extreme and query.column is not None:
            name = self._name(query.column)
            most = "max" if query.measure == "highest" else "min"
            joint = "AND" if query.conditions else "WHERE"
            if query.limit == 1:
                best = f"SELECT {most}({name}) FROM {self._source}{self._where}"
                return f"{source} {joint} {name} = ({best}) ORDER BY row_number"
            order = "DESC" if query.measure == "highest" else "ASC"
            present = f"{joint} {name} IS NOT NULL"
            return f"{source} {present} ORDER BY {name} {order}, row_number LIMIT {query.limit}"
        limit = "" if query.measure == "rows" else f" LIMIT {ROWS_CITED}"
        return f"{source} ORDER BY row_number{limit}"

    def members(self, group: Value) -> str:
        """The statement that gives the first rows of a group."""
        said = (
            literal(group)
            if isinstance(group, str)
            else f"{group:f}"
            if isinstance(group, Decimal)
            else str(group)
        )
        joint = "AND" if self.query.conditions else "WHERE"
        return (
            f"SELECT row_number FROM {self._source}{self._where} {joint} {self._group} = {said} "
            f"ORDER BY row_number LIMIT {ROWS_CITED}"
        )

    @property
    def _group(self) -> str:
        """What rows are grouped by."""
        if self.query.group is None:
            return ""
        name = self._name(self.query.group)
        if self.query.period and self.columns[self.query.group].kind == "number":
            return f"CAST({name} AS VARCHAR)"
        match self.query.period:
            case "year":
                return f"strftime({name}, '%Y')"
            case "month":
                return f"strftime({name}, '%Y-%m')"
            case "quarter":
                return f"strftime({name}, '%Y') || '-Q' || quarter({name})"
        return name

    @property
    def _source(self) -> str:
        return quoted(with_totals(self.table) if self.query.totals else self.table)

    @property
    def _aggregate(self) -> str:
        query = self.query
        if query.measure == "count" or query.column is None:
            return "count(*)"
        name = self._name(query.column)
        # A mean is divided in exact arithmetic, which DuckDB's would not be.
        functions = {"highest": "max", "lowest": "min", "average": "sum", "median": "list"}
        return f"{functions.get(query.measure, query.measure)}({name})"

    @property
    def _where(self) -> str:
        if not self.query.conditions:
            return ""
        return " WHERE " + " AND ".join(map(self._condition, self.query.conditions))

    def _condition(self, condition: Condition) -> str:
        name, value = self._name(condition.column), condition.value
        if isinstance(value, bool):
            return f"{name} {condition.operator} {'TRUE' if value else 'FALSE'}"
        if isinstance(value, Decimal):
            return f"{name} {condition.operator} {value:f}"
        if isinstance(value, tuple):
            several = ", ".join(literal(words.lower()) for words in value)
            return f"lower({name}) IN ({several})"
        words = str(value)
        if self.columns[condition.column].kind == "date":
            return f"{name} {condition.operator} DATE {literal(words)}"
        if condition.operator == "contains":
            return f"contains(lower({name}), {literal(words.lower())})"
        return f"lower({name}) {condition.operator} {literal(words.lower())}"

    def _name(self, column: int) -> str:
        return quoted(distinct_names(self.columns)[column])


def with_totals(table: str) -> str:
    """What SQL calls a table with the rows that sum up others.

    >>> with_totals("fleet")
    'fleet with totals'
    """
    return f"{table} with totals"


def distinct_names(columns: tuple[Column, ...]) -> list[str]:
    """The columns' names, told apart where two are alike or one has none.

    >>> distinct_names((Column("Year", "number"), Column("", "text"), Column("year", "text")))
    ['Year', 'column 2', 'year (3)']
    """
    names: list[str] = []
    for number, column in enumerate(columns, 1):
        name = column.name or f"column {number}"
        alike = name.casefold() in {one.casefold() for one in [*names, "row_number"]}
        names.append(f"{name} ({number})" if alike else name)
    return names


def quoted(name: str) -> str:
    """A name as SQL takes it.

    >>> print(quoted("order"))
    "order"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Words as SQL takes them.

    >>> literal("Ann's")
    "'Ann''s'"
    """
    return "'" + text.replace("'", "''") + "'"
