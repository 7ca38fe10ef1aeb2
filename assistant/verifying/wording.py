"""Whether a sentence says what another one says, in the same words: all that is proved unread."""

import re
import unicodedata
from collections.abc import Sequence

from index.document import Span
from index.sentences import label_length
from index.store.lexical import analyzed

_WORD = re.compile(r"\w+(?:[.,:'’]\w+)*|[%€$£¥°+−<>≤≥=]|(?<!\w)-(?=\d)")
_PIECE = re.compile(r"[^\W_]+")
_ARTICLES = frozenset(["a", "an", "the"])
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ied", "y"), ("d", ""), ("ed", ""), ("ing", ""),
            ("ing", "e"))  # fmt: skip
_SHORTEST = 2
"""Letters of a word apart from its ending, at least."""


def says_the_same(text: str, quote: str) -> bool:
    """Whether a sentence has the words of another, all of them in the same order, and no others.

    Free are white space, punctuation, case, articles, the inflection of words, and a number before
    a paragraph. Whatever goes
    further needs somebody who reads: of sentences made by leaving out words of another 5 to 9 in
    100 were wrong, of those in another order more than half (`benchmarks/README.md`).

    >>> says_the_same("The gates failed at 21:14", "Gate failed at 21:14.")
    True
    >>> says_the_same("There is no limit.", "There is no limit for members.")
    False
    """
    own, others = (_words(one[label_length(one) :]) for one in (text, quote))
    return bool(own) and len(own) == len(others) and all(map(_alike, own, others))


def is_quotation(text: str, added: Sequence[Span], quotes: Sequence[str]) -> bool:
    """Whether a sentence is a quotation, apart from words that the program has added.

    A table's row may be quoted by its label and a cell, '…' between them, under an added heading.

    >>> is_quotation("[2022:] Wages … 18.7", [Span(0, 7)], ["Wages | 21.0 | 18.7"])
    True
    """
    own, done = "", 0
    for start, end in added:
        own, done = own + text[done:start], end
    own = " ".join((own + text[done:]).split())
    if not own or any(" ".join(one.split()) == own or says_the_same(own, one) for one in quotes):
        return True
    return bool(added) and any(_has_cells(one, own.split("…")) for one in quotes)


def _has_cells(row: str, cells: Sequence[str]) -> bool:
    """Whether a table's row has these cells, in this order, its bars and white space apart."""
    at, plain = 0, _without_bars(row)
    for cell in map(_without_bars, cells):
        found = plain.find(cell, at)
        if found < 0:
            return False
        at = found + len(cell)
    return True


def _without_bars(row: str) -> str:
    return " ".join(row.replace("|", " ").split())


def _words(text: str) -> list[str]:
    words = _WORD.findall(text)
    return [
        piece.lower()
        for at, word in enumerate(words)
        # 'Vitamin A' is no article.
        if not (word.lower() in _ARTICLES and (not at or word.islower()))
        for piece in (_PIECE.findall(word) or [word])
    ]


def _alike(word: str, other: str) -> bool:
    """Whether they are forms of one word; one stem is not enough: 'author', 'authority'."""
    return word == other or (
        analyzed(word) == analyzed(other) and not _bases(word).isdisjoint(_bases(other))
    )


def _bases(word: str) -> set[str]:
    """What a word may be a form of: itself, and itself without an ending of inflection."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    found = {plain}
    for ending, instead in _ENDINGS:
        bare = plain.removesuffix(ending)
        if bare != plain and len(bare) >= _SHORTEST:
            found.add(bare + instead)
            if bare[-1] == bare[-2]:  # 'stopped'
                found.add(bare[:-1])
    return found
