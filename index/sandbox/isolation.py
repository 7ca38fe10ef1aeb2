"""Files are read in processes of their own: one that crashes, hangs or swells costs its file only.

This is the one way in which a user's file is read, whatever is made of it: a document, a draft, a
template. The processes import nothing but what makes it, and read many files each.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Self, TypeVar

from index import regular
from index.closing import close_all
from index.document import Document
from index.errors import DocumentError
from index.sandbox.process import Broken, CallError, NeededTooMuch, Process, TookTooLong

T = TypeVar("T")

READER = "index.readers.reading:read_bytes"
"""Module and function that make a document of a file's bytes and name, and of the languages of
scanned pages."""

WHOLE_READER = "index.readers.reading:read_whole"
"""The same, with what is left out of the text by default set behind it."""

LANGUAGES = "eng"
"""The languages of scanned pages where nothing else is said, as tesseract names them."""

SECONDS_PER_MIB = 20.0
"""A longer file may take longer: a page of a scan is about 0.1 MB and takes OCR two seconds."""

_FILES = 200  # files a process reads before a fresh one takes its place
_MIB = 1 << 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost.

    Attributes:
        size: MiB of the file itself.
        characters: of its text.
        seconds: for reading it, and `SECONDS_PER_MIB` more for each MiB it has.
        memory: MiB of the process that reads it.

    >>> limits = Limits(size=1, seconds=120)
    >>> limits.bytes, limits.seconds_for(512 * 1_024)
    (1048576, 130.0)
    """

    size: int = 200
    characters: int = 50_000_000
    seconds: int = 120
    memory: int = 2_048

    def check_size(self, size: int) -> None:
        """Raise DocumentError for a file of more bytes than are taken."""
        regular.check_size(size, self.bytes)

    @property
    def bytes(self) -> int:
        """Bytes of the file itself."""
        return self.size * _MIB

    def seconds_for(self, size: int) -> float:
        """How long a file of so many bytes may take."""
        return self.seconds + SECONDS_PER_MIB * size / _MIB


