"""What a model writes that claims nothing of the documents: fragments, and talk about itself."""

import re
from collections.abc import Sequence

from index.document import Span
from index.lexical import analyzed

_ENDED = re.compile(r"[.!?…。！？؟।][\"'”’»)\]*_]*$")
_ASKS = re.compile(r"[?？؟][\"'”’»)\]*_]*$")
_WORD = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|does|do|did|can|could|will|would|shall|should"
    r"|may|might|must|said|says|[a-z]{3,}ed)\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 5

_CODE = re.compile(r"\w\([\"']|\w\(\w+\(|\)\.\w+\(|\bfor \w+ in \w+[.(]")
_SIGNS_OF_CODE = 2

_OF_ITSELF = re.compile(
    r"\b(?:the|this|these|those|that|your|my|our|above|following|given|provided|preceding)"
    r"(?: (?:above|following|given|provided|numbered|original|first|second|last))?"
    r" (?:passages?|sentences?|answers?|questions?|text|context|prompt|instructions?|paragraphs?)\b"
    r"|</?\w+[^>]*>"
    r"|\bnot in (?:the )?passages?\b"
    r"|(?<![\w“\"])(?:I|I[’']m|I[’']ve|I[’']ll|me|my)(?!\w)",
    re.IGNORECASE,
)


def is_fragment(text: str) -> bool:
    """Whether it is a heading, a question, a list's item or lead, or code: it claims nothing.

    Without a sign that ends it, a sentence has some words and, in English, a common verb's form.
    """
    if _ASKS.search(text):
        return True
    if len(_WORD.findall(text)) < 2 and not _UNSPACED.search(text):
        return True
    if len(_CODE.findall(text)) >= _SIGNS_OF_CODE and not _VERB.search(text):
        return True
    if _ENDED.search(text):
        return False
    words = text.split()
    return text.endswith(":") or len(words) < _LEAST_WORDS or not _VERB.search(text)


def about_itself(text: str, quotes: Sequence[str]) -> list[Span]:
    """Where a text speaks of itself, its writer or what it was given, in words not quoted."""
    said = set(analyzed("\n".join(quotes)))
    return [
        Span(*match.span())
        for match in _OF_ITSELF.finditer(text)
        if match[0][0] == "<" or not said.issuperset(analyzed(match[0]))
    ]
