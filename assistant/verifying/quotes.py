"""Quotations inside the text of a footnote."""

from collections.abc import Sequence

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
    others = [Words(other).keys for other in besides]
    best, likeness = None, -1.0
    for first, behind in _pairs(words):
        keys = words.keys[first:behind]
        alike = Indel.normalized_similarity(keys, wanted)
        if alike > likeness and (alike == 1.0 or not any(_holds(other, keys) for other in others)):
            best, likeness = words.extract(first, behind), alike
    return best


def _pairs(words: Words) -> list[tuple[int, int]]:
    marks = [at for at, key in enumerate(words.keys) if key == _MARK][:_MOST_MARKS]
    return [(a + 1, b) for number, a in enumerate(marks) for b in marks[number + 1 :] if b > a + 1]


def _holds(keys: Sequence[str], wanted: Sequence[str]) -> bool:
    length = len(wanted)
    return any(keys[at : at + length] == wanted for at in range(len(keys) - length + 1))
