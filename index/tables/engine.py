"""Tables as Parquet files, and DuckDB in memory over them: SQL reaches no file elsewhere.

A file has for each row its number and whether it sums up others; for each column its typed value
(`c0`, `c1`, …). Where a row stands in the text, the text tells.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from index.errors import TableError
from index.tables.columns import Column, TypedTable, Value
from index.tables.joining import COVERED, Key, is_key_sql, join_sql, joined_columns, named_alike
from index.tables.plain import cited_groups, measured, ordered
from index.tables.query import (
    ROWS_CITED,
    Result,
    Statement,
    TableQuery,
    distinct_names,
    literal,
    quoted,
    with_totals,
)

MEMORY, SECONDS, MOST_ROWS = "512MB", 10.0, 10_000
"""What all statements under way may take, how long one may, and how many rows it may give."""

_SQL_TYPES = {"date": "DATE", "boolean": "BOOLEAN", "text": "VARCHAR"}


def write_parquet(table: TypedTable, path: Path) -> None:
    """Keep a typed table; the file is there wholly or not at all.

    Raises:
        OSError: it cannot be written.
        TableError: DuckDB cannot.
    """
    grid = table.grid
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "n": np.arange(len(grid.rows)),
        "t": np.array([row in table.totals for row in range(len(grid.rows))]),
    }
    selected = ["n AS row_number", "t AS total"]
    for n, (column, values) in enumerate(zip(table.columns, table.values, strict=True)):
        arrays[f"c{n}"] = np.array([_canonical(value) for value in values], dtype=object)
        kind = _SQL_TYPES.get(column.kind, f"DECIMAL(38, {column.decimals})")
        selected.append(f"CAST(nullif(c{n}, '') AS {kind}) AS c{n}")
    partial = path.with_suffix(".partial")
    with _faults(), _unconfined().cursor() as connection:
        connection.register("incoming", arrays)
        connection.execute(
            f"COPY (SELECT {', '.join(selected)} FROM incoming) TO {literal(str(partial))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
    os.replace(partial, path)  # noqa: PTH105 - as atomic as it can be


def _canonical(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else value


@cache
def _unconfined() -> duckdb.DuckDBPyConnection:
    """A DuckDB that may write, for no statement but our own."""
    return duckdb.connect(config={"threads": 1})


@lru_cache(maxsize=8)
def _confined(folders: frozenset[Path]) -> duckdb.DuckDBPyConnection:
    """A DuckDB that reaches the files of some folders and can be set to nothing else.

    One takes some fifteen milliseconds to make, longer than most queries; each connection to it
    has views of its own.
    """
    connection = duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": MEMORY,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    allowed = ", ".join(literal(f"{folder}{os.sep}") for folder in sorted(folders))
    for statement in (
        "SET temp_directory = ''",
        f"SET allowed_directories = [{allowed}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


class TableReader:
    """Some tables, open to SQL: read-only, without other files, network or settings, within limits.

    Args:
        tables: by the name that SQL has for each, its file and columns.

    Raises:
        TableError: a file is missing or damaged.
    """

    def __init__(self, tables: Mapping[str, tuple[Path, tuple[Column, ...]]]) -> None:
        self._tables = {name: columns for name, (_, columns) in tables.items()}
        with _faults():
            folders = frozenset(path.absolute().parent for path, _ in tables.values())
            self._connection = _confined(folders).cursor()
            for name, (path, columns) in tables.items():
                shown = ", ".join(
                    f"c{n} AS {quoted(own)}" for n, own in enumerate(distinct_names(columns))
                )
                kept = f"FROM read_parquet({literal(str(path))})"
                for view, which in ((name, " WHERE NOT total"), (with_totals(name), "")):
                    self._connection.execute(
                        f"CREATE TEMP VIEW {quoted(view)} AS "
                        f"SELECT row_number, {shown} {kept}{which}"
                    )

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    def __enter__(self) -> "TableReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement.

        Raises:
            TableError: it is no question, is wrong, takes too long or gives too much.
        """
        with _faults(), self._in_time():
            found = duckdb.extract_statements(sql)
            if len(found) != 1 or found[0].type != duckdb.StatementType.SELECT:
                raise TableError("Only one SELECT statement is run over tables.")
            rows = self._connection.execute(found[0]).fetchmany(MOST_ROWS + 1)
        if len(rows) > MOST_ROWS:
            raise TableError(f"The statement gives more than {MOST_ROWS:,} rows.")
        return rows

    def result(self, name: str, query: TableQuery) -> Result:
        """What a query of the table of this name comes to."""
        statement = Statement(query, self._tables[name], name)
        main = self.run(statement.main)
        if query.group is not None:
            return self._groups(name, query, main)
        rows = self.run(statement.rows)
        lines = tuple(tuple(map(_value, row[1:])) for row in rows)
        first = tuple(int(row[0]) for row in rows)
        if query.column is None or query.measure == "rows":
            count = int(main[0][0])
            value = Decimal(count) if query.measure == "count" else None
            return Result(count, 0, value, lines, first)
        count, there, found = main[0]
        return Result(count, count - there, _finished(query, found, there), lines, first)

    def matching(self, name: str, phrases: list[str]) -> list[tuple[int, str]]:
        """The words of text columns that are one of these phrases, whatever their case."""
        columns = self._tables[name]
        names = distinct_names(columns)
        wanted = ", ".join(literal(phrase.lower()) for phrase in phrases)
        asked = [
            f"SELECT DISTINCT {n} AS n, {quoted(names[n])} AS v FROM {quoted(with_totals(name))} "
            f"WHERE lower({quoted(names[n])}) IN ({wanted})"
            for n, column in enumerate(columns)
            if column.kind == "text"
        ]
        if not asked or not phrases:
            return []
        return [(int(n), str(v)) for n, v in self.run(" UNION ALL ".join(asked) + " ORDER BY ALL")]

    def unique(self, name: str) -> frozenset[int]:
        """The columns of words of which each value stands in one row only."""
        columns = self._tables[name]
        names = distinct_names(columns)
        words = [n for n, column in enumerate(columns) if column.kind == "text"]
        if not words:
            return frozenset()
        counts = ", ".join(
            f"count({c}) = count(DISTINCT {c})" for c in (quoted(names[n]) for n in words)
        )
        ((*alike,),) = self.run(f"SELECT {counts} FROM {quoted(name)}")
        return frozenset(n for n, one in zip(words, alike, strict=True) if one)

    def join(self, name: str, own: str, other: str, key: Key) -> tuple[Column, ...]:
        """Make one table more: the first with what the second says of its rows; its columns."""
        both = (self._tables[own], self._tables[other])
        with _faults():
            for one, view in ((own, name), (with_totals(own), with_totals(name))):
                self._connection.execute(
                    f"CREATE TEMP VIEW {quoted(view)} AS {join_sql(one, other, both, key)}"
                )
        self._tables[name] = joined_columns(*both, key)
        return self._tables[name]

    def key(self, own: str, other: str) -> Key | None:
        """The one column by which rows of a table name rows of another; None without such a one."""
        columns = (self._tables[own], self._tables[other])
        found = []
        for key in named_alike(*columns):
            ((once, held, values, filled),) = self.run(is_key_sql(own, other, columns, key))
            if once and values and held >= COVERED * values and filled:
                found.append(key)
        return found[0] if len(found) == 1 else None

    def _groups(self, name: str, query: TableQuery, main: list[tuple[Any, ...]]) -> Result:
        """The groups with their figure and their rows, the first one with where it stands."""
        found = [
            (_value(group), _finished(query, figure, there), Decimal(count), first)
            for group, figure, count, there, first in main
            if group is not None
        ]
        empty = sum(row[2] for row in main if row[0] is None)
        lines = ordered(found, query)
        statement = Statement(query, self._tables[name], name)
        best = tuple(
            int(row[0])
            for group in cited_groups(lines, query)
            for row in self.run(statement.members(group))
        )[:ROWS_CITED]
        count = sum(int(row[2]) for row in main) - empty
        return Result(count, empty, None, lines, best)

    def _interrupt(self) -> None:
        # The statement may have ended, and the reader been closed, a moment before.
        with suppress(duckdb.ConnectionException):
            self._connection.interrupt()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        timer = threading.Timer(SECONDS, self._interrupt)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _finished(query: TableQuery, found: object, there: int) -> Value:
    """A measure of what DuckDB gave for it."""
    if found is None or not there:
        return None
    if query.measure == "average":
        return Decimal(str(found)) / there
    if query.measure == "median" and isinstance(found, list):
        return measured("median", [_value(value) for value in found if value is not None])
    return _value(found)


def _value(found: object) -> Value:
    if found is None or isinstance(found, bool | Decimal | str):
        return found
    return Decimal(found) if isinstance(found, int) else str(found)


@contextmanager
def _faults() -> Iterator[None]:
    """What DuckDB says as an error of ours, in one line."""
    try:
        yield
    except duckdb.InterruptException:
        raise TableError(f"The statement took more than {SECONDS:.0f} seconds.") from None
    except duckdb.Error as error:
        raise TableError(str(error).strip().split("\n")[0]) from error
