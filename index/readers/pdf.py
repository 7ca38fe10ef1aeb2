"""PDF: the text as printed, page by page, with paragraphs whole and tables row by row."""

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from pypdfium2 import raw

from index.document import Document
from index.errors import DocumentError, EmptyDocument, EncryptedDocument
from index.readers import ocr
from index.readers.dates import iso_date
from index.readers.metadata import Statement, compose
from index.readers.pdf_page import printed_page
from index.readers.pdf_text import PrintedPage, set_pages
from index.readers.properties import sensible_author, sensible_title

_TAIL = 4096
_MOST_NAMED = 12  # pages in a remark
_DAMAGED = "The PDF is damaged or cut off: get a fresh copy of it."
# pdfium must not be entered by two threads at once.
_pdfium = threading.Lock()


def read_pdf(data: bytes, name: str) -> Document:
    """The text of all pages, their running heads, feet and numbers left out.

    Raises:
        EncryptedDocument: the file needs a password.
        EmptyDocument: no page has text, or none that can be recognised.
        DocumentError: the file is damaged or cut off.
    """
    # pdfium would repair a file that ends early, silently without its missing pages.
    if b"%%EOF" not in data.rstrip(b"\0\r\n\t ")[-_TAIL:]:
        raise DocumentError(_DAMAGED)
    with _pdfium:
        try:
            with closing(pdfium.PdfDocument(data)) as file:
                printed = [printed_page(file, index) for index in range(len(file))]
                properties = file.get_metadata_dict()
        except pdfium.PdfiumError as error:
            if error.err_code == raw.FPDF_ERR_PASSWORD:
                raise EncryptedDocument(
                    "The PDF needs a password: save a copy without one."
                ) from error
            raise DocumentError(_DAMAGED) from error
    made = set_pages(printed)
    if not made.text.strip():
        raise EmptyDocument(
            "The PDF has only pictures, and no text was recognised on them."
            if ocr.available()
            else f"The PDF has no text, only pictures of pages; it looks scanned: {ocr.INSTALL}."
        )
    document = compose(
        made.text,
        media_type="application/pdf",
        name=name,
        beside=Statement(
            title=sensible_title(properties.get("Title")),
            author=sensible_author(properties.get("Author")),
        ),
        made=iso_date(properties.get("CreationDate", "")),
        headings=made.headings,
        pages=made.pages,
        layout=made.layout,
    )
    return replace(document, remark=_remark(printed))


def _remark(pages: Sequence[PrintedPage]) -> str:
    """Which pages were left out because their text could not be recognised."""
    numbers = [str(number) for number, page in enumerate(pages, start=1) if page.unread]
    if not numbers:
        return ""
    shown = numbers if len(numbers) <= _MOST_NAMED else [*numbers[:_MOST_NAMED], "…"]
    which = (
        f"Page {numbers[0]} is a picture"
        if len(numbers) == 1
        else (f"{len(numbers)} pages are pictures ({', '.join(shown)})")
    )
    return f"{which} and not read: {ocr.INSTALL}."
