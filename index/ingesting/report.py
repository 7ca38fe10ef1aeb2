"""What a run of adding files tells: each file as soon as it is certain, all of them at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["added", "updated", "unchanged", "removed", "failed", "passed over"]


@dataclass(frozen=True, slots=True)
class FileDone:
    """What became of one file, as soon as that is certain; `done` of `total` files are so far.

    `reason` says why it failed or was passed over, or what of it could not be read.

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
    """What became of all of them; `passed_over` are links that were not followed.

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
