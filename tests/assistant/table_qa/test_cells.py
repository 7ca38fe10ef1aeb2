"""A figure that stands in a table is answered with its cell, its row and its column."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
import xlsxwriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from assistant.answer import Answer
from assistant.assistant import Assistant

ROWS = [
    ["", "2023", "2022"],
    ["Ferry tickets", "48.5", "41.2"],
    ["Harbour dues", "7.9", "8.4"],
    ["Total revenue", "56.4", "49.6"],
    ["Wages", "(21.0)", "(18.7)"],
    ["Subsidies", "—", "2.5"],
]
CAPTION = "Income of the Marrow Island Ferry (in millions)"


def markdown(path: Path) -> Path:
    lines = [f"# {CAPTION}", ""]
    lines += [f"| {' | '.join(row)} |" for row in [ROWS[0], ["---"] * 3, *ROWS[1:]]]
    path = path / "ferry.md"
    path.write_text("\n".join(lines) + "\n")
    return path


def html(path: Path) -> Path:
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    path = path / "ferry.html"
    path.write_text(f"<html><body><h1>{CAPTION}</h1><table>{cells}</table></body></html>")
    return path


def apart(path: Path) -> Path:
    """As filings have it: the sign of the currency in a cell of its own, names over two cells."""
    head = "<tr><td></td><td colspan=2>2023</td><td colspan=2>2022</td></tr>"
    cells = "".join(
        f"<tr><td>{label}</td><td>$</td><td>{now}</td><td>$</td><td>{before}</td></tr>"
        for label, now, before in ROWS[1:]
    )
    path = path / "filing.html"
    path.write_text(f"<html><body><h1>{CAPTION}</h1><table>{head}{cells}</table></body></html>")
    return path


def word(path: Path) -> Path:
    document = docx.Document()
    document.add_heading(CAPTION)
    table = document.add_table(len(ROWS), 3)
    for number, row in enumerate(ROWS):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
    path = path / "ferry.docx"
    document.save(str(path))
    return path


def excel(path: Path) -> Path:
    path = path / "ferry.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Income")
        sheet.write(0, 0, CAPTION)
        for number, row in enumerate(ROWS, 2):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    return path


def separated(path: Path) -> Path:
    path = path / "ferry.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["in millions", "2023", "2022"], *ROWS[1:]])
    return path


def printed(path: Path) -> Path:
    path = path / "ferry.pdf"
    title = Paragraph(CAPTION, getSampleStyleSheet()["Heading1"])
    SimpleDocTemplate(str(path), pagesize=A4).build([title, Table(ROWS)])
    return path


MAKERS = [markdown, html, apart, word, excel, separated, printed]


def holds(assistant: Assistant, answer: Answer) -> None:
    """Every citation is a place, and the bracketed words are marked."""
    for citation in answer.citations:
        document = assistant.document(citation.document_id, citation.version)
        assert document.text[citation.start : citation.end] == citation.quote


def exact(answer: Answer) -> list[str]:
    return [s.text[start:end] for s in answer.sentences for start, end in s.exact]


@pytest.mark.parametrize("made", MAKERS)
def test_a_cell_is_found_by_its_row_and_its_year(
    assistant: Assistant, tmp_path: Path, made: Callable[[Path], Path]
):
    assert not assistant.add(made(tmp_path)).failed
    for question, row, year, cell in [
        ("What was the total revenue in 2022?", "Total revenue", "2022", "49.6"),
        ("What were the harbour dues in 2023?", "Harbour dues", "2023", "7.9"),
        ("How much were the wages in 2022?", "Wages", "2022", "(18.7)"),
    ]:
        answer = assistant.query(question)
        (sentence,) = answer.sentences
        assert exact(answer)[0].strip("$ ") == cell
        (start, end), *_ = sentence.added
        assert year in sentence.text[start:end]
        assert "in millions" in sentence.text[start:end]
        assert row in sentence.text[end:]
        quotes = [citation.quote for citation in answer.citations]
        assert any(row in quote and cell in quote for quote in quotes)
        assert any("2023" in quote and "2022" in quote for quote in quotes)
        holds(assistant, answer)


LIGHTHOUSES = """# Lights of the coast

Upkeep includes paint, oil and the wages of the keepers.

| (in thousands) | First | Second | Third | Fourth |
|---|---|---|---|---|
| Ships passed | 410 | 388 | 512 | 297 |

| (in thousands) | 2021 | 2022 | 2023 |
|---|---|---|---|
| Upkeep | $(61) | $(58) | $(64) |
| Light dues | 207 | 264 | 231 |
| Lamps lit at 31 March | 88 | 90 | 91 |
| Lamps lit at 1 April | 71 | 72 | 73 |
"""


@pytest.fixture(scope="module")
def lights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("lights")
    (folder / "lights.md").write_text(LIGHTHOUSES)
    with Assistant(folder / "store") as assistant:
        assert not assistant.add(folder / "lights.md").failed
        yield assistant


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("In which year were the light dues highest?", "[2022, in thousands:] Light dues … 264"),
        (
            "In what year were light dues lower, 2022 or 2023?",
            "[2023, in thousands:] Light dues … 231",
        ),
        ("How many ships passed in the third quarter?", None),
        ("How many lamps were lit at 1 April in 2022?", "72"),
    ],
)
def test_of_the_cells_of_a_row_that_of_the_period_is_told(lights, question, told):
    answer = lights.query(question)

    if told is None:  # 'Third' names no quarter for certain: the first is not given in its place
        assert "410" not in exact(answer)
    else:
        assert told in answer.text


@pytest.mark.parametrize(
    "question",
    ["What does the upkeep include?", "In which year was the upkeep highest?"],
)
def test_no_cell_answers_what_asks_for_words_or_may_be_meant_in_two_ways(lights, question):
    answer = lights.query(question)

    assert not any("[20" in one.text for one in answer.sentences)


def test_the_total_over_two_years_is_summed_with_both_figures(lights):
    answer = lights.query("What were the total light dues in 2021 and 2022?")

    assert "207 + 264 = 471" in answer.text
