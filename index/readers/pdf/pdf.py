"""PDF: the text as printed, page by page, with paragraphs whole and tables row by row.

One page of a PDF as pdfium sees it: the characters that a reader of the page can see.
"""

import ctypes
import re
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pypdfium2 import raw

from index.dates import iso_date
from index.document import Document
from index.errors import DocumentError, EmptyDocument, EncryptedDocument
from index.readers.metadata import Statement, compose, sensible_author, sensible_title
from index.readers.pdf import ocr
from index.readers.pdf.grids import drawn_lines
from index.readers.pdf.lines import Glyphs, columns, last_table
from index.readers.pdf.paragraphs import PrintedPage, set_pages
from index.readers.pdf.tables import PrintedTable

_LONGEST_FONT_NAME = 128
# By name: the weight that pdfium gives is 0 for many fonts, and 610 for an italic Arial.
_BOLD = re.compile(rb"bold|black|heavy|demi|cmbx", re.IGNORECASE)
_SMALLEST = 1.0  # points: lower characters cannot be read on paper
_PALE = 230  # of 255: darker ink shows on white
_FAINT = 30  # of 255: opacity below
_UNSEEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})
_CONTRAST = 24  # of 255, between the lightest and the darkest pixel of a word that shows
_FEWEST_PRINTED = 20  # characters: fewer on a scan are a stamp or a page number
_LONGEST_SIDE = 8_000  # pixels of a page that is read by OCR
_SCAN_SHARE = 0.5  # of the page's area: a picture this large may be a scan of a page
_PICTURE_SHARE = 0.05  # the same, on a page with nothing else on it; smaller ones are signs


_code_of = ctypes.cast(
    raw.FPDFText_GetUnicode, ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_void_p, ctypes.c_int)
)
_box_of = ctypes.cast(
    raw.FPDFText_GetLooseCharBox,
    ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p),
)
_object_of = ctypes.cast(
    raw.FPDFText_GetTextObject, ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
)


class _Style(NamedTuple):
    """How a text object is set; `pale`: in an ink that white paper hides."""

    bold: bool
    unseen: bool
    pale: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's box in the file's coordinates, and how it is turned (in right angles, clockwise).

    >>> Sheet(0, 0, 595, 842, turns=1).size
    (842, 595)
    """

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> "Sheet":
        """The part of `page` that is shown."""
        left, bottom, right, top = page.get_bbox()
        return cls(left, bottom, right, top, (page.get_rotation() // 90) % 4)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as shown, in points."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turns % 2 else (width, height)

    def shown(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows of left, bottom, right, top, measured from the lower left corner as shown."""
        left, right = boxes[:, 0] - self.left, boxes[:, 2] - self.left
        bottom, top = boxes[:, 1] - self.bottom, boxes[:, 3] - self.bottom
        width, height = self.right - self.left, self.top - self.bottom
        match self.turns:
            case 1:
                edges = bottom, width - right, top, width - left
            case 2:
                edges = width - right, height - top, width - left, height - bottom
            case 3:
                edges = height - top, left, height - bottom, right
            case _:
                edges = left, bottom, right, top
        return np.column_stack(edges)


def _printed_page(
    file: pdfium.PdfDocument, index: int, languages: str, above: PrintedTable | None
) -> PrintedPage:
    """The lines that can be seen on a page, or the text layer under a scanned one."""
    with closing(file[index]) as page, closing(page.get_textpage()) as text:
        sheet = Sheet.of(page)
        glyphs = _glyphs(page, text.raw, sheet)
        printed = int((glyphs.codes > 32).sum())
        least = _SCAN_SHARE if printed else _PICTURE_SHARE
        few = printed < _FEWEST_PRINTED and min(sheet.size) >= 1
        unread = few and _pictured(page, sheet) >= least
        if unread and ocr.available():
            glyphs, unread = _recognised(page, sheet, languages), False
        drawn = sheet.shown(drawn_lines(page.raw))
        return PrintedPage(*sheet.size, columns(glyphs, drawn, above), unread)


