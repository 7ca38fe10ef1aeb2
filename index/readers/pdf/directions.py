"""Which way the characters of a printed page run: turned pages, and scripts from right to left."""

import re

import numpy as np
from numpy.typing import NDArray

_LINE_ENDS = [10, 13]
_FEWEST_TURNED = 2  # pairs of letters, for a line to run up or down the page
_SPACE = 32
_LEFTWARD = (
    (0x590, 0x8FF),
    (0xFB1D, 0xFDFF),
    (0xFE70, 0xFEFC),
    (0x10800, 0x10FFF),
    (0x1E800, 0x1EFFF),
)
"""Blocks of Hebrew, Arabic and the other scripts that are written from right to left."""
_LEFTWARD_DIGITS = ((0x660, 0x669), (0x6F0, 0x6F9))


_LEFT_LETTER = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in _LEFTWARD)}]")


def way_of(codes: NDArray[np.int64], boxes: NDArray[np.float64]) -> str:
    """Which way most of the text runs: 'right', 'left', 'up' or 'down'.

    >>> way_of(np.array([97, 98]), np.array([[72.0, 90, 78, 102], [72, 98, 78, 110]]))
    'up'
    """
    both = (codes[:-1] > _SPACE) & (codes[1:] > _SPACE)
    right = (boxes[1:, 0] - boxes[:-1, 0])[both]
    up = (boxes[1:, 1] - boxes[:-1, 1])[both]
    rising = abs(up) > abs(right)
    directions = {
        "right": int((~rising & (right >= 0)).sum()),  # first: where nothing tells, as usual
        "up": int((rising & (up > 0)).sum()),
        "down": int((rising & (up <= 0)).sum()),
        "left": int((~rising & (right < 0)).sum()),
    }
    way = max(directions, key=lambda way: directions[way])
    doubtful = directions["left"] <= 3 * directions["right"] or leftward(codes).any()
    return "right" if way == "left" and doubtful else way


def upright(boxes: NDArray[np.float64], way: str) -> NDArray[np.float64]:
    """`boxes` turned so that text that runs that way reads from left to right.

    >>> upright(np.array([[72.0, 90, 78, 102]]), "up").tolist()
    [[90.0, -78.0, 102.0, -72.0]]
    """
    left, bottom, right, top = boxes.T
    match way:
        case "up":
            return np.column_stack([bottom, -right, top, -left])
        case "down":
            return np.column_stack([-top, left, -bottom, right])
        case "left":
            return -boxes[:, [2, 3, 0, 1]]
    return boxes


def leftward(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which code points are letters, or marks on them, that are written from right to left.

    >>> leftward(np.array([ord("a"), 0x5D0])).tolist()
    [False, True]
    """
    found = np.zeros(len(codes), bool)
    if codes.max(initial=0) < _LEFTWARD[0][0]:
        return found
    for first, last in _LEFTWARD:
        found |= (codes >= first) & (codes <= last)
    # Digits, of whatever script, are written from left to right.
    for first, last in _LEFTWARD_DIGITS:
        found &= (codes < first) | (codes > last)
    return found


def is_leftward(text: str) -> bool:
    """Whether most letters of a line are written from right to left.

    >>> is_leftward("שלום"), is_leftward("Harbour")
    (True, False)
    """
    if not _LEFT_LETTER.search(text):
        return False
    letters = np.array([ord(letter) for letter in text if letter.isalpha()], np.int64)
    return 2 * int(leftward(letters).sum()) > len(letters)


def is_leftward_among(text: str, *, others: bool) -> bool:
    """Whether a line is written from right to left where most `others` on the page are so.

    One with letters of only one direction tells that itself; figures and mixed lines go with them.

    >>> is_leftward_among("2019.", others=True), is_leftward_among("Harbour", others=True)
    (True, False)
    """
    if not others or is_leftward(text):
        return is_leftward(text)
    return _LEFT_LETTER.search(text) is not None or not any(map(str.isalpha, text))


def turns(codes: NDArray[np.int64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each character 0, or 1 or -1 where its line runs up or down the page.

    >>> boxes = np.array([[72.0, 90, 78, 102], [72, 98, 78, 110], [72, 106, 78, 118]])
    >>> turns(np.array([97, 98, 99]), boxes).tolist()
    [1.0, 1.0, 1.0]
    """
    ends = np.isin(codes, _LINE_ENDS)
    line: NDArray[np.int64] = np.cumsum(ends) - ends
    both = (codes[:-1] > _SPACE) & (codes[1:] > _SPACE) & (line[:-1] == line[1:])
    right = abs(boxes[1:, 0] - boxes[:-1, 0])
    up = boxes[1:, 1] - boxes[:-1, 1]
    rising = np.where(both & (abs(up) > right), np.sign(up), 0.0)
    pairs = np.bincount(line[:-1], both, minlength=line.max(initial=0) + 1)
    turned = np.bincount(line[:-1], rising, minlength=len(pairs))
    sure = (pairs >= _FEWEST_TURNED) & (2 * abs(turned) > pairs)
    ways: NDArray[np.float64] = (np.sign(turned) * sure)[line]
    return ways
