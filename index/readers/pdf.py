"""PDF: the text as printed, page by page, with paragraphs whole and tables row by row."""

import ctypes
import re
import threading
from collections.abc import Iterator
from contextlib import closing

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from pypdfium2 import raw

from index.document import Document
from index.errors import DocumentError, EmptyDocument, EncryptedDocument
from index.readers.dates import iso_date
from index.readers.metadata import Statement, compose
from index.readers.pdf_layout import Glyph, Line, columns
from index.readers.pdf_text import set_pages
from index.readers.properties import sensible_author, sensible_title

_TAIL = 4096
_LONGEST_FONT_NAME = 128
# By name: the weight that pdfium gives is 0 for many fonts, and 610 for an italic Arial.
_BOLD = re.compile(rb"bold|black|heavy|demi|cmbx", re.IGNORECASE)
_DAMAGED = "The PDF is damaged or cut off: get a fresh copy of it."
# pdfium must not be entered by two threads at once.
_pdfium = threading.Lock()


def read_pdf(data: bytes, name: str) -> Document:
    """The text of all pages, their running heads, feet and numbers left out.

    Raises:
        EncryptedDocument: the file needs a password.
        EmptyDocument: no page has a text layer.
        DocumentError: the file is damaged or cut off.
    """
    # pdfium would repair a file that ends early, silently without its missing pages.
    if b"%%EOF" not in data.rstrip(b"\0\r\n\t ")[-_TAIL:]:
        raise DocumentError(_DAMAGED)
    with _pdfium:
        try:
            with closing(pdfium.PdfDocument(data)) as file:
                printed = [_columns(file, index) for index in range(len(file))]
                properties = file.get_metadata_dict()
        except pdfium.PdfiumError as error:
            if error.err_code == raw.FPDF_ERR_PASSWORD:
                raise EncryptedDocument(
                    "The PDF needs a password: save a copy without one."
                ) from error
            raise DocumentError(_DAMAGED) from error
    text, pages, headings = set_pages(printed)
    if not text.strip():
        raise EmptyDocument(
            "The PDF has no text, only pictures of pages; it looks scanned: "
            "run text recognition (OCR) on it first."
        )
    return compose(
        text,
        media_type="application/pdf",
        name=name,
        beside=Statement(
            title=sensible_title(properties.get("Title")),
            author=sensible_author(properties.get("Author")),
        ),
        made=iso_date(properties.get("CreationDate", "")),
        headings=headings,
        pages=pages,
    )


def _columns(file: pdfium.PdfDocument, index: int) -> list[list[Line]]:
    with closing(file[index]) as page, closing(page.get_textpage()) as text:
        return columns(list(_glyphs(text)))


def _glyphs(text: pdfium.PdfTextPage) -> Iterator[Glyph]:
    """The page's characters in the order of the file."""
    # The raw calls: the wrapper's own take several times as long, and a report has a million.
    handle = text.raw
    box = raw.FS_RECTF()
    place = ctypes.byref(box)
    font = ctypes.create_string_buffer(_LONGEST_FONT_NAME)
    flags = ctypes.c_int()
    bold = inside_word = False
    for position in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(handle, position)
        if not raw.FPDFText_GetLooseCharBox(handle, position, place):
            continue
        if code <= 32:
            inside_word = False
        elif not inside_word:  # a word has one font: a sixth of the calls
            raw.FPDFText_GetFontInfo(handle, position, font, _LONGEST_FONT_NAME, flags)
            bold = _BOLD.search(font.value) is not None
            inside_word = True
        yield Glyph(code, box.left, box.bottom, box.right, box.top, bold)
