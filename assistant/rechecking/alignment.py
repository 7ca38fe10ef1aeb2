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

from assistant.rechecking.words import Words

Positions = NDArray[np.int64]

_RUNS = ((8, 4), (2,))
"""Words in a row that must be unique, longest first; what is found grows before the last."""
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

    >>> found = Alignment(Words("The gate held."), Words("At nine the gate held."))
    >>> found.images.tolist(), found.origins.tolist()
    ([2, 3, 4, 5], [-1, -1, 0, 1, 2, 3])
    """

    def __init__(self, old: Words, new: Words) -> None:
        numbers: dict[str, int] = {}
        self.old = _numbered(old, numbers)
        self.new = _numbered(new, numbers)
        self.images: Positions = np.full(len(old), -1, np.int64)
        self.origins: Positions = np.full(len(new), -1, np.int64)
        ends = [_Run(0, 0, 0), _Run(len(old), len(new), 0)]
        for lengths in _RUNS:
            for length in lengths:
                for run in sorted(self._unique_runs(length), key=_by_length):
                    self._take(run)
            grown = sorted(_runs_of(self.images), key=_by_length)
            # First each to the end of its sentence: what two sentences have in common at their
            # beginnings must not go to the wrong one when another was removed.
            for run in grown:
                self._grow(run, old, new)
            for run in [*grown, *ends]:
                self._grow(run)
        _settle(old, self.old, self.images, self.origins)
        _settle(new, self.new, self.origins, self.images)
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
        """Match what is yet free of a run."""
        olds = np.arange(run.old, run.old + run.length)
        news = np.arange(run.new, run.new + run.length)
        free = (self.images[olds] < 0) & (self.origins[news] < 0)
        free &= self.old[olds] == self.new[news]
        self.images[olds[free]] = news[free]
        self.origins[news[free]] = olds[free]

    def _grow(self, run: _Run, *within: Words) -> None:
        """Match what continues a run on both sides, where given `within` sentences of the texts."""

        def grown(old: int, new: int, step: int, border: int) -> None:
            while (
                0 <= old < len(self.old)
                and 0 <= new < len(self.new)
                and self.images[old] < 0
                and self.origins[new] < 0
                and self.old[old] == self.new[new]
            ):
                at = (old + border, new + border)
                if any(words.begins(place) for words, place in zip(within, at, strict=False)):
                    return
                self.images[old], self.origins[new] = new, old
                old, new = old + step, new + step

        grown(run.old - 1, run.new - 1, -1, 1)
        grown(run.old + run.length, run.new + run.length, 1, 0)

    def _in_order(self) -> NDArray[np.bool_]:
        """Which words belong to the longest sequence of runs, in words, that has kept its order."""
        runs = _runs_of(self.images)
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


def _runs_of(images: Positions) -> list[_Run]:
    """The runs of words that went together."""
    matched = np.flatnonzero(images >= 0)
    if not len(matched):
        return []
    there = images[matched]
    breaks = np.flatnonzero((np.diff(matched) != 1) | (np.diff(there) != 1)) + 1
    edges = [0, *breaks.tolist(), len(matched)]
    return [_Run(int(matched[a]), int(there[a]), b - a) for a, b in pairwise(edges)]


def _settle(words: Words, numbers: Positions, images: Positions, origins: Positions) -> None:
    """Let words that one text has more begin where a sentence does, where that is as good.

    Of 'He left. He slept. He ate.' and 'He left. He ate.', 'slept. He' may be missing, or
    'He slept.' as a writer would have it.
    """
    for before, after in pairwise(_runs_of(images)):
        start, end = before.old + before.length, after.old
        if before.new + before.length != after.new or start == end or words.begins(start):
            continue
        for step, limit in ((-1, before.length), (1, after.length)):
            shift = 0
            while abs(shift) < limit:
                at = shift if step > 0 else shift - 1
                if numbers[start + at] != numbers[end + at]:
                    break
                shift += step
                if words.begins(start + shift) and words.begins(end + shift):
                    _slide(start, end, shift, images, origins)
                    break


def _slide(start: int, end: int, shift: int, images: Positions, origins: Positions) -> None:
    """Move the unmatched words from `start` to `end` by `shift`."""
    source, target = (start + shift, end + shift) if shift < 0 else (end, start)
    length = abs(shift)
    there = images[source : source + length].copy()
    images[source : source + length] = -1
    images[target : target + length] = there
    origins[there] = np.arange(target, target + length)


def _by_length(run: _Run) -> int:
    return -run.length


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
