"""A store is its owner's alone: nobody else reads its folders and files."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600


def make_private(folder: Path, *, without: Path | None = None) -> None:
    """Let nobody but the owner read a folder and all that is in it.

    What belongs to somebody else, and what links lead to, stays as it is.

    Args:
        folder: which.
        without: a folder in it that is not looked into.

    >>> tmp_path.chmod(0o755)
    >>> make_private(tmp_path)
    >>> oct(tmp_path.stat().st_mode)[-3:]
    '700'
    """
    _close(folder, FOLDER)
    for entry in _entries(folder, without):
        _close(Path(entry.path), FOLDER if entry.is_dir(follow_symlinks=False) else FILE)


def make_private_file(path: Path) -> None:
    """Let nobody but the owner read a file, which is made if it is not there.

    Raises:
        OSError: it cannot be made.

    >>> make_private_file(tmp_path / "catalog.sqlite")
    >>> oct((tmp_path / "catalog.sqlite").stat().st_mode)[-3:]
    '600'
    """
    if path.exists():
        _close(path, FILE)
    else:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, FILE))


def opener(path: str, flags: int) -> int:
    """For `open`: a file that is made by it is its owner's alone.

    >>> with open(tmp_path / "writer.lock", "w", opener=opener) as file:
    ...     oct(os.fstat(file.fileno()).st_mode)[-3:]
    '600'
    """
    return os.open(path, flags, FILE)


def write_private(path: Path, text: str) -> None:
    """Put a file that is its owner's alone, wholly or not at all, in the place of what is there.

    Raises:
        OSError: it cannot be written.

    >>> write_private(tmp_path / "judges.json", "{}")
    >>> oct((tmp_path / "judges.json").stat().st_mode)[-3:]
    '600'
    """
    fresh = path.with_name(f"{path.name}.new")
    # What was left there, or is a link, is not written into.
    fresh.unlink(missing_ok=True)
    with open(fresh, "x", encoding="utf-8", opener=opener) as file:
        file.write(text)
        file.flush()
        # Else a power cut may leave the name with nothing behind it.
        os.fsync(file.fileno())
    fresh.replace(path)


def _entries(folder: Path, without: Path | None) -> Iterator[os.DirEntry[str]]:
    # Another process may have removed what was listed a moment ago.
    with suppress(FileNotFoundError), os.scandir(folder) as listing:
        for entry in listing:
            if entry.is_symlink() or Path(entry.path) == without:
                continue
            yield entry
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(Path(entry.path), without)


def _close(path: Path, mode: int) -> None:
    # It may be gone by now, or lie where a file system knows no rights.
    with suppress(FileNotFoundError, PermissionError):
        found = path.stat()
        if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != mode:
            path.chmod(mode)
