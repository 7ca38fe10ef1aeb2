"""The content words of a text, as stems: what it is about, without the words that join it.

Two texts are compared by these: 'closed the gates' and 'the gate was closed' have the same.
"""

import re
from functools import cache

from assistant.language.lexicon import FUNCTION_WORDS
from index.store.lexical import analyzed

_TURNS = re.compile(
    r"(?:(?:yes|no|sorry|sure|absolutely|well|however|additionally|moreover|furthermore|also"
    r"|in addition|in fact|indeed|actually|in summary|overall|finally|lastly|meanwhile|similarly"
    r"|instead|otherwise|remember|therefore|thus|hence|consequently|as a result|then|next|first"
    r"|second|nevertheless|for example|for instance|in other words|in contrast|on the other hand"
    r"|alternatively|specifically|of course), +"
    r"|(?:(?:it is|it[’']s) (?:important|worth) (?:to note|noting)|(?:please )?note|keep in mind)"
    r" that +)+",
    re.IGNORECASE,
)


def content_terms(text: str) -> frozenset[str]:
    """The stems of a text's content words; of all its words where it has no others.

    >>> sorted(content_terms("Who closed the gates?"))
    ['close', 'gate']
    """
    terms = frozenset(analyzed(text))
    return terms - function_terms() or terms


@cache
def function_terms() -> frozenset[str]:
    """The stems of the function words.

    >>> "which" in function_terms(), "gate" in function_terms()
    (True, False)
    """
    return frozenset(analyzed(FUNCTION_WORDS))


def opening_length(text: str) -> int:
    """Where a sentence begins to say something: behind 'Yes, ' and 'However, '; mostly 0.

    >>> text = "However, the ferry sank."
    >>> text[opening_length(text):]
    'the ferry sank.'
    """
    match = _TURNS.match(text)
    return match.end() if match and match.end() < len(text) else 0
