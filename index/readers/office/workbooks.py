"""Excel workbooks: each sheet's rows with the values that its cells show."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from index.document import Document, normalised, readable_stem
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import Block, set_parts
from index.readers.metadata import compose
from index.readers.office.drawings import (
    chart_blocks,
    drawn_words,
    extended_chart_blocks,
    picture_words,
)
from index.readers.office.grids import grid_blocks
from index.readers.office.office_zip import (
    FAULTS,
    check_archive,
    local,
    parsed,
    properties,
    related,
    stated_properties,
)
from index.readers.office.sheets import (
    Book,
    Sheet,
    formats,
    read_sheet,
    shared_texts,
    struck_styles,
)

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DAMAGED = "The Excel workbook is damaged or cut off: open it in a spreadsheet and save it again."
_DEFAULT_NAME = re.compile(r"(?:sheet|tabelle|feuil|hoja|foglio|blad|planilha|ark) ?\d*", re.I)


def read_xlsx(data: bytes, name: str) -> Document:
    """The sheets one after another; a formula is its last result.

    Sheets, rows and columns hidden by hand are left out, as on the screen; rows that a filter or
    an outline folds away are read. A cell merged over several rows is written in each of them. The
    text has figures as they are shown; those of which a format hides digits are also kept in full.
    Comments, text boxes and the titles of charts follow the rows of their sheet.

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
            sheets = list(_sheets(archive))
            statement, made = properties(archive)
            more = stated_properties(archive)
    except FAULTS as error:
        raise DocumentError(_DAMAGED) from error
    filled = [(sheet.title, blocks) for sheet, blocks in sheets if blocks]
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
        left_out=[left for sheet, _ in sheets for left in sheet.left_out()],
        warnings=[warning for sheet, _ in sheets for warning in sheet.warnings()],
        stored=body.stored,
    )


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[Sheet, list[Block]]]:
    """Each sheet and its blocks; one that is hidden has none."""
    main, *_ = (p for kind, p in related(archive, "").values() if kind == "officeDocument")
    workbook = parsed(archive.read(main))
    parts = related(archive, main)
    paths = dict(parts.values())
    properties_ = next((e for e in workbook if local(e) == "workbookPr"), None)
    book = Book(
        texts=shared_texts(archive, paths.get("sharedStrings")),
        formats=formats(archive, paths.get("styles")),
        struck=struck_styles(archive, paths.get("styles")),
        since_1904=properties_ is not None and properties_.get("date1904") in ("1", "true"),
    )
    people = _people(archive, paths.get("person"))
    for element in workbook.iter("{*}sheet"):
        identifier = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
        kind, path = parts.get(identifier, ("", ""))
        title = " ".join(normalised(element.get("name", "")).split())
        if kind == "chartsheet":
            sheet, blocks = Sheet(title), list(_drawn(archive, path, whole=True))
        elif kind == "worksheet":
            sheet = read_sheet(archive, path, book, title)
            blocks = list(grid_blocks(sheet.rows))
            blocks += _drawn(archive, path, whole=False)
            blocks += _comments(archive, path, people)
        else:
            continue
        if element.get("state", "visible") != "visible":
            sheet.hide("hidden sheet", " ".join(block.text for block in blocks))
            blocks = []
        yield sheet, blocks


def _people(archive: zipfile.ZipFile, path: str | None) -> dict[str, str]:
    if path is None:
        return {}
    people = parsed(archive.read(path)).iter("{*}person")
    return {person.get("id", ""): person.get("displayName", "") for person in people}


def _drawn(archive: zipfile.ZipFile, path: str, *, whole: bool) -> Iterator[Block]:
    """Text boxes, words for pictures, and charts: whole, or the titles if cells have the rest."""
    for kind, drawing in related(archive, path).values():
        if kind != "drawing" or drawing not in archive.namelist():
            continue
        for shape in parsed(archive.read(drawing)).iter("{*}txBody", "{*}cNvPr"):
            if local(shape) == "cNvPr":
                yield Block(picture_words(shape))
            else:
                yield from (Block(drawn_words(paragraph)) for paragraph in shape.iter("{*}p"))
        for inner, chart in related(archive, drawing).values():
            if inner in ("chart", "chartEx") and chart in archive.namelist():
                space = parsed(archive.read(chart))
                blocks = (chart_blocks if inner == "chart" else extended_chart_blocks)(space)
                yield from (block for block in blocks if whole or "\n" not in block.text)


def _comments(archive: zipfile.ZipFile, path: str, people: dict[str, str]) -> Iterator[Block]:
    """The comments of a sheet: cell, author, words; those in threads stand for their old form."""
    lines: dict[str, list[str]] = {}
    for kind, part in sorted(related(archive, path).values()):  # 'comments', then 'threadedComment'
        if kind not in ("comments", "threadedComment") or part not in archive.namelist():
            continue
        root = parsed(archive.read(part))
        names = [author.text or "" for author in root.iter("{*}author")]
        if kind == "threadedComment":
            for comment in root.iter("{*}threadedComment"):
                lines.pop(comment.get("ref", ""), None)
        for comment in root.iter("{*}comment", "{*}threadedComment"):
            by = int(comment.get("authorId", "-1"))
            author = people.get(
                comment.get("personId", ""), names[by] if 0 <= by < len(names) else ""
            )
            words = " ".join("".join(t.text or "" for t in comment.iter("{*}t", "{*}text")).split())
            said = ", ".join(filter(None, (comment.get("ref"), author)))
            lines.setdefault(comment.get("ref", ""), []).append(normalised(f"{said}: {words}"))
    if lines:
        yield Block("Comments", level=2)
        yield Block("\n".join(line for written in lines.values() for line in written))
