"""Excel workbooks: what the sheets show, each row where the program shows it."""

import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from outcomes import assert_read_or_one_line

from assistant.commands.inspecting import described
from assistant.locators import locator
from index.errors import DocumentError, EmptyDocument
from index.readers import read
from index.readers.office.number_formats import format_cell, in_full
from index.readers.office.office_zip import MAX_TEXT
from index.readers.reading import read_bytes


def workbook(fill):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    fill(book)
    book.close()
    return buffer.getvalue()


def costs(book):
    sheet = book.add_worksheet("Costs")
    sheet.write("A1", "Costs of the harbour")
    sheet.write_row("A3", ["Region", "Sum", "Share", "Day"])
    money, share, day = (
        book.add_format({"num_format": code}) for code in ("#,##0.00", "0.0%", "dd/mm/yyyy")
    )
    for row, region in enumerate(("North", "South", "West"), 3):
        sheet.write(row, 0, region)
        sheet.write(row, 1, 1234567.891 * row, money)
        sheet.write_formula(row, 2, "=1/3", share, 1 / 3)
        sheet.write_datetime(row, 3, datetime(2023, 2, row), day)
    book.add_worksheet("Rates").write_row("B2", ["Rate", 0.5])
    book.set_properties({"title": "The cost of the harbour", "author": "Maren Holt"})


def repacked(data, part, content):
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return buffer.getvalue()


def parts_of(document, words):
    start = document.text.index(words)
    return document.parts_at(start, start + len(words))


def test_cells_read_as_the_sheet_shows_them():
    document = read_bytes(workbook(costs), "costs.xlsx")

    assert document.text == (
        "Costs\n\nCosts of the harbour\n\nRegion | Sum | Share | Day\n"
        "North | 3,703,703.67 | 33.3% | 2023-02-03\nSouth | 4,938,271.56 | 33.3% | 2023-02-04\n"
        "West | 6,172,839.46 | 33.3% | 2023-02-05\n\nRates\n\nRate | 0.5"
    )
    assert (document.title, document.author) == ("The cost of the harbour", "Maren Holt")


def test_a_row_is_cited_by_sheet_and_number_with_the_row_that_names_its_columns():
    document = read_bytes(workbook(costs), "costs.xlsx")
    south = document.text.index("South")

    assert locator(None, None, (), parts_of(document, "4,938,271.56")) == "sheet “Costs”, row 5"
    assert (
        locator(None, None, (), parts_of(document, "33.3% | 2023-02-04\nWest"))
        == "sheet “Costs”, rows 5–6"
    )
    assert document.text[slice(*document.table_at(south).header)] == "Region | Sum | Share | Day"


def test_a_workbook_in_a_store_gives_up_its_rows(shelf, files):
    (files / "costs.xlsx").write_bytes(workbook(costs))

    assert not shelf.add(files).failed
    assert shelf.finds("4,938,271.56")


