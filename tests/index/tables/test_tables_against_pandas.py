"""Random queries of random tables come to the figure that pandas gives, on both paths."""

import csv
import io
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from index.document import Document
from index.readers.csv import read_separated
from index.tables.columns import TypedTable, typed_tables
from index.tables.engine import TableReader, write_parquet
from index.tables.joining import Key, join
from index.tables.plain import compute
from index.tables.query import Condition, Result, TableQuery

TABLES, QUERIES = 8, 40
HEADER = ["berth", "ship", "port", "tons", "tolls", "arrived", "towed"]
SHIPS, PORTS = ["Ann", "bob", "Cé", "D'Arcy", "Eve"], ["Hull", "Leith", "Ayr", "Total Bay"]
OPERATORS = ("=", "!=", ">", ">=", "<", "<=")


def made(dice: random.Random) -> pd.DataFrame:
    """A table of berths with gaps in it."""
    size = dice.randint(4, 60)

    def some(values: list[Any]) -> list[Any]:
        return [None if dice.random() < 0.12 else dice.choice(values) for _ in range(size)]

    days = [f"{y}-{m:02}-{d:02}" for y in (2023, 2024) for m in range(1, 13) for d in (1, 17)]
    return pd.DataFrame(
        {
            "berth": [f"B{n:03}" for n in range(size)],
            "ship": some(SHIPS),
            "port": some(PORTS),
            "tons": some([Decimal(n) for n in range(-3, 40)]),
            "tolls": some([Decimal(dice.randint(0, 99_999)) / 100 for _ in range(25)]),
            "arrived": some(days),
            "towed": some(["yes", "no"]),
        },
        dtype=object,
    )


def written(frame: pd.DataFrame) -> bytes:
    lines = io.StringIO()
    csv.writer(lines).writerows(
        [frame.columns, *(["" if pd.isna(v) else v for v in row] for row in frame.values)]
    )
    return lines.getvalue().encode()


def typed(frame: pd.DataFrame) -> TypedTable:
    ((_, table),) = typed_tables(document(frame))
    return table


def document(frame: pd.DataFrame) -> Document:
    return read_separated(written(frame), "berths.csv")


def some_query(dice: random.Random, frame: pd.DataFrame) -> TableQuery:
    conditions = []
    for column in dice.sample(
        ["ship", "port", "tons", "tolls", "arrived", "towed"], dice.randint(0, 2)
    ):
        there = frame[column].dropna().tolist()
        if not there:
            continue
        value: Any = dice.choice(there)
        n = HEADER.index(column)
        if column == "towed":
            conditions.append(Condition(n, dice.choice(("=", "!=")), value == "yes"))
        elif column in ("ship", "port") and dice.random() < 0.4:
            conditions.append(Condition(n, "in", (*dice.sample(sorted(set(there)), 1), value)))
        elif column in ("ship", "port"):
            conditions.append(Condition(n, dice.choice(("=", "!=")), value.swapcase()))
        else:
            conditions.append(Condition(n, dice.choice(OPERATORS), value))
    measure = dice.choice(("count", "sum", "average", "median", "highest", "lowest", "sum"))
    column = None if measure == "count" else HEADER.index(dice.choice(("tons", "tolls")))
    groups = [(None, None)] * 2 + [("ship", None), ("port", None)]
    groups += [("arrived", one) for one in ("year", "quarter", "month")]
    group, period = dice.choice(groups)
    at = None if group is None else HEADER.index(group)
    return TableQuery(measure, column, tuple(conditions), group=at, period=period)


def held(frame: pd.DataFrame, query: TableQuery) -> pd.DataFrame:
    """The rows that meet the conditions, as pandas finds them."""
    found = frame
    for one in query.conditions:
        column = found[found.columns[one.column]]
        value: Any = one.value
        if found.columns[one.column] == "towed":
            column, value = column.map({"yes": True, "no": False}), value
        elif isinstance(value, str):
            column, value = column.str.lower(), value.lower()
        elif isinstance(value, tuple):
            column, value = column.str.lower(), [word.lower() for word in value]
        there = found[found.columns[one.column]].notna()
        column = column[there]
        meets = {
            "=": lambda c, v: c == v,
            "!=": lambda c, v: c != v,
            ">": lambda c, v: c > v,
            ">=": lambda c, v: c >= v,
            "<": lambda c, v: c < v,
            "<=": lambda c, v: c <= v,
            "in": lambda c, v: c.isin(v),
        }[one.operator](column, value)
        found = found[there].loc[meets.astype(bool)]
    return found


