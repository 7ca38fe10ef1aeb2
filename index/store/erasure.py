"""Words of a document in files: its longer runs of words, by which a trace of it is known."""

from collections.abc import Iterable, Iterator
from pathlib import Path

WORDS = 5
"""Words of a run: as many in the same order are seldom chance."""

_SHORTEST, _LONGEST = 20, 400
"""Bytes of a run: shorter ones say nothing, longer ones are no words."""
_MOST = 200_000
"""Runs by which a document is known at most; of a longer one they are chosen by their hash."""
_PIECE, _OVERLAP = 4 << 20, WORDS * _LONGEST

Runs = frozenset[int]
"""Hashes of runs, which mean something in this process alone."""


def telling(texts: Iterable[str], others: Iterable[str]) -> Runs:
    """The runs of a document that stand in no other.

    Args:
        texts: all of its own.
        others: those of all other documents.

    >>> len(telling(["The pier fell in the night at last."], others=["The pier fell in the day."]))
    3
    """
    own = {run for text in texts for run in _runs(text.encode())}
    if len(own) > _MOST:
        step = len(own) // _MOST + 1
        own = {run for run in own if run % step == 0}
    for text in others if own else ():
        own.difference_update(_runs(text.encode()))
    return frozenset(own)


def holding(folder: Path, runs: Runs) -> list[Path]:
    """The files below a folder in which one of the runs stands as it is.

    >>> _ = (tmp_path / "notes.txt").write_text("Today the pier fell in the bay.")
    >>> [path.name for path in holding(tmp_path, telling(["The pier fell in the night."], []))]
    ['notes.txt']
    """
    if not runs:
        return []
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in files if _holds(path, runs)]


def _holds(path: Path, runs: Runs) -> bool:
    with path.open("rb") as file:
        before = b""
        while piece := file.read(_PIECE):
            if any(run in runs for run in _runs(before + piece)):
                return True
            before = piece[-_OVERLAP:]
    return False


def _runs(data: bytes) -> Iterator[int]:
    words = data.lower().split(b" ")
    for at in range(len(words) - WORDS + 1):
        run = b" ".join(words[at : at + WORDS])
        if _SHORTEST <= len(run) <= _LONGEST:
            yield hash(run)
