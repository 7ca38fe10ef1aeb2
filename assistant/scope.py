"""Documents that a question names as the place to look in: by type, title, author, date or file."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from assistant.dates import spoken
from assistant.questions import Question, content_terms, reworded
from index.catalog import DocumentInfo
from index.lexical import analyzed

_PAPERS = (
    "document|text|file|article|report|paper|page|notice|statement|minutes|log|letter|memo"
    "|memorandum|contract|agreement|policy|manual|guide|transcript|press release|release|study"
    "|correction|presentation|spreadsheet|workbook|email|e-mail|filing|10-k|10-q"
)
_PAPER = rf"(?:the|their|his|her|its|our|my|this) (?:[^\s,?]+ ){{0,6}}?(?:{_PAPERS})\b"
_OF = r"(?P<of{0}> (?:of|on|from|by|dated) (?:[^\s,?]++ ?){{1,4}}?(?=[,?]|$| (?:{1})\b))?"
_ASKS = "what|who|how|when|where|why|which"
_SAYS = "say|state|report|claim|mention|give|tell|call|name|note|list|contain|change|show"
_SAID = ("say", "state", "report", "claim", "mention", "tell", "note")
_NAMING = re.compile(
    rf"\b(?:according to|in|from|by|per|of) (?P<place>{_PAPER}){_OF.format(1, _ASKS)}"
    rf"|\b(?:do|does|did) (?P<saying>{_PAPER}){_OF.format(2, _SAYS)} (?P<verb>{_SAYS})\b"
    r"|(?P<file>(?<![\w.-])[\w.-]+\.(?:pdf|docx?|xlsx?|pptx?|html?|md|txt|csv|odt|rtf|epub|eml|ipynb))\b",
    re.IGNORECASE,
)
_GENERAL = frozenset(analyzed("document text file article report paper page"))
"""What any document may be called."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The documents that a question names; none where it names none."""

    documents: tuple[DocumentInfo, ...] = ()

    @property
    def titles(self) -> str:
        """The documents by their titles, for a reader."""
        return " and ".join(f"“{document.title}”" for document in self.documents)


def names_a_document(text: str) -> bool:
    """Whether a question may name one; only then need the documents be looked through."""
    return _NAMING.search(text) is not None


def scope(text: str, documents: Sequence[DocumentInfo]) -> Scope:
    """The documents that a question names, of all that there are; none where all would be meant."""
    match = _NAMING.search(text)
    if match is None:
        return Scope()
    if match["file"]:
        wanted = match["file"].casefold()
        found = [one for one in documents if PurePath(one.path or "").name.casefold() == wanted]
    else:
        paper, of = match["place"] or match["saying"], match["of1"] or match["of2"] or ""
        # 'The log of 14 November' names a date, 'the log of the accident' perhaps nothing.
        found = _meant(paper + of, documents) or _meant(paper, documents)
    return Scope(tuple(found)) if len(found) < len(documents) else Scope()


def without_names(question: Question) -> Question:
    """The question as it would be asked of the documents that it names alone."""
    return reworded(question, _without_names)


def _without_names(text: str) -> str:
    def said(match: re.Match[str]) -> str:
        if not match["saying"]:
            return ""
        return "is said" if match["verb"].lower() in _SAID else match[0]

    left = _NAMING.sub(said, text, count=1)
    return re.sub(r"[\s,]+(?=[?.]|$)", "", left).strip(" ,") or text


def narrowed(scopes: Iterable[Scope]) -> tuple[str, ...]:
    """One line for each scope that tells which documents were looked in."""
    named = dict.fromkeys(one.titles for one in scopes if one.documents)
    return tuple(f"Searched only in {titles}, as the question asks." for titles in named)


def _meant(phrase: str, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """Those of which every telling word is known; by a mere 'the report' only a single one."""
    wanted = content_terms(phrase)
    telling = wanted - _GENERAL
    exactly = [one for one in documents if wanted <= _described(one)]
    if telling:
        return exactly or [one for one in documents if telling <= _described(one)]
    return exactly if len(exactly) == 1 else []


def _described(document: DocumentInfo) -> frozenset[str]:
    """The terms by which a document may be named."""
    facts = (
        document.title,
        PurePath(document.path or "").stem,
        document.author or "",
        document.source or "",
        spoken(document.date) if document.date else "",
    )
    return frozenset(analyzed(" ".join(facts).replace("_", " ")))