def by_pandas(frame: pd.DataFrame, query: TableQuery) -> Any:
    """The figure, or the figures by group, as floats."""
    rows = held(frame, query)
    name = None if query.column is None else frame.columns[query.column]
    functions = {"average": "mean", "highest": "max", "lowest": "min", "count": "size"}
    function = functions.get(query.measure, query.measure)
    if query.group is None:
        if name is None:
            return float(len(rows))
        values = rows[name].dropna().astype(float)
        return float(getattr(values, function)()) if len(values) else None
    group = rows[frame.columns[query.group]]
    if query.period is not None:
        kinds = {"year": "Y", "quarter": "Q", "month": "M"}
        periods = pd.to_datetime(group).dt.to_period(kinds[query.period])
        group = (
            periods.astype(str).str.replace(r"(\d{4})Q", r"\1-Q", regex=True).where(group.notna())
        )
    grouped = rows.groupby(group)
    if name is None:
        return {key: float(count) for key, count in grouped.size().items()}
    values = rows[name].astype(float).groupby(group).agg(function)
    lacking = rows[name].notna().groupby(group).sum() == 0
    return {key: None if lacking[key] else float(value) for key, value in values.items()}


def told(result: Result, query: TableQuery) -> Any:
    if query.group is None:
        return None if result.value is None else float(result.value)  # type: ignore[arg-type]
    return {name: None if figure is None else float(figure) for name, figure, _ in result.lines}


@pytest.mark.parametrize("seed", range(TABLES))
def test_random_queries_come_to_what_pandas_gives(tmp_path: Path, seed: int):
    dice = random.Random(seed)
    frame = made(dice)
    table = typed(frame)
    write_parquet(table, tmp_path / "t.parquet")
    with TableReader({"berths": (tmp_path / "t.parquet", table.columns)}) as reader:
        for _ in range(QUERIES):
            query = some_query(dice, frame)
            expected = by_pandas(frame, query)
            by_duckdb, by_python = reader.result("berths", query), compute(table, query)
            assert by_duckdb == by_python, query
            assert told(by_python, query) == pytest.approx(expected), query


@pytest.mark.parametrize("seed", range(3))
def test_random_joined_queries_come_to_what_pandas_gives(tmp_path: Path, seed: int):
    dice = random.Random(100 + seed)
    frame = made(dice)
    harbours = pd.DataFrame(
        {"port": PORTS, "town": ["North", "South", "North", None], "depth": [3, 9, 4, 7]},
        dtype=object,
    )
    own, other = typed(frame), typed(harbours)
    write_parquet(own, tmp_path / "a.parquet")
    write_parquet(other, tmp_path / "b.parquet")
    files = {
        "berths": (tmp_path / "a.parquet", own.columns),
        "ports": (tmp_path / "b.parquet", other.columns),
    }
    with TableReader(files) as reader:
        assert reader.key("berths", "ports") == Key(2, 0)
        assert reader.key("ports", "berths") is None
    both, _ = join(own, other, Key(2, 0))
    merged = frame.merge(harbours, on="port", how="left")
    with TableReader(files) as reader:
        assert reader.join("both", "berths", "ports", Key(2, 0)) == both.columns
        for town in ("North", "South"):
            for measure in ("count", "sum", "median"):
                column = None if measure == "count" else 3
                query = TableQuery(measure, column, (Condition(7, "=", town),))
                assert reader.result("both", query) == compute(both, query)
                assert told(compute(both, query), query) == pytest.approx(by_pandas(merged, query))
            query = TableQuery("sum", 4, (Condition(8, ">", Decimal(3)),), group=7)
            assert reader.result("both", query) == compute(both, query)
            assert told(compute(both, query), query) == pytest.approx(by_pandas(merged, query))
