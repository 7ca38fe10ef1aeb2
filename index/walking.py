"""Which files are meant by some paths: folders are walked, what is ignored is left out."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from index.errors import DocumentError
from index.readers import SUPPORTED

IGNORE_FILE = ".footnoteignore"
"""Patterns as in .gitignore, for the folder it stands in and those below."""

_ALWAYS = GitIgnoreSpec.from_lines([".*", "node_modules/", "__pycache__/", "~$*", "*.egg-info/"])


def found(paths: Iterable[str | Path], outside: Path) -> Iterator[Path]:
    """The files meant by the paths: files as they are, folders with every readable type in them.

    Hidden files, the store itself and what `.footnoteignore` names are left out of a folder, and
    links to folders are not followed, so that no loop is walked. A path that is not there is given
    back, to be reported like any file that cannot be read.
    """
    own = outside.resolve()
    seen: set[Path] = set()
    for given in map(Path, paths):
        for path in _walk(given, own) if _is_folder(given) else [given]:
            if path not in seen:
                seen.add(path)
                yield path


def _walk(folder: Path, own: Path) -> Iterator[Path]:
    ignored: dict[Path, list[tuple[Path, GitIgnoreSpec]]] = {}
    for current, folders, files in os.walk(folder):
        here = Path(current)
        patterns = [*ignored.get(here.parent, []), *_patterns(here)]
        ignored[here] = patterns
        folders[:] = sorted(
            name
            for name in folders
            if not _is_ignored(here / name, patterns, folder=True)
            and (here / name).resolve() != own
        )
        for name in sorted(files):
            path = here / name
            if path.suffix.lower() in SUPPORTED and not _is_ignored(path, patterns, folder=False):
                yield path


def _patterns(folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
    try:
        lines = (folder / IGNORE_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # there is none
        return []
    return [(folder, GitIgnoreSpec.from_lines(lines))]


def _is_ignored(path: Path, patterns: list[tuple[Path, GitIgnoreSpec]], *, folder: bool) -> bool:
    mark = "/" if folder else ""
    if _ALWAYS.match_file(path.name + mark):
        return True
    return any(spec.match_file(f"{path.relative_to(at)}{mark}") for at, spec in patterns)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


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


def place(path: Path) -> str:
    """The file's address in the catalog.

    Raises:
        DocumentError: the name cannot be kept as text.
    """
    absolute = str(path.resolve())
    try:
        absolute.encode()
    except UnicodeEncodeError as error:
        raise DocumentError(
            "Its name, or that of a folder above it, is not valid UTF-8. Rename it, then try again."
        ) from error
    return absolute


def places(paths: Iterable[Path]) -> list[str]:
    """The addresses of those of the files that have one."""
    found = []
    for path in paths:
        try:
            found.append(place(path))
        except (DocumentError, OSError, ValueError, RuntimeError):
            continue  # it is reported when it comes to be read
    return found


def shown(path: Path) -> str:
    """The path as one printable line: bytes that are not valid and control characters escaped."""
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
