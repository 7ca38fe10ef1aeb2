"""Documents that a question names as the place to look in: by type, title, author, date or file."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.asking.question import Question, reword_question
from assistant.language.dates import spoken_date
from assistant.language.terms import content_terms
from assistant.messages import SEARCHED_ONLY_IN
from index.places import INSIDE, innermost_name, innermost_stem, shown_name
from index.store.catalog import DocumentInfo
from index.store.lexical import analyzed

_TEXTS = (
    "document|text|file|article|report|paper|page|notice|statement|minutes|log|letter|memo"
    "|memorandum|manual|guide|transcript|press release|presentation|spreadsheet|workbook"
    "|email|e-mail|filing|10-k|10-q"
)
_DEEDS = "contract|agreement|policy|release|study|correction"
"""Papers that are spoken of for what they do: 'in the agreement' may be 'by agreeing'."""

_NO_NAME = r"(?!(?:the|an?|of|in|on|at|to|by|for|from|with|and|or|after|before|is|are|was|were)\b)"
_THE = rf"(?:the|their|his|her|its|our|my|this|that) (?:{_NO_NAME}[^\s,?“”\"]+ ){{0,6}}?"
_READ, _ANY = rf"{_THE}(?:{_TEXTS})\b", rf"{_THE}(?:{_TEXTS}|{_DEEDS})\b"
_OF = r"(?P<of{0}> (?:of|on|from|by|dated) (?:[^\s,?]++ ?){{1,4}}?(?=[,?]|$| (?:{1})\b))?"
_ASKS = "what|who|how|when|where|why|which"
_SAYS = "say|state|report|claim|mention|tell|note|list|contain|show"
_SAID = ("say", "state", "report", "claim", "mention", "tell", "note")
_QUOTED = r"“[^“”]+”|\"[^\"]+\""
_NAMING = re.compile(
    rf"\b(?:according to|in|per) (?:(?:{_ANY}|the) )?(?P<title>{_QUOTED})"
    rf"|\b(?:do|does|did) (?:(?:{_ANY}|the) )?(?P<spoken>{_QUOTED}) (?P<verb1>{_SAYS})\b"
    rf"|\b(?:according to|per) (?P<source>{_ANY}){_OF.format(1, _ASKS)}"
    rf"|\bin (?P<place>{_READ}){_OF.format(2, _ASKS)}"
    rf"|\b(?:do|does|did) (?P<saying>{_ANY}){_OF.format(3, _SAYS)} (?P<verb2>{_SAYS})\b"
    r"|(?P<file>(?<![\w.-])[\w.-]+\.(?:pdf|docx?|xlsx?|pptx?|html?|md|txt|csv|odt|rtf|epub|eml|ipynb))\b",
    re.IGNORECASE,
)
"""Where a question says that a document is the place to look in."""

_MENTION = re.compile(
    rf"\b(?P<paper>{_ANY}){_OF.format(1, f'{_ASKS}|{_SAYS}')}|(?P<quoted>{_QUOTED})", re.IGNORECASE
)
"""Where a question may merely speak of a document."""

_GENERAL = frozenset(analyzed("document text file article report paper page"))
"""What any document may be called."""

_TELLING = 2
"""Words by which a title must be named to be the only place to look in."""


_MANY = 32_768
"""Documents whose words are kept: a question that names one looks at all of them."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The documents that a question names.

    Attributes:
        documents: those that it is asked of alone; none where it names none.
        likely: those that it may mean, whose passages come sooner than others.

    >>> scope = documents_named("What is said in the correction notice?", demo.documents())
    >>> len(scope.documents), scope.titles
    (1, '“Correction to preliminary report IHW 2026/04”')
    """

    documents: tuple[DocumentInfo, ...] = ()
    likely: tuple[DocumentInfo, ...] = ()

    @property
    def titles(self) -> str:
        """The documents that it is asked of by their titles, for a reader."""
        return " and ".join(f"“{document.title}”" for document in self.documents)


def names_a_document(text: str) -> bool:
    """Whether a question may name one; only then need the documents be looked through.

    >>> names_a_document("What does the report say?"), names_a_document("Who opened the gates?")
    (True, False)
    """
    return _NAMING.search(text) is not None or _MENTION.search(text) is not None


def documents_named(text: str, documents: Sequence[DocumentInfo]) -> Scope:
    """The documents that a question names, of all that there are; none where all would be meant.

    It is asked of them alone only where it says so ('according to', 'in the report', “a title”, a
    file's name) and names them by two words that few of the documents bear, or by the whole title.

    >>> scope = documents_named("Is the correction notice right?", demo.documents())
    >>> [one.title for one in scope.likely]
    ['Correction to preliminary report IHW 2026/04']
    """
    for match in _NAMING.finditer(text):
        if found := _named(match, documents):
            return Scope(tuple(found)) if len(found) < len(documents) else Scope()
    for match in _MENTION.finditer(text):
        if match["quoted"] and (found := _titled(match["quoted"], documents, opened=False)):
            return Scope(tuple(found)) if len(found) < len(documents) else Scope()
    likely = dict.fromkeys(
        one
        for match in _MENTION.finditer(text)
        if match["paper"]
        for one in _first_meant(match["paper"], match["of1"] or "", documents)
    )
    return Scope(likely=tuple(likely)) if len(likely) < len(documents) else Scope()


def _named(match: re.Match[str], documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """The documents to which the question is confined."""
    if match["file"]:
        wanted = match["file"].casefold()
        return [one for one in documents if wanted in _file_names(one.path or "")]
    if quoted := match["title"] or match["spoken"]:
        return _titled(quoted, documents, opened=True)
    paper = match["source"] or match["place"] or match["saying"]
    of = match["of1"] or match["of2"] or match["of3"] or ""
    # 'The log of 14 November' names a date, 'the log of the accident' perhaps nothing.
    return _surely(paper + of, documents) or _surely(paper, documents)


def _surely(phrase: str, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """Those that a phrase means and nothing else can be."""
    wanted, found = content_terms(phrase), _meant(phrase, documents)
    if not wanted - _GENERAL or (len(wanted) == 1 and re.search(rf"\b(?:{_TEXTS})$", phrase, re.I)):
        # 'In the minutes': of several, any may be meant.
        return found if len(found) == 1 else []
    few = len(found) <= max(1, len(documents) // 2)
    return [
        one
        for one in found
        if (few and len(wanted & _described(one)) >= _TELLING) or wanted == _title(one)
    ]


def _titled(quoted: str, documents: Sequence[DocumentInfo], *, opened: bool) -> list[DocumentInfo]:
    """Those whose title or file's name stands in quotation marks; all of it, if nothing opens it.

    Without such an opening a single word in quotation marks is just a word.
    """
    wanted = content_terms(quoted)
    exactly = [one for one in documents if wanted in (_title(one), _stem(one))]
    if exactly and (opened or len(wanted) >= _TELLING):
        return exactly
    if opened and len(wanted - _GENERAL) >= _TELLING:
        return [one for one in documents if wanted <= _described(one)]
    return []


def without_document_name(question: Question) -> Question:
    """The question as it would be asked of the documents that it names alone.

    >>> from assistant.asking.question import parse_question
    >>> without_document_name(parse_question("When did it rain according to the log?")).asking
    'When did it rain?'
    """
    return reword_question(question, _without_names)


def _without_names(text: str) -> str:
    def said(match: re.Match[str]) -> str:
        verb = match["verb1"] or match["verb2"]
        if not verb:
            return ""
        return "is said" if verb.lower() in _SAID else match[0]

    left = _NAMING.sub(said, text, count=1)
    return re.sub(r"[\s,]+(?=[?.]|$)", "", left).strip(" ,") or text


def narrowing_notice(scopes: Iterable[Scope]) -> tuple[str, ...]:
    """One line for each scope that tells which documents were looked in.

    >>> scope = documents_named("When, per the correction notice, was it?", demo.documents())
    >>> narrowing_notice([scope, Scope()])
    ()
    """
    named = dict.fromkeys(one.titles for one in scopes if one.documents)
    return tuple(SEARCHED_ONLY_IN.format(titles) for titles in named)


def _first_meant(paper: str, of: str, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    return _meant(paper + of, documents) or _meant(paper, documents)


def _meant(phrase: str, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """Those of which every telling word is known; by a mere 'the report' only a single one."""
    wanted = content_terms(phrase)
    telling = wanted - _GENERAL
    exactly = [one for one in documents if wanted <= _described(one)]
    if telling:
        return exactly or [one for one in documents if telling <= _described(one)]
    return exactly if len(exactly) == 1 else []


def _file_names(path: str) -> set[str]:
    """The names by which a document's file is named: its own, and that of what holds it."""
    shown = shown_name(path).casefold()
    return {shown, shown.partition(INSIDE)[0], innermost_name(path).casefold()} - {""}


@lru_cache(maxsize=_MANY)
def _title(document: DocumentInfo) -> frozenset[str]:
    return content_terms(document.title)


def _stem(document: DocumentInfo) -> frozenset[str]:
    return content_terms(innermost_stem(document.path).replace("_", " "))


@lru_cache(maxsize=_MANY)
def _described(document: DocumentInfo) -> frozenset[str]:
    """The terms by which a document may be named."""
    facts = (
        document.title,
        innermost_stem(document.path),
        document.author or "",
        document.source or "",
        spoken_date(document.date) if document.date else "",
    )
    return frozenset(analyzed(" ".join(facts).replace("_", " ")))