def _printed_pages(file: pdfium.PdfDocument, languages: str) -> list[PrintedPage]:
    pages: list[PrintedPage] = []
    above = None
    for index in range(len(file)):
        pages.append(_printed_page(file, index, languages, above))
        above = last_table(pages[-1].columns)
    return pages


def _recognised(page: pdfium.PdfPage, sheet: Sheet, languages: str) -> Glyphs:
    dpi = min(ocr.RESOLUTION, _LONGEST_SIDE * 72 / max(sheet.size))
    with closing(page.render(scale=dpi / 72, grayscale=True)) as bitmap:
        return ocr.recognised(bitmap.to_pil(), dpi, languages)


def _glyphs(page: pdfium.PdfPage, text: Any, sheet: Sheet) -> Glyphs:  # noqa: ANN401 - a ctypes pointer
    """The characters of the page that are printed where they can be seen."""
    codes, boxes = _characters(text)
    shown = sheet.shown(boxes)
    inked = codes > 32
    width, height = sheet.size
    across, up = shown[:, [0, 2]].mean(axis=1), shown[:, [1, 3]].mean(axis=1)
    seen = (across >= 0) & (across <= width) & (up >= 0) & (up <= height)
    tall = np.maximum(shown[:, 2] - shown[:, 0], shown[:, 3] - shown[:, 1])
    # A narrow letter is one point wide; by its longer side only what is tiny both ways is dropped.
    seen &= tall >= _SMALLEST
    bold = np.zeros(len(codes), bool)
    unseen = np.zeros(len(codes), bool)
    pale: list[tuple[int, int]] = []
    starts = np.flatnonzero(inked & ~np.concatenate([[False], inked[:-1]]))
    ends = np.flatnonzero(inked & ~np.concatenate([inked[1:], [False]])) + 1
    styles: dict[int | None, _Style] = {}
    page_text = ctypes.cast(text, ctypes.c_void_p).value
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        # A word has one style: a sixth of the calls.
        key = _object_of(page_text, start)
        style = styles.get(key)
        if style is None:
            style = styles[key] = _style(ctypes.cast(key, raw.FPDF_PAGEOBJECT) if key else None)
        bold[start:end] = style.bold
        unseen[start:end] = style.unseen
        if style.pale:
            pale.append((start, end))
    if unseen.any():
        printed = inked & seen & ~unseen
        if printed.sum() >= unseen.sum() or _pictured(page, sheet) < _SCAN_SHARE:
            seen &= ~unseen
    if pale:
        picture = _rendered(page)
        for start, end in pale:
            seen[start:end] &= _contrast(picture, shown[start:end], height) >= _CONTRAST
    kept = seen | ~inked
    return Glyphs(codes[kept], shown[kept], bold[kept])


