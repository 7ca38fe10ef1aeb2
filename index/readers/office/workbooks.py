"""Excel workbooks: each sheet's rows with the values that its cells show.

Cells in rows and columns as text: a line a row, its tables apart, their headers known.
"""

import io
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import Document, normalised, readable_stem
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import CELL_BREAK, Block, set_parts
from index.readers.metadata import compose
from index.readers.office.number_formats import BUILT_IN, format_cell, general
from index.readers.office.office_zip import (
    FAULTS,
    check_archive,
    elements,
    local,
    parsed,
    properties,
    related,
    stated_properties,
)

_SPARSE = 8
"""Cells a row may leave empty for each that is filled before its gaps are no longer written."""
_HEADER_REACH = 6
"""Among so many first lines of a table the one is sought that names the columns."""
_HEADER_FILL = 0.6
_LONGEST_NAME = 100
_SAMPLE = 50
_YEAR = re.compile(r"(?:FY ?)?(?:19|20)\d\d")
_VALUE = re.compile(
    r"[-+(±~<>≤≥]?\s*+(?:[^\w\s]|[A-Z]{2,3}\s)?\s*+[-+]?\.?\d[\d\s.,'’:/-]*+(?:[eE][-+]?\d+)?"
    r"\s*+(?:%|[^\w\s]|[A-Z]{3}|[A-Za-zµ°]{1,3})?\s*+\)?"
    r"|\d{4}-\d\d-\d\d[T ][\d:.]+Z?(?:[+-][\d:]+)?|true|false|yes|no|n/?a|[-–—]",
    re.IGNORECASE,
)


class Row(NamedTuple):
    """A row's number as its program shows it, and its cells that are not empty.

    A cell is its column, counted from 0, and its text, in order of the columns.

    >>> Row(7, ((0, "1931"), (2, "12"))).cells[1]
    (2, '12')
    """

    number: int
    cells: tuple[tuple[int, str], ...]


def grid_blocks(rows: Iterable[Row]) -> Iterator[Block]:
    """The tables of a sheet, which empty rows part, as blocks whose lines are numbered rows.

    Lines above the one that names a table's columns, as its title, are a block of their own.

    >>> rows = [Row(1, ((0, "Year"), (1, "Ships"))), Row(2, ((0, "1931"), (1, "12")))]
    >>> [block.text.splitlines() for block in grid_blocks(rows)]
    [['Year | Ships', '1931 | 12']]
    """
    for table in _tables(rows):
        columns = sorted({column for row in table for column, _ in row.cells})
        filled = sum(len(row.cells) for row in table)
        aligned = len(columns) * len(table) <= _SPARSE * filled
        header = _header(table, columns)
        for part, named in ((table[: header or 0], False), (table[header or 0 :], True)):
            if part:
                yield Block(
                    "\n".join(_line(row, columns if aligned else None) for row in part),
                    header=named and header is not None,
                    rows=tuple(str(row.number) for row in part),
                )


def _tables(rows: Iterable[Row]) -> Iterator[list[Row]]:
    table: list[Row] = []
    for number, cells in rows:
        tidy = ((column, " ".join(text.split())) for column, text in cells)
        row = Row(number, tuple(cell for cell in tidy if cell[1]))
        if table and row.number > table[-1].number + 1:
            yield table
            table = []
        if row.cells:
            table.append(row)
    if table:
        yield table


def _line(row: Row, columns: Sequence[int] | None) -> str:
    """The cells one after another; with `columns`, gaps but those at the end are written too."""
    if columns is None:
        return CELL_BREAK.join(text for _, text in row.cells)
    texts = dict(row.cells)
    last = row.cells[-1][0]
    # A line that begins with a gap begins with the mark between cells.
    return CELL_BREAK.join(texts.get(column, "") for column in columns if column <= last).lstrip()


def _header(table: Sequence[Row], columns: Sequence[int]) -> int | None:
    """The position of the row that names the columns; None where no row does."""
    least = max(2, _HEADER_FILL * len(columns))
    for position, row in enumerate(islice(table, _HEADER_REACH)):
        if len(row.cells) >= least:
            below = table[position + 1 : position + 1 + _SAMPLE]
            return position if below and _names(row, below) else None
    return None


