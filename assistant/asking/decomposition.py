"""Several questions in one: taken apart, and their answers put together again."""

import re
from collections.abc import Sequence

from assistant.asking.question import Question, parse_question
from assistant.asking.rewriting import History
from assistant.draft import ProposedAnswer
from assistant.language.terms import content_terms
from assistant.messages import NOT_ANSWERED, NOT_FOUND

MOST = 4
"""Parts that are answered one by one; a question of more is taken as one."""

_NEXT = re.compile(
    r"(?:\?\s++(?:(?:and|also)\b,?\s++)?|(?:[,;]|(?<!\s))\s++and\s++)"
    r"(?=(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|has|have|had"
    r"|can|could|will|would)\b)",
    re.IGNORECASE,
)
_TOGETHER = re.compile(r"\b(?:between|differen\w*|compare\w*|versus|vs|both)\b", re.IGNORECASE)
"""What asks for two things side by side: 'the difference between what he said and what she did'."""

_FEWEST_WORDS = 3


def split_question(asked: Question, history: History = (), limit: int = 4_000) -> list[Question]:
    """The questions in a question, each a follow-up of those before it; mostly only itself.

    >>> asked = parse_question("When did the sirens sound, and who opened the gates?")
    >>> [one.text for one in split_question(asked)]
    ['When did the sirens sound?', 'who opened the gates?']
    """
    pieces = [piece.strip(" ,;?") for piece in _NEXT.split(asked.text)]
    if (
        not 1 < len(pieces) <= MOST
        or asked.kind not in ("question", "yes_no")
        or _TOGETHER.search(asked.text)
        or not all(_is_whole(piece) for piece in pieces)
    ):
        return [asked]
    earlier = list(history)
    found = []
    for piece in pieces:
        found.append(parse_question(f"{piece}?", earlier, limit))
        earlier.append(("user", found[-1].standalone))
    return found


def _is_whole(piece: str) -> bool:
    return len(piece.split()) >= _FEWEST_WORDS and bool(content_terms(piece))


def combine_answers(
    asked: Sequence[Question], readings: Sequence[ProposedAnswer]
) -> ProposedAnswer:
    """One reading of the parts' readings, in which those that found nothing are named.

    Its confidence is that of the least certain part that is answered.

    >>> asked = [parse_question("When did it rain?"), parse_question("Why did it rain?")]
    >>> read = [ProposedAnswer(confidence=0.9), ProposedAnswer(abstained=True)]
    >>> combine_answers(asked, read).message
    'The documents do not answer “Why did it rain?”'
    """
    if len(readings) == 1:
        return readings[0]
    answered = [reading for reading in readings if not reading.abstained]
    if not answered:
        confidence = max(reading.confidence for reading in readings)
        return ProposedAnswer("answer", NOT_FOUND, abstained=True, confidence=confidence)
    missing = [f"“{q.text}”" for q, r in zip(asked, readings, strict=True) if r.abstained]
    conflicts, before = [], 0
    for reading in readings:
        conflicts += [tuple(before + at for at in group) for group in reading.conflicts]
        before += len(reading.claims)
    return ProposedAnswer(
        "answer",
        NOT_ANSWERED.format(" or ".join(missing)) if missing else "",
        tuple(draft for reading in readings for draft in reading.claims),
        confidence=min(reading.confidence for reading in answered),
        conflicts=tuple(conflicts),
        notices=tuple(dict.fromkeys(n for reading in readings for n in reading.notices)),
    )
