"""Words written from right to left, their letters in the order in which they are read.

A file keeps such lines in whatever order its program drew them, and pdfium guesses: letters of
ligatures come out exchanged, words in pieces, brackets turned. Where letters are printed tells.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.readers.pdf.directions import is_leftward, is_leftward_among, leftward

_SPACE, _LINE_END = 32, 10
_GAP, _END = -1, -2  # between words and behind lines, among the places of letters
_SEGMENT_GAP = 1.0  # of the type size: what lies farther apart is set by itself
_SPACED, _CLOSE = 0.2, 0.08  # of the type size: surely a space between words, surely none
_TALL = 0.9  # of a line's letters are no taller than its type
_SHARED = 0.5  # of the lower one's height, for two letters to be in one line
_MOST_BETWEEN = 4  # spaces and line ends between two words
_ARABIC = (0x600, 0x8FF)
_ALEFS = frozenset("اأإآ")
_LAM = "ل"
_IN_FIGURES = ("", ".", ",", ":", "/")
_BESIDE_FIGURES = frozenset("%$€£₪+-−–#°")
_ENDS_AT_LEFT = re.compile(r"[.,:;!?]\d[\d.,:/]*")
"""The last figure of a sentence, alone in its line."""
_TURNED = str.maketrans("()[]{}«»‹›<>", ")(][}{»«›‹><")
_OPENING, _CLOSING = frozenset("([{«‹"), frozenset(")]}»›")


def in_order(
    codes: NDArray[np.int64], boxes: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A page's characters, those of lines from right to left as read; and the place of each.

    All others, and the white space between them, stay as the file has them.

    >>> text = "םולש"  # as it is printed, the first letter at the right
    >>> left = 6.0 * np.arange(4)
    >>> boxes = np.column_stack([left, 0 * left, left + 6, 0 * left + 10])
    >>> codes, places = in_order(np.array([*map(ord, text)]), boxes)
    >>> "".join(map(chr, codes)).strip() == text[::-1], places[:6].tolist()
    (True, [0, 3, 2, 1, 0, 0])
    """
    if not leftward(codes).any():
        return codes, np.arange(len(codes))
    ink = np.flatnonzero(codes > _SPACE)
    mostly = is_leftward("".join(map(chr, codes[ink].tolist())))
    begins: dict[int, list[int]] = {}
    taken = np.zeros(len(codes), bool)
    for segment in _segments(boxes, ink):
        text = "".join(chr(codes[at]) for at in segment)
        figures = not any(map(str.isalpha, text)) and not _ENDS_AT_LEFT.fullmatch(text)
        if not figures and is_leftward_among(text, others=mostly):
            begins[min(segment)] = segment
            taken[segment] = True
    order: list[int] = []  # places in the page, -1 for a space and -2 for a line's end
    signs: list[int] = []
    for at, code in enumerate(codes.tolist()):
        if at in begins:
            written, turned = _read(codes, boxes, begins[at])
            order += [_END, *written, _END]
            signs += [_LINE_END, *(_sign(place, codes, turned) for place in written), _LINE_END]
        else:
            order.append(_END if taken[at] else at)
            signs.append(_LINE_END if taken[at] else code)
    places = np.array(order, np.int64)
    # White space stands where the letter before it does.
    last = np.maximum.accumulate(np.where(places >= 0, np.arange(len(places)), 0))
    return np.array(signs, np.int64), np.maximum(places[last], 0)


def _sign(place: int, codes: NDArray[np.int64], turned: Mapping[int, int]) -> int:
    return _SPACE if place == _GAP else turned.get(place, int(codes[place]))


def _segments(boxes: NDArray[np.float64], ink: NDArray[np.int64]) -> Iterator[list[int]]:
    """The printed letters of each line, parted at wide gaps, from the left."""
    rows: list[list[int]] = []
    edges: list[tuple[float, float]] = []
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    for at in sorted(ink.tolist(), key=lambda at: -middles[at]):
        _, bottom, _, top = boxes[at].tolist()
        if rows:
            low, high = edges[-1]
            shared = min(top, high) - max(bottom, low)
            if shared > _SHARED * min(top - bottom, high - low):
                rows[-1].append(at)
                continue
        rows.append([at])
        edges.append((bottom, top))
    for row in rows:
        row.sort(key=lambda at: (boxes[at, 0], at))
        size = _size(boxes, row)
        segment: list[int] = []
        reached = 0.0
        for at in row:
            left, _, right, _ = boxes[at].tolist()
            if segment and left - reached > _SEGMENT_GAP * size:
                yield segment
                segment = []
            reached = max(reached, right) if segment else right
            segment.append(at)
        yield segment


def _size(boxes: NDArray[np.float64], letters: Sequence[int]) -> float:
    """The size of the type, by the taller letters: some boxes are as low as their ink."""
    heights = boxes[letters, 3] - boxes[letters, 1]
    return max(float(np.quantile(heights, _TALL)), 1.0)