def _names(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row names what stands below it: its words differ, and are none of the values.

    Figures below words speak for it, figures or the same words below against. A row of words over
    words is taken for names, as it is in nearly every file.
    """
    names = [text for _, text in row.cells]
    if len(set(names)) < len(names) or any(len(name) > _LONGEST_NAME for name in names):
        return False
    against = 0
    sample = [dict(other.cells) for other in below]
    for column, name in row.cells:
        under = [cells[column] for cells in sample if column in cells]
        if name in under:
            against += 2
        if not _VALUE.fullmatch(name):
            valued = sum(_VALUE.fullmatch(text) is not None for text in under)
            against -= 2 * valued > len(under)
        elif not _YEAR.fullmatch(name) or (under and all(map(_YEAR.fullmatch, under))):
            against += 1
    return against <= 0


_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DAMAGED = "The Excel workbook is damaged or cut off: open it in a spreadsheet and save it again."
_DEFAULT_NAME = re.compile(r"(?:sheet|tabelle|feuil|hoja|foglio|blad|planilha|ark) ?\d*", re.I)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOST_COPIES = 1_000_000
_MOST_COLUMNS = 16_384


class _Book(NamedTuple):
    """What all sheets share: texts by number, a number format by a cell's style, the calendar."""

    texts: Sequence[str]
    formats: Sequence[str]
    since_1904: bool


class _Merged(NamedTuple):
    """A block of cells that shows one value: its column, its first row and its last."""

    column: int
    first: int
    last: int


def read_xlsx(data: bytes, name: str) -> Document:
    """The sheets one after another; a formula is its last result.

    Sheets, rows and columns hidden by hand stay out, as on the screen; rows that a filter or an
    outline folds away are read. A cell merged over several rows is written in each of them.

    Raises:
        EncryptedDocument: the file needs a password.
        EmptyDocument: no cell in sight holds anything.
        DocumentError: it is damaged or cut off, or unpacks beyond the limits.

    >>> import openpyxl
    >>> book = openpyxl.Workbook()
    >>> for cells in [("Year", "Ships"), (1931, 12)]:
    ...     book.active.append(cells)
    >>> book.save("harbour.xlsx")
    >>> print(read_xlsx((tmp_path / "harbour.xlsx").read_bytes(), "harbour.xlsx").text)
    Year | Ships
    1931 | 12
    """
    try:
        check_archive(data, "Excel workbook")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets = [(title, list(blocks)) for title, blocks in _sheets(archive)]
            statement, made = properties(archive)
            more = stated_properties(archive)
    except FAULTS as error:
        raise DocumentError(_DAMAGED) from error
    filled = [(title, blocks) for title, blocks in sheets if blocks]
    named = len(filled) > 1 or not all(_DEFAULT_NAME.fullmatch(title) for title, _ in filled)
    body = set_parts(
        ("sheet", title, [Block(title, level=1), *blocks] if named else blocks)
        for title, blocks in filled
    )
    if not body.text:
        raise EmptyDocument("No cell of the workbook holds anything.")
    # A sheet's name is no title of the whole.
    title = statement.title or (readable_stem(name) if named else None)
    return compose(
        body.text,
        media_type=_MEDIA_TYPE,
        name=name,
        beside=replace(statement, title=title),
        made=made,
        properties=more,
        headings=body.headings,
        parts=body.parts,
        tables=body.tables,
    )


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, Iterator[Block]]]:
    main, *_ = (p for kind, p in related(archive, "").values() if kind == "officeDocument")
    workbook = parsed(archive.read(main))
    parts = related(archive, main)
    paths = dict(parts.values())
    properties_ = next((e for e in workbook if local(e) == "workbookPr"), None)
    book = _Book(
        texts=_shared_texts(archive, paths.get("sharedStrings")),
        formats=_formats(archive, paths.get("styles")),
        since_1904=properties_ is not None and properties_.get("date1904") in ("1", "true"),
    )
    for sheet in workbook.iter("{*}sheet"):
        identifier = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        kind, path = parts.get(identifier, ("", ""))
        if kind == "worksheet" and sheet.get("state", "visible") == "visible":
            title = " ".join(normalised(sheet.get("name", "")).split())
            yield title, grid_blocks(_rows(archive, path, book))


def _shared_texts(archive: zipfile.ZipFile, path: str | None) -> list[str]:
    if path is None or path not in archive.namelist():
        return []
    return [_text(element) for element in elements(archive, path, "si")]


