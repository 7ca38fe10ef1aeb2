"""Excel workbooks: each sheet's rows with the values that its cells show."""

import io
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import Document, normalised
from index.errors import DocumentError, EmptyDocument
from index.names import readable_stem
from index.readers.archive import check_archive
from index.readers.blocks import Block, set_parts
from index.readers.grid import Row, grid_blocks
from index.readers.metadata import compose
from index.readers.numberformats import BUILT_IN, general, shown
from index.readers.ooxml import FAULTS, elements, local, parsed, properties, related

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
    """
    try:
        check_archive(data, "Excel workbook")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets = [(title, list(blocks)) for title, blocks in _sheets(archive)]
            statement, made = properties(archive)
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
    return shown(number, book.formats[style], since_1904=book.since_1904)


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
