"""Text recognition (OCR) by the tesseract program: a picture of a page → its characters.

Pictures of pages (PNG, JPEG, TIFF, WebP, BMP): their text by recognition, page by page.
"""

import io
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from index.document import Document
from index.errors import DocumentError, EmptyDocument
from index.readers.metadata import compose
from index.readers.pdf.lines import Glyphs, columns
from index.readers.pdf.paragraphs import PrintedPage, set_pages

INSTALL = (
    "install text recognition ('apt install tesseract-ocr' on Debian and Ubuntu, "
    "'brew install tesseract' on a Mac) and add the file again"
)
RESOLUTION = 300
"""Dots per inch at which tesseract reads best."""

_SETTING = "FOOTNOTE_OCR_LANGUAGES"
_LONGEST = 120  # seconds for one page
_LEAST_SURE = 30  # of 100: below, tesseract reads pictures, stains and rules as letters
_LANGUAGES = re.compile(r"\w+(?:[+/]\w+)*")
_LIKE = (0.6, 1.3)  # of the median height: lines of the same type size
_POINTS = 72


class _Word(NamedTuple):
    """A recognised word and its box in pixels from the upper left corner."""

    line: tuple[str, ...]
    left: int
    top: int
    right: int
    bottom: int
    text: str


def available() -> bool:
    """Whether tesseract is installed.

    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, PATH=str(tmp_path)):  # where no program is
    ...     available()
    False
    """
    return shutil.which("tesseract") is not None


def recognised(picture: Image.Image, dpi: float, languages: str) -> Glyphs:
    """The characters on `picture`, in points from its lower left corner, line by line.

    Args:
        picture: A page, upright.
        dpi: Its pixels an inch.
        languages: Those to read, as tesseract names them: 'eng', 'eng+deu'.

    Raises:
        DocumentError: tesseract is not installed, lacks a language, or took too long.

    >>> from PIL import ImageDraw
    >>> page = Image.new("L", (600, 100), "white")
    >>> ImageDraw.Draw(page).text((20, 20), "The pier fell.", font_size=40)
    >>> "".join(map(chr, recognised(page, 300, "eng").codes)).split()
    ['The', 'pier', 'fell.']
    """
    lines = [
        list(line)
        for _, line in groupby(_words(picture, dpi, languages), key=lambda word: word.line)
    ]
    heights = np.array([_bottom(line) - _top(line) for line in lines], dtype=float)
    if not lines:
        return Glyphs(np.empty(0, np.int64), np.empty((0, 4)), np.empty(0, bool))
    low, high = (share * float(np.median(heights)) for share in _LIKE)
    # A line without ascenders is lower than its neighbours, though set in the same type.
    usual = float(heights[(heights >= low) & (heights <= high)].max(initial=0.0))
    codes: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    for line, height in zip(lines, heights.tolist(), strict=True):
        middle = (_top(line) + _bottom(line)) / 2
        half = (usual if low <= height <= high else height) / 2
        for word in line:
            edges = np.linspace(word.left, word.right, len(word.text) + 1).tolist()
            for letter, left, right in zip(word.text, edges, edges[1:], strict=False):
                codes.append(ord(letter))
                boxes.append((left, picture.height - middle - half, right, 2 * half))
            codes.append(32)
            boxes.append((word.right, picture.height - middle - half, word.right, 2 * half))
        codes[-1] = 10
    scaled = np.array(boxes) * (_POINTS / dpi)
    scaled[:, 3] += scaled[:, 1]
    return Glyphs(np.array(codes, np.int64), scaled, np.zeros(len(codes), bool))


def _top(line: list[_Word]) -> int:
    return min(word.top for word in line)


def _bottom(line: list[_Word]) -> int:
    return max(word.bottom for word in line)


