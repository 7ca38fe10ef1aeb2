"""How much of what a model wrote held so far: by that, its next sentence needs more or less.

The share of sentences that hold is the prior of the next one's odds. It begins in doubt and is the
mean of what the sentences before were given (an online form of Saerens et al. 2002, 'Adjusting the
outputs of a classifier to new a priori probabilities'), those of long ago counting less. So a model
that invents is soon believed only what is nearly a quotation.
"""

import json
import os
import threading
from pathlib import Path
from typing import NamedTuple

import portalocker

from assistant.verifying.calibration import probability
from index.errors import StoreError
from index.store.files import locked
from index.store.opening import is_writable
from index.store.private import opener

FILE, LOCK = "writers.json", "writers.lock"

BEGINS, CAUTION = 0.6, 6.0
"""Of a model that is not known yet: the share believed to hold, and how many sentences count as
much as that belief."""

HALVED = 200.0
"""When so many sentences are counted, they count half from then on."""


class Counted(NamedTuple):
    """So many sentences were counted, of which so many are believed to hold.

    >>> known = Counted(held=3.0, counted=4.0).with_one(1.0)
    >>> known, round(known.prior, 2)
    (Counted(held=4.0, counted=5.0), 0.69)
    """

    held: float = 0.0
    counted: float = 0.0

    def with_one(self, probability: float) -> "Counted":
        """One more sentence, that holds with this probability."""
        held, counted = self.held + probability, self.counted + 1
        return Counted(held / 2, counted / 2) if counted >= HALVED else Counted(held, counted)

    @property
    def prior(self) -> float:
        """The share believed to hold of those to come, above 0 and below 1."""
        return (BEGINS * CAUTION + self.held) / (CAUTION + self.counted)


class Record:
    """The record of one model, kept in the store's folder. Thread-safe, and beside other processes.

    Only two numbers are kept, no word of what was written. Where the folder cannot be written,
    what is noted is known to this process alone.

    Args:
        folder: of the store.
        model: its name, as answers tell it.

    Raises:
        StoreError: from any method, where the file cannot be read or written.

    >>> record = Record(tmp_path, "tiny")
    >>> record.note(odds=-4.0)
    >>> record.keep()
    >>> round(Record(tmp_path, "tiny").prior, 2), Record(tmp_path, "another").prior
    (0.52, 0.6)
    """

    def __init__(self, folder: Path, model: str) -> None:
        self._folder, self._model = folder, model
        self._lock = threading.Lock()
        self._known: Counted | None = None
        self._new: list[float] = []

    @property
    def prior(self) -> float:
        """The share of its sentences that is believed to hold, above 0 and below 1."""
        with self._lock:
            return self._counted().prior

    def note(self, odds: float) -> None:
        """Note the log-odds of a sentence that the rules let pass, and that is no quotation."""
        with self._lock:
            counted = self._counted()
            likely = probability(odds, counted.prior)
            self._known = counted.with_one(likely)
            self._new.append(likely)

    def keep(self) -> None:
        """Write what was noted since the last time, to what other processes have written."""
        with self._lock:
            if not self._new or not is_writable(self._folder):
                return
            path = self._folder / FILE
            try:
                with locked(self._folder / LOCK, portalocker.LockFlags.EXCLUSIVE):
                    kept = self._read()
                    mine = kept.get(self._model, Counted())
                    for likely in self._new:
                        mine = mine.with_one(likely)
                    fresh = path.with_suffix(".new")
                    with open(fresh, "w", encoding="utf-8", opener=opener) as file:
                        json.dump({**kept, self._model: mine}, file)
                        file.flush()
                        # Else a power cut may leave the name with nothing behind it.
                        os.fsync(file.fileno())
                    fresh.replace(path)
            except OSError as error:
                raise StoreError.of(self._folder, error) from error
            self._known, self._new = mine, []

    def _counted(self) -> Counted:
        if self._known is None:
            self._known = self._read().get(self._model, Counted())
        return self._known

    def _read(self) -> dict[str, Counted]:
        path = self._folder / FILE
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
            return {str(model): Counted(float(held), float(n)) for model, (held, n) in rows.items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError.of(self._folder, error) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise StoreError(
                f"{path}, which holds how much of what writers wrote held, is damaged. Delete it: "
                "it is made anew."
            ) from error
