"""A question → what is searched for: itself, and with its earlier turns.

Whom 'he' or 'she' in a follow-up stands for, where earlier turns name someone.
"""

import re
from collections.abc import Sequence

from assistant.language.speakers import can_be, people

EARLIER_TURNS, EARLIER_WEIGHT = 4, 0.5
"""A question is searched for by itself and, so much less, behind so many of the user's turns; see
`benchmarks/README.md` for what was tried."""

WHOLE_WEIGHT = 0.25
"""What a question of several sentences counts beside the one that asks."""

History = Sequence[tuple[str, str]]
"""Earlier turns as (role, text), role being 'user' or 'assistant', oldest first."""

_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+(?=\S)")
_FISCAL_YEAR = re.compile(r"\bFY\s?['’]?(?:20)?(\d\d)\b")


def build_queries(text: str, history: History) -> tuple[tuple[str, float], ...]:
    """The texts to search for, each with its weight.

    Args:
        text: the question.
        history: the turns before it.

    >>> build_queries("Why did it fail?", [("user", "When was the dam built?")])
    (('Why did it fail?', 1.0), ('When was the dam built? Why did it fail?', 0.5))
    """
    asks, whole = asking_sentence(text), plain_years(text)
    found = [(asks, 1.0)]
    if whole != asks:
        found.append((whole, WHOLE_WEIGHT))
    earlier = [said for role, said in history if role == "user"][-EARLIER_TURNS:]
    if earlier:
        found.append((" ".join([*earlier, asks]), EARLIER_WEIGHT))
    return tuple(found)


def asking_sentence(text: str) -> str:
    """The sentence of a question that asks, without what is said about how to answer it.

    >>> asking_sentence("I have read the log. When did the dam fail? Be short.")
    'When did the dam fail?'
    """
    sentences = _SENTENCE_END.split(plain_years(text))
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    return questions[0] if len(questions) == 1 else " ".join(sentences)


def plain_years(text: str) -> str:
    """The text with 'FY2018' and 'FY18' as 2018, as documents write it.

    >>> plain_years("What were sales in FY18 and FY2019?")
    'What were sales in 2018 and 2019?'
    """
    return _FISCAL_YEAR.sub(r"20\1", text)


_PRONOUN = re.compile(r"\b(?P<pronoun>he|she|him|his|hers?)\b", re.IGNORECASE)
_NOMINATIVE = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "hers": "she"}
_OWNED = re.compile(
    r" (?!(?:about|and|at|before|by|after|for|from|if|in|of|on|or|says?|said|to|when|why|with)\b)"
    r"[a-z]"
)
"""Behind 'her' where it is a possessive: 'her report', but not 'ask her about it'."""

TURNS = 4
"""Earlier turns, the user's and the answers, in which a name is looked for."""


def resolve_pronoun(text: str, history: History) -> tuple[str, str]:
    """The question with the person's name in place of its first 'he' or 'she', and the name.

    Unchanged, with '', where it has no such pronoun or names someone before it, and where no
    earlier turn names anyone whom the pronoun can be.

    >>> resolve_pronoun("What did her report say?", [("user", "Who is Ann Lee?")])
    ('What did Ann Lee’s report say?', 'Ann Lee')
    """
    match = _PRONOUN.search(text)
    if match is None or people(text[: match.start()]):
        return text, ""
    name = _named(_NOMINATIVE[match["pronoun"].lower()], history)
    if not name:
        return text, ""
    behind = text[match.end() :]
    owns = match["pronoun"].lower() == "his" or (
        match["pronoun"].lower() == "her" and _OWNED.match(behind) is not None
    )
    return f"{text[: match.start()]}{name}{'’s' if owns else ''}{behind}", name


def _named(pronoun: str, history: History) -> str:
    """The person of whom the last turns speak: of an exchange, whom the user names comes first."""
    latest = list(history[-TURNS:])[::-1]
    for at in range(0, len(latest), 2):
        exchange = sorted(latest[at : at + 2], key=lambda turn: turn[0] != "user")
        for _, said in exchange:
            found = [name for name in people(said) if can_be(pronoun, name)]
            if found:
                return found[0]
    return ""
