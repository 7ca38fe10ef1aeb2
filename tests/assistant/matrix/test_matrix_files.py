"""A matrix as a file: cells stay what they are, every one leads to its words, none is a formula."""

import csv
import datetime
import io

import openpyxl
import pytest
from docx import Document as Word

from assistant.assistant import Assistant
from assistant.matrix.columns import Column
from assistant.matrix.exporting import format_of
from assistant.matrix.matrix import Cell, Matrix, Row
from index.errors import ReportError

BASE = "http://127.0.0.1:7860"


def hostile() -> Matrix:
    cells = tuple(
        Cell(state="answered", text=text, value=text)
        for text in ("=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "5 - 3")
    )
    columns = tuple(Column(name=f"={n}", question="Which?") for n in range(len(cells)))
    row = Row(document_id="d", version="v", title="=1+1", cells=cells)
    return Matrix(columns=columns, rows=(row,), created="2026-01-02")


def test_a_workbook_has_dates_and_numbers_and_a_sheet_of_citations(landlord, questions, tmp_path):
    matrix = landlord.matrix(questions).sorted_by("Begins")
    matrix.to_xlsx(tmp_path / "leases.xlsx", base=BASE)
    book = openpyxl.load_workbook(tmp_path / "leases.xlsx")
    sheet, cited = book["Matrix"], book["Citations"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[2::2] == ["Begins", "Rent", "Renews", "Law"]
    assert sheet["C2"].value == datetime.datetime(2023, 1, 14)
    assert sheet["E3"].value == 12500
    assert "£" in sheet["E3"].number_format
    assert sheet["G2"].value == "no"
    assert sheet["E2"].value == "not found"
    assert sheet["E4"].value.startswith("differs: ")
    assert sheet.auto_filter.ref == "A1:J4"
    count = sum(len(cell.citations) for row in matrix.rows for cell in row.cells)
    assert cited.max_row == 1 + count
    for line, (row, _, _, citation, number) in enumerate(matrix.grid.footnotes(), start=2):
        assert cited.cell(line, 1).value == number
        assert cited.cell(line, 2).value == row.label
        assert " ".join(citation.quote.split()) == cited.cell(line, 5).value
        assert cited.cell(line, 7).hyperlink.target.endswith(f"?cite={citation.id}")
    assert sheet["D2"].value == "[1]"
    assert sheet["D2"].hyperlink.location == "'Citations'!A2"


def test_no_cell_of_a_workbook_or_of_csv_is_a_formula(tmp_path):
    hostile().to_xlsx(tmp_path / "hostile.xlsx", base=BASE)
    sheet = openpyxl.load_workbook(tmp_path / "hostile.xlsx")["Matrix"]
    assert all(cell.data_type in ("s", "n") for line in sheet.iter_rows() for cell in line)
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].quotePrefix
    rows = list(csv.reader(io.StringIO(hostile().to_csv(base=BASE).removeprefix("\ufeff"))))
    assert rows[1][0] == "'=1+1"
    assert [one[:1] for one in rows[1][2::2]] == ["'", "'", "'", "'", "'", "5"]
    assert all(head.startswith("'") for head in rows[0][2:])


def test_csv_has_plain_values_and_beside_each_its_citation_with_a_link(landlord, questions):
    text = landlord.matrix(questions).sorted_by("Begins").to_csv(base=BASE)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["Begins"] for row in rows] == ["2023-01-14", "2024-05-03", "2025-07-01"]
    assert [row["Renews"] for row in rows][:2] == ["no", "yes"]
    assert "This lease begins on 3 May 2024." in rows[1]["Begins: source"]
    assert f"{BASE}/?cite=" in rows[1]["Begins: source"]
    assert rows[0]["Rent: source"] == ""


def test_the_answers_can_be_asked_about_as_a_table(landlord, questions, tmp_path):
    table = tmp_path / "made.csv"
    table.write_text(landlord.matrix(questions).to_csv(base=BASE), encoding="utf-8")
    with Assistant(tmp_path / "tables") as other:
        other.add(table)
        answer = other.query("Which documents have Renews no?")
        assert "Document: Lease of Birch House" in answer.text
        assert "Ash Court" not in answer.text


def test_word_has_a_footnote_for_each_citation_and_they_can_be_checked(
    landlord, questions, tmp_path
):
    matrix = landlord.matrix(questions)
    matrix.to_docx(tmp_path / "leases.docx", base=BASE)
    word = Word(tmp_path / "leases.docx")
    (table,) = word.tables
    assert [cell.text for cell in table.rows[0].cells][1:] == ["Begins", "Rent", "Renews", "Law"]
    assert word.sections[0].page_width > word.sections[0].page_height
    cited = {one.id for *_, one, _ in matrix.grid.footnotes()}
    verified = landlord.verify(tmp_path / "leases.docx")
    assert {one.id for one in verified.findings} == cited
    assert verified.clean


@pytest.mark.parametrize("name", ["leases.md", "leases.html"])
def test_other_formats_have_the_same_table(landlord, questions, name):
    matrix = landlord.matrix(questions)
    text = matrix.to_markdown(base=BASE) if name.endswith("md") else matrix.to_html(base=BASE)
    assert "law of Scotland" in text
    assert "The annual rent is £8,400." in text


def test_json_comes_back_as_the_same_matrix(landlord, questions):
    matrix = landlord.matrix(questions)
    assert Matrix.model_validate_json(matrix.model_dump_json()) == matrix


def test_a_name_without_a_format_is_refused(tmp_path):
    with pytest.raises(ReportError, match=r"\.xlsx"):
        format_of(tmp_path / "table.ods")
