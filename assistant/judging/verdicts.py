"""A judge's reply → for each claim a verdict, with the places of the words that it quotes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel

from assistant.endpoints.wire import parse_reply
from index.document import Span

_LEAST = 3
"""Characters of the shortest quote."""

_SIGNS = {
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "−": "-", "\u00ad": "", "…": "...",
}  # fmt: skip
_PIECE = re.compile(r"\w|[^\w\s]")
_SET_IN = re.compile(r"(?m)^> ")


class _Quote(BaseModel):
    passage: int
    text: str


class _Verdict(BaseModel):
    claim: int
    verdict: Literal["supported", "contradicted", "not_verified"]
    quotes: list[_Quote] = []
    against: list[_Quote] = []
    missing: str = ""


class _Reply(BaseModel):
    verdicts: list[_Verdict]


_Place = tuple[int, Span]
"""The index of a passage, and a span of it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of a claim: a verdict, with words of passages (passage index, span in it).

    Attributes:
        verdict: as far as it is borne by words.
        places: of the words for it.
        missing: what is not said, or said instead.
        against: of words by which what is supported is corrected or contradicted elsewhere.
        accepted: whether it calls the claim supported, whatever it gives for that.

    >>> parse_verdicts('{"verdicts": []}', ["The gate held."], claims=1)[0].verdict
    'not_verified'
    """

    verdict: Literal["supported", "contradicted", "not_verified"]
    places: tuple[_Place, ...] = ()
    missing: str = ""
    against: tuple[_Place, ...] = ()
    accepted: bool = False


def parse_verdicts(reply: str, passages: Sequence[str], claims: int) -> list[Judgement]:
    """The judgement on each claim, in their order.

    A verdict that rests on words must quote some that stand in the passages. What quotes none, a
    claim without a verdict, and one with two that differ, is not verified.

    Args:
        reply: of the judge.
        passages: as it was given them.
        claims: how many it was asked about.

    Raises:
        ReplyFault: the reply is not of the form that was asked for.

    >>> reply = '''{"verdicts": [{"claim": 1, "verdict": "supported", "missing": "",
    ...     "quotes": [{"passage": 1, "text": "the gate held"}]}]}'''
    >>> parse_verdicts(reply, ["At noon the  gate held."], claims=1)[0].places
    ((0, Span(start=8, end=22)),)
    """
    found: dict[int, Judgement] = {}
    for one in parse_reply(_Reply, reply).verdicts:
        places = _all_located(one.quotes, passages)
        judgement = Judgement(
            one.verdict if places else "not_verified",
            places,
            " ".join(one.missing.split()),
            _all_located(one.against, passages) if one.verdict == "supported" else (),
            one.verdict == "supported",
        )
        earlier = found.setdefault(one.claim, judgement)
        if earlier.verdict != judgement.verdict:
            accepted = earlier.accepted or judgement.accepted
            found[one.claim] = Judgement("not_verified", accepted=accepted)
        elif judgement.accepted and not earlier.accepted:
            found[one.claim] = replace(earlier, accepted=True)
    return [found.get(number, Judgement("not_verified")) for number in range(1, claims + 1)]


def _all_located(quotes: Sequence[_Quote], passages: Sequence[str]) -> tuple[_Place, ...]:
    found = (_located(quote, passages) for quote in quotes)
    return tuple(place for place in found if place is not None)


def _located(quote: _Quote, passages: Sequence[str]) -> _Place | None:
    """Where the words stand: in the passage that is named, else in any."""
    wanted, _ = _pieces(_SET_IN.sub("", quote.text))
    if len(wanted) < _LEAST:
        return None
    named = quote.passage - 1
    order = sorted(range(len(passages)), key=lambda index: index != named)
    for index in order:
        held, at = _pieces(passages[index])
        start = held.find(wanted)
        if start >= 0:
            return index, Span(at[start], at[start + len(wanted) - 1] + 1)
    return None


def _pieces(text: str) -> tuple[str, list[int]]:
    """The text without white space, its signs in one form, and where each character stood."""
    pieces, places = [], []
    for match in _PIECE.finditer(text):
        for sign in _SIGNS.get(match[0], match[0]):
            pieces.append(sign)
            places.append(match.start())
    return "".join(pieces), places