def test_a_file_of_another_writer_reads_alike(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Region", "Sum"])
    book.active.append(["North", 1234567.891])
    book.active["B2"].number_format = "0.0"
    book.save(tmp_path / "a.xlsx")

    assert read(tmp_path / "a.xlsx").text == "Region | Sum\nNorth | 1234567.9"


def test_a_cell_merged_over_rows_is_written_in_each():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_row("A1", ["Region", "Port"])
        sheet.merge_range("A2:A3", "North")
        sheet.write_column("B2", ["Quay", "Pier"])

    assert read_bytes(workbook(fill), "a.xlsx").text == "Region | Port\nNorth | Quay\nNorth | Pier"


def test_what_is_hidden_by_hand_stays_out_and_what_a_filter_folds_away_is_read():
    def fill(book):
        sheet = book.add_worksheet("Seen")
        sheet.write_column("A1", ["seen", "away", "end"])
        sheet.write("C1", "column")
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column("C:C", None, None, {"hidden": True})
        filtered = book.add_worksheet("Filtered")
        filtered.write_column("A1", ["Port", "Quay", "Pier"])
        filtered.autofilter("A1:A3")
        filtered.filter_column("A", "x == Quay")
        filtered.set_row(2, None, None, {"hidden": True})
        hidden = book.add_worksheet("Hidden")
        hidden.write("A1", "secret")
        hidden.hide()

    document = read_bytes(workbook(fill), "a.xlsx")
    assert document.text == "Seen\n\nseen\n\nend\n\nFiltered\n\nPort\nQuay\nPier"
    assert [(left.words, left.why, left.where) for left in document.left_out] == [
        ("column", "hidden column", "sheet “Seen”"),
        ("away", "hidden row", "sheet “Seen”"),
        ("secret", "hidden sheet", "sheet “Hidden”"),
    ]


def test_a_sheet_that_is_huge_and_sparse_stays_small():
    def fill(book):
        sheet = book.add_worksheet()
        for at in range(3000):
            sheet.write(at, at, "x")
        sheet.write(1_048_575, 16_383, "corner")

    document = read_bytes(workbook(fill), "a.xlsx")
    assert len(document.text) < 10_000
    assert [part.label for part in parts_of(document, "corner")][-1] == "1048576"


def test_markup_controls_and_long_cells_are_data():
    long = "word " * 6000
    cells = ["<b>bold</b> {{x}}", "a\u202eb", "=SUM(", long.strip()]

    def fill(book):
        for at, cell in enumerate(cells):
            book.worksheets()[0].write_string(at, 0, cell) if at else book.add_worksheet(
                "S"
            ).write_string(0, 0, cell)

    assert read_bytes(workbook(fill), "a.xlsx").text == "S\n\n" + "\n".join(cells)


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234567.891, "General", "1234567.891"),
        (0.1 + 0.2, "General", "0.3"),
        (123456789012, "General", "123456789012"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (-5, "#,##0;(#,##0)", "(5)"),
        (0, '0;-0;"none"', "none"),
        (1234567, '0.0,,"M"', "1.2M"),
        (12345, "0.00E+00", "1.23E+04"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (123456789, "000-00-0000", "123-45-6789"),
        (1.5, "# ?/?", "1 1/2"),
        (0.75, "# ??/100", "75/100"),
        (2.675, "0.00", "2.68"),
        (44987, "dd/mm/yyyy", "2023-03-02"),
        (44987, "mmm-yy", "2023-03"),
        (44987.60417, "d.m.yy h:mm", "2023-03-02 14:30"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (1500, '[>=1000]0.0,"k";0', "1.5k"),
        (0.5, "h:mm AM/PM", "12:00"),
    ],
)
def test_a_number_format_is_followed(value, code, text):
    assert format_cell(value, code) == text


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
    st.sampled_from(["#,##0.00", "0.00", "General"]),
)
def test_a_figure_means_the_number_in_its_cell(value, code):
    read_back = float(format_cell(value, code).replace(",", ""))
    assert read_back == pytest.approx(value, abs=0.00501, rel=1e-9)


@settings(deadline=None)
@given(st.floats(), st.text(alphabet='0#?.,%/EehmsydGneral"[]\\_*@;$ ', max_size=15))
def test_no_number_format_fails(value, code):
    if value == value and abs(value) != float("inf"):
        assert isinstance(format_cell(value, code), str)


def test_a_truncated_workbook_is_refused_in_one_line(tmp_path):
    data = workbook(costs)
    for cut in range(1, len(data), len(data) // 40):
        (tmp_path / "a.xlsx").write_bytes(data[:cut])
        assert_read_or_one_line(tmp_path / "a.xlsx")


@pytest.mark.parametrize("content", [b"", b"<a/>", b"<worksheet><row r='x'/></worksheet>", b"\xff"])
@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"]
)
def test_a_broken_part_costs_one_line(tmp_path, part, content):
    (tmp_path / "a.xlsx").write_bytes(repacked(workbook(costs), part, content))
    assert_read_or_one_line(tmp_path / "a.xlsx")


def test_entities_are_not_read():
    hostile = (
        b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "bbbb">]>'
        b"<worksheet><sheetData><row><c t='inlineStr'><is><t>Seen &a;&b;</t></is></c></row>"
        b"</sheetData></worksheet>"
    )
    document = read_bytes(repacked(workbook(costs), "xl/worksheets/sheet1.xml", hostile), "a.xlsx")
    assert "Seen" in document.text
    assert "bbbb" not in document.text


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = repacked(workbook(costs), "xl/worksheets/sheet1.xml", bytes(MAX_TEXT + 1))
    with pytest.raises(DocumentError, match="unpack to more than"):
        read_bytes(bomb, "a.xlsx")


