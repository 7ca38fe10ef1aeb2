"""How far a judge is trusted: by its examination and the canaries since, kept beside the store.

A judge that lets wrong claims pass would put footnotes where none belong. So what it confirms is
shown as supported only while the upper bound of the 95 % confidence interval of its error on wrong
claims (Clopper and Pearson 1934, one-sided) stays within a limit.
"""

import json
import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import portalocker
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assistant.judging.examination import Marks
from index.errors import StoreError
from index.store.files import locked
from index.store.opening import is_writable
from index.store.private import write_private

FILE, LOCK = "judges.json", "judges.lock"

_CONFIDENCE = 0.95
_REMEMBERED = 400
"""Canaries that count; those before them say nothing of the model that answers now."""

_MOST_MARKS = 190
"""Wrong claims of examinations that count together: three of them."""

_SELDOM = 0.05
"""A true canary that is missed by a judge which misses more seldom says that it has changed."""


class Standing(BaseModel):
    """What is known of a judge: counts, no word of what was judged.

    Attributes:
        examined: when it sat the examination (ISO 8601).
        marks: how it did there.
        wrong, wrong_accepted: canaries since that were wrong, and those that it called supported.
        true, true_missed: canaries that stood word for word in a passage, and those it refused.
        due: whether it has to sit the examination again before it is trusted.

    >>> known = Standing(examined="2026-01-02", marks=Marks(66, 0, 66, 60))
    >>> round(known.bound, 3), known.is_trusted(0.05)
    (0.044, True)
    >>> known.with_canaries(wrong=2, wrong_accepted=1, true_missed=False).is_trusted(0.05)
    False
    """

    model_config = ConfigDict(frozen=True)

    examined: str
    marks: Marks
    wrong: int = 0
    wrong_accepted: int = 0
    true: int = 0
    true_missed: int = 0
    due: bool = False

    @property
    def bound(self) -> float:
        """The share of wrong claims that it may let pass, at 95 % confidence.

        Canaries are easier than what it is examined in, so they are no excuse for what it let pass
        there.
        """
        marks = self.marks
        together = error_bound(marks.wrong_accepted + self.wrong_accepted, marks.wrong + self.wrong)
        return max(together, error_bound(marks.wrong_accepted, marks.wrong))

    def is_trusted(self, limit: float) -> bool:
        """Whether what it confirms may be shown as supported."""
        return not self.due and self.bound <= limit

    def __str__(self) -> str:
        """In words: how it did, and what that bounds."""
        canaries = f"; of {self.wrong} wrong sentences since then it let {self.wrong_accepted} pass"
        return (
            f"in its examination of {self.examined[:10]} it {self.marks}"
            f"{canaries if self.wrong else ''}: at most {self.bound:.1%} of wrong ones, at 95 %"
        )

    def with_canaries(self, *, wrong: int, wrong_accepted: int, true_missed: bool) -> "Standing":
        """What is known after one more request, with so many wrong canaries and a true one."""
        seldom = self.true_missed <= _SELDOM * self.true
        counts = {
            "wrong": self.wrong + wrong,
            "wrong_accepted": self.wrong_accepted + wrong_accepted,
            "true": self.true + 1,
            "true_missed": self.true_missed + true_missed,
        }
        if counts["wrong"] > _REMEMBERED:
            counts = {name: math.ceil(count / 2) for name, count in counts.items()}
        due = self.due or wrong_accepted > 0 or (true_missed and seldom)
        return self.model_copy(update={**counts, "due": due})

    def examined_again(self, marks: Marks) -> "Standing":
        """What is known after another examination.

        One that a canary has made due stands beside those before it, so that a single claim that
        slipped through, or a document that talks to the judge, does not end all trust. Another one
        takes the place of what was known.
        """
        now = datetime.now(UTC).isoformat()
        if not self.due:
            return Standing(examined=now, marks=marks)
        together = self.marks + marks if self.marks.wrong < _MOST_MARKS else marks
        return self.model_copy(update={"examined": now, "marks": together, "due": False})


def error_bound(errors: int, trials: int) -> float:
    """The largest rate at which so few errors are still likely (1 in 20).

    >>> [round(error_bound(errors, 66), 3) for errors in (0, 1, 66)]
    [0.044, 0.07, 1.0]
    """
    if errors >= trials:
        return 1.0
    low, high = errors / trials, 1.0
    for _ in range(50):
        rate = (low + high) / 2
        likely = sum(
            math.comb(trials, n) * rate**n * (1 - rate) ** (trials - n) for n in range(errors + 1)
        )
        low, high = (rate, high) if likely > 1 - _CONFIDENCE else (low, rate)
    return high


_KEPT = TypeAdapter(dict[str, Standing])


class Standings:
    """The standings of all judges, in the store's folder. Thread-safe, and beside other processes.

    Where the folder cannot be written, what is noted is known to this process alone.

    Raises:
        StoreError: from any method, where the file cannot be read or written.

    >>> standings = Standings(tmp_path)
    >>> _ = standings.change("tiny", lambda known: Standing(examined="", marks=Marks(66, 0, 66, 9)))
    >>> Standings(tmp_path).of("tiny").marks.right_accepted, standings.of("another")
    (9, None)
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._own: dict[str, Standing] = {}

    def of(self, judge: str) -> Standing | None:
        """What is known of a judge; None before its first examination."""
        with self._lock:
            return self._own.get(judge) or self._read().get(judge)

    def change(self, judge: str, change: Callable[[Standing | None], Standing]) -> Standing:
        """Note what becomes of what is known, and return it."""
        with self._lock:
            if not is_writable(self._folder):
                self._own[judge] = change(self._own.get(judge) or self._read().get(judge))
                return self._own[judge]
            path = self._folder / FILE
            try:
                with locked(self._folder / LOCK, portalocker.LockFlags.EXCLUSIVE):
                    kept = self._read()
                    kept[judge] = change(kept.get(judge))
                    write_private(path, json.dumps(_KEPT.dump_python(kept, mode="json")))
            except OSError as error:
                raise StoreError.of(self._folder, error) from error
            return kept[judge]

    def _read(self) -> dict[str, Standing]:
        path = self._folder / FILE
        try:
            return _KEPT.validate_json(path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError.of(self._folder, error) from error
        except ValidationError as error:
            raise StoreError(
                f"{path}, which holds what is known of judges, is damaged. Delete it: judges are "
                "examined anew."
            ) from error