def _words(picture: Image.Image, dpi: float, languages: str) -> list[_Word]:
    program = shutil.which("tesseract")
    if program is None:
        raise DocumentError(f"The text is on a picture: {INSTALL}.")
    if not _LANGUAGES.fullmatch(languages):
        raise DocumentError(f"{_SETTING} must name languages as 'eng' or 'eng+deu'.")
    data = io.BytesIO()
    picture.save(data, "BMP")  # no time spent on compression
    try:
        run = subprocess.run(  # noqa: S603 - no shell; the languages are checked
            [program, "stdin", "stdout", "--dpi", str(round(dpi)), "-l", languages, "tsv"],
            input=data.getvalue(),
            capture_output=True,
            timeout=_LONGEST,
            check=False,
            # More threads for one page cost more than they gain.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise DocumentError(f"Recognising the text of one page took over {_LONGEST} s.") from error
    if run.returncode:
        said = run.stderr.decode(errors="replace")
        if "language" in said:
            raise DocumentError(
                f"tesseract lacks the data for {languages!r}: install it (as the package "
                f"tesseract-ocr-{languages.split('+')[-1]}) or set {_SETTING}."
            )
        raise DocumentError(f"tesseract failed: {' '.join(said.split())[:200]}")
    return _parsed(run.stdout.decode(errors="replace"))


def _parsed(table: str) -> list[_Word]:
    """The words of tesseract's TSV: level, page, block, paragraph, line, word, box, sureness."""
    words: list[_Word] = []
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and float(cells[10]) >= _LEAST_SURE:
            left, top, width, height = map(int, cells[6:10])
            text = cells[11].strip()
            if text:
                box = left, top, left + width, top + height
                words.append(_Word(tuple(cells[1:5]), *box, text))
    return words


_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
_MOST_PIXELS = 89_000_000  # an A2 sheet at 480 dots an inch; Pillow warns soon after
_TOO_LARGE = f"The picture has more than {_MOST_PIXELS:,} pixels: make it smaller."
_MOST_PAGES = 2_000
_SENSIBLE = range(100, 1201)  # dots an inch that a scan may have; 72 and 96 are said of anything
_SCREEN = 96
_WIDE_AS_PAPER = 1_200  # pixels: a page of at least this width was scanned or photographed
_POINTS_AN_INCH = 72


def read_image(data: bytes, name: str, languages: str) -> Document:
    """The text on a picture, or on each page of a TIFF, in these languages.

    Raises:
        DocumentError: the picture is damaged or too large, or text recognition is not installed.
        EmptyDocument: no text was recognised.

    >>> from PIL import ImageDraw
    >>> page = Image.new("L", (600, 100), "white")
    >>> ImageDraw.Draw(page).text((20, 20), "The pier fell.", font_size=40)
    >>> page.save("pier.png", dpi=(300, 300))
    >>> read_image((tmp_path / "pier.png").read_bytes(), "pier.png", "eng").text
    'The pier fell.'
    """
    if not available():
        raise DocumentError(f"The file is a picture: {INSTALL}.")
    with _opened(io.BytesIO(data)) as picture:
        media_type = Image.MIME[picture.format or ""]
        if getattr(picture, "n_frames", 1) > _MOST_PAGES:
            raise DocumentError(f"The picture has more than {_MOST_PAGES:,} pages: divide it.")
        pages = [_page(frame, languages) for frame in ImageSequence.Iterator(picture)]
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
        left_out=made.left_out,
    )


def frame_of(file: BinaryIO, number: int) -> tuple[Image.Image, float]:
    """A page of a picture's file as a viewer shows it, and its pixels an inch.

    Raises:
        DocumentError: the file is damaged or too large, or has no such page (the first is 1).

    >>> Image.new("L", (300, 150)).save("page.png", dpi=(150, 150))
    >>> with open("page.png", "rb") as file:
    ...     picture, dpi = frame_of(file, number=1)
    >>> picture.size, round(dpi)
    ((300, 150), 150)
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


def _page(frame: Image.Image, languages: str) -> PrintedPage:
    dpi = _resolution(frame)
    upright = _shown(frame).convert("L")
    width, height = (side * _POINTS_AN_INCH / dpi for side in upright.size)
    if dpi < _SENSIBLE.start:
        larger = min(RESOLUTION / dpi, (_MOST_PIXELS / (frame.width * frame.height)) ** 0.5)
        upright = upright.resize([max(round(side * larger), 1) for side in upright.size])
        dpi *= larger
    return PrintedPage(width, height, columns(recognised(upright, dpi, languages)))


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
