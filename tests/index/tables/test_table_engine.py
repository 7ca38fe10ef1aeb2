"""DuckDB over a table gives what the table's own data give; and nothing else can be asked."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from index.errors import TableError
from index.readers.csv import read_separated
from index.tables.columns import TypedTable, typed_tables
from index.tables.engine import TableReader, write_parquet
from index.tables.plain import compute
from index.tables.query import Condition, TableQuery

PORTS = ["Hull", "Leith", "Quay O'Brien", 'The "Lock"', "Łódź"]
rows = some.lists(
    some.tuples(
        some.sampled_from(PORTS),
        some.one_of(some.none(), some.decimals(-10_000, 10_000, places=2)),
        some.dates(date(2000, 1, 1), date(2049, 12, 31)),
    ),
    min_size=1,
    max_size=40,
)
comparisons = some.sampled_from(["=", "!=", ">", ">=", "<", "<="])


def table_of(data: list[tuple[str, Decimal | None, object]]) -> TypedTable:
    # The last line keeps the kinds of the columns, whatever the others hold.
    lines = [
        *data,
        ("zz last", Decimal("0.25"), "2049-12-31"),
        ("zz last", Decimal("0.25"), "2049-12-31"),
    ]
    text = "port;tons;day\n" + "".join(
        f'"{port.replace(chr(34), chr(34) * 2)}";{"" if tons is None else tons};{day}\n'
        for port, tons, day in lines
    )
    ((_, table),) = typed_tables(read_separated(text.encode(), "fleet.csv"))
    return table


def reader(table: TypedTable, folder: Path) -> TableReader:
    write_parquet(table, folder / "fleet.parquet")
    return TableReader({"fleet": (folder / "fleet.parquet", table.columns)})


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    data=rows, port=some.sampled_from(PORTS), operator=comparisons, bound=some.integers(-9999, 9999)
)
def test_any_table_asked_anything_gives_the_figures_of_its_data(
    tmp_path, data, port, operator, bound
):
    compared = {
        "=": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
    }[operator]
    table = table_of(data)
    whole = [*data, *[("zz last", Decimal("0.25"), None)] * 2]
    of_port = [tons for name, tons, _ in data if name == port]
    there = [tons for tons in of_port if tons is not None]
    bounded = [tons for _, tons, _ in whole if tons is not None and compared(tons, bound)]
    here = (Condition(0, "=", port.upper()),)
    expected = {
        TableQuery("count", None, here): len(of_port),
        TableQuery("count", None, (Condition(1, operator, Decimal(bound)),)): len(bounded),
        TableQuery("sum", 1, here): sum(there) if there else None,
        TableQuery("average", 1, here): sum(there) / len(there) if there else None,
        TableQuery("median", 1, here): median(there) if there else None,
        TableQuery("highest", 1, here, (0, 1)): max(there, default=None),
        TableQuery("lowest", 1, here, (0, 1)): min(there, default=None),
    }
    with reader(table, tmp_path) as asked:
        for query, figure in expected.items():
            result = asked.result("fleet", query)
            assert result.value == figure, query
            assert result == compute(table, query), query
        by_port = TableQuery("count", None, (), group=0)
        groups = asked.result("fleet", by_port)
        assert {name: figure for name, figure, _ in groups.lines} == {
            name: sum(other == name for other, _, _ in whole) for name, _, _ in whole
        }
        for query in (
            by_port,
            TableQuery("average", 1, here, group=0),
            TableQuery("rows", None, here, (0, 2)),
        ):
            assert asked.result("fleet", query) == compute(table, query)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[TableReader]:
    table = table_of([("Hull", Decimal(5), "2024-05-01"), ("Leith", None, "2024-06-01")])
    with reader(table, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH 'other.db'",
        "CREATE TABLE more AS SELECT 1",
        "DELETE FROM fleet",
        "COPY fleet TO 'out.csv'",
        "INSTALL httpfs",
        "SET threads = 8",
        "PRAGMA enable_external_access",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'https://example.org/a.parquet'",
        "SELECT * FROM glob('/*')",
        "SELECT getenv('HOME')",
        "SELECT nothing FROM fleet",
        "this is no SQL",
    ],
)
def test_nothing_but_a_question_to_the_tables_is_run(fleet, sql):
    with pytest.raises(TableError) as told:
        fleet.run(sql)

    assert "\n" not in str(told.value)


def test_readers_of_one_folder_see_their_own_tables_alone(fleet, tmp_path):
    table = table_of([("Oban", Decimal(9), "2024-07-01")])
    write_parquet(table, tmp_path / "boats.parquet")
    with TableReader({"boats": (tmp_path / "boats.parquet", table.columns)}) as boats:
        with pytest.raises(TableError, match="fleet"):
            boats.run("SELECT * FROM fleet")
        with TableReader({"fleet": (tmp_path / "boats.parquet", table.columns)}) as another:
            assert another.run("SELECT port FROM fleet LIMIT 1") == [("Oban",)]
    assert fleet.run("SELECT port FROM fleet LIMIT 1") == [("Hull",)]


def test_a_statement_that_takes_too_long_or_gives_too_much_is_stopped(fleet, monkeypatch):
    with pytest.raises(TableError, match="more than 10,000 rows"):
        fleet.run("SELECT * FROM range(20000)")
    monkeypatch.setattr("index.tables.engine.SECONDS", 0.2)
    with pytest.raises(TableError, match="took more than"):
        fleet.run(
            "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range % 7 = b.range"
        )


def test_a_file_that_is_gone_is_told(tmp_path):
    with pytest.raises(TableError):
        TableReader({"fleet": (tmp_path / "fleet.parquet", ())})