def test_an_empty_workbook_says_so():
    with pytest.raises(EmptyDocument):
        read_bytes(workbook(lambda book: book.add_worksheet()), "a.xlsx")


def test_names_in_two_lines_are_one_header():
    def fill(book):
        sheet = book.add_worksheet("Traffic")
        sheet.merge_range("A1:D1", "Traffic of the bridge")
        sheet.merge_range("A3:A4", "Year")
        sheet.merge_range("B3:C3", "Traffic")
        sheet.write("D3", "Toll")
        sheet.write_row("B4", ["Cars", "Bicycles"])
        sheet.write_row("A5", [2024, 0, 310, 3])
        sheet.write_row("A6", [2025, 9400, 2200, 3])

    document = read_bytes(workbook(fill), "a.xlsx")
    assert document.text == (
        "Traffic\n\nTraffic of the bridge\n\nYear | Traffic: Cars | Traffic: Bicycles | Toll\n"
        "2024 | 0 | 310 | 3\n2025 | 9400 | 2200 | 3"
    )
    assert document.text[slice(*document.tables[0].header)].startswith("Year | Traffic: Cars")
    assert [part.label for part in parts_of(document, "9400")][-1] == "6"


def test_comments_text_boxes_and_titles_of_charts_follow_the_rows():
    def fill(book):
        sheet = book.add_worksheet("Costs")
        sheet.write_column("A1", ["Sum", 12, 15])
        sheet.write_comment("A2", "Too high?", {"author": "Ilse Korn"})
        sheet.insert_textbox("C3", "In thousands of crowns")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Costs!$A$2:$A$3"})
        chart.set_title({"name": "Costs a year"})
        chart.set_y_axis({"name": "Crowns"})
        sheet.insert_chart("E3", chart, {"description": "Columns that rise"})
        sheet.set_header("&LHarbour Office&RPage &P")

    document = read_bytes(workbook(fill), "a.xlsx")
    assert document.text.startswith("Costs\n\nSum\n12\n15\n\n")
    for words in ("In thousands of crowns", "Costs a year", "Crowns", "Columns that rise"):
        assert f"\n\n{words}\n\n" in document.text
    assert document.text.endswith("Comments\n\nA2, Ilse Korn: Too high?")
    assert [(left.words, left.why) for left in document.left_out] == [
        ("Harbour Office Page", "header or footer")
    ]


def test_a_formula_that_was_never_computed_is_told(tmp_path):
    book = openpyxl.Workbook()
    for cells in (["Region", "Sum"], ["North", "=1+1"], ["South", "=1+2"]):
        book.active.append(cells)
    book.active.title = "Costs"
    book.save(tmp_path / "a.xlsx")

    [warning] = read(tmp_path / "a.xlsx").warnings
    assert warning == (
        "2 formulas have no computed value on sheet “Costs” (first in B2): "
        "open the workbook in a spreadsheet and save it."
    )


def test_what_a_number_format_hides_is_told_and_raised_figures_stay_apart():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write("A1", 7, book.add_format({"num_format": ";;;"}))
        raised = book.add_format({"font_script": 1})
        sheet.write_rich_string("B1", "40 m", raised, "2", " in 2025", raised, "12")

    document = read_bytes(workbook(fill), "a.xlsx")
    assert document.text == "40 m² in 2025 ¹²"
    assert [(left.words, left.why) for left in document.left_out] == [("7", "hidden by its format")]


def test_a_sheet_of_chart_is_read_whole():
    def fill(book):
        book.add_worksheet("Data").write_column("A1", [12, 15])
        chart = book.add_chart({"type": "line"})
        points = {"values": "=Data!$A$1:$A$2", "name": "Ships"}
        chart.add_series(points | {"values_data": [12, 15]})
        book.add_chartsheet("Ships").set_chart(chart)

    assert "Category | Ships\n1 | 12\n2 | 15" in read_bytes(workbook(fill), "a.xlsx").text


