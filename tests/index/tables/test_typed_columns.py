"""Columns have the type that all their cells bear out; what does not fit is counted and told."""

from decimal import Decimal

import pytest

from index.document import Document, Span, StoredCell, Table
from index.readers.csv import read_separated
from index.tables.columns import Column, TypedTable, typed_table, typed_tables


def typed(text: str, name: str = "table.csv") -> TypedTable:
    (found,) = typed_tables(read_separated(text.encode(), name))
    return found[1]


def column(text: str) -> tuple[Column, list[object]]:
    table = typed(
        "label;figure\n"
        + "".join(f"row {c};{f}\n" for c, f in zip("abcdefgh", text.split("|"), strict=False))
    )
    return table.columns[1], list(table.values[1])


def test_every_cell_has_its_place_in_the_text():
    document = read_separated(b"ship,port,tons\nAnn,,5\nBob,Hull,\nEve,Leith,7\n", "fleet.csv")
    ((_, table),) = typed_tables(document)

    for row in range(3):
        assert document.text[slice(*table.row(row))].startswith(table.grid.texts[0][row])
        for number in range(3):
            place = table.grid.cell(row, number)
            assert document.text[slice(*place)] == table.grid.texts[number][row]
    assert table.grid.texts[2] == ["5", "", "7"]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ("1,250|7|(30)|−2", ["1250", "7", "-30", "-2"]),
        ("1.250,5|7|1.000,0", ["1250.5", "7", "1000.0"]),
        ("$ 1,250.50|$7|($ 3)", ["1250.50", "7", "-3"]),
        ("1 250|12 000|7", ["1250", "12000", "7"]),
        ("1'250.5|7|8", ["1250.5", "7", "8"]),
        ("61 kg|74 kg", ["61", "74"]),
        (".5|1e3|2", ["0.5", "1E+3", "2"]),
        ("12 %|7.5%", ["12", "7.5"]),
    ],
)
def test_numbers_are_read_as_their_column_writes_them(cells, values):
    found, read = column(cells)

    assert found.kind == "number"
    assert read == [Decimal(value) for value in values]
    assert (found.unparsed, found.empty, found.doubt) == (0, 0, "")


def test_a_unit_is_the_cells_or_the_headers():
    assert column("61 kg|74 kg")[0].unit == "kg"
    assert typed("year;tolls (in pounds)\n1931;12\n1932;15\n").columns[1].unit == "in pounds"


def test_cells_without_a_value_are_empty_and_others_are_counted_as_unread():
    found, values = column("5|n/a|–|7|9|11|many|6")

    assert (found.kind, found.empty, found.unparsed, found.filled) == ("number", 2, 1, 5)
    assert values == [Decimal(5), None, None, Decimal(7), Decimal(9), Decimal(11), None, Decimal(6)]


@pytest.mark.parametrize(
    ("cells", "doubt"),
    [
        ("$5|€7|$9", "units"),
        ("5%|7|9%", "percentages"),
        ("1.234,56|1,234.56|1.234|5,678", "two ways"),
        ("28/03/2023|03/28/2023|02/03/2023", "two ways"),
    ],
)
def test_a_column_that_can_be_read_in_two_ways_is_doubted(cells, doubt):
    assert doubt in column(cells)[0].doubt


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ("007|008|012", "text"),
        ("Pier 4|100 Grand|3 Musketeers", "text"),
        ("yes|no|yes", "boolean"),
        ("2023-03-02|2024-01-31", "date"),
        ("28/03/2023|02/03/2023", "date"),
        ("02/03/2023|04/05/2023", "text"),
        ("2 March 2023|28 May 2024", "date"),
        ("1931|1932|2024", "number"),
        ("12345678901234567890123456789|5", "number"),
    ],
)
def test_a_column_is_of_the_kind_that_nearly_all_its_cells_are(cells, kind):
    assert column(cells)[0].kind == kind


def test_days_are_read_in_the_order_that_the_column_shows():
    assert column("28/03/2023|02/03/2023")[1] == ["2023-03-28", "2023-03-02"]
    assert column("03/28/2023|02/03/2023")[1] == ["2023-03-28", "2023-02-03"]


def test_rows_that_sum_up_others_are_known():
    table = typed("ship,tons\nAnn,5\nBob,7\nTotal,12\n")

    assert table.totals == {2}
    assert typed("ship,captain\nTotal,Lee\nAnn,Ray\n").totals == frozenset()


