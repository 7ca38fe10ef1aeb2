"""Pictures of pages (PNG, JPEG, TIFF, WebP, BMP): their text by recognition, page by page."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image, ImageOps, ImageSequence

from index.document import Document
from index.errors import DocumentError, EmptyDocument
from index.readers import ocr
from index.readers.metadata import compose
from index.readers.pdf_layout import columns
from index.readers.pdf_text import PrintedPage, set_pages

_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
_MOST_PIXELS = 89_000_000  # an A2 sheet at 480 dots an inch; Pillow warns soon after
_TOO_LARGE = f"The picture has more than {_MOST_PIXELS:,} pixels: make it smaller."
_MOST_PAGES = 2_000
_SENSIBLE = range(100, 1201)  # dots an inch that a scan may have; 72 and 96 are said of anything
_SCREEN = 96
_WIDE_AS_PAPER = 1_200  # pixels: a page of at least this width was scanned or photographed
_POINTS = 72


def read_image(data: bytes, name: str) -> Document:
    """The text on a picture, or on each page of a TIFF.

    Raises:
        DocumentError: the picture is damaged or too large, or text recognition is not installed.
        EmptyDocument: no text was recognised.
    """
    if not ocr.available():
        raise DocumentError(f"The file is a picture: {ocr.INSTALL}.")
    with _opened(io.BytesIO(data)) as picture:
        media_type = Image.MIME[picture.format or ""]
        if getattr(picture, "n_frames", 1) > _MOST_PAGES:
            raise DocumentError(f"The picture has more than {_MOST_PAGES:,} pages: divide it.")
        pages = [_page(frame) for frame in ImageSequence.Iterator(picture)]
    made = set_pages(pages)
    if not made.text.strip():
        raise EmptyDocument("No text was recognised on the picture.")
    return compose(
        made.text,
        media_type=media_type,
        name=name,
        headings=made.headings,
        pages=made.pages,
        layout=made.layout,
    )


def frame_of(file: BinaryIO, number: int) -> tuple[Image.Image, float]:
    """A page of a picture's file as a viewer shows it, and its pixels an inch.

    Raises:
        DocumentError: the file is damaged or too large, or has no such page (the first is 1).
    """
    with _opened(file) as picture:
        picture.seek(number - 1)
        dpi = _resolution(picture)
        return _shown(picture), dpi


@contextmanager
def _opened(file: BinaryIO) -> Iterator[Image.Image]:
    try:
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(file, formats=_FORMATS) as picture,
        ):
            yield picture
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise DocumentError(_TOO_LARGE) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what Pillow's decoders raise
        raise DocumentError("The picture is damaged or cut off: get a fresh copy of it.") from error


def _page(frame: Image.Image) -> PrintedPage:
    dpi = _resolution(frame)
    upright = _shown(frame).convert("L")
    width, height = (side * _POINTS / dpi for side in upright.size)
    if dpi < _SENSIBLE.start:
        larger = min(ocr.RESOLUTION / dpi, (_MOST_PIXELS / (frame.width * frame.height)) ** 0.5)
        upright = upright.resize([max(round(side * larger), 1) for side in upright.size])
        dpi *= larger
    return PrintedPage(width, height, columns(ocr.recognised(upright, dpi)))


def _resolution(frame: Image.Image) -> float:
    """Pixels an inch, as the file says or as the width suggests."""
    said = frame.info.get("dpi", (0, 0))[0]
    if round(said) in _SENSIBLE:
        return float(said)
    return _SCREEN if frame.width < _WIDE_AS_PAPER else frame.width / 8.27  # inches of A4


def _shown(frame: Image.Image) -> Image.Image:
    """A frame upright; what is transparent is white, as a viewer shows it."""
    # Before anything is decoded: a few kilobytes may unpack to gigabytes.
    if frame.width * frame.height > _MOST_PIXELS:
        raise DocumentError(_TOO_LARGE)
    picture = ImageOps.exif_transpose(frame)
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, layered).convert("RGB")
    return picture.convert("RGB")
