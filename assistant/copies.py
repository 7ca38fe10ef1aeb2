"""A sentence that is nearly a copy of a cited one, with a name or figure in another's place.

'Ann sold Bob the mill' and 'Bob sold Ann the mill' share every word, and where Carl stands in the
next sentence, 'Carl sold Bob the mill' has no word that is not cited, either. In a copy the words
around a name tell whose place it has taken: a phrase that moves takes a neighbour along.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from assistant.openers import OPENERS
from index.document import Span

_TOKEN = re.compile(r"\w+(?:[.,’'\-]\w+)*")
_POSSESSIVE = re.compile(r"[’']s$")

ALIKE = 0.6
"""The share of a text's words that a sentence has of which it is nearly a copy."""

WHOLE = 0.7
"""The share of the sentence's words that a text of no other words has where it is but reordered."""


class Name(NamedTuple):
    """A run of words with a capital, or of figures, with the words beside it."""

    words: tuple[str, ...]
    before: str
    after: str
    span: Span


def miscopied(text: str, quotes: Sequence[str]) -> list[Span]:
    """Names and figures of a text that stand where the sentence it copies has others."""
    said = Counter(_words(text))
    elsewhere = {word for quote in quotes for word in _words(quote)}
    found: list[Span] = []
    for quote in quotes:
        there = Counter(_words(quote))
        if (said & there).total() < ALIKE * said.total():
            continue
        found += _replaced(text, quote, elsewhere - there.keys())
        if said <= there and said.total() >= WHOLE * there.total():
            found += _moved(text, quote)
    return sorted(set(found))


def _replaced(text: str, quote: str, elsewhere: set[str]) -> list[Span]:
    """Names from elsewhere beside the words where the quote has one that the text lacks."""
    own = set(_words(text))
    lost = [name for name in names(quote) if own.isdisjoint(name.words)]
    before, after = {name.before for name in lost}, {name.after for name in lost}
    return [
        name.span
        for name in names(text)
        if elsewhere.issuperset(name.words)
        # Figures may be written otherwise; those of other places are found by their values.
        and not any(word[0].isdigit() for word in name.words)
        and (name.before in before or name.after in after)
    ]


def _moved(text: str, quote: str) -> list[Span]:
    """Names between words between which nothing of the quote stands so."""
    words = _words(quote)
    pairs = set(zip(["", *words], [*words, ""], strict=True))
    return [
        name.span
        for name in names(text)
        if (name.before, name.words[0]) not in pairs and (name.words[-1], name.after) not in pairs
    ]


def names(text: str) -> list[Name]:
    """The names and figures of a text, in order."""
    tokens = list(_TOKEN.finditer(text))
    words = ["", *map(_word, tokens), ""]
    runs: list[tuple[int, int]] = []
    for number, token in enumerate(tokens):
        name = token[0][0].isupper() or token[0][0].isdigit()
        if not name or token[0].casefold() in OPENERS:
            continue
        touching = runs and runs[-1][1] == number - 1
        if touching and text[tokens[number - 1].end() : token.start()] == " ":
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return [
        Name(
            tuple(words[first + 1 : last + 2]),
            words[first],
            words[last + 2],
            Span(tokens[first].start(), tokens[last].end()),
        )
        for first, last in runs
    ]


def _words(text: str) -> list[str]:
    return [_word(match) for match in _TOKEN.finditer(text)]


def _word(match: re.Match[str]) -> str:
    return _POSSESSIVE.sub("", match[0]).casefold()
