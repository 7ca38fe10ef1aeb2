"""OpenDocument texts, spreadsheets and presentations, as LibreOffice writes them.

The text of OpenDocument XML: paragraphs, headings, lists and tables.

The sheets of an OpenDocument spreadsheet: their rows with what the cells show.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.dates import iso_date
from index.document import Document, PartKind, normalised, readable_stem
from index.errors import DocumentError, EmptyDocument, EncryptedDocument
from index.readers.blocks import BULLET, Block, row, set_parts, set_text
from index.readers.metadata import (
    Statement,
    compose,
    language_code,
    sensible_author,
    sensible_title,
)
from index.readers.office.grids import Row, grid_blocks
from index.readers.office.office_zip import FAULTS, check_archive, local, parsed

SKIPPED = frozenset(
    """
    tracked-changes annotation annotation-end note-citation sequence-decls forms
    index-title-template variable-decls user-field-decls dde-connection-decls
    ruby-text desc title event-listeners table-of-content-source settings
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Elements whose words are no part of the text."""
_APART = frozenset({"note", "frame", "custom-shape", "g"})
_DEEPEST = 100


def _odf_blocks(parent: _Element, depth: int = 0) -> Iterator[Block]:
    """The blocks of a body, section, cell or text box, notes after the paragraph they belong to."""
    if depth > _DEEPEST:
        return
    for element in parent:
        kind = local(element)
        match kind:
            case "h":
                level = max(1, int(_attribute(element, "outline-level") or 1))
                yield Block(" ".join(_words(element).split()), level=min(level, 9))
                yield from _beside(element, depth)
            case "p":
                titled = _attribute(element, "style-name") == "Title"
                yield Block(_words(element), level=int(titled))
                yield from _beside(element, depth)
            case "list":
                yield Block("\n".join(_items(element, depth)))
            case "table":
                yield _table(element, depth)
            case _ if kind and kind not in SKIPPED:
                yield from _odf_blocks(element, depth + 1)


def _beside(paragraph: _Element, depth: int) -> Iterator[Block]:
    """What hangs on a paragraph: its notes and text boxes."""
    for element in paragraph.iter("{*}note-body", "{*}text-box"):
        holders = {local(above) for above in element.iterancestors() if above is not paragraph}
        nested = any(
            local(above) in ("note-body", "text-box")
            for above in element.iterancestors()
            if paragraph in above.iterancestors()
        )
        if not nested and not holders & {"annotation", "tracked-changes"}:
            yield from _odf_blocks(element, depth + 1)


def _words(paragraph: _Element) -> str:
    """A paragraph's text with its line breaks, without its notes and frames."""
    lines = (" ".join(line.split()) for line in normalised("".join(_runs(paragraph))).split("\n"))
    return "\n".join(line for line in lines if line)


def _runs(element: _Element, depth: int = 0) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        kind = local(child)
        if kind == "line-break":
            yield "\n"
        elif kind in ("s", "tab"):
            yield " "
        elif kind and kind not in SKIPPED | _APART and depth < _DEEPEST:
            yield from _runs(child, depth + 1)
        yield child.tail or ""


def _items(listing: _Element, depth: int) -> Iterator[str]:
    """A list's lines, a bullet before each item, what is inside it indented."""
    for item in listing:
        if local(item) not in ("list-item", "list-header"):
            continue
        lines = [line for b in _odf_blocks(item, depth + 1) for line in b.text.split("\n") if line]
        if lines:
            yield (BULLET if local(item) == "list-item" else "") + lines[0]
            yield from ("  " + line for line in lines[1:])


def _table(table: _Element, depth: int) -> Block:
    """A text's table, a line a row; the first names the columns where it is marked so."""
    lines: list[str] = []
    above: dict[int, tuple[str, int]] = {}
    for line in _own(table, "table-row"):
        texts: list[str] = []
        for cell in line:
            if local(cell) == "covered-table-cell":
                text, left = above.get(len(texts), ("", 0))
                texts.append(text if left else "")
                above[len(texts) - 1] = text, max(0, left - 1)
            elif local(cell) == "table-cell":
                text = " ".join(b.text for b in _odf_blocks(cell, depth + 1))
                above[len(texts)] = text, _count(cell, "number-rows-spanned") - 1
                texts.append(text)
        if written := row(texts):
            lines.append(written)
    marked = any(local(child) == "table-header-rows" for child in table)
    styled = (_attribute(table, "use-first-row-styles") or "") == "true"
    return Block("\n".join(lines), header=marked or styled)


