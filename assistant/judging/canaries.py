"""Two claims whose verdict is known, slipped into every request: does the judge still read?"""

import random
import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.endpoints.wire import Shown
from index.sentences import is_row, sentence_spans

_FEWEST, _MOST = 6, 45
"""Words of a sentence that is taken for a canary."""

_FIGURE = re.compile(r"(?<![\w.,:/-])\d{1,4}(?![\w/-]|[.,:]\d)")
_ENDS = re.compile(r"[.!。！]$")


class Canaries(NamedTuple):
    """A true claim and a wrong one over the same passages.

    >>> made = make_canaries([Shown("Log", "Four of the 12 gates failed in the night.")], [])
    >>> made.true, made.wrong != made.true
    ('Four of the 12 gates failed in the night.', True)
    """

    true: str
    wrong: str


def make_canaries(passages: Sequence[Shown], claims: Sequence[str]) -> Canaries | None:
    """A sentence of the passages as it stands, and one with another figure than is there.

    Which ones depends on passages and claims alone, so that a request is always the same. None
    where no sentence of the passages has a figure: then the caller has other claims to put in.

    Args:
        passages: what the judge is shown.
        claims: what is asked about them, which no canary repeats.

    >>> make_canaries([Shown("Log", "Nobody has counted the boats so far.")], []) is None
    True
    """
    asked = {" ".join(claim.split()) for claim in claims}
    sentences = [one for shown in passages for one in _sentences(shown.text) if one not in asked]
    with_figures = [one for one in sentences if _FIGURE.search(one)]
    if not with_figures:
        return None
    chance = random.Random("\n".join([*asked, *sentences]))  # noqa: S311 (nothing secret)
    whole = "\n".join(one.text for one in passages)
    wrong = _with_another_figure(chance.choice(with_figures), whole, chance)
    return Canaries(chance.choice(sentences), wrong)


def _sentences(text: str) -> list[str]:
    found = []
    for start, end in sentence_spans(text):
        line = text[start:end]
        sentence = " ".join(line.split())
        if (
            _FEWEST <= len(sentence.split()) <= _MOST
            and _ENDS.search(sentence)
            and not is_row(line)
        ):
            found.append(sentence)
    return found


def _with_another_figure(sentence: str, whole: str, chance: random.Random) -> str:
    match = chance.choice(list(_FIGURE.finditer(sentence)))
    value = int(match[0])
    # Plausible, and nowhere in the passages: not near enough to be called the same, rounded.
    others = [value + step * max(1, value // 5) for step in (2, 3, 4, 5, 7, 9, 11, 13)]
    other = next(
        (str(one) for one in chance.sample(others, len(others)) if str(one) not in whole),
        str(value * 10 + 7),
    )
    return sentence[: match.start()] + other + sentence[match.end() :]
