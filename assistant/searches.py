"""A question → what is searched for: itself, and with its earlier turns."""

import re
from collections.abc import Sequence

EARLIER_TURNS, EARLIER_WEIGHT = 4, 0.5
"""A question is searched for by itself and, so much less, behind so many of the user's turns; see
`benchmarks/README.md` for what was tried."""

WHOLE_WEIGHT = 0.25
"""What a question of several sentences counts beside the one that asks."""

History = Sequence[tuple[str, str]]
"""Earlier turns as (role, text), role being 'user' or 'assistant', oldest first."""

_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+(?=\S)")
_FISCAL_YEAR = re.compile(r"\bFY\s?['’]?(?:20)?(\d\d)\b")


def searches(text: str, history: History) -> tuple[tuple[str, float], ...]:
    """The texts to search for, each with its weight.

    Args:
        text: the question.
        history: the turns before it.
    """
    asks, whole = asking(text), plain_years(text)
    found = [(asks, 1.0)]
    if whole != asks:
        found.append((whole, WHOLE_WEIGHT))
    earlier = [said for role, said in history if role == "user"][-EARLIER_TURNS:]
    if earlier:
        found.append((" ".join([*earlier, asks]), EARLIER_WEIGHT))
    return tuple(found)


def asking(text: str) -> str:
    """The sentence of a question that asks, without what is said about how to answer it."""
    sentences = _SENTENCE_END.split(plain_years(text))
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    return questions[0] if len(questions) == 1 else " ".join(sentences)


def plain_years(text: str) -> str:
    """The text with 'FY2018' and 'FY18' as 2018, as documents write it."""
    return _FISCAL_YEAR.sub(r"20\1", text)