def _own(table: _Element, wanted: str) -> Iterator[_Element]:
    """The rows (or columns) of a table itself, also those in groups, in their order."""
    for child in table:
        kind = local(child)
        if kind == wanted:
            yield child
        elif kind.startswith("table-") and kind not in ("table-cell", "table-source"):
            yield from _own(child, wanted)


def _attribute(element: _Element, name: str) -> str | None:
    """The value of the attribute of this name in any namespace; None where there is none."""
    return next((v for k, v in element.attrib.items() if k.endswith(f"}}{name}")), None)


def _count(element: _Element, name: str) -> int:
    """How many cells, rows or columns an element says that it stands for."""
    written = _attribute(element, name) or "1"
    return max(1, int(written))


_MOST_COPIES = 1_000
"""A filled cell or row that says it is repeated more often is a program's padding."""
_MOST_COLUMNS = 16_384
_MOST_CELLS = 5_000_000


def _sheets_in_sight(
    book: _Element, hidden: set[str]
) -> Iterator[tuple[PartKind, str, Iterable[Block]]]:
    """The sheets in sight, as kind, name and blocks; several are headed by their names."""
    tables = [
        (" ".join(normalised(_attribute(table, "name") or "").split()), table)
        for table in book
        if local(table) == "table" and _attribute(table, "style-name") not in hidden
    ]
    for title, table in tables:
        found = list(grid_blocks(_rows(table)))
        if found:
            yield "sheet", title, [Block(title, level=1), *found] if len(tables) > 1 else found


def _hidden_styles(content: _Element) -> set[str]:
    """The names of the table styles that hide the sheets that bear them."""
    return {
        _attribute(style, "name") or ""
        for style in content.iter("{*}style")
        for properties in style
        if local(properties) == "table-properties" and _attribute(properties, "display") == "false"
    }


def _rows(sheet: _Element) -> Iterator[Row]:
    away = set[int]()
    column = 0
    for element in _own(sheet, "table-column"):
        times = _count(element, "number-columns-repeated")
        if _attribute(element, "visibility") == "collapse":
            away.update(range(column, min(column + times, _MOST_COLUMNS)))
        column += times
    number, cells_left = 1, _MOST_CELLS
    above: dict[int, tuple[str, int]] = {}
    for line in _own(sheet, "table-row"):
        cells = tuple(_cells(line, above))
        times = _count(line, "number-rows-repeated")
        if _attribute(line, "visibility") != "collapse":
            seen = tuple(cell for cell in cells if cell[0] not in away)
            copies = min(times, _MOST_COPIES) if seen else 1
            cells_left -= copies * len(seen)
            if cells_left < 0:
                raise DocumentError(f"A sheet has more than {_MOST_CELLS:,} cells: split the file.")
            for copy in range(copies):
                yield Row(number + copy, seen)
        number += times


def _cells(line: _Element, above: dict[int, tuple[str, int]]) -> Iterator[tuple[int, str]]:
    """The cells of a row; one merged over several rows is written in each that holds others.

    `above` is, by column, the text that is merged down and for how many rows more.
    """
    found: list[tuple[int, str]] = []
    merged: list[tuple[int, str]] = []
    column = 0
    for cell in line:
        kind = local(cell)
        if kind not in ("table-cell", "covered-table-cell"):
            continue
        times = _count(cell, "number-columns-repeated")
        text, left = above.pop(column, ("", 0))
        if kind == "covered-table-cell" and left:
            merged.append((column, text))
            if left > 1:
                above[column] = text, left - 1
        elif kind == "table-cell" and (text := _shown(cell)):
            found.extend(
                (column + copy, text)
                for copy in range(min(times, _MOST_COPIES))
                if column + copy < _MOST_COLUMNS
            )
            if (rows := _count(cell, "number-rows-spanned")) > 1:
                above[column] = text, rows - 1
        column += times
    yield from sorted(found + merged) if found else ()


def _shown(cell: _Element) -> str:
    """What the cell shows; a date in figures in ISO 8601, whose order of day and month is sure."""
    text = " ".join(_words(p) for p in cell.iter("{*}p") if not _in_comment(p, cell)).strip()
    date = _attribute(cell, "date-value") if _attribute(cell, "value-type") == "date" else None
    if date is None or any(map(str.isalpha, text)):
        return text
    day, _, clock = date.partition("T")
    clock = clock.partition(".")[0].removesuffix("Z").removesuffix(":00")
    return day if clock in ("", "00:00") else f"{day} {clock}"


