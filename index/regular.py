"""Regular files, opened so that nothing waits for ever: no pipe, no device, no more than a limit.

Whatever reads a whole file is called in a process of its own (`index.sandbox`): that a file is
regular does not mean that its system ever gives it.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from index.errors import DocumentError

_PIECE = 1 << 20
_MIB = 1 << 20


def status(path: Path) -> os.stat_result:
    """What the system says of a file.

    Raises:
        DocumentError: it is a folder, or a pipe or a device, which may never end.
        OSError: it is not there or may not be looked at.

    >>> (tmp_path / "log.txt").write_text("Wind from the west.")
    19
    >>> status(tmp_path / "log.txt").st_size
    19
    """
    found = path.stat()
    _check(found)
    return found


def contents(path: Path, most: int) -> bytes:
    """What a file holds; a file that says that it has no bytes, as those in /proc do, has none.

    Raises:
        DocumentError: it is no regular file, or holds more than so many bytes.
        OSError: it cannot be read.

    >>> (tmp_path / "log.txt").write_text("Wind from the west.")
    19
    >>> contents(tmp_path / "log.txt", most=100)
    b'Wind from the west.'
    """
    return b"".join(_pieces(path, most))


def digest(path: Path, most: int) -> str:
    """The sha256 of what a file holds; raises as `contents` does.

    >>> (tmp_path / "log.txt").write_text("Wind from the west.")
    19
    >>> digest(tmp_path / "log.txt", most=100)[:12]
    'a3da0f45bf79'
    """
    made = hashlib.sha256()
    for piece in _pieces(path, most):
        made.update(piece)
    return made.hexdigest()


def examined(path: Path, most: int) -> tuple[str, bytes]:
    """The sha256 of what a file holds, and its first 1,024 bytes; raises as `contents` does.

    >>> (tmp_path / "log.txt").write_text("Wind from the west.")
    19
    >>> examined(tmp_path / "log.txt", most=100)[1]
    b'Wind from the west.'
    """
    made = hashlib.sha256()
    head = b""
    for piece in _pieces(path, most):
        head = head or piece[:1024]
        made.update(piece)
    return made.hexdigest(), head


def copy(path: Path, target: Path, most: int) -> str:
    """The sha256 of what a file holds, once `target` is a copy of it that only its owner can read.

    Raises:
        DocumentError: it is no regular file, or holds more than so many bytes.
        OSError: it cannot be read, or the copy not be written.

    >>> (tmp_path / "log.txt").write_text("Wind from the west.")
    19
    >>> copy(tmp_path / "log.txt", tmp_path / "copy.txt", most=100)[:12]
    'a3da0f45bf79'
    >>> (tmp_path / "copy.txt").read_text()
    'Wind from the west.'
    """
    made = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in _pieces(path, most):
            made.update(piece)
            file.write(piece)
    return made.hexdigest()


def check_size(size: int, most: int) -> None:
    """Raise DocumentError for more bytes than are taken.

    >>> try:
    ...     check_size(3 * 1024 * 1024, most=2 * 1024 * 1024)
    ... except DocumentError as error:
    ...     print(error)
    The file has 3 MiB; at most 2 are taken ...
    """
    if size > most:
        raise DocumentError(
            f"The file has {size // _MIB:,} MiB; at most {most // _MIB:,} are taken "
            "(FOOTNOTE_FILE_LIMIT). Split it, or raise the limit."
        )


def _pieces(path: Path, most: int) -> Iterator[bytes]:
    status(path)
    # Looked at again once it is open, when nobody can exchange it any more; a pipe opens at once.
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(opened, "rb", buffering=0) as file:
        found = os.fstat(opened)
        _check(found)
        check_size(found.st_size, most)
        if not found.st_size:
            return
        size = 0
        while piece := file.read(_PIECE):
            size += len(piece)
            check_size(size, most)
            yield piece


def _check(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise DocumentError(f"This is {kind}, not a file.")
