"""A matrix as a file: Excel and CSV with its citations and links, Word and others with footnotes.

What documents say is never a formula: in Excel it is written as text, and in CSV what a spreadsheet
would take for a formula begins with an apostrophe.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, TypeAlias

from assistant.exportable import STYLE
from assistant.links import permalink
from assistant.matrix.matrix import Cell, Grid, Matrix
from assistant.messages import CELL_DIFFERS, CELL_NOT_FOUND
from assistant.reporting.content import folded, note, printable
from assistant.reporting.export import Export, by_suffix, export, page_address
from assistant.reporting.markdown import escape_markdown, plain
from assistant.reporting.report import Report
from index.dates import iso_date

Format: TypeAlias = Any
Workbook: TypeAlias = Any
Worksheet: TypeAlias = Any
"""Of xlsxwriter, which declares no types."""

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""What spreadsheets take for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""
_DAY = re.compile(r"[12]\d{3}-\d\d-\d\d")
_WIDE, _NARROW = 28, 6
_LONGEST = 32_767
"""Characters that Excel takes in a cell."""
_LANDSCAPE_FROM = 4


class MatrixFormat(StrEnum):
    """What a matrix can be written as.

    >>> MatrixFormat("xlsx")
    <MatrixFormat.xlsx: 'xlsx'>
    """

    xlsx = "xlsx"
    csv = "csv"
    docx = "docx"
    markdown = "markdown"
    html = "html"
    json = "json"


_SUFFIXES = {
    ".xlsx": MatrixFormat.xlsx,
    ".csv": MatrixFormat.csv,
    ".docx": MatrixFormat.docx,
    ".md": MatrixFormat.markdown,
    ".html": MatrixFormat.html,
    ".json": MatrixFormat.json,
}


def format_of(path: Path) -> MatrixFormat:
    """The format that a file's name asks for.

    Raises:
        ReportError: none does.

    >>> format_of(Path("leases.xlsx"))
    <MatrixFormat.xlsx: 'xlsx'>
    """
    return by_suffix(path, _SUFFIXES)


def export_matrix(
    matrix: Matrix | Grid,
    format: MatrixFormat | str,  # noqa: A002
    *,
    base: str | None = None,
    style: str = STYLE,
) -> bytes:
    """A matrix in a format, as the bytes of its file.

    Args:
        matrix: is exported.
        format: one of `MatrixFormat`.
        base: the address of the chat's page, to which each footnote links; by default the
            settings'.
        style: of the reference list, where the format has one.

    >>> matrix = demo.matrix("Sirens: When did the sirens sound?")
    >>> export_matrix(matrix, "csv").decode("utf-8-sig").splitlines()[0]
    'Document,Date,Sirens,Sirens: source'
    """
    if MatrixFormat(format) is MatrixFormat.json:
        return (matrix.model_dump_json(indent=2) + "\n").encode()
    grid = matrix.grid if isinstance(matrix, Matrix) else matrix
    return export_grid(grid, format, base=base, style=style)


def export_grid(
    grid: Grid,
    format: MatrixFormat | str,  # noqa: A002
    *,
    base: str | None = None,
    style: str = STYLE,
) -> bytes:
    """A table in a format, as `export_matrix` has it.

    >>> grid = Grid(title="Rent", heads=("Ash",), rows=(), created="2026-01-02")
    >>> export_grid(grid, "csv").decode("utf-8-sig").strip()
    'Document,Date,Ash,Ash: source'
    """
    at = base or page_address()
    match MatrixFormat(format):
        case MatrixFormat.json:
            return (grid.model_dump_json(indent=2) + "\n").encode()
        case MatrixFormat.csv:
            return _csv(grid, at)
        case MatrixFormat.xlsx:
            return _xlsx(grid, at)
        case MatrixFormat.docx:
            made = export(grid_report(grid, at), Export.docx, style=style, base=at)
            return _turned(made) if len(grid.heads) >= _LANDSCAPE_FROM else made
        case other:
            return export(grid_report(grid, at), Export(other.value), style=style, base=at)


def shown(cell: Cell) -> str:
    """What a cell says, for a reader.

    >>> shown(Cell(state="not_found")), shown(Cell(state="differs", text="£5 / £6"))
    ('not found', 'differs: £5 / £6')
    """
    if cell.state == "not_found":
        return CELL_NOT_FOUND
    if cell.state == "differs":
        return CELL_DIFFERS.format(cell.text)
    return cell.value if cell.text == "" and isinstance(cell.value, str) else cell.text


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("5 - 3")
    ("'=1+1", '5 - 3')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def grid_report(grid: Grid, base: str) -> Report:
    """The table as a report: each cell with its footnotes.

    >>> grid = demo.matrix("Sirens: When did the sirens sound?").grid
    >>> grid_report(grid, "").sections[0].splitlines()[2]
    '| Document | Sirens |'
    """
    notes: list[str] = []
    heads = [plain(folded(one)) for one in (grid.corner, *grid.heads)]
    lines = [f"# {escape_markdown(grid.title)}", "", _line(heads), _line(["---"] * len(heads))]
    for row in grid.rows:
        cells = [plain(folded(row.label))]
        for cell in row.cells:
            marks = ""
            for citation in cell.citations:
                label = f"m{len(notes) + 1}"
                marks += f"[^{label}]"
                words = "".join(
                    f"[{plain(run.text)}]({run.href})" if run.href else plain(run.text)
                    for run in note(citation, base)
                )
                notes.append(f"[^{label}]: {words}")
            cells.append(plain(folded(shown(cell))) + marks)
        lines.append(_line(cells))
    questions = [f"- {plain(folded(one))}" for one in grid.questions]
    remarks = [escape_markdown(one) for one in grid.notices]
    text = "\n".join([*lines, "", *questions])
    body = "\n\n".join([text, *remarks, *notes])
    return Report(title=grid.title, sections=(body,), created=grid.created)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _turned(made: bytes) -> bytes:
    """A Word file with its pages turned, so that there is room for columns."""
    from docx import Document
    from docx.enum.section import WD_ORIENT

    document, file = Document(BytesIO(made)), BytesIO()
    for section in document.sections:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    document.save(file)
    return file.getvalue()


def _csv(grid: Grid, base: str) -> bytes:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    heads = [head for one in grid.heads for head in (one, f"{one}: source")]
    writer.writerow([harmless(one) for one in (grid.corner, "Date", *heads)])
    for row in grid.rows:
        line = [harmless(folded(row.label)), row.date or ""]
        for cell in row.cells:
            line.append(_plain_value(cell))
            line.append(harmless("; ".join(_source(cell, base))))
        writer.writerow(line)
    # Excel takes a file without the mark for one in the code page of its machine.
    return file.getvalue().encode("utf-8-sig")


def _plain_value(cell: Cell) -> str:
    """A value as programs read it: a number plain where it has no unit, a date as ISO."""
    if cell.state == "answered":
        if isinstance(cell.value, bool):
            return "yes" if cell.value else "no"
        if isinstance(cell.value, float) and not cell.unit:
            return f"{cell.value:.12g}"
        if isinstance(cell.value, str):
            return harmless(folded(cell.value))
    return harmless(folded(shown(cell)))


def _source(cell: Cell, base: str) -> Iterator[str]:
    for citation in cell.citations:
        yield f"{''.join(run.text for run in note(citation, None))} {permalink(citation.id, base)}"


def _xlsx(grid: Grid, base: str) -> bytes:
    import xlsxwriter  # type: ignore[import-untyped]

    file = BytesIO()
    # Nothing that a document says becomes a formula or a link by its look.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        looks = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "escaped": book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True}),
            "quiet": book.add_format({"font_color": "#767676", "italic": True, "valign": "top"}),
            "differs": book.add_format(
                {"bg_color": "#FFF2CC", "text_wrap": True, "valign": "top", "quote_prefix": True}
            ),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
            "link": book.add_format(
                {"font_color": "#1F4F9E", "underline": 1, "valign": "top", "font_size": 9}
            ),
        }
        sheet, cited = book.add_worksheet("Matrix"), book.add_worksheet("Citations")
        _fill_table(book, sheet, grid, looks)
        _fill_citations(cited, grid, base, looks)
    return file.getvalue()


def _fill_table(book: Workbook, sheet: Worksheet, grid: Grid, looks: dict[str, Format]) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, _WIDE)
    sheet.set_column(1, 1, 11)
    _words(sheet, 0, 0, grid.corner, looks["head"], looks["head"])
    _words(sheet, 0, 1, "Date", looks["head"], looks["head"])
    for at, head in enumerate(grid.heads):
        sheet.set_column(2 + 2 * at, 2 + 2 * at, _WIDE)
        sheet.set_column(3 + 2 * at, 3 + 2 * at, _NARROW)
        _words(sheet, 0, 2 + 2 * at, folded(head), looks["head"], looks["head"])
        sheet.write_string(0, 3 + 2 * at, "", looks["head"])
    number = 1
    for line, row in enumerate(grid.rows, start=1):
        _words(sheet, line, 0, folded(row.label), looks["text"], looks["escaped"])
        sheet.write_string(line, 1, row.date or "", looks["text"])
        for at, cell in enumerate(row.cells):
            _fill_cell(book, sheet, line, 2 + 2 * at, cell, looks)
            if cell.citations:
                marks = [f"[{number + one}]" for one in range(len(cell.citations))]
                place = f"internal:'Citations'!A{number + 1}"
                sheet.write_url(line, 3 + 2 * at, place, looks["link"], "".join(marks))
                number += len(cell.citations)
    if grid.rows:
        sheet.autofilter(0, 0, len(grid.rows), 1 + 2 * len(grid.heads))


def _fill_cell(
    book: Workbook,
    sheet: Worksheet,
    line: int,
    at: int,
    cell: Cell,
    looks: dict[str, Format],
) -> None:
    """A value as what it is: a number, a day, or text."""
    if cell.state != "answered":
        look = looks["differs" if cell.state == "differs" else "quiet"]
        _words(sheet, line, at, folded(shown(cell)), look, look)
    elif isinstance(cell.value, float) and not isinstance(cell.value, bool):
        places = "0.00" if cell.value % 1 else "0"
        pattern = f"#,##{places}"
        if cell.unit:
            pattern += f' "{cell.unit}"' if '"' not in cell.unit else ""
        sheet.write_number(line, at, cell.value, _format(book, looks, pattern))
    elif isinstance(cell.value, str) and _is_day(cell.value):
        day = date.fromisoformat(cell.value)
        if day.year >= 1900:  # before which Excel knows no day
            sheet.write_datetime(line, at, day, looks["date"])
        else:
            _words(sheet, line, at, cell.value, looks["text"], looks["escaped"])
    else:
        _words(sheet, line, at, folded(shown(cell)), looks["text"], looks["escaped"])


def _is_day(value: str) -> bool:
    return bool(_DAY.fullmatch(value)) and iso_date(value) == value


def _format(book: Workbook, looks: dict[str, Format], pattern: str) -> Format:
    if pattern not in looks:
        looks[pattern] = book.add_format({"num_format": pattern, "valign": "top"})
    return looks[pattern]


def _fill_citations(sheet: Worksheet, grid: Grid, base: str, looks: dict[str, Format]) -> None:
    heads = ("No.", grid.corner, "Column", "Answer", "Quote", "Place", "Citation")
    for at, (head, width) in enumerate(zip(heads, (6, 28, 18, 24, 70, 24, 34), strict=True)):
        sheet.write_string(0, at, head, looks["head"])
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 0)
    for row, head, cell, citation, number in grid.footnotes():
        sheet.write_number(number, 0, number, looks["text"])
        told = (row.label, head, shown(cell), citation.quote, citation.locator)
        for at, text in enumerate(told, start=1):
            _words(sheet, number, at, folded(text), looks["text"], looks["escaped"])
        # Excel takes no more than 65,530 links in a sheet; what is over has its id.
        sheet.write_url(
            number, 6, permalink(citation.id, base), looks["link"], printable(citation.id)
        )


def _words(sheet: Worksheet, line: int, at: int, text: str, look: Format, escaped: Format) -> None:
    """Text as text; what looks like a formula keeps the sign that says it is none."""
    written = printable(text)[:_LONGEST]
    sheet.write_string(line, at, written, escaped if _FORMULA.match(written) else look)
