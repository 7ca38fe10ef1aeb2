"""Files parsed in processes of their own, several at once, each with limits on time and memory."""

import os
import queue
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import Pipe
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from index.document import Document
from index.errors import DocumentError, FootnoteError
from index.worker import OUT_OF_MEMORY

T = TypeVar("T")

READER = "index.readers:read"
_FILES_A_WORKER = 200
"""After so many files a process is replaced, because parsers leak."""
_KILLED = -9


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take: seconds, and mebibytes beyond what the empty process has."""

    seconds: int = 120
    memory: int = 2_048


class Workers:
    """A pool of parsing processes, started when first needed; thread-safe.

    Args:
        limits: for each file.
        count: how many at once; by default one for each core.
        reader: 'module:function', which makes a document of a path and a name.
    """

    def __init__(
        self, limits: Limits | None = None, count: int | None = None, reader: str = READER
    ) -> None:
        self.count = count or os.cpu_count() or 1
        self._limits = limits or Limits()
        self._reader = reader
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, path: Path, name: str) -> Document:
        """The document in the file at `path`, which was called `name` where it came from.

        Raises:
            DocumentError: there is none, or reading it broke a limit or the process.
        """
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            worker = _Worker(self._reader, self._limits)
        answer = worker.read(path, name)
        if worker.is_spent():
            worker.stop()
        else:
            self._idle.put(worker)
        if isinstance(answer, FootnoteError):
            raise answer
        return answer

    def close(self) -> None:
        """End the processes."""
        while not self._idle.empty():
            self._idle.get_nowait().stop()


class _Worker:
    """One process, and this side of the connection to it."""

    def __init__(self, reader: str, limits: Limits) -> None:
        self._limits = limits
        self._files = 0
        self._connection, theirs = Pipe()
        with theirs:
            # -P: a file in the working directory must not be taken for a module, and be run.
            command = [sys.executable, "-P", "-m", "index.worker", str(theirs.fileno()), reader]
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [*command, str(limits.memory)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                # An interrupt in the terminal is the command's own to answer.
                start_new_session=True,
            )

    def read(self, path: Path, name: str) -> Document | FootnoteError:
        self._files += 1
        try:
            self._connection.send((str(path), name))
            if not self._connection.poll(self._limits.seconds):
                self.stop()
                return DocumentError(
                    f"Reading it takes longer than {self._limits.seconds} seconds "
                    "(FOOTNOTE_FILE_SECONDS)."
                )
            answer: Document | FootnoteError = self._connection.recv()
        except (EOFError, OSError):
            return self._died()
        return answer

    def is_spent(self) -> bool:
        """Whether another should take its place."""
        return self._files >= _FILES_A_WORKER or self._process.poll() is not None

    def stop(self) -> None:
        """End the process at once."""
        with suppress(ProcessLookupError, PermissionError):
            # With what it has started, as text recognition is.
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._connection.close()

    def _died(self) -> DocumentError:
        self._process.wait()
        if self._process.returncode == _KILLED:  # by the system, short of memory
            return DocumentError(OUT_OF_MEMORY)
        return DocumentError(
            f"The parser crashed on it (status {self._process.returncode}): the file is damaged, "
            "or made to do that."
        )


def in_order(
    tasks: Iterable[Callable[[], T]], executor: ThreadPoolExecutor, ahead: int
) -> Iterator[Future[T]]:
    """The futures of tasks in their order, at most `ahead` of them begun before they are taken."""
    following = iter(tasks)
    waiting = deque(executor.submit(task) for task in islice(following, ahead))
    while waiting:
        yield waiting.popleft()
        waiting.extend(executor.submit(task) for task in islice(following, 1))
