"""What a run of adding files tells: each file as soon as it is certain, all of them at the end."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.places import INSIDE

_KINDS = 8
"""Kinds of files that are counted one by one."""

Outcome = Literal["added", "updated", "unchanged", "removed", "failed", "passed over"]


@dataclass(frozen=True, slots=True)
class FileDone:
    """What became of one file, as soon as that is certain; `done` of `total` files are so far.

    `reason` says why it failed or was passed over, or what of it could not be read. One line may
    stand for several `files` of a folder.

    >>> done = FileDone("pier.txt", "failed", None, "The file is empty.", done=3, total=7)
    >>> f"{done.done} of {done.total}: {done.path}: {done.reason}"
    '3 of 7: pier.txt: The file is empty.'
    """

    path: str
    outcome: Outcome
    document_id: str | None
    reason: str | None
    done: int
    total: int
    characters: int = 0  # of text that was embedded
    files: int = 1


@dataclass(frozen=True, slots=True)
class FileUnderWay:
    """How far the embedding of a long document is: `done` of `total` passages.

    >>> way = FileUnderWay("book.pdf", done=256, total=1_024)
    >>> f"{way.path}: {way.done / way.total:.0%}"
    'book.pdf: 25%'
    """

    path: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of all of them.

    `passed_over` are links that were not followed, and files that a folder's walk does not take.

    >>> first = AddReport(added=(FileDone("a.txt", "added", "d1", None, done=1, total=1),))
    >>> second = AddReport(removed=(FileDone("b.txt", "removed", "d2", None, done=1, total=1),))
    >>> [(len(both.added), len(both.removed)) for both in [first + second]]
    [(1, 1)]
    """

    added: tuple[FileDone, ...] = ()
    updated: tuple[FileDone, ...] = ()
    unchanged: tuple[FileDone, ...] = ()
    failed: tuple[FileDone, ...] = ()
    removed: tuple[FileDone, ...] = ()
    passed_over: tuple[FileDone, ...] = ()

    def __add__(self, other: "AddReport") -> "AddReport":
        return AddReport(
            self.added + other.added,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.failed + other.failed,
            self.removed + other.removed,
            self.passed_over + other.passed_over,
        )


Progress = Callable[[FileDone | FileUnderWay], None]


class UnreadFiles:
    """The files of folders that a walk does not take: the first by name, all counted by kind.

    >>> unread = UnreadFiles(named=1)
    >>> for name in ("song.mp3", "waves.mp3", "film.mov"):
    ...     unread.note(Path(name))
    >>> unread.first, unread.rest
    ([PosixPath('song.mp3')], "2 more files of kinds that are not read: 1 of '.mp3', 1 of '.mov'.")
    """

    def __init__(self, named: int) -> None:
        self._named = named
        self._kinds: Counter[str] = Counter()
        self.first: list[Path] = []

    def note(self, path: Path) -> None:
        """Take one file."""
        if len(self.first) < self._named:
            self.first.append(path)
        else:
            self._kinds[_ending(path)] += 1

    @property
    def more(self) -> int:
        """How many there are beside those that are named."""
        return self._kinds.total()

    @property
    def rest(self) -> str:
        """A line on those that are not named, the most frequent kinds first."""
        shown = self._kinds.most_common(_KINDS)
        kinds = [f"{count:,} of {kind}" for kind, count in shown]
        others = len(self._kinds) - len(shown)
        if others:
            kinds.append(f"{self.more - sum(count for _, count in shown):,} of {others:,} others")
        files = "1 more file" if self.more == 1 else f"{self.more:,} more files"
        return f"{files} of kinds that are not read: {', '.join(kinds)}."


def unread_reason(path: Path) -> str:
    """Why a walk does not take a file.

    >>> unread_reason(Path("song.mp3"))
    "Files that end in '.mp3' are not taken from a folder: name the file itself to have it read ..."
    """
    kind = f"Files that end in {_ending(path)}" if path.suffix else "Files without an ending"
    if INSIDE in str(path):
        return f"{kind} are not read inside of others: unpack it to have it read by its content."
    return (
        f"{kind} are not taken from a folder: name the file itself to have it read by its content."
    )


def _ending(path: Path) -> str:
    return repr(path.suffix.lower()) if path.suffix else "no ending"
