"""OpenDocument texts, spreadsheets and presentations, as LibreOffice writes them."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import Document, PartKind
from index.errors import DocumentError, EmptyDocument, EncryptedDocument
from index.names import readable_stem
from index.readers.archive import check_archive
from index.readers.blocks import Block, set_parts, set_text
from index.readers.dates import iso_date
from index.readers.metadata import Statement, compose, language_code
from index.readers.odf_sheets import hidden_styles, sheets
from index.readers.odf_text import SKIPPED, attribute, blocks
from index.readers.ooxml import FAULTS, local, parsed
from index.readers.properties import sensible_author, sensible_title

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
                body = set_parts(sheets(kind, hidden_styles(content)))
                statement = replace(statement, title=statement.title or readable_stem(name))
            case "presentation" | "drawing":
                body = set_parts(_slides(kind))
            case _:
                body = set_text(blocks(kind))
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
    titles = [shape for shape in shapes if attribute(shape, "class") == "title"]
    for shape in titles:
        words = " ".join(block.text for block in blocks(shape))
        yield Block(" ".join(words.split()), level=1)
    for shape in shapes:
        if shape not in titles and attribute(shape, "class") not in _FURNITURE:
            yield from _shape(shape)
    notes = [
        block
        for holder in page
        if local(holder) == "notes"
        for frame in holder
        if attribute(frame, "class") == "notes"
        for block in blocks(frame)
    ]
    if any(block.text for block in notes):
        yield Block("Notes", level=2)
        yield from notes


def _shape(shape: _Element) -> Iterator[Block]:
    """A frame's text or table; of a table, not the picture that stands in for it."""
    for block in blocks(shape):
        # A slide's headings are its title; an outline's level means nothing in a text box.
        yield replace(block, level=0)
