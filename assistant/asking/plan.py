"""What a model has understood of a question: what is searched for, and in which form to answer."""

import re
from dataclasses import dataclass

from pydantic import BaseModel

from assistant.endpoints.wire import QUESTION_KINDS, parse_reply

_PARTS = 5
"""Parts that are searched for, at most."""

_WORDINGS = 3
"""Other wordings that are searched for beside the question, at most."""

_WORD = re.compile(r"\w")


class _Reply(BaseModel):
    question: str
    parts: list[str] = []
    wordings: list[str] = []
    kind: str = "fact"


@dataclass(frozen=True, slots=True)
class Plan:
    """A question as a model has understood it.

    Attributes:
        question: understandable by itself.
        parts: further questions to search for.
        wordings: the question in other words, such as documents may have.
        kind: the form of answer it asks for, one of `QUESTION_KINDS`.

    >>> Plan("How do the two gates compare?", ("How old is gate 1?",), kind="comparison").kind
    'comparison'
    """

    question: str
    parts: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    kind: str = "fact"

    @property
    def searches(self) -> tuple[str, ...]:
        """The question and its parts, each once."""
        return tuple(dict.fromkeys((self.question, *self.parts)))


def parse_plan(reply: str, limit: int) -> Plan:
    """The plan in a model's reply; what is empty or too long in it is left out.

    Args:
        reply: of the model.
        limit: characters of the longest question.

    Raises:
        ReplyFault: it is not of the form that was asked for.

    >>> parse_plan('{"question": "When did gate 3 fail?", "kind": "fact"}', 4000).searches
    ('When did gate 3 fail?',)
    """
    told = parse_reply(_Reply, reply)

    def usable(texts: list[str]) -> tuple[str, ...]:
        plain = (" ".join(one.split()) for one in texts)
        return tuple(dict.fromkeys(one for one in plain if len(one) <= limit and _WORD.search(one)))

    return Plan(
        next(iter(usable([told.question])), ""),
        usable(told.parts)[:_PARTS],
        usable(told.wordings)[:_WORDINGS],
        told.kind if told.kind in QUESTION_KINDS else "fact",
    )
