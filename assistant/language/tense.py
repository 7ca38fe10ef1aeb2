"""Whether what a sentence tells of a weekday was or is to come, where its clause is clear.

English verb forms that tell whether something was or will be: words alone, no judgement.
"""

import re
from itertools import pairwise
from typing import Literal

from assistant.language.lexicon import NO_PAST, PAST

WILL_BE = (
    r"\b(?:will|won[’']t|shall|going to"
    r"|(?:is|are|am)(?: not| also| again| now| \w+ly)? (?:due|set|expected|scheduled|planned|slated"
    r"|likely|to|\w+ing)"
    r"|(?:plans?|expects?|hopes?|intends?|aims?) to)\b|[’']ll\b"
)
"""A pattern for what says that something is to come."""


def is_past(word: str) -> bool:
    """Whether a word in lower case is a past form, or a participle of the same form.

    >>> is_past("fled"), is_past("opened"), is_past("hundred")
    (True, True, False)
    """
    regular = word.endswith("ed") and not word.endswith("eed") and len(word) > 4
    return word in PAST or (regular and word not in NO_PAST)


Direction = Literal["before", "after"]

_WORD = re.compile(r"[\w’'-]+")
_BOUNDARY = re.compile(
    r"[,;:.!?()\[\]“”\"—–…·]|\b(?:and|but|or|while|because|although|though|when|whenever|if|unless"
    r"|that|which|who|whom|whose|where|as|so)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|unless|whenever)\b", re.IGNORECASE)
_WILL_BE = re.compile(WILL_BE, re.IGNORECASE)
_DOUBTFUL = re.compile(
    r"\b(?:would|could|should|might|may|can|must|had|cannot|never|always|usually|often|normally"
    r"|typically|(?:was|were)(?: not| \w+ly)? (?:to|due|set|scheduled|expected|planned|supposed"
    r"|meant|likely|\w+ing to))\b|[’']d\b"
)
"""What leaves open on which side of the document's day a thing lies."""
_PRESENT = re.compile(r"\b(?:is|are|am|does|do|don[’']t|doesn[’']t)\b|\b(?:it|he|she)[’']s\b", re.I)
_PLANNING = frozenset(
    """
    agreed announced arranged asked booked called decided demanded expected hoped intended invited
    offered ordered planned pledged postponed promised proposed requested scheduled set told
    threatened urged vowed wanted warned delayed moved
    """.split()  # noqa: SIM905
)
"""Past verbs whose object may be what happens on the day: 'announced elections on Monday'."""
_BEFORE_NOUN = frozenset(
    """
    the a an his her its their our my your this that these those some any no every each all both
    two three four five six seven eight nine ten several many few most of in at by for from with to
    on into over under after before between against about and or new old former other more
    """.split()  # noqa: SIM905
)
_NOT_INFINITIVE = frozenset("the a an his her its their our my your this that these those".split())  # noqa: SIM905
_PASSIVE_NOW = frozenset(["is", "are", "am", "be", "being", "get", "gets", "to"])


def direction(text: str, start: int, end: int) -> Direction | None:
    """The side on which 'on Sunday', from `start` to `end` of a sentence, lies; None if unsure.

    >>> text = "The gates will open on Sunday."
    >>> direction(text, text.index("on"), text.index("."))
    'after'
    """
    if _CONDITION.search(text):
        return None
    first, last = _clause(text, start, end)
    before, after = text[first:start], text[end:last]
    clause = f"{before}·{after}"
    if _DOUBTFUL.search(clause):
        return None
    if _WILL_BE.search(clause):
        return None if _verbs(before) and not _WILL_BE.search(before) else "after"
    if _PRESENT.search(clause):
        return None
    return _was(before, after)


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause of a weekday begins and ends; a mere 'On Sunday,' belongs to the next."""
    bounds = [match.span() for match in _BOUNDARY.finditer(text)]
    first = max((stop for _, stop in bounds if stop <= start), default=0)
    later = [at for at, _ in bounds if at >= end]
    last = later[0] if later else len(text)
    if not text[first:start].strip() and not text[end:last].strip() and len(later) > 1:
        last = later[1]
    return first, last


def _was(before: str, after: str) -> Direction | None:
    verbs = _verbs(before) or _verbs(after)
    if not verbs:
        return None
    words = _WORD.findall(before if _verbs(before) else after)
    tail = words[verbs[0] + 1 :]
    in_front = bool(_verbs(before))
    if in_front and (
        any(words[at].lower() in _PLANNING for at in verbs if at < len(words) - 1)
        or _has_infinitive(tail)
        or _has_other_verb(words, verbs)
    ):
        return None
    return "before"


def _verbs(part: str) -> list[int]:
    """The places of past forms that are no adjectives: not 'the wanted', nor 'is held'."""
    words = _WORD.findall(part)
    return [
        at
        for at, word in enumerate(words)
        if is_past(word.lower())
        and word[0].islower()
        and (at == 0 or words[at - 1].lower() not in _NOT_INFINITIVE | _PASSIVE_NOW)
    ]


def _has_infinitive(words: list[str]) -> bool:
    return any(
        word == "to" and other.islower() and other not in _NOT_INFINITIVE
        for word, other in pairwise(words)
    )


def _has_other_verb(words: list[str], verbs: list[int]) -> bool:
    """Whether a word in -s behind the past form may be the verb: 'the bridge opened in May closes'.

    A plural may look the same; then the day is left alone, too.
    """
    return any(
        word.islower()
        and len(word) > 3
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is", "’s", "'s"))
        and at - 1 not in verbs
        and words[at - 1].lower() not in _BEFORE_NOUN
        for at, word in enumerate(words)
        if at > verbs[0]
    )
