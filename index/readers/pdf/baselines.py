"""Figures above and below the line, told by the size and baseline of their type: 2025 ¹², m², CO₂.

Printed, a mark is told from a figure by its size and height only; as plain digits '2025' with
note 12 would be another number.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.readers.scripts import begins_word, script, stands_apart

_DIGITS = np.array([ord(sign) for sign in "0123456789"])
_SIGNS = np.array([ord(sign) for sign in "0123456789+-−–,*"])
_SMALLER = 0.9  # times the type size beside it
_RISE = 0.1  # of that size, from its baseline; small type on the same baseline is no mark
_FALL = 0.04
_DESCENT = 0.2  # of a character's box, below its baseline
_FARTHEST = 0.5  # of the type size, from what a mark stands at
_BESIDE = 8  # characters before a mark that tell what it stands at


class Type(NamedTuple):
    """How large characters are set and where their baseline is, in points.

    >>> Type.of(657.5, 670.4).raised(Type.of(662.7, 669.7))
    True
    """

    size: float
    baseline: float

    @classmethod
    def of(cls, bottom: float, top: float) -> "Type":
        """That of a character with this box."""
        return cls(top - bottom, bottom + _DESCENT * (top - bottom))

    def raised(self, other: "Type") -> bool | None:
        """Whether the other is set smaller and higher; False: lower, None: neither."""
        if other.size >= _SMALLER * self.size:
            return None
        rise = other.baseline - self.baseline
        if rise > _RISE * self.size:
            return True
        return False if rise < -_FALL * self.size else None


def scripts_of_row(
    texts: Sequence[str], boxes: Sequence[tuple[float, float, float, float]]
) -> list[str]:
    """The runs of a row, smaller figures beside larger type as raised or lowered ones.

    `boxes` are left, bottom, right, top of each.

    >>> scripts_of_row(["40 m", "2"], [(72, 657.5, 99, 670.4), (99, 662.7, 103, 669.7)])
    ['40 m', '²']
    """
    made = [*texts]
    for at, (one, other) in enumerate(pairwise(boxes)):
        if other[0] - one[2] > _FARTHEST * max(one[3] - one[1], other[3] - other[1]):
            continue
        for place, small, large in ((at + 1, other, one), (at, one, other)):
            raised = Type.of(large[1], large[3]).raised(Type.of(small[1], small[3]))
            marked = None if raised is None else script(texts[place], raised=raised)
            made[place] = marked or made[place]
    return made


def mark_scripts(
    codes: NDArray[np.int64],
    boxes: NDArray[np.float64],
    starts_run: NDArray[np.bool_],
    starts_word: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The code points with raised and lowered figures as such, and where words begin then.

    Args:
        codes: The code points of a page's characters, without white space.
        boxes: Their boxes: left, bottom, right, top.
        starts_run: Which of them begin a run of characters in one line.
        starts_word: Which begin a word.

    >>> text, sizes = "in202512", np.array([13] * 6 + [7] * 2)
    >>> low = np.array([657.5] * 6 + [662.7] * 2)
    >>> boxes = np.column_stack([low, low, low, low + sizes])
    >>> begins = np.array([True, False, True] + [False] * 5)
    >>> codes, words = mark_scripts(
    ...     np.array([*map(ord, text)]), boxes, np.arange(8) == 0, begins)
    >>> "".join(map(chr, codes)), np.flatnonzero(words).tolist()
    ('in2025¹²', [0, 2, 6])
    """
    height = boxes[:, 3] - boxes[:, 1]
    smaller = np.zeros(len(codes), bool)
    smaller[1:] |= ~starts_run[1:] & (height[1:] < _SMALLER * height[:-1])
    smaller[:-1] |= ~starts_run[1:] & (height[:-1] < _SMALLER * height[1:])
    at_edge = np.flatnonzero(smaller & np.isin(codes, _DIGITS))
    if not len(at_edge):
        return codes, starts_word
    codes, starts_word = codes.copy(), starts_word.copy()
    of_signs = np.isin(codes, _SIGNS)
    done = 0
    for place in at_edge.tolist():
        if place < done:
            continue
        start, done = _group(place, height, of_signs, starts_run)
        before = start - 1 if not starts_run[start] else None
        behind = done if done < len(codes) and not starts_run[done] else None
        own = Type.of(*boxes[start, [1, 3]].tolist())
        beside = [
            raised
            for other in (before, behind)
            if other is not None
            and (raised := Type.of(*boxes[other, [1, 3]].tolist()).raised(own)) is not None
        ]
        text = "".join(map(chr, codes[start:done].tolist()))
        marked = script(text, raised=beside[0]) if beside else None
        if marked is None:
            continue
        codes[start:done] = [ord(sign) for sign in marked]
        if before is None:
            if behind is not None and begins_word("".join(map(chr, codes[behind : behind + 2]))):
                starts_word[behind] = True
        elif beside[0] and not starts_word[start]:
            left = max(start - _BESIDE, 0)
            starts_word[start] = stands_apart(
                "".join(
                    f" {chr(code)}" if begins else chr(code)
                    for code, begins in zip(
                        codes[left:start].tolist(), starts_word[left:start].tolist(), strict=True
                    )
                ),
                marked,
            )
    return codes, starts_word


def _group(
    place: int,
    height: NDArray[np.float64],
    of_signs: NDArray[np.bool_],
    starts_run: NDArray[np.bool_],
) -> tuple[int, int]:
    """Where the figures of one size around `place` begin and end."""
    size = height[place]

    def alike(at: int) -> bool:
        return bool(of_signs[at]) and abs(height[at] - size) <= (1 - _SMALLER) * size

    start, end = place, place + 1
    while not starts_run[start] and start and alike(start - 1):
        start -= 1
    while end < len(height) and not starts_run[end] and alike(end):
        end += 1
    return start, end