class Workers:
    """Up to `count` processes that read files; each caller's thread waits for its own. Thread-safe.

    Args:
        limits: what one file may cost.
        count: how many processes; by default one a core.
        reader: what reads a file, as 'module:function' that takes its bytes, its name and
            the languages.
        languages: those of scanned pages, as tesseract names them: 'eng', 'eng+deu'.

    >>> with Workers(count=1) as workers:
    ...     document, digest = workers.read(b"The pier fell.", "pier.txt", size=14)
    >>> document.text, digest == hashlib.sha256(b"The pier fell.").hexdigest()
    ('The pier fell.', True)
    """

    def __init__(
        self,
        limits: Limits | None = None,
        count: int | None = None,
        reader: str = READER,
        languages: str = LANGUAGES,
    ) -> None:
        self.limits = limits or Limits()
        self.count = count or os.cpu_count() or 1
        self._reader, self._languages = reader, languages
        self._turns = threading.BoundedSemaphore(self.count)
        self._mutex = threading.Lock()
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes, also those that are busy: whoever waits for one gets an error."""
        with self._mutex:
            self._closed = True
            ending = list(self._all)
        close_all(*(process.kill for process in ending), self._end_idle)

    def _end_idle(self) -> None:
        with self._mutex:
            idle, self._idle = self._idle, []
        close_all(*(process.end for process in idle))

    def read(self, source: Path | bytes, name: str, size: int) -> tuple[Document, str]:
        """The document in a file, or in bytes that are at hand, and the sha256 of what was read.

        Args:
            source: where the file is, or what it holds.
            name: what it is called.
            size: its bytes, which decide how long it may take.

        Raises:
            DocumentError: it cannot be read, or not within the limits.
            OSError: it cannot be opened.
        """
        limits = self.limits
        wanted = (self._reader, source, name, self._languages, limits.characters, limits.bytes)
        reply = self._call("index.sandbox.isolation:read_source", wanted, name, size)
        match reply:
            case (Document() as document, str(digest)):
                return document, digest
        raise AssertionError(f"a reader returned {type(reply)}")

    def examined(self, path: Path, size: int) -> tuple[str, bytes]:
        """The sha256 of what a file holds, which has so many bytes, and its first 1,024 bytes.

        Raises as `read` does.
        """
        wanted = (path, self.limits.bytes)
        match self._call("index.regular:examined", wanted, path.name, size):
            case (str(digest), bytes(head)):
                return digest, head
        raise AssertionError("a file was examined as something else")

    def copy(self, path: Path, target: Path, size: int) -> str:
        """The sha256 of what a file holds, once `target` is a copy of it; raises as `read` does."""
        wanted = (path, target, self.limits.bytes)
        return str(self._call("index.regular:copy", wanted, path.name, size))

    def made(
        self, kind: type[T], function: str, source: Path | bytes, name: str, *arguments: object
    ) -> T:
        """What a function makes of a file's bytes and of its name, and of further arguments.

        Args:
            kind: what that is.
            function: 'module:function'; the module is imported in the process only, and what the
                function takes and returns are plain values, which can be pickled.
            source: where the file is, or what it holds.
            name: what it is called.
            arguments: the function's others.

        Raises:
            FootnoteError: the function raised it, or it did not end within the limits.
            OSError: the file cannot be opened.
        """
        size = regular.status(source).st_size if isinstance(source, Path) else len(source)
        wanted = (function, source, name, self.limits.bytes, *arguments)
        made = self._call("index.sandbox.isolation:make_of_source", wanted, name, size)
        if not isinstance(made, kind):
            raise TypeError(f"{function} returned {type(made)}")
        return made

    def _call(self, function: str, arguments: tuple[object, ...], name: str, size: int) -> object:
        """What a function returns in one of the processes; of a file of so many bytes."""
        self.limits.check_size(size)
        limits, seconds = self.limits, self.limits.seconds_for(size)
        with self._turns:
            process = self._taken()
            try:
                return process.call((function, arguments), seconds=seconds, memory=limits.memory)
            except CallError as error:
                raise _told(error, name, limits, seconds) from error
            finally:
                self._give_back(process)

    def _taken(self) -> Process:
        with self._mutex:
            if self._closed:
                raise DocumentError("It was not read: the run had ended.")
            if self._idle:
                return self._idle.pop()
            process = Process("index.sandbox.isolation:call")
            self._all.add(process)
            return process

    def _give_back(self, process: Process) -> None:
        # Earlier files may have left much of theirs in its memory.
        fresh = process.calls < _FILES and process.memory < self.limits.memory // 4
        with self._mutex:
            if process.usable and fresh and not self._closed:
                self._idle.append(process)
                return
            self._all.discard(process)
        process.end()


def _told(error: CallError, name: str, limits: Limits, seconds: float) -> DocumentError:
    """Why a file was not read, for the person who has added it."""
    match error:
        case TookTooLong():
            said = (
                f"Reading it took longer than {round(seconds):,} seconds (FOOTNOTE_FILE_SECONDS)."
            )
        case NeededTooMuch():
            said = (
                f"Reading it needed more than {limits.memory:,} MiB of memory "
                "(FOOTNOTE_FILE_MEMORY)."
            )
        case Broken(trace=trace):
            log.error("%s: unexpected error\n%s", name, trace)
            said = f"Reading it ended in an unexpected error ({error}); the log tells more."
        case _:
            said = f"The parser crashed on it ({error}); the file may be damaged."
    return DocumentError(said)


def made_apart(
    kind: type[T],
    function: str,
    source: Path | bytes,
    name: str,
    *arguments: object,
    limits: Limits | None = None,
) -> T:
    """What a function makes of one file, in a process of its own; see `Workers.made`.

    >>> made_apart(Document, READER, b"The pier fell.", "storm_report.txt").title
    'Storm report'
    """
    with Workers(limits, count=1) as workers:
        return workers.made(kind, function, source, name, *arguments)


def call(function: str, arguments: tuple[object, ...]) -> object:
    """What 'module:function' returns; called in a process of its own, as all below.

    >>> call("index.document:readable_stem", ("storm_report.txt",))
    'Storm report'
    """
    return _named(function)(*arguments)


def look_at(path: Path, limits: Limits, languages: str, *, whole: bool = False) -> Document:
    """The document that a file becomes when it is added, read in a process of its own.

    Args:
        path: of a regular file.
        limits: what reading it may cost.
        languages: those of scanned pages.
        whole: whether what its text leaves out is set behind it.

    Raises:
        DocumentError: it cannot be read, or not within the limits.

    >>> _ = (tmp_path / "pier.txt").write_text("The pier fell.")
    >>> look_at(tmp_path / "pier.txt", Limits(), "eng").text
    'The pier fell.'
    """
    try:
        size = regular.status(path).st_size
    except FileNotFoundError as error:
        raise DocumentError("There is no such file.") from error
    except OSError as error:
        raise DocumentError(f"The file cannot be opened: {error.strerror}.") from error
    limits.check_size(size)
    reader = WHOLE_READER if whole else READER
    with Workers(limits, count=1, reader=reader, languages=languages) as workers:
        return workers.read(path, path.name, size)[0]


def make_of_source(
    function: str, source: Path | bytes, name: str, most: int, *arguments: object
) -> object:
    """What a function makes of a file of so many bytes at most; see `Workers.made`.

    >>> make_of_source(READER, b"The pier fell.", "storm_report.txt", most=1_000).title
    'Storm report'
    """
    return _named(function)(_held(source, most), name, *arguments)


def read_source(
    reader: str, source: Path | bytes, name: str, languages: str, characters: int, most: int
) -> tuple[Document, str]:
    """The document in a file, and the sha256 of the file.

    Args:
        reader: what reads it, as `Workers` takes it.
        source: where the file is, or what it holds.
        name: what it is called.
        languages: those of scanned pages.
        characters: of text that are taken at most.
        most: bytes of the file that are taken at most.

    Raises:
        DocumentError: the file cannot be read, or holds more.
        OSError: it cannot be opened.

    >>> read_source(READER, b"The pier fell.", "pier.txt", LANGUAGES, characters=9, most=1_000)
    Traceback (most recent call last):
        ...
    index.errors.DocumentError: It holds 14 characters of text, and at most 9 are taken ...
    """
    read: Callable[[bytes, str, str], Document] = _named(reader)
    data = _held(source, most)
    digest = hashlib.sha256(data).hexdigest()
    document = read(data, name, languages)
    if len(document.text) > characters:
        raise DocumentError(
            f"It holds {len(document.text):,} characters of text, and at most {characters:,} are "
            "taken (FOOTNOTE_FILE_CHARACTERS). Split it, or raise the limit."
        )
    return document, digest


def _held(source: Path | bytes, most: int) -> bytes:
    return source if isinstance(source, bytes) else regular.contents(source, most)


def _named(function: str) -> Callable[..., Any]:
    module, name = function.split(":")
    made: Callable[..., Any] = getattr(import_module(module), name)
    return made
