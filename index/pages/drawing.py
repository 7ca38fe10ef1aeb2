"""One page of a file as a picture, drawn as its own program would show it.

Called in a process of its own (`index.pages`): what draws a damaged file may crash or swell.
"""

import io
import math
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from PIL import Image

from index.errors import PageError
from index.places import file_of, inner_of
from index.readers.containers import member

PDF = "application/pdf"

MEMBER_BYTES = 200 << 20
"""Bytes that a file inside another one may have at least, to be drawn."""

Drawn = tuple[bytes, int, int, float]

_MOST_PIXELS = 16_000_000
_LONGEST_SIDE = 12_000
_QUALITY = 88  # of JPEG, with whole colours: small type stays sharp


def draw(path: str, media_type: str, page: int, width: int) -> Drawn:
    """A page of a PDF or of a picture's file: JPEG, its width and height, pixels a point.

    Args:
        path: the file, or the place of one inside another (`index.places`).
        media_type: what it is.
        page: counted from 1.
        width: in pixels; a page too long for it is drawn smaller.

    Raises:
        PageError: there is no such page, or it is too damaged to be drawn.
        OSError: the file cannot be opened.

    >>> data, width, height, scale = draw(report.path, PDF, page=1, width=800)
    >>> width, height > width, round(scale, 2)
    (800, True, 1.34)
    """
    file = file_of(path)
    source: str | bytes = path
    if file != path:
        data = Path(file).read_bytes()
        most = max(len(data), MEMBER_BYTES)
        source = member(data, Path(file).name, inner_of(path), most)
    return (_of_pdf if media_type == PDF else _of_picture)(source, page, width)


def _of_pdf(path: str | bytes, number: int, width: int) -> Drawn:
    try:
        with closing(pdfium.PdfDocument(path)) as file:
            if not 1 <= number <= len(file):
                raise PageError(f"There is no page {number}.")
            file.init_forms()  # what is filled in is printed too
            with closing(file[number - 1]) as page:
                wide, high = page.get_size()
                scale = _scale(wide, high, width)
                with closing(page.render(scale=scale)) as bitmap:
                    return _packed(bitmap.to_pil(), scale)
    except pdfium.PdfiumError as error:
        raise PageError("The page is damaged and cannot be drawn.") from error


def _of_picture(path: str | bytes, number: int, width: int) -> Drawn:
    # Not above: numpy and what recognises text are of no use to who draws PDFs.
    from index.readers.pdf.ocr import frame_of

    with io.BytesIO(path) if isinstance(path, bytes) else Path(path).open("rb") as file:
        shown, dpi = frame_of(file, number)
    points = 72 / dpi
    scale = _scale(shown.width * points, shown.height * points, width)
    wide, high = (max(round(side * points * scale), 1) for side in shown.size)
    return _packed(shown.resize((wide, high)), scale)


def _scale(wide: float, high: float, width: int) -> float:
    """Pixels a point at which a page of this size in points is `width` pixels wide, or fewer."""
    if min(wide, high) <= 0:
        raise PageError("The page has no size.")
    longest, most = _LONGEST_SIDE / max(wide, high), math.sqrt(_MOST_PIXELS / (wide * high))
    return min(width / wide, longest, most)


def _packed(picture: Image.Image, scale: float) -> Drawn:
    data = io.BytesIO()
    picture.convert("RGB").save(data, "JPEG", quality=_QUALITY, subsampling=0)
    return (data.getvalue(), picture.width, picture.height, scale)
