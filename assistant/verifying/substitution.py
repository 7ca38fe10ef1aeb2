"""Where a text says what a passage says, but of another: names and figures put in their places.

Both are laid side by side word by word (Ratcliff & Obershelp, as `difflib` has it). Between words
that agree, a name stands where the passage has another name, or a figure where it has another
figure: 'Ann led with 11' where 'Bob led with 11', though Ann stands elsewhere in the passages. Two
words that have taken each other's place are found likewise: 'the man bit the dog'.
"""

import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import combinations

from assistant.language.lexicon import OPENERS
from assistant.language.quantities import quantities
from assistant.language.terms import content_terms
from index.document import Span
from index.store.lexical import analyzed

_WORD = re.compile(r"\w+(?:[.,:’'\-]\w+)*")
_POSSESSIVE = re.compile(r"[’']s$")
_ARTICLES = frozenset(["a", "an", "the"])

_LONGEST = 6
"""Words of a replacement at most: longer ones are other sayings, not other names."""

_COMMON = 0.4
"""The least share of a text's words that stand in the passage in the same order."""

_LIKE = 0.6
"""The same where words are said to have changed places."""

_LISTING = frozenset(["and", "or"])
_ITEMS = 3
"""Words between two items of a list at most."""


@dataclass(frozen=True, slots=True)
class _Word:
    span: Span
    stem: str
    name: bool = False
    figure: str = ""


@dataclass(frozen=True, slots=True)
class _Replaced:
    """Words of the text in the place of other words of the passage."""

    own: Sequence[_Word]
    other: Sequence[_Word]


def substituted_words(text: str, quotes: Sequence[str]) -> list[Span]:
    """The names and figures in a text that stand in the place of others.

    Args:
        text: a sentence.
        quotes: the sentences that it cites.

    >>> substituted_words("Ann Lee closed Gate 3 at noon.", ["Ann Ray closed Gate 3 at noon."])
    [Span(start=4, end=7)]
    """
    own = _words(text)
    known = {figure.value for quote in quotes for figure in quantities(quote)}
    laid = [_replacements(own, _words(quote)) for quote in quotes]
    wrong = [
        span
        for replaced in laid
        for one in replaced
        for span in _other_names(one, text) + _other_figures(one, known)
    ]
    for quote in quotes:
        wrong += _exchanged(own, _words(quote))
    return sorted(set(wrong))


def _words(text: str) -> list[_Word]:
    found = []
    for match in _WORD.finditer(text):
        plain = _POSSESSIVE.sub("", match[0])
        stem = " ".join(analyzed(plain)) or plain.lower()
        # At a text's start a capital says nothing.
        name = match[0][0].isupper() and bool(match.start()) and len(plain) > 1
        figures = quantities(match[0]) if match[0][0].isdigit() else []
        figure = figures[0].value if figures else ""
        found.append(_Word(Span(*match.span()), stem, name, figure))
    if found and text[found[0].span.start].isupper():
        # A first word is a name where the next one is, or where it has a capital inside.
        first, opening = found[0], text[slice(*found[0].span)]
        named = len(found) > 1 and found[1].name and opening.lower() not in OPENERS
        if named or opening[1:] != opening[1:].lower():
            found[0] = replace(first, name=True)
    return found


def _replacements(own: Sequence[_Word], other: Sequence[_Word]) -> list[_Replaced]:
    matcher = SequenceMatcher(None, [w.stem for w in other], [w.stem for w in own], autojunk=False)
    blocks = matcher.get_matching_blocks()
    if sum(block.size for block in blocks) < _COMMON * len(own):
        return []
    return [
        _Replaced(own[b0:b1], other[a0:a1])
        for kind, a0, a1, b0, b1 in matcher.get_opcodes()
        if kind == "replace" and max(a1 - a0, b1 - b0) <= _LONGEST
    ]


def _other_names(one: _Replaced, text: str) -> list[Span]:
    """Names where the passage has others, none of which the text has kept."""
    own = [word for word in one.own if word.stem not in _ARTICLES]
    theirs = [word for word in one.other if word.stem not in _ARTICLES]
    if not all(word.name for word in (*own, *theirs)):
        return []
    other = {word.stem for word in theirs}
    if not own or not other or other & {word.stem for word in own} or other <= set(analyzed(text)):
        return []
    if _initials(own) == _initials(theirs):
        return []
    return [word.span for word in own]


def _initials(words: Sequence[_Word]) -> str:
    """'WHO' of both 'WHO' and 'World Health Organization'."""
    return words[0].stem if len(words) == 1 else "".join(word.stem[0] for word in words)


def _other_figures(one: _Replaced, known: set[str]) -> list[Span]:
    """Figures of the passages in the place of others; those that they lack are found otherwise."""
    own = [word for word in one.own if word.figure in known]
    theirs = {word.figure for word in one.other if word.figure}
    if not theirs or theirs & {word.figure for word in own}:
        return []
    return [word.span for word in own]


def _exchanged(own: Sequence[_Word], other: Sequence[_Word]) -> list[Span]:
    """Words that have taken each other's place around words that have stayed.

    Where a word stands tell the words before it that have stayed. Pieces that have moved elsewhere
    ('In 1912 it sank') are no exchange, nor is another order of a list.
    """
    stayed = _in_order([word.stem for word in own], [word.stem for word in other])
    if len(stayed) < _LIKE * len(own):
        return []
    left, kept = [at for at, _ in stayed], [at for _, at in stayed]
    places: dict[str, set[int]] = {}
    for at, word in enumerate(other):
        if at not in kept:
            places.setdefault(word.stem, set()).add(bisect(kept, at))
    moved = [
        (at, bisect(left, at))
        for at, word in enumerate(own)
        if at not in left and word.stem in places and _tells(word)
    ]
    changed = {
        at
        for (one, here), (two, there) in combinations(moved, 2)
        if (there in places[own[one].stem] or here in places[own[two].stem])
        and _apart(own[one + 1 : two])
        for at in (one, two)
    }
    return [own[at].span for at in sorted(changed)]


def _in_order(own: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """The longest common subsequence, as positions in both."""
    longest = [[0] * (len(other) + 1) for _ in range(len(own) + 1)]
    for i in reversed(range(len(own))):
        for j in reversed(range(len(other))):
            longest[i][j] = (
                longest[i + 1][j + 1] + 1
                if own[i] == other[j]
                else max(longest[i + 1][j], longest[i][j + 1])
            )
    found, i, j = list[tuple[int, int]](), 0, 0
    while i < len(own) and j < len(other):
        if own[i] == other[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _tells(word: _Word) -> bool:
    return word.name or (len(word.stem) > 2 and word.stem in content_terms(f"the {word.stem}"))


def _apart(between: Sequence[_Word]) -> bool:
    """Whether more stands between two words than stands between the items of a list."""
    words = [word for word in between if word.stem not in _ARTICLES]
    listed = any(word.stem in _LISTING for word in words) and len(words) <= _ITEMS
    return not listed and any(_tells(word) and not word.name for word in words)
