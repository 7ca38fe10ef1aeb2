"""Many readers or one writer, across processes and threads.

Chroma's embedded client answers from stale data, or crashes, when another process writes beside it
(chroma-core/chroma#421, #3769), so every use of it happens inside a shared or the exclusive lock.
Writers hold a lock of their own for the whole of a change, the exclusive one only while they are
inside Chroma: readers wait for that, and for nothing else.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import portalocker

from index.private import opener

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


class StoreLock:
    """Lock files in a store's folder; the kernel frees them when their holder dies.

    The turnstile is closed by a writer while it waits, so that a stream of readers cannot keep it
    out. Each `with` opens the files anew, so threads exclude each other as well.
    """

    def __init__(self, folder: Path) -> None:
        self._writer = folder / "writer.lock"
        self._gate = folder / "turnstile.lock"
        self._room = folder / "store.lock"

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold the indexes as one of many readers."""
        with locked(self._gate, portalocker.LockFlags.SHARED):
            room = locked(self._room, portalocker.LockFlags.SHARED)
            room.__enter__()
        try:
            yield
        finally:
            room.__exit__(None, None, None)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store as its only writer; readers go on."""
        with locked(self._writer, portalocker.LockFlags.EXCLUSIVE):
            yield

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the indexes as their only user; for a writer, and briefly."""
        with (
            locked(self._gate, portalocker.LockFlags.EXCLUSIVE),
            locked(self._room, portalocker.LockFlags.EXCLUSIVE),
        ):
            yield


@contextmanager
def locked(path: Path, flags: portalocker.LockFlags) -> Iterator[None]:
    """Hold a lock file, waiting for it; where there is none and none can be made, nothing."""
    file = _opened(path)
    if file is None:
        yield
        return
    with file:
        portalocker.lock(file, flags)
        try:
            yield
        finally:
            portalocker.unlock(file)


def _opened(path: Path) -> IO[bytes] | None:
    """The lock file; None where there is none and nobody can make one, so nobody writes either."""
    try:
        return open(path, "ab", opener=opener)
    except OSError as error:
        if error.errno not in _READ_ONLY:
            raise
    return path.open("rb") if path.exists() else None