def test_a_table_whose_cells_may_stand_below_other_names_has_no_columns():
    wide = "a,b\n" + "1,2\n" * 5 + "1,2,3\n"

    assert typed_tables(read_separated(wide.encode(), "wide.csv")) == []
    assert typed_tables(Document("No table here.", "Note", "text/plain")) == []


def test_columns_have_the_values_that_cells_hold_not_those_they_show():
    text = "Port | Share | Month\nHull | 12% | 2023-03\nLeith | 12% | 2023-04"
    table = Table(0, len(text), Span(0, 20))
    stored = (
        StoredCell(text.index("12%"), "12.3456%"),
        StoredCell(text.index("2023-03"), "2023-03-15"),
        StoredCell(text.rindex("12%"), "11.9%"),
        StoredCell(text.rindex("2023-04"), "2023-04-02"),
    )
    found = typed_table(Document(text, "Ports", "x/y", tables=(table,), stored=stored), table)

    assert found.values[1:] == ([Decimal("12.3456"), Decimal("11.9")], ["2023-03-15", "2023-04-02"])
    assert [column.in_full for column in found.columns] == [0, 2, 2]
    assert found.grid.texts[1] == ["12%", "12%"]


def test_days_that_are_shown_as_one_month_stay_alike():
    text = "Port | Month\nHull | 2023-03\nLeith | 2023-03"
    table = Table(0, len(text), Span(0, 12))
    stored = (
        StoredCell(text.index("2023-03"), "2023-03-15"),
        StoredCell(text.rindex("2023-03"), "2023-03-02"),
    )
    found = typed_table(Document(text, "Ports", "x/y", tables=(table,), stored=stored), table)

    assert found.values[1] == ["2023-03", "2023-03"]


def test_a_name_over_all_columns_stands_before_each_name_below_it():
    text = "Year ended March 31,\n(In thousands) | 2019 | 2018\nFees | 12 | 9\nRents | 7 | 8"
    document = Document(text, "Port", "text/plain", tables=(Table(0, len(text), Span(0, 20)),))
    table = typed_table(document, document.tables[0])

    assert table is not None
    assert table.grid.names == (
        "(In thousands)",
        "Year ended March 31, 2019",
        "Year ended March 31, 2018",
    )
    assert table.values[1] == [Decimal(12), Decimal(7)]


def test_a_row_of_years_below_unnamed_labels_is_no_name():
    text = "| Opened | Closed\nHull | 1931 | 1950\nLeith | 1902 | 1999"
    document = Document(text, "Port", "text/plain", tables=(Table(0, len(text), Span(0, 17)),))
    table = typed_table(document, document.tables[0])

    assert table is not None
    assert table.grid.texts[0] == ["Hull", "Leith"]


def test_signs_in_columns_of_their_own_belong_to_the_figures():
    text = "| 2023 | 2022\nFees | $ | 48.5 | $ | 41.2\nRents | $ | 7.9 | $ | 8.4"
    document = Document(text, "Port", "text/plain", tables=(Table(0, len(text), Span(0, 13)),))
    table = typed_table(document, document.tables[0])

    assert table is not None
    assert table.grid.names == ("", "2023", "2022")
    assert table.values[1] == [Decimal("48.5"), Decimal("7.9")]
    assert table.columns[1].unit == "$"
    assert text[slice(*table.grid.cell(0, 2))] == "$ | 41.2"


def test_a_named_total_is_one_where_it_adds_up_the_rows_above():
    table = typed("plant;2022;2023\nHydro;198;241\nWind;104;131\nTotal output;302;372\n")
    assert table.totals == {2}

    table = typed("shop;2022;2023\nTools;198;241\nToys;104;131\nTotal Bay;55;60\n")
    assert table.totals == set()


def test_totals_of_blocks_and_of_all_are_told():
    rows = "a;1\nb;2\nTotal north;3\nc;4\nd;5\nTotal south;9\nTotal of both;12\n"
    table = typed(f"port;ships\n{rows}")

    assert table.totals == {2, 5, 6}


def test_of_two_lines_of_one_name_the_period_stands_over_the_columns():
    text = "Combined plan\nYears ended May 31,\n| 2019 | 2018\nFees | 12 | 9\nRents | 7 | 8"
    document = Document(text, "Port", "text/plain", tables=(Table(0, len(text), Span(0, 13)),))
    table = typed_table(document, document.tables[0])

    assert table is not None
    assert table.grid.names == ("", "Years ended May 31, 2019", "Years ended May 31, 2018")
