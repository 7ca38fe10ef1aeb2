"""SQL that a language model wrote → the query that it asks for; what is more in it is refused.

Such a statement is never run. It is parsed by DuckDB, and of its tree only what a `TableQuery` can
say is understood: so it can reach nothing but columns of the tables that are given, and its result
has the same second path, words and rows as any other query's.
"""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import duckdb

from index.errors import TableError
from index.tables.columns import Column, Value
from index.tables.query import (
    ROWS_CITED,
    Condition,
    Measure,
    Operator,
    TableQuery,
    distinct_names,
    with_totals,
)

_MEASURES: dict[str, Measure] = {
    "sum": "sum",
    "avg": "average",
    "mean": "average",
    "median": "median",
    "max": "highest",
    "min": "lowest",
}
_COMPARISONS: dict[str, Operator] = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "!=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
}
_TURNED: dict[Operator, Operator] = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST = 4_000
_MOST_SHOWN = 8

Tables = Mapping[str, tuple[Column, ...]]
_Node = dict[str, Any]


def read_select(sql: str, tables: Tables) -> tuple[str, TableQuery, bool]:
    """The table that a statement asks, the query, and whether it counts different values.

    Args:
        sql: one SELECT over one table.
        tables: the columns of each table that there is, by its name.

    Raises:
        TableError: it is no such statement, or it asks for more than a query can say.

    >>> ships = {"fleet": (Column("ship", "text"), Column("tons", "number"))}
    >>> read_select("SELECT sum(tons) FROM fleet WHERE lower(ship) = 'ann'", ships)[1].conditions
    (Condition(column=0, operator='=', value='ann'),)
    >>> read_select("SELECT * FROM read_csv('/etc/passwd')", ships)
    Traceback (most recent call last):
        ...
    index.errors.TableError: Ask one of these tables by its name alone: "fleet".
    """
    node = _parsed(sql)
    given = [part for part in ("having", "qualify", "sample") if node.get(part)]
    if node["type"] != "SELECT_NODE" or given or node["cte_map"]["map"]:
        raise TableError("Only SELECT … FROM … WHERE … GROUP BY … ORDER BY … LIMIT is understood.")
    name, totals = _table(node["from_table"], tables)
    return name, *_Select(node, tables[name], totals=totals).query()


def _parsed(sql: str) -> _Node:
    """The tree of a single SELECT statement."""
    if len(sql) > _LONGEST:
        raise TableError(f"A statement has at most {_LONGEST:,} characters.")
    try:
        with duckdb.connect(config={"threads": 1, "enable_external_access": False}) as parser:
            found = parser.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
        tree = json.loads(found[0]) if found else {}
    except (duckdb.Error, ValueError, RecursionError) as error:
        raise TableError("The statement cannot be parsed.") from error
    if tree.get("error") or len(tree.get("statements", ())) != 1:
        said = " ".join(str(tree.get("error_message", "")).split())
        raise TableError(f"Only one SELECT statement is run over tables. {said}".strip())
    node: _Node = tree["statements"][0]["node"]
    return node


def _table(node: _Node, tables: Tables) -> tuple[str, bool]:
    asked = str(node.get("table_name", "")).casefold()
    plain = node["type"] == "BASE_TABLE" and not (
        node.get("schema_name") or node.get("catalog_name") or node.get("sample")
    )
    for name in tables:
        for called, totals in ((name, False), (with_totals(name), True)):
            if plain and asked == called.casefold():
                return name, totals
    names = ", ".join(f'"{name}"' for name in tables)
    raise TableError(f"Ask one of these tables by its name alone: {names}.")