def _text(element: _Element) -> str:
    """The words of a text with or without runs; how to pronounce them is left out."""
    words = (
        t.text or ""
        for t in element.iter("{*}t")
        if not any(local(above) == "rPh" for above in t.iterancestors())
    )
    written = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(words))
    return normalised(written)


def _formats(archive: zipfile.ZipFile, path: str | None) -> list[str]:
    """A number format for each style that a cell may name."""
    if path is None or path not in archive.namelist():
        return []
    styles = parsed(archive.read(path))
    codes = dict(BUILT_IN)
    for element in styles.iter("{*}numFmt"):
        if element.getparent() is not None and local(element.getparent()) == "numFmts":
            codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "General")
    cells = next((e for e in styles if local(e) == "cellXfs"), ())
    return [codes.get(int(xf.get("numFmtId", "0")), "General") for xf in cells]


def _rows(archive: zipfile.ZipFile, path: str, book: _Book) -> Iterator[Row]:
    found: list[tuple[Row, bool]] = []
    merged: list[_Merged] = []
    hidden = set[int]()
    filtered = False
    number = 0
    for element in elements(archive, path, "row", "col", "mergeCell", "filterColumn", "tablePart"):
        match local(element):
            case "row":
                number = int(element.get("r", number + 1))
                away = _is_true(element, "hidden") and element.get("outlineLevel", "0") == "0"
                cells = tuple(
                    (column, text) for column, text in _cells(element, book) if column not in hidden
                )
                found.append((Row(number, cells), away))
            case "col":
                if _is_true(element, "hidden") and element.get("outlineLevel", "0") == "0":
                    last = min(int(element.get("max")), _MOST_COLUMNS)
                    hidden.update(range(int(element.get("min")) - 1, last))
            case "mergeCell":
                merged.extend(_merged(element.get("ref", "")))
            case _:
                filtered = True
    rows = [row for row, away in found if filtered or not away]
    return iter(_spread(sorted(rows, key=lambda row: row.number), merged))


def _is_true(element: _Element, attribute: str) -> bool:
    return element.get(attribute) in ("1", "true")


def _cells(row: _Element, book: _Book) -> Iterator[tuple[int, str]]:
    column = -1
    for cell in row:
        if local(cell) != "c":
            continue
        reference = _REFERENCE.fullmatch(cell.get("r", ""))
        column = _column(reference[1]) if reference else column + 1
        if text := _shown(cell, book):
            yield column, text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _shown(cell: _Element, book: _Book) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    value = cell.find("{*}v")
    written = (value.text or "") if value is not None else ""
    if not written:
        return ""
    if kind == "s":
        return book.texts[int(written)]
    if kind == "b":
        return "TRUE" if written.strip() == "1" else "FALSE"
    if kind == "d":
        return written.strip().replace("T00:00:00", "")
    if kind != "n":
        return normalised(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), written))
    number = float(written)
    style = int(cell.get("s", "0"))
    if not 0 <= style < len(book.formats):
        return general(number)
    return format_cell(number, book.formats[style], since_1904=book.since_1904)


def _merged(reference: str) -> Iterator[_Merged]:
    corners = [_REFERENCE.fullmatch(corner) for corner in reference.split(":")]
    if len(corners) == 2 and corners[0] and corners[1] and corners[0][2] != corners[1][2]:
        yield _Merged(_column(corners[0][1]), int(corners[0][2]), int(corners[1][2]))


def _spread(rows: list[Row], merged: Sequence[_Merged]) -> list[Row]:
    """The rows with a value that stands beside several of them written in each."""
    numbers = [row.number for row in rows]
    copies = 0
    for column, first, last in merged:
        start, end = bisect_left(numbers, first), bisect_right(numbers, last)
        if start == end or numbers[start] != first:
            continue
        text = dict(rows[start].cells).get(column)
        copies += end - start
        if text is None or copies > _MOST_COPIES:
            continue
        for at in range(start + 1, end):
            # Rows of a merged block that hold nothing else are its height, not data.
            if rows[at].cells and column not in dict(rows[at].cells):
                cells = tuple(sorted((*rows[at].cells, (column, text))))
                rows[at] = Row(rows[at].number, cells)
    return rows