def _characters(text: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:  # noqa: ANN401
    """Code points and boxes (left, bottom, right, top) in the file's coordinates."""
    count = max(raw.FPDFText_CountChars(text), 0)
    boxes = (raw.FS_RECTF * max(count, 1))()
    # The raw calls, with addresses: the wrapper's own take several times as long, and a report
    # has a million.
    page = ctypes.cast(text, ctypes.c_void_p).value
    codes = np.fromiter(map(_code_of, repeat(page), range(count)), np.int64, count)
    start, size = ctypes.addressof(boxes), ctypes.sizeof(raw.FS_RECTF)
    places = range(start, start + count * size, size)
    deque(map(_box_of, repeat(page), range(count), places), maxlen=0)
    left, top, right, bottom = np.frombuffer(boxes, np.float32).reshape(-1, 4)[:count].T
    return codes, np.column_stack([left, bottom, right, top]).astype(np.float64)


def _style(item: Any) -> _Style:  # noqa: ANN401
    if not item:
        return _Style(bold=False, unseen=False, pale=False)
    name = ctypes.create_string_buffer(_LONGEST_FONT_NAME)
    font = raw.FPDFTextObj_GetFont(item)
    if font:
        raw.FPDFFont_GetBaseFontName(font, name, _LONGEST_FONT_NAME)
    red, green, blue, opacity = (ctypes.c_uint(at) for at in (0, 0, 0, 255))
    raw.FPDFPageObj_GetFillColor(item, red, green, blue, opacity)
    mode = raw.FPDFTextObj_GetTextRenderMode(item)
    return _Style(
        bold=_BOLD.search(name.value) is not None,
        unseen=mode in _UNSEEN_MODES,
        pale=min(red.value, green.value, blue.value) >= _PALE or opacity.value < _FAINT,
    )


def _pictured(page: pdfium.PdfPage, sheet: Sheet) -> float:
    """The share of the page that its largest picture covers."""
    whole = (sheet.right - sheet.left) * (sheet.top - sheet.bottom)
    largest = 0.0
    for item in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = item.get_bounds()
        across = min(right, sheet.right) - max(left, sheet.left)
        up = min(top, sheet.top) - max(bottom, sheet.bottom)
        if across > 0 and up > 0:
            largest = max(largest, across * up / whole)
    return largest


def _rendered(page: pdfium.PdfPage) -> NDArray[np.uint8]:
    """The page in grey, one pixel a point, or fewer where the page is huge."""
    scale = min(1.0, 2_000 / max(*page.get_size(), 1.0))
    with closing(page.render(scale=scale, grayscale=True)) as bitmap:
        return np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)


def _contrast(picture: NDArray[np.uint8], boxes: NDArray[np.float64], height: float) -> int:
    """The difference between the lightest and the darkest pixel around `boxes`, of 255."""
    scale = picture.shape[0] / max(height, 1.0)
    left, right = boxes[:, 0].min() * scale, boxes[:, 2].max() * scale
    top, bottom = (height - boxes[:, 3].max()) * scale, (height - boxes[:, 1].min()) * scale
    rows = slice(max(int(top), 0), max(int(np.ceil(bottom)), 0))
    part = picture[rows, max(int(left), 0) : max(int(np.ceil(right)), 0)]
    return int(part.max()) - int(part.min()) if part.size else 0


_TAIL = 4096
_MOST_NAMED = 12  # pages in a warning
_DAMAGED = "The PDF is damaged or cut off: get a fresh copy of it."
# pdfium must not be entered by two threads at once.
_pdfium = threading.Lock()


def read_pdf(data: bytes, name: str, languages: str) -> Document:
    """The text of all pages, their running heads, feet and numbers left out.

    Scanned pages are read in the languages that tesseract knows by these names.

    Raises:
        EncryptedDocument: the file needs a password.
        EmptyDocument: no page has text, or none that can be recognised.
        DocumentError: the file is damaged or cut off.

    >>> with open(report.path, "rb") as file:
    ...     document = read_pdf(file.read(), "report.pdf", languages="eng")
    >>> document.title[:18], document.date, len(document.pages)
    ('Preliminary report', '2026-01-12', 3)
    """
    # pdfium would repair a file that ends early, silently without its missing pages.
    if b"%%EOF" not in data.rstrip(b"\0\r\n\t ")[-_TAIL:]:
        raise DocumentError(_DAMAGED)
    with _pdfium:
        try:
            with closing(pdfium.PdfDocument(data)) as file:
                printed = _printed_pages(file, languages)
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
        tables=made.tables,
        layout=made.layout,
        left_out=made.left_out,
    )
    return replace(document, warnings=_warnings(printed))


def _warnings(pages: Sequence[PrintedPage]) -> tuple[str, ...]:
    """Which pages were left out because their text could not be recognised."""
    numbers = [str(number) for number, page in enumerate(pages, start=1) if page.unread]
    if not numbers:
        return ()
    shown = numbers if len(numbers) <= _MOST_NAMED else [*numbers[:_MOST_NAMED], "…"]
    which = (
        f"Page {numbers[0]} is a picture"
        if len(numbers) == 1
        else (f"{len(numbers)} pages are pictures ({', '.join(shown)})")
    )
    return (f"{which} and not read: {ocr.INSTALL}.",)
