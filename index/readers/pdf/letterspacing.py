"""Words that are printed with wide spaces between their letters: whole again, by the distances.

'T h e  d i r e c t o r' is two words: what parts them is wider than what parts the letters.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_FEWEST = 3  # letters that stand alone, one after another
_FEWEST_LOWER = 2  # small letters among them; else the whole run must be set so
_WIDE = 1.5  # times the usual space between two letters: a space between words
_MOST_LETTERS = 20  # in a stretch without a wider space: longer ones are many words


def close_letters(
    codes: NDArray[np.int64],
    gaps: NDArray[np.float64],
    starts_run: NDArray[np.bool_],
    starts_word: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Where words begin, letters that were only set wide taken together.

    Args:
        codes: The code points of a page's characters, without white space.
        gaps: The white between each of them and the next one, in points.
        starts_run: Which of them begin a run of characters in one line.
        starts_word: Which begin a word, as the file has it.

    >>> codes = np.array([*map(ord, "Thepier")])
    >>> gaps, begins = np.array([3.0, 3, 9, 3, 3, 3]), np.ones(7, bool)
    >>> np.flatnonzero(close_letters(codes, gaps, np.arange(7) == 0, begins)).tolist()
    [0, 3]
    """
    words = np.flatnonzero(starts_word)
    ends = [*words[1:].tolist(), len(codes)]
    alone = np.array(ends) - words == 1
    if alone.sum() < _FEWEST:
        return starts_word
    closed = starts_word.copy()
    # Stretches of words of one character, none of which reaches over a run's end.
    parted = ~alone | starts_run[words]
    borders = [*np.flatnonzero(parted).tolist(), len(words)]
    for first, behind in pairwise(borders):
        begin = first if alone[first] else first + 1
        if behind - begin < _FEWEST:
            continue
        start, end = int(words[begin]), int(words[behind - 1]) + 1
        whole = bool(starts_run[start]) and (end == len(codes) or bool(starts_run[end]))
        for place in _closed(codes, gaps, start, end, whole=whole):
            closed[place] = False
    return closed


def _closed(
    codes: NDArray[np.int64], gaps: NDArray[np.float64], start: int, end: int, *, whole: bool
) -> list[int]:
    """Which characters of a stretch begin no word, being set wide only."""
    text = "".join(map(chr, codes[start:end].tolist()))
    letters = [letter for letter in text if letter.isalpha()]
    lower = sum(map(str.islower, letters))
    if len(letters) < _FEWEST or not (lower >= _FEWEST_LOWER or (whole and len(letters) > _FEWEST)):
        return []
    if all(one < other for one, other in pairwise(letters)):
        return []  # an alphabet
    between = gaps[start : end - 1]
    usual = float(np.median(between))
    wide = between > _WIDE * max(usual, 0.1)
    if not wide.any() and len(text) > _MOST_LETTERS:
        return []
    return [start + 1 + at for at in np.flatnonzero(~wide).tolist()]
