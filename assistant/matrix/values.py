"""What a passage says as the kind of a column: dates, amounts, yes or no, one of the choices."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from assistant.asking.question import Question
from assistant.language.quantities import CURRENCIES, quantities
from assistant.language.terms import content_terms
from assistant.matrix.columns import Column
from assistant.matrix.matrix import Value
from assistant.verifying.negation import reversed_clauses
from index import dates


class Found(NamedTuple):
    """A value of a text: as it is written there, and what it means.

    >>> Found("£5,000", 5000.0, "£").value
    5000.0
    """

    text: str
    value: Value
    unit: str = ""


def values_in(column: Column, text: str) -> list[Found]:
    """The values of a column's kind in a text, each once; of other kinds than these none.

    >>> from assistant.matrix.columns import columns_of
    >>> (fee,) = columns_of("Fee (amount): What is the fee?")
    >>> values_in(fee, "In 2025 the fee was £5,000 a year.")
    [Found(text='£5,000', value=5000.0, unit='£')]
    """
    match column.kind:
        case "date":
            found = _dates(text)
        case "amount":
            found = _amounts(text)
        case "choice":
            found = _choices(column.choices, text)
        case _:
            found = []
    return list({(one.value, one.unit): one for one in reversed(found)}.values())[::-1]


def affirms(question: Question, text: str) -> bool | None:
    """Whether a text affirms or denies what a yes-or-no question asks; None where it does neither.

    It must hold all content words of the question.

    >>> from assistant.asking.question import parse_question
    >>> affirms(parse_question("Does the lease end?"), "The lease does not end.")
    False
    """
    if question.kind != "yes_no" or not is_about(question, text):
        return None
    return not reversed_clauses(re.sub(r"\?+\s*$", ".", question.text), [text])


def is_about(question: Question, text: str) -> bool:
    """Whether a text holds all content words of a question.

    >>> from assistant.asking.question import parse_question
    >>> is_about(parse_question("What is the annual fee?"), "The annual fee is due in May.")
    True
    """
    return bool(question.terms) and question.terms <= content_terms(text)


def _dates(text: str) -> list[Found]:
    patterns = (dates.DATE, dates.MONTH_DATE)
    found: list[tuple[int, int, str]] = []
    for pattern in patterns:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            inside = any(start <= match.start() and match.end() <= end for start, end, _ in found)
            day = dates.iso_date(match[0])
            if day is not None and not inside:
                found.append((match.start(), match.end(), day))
    return [Found(text[start:end], day) for start, end, day in sorted(found)]


def _amounts(text: str) -> list[Found]:
    """Sums of money where there are any; else all figures that are not part of a date."""
    taken = [m.span() for m in re.finditer(dates.DATE, text, re.IGNORECASE)]
    found = []
    for one in quantities(text):
        if one.ordinal or any(start <= one.span.start < end for start, end in taken):
            continue
        try:
            number = float(Fraction(one.value))
        except ValueError:  # a time, or 'hundreds'
            continue
        found.append(Found(text[one.span.start : one.span.end].strip(), number, one.unit))
    sums = [one for one in found if one.unit in CURRENCIES]
    return sums or found


def _choices(choices: Sequence[str], text: str) -> list[Found]:
    terms = content_terms(text)
    named = [one for one in choices if content_terms(one) <= terms]
    # 'on notice' is meant where 'notice' is another choice.
    meant = [
        one
        for one in named
        if not any(content_terms(one) < content_terms(other) for other in named)
    ]
    return [Found(one, one) for one in meant]
