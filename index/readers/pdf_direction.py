"""Which way the characters of a printed page run: turned pages, and scripts from right to left."""

import numpy as np
from numpy.typing import NDArray

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


def upright(codes: NDArray[np.int64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """`boxes` turned so that most of the text reads from left to right."""
    both = (codes[:-1] > _SPACE) & (codes[1:] > _SPACE)
    right = (boxes[1:, 0] - boxes[:-1, 0])[both]
    up = (boxes[1:, 1] - boxes[:-1, 1])[both]
    rising = abs(up) > abs(right)
    directions = {
        "up": int((rising & (up > 0)).sum()),
        "down": int((rising & (up <= 0)).sum()),
        "right": int((~rising & (right >= 0)).sum()),
        "left": int((~rising & (right < 0)).sum()),
    }
    left, bottom, right, top = boxes.T
    match max(directions, key=lambda way: directions[way]):
        case "up":
            return np.column_stack([bottom, -right, top, -left])
        case "down":
            return np.column_stack([-top, left, -bottom, right])
        case "left" if directions["left"] > 3 * directions["right"] and not leftward(codes).any():
            return -boxes[:, [2, 3, 0, 1]]
    return boxes


def leftward(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which code points are letters, or marks on them, that are written from right to left."""
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
    """Whether most letters of a line are written from right to left."""
    if text.isascii() or max(text) < chr(_LEFTWARD[0][0]):
        return False
    letters = np.array([ord(letter) for letter in text if letter.isalpha()], np.int64)
    return 2 * int(leftward(letters).sum()) > len(letters)
