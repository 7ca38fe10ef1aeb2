"""OpenDocument texts, spreadsheets and presentations, as LibreOffice writes them."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.dates import iso_date
from index.document import Document, PartKind, readable_stem
from index.errors import DocumentError, EmptyDocument, EncryptedDocument
from index.readers.blocks import Block, set_parts, set_text
from index.readers.metadata import (
    Statement,
    compose,
    language_code,
    sensible_author,
    sensible_title,
)
from index.readers.office.odf_sheets import hidden_styles, sheet_parts
from index.readers.office.odf_text import SKIPPED, OdfText, Styles, attribute
from index.readers.office.office_zip import FAULTS, check_archive, local, parsed

_DAMAGED = "The OpenDocument file is damaged or cut off: open it in LibreOffice and save it again."
_MEDIA_TYPE = "application/vnd.oasis.opendocument."
_FURNITURE = frozenset({"header", "footer", "date-time", "page-number"})


def read_odf(data: bytes, name: str) -> Document:
    """A text's body with notes and comments, a workbook's sheets or a presentation's slides.

    Running headers and deleted text are left out, and what is hidden by hand on a sheet; rows that
    a filter folds away are read.

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
            look = _part(archive, "styles.xml")
            statement, made = _stated(archive)
            objects = _objects(archive)
        styles = Styles(root for root in (look, content) if root is not None)
        reader = OdfText(styles, objects.get)
        inside = next(e for e in content.iter("{*}body"))
        kind = next(e for e in inside if isinstance(e.tag, str))
        match local(kind):
            case "spreadsheet":
                body = set_parts(sheet_parts(kind, hidden_styles(content), reader))
                statement = replace(statement, title=statement.title or readable_stem(name))
            case "presentation" | "drawing":
                body = set_parts(_slides(kind, reader))
            case _:
                _leave_out_edges(look, reader)
                body = set_text([*reader.blocks(kind), *reader.comments()])
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
        left_out=tuple(dict.fromkeys(reader.left_out)),
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


def _part(archive: zipfile.ZipFile, path: str) -> _Element | None:
    return parsed(archive.read(path)) if path in archive.namelist() else None


def _objects(archive: zipfile.ZipFile) -> dict[str, _Element]:
    """The roots of embedded formulas and charts, by the name under which the text has them."""
    found: dict[str, _Element] = {}
    for path in archive.namelist():
        folder, _, name = path.rpartition("/")
        if folder and name == "content.xml":
            found[f"./{folder}"] = found[folder] = parsed(archive.read(path))
    return found


def _leave_out_edges(look: _Element | None, reader: OdfText) -> None:
    """Note what stands at the head and foot of each page."""
    for page in () if look is None else look.iter("{*}master-page"):
        for edge in page:
            kind = local(edge).partition("-")[0]
            if kind in ("header", "footer"):
                reader.leave_out(" ".join(block.text for block in reader.blocks(edge)), kind)


def _slides(
    presentation: _Element, reader: OdfText
) -> Iterator[tuple[PartKind, str, Iterable[Block]]]:
    for element in presentation:
        if local(element) in ("footer-decl", "header-decl"):
            reader.leave_out("".join(element.itertext()), local(element).partition("-")[0])
    pages = (page for page in presentation if local(page) == "page")
    for number, page in enumerate(pages, 1):
        yield "slide", str(number), _slide(page, reader)


def _slide(page: _Element, reader: OdfText) -> Iterator[Block]:
    shapes = [shape for shape in page if local(shape) not in ("notes", *SKIPPED)]
    titles = [shape for shape in shapes if attribute(shape, "class") == "title"]
    for shape in titles:
        words = " ".join(block.text for block in reader.blocks(shape))
        yield Block(" ".join(words.split()), level=1)
    for shape in shapes:
        if local(shape) == "annotation":
            reader.comment(shape)
        elif attribute(shape, "class") in _FURNITURE:
            reader.leave_out(" ".join(block.text for block in reader.blocks(shape)), "footer")
        elif shape not in titles:
            # A slide's headings are its title; an outline's level means nothing in a text box.
            yield from (replace(block, level=0) for block in reader.blocks(shape))
    notes = [
        block
        for holder in page
        if local(holder) == "notes"
        for frame in holder
        if attribute(frame, "class") == "notes"
        for block in reader.blocks(frame)
    ]
    if any(block.text for block in notes):
        yield Block("Notes", level=2)
        yield from notes
    yield from reader.comments(level=2)
