"""Files that are there wholly or not at all."""

import os
import stat
from pathlib import Path

from index.errors import ReportError


def check(path: Path) -> None:
    """Find out whether a file can be written there, before the work that it will hold is done.

    Raises:
        ReportError: it cannot.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = 0
    except OSError as error:
        raise _unwritable(path, error.strerror) from error
    if stat.S_ISDIR(mode):
        raise _unwritable(path, "it is a folder")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise _unwritable(path, f"there is no folder {folder}")
    if not os.access(path if mode and not stat.S_ISREG(mode) else folder, os.W_OK):
        raise _unwritable(path, "Permission denied")


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there; one that is there is replaced.

    What is no plain file, like a pipe, is written to.

    Raises:
        ReportError: it cannot be written; what was there is as it was.
    """
    check(path)
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
            return
        beside = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
        try:
            beside.write_bytes(content)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def _unwritable(path: Path, reason: str | None) -> ReportError:
    return ReportError(f"{path} cannot be written: {reason}.")
