"""Where the words of a passage stand in a later version of their document, or what became of them.

What 'the same words' are, `assistant.rechecking.words` says. A passage is sought among the words
that nothing else in the old version accounts for: a sentence much like it, which stood elsewhere
before, is no successor of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel

from assistant.rechecking.alignment import Alignment, Positions
from assistant.rechecking.words import Words, all_same, is_word
from index.document import Span
from index.sentences import sentence_spans

LIKENESS = 0.5
"""From this share of common words on, 2·common / (old + new), a sentence is the old one changed."""

_FINAL = frozenset(".!?")


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of a passage: the span it has now, None where it is gone.

    `same` says that the words are the same, `in_order` that they have kept their place among the
    passages before and after them.

    >>> Trace(Span(9, 23), same=True, in_order=True).span, Trace().span
    (Span(start=9, end=23), None)
    """

    span: Span | None = None
    same: bool = False
    in_order: bool = False


class Tracing:
    """Follows passages of an old text into a new one.

    >>> tracing = Tracing("The gate held. It rained.", "At nine it rained. The gate held.")
    >>> tracing.trace(Span(0, 14))
    Trace(span=Span(start=19, end=33), same=True, in_order=True)
    """

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = Words(old), Words(new)
        self._found = Alignment(self._old, self._new)

    def trace(self, span: Span) -> Trace:
        """What became of the words at a span of the old text."""
        first, behind = self._old.inside(*span)
        if first == behind:
            return Trace()
        found = self._verbatim(first, behind) or self._successor(first, behind)
        if found is None:
            return Trace()
        image = self._widened(first, behind, *found)
        before = [self._old.standing(i) for i in range(first, behind)]
        after = [self._new.standing(i) for i in range(*image)]
        return Trace(
            Span(self._new.starts[image[0]], self._new.ends[image[1] - 1]),
            all_same(before, after),
            self._in_order(first, behind, image),
        )

    # The very words ----------------------------------------------------------------------------

    def _verbatim(self, first: int, behind: int) -> tuple[int, int] | None:
        """Where the words stand in the new text as the successor of this occurrence of them."""
        wanted = self._found.old[first:behind]
        olds = _occurrences(self._found.old, wanted)
        news = _occurrences(self._found.new, wanted)
        taken: dict[int, int] = {}
        free = set(news)
        for old in olds:
            new = self._image(old, len(wanted))
            if new in free:
                taken[old] = new
                free.remove(new)
        # Where the same words stand several times and their surroundings do not tell, order does.
        rest = [old for old in olds if old not in taken]
        taken.update(zip(rest, sorted(free), strict=False))
        return (taken[first], taken[first] + behind - first) if first in taken else None

    def _image(self, first: int, length: int) -> int | None:
        """Where most of these words went, if they went together."""
        images = self._found.images[first : first + length]
        shifts = (images - np.arange(first, first + length))[images >= 0]
        values, counts = np.unique(shifts, return_counts=True)
        if not len(values) or 2 * counts.max() < length:
            return None
        return first + int(values[counts.argmax()])

    def _widened(self, first: int, behind: int, start: int, end: int) -> tuple[int, int]:
        """The image of a whole sentence with what was put before or behind it inside its sentence.

        'The gate held' does not stand unchanged in 'It is untrue that the gate held'.
        """
        if self._old.begins(first):
            at = start
            while not self._new.begins(at) and self._is_new(at - 1):
                at -= 1
            if at < start and any(c.isalpha() for c in self._new.extract(at, start)):
                start = at
        if self._old.begins(behind):
            at = end
            while not self._new.begins(at) and self._is_new(at):
                at += 1
            if any(is_word(key) for key in self._new.keys[end:at]):
                end = at
            # The sign at its end may have gone to the sentence behind it.
            if self._old.keys[behind - 1] in _FINAL and self._new.keys[end - 1] not in _FINAL:
                end += self._new.keys[end : end + 1] == [self._old.keys[behind - 1]]
        return start, end

    def _is_new(self, at: int) -> bool:
        return 0 <= at < len(self._new) and self._found.origins[at] < 0

    def _in_order(self, first: int, behind: int, image: tuple[int, int]) -> bool:
        """Whether what kept its order around a passage is still around its image."""
        kept = np.flatnonzero(self._found.kept)
        images = self._found.images[kept]
        outside = (images < image[0]) | (images >= image[1])
        before = images[(kept < first) & outside]
        after = images[(kept >= behind) & outside]
        return bool(
            (not len(before) or before[-1] < image[0]) and (not len(after) or after[0] >= image[1])
        )

    # What became of them -----------------------------------------------------------------------

    def _successor(self, first: int, behind: int) -> tuple[int, int] | None:
        """The words that were changed into others, as far as they are still like them."""
        wanted = _words(self._old.keys[first:behind])
        best, likeness = None, LIKENESS
        for window in self._windows(first, behind):
            found = _words(self._new.keys[slice(*window)])
            alike = Indel.normalized_similarity(wanted, found) if wanted and found else 0.0
            if alike > likeness or (best is None and alike == likeness):
                best, likeness = window, alike
        return None if best is None else self._completed(first, behind, *best)

    def _completed(self, first: int, behind: int, start: int, end: int) -> tuple[int, int]:
        """The whole sentences of which a successor is the greater part, if whole ones are cited."""
        whole = _sentence(self._new, start, end)
        if 2 * (end - start) < whole[1] - whole[0]:
            return start, end
        return (
            whole[0] if self._old.begins(first) else start,
            whole[1] if self._old.begins(behind) else end,
        )

    def _is_anothers(self, first: int, behind: int, image: tuple[int, int]) -> bool:
        """Whether most of the sentence around an image comes from other sentences."""
        own = _sentence(self._old, first, behind)
        origins = self._found.origins[slice(*_sentence(self._new, *image))]
        ours = np.count_nonzero((origins >= own[0]) & (origins < own[1]))
        return 2 * int(ours) < int(np.count_nonzero(origins >= 0))

    def _windows(self, first: int, behind: int) -> Iterator[tuple[int, int]]:
        """Where in the new text they may be: first their own image, then sentences around it."""
        images = self._found.images
        own = images[first:behind]
        hull = _hull(own)
        if hull is not None and not self._is_anothers(first, behind, hull):
            head = int(np.argmax(own == hull[0]))
            tail = int(np.argmax(own[::-1] == hull[1] - 1))
            start, end = hull
            while head and self._is_new(start - 1):
                start, head = start - 1, head - 1
            while tail and self._is_new(end):
                end, tail = end + 1, tail - 1
            yield start, end
        seeds = [int(at) for at in own if at >= 0]
        left = np.flatnonzero(images[:first] >= 0)
        right = np.flatnonzero(images[behind:] >= 0)
        seeds.append(int(images[left[-1]]) + 1 if len(left) else 0)
        seeds.append(int(images[behind + right[0]]) - 1 if len(right) else len(self._new) - 1)
        seen: set[tuple[int, int]] = set()
        for seed in seeds:
            region = self._region(seed, first, behind)
            if region is not None and region not in seen:
                seen.add(region)
                yield from self._sentences(region, behind - first)

    def _region(self, seed: int, first: int, behind: int) -> tuple[int, int] | None:
        """The words around `seed` that no other passage of the old text accounts for."""
        origins = self._found.origins

        def free(at: int) -> bool:
            return 0 <= at < len(origins) and (origins[at] < 0 or first <= origins[at] < behind)

        if not free(seed):
            return None
        start, end = seed, seed + 1
        while free(start - 1):
            start -= 1
        while free(end):
            end += 1
        return start, end

    def _sentences(self, region: tuple[int, int], length: int) -> Iterator[tuple[int, int]]:
        """Each row of whole sentences in a region that is at most thrice as long as `length`."""
        text, (start, end) = self._new.text, region
        left = text.rfind("\n\n", 0, self._new.starts[start]) + 1
        right = text.find("\n\n", self._new.ends[end - 1])
        spans = []
        for sentence in sentence_spans(text[left : right if right >= 0 else None]):
            a, b = self._new.inside(left + sentence.start, left + sentence.end)
            if 2 * (min(b, end) - max(a, start)) > b - a:
                spans.append((a, b))
        for at, (a, _) in enumerate(spans):
            for _, b in spans[at:]:
                if b - a > 3 * length:
                    break
                yield a, b


def _sentence(words: Words, first: int, behind: int) -> tuple[int, int]:
    """Some words with the rest of the sentences, lines or cells in which they stand."""
    while not words.begins(first):
        first -= 1
    while not words.begins(behind):
        behind += 1
    return first, behind


def _words(keys: Sequence[str]) -> list[str]:
    """Words and figures without signs, which all sentences have in common."""
    return [key for key in keys if is_word(key)]


def _occurrences(numbers: Positions, wanted: Positions) -> list[int]:
    """Where a sequence of words begins."""
    at = np.flatnonzero(numbers[: len(numbers) - len(wanted) + 1] == wanted[0])
    for step in range(1, len(wanted)):
        at = at[numbers[at + step] == wanted[step]]
    return [int(first) for first in at]


def _hull(images: Positions) -> tuple[int, int] | None:
    """Where most of a passage's words went together, however they were edited."""
    there = np.sort(images[images >= 0])
    if not len(there):
        return None
    apart = np.flatnonzero(np.diff(there) > max(len(images), 8)) + 1
    group = max(np.split(there, apart), key=len)
    return int(group[0]), int(group[-1]) + 1
