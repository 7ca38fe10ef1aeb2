"""What was computed, remembered up to a number of things: the latest used are kept."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """A mapping that forgets what was not used for the longest time. Thread-safe.

    What is computed of a key must always be the same: then nothing in it can be out of date.

    Args:
        most: how many things are kept.

    >>> lengths = Memory[str, int](most=2)
    >>> lengths.keep({"gate": 4, "weir": 4, "dam": 3})
    >>> lengths.of(["gate", "dam"])
    {'dam': 3}
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[K, V] = OrderedDict()
        self._mutex = threading.Lock()

    def __len__(self) -> int:
        with self._mutex:
            return len(self._known)

    def of(self, keys: Iterable[K]) -> dict[K, V]:
        """What is known of these keys; the others are left out."""
        with self._mutex:
            return {key: self._known[key] for key in keys if key in self._known}

    def keep(self, found: Mapping[K, V]) -> None:
        """Remember these as the latest used."""
        with self._mutex:
            for key, value in found.items():
                self._known[key] = value
                self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Let go of all of them."""
        with self._mutex:
            self._known.clear()