class _Select:
    """A SELECT over a table's columns, as it is read."""

    def __init__(self, node: _Node, columns: tuple[Column, ...], *, totals: bool) -> None:
        self._node, self._columns, self._totals = node, columns, totals
        self._names = [name.casefold() for name in distinct_names(columns)]
        self._present: set[int] = set()

    def query(self) -> tuple[TableQuery, bool]:
        """What it asks for, and whether that is the number of different values."""
        query, distinct = self._understood()
        # Of a column that is measured or compared empty cells are left out anyway.
        left_out = {query.column, query.group, *(one.column for one in query.conditions)}
        for column in self._present - left_out:
            if self._columns[column].empty or self._columns[column].unparsed:
                raise TableError("IS NOT NULL is understood of what is measured or compared.")
        return query, distinct

    def _understood(self) -> tuple[TableQuery, bool]:
        where = self._node["where_clause"]
        conditions = tuple(self._conditions(where)) if where else ()
        groups = [self._column(one) for one in self._node["group_expressions"]]
        selected = self._node["select_list"]
        aggregates = [_unrounded(one) for one in selected if one["class"] == "FUNCTION"]
        plain = [one for one in selected if one["class"] != "FUNCTION"]
        order, limit, distinct = self._modifiers()
        if len(groups) > 1 or len(aggregates) > 1 or len(self._node["group_sets"]) > 1:
            raise TableError("Only one aggregate, and one column to group by, is understood.")
        if aggregates and aggregates[0]["distinct"]:
            return self._distinct(aggregates[0], conditions, groups, plain), True
        if aggregates:
            shown = [self._column(one) for one in plain]
            if any(column not in groups for column in shown):
                raise TableError("Beside an aggregate only the column grouped by can be shown.")
            if limit is not None and not groups:
                raise TableError("LIMIT means nothing of a single figure.")
            return self._aggregate(aggregates[0], conditions, groups, order), False
        shown = [column for one in plain for column in self._shown(one)]
        if distinct or groups:
            if len(set(shown + groups)) != 1:
                raise TableError("Different values are told of one column only.")
            return self._made("count", None, conditions, group=shown[0]), False
        return self._rows(shown, conditions, order, limit), False

    def _made(
        self,
        measure: Measure,
        column: int | None,
        conditions: tuple[Condition, ...],
        *,
        show: tuple[int, ...] = (),
        group: int | None = None,
        limit: int = 1,
        lowest_first: bool = False,
    ) -> TableQuery:
        return TableQuery(
            measure, column, conditions, show, group, limit, lowest_first, self._totals
        )

    def _distinct(
        self,
        node: _Node,
        conditions: tuple[Condition, ...],
        groups: list[int],
        plain: list[_Node],
    ) -> TableQuery:
        if groups or plain or node["function_name"] != "count" or node.get("filter"):
            raise TableError("DISTINCT is understood as count(DISTINCT column) alone.")
        column = self._column(node["arguments"][0]["expression"])
        return self._made("count", None, conditions, group=column)

    def _aggregate(
        self,
        node: _Node,
        conditions: tuple[Condition, ...],
        groups: list[int],
        order: tuple[_Node, bool] | None,
    ) -> TableQuery:
        name = node["function_name"]
        group = groups[0] if groups else None
        # Groups are told with the highest figure first, unless the lowest are asked for.
        by_figure = order is not None and not self._is_column(order[0], group)
        lowest_first = by_figure and order is not None and not order[1]
        if node.get("filter") or len(node["arguments"]) > 1:
            raise TableError("An aggregate is taken of one column, without a filter.")
        if name in ("count", "count_star"):
            if name == "count":
                counted = self._columns[self._column(node["arguments"][0]["expression"])]
                if counted.empty or counted.unparsed:
                    raise TableError(f"{counted.name!r} has empty cells: count(*) counts rows.")
            return self._made("count", None, conditions, group=group, lowest_first=lowest_first)
        if name not in _MEASURES or not node["arguments"]:
            raise TableError(f"The function {name} is not understood; count, sum, avg, … are.")
        measure = _MEASURES[name]
        column = self._column(node["arguments"][0]["expression"])
        self._check_measured(column, ("number",) if measure not in ("highest", "lowest") else ())
        show = () if group is not None else self._with_name((column,))
        return self._made(
            measure,
            column,
            conditions,
            show=show if measure in ("highest", "lowest") else (),
            group=group,
            lowest_first=lowest_first,
        )

    def _rows(
        self,
        shown: list[int],
        conditions: tuple[Condition, ...],
        order: tuple[_Node, bool] | None,
        limit: int | None,
    ) -> TableQuery:
        if limit is None:
            if not conditions:
                raise TableError("A whole table is no answer: give conditions, or a LIMIT.")
            return self._made("rows", None, conditions, show=tuple(dict.fromkeys(shown)))
        if order is None or not 1 <= limit <= ROWS_CITED:
            raise TableError(f"LIMIT goes to {ROWS_CITED}, with ORDER BY.")
        column = self._column(order[0])
        self._check_measured(column, ())
        measure: Measure = "highest" if order[1] else "lowest"
        show = tuple(dict.fromkeys((*shown, column)))
        return self._made(measure, column, conditions, show=show, limit=limit)

    def _check_measured(self, column: int, kinds: tuple[str, ...]) -> None:
        asked = self._columns[column]
        if asked.doubt:
            raise TableError(f"{asked.name!r} cannot be computed with: {asked.doubt}.")
        if asked.kind not in (kinds or ("number", "date")):
            raise TableError(f"{asked.name!r} holds {asked.kind}.")

    def _with_name(self, shown: tuple[int, ...]) -> tuple[int, ...]:
        """The columns behind the one that says which row it is."""
        labels = [n for n, column in enumerate(self._columns) if column.kind == "text"][:1]
        return tuple(dict.fromkeys((*labels, *shown)))

    def _modifiers(self) -> tuple[tuple[_Node, bool] | None, int | None, bool]:
        """What it is ordered by and whether downwards, how many rows are asked for, DISTINCT."""
        order: tuple[_Node, bool] | None = None
        limit: int | None = None
        distinct = False
        for one in self._node["modifiers"]:
            if one["type"] == "ORDER_MODIFIER":
                first = one["orders"][0]
                order = first["expression"], first["type"] == "DESCENDING"
            elif one["type"] == "LIMIT_MODIFIER" and not one["offset"]:
                if one.get("limit_type", "ROW_COUNT") != "ROW_COUNT":
                    raise TableError("LIMIT needs a whole number.")
                value = self._constant(one["limit"])
                if not isinstance(value, Decimal) or value != int(value):
                    raise TableError("LIMIT needs a whole number.")
                limit = int(value)
            elif one["type"] == "DISTINCT_MODIFIER" and not one["distinct_on_targets"]:
                distinct = True
            else:
                raise TableError("OFFSET and DISTINCT ON are not understood.")
        return order, limit, distinct

    def _shown(self, node: _Node) -> list[int]:
        if node["class"] == "STAR":
            return list(range(min(len(self._columns), _MOST_SHOWN)))
        return [self._column(node)]

    def _is_column(self, node: _Node, column: int | None) -> bool:
        named = node["class"] == "COLUMN_REF" and node["column_names"][-1].casefold()
        return column is not None and named == self._names[column]

    def _compared_column(self, node: _Node) -> int:
        """The column that is compared; its words are, whatever their case."""
        if node["class"] == "FUNCTION" and node["function_name"] in ("lower", "upper"):
            return self._column(node["arguments"][0]["expression"])
        return self._column(node)

    def _column(self, node: _Node) -> int:
        if node["class"] != "COLUMN_REF":
            raise TableError("Columns are understood, expressions over them are not.")
        name = node["column_names"][-1].casefold()
        if name not in self._names:
            there = ", ".join(f'"{one}"' for one in distinct_names(self._columns))
            raise TableError(f'There is no column "{node["column_names"][-1]}"; there are: {there}')
        return self._names.index(name)

    def _conditions(self, node: _Node) -> Iterator[Condition]:
        kind = node["type"]
        if kind == "CONJUNCTION_AND":
            for child in node["children"]:
                yield from self._conditions(child)
        elif kind == "CONJUNCTION_OR":
            yield self._either([one for part in node["children"] for one in self._conditions(part)])
        elif kind == "COMPARE_BETWEEN":
            column = self._compared_column(node["input"])
            yield self._condition(column, ">=", self._constant(node["lower"]))
            yield self._condition(column, "<=", self._constant(node["upper"]))
        elif kind == "COMPARE_IN":
            column, *values = node["children"]
            at = self._compared_column(column)
            yield self._either([self._condition(at, "=", self._constant(v)) for v in values])
        elif kind in _COMPARISONS:
            yield from self._compared(node["left"], _COMPARISONS[kind], node["right"])
        elif kind == "OPERATOR_NOT" and node["children"][0]["class"] == "COLUMN_REF":
            yield self._condition(self._column(node["children"][0]), "=", value=False)
        elif kind == "OPERATOR_IS_NOT_NULL":
            self._present.add(self._column(node["children"][0]))
        elif kind == "COLUMN_REF":
            yield self._condition(self._column(node), "=", value=True)
        elif kind == "FUNCTION" and node["function_name"] in ("~~", "~~*", "contains"):
            yield self._like(node)
        else:
            raise TableError(
                "Conditions compare a column with a value, by =, <, >, BETWEEN, IN or ILIKE, "
                "joined by AND."
            )

    def _compared(self, left: _Node, sign: Operator, right: _Node) -> Iterator[Condition]:
        if left["class"] in ("CONSTANT", "CAST"):
            left, right, sign = right, left, _TURNED.get(sign, sign)
        value = self._constant(right)
        if left["class"] != "FUNCTION" or left["function_name"] not in ("year", "date_part"):
            yield self._condition(self._compared_column(left), sign, value)
            return
        *part, of = [one["expression"] for one in left["arguments"]]
        of_year = not part or str(self._constant(part[0])).casefold() == "year"
        if not of_year or sign != "=" or not isinstance(value, Decimal):
            raise TableError("Of days only year(…) = is understood: compare with DATE '…'.")
        column, year = self._column(of), int(value)
        yield self._condition(column, ">=", f"{year:04}-01-01")
        yield self._condition(column, "<=", f"{year:04}-12-31")

    def _like(self, node: _Node) -> Condition:
        column, pattern = (one["expression"] for one in node["arguments"])
        at, said = self._compared_column(column), self._constant(pattern)
        words = str(said)
        if node["function_name"] != "contains":
            if not (len(words) > 2 and words[0] == words[-1] == "%"):
                raise TableError("ILIKE is understood with '%words%'.")
            words = words[1:-1]
            if re.search(r"[%_\\]", words):
                raise TableError("ILIKE is understood with '%words%'.")
        if self._columns[at].kind != "text" or not words:
            raise TableError(f"{self._columns[at].name!r} holds no words.")
        return Condition(at, "contains", words)

    def _either(self, found: list[Condition]) -> Condition:
        words = tuple(
            word
            for one in found
            if one.operator in ("=", "in")
            for word in (one.value if isinstance(one.value, tuple) else (one.value,))
            if isinstance(word, str)
        )
        columns = {one.column for one in found}
        (first, *others) = columns
        single = all(one.operator in ("=", "in") for one in found)
        if others or not single or self._columns[first].kind != "text":
            raise TableError("OR and IN are understood of the words of one column.")
        return Condition(first, "in", words) if len(words) > 1 else Condition(first, "=", words[0])

    def _condition(self, column: int, sign: Operator, value: Value) -> Condition:
        asked = self._columns[column]
        if asked.doubt:
            raise TableError(f"{asked.name!r} cannot be compared: {asked.doubt}.")
        fits = {
            "number": isinstance(value, Decimal),
            "date": isinstance(value, str) and _DAY.fullmatch(value) is not None,
            "boolean": isinstance(value, bool) and sign in ("=", "!="),
            "text": isinstance(value, str) and bool(value) and sign in ("=", "!="),
        }
        if not fits[asked.kind]:
            raise TableError(f"{asked.name!r} holds {asked.kind}, which {value!s} is not.")
        return Condition(column, sign, value)

    def _constant(self, node: _Node) -> Value:
        """A value that stands in the statement."""
        if node["class"] == "CAST" or node["type"] == "OPERATOR_CAST":
            return self._cast(node)
        if node["class"] == "FUNCTION" and node["function_name"] in ("-", "lower", "date"):
            if len(node["arguments"]) != 1:
                raise TableError("A column is compared with a value that stands in the statement.")
            value = self._constant(node["arguments"][0]["expression"])
            return -value if isinstance(value, Decimal) else value
        if node["class"] != "CONSTANT" or "literal" not in node:
            raise TableError("A column is compared with a value that stands in the statement.")
        kind, text = node["literal"]["kind"], str(node["literal"].get("text", ""))
        if kind in ("INTEGER", "NUMERIC"):
            return Decimal(text)
        if kind == "STRING":
            return text
        if kind in ("BOOLEAN", "TRUE", "FALSE"):
            return (text or kind).casefold() == "true"
        raise TableError("NULL and the like are not compared with.")

    def _cast(self, node: _Node) -> Value:
        value = self._constant(node["child"])
        named = str(node.get("type_expr", {}).get("type_name", "")).upper()
        if isinstance(value, str) and named in ("DATE", "VARCHAR"):
            return value
        raise TableError("Values are cast to DATE alone.")


def _unrounded(node: _Node) -> _Node:
    """An aggregate without the rounding around it: figures are told as finely as they are."""
    if node["function_name"] == "round":
        inner: _Node = node["arguments"][0]["expression"]
        return inner if inner["class"] == "FUNCTION" else node
    return node
