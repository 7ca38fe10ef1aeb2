"""Which files are meant by the paths that a person names."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from index import readers
from index.errors import DocumentError

IGNORE_FILE = ".footnoteignore"
IGNORED = (".*", "~$*", "node_modules/", "__pycache__/", "venv/", "*.egg-info/")
"""Left out of every folder, in gitignore syntax; '!pattern' in a `.footnoteignore` brings back."""


class _Patterns(NamedTuple):
    """The patterns of one folder, for paths below it."""

    base: str
    spec: GitIgnoreSpec


def found(paths: Iterable[str | Path], outside: Path) -> Iterator[Path]:
    """The files meant by the paths: files as they are, folders with every readable type in them.

    Of a folder, what `IGNORED` and the `.footnoteignore` files in it name and the store itself are
    left out. Links to files are taken, links to folders are not followed. A path that is not there
    is given back, to be reported like any file that cannot be read.

    Raises:
        DocumentError: a `.footnoteignore` cannot be read.
    """
    own = str(outside.resolve())
    seen: set[str] = set()
    for given in map(Path, paths):
        named = _walk(str(given), own) if is_folder(given) else [str(given)]
        for path in named:
            if path not in seen:
                seen.add(path)
                yield Path(path)


def is_folder(path: Path) -> bool:
    """Whether there is a folder at the path."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _walk(folder: str, own: str) -> Iterator[str]:
    patterns = [_Patterns(folder, GitIgnoreSpec.from_lines(IGNORED))]
    todo = [(folder, patterns)]
    while todo:
        here, above = todo.pop()
        patterns = above + _patterns(here)
        folders: list[str] = []
        try:
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            # As `os.walk` has it; what may not be listed is not removed by a sync either.
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not _ignored(entry.path + "/", patterns) and os.path.realpath(entry.path) != own:
                    folders.append(entry.path)
            elif Path(entry.name).suffix.lower() in readers.SUPPORTED and not (
                _ignored(entry.path, patterns) or is_folder(Path(entry.path))
            ):
                yield entry.path
        todo.extend((path, patterns) for path in reversed(folders))


def _ignored(path: str, patterns: list[_Patterns]) -> bool:
    """The innermost folder's patterns that say anything about a path decide."""
    for base, spec in reversed(patterns):
        said = spec.check_file(path[len(base) :].lstrip("/")).include
        if said is not None:
            return said
    return False


def _patterns(folder: str) -> list[_Patterns]:
    path = Path(folder) / IGNORE_FILE
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [_Patterns(folder, GitIgnoreSpec.from_lines(lines))]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path} cannot be read: {error}.") from error


def status(path: Path) -> os.stat_result:
    """What the system says of a file.

    Raises:
        DocumentError: it is a folder, or a pipe or a device, which may never end.
        OSError: it is not there or may not be looked at.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise DocumentError(f"This is {kind}, not a file.")
    return found


def place(path: Path, resolved: dict[str, str]) -> str:
    """The file's address in the catalog; `resolved` remembers its folder's for the next file.

    Raises:
        DocumentError: the name cannot be kept as text.
    """
    if path.is_symlink():
        absolute = os.path.realpath(path)
    else:
        folder = str(path.parent)
        if folder not in resolved:
            resolved[folder] = os.path.realpath(folder)
        absolute = str(Path(resolved[folder], path.name))
    try:
        absolute.encode()
    except UnicodeEncodeError as error:
        raise DocumentError(
            "Its name, or that of a folder above it, is not valid UTF-8. Rename it, then try again."
        ) from error
    return absolute


def is_gone(place: str) -> bool:
    """Whether there is surely no file at an address; one that cannot be looked at may be there."""
    try:
        os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return Path(place).is_absolute()
    except (OSError, ValueError):
        return False
    return False


def shown(path: Path) -> str:
    """The path as one printable line: bytes that are not valid and control characters escaped."""
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
