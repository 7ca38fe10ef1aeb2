"""Which files are meant by the paths that a person names.

Whether documents still are what their files hold, by the look of the files alone.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pathspec import GitIgnoreSpec

from index import readers, regular
from index.errors import DocumentError
from index.places import file_of
from index.regular import status
from index.store.catalog import DocumentInfo, Location
from index.store.members import UNSEALED

IGNORE_FILE = ".footnoteignore"
IGNORED = (".*", "~$*", "node_modules/", "__pycache__/", "venv/", "*.egg-info/")
"""Left out of every folder, in gitignore syntax; '!pattern' in a `.footnoteignore` brings back."""


PassedOver = Callable[[Path, str], None]
"""Takes a link or a folder and the reason for which it is not followed or not looked into."""

Unread = Callable[[Path], None]
"""Takes a file whose name ends like none that is read."""

OUT_OF_FOLDER = (
    "It is a link that leads out of the folder, and was not followed: add what it leads to "
    "by its own path, or set FOOTNOTE_FOLLOW_LINKS."
)
INTO_STORE = "It is a link into the store, and was not followed."

_IGNORE_LIMIT = 1 << 20
"""Bytes of the longest `.footnoteignore`."""


class _Patterns(NamedTuple):
    """The patterns of one folder, for paths below it."""

    base: str
    spec: GitIgnoreSpec


def found(
    paths: Iterable[str | Path],
    outside: Path,
    *,
    follow_links: bool = False,
    aside: PassedOver | None = None,
    unread: Unread | None = None,
) -> Iterator[Path]:
    """The files meant by the paths: files as they are, folders with every readable type in them.

    Of a folder, what `IGNORED` and the `.footnoteignore` files in it name and the store itself are
    left out. A path that is not there is given back, to be reported like any file that cannot be
    read.

    Args:
        paths: as they are named; one that is a link itself is meant as what it leads to.
        outside: the store's folder.
        follow_links: also take what links inside a folder lead to outside of it. By default such
            links are passed over, as is in any case what leads into the store.
        aside: is told of each link and folder that is passed over, and why.
        unread: is told of each file of a folder that is of no kind that is read.

    Raises:
        DocumentError: a `.footnoteignore` cannot be read.

    >>> for name in ("pier.txt", "song.mp3", ".draft.txt"):
    ...     _ = (tmp_path / name).write_text("The pier fell.")
    >>> [path.name for path in found([tmp_path], outside=tmp_path / "store")]
    ['pier.txt']
    """
    own = os.path.realpath(outside)
    seen: set[str] = set()
    for given in map(Path, paths):
        if is_folder(given):
            named = _Walk(str(given), own, aside, unread, follow_links=follow_links).files()
        else:
            named = iter([str(given)])
        for path in named:
            if path not in seen:
                seen.add(path)
                yield Path(path)


def check_named(paths: Iterable[object]) -> None:
    """Let paths pass that name something; the empty one would mean the working folder.

    Raises:
        DocumentError: one of them is empty.

    >>> check_named(["reports", ""])
    Traceback (most recent call last):
        ...
    index.errors.DocumentError: A path is empty: name a file or a folder ('.' for this one). ...
    """
    if any(isinstance(path, str) and not path.strip() for path in paths):
        raise DocumentError(
            "A path is empty: name a file or a folder ('.' for this one). Nothing was changed."
        )


def is_folder(path: Path) -> bool:
    """Whether there is a folder at the path.

    >>> is_folder(tmp_path), is_folder(tmp_path / "pier.txt")
    (True, False)
    """
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def check_folder(path: Path) -> None:
    """Let a folder pass that is there.

    Raises:
        DocumentError: it is not.

    >>> check_folder(Path("nowhere"))
    Traceback (most recent call last):
        ...
    index.errors.DocumentError: There is no folder nowhere: nothing was changed.
    """
    if not is_folder(path):
        raise DocumentError(f"There is no folder {printable_path(path)}: nothing was changed.")


class _Walk:
    """One folder's files, in the order of their names, those of a folder before its folders'."""

    def __init__(
        self,
        folder: str,
        own: str,
        aside: PassedOver | None,
        unread: Unread | None,
        *,
        follow_links: bool,
    ) -> None:
        self._folder = folder
        self._real = os.path.realpath(folder)
        self._own = own
        self._aside = aside
        self._unread = unread
        self._follow_links = follow_links
        self._linked: set[str] = set()

    def files(self) -> Iterator[str]:
        """Their paths."""
        patterns = [_Patterns(self._folder, GitIgnoreSpec.from_lines(IGNORED))]
        todo = [(self._folder, patterns)]
        while todo:
            here, above = todo.pop()
            patterns = above + _patterns(here)
            folders: list[str] = []
            try:
                with os.scandir(here) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                # What may not be listed is not removed by a sync either.
                self._pass_over(here, f"The folder cannot be opened: {error.strerror or error}.")
                continue
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    ignored = _ignored(entry.path + "/", patterns)
                    if not ignored and os.path.realpath(entry.path) != self._own:
                        folders.append(entry.path)
                elif entry.is_symlink() and is_folder(Path(entry.path)):
                    if not _ignored(entry.path + "/", patterns) and self._enters(entry):
                        folders.append(entry.path)
                elif _ignored(entry.path, patterns):
                    continue
                elif not readers.is_taken(entry.name):
                    if self._unread is not None:
                        self._unread(Path(entry.path))
                elif self._takes(entry):
                    yield entry.path
            todo.extend((path, patterns) for path in reversed(folders))

    def _takes(self, entry: os.DirEntry[str]) -> bool:
        """Whether a file is meant: one that is no link, or whose link may be followed."""
        return not entry.is_symlink() or self._may_follow(entry, os.path.realpath(entry.path))

    def _enters(self, entry: os.DirEntry[str]) -> bool:
        """Whether the folder to which a link leads is looked into; what lies inside is anyway."""
        real = os.path.realpath(entry.path)
        if _is_inside(real, self._real) and not _is_inside(real, self._own):
            return False
        # A folder above this one, or one that was entered before, would have no end.
        again = _is_inside(self._real, real) or any(_is_inside(real, one) for one in self._linked)
        if again or not self._may_follow(entry, real):
            return False
        self._linked.add(real)
        return True

    def _may_follow(self, entry: os.DirEntry[str], real: str) -> bool:
        if _is_inside(real, self._own):
            reason = INTO_STORE
        elif self._follow_links or _is_inside(real, self._real):
            return True
        else:
            reason = OUT_OF_FOLDER
        self._pass_over(entry.path, reason)
        return False

    def _pass_over(self, path: str, reason: str) -> None:
        if self._aside is not None:
            self._aside(Path(path), reason)


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


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
        lines = regular.contents(path, _IGNORE_LIMIT).decode("utf-8").splitlines()
        return [_Patterns(folder, GitIgnoreSpec.from_lines(lines))]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path} cannot be read: {error}.") from error
    except DocumentError as error:
        raise DocumentError(f"{path} cannot be read. {error}") from error


def place(path: Path, resolved: dict[str, str]) -> str:
    """The file's address in the catalog; `resolved` remembers its folder's for the next file.

    Raises:
        DocumentError: the name cannot be kept as text.

    >>> place(Path("pier.txt"), {}) == str(tmp_path.resolve() / "pier.txt")
    True
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
    """Whether there is surely no file at an address; one that cannot be looked at may be there.

    What stands inside a file is there as long as that is.

    >>> is_gone(str(tmp_path)), is_gone(str(tmp_path / "pier.txt"))
    (False, True)
    """
    file = file_of(place)
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return Path(file).is_absolute()
    except (OSError, ValueError):
        return False
    return False


def printable_path(path: Path) -> str:
    r"""The path as one printable line: bytes that are not valid and control characters escaped.

    >>> print(printable_path(Path("pier\tlog.txt")))
    pier\tlog.txt
    """
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


State = Literal["ready", "changed", "gone"]
"""Of a document that can be asked: its file is as it was read, has changed since, or is gone."""


def document_states(
    documents: Sequence[DocumentInfo], locations: Mapping[str, Location]
) -> dict[str, State]:
    """The state of each document, by its id; one that is from no file is ready.

    Args:
        documents: of a store.
        locations: what is known of the places of their files.

    >>> document_states([report], store.locations([report.path])) == {report.id: "ready"}
    True
    """
    return {one.id: _state(locations.get(one.path or "")) for one in documents}


def _state(known: Location | None) -> State:
    if known is None or not Path(known.location).is_absolute():
        return "ready"
    if is_gone(known.location):
        return "gone"
    try:
        now = status(Path(file_of(known.location)))
    except (DocumentError, OSError):  # it is there, and something else by now
        return "changed"
    same = known.size == now.st_size and known.modified_ns in (now.st_mtime_ns, UNSEALED)
    return "ready" if same else "changed"
