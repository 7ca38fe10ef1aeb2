"""Formulas as they are shown, and whether they hold: 17,606 − 15,785 = 1,821.

A step is an expression, '=' where the result is exact or '≈' where it is rounded, and the result,
perhaps as a percentage. Numbers are decimals with commas between thousands; '−' makes one negative.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation

from index.document import Span

STEP_END = "; "
_NUMBER = r"\d++(?:,\d{3})*+(?:\.\d++)?+"
_TOKEN = re.compile(rf"(?<!\s)\s*+(?:(?P<number>{_NUMBER})|(?P<sign>[+−×÷()]))")
_STEP = re.compile(
    rf"(?P<left>(?<!\d)(?<!\d,)(?=[\d(−])(?:{_NUMBER}|[+−×÷() ]){{1,300}}?) (?P<equals>[=≈])"
    rf" (?P<result>−?{_NUMBER})(?P<percent> %)?"
)
_STATED = re.compile(
    rf"(?P<open>\()?(?:[$€£¥]\s?)?(?P<sign>(?<![\w.])[−–-])?(?:[$€£¥]\s?(?:\|\s)?)?"
    rf"(?P<number>(?<![\d.,]){_NUMBER})%?(?P<close>\))?"
)
_MEAN = re.compile(r"\((?P<terms>(?:[^()×÷]|\(−[^()]+\))+)\) ÷ (?P<count>\d+)(?![\d.,])")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a formula, its span in the text, and the span of its result.

    >>> one = steps("Together 2 + 3 = 5 boats.")[0]
    >>> one.expression, one.result, one.span
    ('2 + 3', '5', Span(start=9, end=18))
    """

    span: Span
    expression: str
    rounded: bool
    result: str
    result_span: Span
    percent: bool


def steps(text: str) -> list[Step]:
    """The steps in a text, in order.

    >>> [(one.expression, one.result) for one in steps("1,821 ÷ 15,785 ≈ 11.5 %; 2 × 3 = 6")]
    [('1,821 ÷ 15,785', '11.5'), ('2 × 3', '6')]
    """
    return [
        Step(
            Span(*match.span()),
            match["left"].strip(),
            match["equals"] == "≈",
            match["result"],
            Span(match.start("result"), match.end()),
            bool(match["percent"]),
        )
        for match in _STEP.finditer(text)
    ]


def value_of(expression: str) -> Decimal | None:
    """What an expression comes to; None where it is none, or divides by zero.

    >>> value_of("(1,200 − 300) ÷ 2")
    Decimal('450')
    """
    tokens = list(_TOKEN.finditer(expression.strip()))
    if "".join(token[0] for token in tokens) != expression.strip():
        return None
    try:
        value, rest = _sum([token["number"] or token["sign"] for token in tokens])
    except (IndexError, InvalidOperation, DivisionByZero):
        return None
    return None if rest else value


def signed_numbers(expression: str) -> list[Decimal]:
    """The numbers of an expression, negative where a minus makes them so and subtracts nothing.

    >>> [str(number) for number in signed_numbers("(−40 + 10) − 2")]
    ['-40', '10', '2']
    """
    found: list[Decimal] = []
    before, negative = "", False
    for token in _TOKEN.finditer(expression):
        if token["number"]:
            number = Decimal(token["number"].replace(",", ""))
            found.append(-number if negative else number)
        negative = token["sign"] == "−" and before in ("", "+", "−", "×", "÷", "(")
        before = token["number"] or token["sign"]
    return found


def stated_numbers(quotes: Iterable[str]) -> set[Decimal]:
    """The figures in texts; what stands in parentheses is negative, as accountants write it.

    >>> sorted(map(str, stated_numbers(["Sales: $1,250", "Loss: (30)"])))
    ['-30', '1250']
    """
    found = set()
    for quote in quotes:
        for match in _STATED.finditer(quote):
            number = Decimal(match["number"].replace(",", ""))
            negative = match["sign"] or (match["open"] and match["close"])
            found.add(-number if negative else number)
    return found


def unfounded(text: str, quotes: Sequence[str]) -> list[Span]:
    """The steps of a text whose numbers are not stated in the quotes, or that do not hold.

    By how many a sum of so many is divided for their mean, nobody need state. A text without any
    step is unfounded as a whole.

    >>> unfounded("30 + 12 = 42", ["30 men and 12 women"])
    []
    >>> unfounded("30 + 12 = 43", ["30 men and 12 women"])
    [Span(start=0, end=12)]
    """
    stated = stated_numbers(quotes)
    found = steps(text)
    wrong = [
        step.span
        for step in found
        if not _holds(step)
        or any(
            number not in stated for number in signed_numbers(_without_constants(step.expression))
        )
    ]
    return wrong if found else [Span(0, len(text))]


def format_number(value: Decimal, decimals: int) -> str:
    """A value rounded half up: '1,821', '−0.5'.

    >>> format_number(Decimal("-1234.565"), decimals=2)
    '−1,234.57'
    """
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(rounded):,f}" if rounded >= 0 else f"−{abs(rounded):,f}"


def step(expression: str, decimals: int, *, percent: bool = False) -> str | None:
    """The step of an expression with its result to so many decimals; None where it has none.

    >>> step("17,606 − 15,785", decimals=0)
    '17,606 − 15,785 = 1,821'
    >>> step("2 ÷ 3", decimals=1, percent=True)
    '2 ÷ 3 ≈ 66.7 %'
    """
    value = value_of(expression)
    if value is None:
        return None
    scaled = value * 100 if percent else value
    result = format_number(scaled, decimals)
    exact = Decimal(result.replace(",", "").replace("−", "-")) == scaled
    return f"{expression} {'=' if exact else '≈'} {result}{' %' if percent else ''}"


def _holds(one: Step) -> bool:
    value = value_of(one.expression)
    if value is None:
        return False
    result = Decimal(one.result.replace(",", "").replace("−", "-"))
    scaled = value * 100 if one.percent else value
    exponent = result.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    if one.rounded:
        return result == scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return result == scaled


def _without_constants(expression: str) -> str:
    """The expression without the counts by which means are divided."""

    def mean(match: re.Match[str]) -> str:
        terms = match["terms"].count(" + ") + 1
        return f"({match['terms']})" if 1 < int(match["count"]) == terms else match[0]

    return _MEAN.sub(mean, expression)


def _sum(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _product(tokens)
    while tokens and tokens[0] in "+−":
        sign, (other, tokens) = tokens[0], _product(tokens[1:])
        value = value + other if sign == "+" else value - other
    return value, tokens


def _product(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _factor(tokens)
    while tokens and tokens[0] in "×÷":
        sign, (other, tokens) = tokens[0], _factor(tokens[1:])
        value = value * other if sign == "×" else value / other
    return value, tokens


def _factor(tokens: list[str]) -> tuple[Decimal, list[str]]:
    first, rest = tokens[0], tokens[1:]
    if first == "−":
        value, rest = _factor(rest)
        return -value, rest
    if first == "(":
        value, rest = _sum(rest)
        if not rest or rest[0] != ")":
            raise IndexError
        return value, rest[1:]
    return Decimal(first.replace(",", "")), rest