def _in_comment(paragraph: _Element, cell: _Element) -> bool:
    return any(
        local(above) == "annotation"
        for above in paragraph.iterancestors()
        if cell in above.iterancestors()
    )


_DAMAGED = "The OpenDocument file is damaged or cut off: open it in LibreOffice and save it again."
_MEDIA_TYPE = "application/vnd.oasis.opendocument."
_FURNITURE = frozenset({"header", "footer", "date-time", "page-number"})


def read_odf(data: bytes, name: str) -> Document:
    """A text's body with its notes, a workbook's sheets or a presentation's slides.

    Comments and deleted text stay out, and what is hidden by hand on a sheet; rows that a filter
    folds away are read.

    Raises:
        EncryptedDocument: the file needs a password.
        EmptyDocument: it holds no text.
        DocumentError: it is damaged or cut off, or unpacks beyond the limits.

    >>> made = io.BytesIO()
    >>> with zipfile.ZipFile(made, "w") as archive:
    ...     words = "<o:body><o:text><o:h>Tolls</o:h><o:p>A shilling.</o:p></o:text></o:body>"
    ...     archive.writestr("content.xml", f"<o:document xmlns:o='urn:o'>{words}</o:document>")
    >>> read_odf(made.getvalue(), "tolls.odt").text.splitlines()
    ['Tolls', '', 'A shilling.']
    """
    try:
        check_archive(data, "OpenDocument file")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_encrypted(archive)
            content = parsed(archive.read("content.xml"))
            statement, made = _stated(archive)
        inside = next(e for e in content.iter("{*}body"))
        kind = next(e for e in inside if isinstance(e.tag, str))
        match local(kind):
            case "spreadsheet":
                body = set_parts(_sheets_in_sight(kind, _hidden_styles(content)))
                statement = replace(statement, title=statement.title or readable_stem(name))
            case "presentation" | "drawing":
                body = set_parts(_slides(kind))
            case _:
                body = set_text(_odf_blocks(kind))
    except FAULTS as error:
        raise DocumentError(_DAMAGED) from error
    if not body.text:
        raise EmptyDocument("The file holds no text.")
    return compose(
        body.text,
        media_type=_MEDIA_TYPE + local(kind),
        name=name,
        beside=statement,
        made=made,
        headings=body.headings,
        parts=body.parts,
        tables=body.tables,
    )


def _refuse_encrypted(archive: zipfile.ZipFile) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest in archive.namelist() and any(
        True for _ in parsed(archive.read(manifest)).iter("{*}encryption-data")
    ):
        raise EncryptedDocument("The file needs a password: save a copy without one.")


def _stated(archive: zipfile.ZipFile) -> tuple[Statement, str | None]:
    """What the file's own description states, and the day on which it says it was made."""
    if "meta.xml" not in archive.namelist():
        return Statement(), None
    meta = parsed(archive.read("meta.xml"))

    def first(*names: str) -> str:
        texts = ("".join(e.itertext()).strip() for n in names for e in meta.iter(f"{{*}}{n}"))
        return next(filter(None, texts), "")

    statement = Statement(
        title=sensible_title(first("title")),
        author=sensible_author(first("initial-creator", "creator")),
        language=language_code(first("language")),
    )
    return statement, iso_date(first("creation-date"))


def _slides(presentation: _Element) -> Iterator[tuple[PartKind, str, Iterable[Block]]]:
    pages = (page for page in presentation if local(page) == "page")
    for number, page in enumerate(pages, 1):
        yield "slide", str(number), _slide(page)


def _slide(page: _Element) -> Iterator[Block]:
    shapes = [shape for shape in page if local(shape) not in ("notes", *SKIPPED)]
    titles = [shape for shape in shapes if _attribute(shape, "class") == "title"]
    for shape in titles:
        words = " ".join(block.text for block in _odf_blocks(shape))
        yield Block(" ".join(words.split()), level=1)
    for shape in shapes:
        if shape not in titles and _attribute(shape, "class") not in _FURNITURE:
            yield from _shape(shape)
    notes = [
        block
        for holder in page
        if local(holder) == "notes"
        for frame in holder
        if _attribute(frame, "class") == "notes"
        for block in _odf_blocks(frame)
    ]
    if any(block.text for block in notes):
        yield Block("Notes", level=2)
        yield from notes


def _shape(shape: _Element) -> Iterator[Block]:
    """A frame's text or table; of a table, not the picture that stands in for it."""
    for block in _odf_blocks(shape):
        # A slide's headings are its title; an outline's level means nothing in a text box.
        yield replace(block, level=0)
