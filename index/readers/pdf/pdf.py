"""PDF: the text as printed, page by page, with paragraphs whole and tables row by row.

One page of a PDF as pdfium sees it: the characters that a reader of the page can see.
"""

import ctypes
import re
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pypdfium2 import raw

from index.dates import iso_date
from index.document import Document, normalised, readable_stem
from index.errors import DocumentError, EmptyDocument, EncryptedDocument
from index.readers.metadata import (
    Statement,
    compose,
    sensible_author,
    sensible_title,
    stated,
)
from index.readers.pdf import ocr
from index.readers.pdf.annotations import written_on
from index.readers.pdf.grids import drawn_lines
from index.readers.pdf.lines import Glyphs, columns, last_table
from index.readers.pdf.outline import bookmarks, own_title, with_bookmarks
from index.readers.pdf.paragraphs import PrintedPage, set_pages
from index.readers.pdf.tables import PrintedTable

_LONGEST_FONT_NAME = 128
_LONGEST_LABEL = 20
# By name: the weight that pdfium gives is 0 for many fonts, and 610 for an italic Arial.
_BOLD = re.compile(rb"bold|black|heavy|demi|cmbx", re.IGNORECASE)
_SMALLEST = 1.0  # points: lower characters cannot be read on paper
_PALE = 230  # of 255: darker ink shows on white
_FAINT = 30  # of 255: opacity below
_UNSEEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})
_CONTRAST = 24  # of 255, between the lightest and the darkest pixel of a word that shows
_FEWEST_PRINTED = 20  # characters: fewer on a scan are a stamp or a page number
_LONGEST_SIDE = 8_000  # pixels of a page that is read by OCR
_SPACE = 32
_WHITE = frozenset({2, 9, 10, 13, _SPACE, 0xA0})  # and pdfium's sign for a hyphen at a line's end
_UNKNOWN = 0xFFFD
_PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0x10FFFF))
_GARBLED = 0.5  # of a page's characters are none: a few are bullets and signs
_FEWEST_GARBLED = 20
_SAMPLED = 200  # characters of a page, to tell
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
    file: pdfium.PdfDocument,
    index: int,
    languages: str,
    seen: set[tuple[str, str]],
    above: PrintedTable | None,
) -> PrintedPage:
    """The lines that can be seen on a page, or the text layer under a scanned one."""
    with closing(file[index]) as page, closing(page.get_textpage()) as text:
        sheet = Sheet.of(page)
        glyphs = _glyphs(page, text.raw, sheet)
        printed = int((glyphs.codes > 32).sum())
        least = _SCAN_SHARE if printed else _PICTURE_SHARE
        few = printed < _FEWEST_PRINTED and min(sheet.size) >= 1
        unread = few and _pictured(page, sheet) >= least
        garbled = _is_garbled(text.raw)
        if (unread or garbled) and ocr.available():
            glyphs, unread = _recognised(page, sheet, languages), False
        set_as = columns(glyphs, sheet.shown(drawn_lines(page.raw)), above)
        lines = [line for column in set_as for line in column]
        beside = written_on(page, file.formenv, index + 1, sheet.shown, lines, seen)
        return PrintedPage(
            *sheet.size,
            set_as,
            unread and not beside.lines,
            garbled,
            _label(file, index),
            tuple(beside.lines),
            tuple(beside.hidden),
        )


def _is_garbled(text: Any) -> bool:  # noqa: ANN401 - a ctypes pointer
    """Whether most characters of a text layer are none: its fonts do not say which they are."""
    count = max(raw.FPDFText_CountChars(text), 0)
    places = range(0, count, max(count // _SAMPLED, 1))
    said = [(place, raw.FPDFText_GetUnicode(text, place)) for place in places]
    inked = [(place, code) for place, code in said if code not in _WHITE]
    unknown = sum(
        code < _SPACE
        or code == _UNKNOWN
        or any(first <= code <= last for first, last in _PRIVATE)
        or raw.FPDFText_HasUnicodeMapError(text, place) == 1
        for place, code in inked
    )
    return len(inked) >= _FEWEST_GARBLED and unknown > _GARBLED * len(inked)


def _label(file: pdfium.PdfDocument, index: int) -> str | None:
    """What the file calls a page, where that is not its number."""
    label = " ".join(file.get_page_label(index).split())
    said = label.isprintable() and len(label) <= _LONGEST_LABEL
    return label if label and said and label != str(index + 1) else None


def _printed_pages(file: pdfium.PdfDocument, languages: str) -> list[PrintedPage]:
    file.init_forms()
    fields: set[tuple[str, str]] = set()
    pages: list[PrintedPage] = []
    above = None
    for index in range(len(file)):
        pages.append(_printed_page(file, index, languages, fields, above))
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
                marks = bookmarks(file)
                attached = [
                    " ".join(normalised(file.get_attachment(index).get_name()).split())
                    for index in range(file.count_attachments())
                ]
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
    captioned = made.title is None and bool(made.headings)
    title = own_title(
        sensible_title(properties.get("Title")),
        None if captioned else stated(made.text, [made.title] if made.title else []).title,
        made.text,
        made.pages,
        marks,
    )
    if title is None and captioned:
        title = readable_stem(name)
    return compose(
        made.text,
        media_type="application/pdf",
        name=name,
        beside=Statement(
            title=title,
            author=sensible_author(properties.get("Author")),
        ),
        made=iso_date(properties.get("CreationDate", "")),
        headings=with_bookmarks(made.text, made.pages, made.headings, marks),
        pages=made.pages,
        tables=made.tables,
        layout=made.layout,
        left_out=made.left_out,
        warnings=_warnings(printed, attached),
    )


def _warnings(pages: Sequence[PrintedPage], attached: Sequence[str]) -> tuple[str, ...]:
    """Which pages could not be read, or not as they are stored, and which files were not."""
    told: list[str] = []
    unread = [number for number, page in enumerate(pages, start=1) if page.unread]
    if unread:
        told.append(
            f"{_named(unread, 'is a picture', 'are pictures')} and not read: {ocr.INSTALL}."
        )
    garbled = [number for number, page in enumerate(pages, start=1) if page.garbled]
    if garbled:
        layer = "a text layer of signs that are no letters"
        which = _named(garbled, f"has {layer}", f"have {layer}")
        done = (
            "what they say was recognised on a picture of the page"
            if ocr.available()
            else f"what they say could not be read: {ocr.INSTALL}"
        )
        told.append(f"{which}; {done}.")
    if attached:
        names = ", ".join([*attached[:_MOST_NAMED], *(["…"] if attached[_MOST_NAMED:] else [])])
        files = "a file" if len(attached) == 1 else f"{len(attached)} files"
        told.append(f"The PDF has {files} attached and not read: {names}.")
    return tuple(told)


def _named(numbers: Sequence[int], alone: str, many: str) -> str:
    """'Page 3 is …' or '2 pages are … (3, 4)'."""
    if len(numbers) == 1:
        return f"Page {numbers[0]} {alone}"
    shown = [*map(str, numbers[:_MOST_NAMED]), *(["…"] if numbers[_MOST_NAMED:] else [])]
    return f"{len(numbers)} pages {many} ({', '.join(shown)})"
