"""Tables read into cells from a printed page: signs, headings between, units of one column."""

from types import SimpleNamespace
from typing import Any, cast

from assistant.table_qa.cells import figure
from assistant.table_qa.figures import Figure, TableContext
from assistant.table_qa.periods import Period
from index.document import Document, Span, Table

REPORT = """(in millions) | 2021 | 2022
Ferries
Tolls | $ 10 | $ 12
Rents | 7 | 22.4 %
Barges
Tolls | $ 3 | $ 4"""

STATIONS = """Station | Opened | Passengers (thousand)
Arlen | 1947 | 779
Borth | 1969 | 933"""


def sheet(text: str) -> TableContext:
    table = Table(0, len(text), Span(0, text.index("\n")))
    document = Document(text, "Report", "application/pdf", tables=(table,))
    info = cast("Any", SimpleNamespace(title="Report", path=None, author=None))
    return TableContext.of(info, document, 0)


def test_a_sign_set_apart_belongs_to_its_figure():
    report = sheet(REPORT)
    [table] = report.tables
    figures = [Figure(report, table, row, cell) for row in table.rows[:2] for cell in row.cells]

    assert [str(one.value) for one in figures] == ["10", "12", "7", "22.4"]
    assert [one.currency for one in figures] == ["$", "$", "", ""]
    assert [one.cell.is_percent for one in figures] == [False, False, False, True]


def test_rows_of_one_name_are_told_apart_by_the_heading_above_them():
    found = figure("tolls of barges", Period(years=(2022,)), [sheet(REPORT)], rarity={})

    assert found is not None
    assert found.cell.text == "$ 4"
    assert found.column == "2022"


def test_the_units_of_one_column_are_not_those_of_another():
    among = [sheet(STATIONS)]

    opened = figure("Arlen opened", Period(), among, rarity={})
    passengers = figure("Arlen passengers", Period(), among, rarity={})

    assert opened is not None
    assert passengers is not None
    assert (opened.cell.text, opened.scale) == ("1947", 0)
    assert (passengers.cell.text, passengers.scale) == ("779", 3)


def test_the_name_of_a_column_alone_asks_for_no_row():
    assert figure("most passengers", Period(), [sheet(STATIONS)], rarity={}) is None
