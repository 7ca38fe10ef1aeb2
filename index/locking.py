"""Many readers or one writer, across processes and threads.

Chroma's embedded client answers from stale data, or crashes, when another process writes beside it
(chroma-core/chroma#421, #3769), so every use of it happens inside one of these two locks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import portalocker


class StoreLock:
    """A reader–writer lock made of two lock files; the kernel frees it when its holder dies.

    The second file is a turnstile: a writer closes it while it waits, so that a stream of readers
    cannot keep it out. Each `with` opens the files anew, so threads exclude each other as well.
    """

    def __init__(self, folder: Path) -> None:
        self._gate = folder / "turnstile.lock"
        self._room = folder / "store.lock"

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold the store as one of many readers."""
        with _locked(self._gate, portalocker.LockFlags.SHARED):
            room = _locked(self._room, portalocker.LockFlags.SHARED)
            room.__enter__()
        try:
            yield
        finally:
            room.__exit__(None, None, None)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the store as its only user."""
        with (
            _locked(self._gate, portalocker.LockFlags.EXCLUSIVE),
            _locked(self._room, portalocker.LockFlags.EXCLUSIVE),
        ):
            yield


@contextmanager
def _locked(path: Path, flags: portalocker.LockFlags) -> Iterator[IO[bytes]]:
    with path.open("ab") as file:
        portalocker.lock(file, flags)
        try:
            yield file
        finally:
            portalocker.unlock(file)