def _read(
    codes: NDArray[np.int64], boxes: NDArray[np.float64], segment: Sequence[int]
) -> tuple[list[int], dict[int, int]]:
    """The places of a segment's letters as read, with gaps; which brackets are to be turned."""
    from_right = _with_marks(codes, boxes, segment)
    spaced = _spaced(codes, boxes, from_right)
    text = "".join(chr(codes[at]) for at in from_right)
    order: list[int] = []
    turned: dict[int, int] = {}
    for start, end, rightward in _stretches(text, spaced):
        inner: list[int] = []
        for number in range(start, end):
            if number > start and spaced[number]:
                inner.append(_GAP)
            inner.append(from_right[number])
        if order and spaced[start]:
            order.append(_GAP)
        order += inner[::-1] if rightward else inner
        if not rightward:
            for number in range(start, end):
                if (sign := _bracket(text, spaced, number)) is not None:
                    turned[from_right[number]] = sign
    return order, turned


def _with_marks(
    codes: NDArray[np.int64], boxes: NDArray[np.float64], segment: Sequence[int]
) -> list[int]:
    """A segment's letters from the right, marks behind the letters that they are set on."""
    marks = [at for at in segment if unicodedata.combining(chr(codes[at]))]
    middle = {at: float(boxes[at, 0] + boxes[at, 2]) / 2 for at in segment}
    letters = sorted(set(segment) - set(marks), key=lambda at: (-middle[at], -at))
    for number, (one, other) in enumerate(pairwise(letters)):
        # One sign for two letters: the lam is the first of them.
        both = chr(codes[one]), chr(codes[other])
        if both[0] in _ALEFS and both[1] == _LAM and (boxes[one] == boxes[other]).all():
            letters[number : number + 2] = [other, one]
    on: dict[int, list[int]] = {}
    places = [-middle[at] for at in letters]
    for mark in marks if letters else ():
        at = bisect_left(places, -middle[mark])
        near = letters[max(at - 1, 0) : at + 1]
        base = min(near, key=lambda at: abs(middle[at] - middle[mark]))
        on.setdefault(base, []).append(mark)
    return [place for at in letters for place in (at, *on.get(at, ()))] or [*marks]


def _spaced(
    codes: NDArray[np.int64], boxes: NDArray[np.float64], from_right: Sequence[int]
) -> list[bool]:
    """Before which of the letters a word ends: by the white between, and by the file in doubt."""
    found = [False]
    edge = float(boxes[from_right[0], 0])
    size = _size(boxes, from_right)
    for one, other in pairwise(from_right):
        left, _, right, _ = boxes[other].tolist()
        white = (edge - right) / size
        if _CLOSE < white <= _SPACED:
            low, high = sorted((one, other))
            between = codes[low + 1 : high]
            found.append(0 < len(between) <= _MOST_BETWEEN and bool((between == _SPACE).any()))
        else:
            found.append(white > _SPACED)
        edge = min(edge, left)
    return found


def _stretches(text: str, spaced: Sequence[bool]) -> Iterator[tuple[int, int, bool]]:
    """Stretches of letters from the right: start, end, and whether they run to the right.

    Figures and words in Latin letters do, with the signs inside of them.
    """
    arabic = any(_ARABIC[0] <= ord(sign) <= _ARABIC[1] for sign in text)
    lefts = leftward(np.array([*map(ord, text)], np.int64)).tolist()
    strong = [
        sign.isdecimal() or (sign.isalpha() and not left)
        for sign, left in zip(text, lefts, strict=True)
    ]
    is_latin = [one and sign.isalpha() for one, sign in zip(strong, text, strict=True)]
    at = 0
    while at < len(text):
        if not (strong[at] or (not arabic and _opens_figure(text, spaced, at))):
            yield at, at + 1, False
            at += 1
            continue
        end = at + 1
        latin = is_latin[at]
        while end < len(text):
            following = next((n for n in range(end, len(text)) if strong[n] or lefts[n]), None)
            if following is None or lefts[following]:
                break
            between = text[end:following]
            gap = any(spaced[end : following + 1])
            inside = not gap and (between in _IN_FIGURES or (len(between) == 1 and not arabic))
            # 'COVID-19', 'Windows 10'
            word = is_latin[following] and (is_latin[end - 1] or not gap or not between)
            if not (inside or word or (latin and not gap)):
                break
            latin |= is_latin[following]
            end = following + 1
        if not arabic and end < len(text) and text[end] in _BESIDE_FIGURES and not spaced[end]:
            end += 1
        yield at, end, True
        at = end


def _opens_figure(text: str, spaced: Sequence[bool], at: int) -> bool:
    """Whether a sign stands to the right of a figure that it belongs to: '45%'."""
    behind = at + 1
    return (
        text[at] in _BESIDE_FIGURES
        and behind < len(text)
        and text[behind].isdecimal()
        and not spaced[behind]
    )


def _bracket(text: str, spaced: Sequence[bool], at: int) -> int | None:
    """The bracket that one is to be turned into, by the words that it opens or closes."""
    sign = text[at]
    if sign not in _OPENING and sign not in _CLOSING:
        return None
    apart = at == 0 or spaced[at] or text[at - 1] in _OPENING
    behind = at + 1 == len(text) or spaced[at + 1] or not text[at + 1].isalnum()
    opens = apart and not behind
    closes = behind and not apart
    if (opens and sign in _CLOSING) or (closes and sign in _OPENING):
        return ord(sign.translate(_TURNED))
    return None
