"""Pages of the files that documents were read from, as pictures.

A file is drawn only while it has the very bytes that were read: what is marked on a picture of it
stands there.
"""

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from index.errors import DocumentError, PageError
from index.places import file_of
from index.regular import digest
from index.sandbox.process import Broken, CallError, Process, TookTooLong
from index.store.catalog import Location
from index.store.members import UNSEALED
from index.store.queries import Origin

DRAW = "index.pages.drawing:draw"
"""Module and function that draw a page."""

DRAWN = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/tiff", "image/webp", "image/bmp"}
)
"""Media types of files whose pages can be drawn."""

WIDTHS = (800, 1_200, 1_800, 2_600)
"""Widths in pixels in which pages are drawn: few, so that one drawing serves many requests."""

_SECONDS = 10.0
_MEMORY = 1_024  # MiB
_CALLS = 500  # pages that a process draws before a fresh one takes its place
_KEPT = 48 << 20  # bytes of pictures

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as a JPEG picture: its size in pixels, and the pixels that one point has.

    >>> image = PageImage(b"", width=800, height=1_131, scale=4 / 3)
    >>> round(72 * image.scale)  # pixels an inch
    96
    """

    data: bytes
    width: int
    height: int
    scale: float


class PageImages:
    """Draws pages in a process of its own, and keeps the latest pictures. Thread-safe.

    Args:
        draw: what draws them, as 'module:function'.

    >>> pages = PageImages()
    >>> pages.image(store.origin(report.id), page=2, width=700).width  # the next of WIDTHS
    800
    >>> pages.close()
    """

    def __init__(self, draw: str = DRAW) -> None:
        self._draw = draw
        self._drawing = threading.Lock()
        self._process: Process | None = None
        self._keeping = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, int], PageImage] = OrderedDict()

    def close(self) -> None:
        """End the process; a page that is being drawn is waited for."""
        with self._drawing:
            self._end()

    def image(self, origin: Origin, page: int, width: int) -> PageImage:
        """A page of a document, at least `width` pixels wide if the last of `WIDTHS` is.

        Raises:
            PageError: the file is not there as it was read, or its page cannot be drawn.
        """
        place = _original(origin)
        width = next((enough for enough in WIDTHS if enough >= width), WIDTHS[-1])
        key = place.file_hash, page, width
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        image = self._drawn(Path(place.location), origin.media_type, page, width)
        with self._keeping:
            self._kept[key] = image
            while sum(len(one.data) for one in self._kept.values()) > _KEPT:
                self._kept.popitem(last=False)
        return image

    def _drawn(self, file: Path, media_type: str, page: int, width: int) -> PageImage:
        with self._drawing:
            process = self._process = self._process or Process(self._draw)
            try:
                drawn = process.call(
                    (str(file), media_type, page, width), seconds=_SECONDS, memory=_MEMORY
                )
            except CallError as error:
                raise _told(error, file, page) from error
            except OSError as error:
                raise PageError(f"The file cannot be opened: {error.strerror}.") from error
            except PageError:
                raise
            except DocumentError as error:
                raise PageError(f"The printed page cannot be shown: {error}") from error
            finally:
                if not process.usable or process.calls >= _CALLS:
                    self._end()
        match drawn:
            case (bytes(data), int(wide), int(high), float(scale)):
                return PageImage(data, wide, high, scale)
        raise TypeError(f"a page was drawn as {type(drawn)}")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


def _original(origin: Origin) -> Location:
    """The first of a document's places whose file still has the bytes that were read.

    Raises:
        PageError: there is none, or its pages cannot be drawn; the line says why.
    """
    if origin.media_type not in DRAWN:
        raise PageError("Documents of this kind have no printed pages.")
    place, reason = _unchanged(origin)
    if place is None:
        raise PageError(f"The printed page cannot be shown: {reason}.")
    return place


def original_file(origin: Origin) -> Path:
    """The file of a document, or which holds it, while it has the bytes that were read.

    Raises:
        PageError: it has them no longer, or is not there.

    >>> original_file(store.origin(report.id)) == Path(report.path)
    True
    """
    place, reason = _unchanged(origin)
    if place is None:
        raise PageError(f"The original file cannot be given: {reason}.")
    return Path(file_of(place.location))


def _unchanged(origin: Origin) -> tuple[Location | None, str]:
    """The first of a document's places whose file is as it was read; else the reason why not."""
    reason = "this version of the document was replaced by a later one"
    for place in origin.places if origin.live else ():
        path = Path(file_of(place.location))
        if not path.is_absolute():
            reason = "the document was read from the web, and no copy of its file is kept"
            continue
        try:
            if _is_same(path, place):
                return place, ""
            reason = "its file has changed since it was read"
        except FileNotFoundError:
            reason = "its file is no longer where it was"
        except OSError as error:
            reason = f"its file cannot be opened ({error.strerror})"
        except DocumentError:  # something else by now, or longer
            reason = "its file has changed since it was read"
    return None, reason


def _is_same(path: Path, place: Location) -> bool:
    """Whether the file at a place is what it was, by its stamp or else by its bytes.

    That which holds others goes by its stamp alone.
    """
    status = path.stat()
    if status.st_size != place.size:
        return False
    if place.modified_ns in (status.st_mtime_ns, UNSEALED):
        return True
    if str(path) != place.location:
        return False
    return digest(path, place.size) == place.file_hash


def _told(error: CallError, file: Path, page: int) -> PageError:
    """Why a page was not drawn, for the person who wants to see it."""
    if isinstance(error, Broken):
        log.error("%s, page %d: unexpected error\n%s", file, page, error.trace)
    how = "took too long" if isinstance(error, TookTooLong) else "failed"
    return PageError(f"Page {page} cannot be shown as printed: drawing it {how}.")
