"""Files are read in processes of their own: one that crashes, hangs or swells costs its file only.

The processes are started anew (not forked, which threads forbid), import nothing but readers, and
read many files each. Their limits are kept from outside, where native code cannot hold them up.
"""

import logging
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from index.document import Document
from index.errors import DocumentError

READER = "index.readers.reading:read_bytes"
"""Module and function that make a document of a file's bytes and name."""

SECONDS_PER_MIB = 20.0
"""A longer file may take longer: a page of a scan is about 0.1 MB and takes OCR two seconds."""

_LOOK = 0.05  # seconds between looks at a worker's memory
_FILES = 200  # files a worker reads before a fresh one takes its place
_PIPE = 1 << 20
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
    """

    size: int = 200
    characters: int = 50_000_000
    seconds: int = 120
    memory: int = 2_048

    def check_size(self, size: int) -> None:
        """Raise DocumentError for a file of more bytes than are taken."""
        if size > self.size * _MIB:
            raise DocumentError(
                f"The file has {size // _MIB:,} MiB; at most {self.size:,} are taken "
                "(FOOTNOTE_FILE_LIMIT). Split it, or raise the limit."
            )

    def seconds_for(self, size: int) -> float:
        """How long a file of so many bytes may take."""
        return self.seconds + SECONDS_PER_MIB * size / _MIB


class Workers:
    """Up to `count` processes that read files; each caller's thread waits for its own. Thread-safe.

    Args:
        limits: what one file may cost.
        count: how many processes; by default one a core.
        reader: what reads a file, as 'module:function' that takes its bytes and its name.
    """

    def __init__(
        self, limits: Limits | None = None, count: int | None = None, reader: str = READER
    ) -> None:
        self.limits = limits or Limits()
        self.count = count or os.cpu_count() or 1
        self._reader = reader
        self._turns = threading.BoundedSemaphore(self.count)
        self._mutex = threading.Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
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
        for worker in ending:
            worker.kill()
        with self._mutex:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

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
        self.limits.check_size(size)
        with self._turns:
            worker = self._taken()
            at = str(source) if isinstance(source, Path) else source
            fresh = False
            try:
                reply = worker.ask(at, name, self.limits, self.limits.seconds_for(size))
                fresh = worker.is_fresh(self.limits)
            finally:
                self._give_back(worker, fresh=fresh)
        match reply:
            case ("read", Document() as document, str(digest)):
                return document, digest
            case ("error", Exception() as error):
                raise error
            case ("long", characters):
                raise DocumentError(
                    f"It holds {characters:,} characters of text, and at most "
                    f"{self.limits.characters:,} are taken (FOOTNOTE_FILE_CHARACTERS). Split it, "
                    "or raise the limit."
                )
            case ("memory",):
                raise _too_much_memory(self.limits)
            case ("broken", kind, trace):
                log.error("%s: unexpected error\n%s", name, trace)
                raise DocumentError(
                    f"Reading it ended in an unexpected error ({kind}); the log tells more."
                )
        raise AssertionError(f"a worker replied {reply[0]!r}")

    def _taken(self) -> "_Worker":
        with self._mutex:
            if self._closed:
                raise DocumentError("It was not read: the run had ended.")
            if self._idle:
                return self._idle.pop()
            worker = _Worker(self._reader)
            self._all.add(worker)
            return worker

    def _give_back(self, worker: "_Worker", *, fresh: bool) -> None:
        with self._mutex:
            if fresh and not self._closed:
                self._idle.append(worker)
                return
            self._all.discard(worker)
        worker.end()


class _Worker:
    """One process, used by one thread at a time."""

    def __init__(self, reader: str) -> None:
        # By its path and without the working directory, where a file may be named like a module.
        program = str(Path(__file__).with_name("worker.py"))
        given, self._requests = os.pipe()
        self._replies, taken = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 (this very interpreter)
            [sys.executable, "-P", program],
            stdin=given,
            stdout=taken,
            stderr=subprocess.DEVNULL,
            # Its own group: what it starts ends with it, and Ctrl-C is its owner's affair.
            start_new_session=True,
        )
        os.close(given)
        os.close(taken)
        self._memory = psutil.Process(self._process.pid)
        self._files = 0
        self._ending = threading.Lock()
        self._first = pickle.dumps((reader, sys.path))

    def ask(
        self, source: str | bytes, name: str, limits: Limits, seconds: float
    ) -> tuple[object, ...]:
        """The reply to a request; raises DocumentError where there is none within the limits."""
        self._files += 1
        until = time.monotonic() + seconds
        request = pickle.dumps((source, name, seconds, limits.characters))
        try:
            if self._files == 1:
                self._send(self._first)
            self._send(request)
            size = int.from_bytes(self._receive(8, until, seconds, limits), "big")
            reply: tuple[object, ...] = pickle.loads(self._receive(size, until, seconds, limits))  # noqa: S301
        except (EOFError, BrokenPipeError) as error:
            raise self._death(limits) from error
        return reply

    def is_fresh(self, limits: Limits) -> bool:
        """Whether it may go on: earlier files have not left much of theirs in its memory."""
        with suppress(psutil.Error):
            used: int = self._memory.memory_info().rss
            return self._files < _FILES and used < limits.memory * _MIB // 4
        return False

    def kill(self) -> None:
        """End it and whatever it has started; who waits for its reply gets an error. Any thread."""
        with self._ending:
            if self._process.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """End it and let go of it."""
        self.kill()
        with self._ending:
            self._process.wait()
        os.close(self._requests)
        os.close(self._replies)

    def _send(self, frame: bytes) -> None:
        view = memoryview(len(frame).to_bytes(8, "big") + frame)
        while view:
            view = view[os.write(self._requests, view[:_PIPE]) :]

    def _receive(self, size: int, until: float, seconds: float, limits: Limits) -> bytearray:
        pipe = self._replies
        data = bytearray()
        looked = 0.0
        while len(data) < size:
            ready = _readable(pipe, _LOOK)
            if ready:
                piece = os.read(pipe, min(size - len(data), _PIPE))
                if not piece:
                    raise EOFError
                data += piece
            now = time.monotonic()
            if now > until:
                raise DocumentError(
                    f"Reading it took longer than {round(seconds):,} seconds "
                    "(FOOTNOTE_FILE_SECONDS)."
                )
            if now - looked >= _LOOK:
                looked = now
                if self._used() > limits.memory * _MIB:
                    raise _too_much_memory(limits)
        return data

    def _used(self) -> int:
        """Bytes of memory that it holds; none once it has ended."""
        used = 0
        with suppress(psutil.Error):
            used = self._memory.memory_info().rss
        return used

    def _death(self, limits: Limits) -> DocumentError:
        """What ended a worker that has closed its output."""
        with self._ending:
            status = self._process.wait()
        if status == -signal.SIGKILL:
            # Nobody here has sent that: the system does, when memory is short.
            return _too_much_memory(limits)
        told = signal.Signals(-status).name if status < 0 else f"status {status}"
        return DocumentError(f"The parser crashed on it ({told}); the file may be damaged.")


def _readable(pipe: int, seconds: float) -> bool:
    """Whether something, or the end, can be read within the time; any number of open files."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(seconds * 1_000))


def _too_much_memory(limits: Limits) -> DocumentError:
    return DocumentError(
        f"Reading it needed more than {limits.memory:,} MiB of memory (FOOTNOTE_FILE_MEMORY)."
    )
