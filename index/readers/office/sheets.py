"""One sheet of an Excel workbook: its rows as shown, what is hidden on it, what has no value."""

import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import LeftOut, normalised
from index.readers.formulas import raised
from index.readers.office.grids import Row
from index.readers.office.number_formats import BUILT_IN, format_cell, general, in_full
from index.readers.office.office_zip import elements, local, parsed

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PRINT_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|\d+|[A-Za-z&])')
_MOST_COPIES = 1_000_000
_BESIDE = 20
_MOST_COLUMNS = 16_384
_READ = ("row", "col", "mergeCell", "filterColumn", "tablePart", "headerFooter")


class Book(NamedTuple):
    """What all sheets share: texts by number, a number format by a cell's style, the calendar.

    `struck` are the styles that strike a cell's words through.

    >>> Book(texts=("North",), formats=("0.0%",), since_1904=False).texts[0]
    'North'
    """

    texts: Sequence[str]
    formats: Sequence[str]
    since_1904: bool
    struck: frozenset[int] = frozenset()


class _Merged(NamedTuple):
    """A block of cells that shows one value: its first column and row, its last ones."""

    column: int
    first: int
    last_column: int
    last: int


@dataclass(slots=True)
class Sheet:
    """What a sheet shows, what is hidden on it by hand or by a format, and what is missing.

    >>> sheet = Sheet("Costs")
    >>> sheet.hide("hidden row", "secret")
    >>> sheet.left_out()
    [LeftOut(words='secret', why='hidden row', where='sheet “Costs”')]
    """

    title: str
    rows: list[Row] = field(default_factory=list)
    uncomputed: list[str] = field(default_factory=list)
    _hidden: dict[str, list[str]] = field(default_factory=dict)

    def hide(self, why: str, words: str) -> None:
        """Note words that are not shown."""
        if words.strip():
            self._hidden.setdefault(why, []).append(" ".join(words.split()))

    def left_out(self) -> list[LeftOut]:
        """What is not shown, by why."""
        where = f"sheet “{self.title}”"
        return [LeftOut(" ".join(words), why, where) for why, words in self._hidden.items()]

    def warnings(self) -> list[str]:
        """What could not be read."""
        if not self.uncomputed:
            return []
        first, count = self.uncomputed[0], len(self.uncomputed)
        formulas = "A formula has" if count == 1 else f"{count:,} formulas have"
        told = f"{formulas} no computed value on sheet “{self.title}” (first in {first}): "
        return [told + "open the workbook in a spreadsheet and save it."]


def shared_texts(archive: zipfile.ZipFile, path: str | None) -> list[str]:
    """The texts that cells name by number.

    >>> import io
    >>> with zipfile.ZipFile(io.BytesIO(), "w") as archive:
    ...     archive.writestr("texts.xml", "<sst><si><t>North</t></si><si><t>South</t></si></sst>")
    ...     shared_texts(archive, "texts.xml")
    ['North', 'South']
    """
    if path is None or path not in archive.namelist():
        return []
    return [_text(element) for element in elements(archive, path, "si")]


def _text(element: _Element) -> str:
    """The words of a text with or without runs; how to pronounce them is left out."""
    words = ""
    for text in element.iter("{*}t"):
        if not any(local(above) == "rPh" for above in text.iterancestors()):
            words += _set(text, words[-_BESIDE:])
    written = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), words)
    return normalised(written)


def struck_styles(archive: zipfile.ZipFile, path: str | None) -> frozenset[int]:
    """The styles of cells whose font strikes words through.

    >>> import io
    >>> with zipfile.ZipFile(io.BytesIO(), "w") as archive:
    ...     fonts = "<fonts><font/><font><strike/></font></fonts>"
    ...     archive.writestr("s.xml", f"<s>{fonts}<cellXfs><xf fontId='1'/></cellXfs></s>")
    ...     struck_styles(archive, "s.xml")
    frozenset({0})
    """
    if path is None or path not in archive.namelist():
        return frozenset()
    styles = parsed(archive.read(path))
    marks = [font.find("{*}strike") for fonts in styles.iterfind("{*}fonts") for font in fonts]
    on = {at for at, mark in enumerate(marks) if mark is not None and mark.get("val") != "0"}
    cells = next((e for e in styles if local(e) == "cellXfs"), ())
    return frozenset(at for at, xf in enumerate(cells) if int(xf.get("fontId", "0")) in on)


def _set(text: _Element, before: str) -> str:
    """A run's words, those above the line told from the others."""
    align = text.getparent().find("{*}rPr/{*}vertAlign")
    words = text.text or ""
    return (
        raised(words, before) if align is not None and align.get("val") == "superscript" else words
    )


def formats(archive: zipfile.ZipFile, path: str | None) -> list[str]:
    """A number format for each style that a cell may name.

    >>> import io
    >>> with zipfile.ZipFile(io.BytesIO(), "w") as archive:
    ...     archive.writestr("styles.xml", "<s><cellXfs><xf numFmtId='10'/></cellXfs></s>")
    ...     formats(archive, "styles.xml")
    ['0.00%']
    """
    if path is None or path not in archive.namelist():
        return []
    styles = parsed(archive.read(path))
    codes = dict(BUILT_IN)
    for element in styles.iter("{*}numFmt"):
        if element.getparent() is not None and local(element.getparent()) == "numFmts":
            codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "General")
    cells = next((e for e in styles if local(e) == "cellXfs"), ())
    return [codes.get(int(xf.get("numFmtId", "0")), "General") for xf in cells]


