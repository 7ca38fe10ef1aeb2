"""What a text denies and what it states, clause by clause, compared by stems.

'The gate was not opened' and 'nobody opened the gate' deny the same; 'the alarm sounded' states
what 'the alarm did not sound' denies.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.lexicon import EXCEPTIONS, NEGATIONS
from assistant.language.opposites import is_negated, opposite
from assistant.language.terms import content_terms
from index.document import Span
from index.store.lexical import analyzed

_NEGATION = re.compile(NEGATIONS, re.IGNORECASE)
# A full stop or comma inside a figure ends no clause.
_CLAUSE_END = re.compile(
    r"(?<![.;:,!?])[.;:,!?]++(?=\s|$|[”\"’)\]])|[—–|“”\"\n]"
    r"|\b(?:but|and|while|although|though|whereas|because|which|who)\b",
    re.IGNORECASE,
)
_ASKED_NOT = re.compile(
    r"(?:who|whom|which|what|how many|where)\b.*"
    r"\b(?:(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would)(?:n[’']t\b"
    r"| (?:\w+ ){0,3}?(?:not|never)\b)|can[’']t\b|cannot\b|won[’']t\b)",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"(?<=\w )(?:that|which|who|whom|whose|if|whether)\b", re.IGNORECASE)
_EXCEPTION = re.compile(EXCEPTIONS, re.IGNORECASE)
_WORD = re.compile(r"(?:non[-‐‑–])?[^\W\d_]{4,}", re.IGNORECASE)
_HYPHEN = re.compile("[‐‑–]")


@dataclass(frozen=True, slots=True)
class _Clause:
    """The stems of a clause's content words, and the negating words in it."""

    terms: frozenset[str]
    negations: tuple[Span, ...]


def denies(text: str) -> bool:
    """Whether a text denies anything.

    >>> denies("Nobody opened the gate."), denies("Ann Lee opened the gate.")
    (True, False)
    """
    return _NEGATION.search(text) is not None


def excepts(text: str) -> bool:
    """Whether a text denies anything, or tells what is left out of something.

    >>> excepts("All were open except Gate 3."), excepts("All gates were open.")
    (True, False)
    """
    return denies(text) or _EXCEPTION.search(text) is not None


def asks_what_is_not(question: str) -> bool:
    """Whether a question denies what it asks about: 'who was not warned', not 'who said that …'.

    >>> asks_what_is_not("Who was not warned?"), asks_what_is_not("Who said that it was not true?")
    (True, False)
    """
    main = _RELATIVE.split(question.strip(), maxsplit=1)[0]
    return _ASKED_NOT.match(main) is not None


def states_denied(question: str, text: str) -> bool:
    """Whether a text that neither denies nor excepts anything states what a question denies.

    That is where it holds two thirds of the content stems of the denied clause.

    >>> states_denied("Who was not warned of the flood?", "Ann Lee was warned of the flood.")
    True
    """
    denied = [clause.terms for clause in _clauses(question) if clause.negations]
    stems = content_terms(text)
    return not excepts(text) and any(
        len(terms & stems) * 3 >= len(terms) * 2 > 0 for terms in denied
    )


def reversed_clauses(text: str, quotes: Sequence[str]) -> list[Span]:
    """Where a text denies what the quotes do not, or all of it where it states what they deny.

    A clause that is not denied is refused where a denied clause of the quotes shares at least half
    of its own stems with it, and no clause that the quotes state holds the same stems. A denied
    clause needs a denied one in the quotes that shares half the stems of the shorter of the two.

    >>> reversed_clauses("The alarm sounded.", ["The alarm did not sound."])
    [Span(start=0, end=18)]
    >>> reversed_clauses("The alarm was not heard.", ["Nobody heard the alarm."])
    []
    """
    cited = [clause for quote in quotes for clause in _clauses(quote)]
    denied = [clause.terms for clause in cited if clause.negations]
    stated = [clause.terms for clause in cited if not clause.negations]
    wrong = _opposites(text, "\n".join(quotes))
    for clause in _clauses(text):
        if clause.negations:
            if not any(_denies_too(clause.terms, other) for other in denied):
                wrong += clause.negations
        elif any(_denied_there(clause.terms, other, stated) for other in denied):
            return [Span(0, len(text))]
    return wrong


def _clauses(text: str) -> list[_Clause]:
    found, start = [], 0
    for end, after in [*(m.span() for m in _CLAUSE_END.finditer(text)), (len(text), len(text))]:
        negations = tuple(Span(*m.span()) for m in _NEGATION.finditer(text, start, end))
        plain = text[start:end]
        for at in reversed(negations):
            plain = f"{plain[: at.start - start]} {plain[at.end - start :]}"
        terms = content_terms(plain)
        if terms or negations:
            found.append(_Clause(terms, negations))
        start = after
    return found


def _denies_too(own: frozenset[str], denied: frozenset[str]) -> bool:
    return len(own & denied) * 2 >= min(len(own), len(denied))


def _denied_there(
    own: frozenset[str], denied: frozenset[str], stated: Sequence[frozenset[str]]
) -> bool:
    shared = own & denied
    return len(shared) * 2 >= len(denied) > 0 and not any(shared <= other for other in stated)


def _opposites(text: str, cited: str) -> list[Span]:
    """Words that the quotes hold only with a negating prefix, or only without: (im)possible."""
    known = {_form(match[0]) for match in _WORD.finditer(cited)}
    stems = set(analyzed(" ".join(word for word in known if not word.startswith("non-"))))
    wrong = []
    for match in _WORD.finditer(text):
        word = _form(match[0])
        if word in known or stems.issuperset(analyzed(word)):
            continue
        denying = opposite(word)
        if known & denying or stems.intersection(analyzed(" ".join(denying))):
            if not is_negated(word):
                return [Span(0, len(text))]
            wrong.append(Span(*match.span()))
    return wrong


def _form(word: str) -> str:
    return _HYPHEN.sub("-", word.lower())
