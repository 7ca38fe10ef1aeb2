"""Whom 'he' or 'she' in a follow-up stands for, where earlier turns name someone."""

import re

from assistant.attribution import can_be, people
from assistant.searches import History

_PRONOUN = re.compile(r"\b(?P<pronoun>he|she|him|his|hers?)\b", re.IGNORECASE)
_NOMINATIVE = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "hers": "she"}
_OWNED = re.compile(
    r" (?!(?:about|and|at|before|by|after|for|from|if|in|of|on|or|says?|said|to|when|why|with)\b)"
    r"[a-z]"
)
"""Behind 'her' where it is a possessive: 'her report', but not 'ask her about it'."""

TURNS = 4
"""Earlier turns, the user's and the answers, in which a name is looked for."""


def resolved(text: str, history: History) -> tuple[str, str]:
    """The question with the person's name in place of its first 'he' or 'she', and the name.

    Unchanged, with '', where it has no such pronoun or names someone before it, and where no
    earlier turn names anyone whom the pronoun can be.
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