def test_a_cell_that_is_struck_through_is_told():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_column("A1", ["Toll", 3])
        sheet.write("A3", "Sauna", book.add_format({"font_strikeout": True}))

    document = read_bytes(workbook(fill), "a.xlsx")
    assert document.text == "Toll\n3"
    assert [(left.words, left.why) for left in document.left_out] == [("Sauna", "struck through")]


def test_what_a_format_rounds_is_kept_in_full_beside_what_the_cell_shows():
    book = openpyxl.Workbook()
    sheet = book.active
    for values in (
        ("Port", "Share", "Tolls", "Half", "Month", "Whole"),
        ("Hull", 0.123456, 1234.56, 1 / 3, date(2023, 3, 15), 0.1 + 0.2),
        (None, -0.119, 1500, 2, date(2023, 4, 1), 7),
    ):
        sheet.append(values)
    sheet.merge_cells("B2:B3")
    for row in sheet.iter_rows(min_row=2):
        for cell, code in zip(
            row, ("General", "0%", '0.0,"k"', "# ?/?", "mmm-yy", "0.0"), strict=True
        ):
            cell.number_format = code
    made = io.BytesIO()
    book.save(made)
    document = read_bytes(made.getvalue(), "ports.xlsx")

    lines = document.text.splitlines()
    assert "Hull | 12% | 1.2k | 1/3 | 2023-03 | 0.3" in lines
    assert "| 12% | 1.5k | 2 | 2023-04 | 7.0" in lines
    shown = [
        (re.split(r" \||\n", document.text[cell.start :])[0], cell.value)
        for cell in document.stored
    ]
    assert shown == [
        ("12%", "12.3456%"),
        ("1.2k", "1.23456k"),
        ("1/3", "0.333333333333333"),
        ("2023-03", "2023-03-15"),
        ("12%", "12.3456%"),
        ("2023-04", "2023-04-01"),
    ]
    assert "[holds 12.3456%] 12%" in "\n".join(described(document))


@pytest.mark.parametrize(
    ("value", "code", "full"),
    [
        (0.126, "0.0%", ""),
        (-1234.567, "#,##0.00", "-1234.567"),
        (-1234.567, '0;"minus "0', "minus 1234.567"),
        (1234567.891, '$#,##0.0,,"m"', "$1.234567891m"),
        (123456.789, "0.00E+00", "123456.789"),
        (120000, "0.0E+00", ""),
        (2 / 3, "General", "0.666666666666667"),
        (45_000.75, "yyyy-mm-dd", ""),
        (45_000.75, "h:mm", ""),
        (1.5, "[h]:mm", ""),
        (12.5, '"secret"', ""),
        (12.5, ";;;", ""),
    ],
)
def test_only_hidden_digits_are_told_apart(value, code, full):
    assert in_full(value, code) == full


def test_tables_beside_each_other_of_which_one_begins_beside_another_are_read_apart(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    crew = [["Crew", "Hours"], ["Ines", 40], ["Tom", 38], [], ["Ship", "Tons"], ["Möwe", 120]]
    costs = [["Item", "Cost"], ["Rope", 74], ["Fender", 64], ["Lamp", 12], ["Oil", 9]]
    for left, rows in ((1, crew), (4, costs)):
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, left):
                sheet.cell(number, column, value)
    book.save(tmp_path / "a.xlsx")

    document = read(tmp_path / "a.xlsx")

    tables = [document.text[table.start : table.end] for table in document.tables]
    assert tables == [
        "Crew | Hours\nInes | 40\nTom | 38",
        "Ship | Tons\nMöwe | 120",
        "Item | Cost\nRope | 74\nFender | 64\nLamp | 12\nOil | 9",
    ]
    at = document.text.index("Lamp | 12")
    assert ("4", at) in [(part.label, part.start) for part in document.parts]


def test_an_empty_column_inside_a_table_parts_nothing(tmp_path):
    book = openpyxl.Workbook()
    rows = [["Name", "Dept", None, "City", "Land"], ["Ines", "Pumps", None, "Bideford", "UK"]]
    rows += [["Tom", "Locks", None, "Kiel", "DE"], ["Total", "2"]]
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")

    assert "Ines | Pumps | Bideford | UK" in read(tmp_path / "a.xlsx").text
