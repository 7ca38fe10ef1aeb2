"""Quotations inside the text of a footnote."""

from collections.abc import Sequence
from itertools import combinations, pairwise

from rapidfuzz.distance import Indel

from assistant.verifying.words import Words

_MARK = '"'
"""What every quotation mark is folded to."""
_MOST_MARKS = 40
"""Marks of a text that are looked at: each pair of them may hold the quote."""


def quotations(text: str) -> list[str]:
    """Whatever stands between two quotation marks, longest first; other marks may be in it."""
    words = Words(text)
    found = {words.extract(first, behind) for first, behind in _pairs(words)} - {""}
    return sorted(found, key=lambda quote: (-len(quote), quote))


def printed_quote(text: str, cited: str, besides: Sequence[str] = ()) -> str | None:
    """The quotation in a text that is, or is most like, the cited words.

    Args:
        text: a footnote's.
        cited: the words that the footnote is about.
        besides: other words around the quote, such as a heading, that may stand in marks too.

    Returns:
        As it is printed, without its marks; None where nothing is quoted.
    """
    words, wanted = Words(text), Words(cited).keys
    others = [keys for other in besides if (keys := Words(other).keys) != wanted]
    best, likeness = None, -1.0
    for first, behind in _pairs(words, others):
        alike = Indel.normalized_similarity(words.keys[first:behind], wanted)
        if alike > likeness:
            best, likeness = words.extract(first, behind), alike
    return best


def _pairs(words: Words, others: Sequence[Sequence[str]] = ()) -> list[tuple[int, int]]:
    """What stands between any two marks, without the marks around one of the `others`."""
    marks = [at for at, key in enumerate(words.keys) if key == _MARK][:_MOST_MARKS]
    for first, behind in pairwise(marks[:]):
        if words.keys[first + 1 : behind] in others:
            marks = [mark for mark in marks if mark not in (first, behind)]
    return [(a + 1, b) for a, b in combinations(marks, 2) if b > a + 1]