def read_sheet(archive: zipfile.ZipFile, path: str, book: Book, title: str) -> Sheet:
    """The sheet in the part `path`: rows and columns hidden by hand are apart.

    >>> import io
    >>> with zipfile.ZipFile(io.BytesIO(), "w") as archive:
    ...     rows = "<row hidden='1'><c><v>7</v></c></row><row><c><v>8</v></c></row>"
    ...     archive.writestr("s.xml", f"<sheet>{rows}</sheet>")
    ...     sheet = read_sheet(archive, "s.xml", Book((), (), False), "Costs")
    >>> sheet.rows, sheet.left_out()[0].words
    ([Row(number=2, cells=((0, '8'),), spans=(), stored=())], '7')
    """
    sheet = Sheet(title)
    found: list[tuple[Row, bool]] = []
    merged: list[_Merged] = []
    hidden = set[int]()
    filtered = False
    number = 0
    for element in elements(archive, path, *_READ):
        match local(element):
            case "row":
                number = int(element.get("r", number + 1))
                away = _is_true(element, "hidden") and element.get("outlineLevel", "0") == "0"
                cells = list(_cells(element, book, sheet, number))
                shown = tuple((column, text) for column, text, _ in cells)
                stored = tuple((column, value) for column, _, value in cells if value)
                found.append((Row(number, shown, stored=stored), away))
            case "col":
                if _is_true(element, "hidden") and element.get("outlineLevel", "0") == "0":
                    last = min(int(element.get("max")), _MOST_COLUMNS)
                    hidden.update(range(int(element.get("min")) - 1, last))
            case "mergeCell":
                merged.extend(_merged(element.get("ref", "")))
            case "headerFooter":
                for edge in dict.fromkeys("".join(part.itertext()) for part in element):
                    sheet.hide("header or footer", _PRINT_CODE.sub(" ", normalised(edge)))
            case _:
                filtered = True
    for row, away in sorted(found, key=lambda one: one[0].number):
        if away and not filtered:
            sheet.hide("hidden row", " ".join(text for _, text in row.cells))
            continue
        seen = tuple(cell for cell in row.cells if cell[0] not in hidden)
        if len(seen) < len(row.cells):
            sheet.hide("hidden column", " ".join(text for at, text in row.cells if at in hidden))
        sheet.rows.append(row._replace(cells=seen))
    sheet.rows = _spread(sheet.rows, merged)
    return sheet


def _is_true(element: _Element, attribute: str) -> bool:
    return element.get(attribute) in ("1", "true")


def _cells(row: _Element, book: Book, sheet: Sheet, number: int) -> Iterator[tuple[int, str, str]]:
    """Of each cell that shows something its column, that, and what it holds if it shows less."""
    column = -1
    for cell in row:
        if local(cell) != "c":
            continue
        reference = _REFERENCE.fullmatch(cell.get("r", ""))
        column = _column(reference[1]) if reference else column + 1
        if text := _shown(cell, book, sheet):
            if int(cell.get("s", "0")) in book.struck:
                sheet.hide("struck through", text)
            else:
                yield column, text, _held(cell, book)
        elif cell.find("{*}f") is not None and not cell.findtext("{*}v") and cell.get("t") != "str":
            sheet.uncomputed.append(cell.get("r", f"row {number}"))


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _shown(cell: _Element, book: Book, sheet: Sheet) -> str:
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
    shown = format_cell(number, book.formats[style], since_1904=book.since_1904)
    if not shown:
        sheet.hide("hidden by its format", general(number))
    return shown


def _held(cell: _Element, book: Book) -> str:
    """What a cell holds, where its format shows less of it; '' where it shows all."""
    style = int(cell.get("s", "0"))
    if cell.get("t", "n") != "n":
        return ""
    code = book.formats[style] if 0 <= style < len(book.formats) else "General"
    return in_full(float(cell.findtext("{*}v") or 0), code, since_1904=book.since_1904)


def _merged(reference: str) -> Iterator[_Merged]:
    corners = [_REFERENCE.fullmatch(corner) for corner in reference.split(":")]
    if len(corners) == 2 and corners[0] and corners[1]:
        first, last = corners[0], corners[1]
        yield _Merged(_column(first[1]), int(first[2]), _column(last[1]), int(last[2]))


def _spread(rows: list[Row], merged: Sequence[_Merged]) -> list[Row]:
    """The rows with a value that stands beside several of them written in each; widths noted."""
    numbers = [row.number for row in rows]
    copies = 0
    for column, first, last_column, last in merged:
        start, end = bisect_left(numbers, first), bisect_right(numbers, last)
        if start == end or numbers[start] != first:
            continue
        if last_column > column:
            spans = (*rows[start].spans, (column, last_column - column + 1))
            rows[start] = rows[start]._replace(spans=spans)
        text = dict(rows[start].cells).get(column)
        held = tuple(cell for cell in rows[start].stored if cell[0] == column)
        copies += end - start
        if text is None or copies > _MOST_COPIES:
            continue
        for at in range(start + 1, end):
            # Rows of a merged block that hold nothing else are its height, not data.
            if rows[at].cells and column not in dict(rows[at].cells):
                cells = tuple(sorted((*rows[at].cells, (column, text))))
                rows[at] = rows[at]._replace(cells=cells, stored=(*rows[at].stored, *held))
    return rows
