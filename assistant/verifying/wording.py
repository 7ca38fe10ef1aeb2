"""Whether a sentence says what another one says, in the same words: all that is proved unread."""

import re

from index.store.lexical import analyzed

_WORD = re.compile(r"\w+(?:[.,:'’]\w+)*|[%€$£¥°+−<>≤≥=]|(?<!\w)-(?=\d)")
_ARTICLES = frozenset(["a", "an", "the"])


def says_the_same(text: str, quote: str) -> bool:
    """Whether a sentence has the words of another, all of them in the same order, and no others.

    Free are white space, punctuation, case, articles and the inflection of words. Whatever goes
    further needs somebody who reads: of sentences made by leaving words of another out, or by
    changing their order, 7 to 33 in 100 were wrong (`benchmarks/README.md`).

    >>> says_the_same("The gates failed at 21:14", "Gate failed at 21:14.")
    True
    >>> says_the_same("There is no limit.", "There is no limit for members.")
    False
    """
    own = _words(text)
    return bool(own) and own == _words(quote)


def _words(text: str) -> list[str]:
    words = _WORD.findall(text)
    return [
        form
        for at, word in enumerate(words)
        # 'Vitamin A' is no article.
        if not (word.lower() in _ARTICLES and (not at or word.islower()))
        for form in (analyzed(word) or [word.lower()])
    ]
