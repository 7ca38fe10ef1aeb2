"""Which words of a new version are which words of the old one, also where passages have moved.

Runs of words that stand once in each version are the same passage; they grow to both sides as long
as the words agree (P. Heckel, A technique for isolating differences between files, CACM 21(4),
1978, with runs of words in the place of lines). Long runs come first and keep what they have, so a
passage that stood in the old version already is never taken for what another one became.
"""

from bisect import bisect_left
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.verifying.words import Words

Positions = NDArray[np.int64]

_RUNS = (8, 4, 2)
"""Words in a row that must be unique, longest first."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits well mixed


class _Run(NamedTuple):
    old: int
    new: int
    length: int


class Alignment:
    """Old words ↔ new words.

    `images[i]` is the position in the new text of the old word `i`, `origins[j]` the reverse;
    -1 where there is none. `kept[i]` is True for the words that are in the same order as before:
    of passages that have changed places, the shorter ones have moved.
    """

    def __init__(self, old: Words, new: Words) -> None:
        numbers: dict[str, int] = {}
        self.old = _numbered(old, numbers)
        self.new = _numbered(new, numbers)
        self.images: Positions = np.full(len(old), -1, np.int64)
        self.origins: Positions = np.full(len(new), -1, np.int64)
        self._grow(_Run(0, 0, 0))
        self._grow(_Run(len(old), len(new), 0))
        for length in _RUNS:
            for run in sorted(self._unique_runs(length), key=lambda r: -r.length):
                self._take(run)
        self.kept = self._in_order()

    def _unique_runs(self, length: int) -> list[_Run]:
        """The runs of yet unmatched words that consist of `length` words unique on both sides."""
        first, first_at = _unique(self.old, self.images < 0, length)
        second, second_at = _unique(self.new, self.origins < 0, length)
        _, at_old, at_new = np.intersect1d(first, second, assume_unique=True, return_indices=True)
        olds, news = first_at[at_old], second_at[at_new]
        by_place = np.argsort(olds)
        olds, news = olds[by_place], news[by_place]
        breaks = np.flatnonzero((np.diff(olds) != 1) | (np.diff(news) != 1)) + 1
        return [
            _Run(int(o[0]), int(n[0]), len(o) + length - 1)
            for o, n in zip(np.split(olds, breaks), np.split(news, breaks), strict=True)
            if len(o)
        ]

    def _take(self, run: _Run) -> None:
        """Match what is yet free of a run, and what continues it on both sides."""
        olds = np.arange(run.old, run.old + run.length)
        news = np.arange(run.new, run.new + run.length)
        agree = (
            (self.images[olds] < 0) & (self.origins[news] < 0) & (self.old[olds] == self.new[news])
        )
        self.images[olds[agree]] = news[agree]
        self.origins[news[agree]] = olds[agree]
        if agree.any():
            self._grow(run)

    def _grow(self, run: _Run) -> None:
        for step, old, new in ((-1, run.old - 1, run.new - 1), (1, *_behind(run))):
            while (
                0 <= old < len(self.old)
                and 0 <= new < len(self.new)
                and self.images[old] < 0
                and self.origins[new] < 0
                and self.old[old] == self.new[new]
            ):
                self.images[old], self.origins[new] = new, old
                old, new = old + step, new + step

    def _in_order(self) -> NDArray[np.bool_]:
        """Which words belong to the longest sequence of runs, in words, that has kept its order."""
        runs = self._runs()
        # For each achievable weight the chain that ends first; both rise together.
        ends: list[int] = []
        weights: list[int] = []
        tails: list[int] = []
        before: list[int] = []
        for number, run in enumerate(runs):
            at = bisect_left(ends, run.new)
            before.append(tails[at - 1] if at else -1)
            weight = run.length + (weights[at - 1] if at else 0)
            behind = at
            while behind < len(ends) and weights[behind] <= weight:
                behind += 1
            ends[at:behind], weights[at:behind], tails[at:behind] = [run.new], [weight], [number]
        kept = np.zeros(len(self.old), np.bool_)
        number = tails[-1] if tails else -1
        while number >= 0:
            run = runs[number]
            kept[run.old : run.old + run.length] = True
            number = before[number]
        return kept

    def _runs(self) -> list[_Run]:
        matched = np.flatnonzero(self.images >= 0)
        if not len(matched):
            return []
        images = self.images[matched]
        breaks = np.flatnonzero((np.diff(matched) != 1) | (np.diff(images) != 1)) + 1
        edges = [0, *breaks.tolist(), len(matched)]
        return [_Run(int(matched[a]), int(images[a]), b - a) for a, b in pairwise(edges)]


def _behind(run: _Run) -> tuple[int, int]:
    return run.old + run.length, run.new + run.length


def _numbered(words: Words, numbers: dict[str, int]) -> Positions:
    """Each word's key as a number, the same in both texts."""
    found = (numbers.setdefault(key, len(numbers)) for key in words.keys)
    return np.fromiter(found, np.int64, len(words))


def _unique(
    numbers: Positions, free: NDArray[np.bool_], length: int
) -> tuple[NDArray[np.uint64], Positions]:
    """Hashes of the sequences of `length` free words that stand once, and where they begin."""
    count = len(numbers) - length + 1
    if count <= 0:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    hashes = np.zeros(count, np.uint64)
    whole = np.ones(count, np.bool_)
    for step in range(length):
        hashes = hashes * _FACTOR + numbers[step : step + count].astype(np.uint64) + np.uint64(1)
        whole &= free[step : step + count]
    at = np.flatnonzero(whole)
    values, first, counts = np.unique(hashes[at], return_index=True, return_counts=True)
    return values[counts == 1], at[first[counts == 1]]
