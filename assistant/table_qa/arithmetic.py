"""What a question wants computed: the operation, and the figures that it is made of.

'By how much did sales grow from 2021 to 2022?' is a change of 'sales' between two periods; 'What is
the ratio of current assets to current liabilities in 2022?' is a ratio of two figures of one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from assistant.language.values import MONTH
from assistant.table_qa.cells import SEVERAL, names_something
from assistant.table_qa.measures import ASKS_FIGURE, CHANGE, PERCENT
from assistant.table_qa.periods import YEAR_NAMED, Period, period_of, years_in_range

Kind = Literal["change", "ratio", "share", "difference", "sum", "average"]

_WHEN = re.compile(
    rf"(?:\b(?:in|for|during|of|at|on|as of|from|to|between|and|over|through|since|versus|vs\.?"
    rf"|compared (?:to|with)|the) ){{0,12}}+(?:(?:year|quarter)s? (?:ended|ending) )?"
    rf"(?:\b(?:Q[1-4]|[1-4]Q|(?:first|second|third|fourth) quarter)(?: of)? ?)?"
    rf"(?:\b{MONTH} (?:\d{{1,2}}, ?)?)?\b(?:{YEAR_NAMED})(?!\d)",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"\b(?:year[- ]over[- ]year|yoy|annual|by how much|how much|rates?|per ?cent(?:age|s)?|amount"
    r"|what|units?|rounded?|round|decimal|places?|one|two)\b|[%/]"
    r"|\((?:\s*|in [^()]*|[^()]*(?:percent|decimal|million|thousand)s?[^()]*)\)",
    re.IGNORECASE,
)
_LAST = r"(?P<b>[^?]+)"
_PAIRS: tuple[tuple[Kind, str], ...] = (
    ("ratio", rf"\bratio of (?P<a>.+?) to {_LAST}"),
    ("ratio", rf"\b(?P<a>[^?]+?) divided by {_LAST}"),
    (
        "share",
        (
            r"\bwhat (?:share|percentage|percent|proportion|part|fraction) of (?P<b>.+?)"
            r" (?:is|was|were|are|came from|comes from|went to|made up|did|does) (?P<a>[^?]+)"
        ),
    ),
    (
        "share",
        rf"(?P<a>[^?]+?),? as an? (?:percentage|percent|share|%|proportion|fraction) of {_LAST}",
    ),
    ("difference", rf"\bdifference between (?P<a>.+) and {_LAST}"),
    (
        "difference",
        (
            r"\bhow much (?:more|less|higher|lower|larger|greater|smaller|bigger)"
            rf" (?:was|is|were|are|did) (?P<a>.+) than {_LAST}"
        ),
    ),
    ("sum", rf"\b(?:sum|total) of (?P<a>.+) and {_LAST}"),
    ("sum", r"\b(?:was|is|were|are|much) (?P<a>.+) and (?P<b>[^?]+?),? (?:combined|together)\b"),
)
_OVER = re.compile(
    r"\b(?P<kind>average|mean|sum|total|combined)\b(?: of)?(?: annual| yearly)?(?P<a>[^?]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Operand:
    """A figure that is needed: what it is called, and of which period.

    >>> Operand("sales", Period(years=(2021,))).name
    'sales, 2021'
    """

    phrase: str
    period: Period

    @property
    def name(self) -> str:
        """For a reader: 'sales, 2021'."""
        years = ", ".join(map(str, self.period.years))
        return f"{self.phrase}, {years}" if years else self.phrase


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be computed of which operands; `percent` where only that is asked for.

    >>> operands = Operand("sales", Period(years=(2022,))), Operand("sales", Period(years=(2021,)))
    >>> Operation("change", operands, percent=True).operands[1].name
    'sales, 2021'
    """

    kind: Kind
    operands: tuple[Operand, ...]
    percent: bool = False


def operations(question: str) -> list[Operation]:
    """What a question may want computed, the likeliest reading first; nothing mostly.

    >>> (ratio,) = operations("What is the ratio of current assets to current liabilities in 2022?")
    >>> ratio.kind, [operand.name for operand in ratio.operands]
    ('ratio', ['current assets, 2022', 'current liabilities, 2022'])
    """
    if not ASKS_FIGURE.match(question):
        return []
    return [*_pairs(question)] or [*_over_periods(question), *_change(question)]


def _pairs(question: str) -> Iterator[Operation]:
    for kind, pattern in _PAIRS:
        for first, second in _splits(pattern, question):
            one, other = _operand(first, question), _operand(second, question)
            if one is None and other is not None:
                one = replace(other, period=period_of(first))
            if other is None and one is not None:
                other = replace(one, period=period_of(second))
            if one is None or other is None or one == other:
                continue
            yield Operation(kind, (one, other), percent=kind == "share")


def _splits(pattern: str, question: str) -> Iterator[tuple[str, str]]:
    """The two parts of a question, wherever an 'and' may part them."""
    match = re.search(pattern, question, re.IGNORECASE)
    if match is None:
        return
    joint = re.search(r" and $", question[match.start("a") : match.start("b")])
    if joint is None:
        yield match["a"], match["b"]
        return
    whole = question[match.start("a") : match.end("b")]
    for at in reversed(list(re.finditer(r" and ", whole))):
        yield whole[: at.start()], whole[at.end() :]


def _operand(written: str, question: str) -> Operand | None:
    """The figure that words name; of the question's only period where they name none."""
    phrase = _phrase(written)
    if not names_something(phrase):
        return None
    own, whole = period_of(written), period_of(question)
    return Operand(phrase, own if own.years or len(whole.years) > 1 else whole)


def _over_periods(question: str) -> Iterator[Operation]:
    match = _OVER.search(question)
    years = years_in_range(question)
    periods = [Period(years=(year,)) for year in years] or _periods(question)
    if match is None or len(periods) < 2 or CHANGE.search(question) or SEVERAL.search(question):
        return
    kind: Kind = "average" if match["kind"].lower() in ("average", "mean") else "sum"
    phrase = _phrase(match["a"])
    if names_something(phrase):
        yield Operation(kind, tuple(Operand(phrase, period) for period in periods))


def _change(question: str) -> Iterator[Operation]:
    if not CHANGE.search(question):
        return
    periods = _periods(question)
    if len(periods) == 1 and len(periods[0].years) == 1:
        periods.append(replace(periods[0], years=(periods[0].years[0] - 1,)))
    if len(periods) != 2 or not all(period.years for period in periods):
        return
    before, now = sorted(periods, key=lambda period: (period.years, period.quarter))
    phrase = _phrase(_AROUND.sub(" ", CHANGE.sub(" ", question)))
    if names_something(phrase) and before != now:
        percent = bool(PERCENT.search(question))
        yield Operation("change", (Operand(phrase, now), Operand(phrase, before)), percent)


def _periods(question: str) -> list[Period]:
    return [period_of(match[0]) for match in _WHEN.finditer(question)]


def _phrase(written: str) -> str:
    """Words without the periods in them, and without what only asks."""
    plain = " ".join(_WHEN.sub(" ", written).replace("’", "'").split())
    plain = re.sub(
        r"^\W*(?:what|which|how much|by|is|was|were|are|did|has|have|the|of|in)\b"
        r"(?: (?:is|was|were|are|did|has|have|the|of|in)\b)*"
        r"|\b(?:make up|account(?:ed)? for|represent(?:ed)?|in|for|of|the|from|to|between)\s*\W*$",
        " ",
        plain,
        flags=re.IGNORECASE,
    )
    return " ".join(re.sub(r"\S+'s?(?= |$)", " ", plain).split()).strip(" ,?.;:")
