"""How well a question names documents: by names and figures of their titles, files and dates.

Each word counts the more the fewer of the documents bear it: of three years' reports of one company
the year tells, of several companies' the company. Nothing is excluded by it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from assistant.language.terms import function_terms
from index.places import innermost_stem
from index.store.catalog import DocumentInfo
from index.store.lexical import analyzed

_FIGURE = re.compile(r"\d++")
_WORD = re.compile(r"\w++")


def naming(text: str, documents: Iterable[DocumentInfo]) -> dict[str, float]:
    """Each document's share, from 0 to 1, in the names and figures of a question that some bear.

    >>> notice = next(one for one in demo.documents() if "IHW" in one.title)
    >>> naming("What does notice IHW 2026/04 say?", demo.documents())[notice.id]
    1.0
    """
    named = [match[0] for match in _WORD.finditer(text) if _is_name(text, match)]
    if not named:
        return {one.id: 0.0 for one in documents}
    names = {one.id: _names(one) for one in documents}
    asked = _terms(" ".join(named)) | {f"{a}{b}".lower() for a, b in pairwise(named)}
    borne = Counter(term for own in names.values() for term in own & asked)
    weights = {term: math.log(len(names) / count) for term, count in borne.items()}
    most = sum(weights.values())
    return {
        id_: sum(weights[term] for term in own & asked) / most if most else 0.0
        for id_, own in names.items()
    }


def _is_name(text: str, word: re.Match[str]) -> bool:
    """Whether a word has a figure, or a capital that no sentence's start gives it."""
    if any(map(str.isdigit, word[0])):
        return True
    before = text[: word.start()][-2:]
    return word[0][0].isupper() and before[:1].isalnum() and before[1:] == " "


def _terms(text: str) -> frozenset[str]:
    """Content words as stems, and figures: FY2021 is named by 2021."""
    return frozenset(analyzed(text)) - function_terms() | frozenset(_FIGURE.findall(text))


@lru_cache(maxsize=32_768)
def _names(document: DocumentInfo) -> frozenset[str]:
    stem = innermost_stem(document.path or "").replace("_", " ")
    told = (document.title, stem, document.author or "", document.source or "", document.date or "")
    return _terms(" ".join(told))
