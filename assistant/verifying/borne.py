"""What a judge has confirmed → what of it the quoted words do not bear all the same.

A model that reads says whether passages carry a sentence. The program does not take its word for
what can be decided without reading: figures, names, quoted words, addresses and bounds.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from assistant.language.quantities import Quantity, quantities
from assistant.verifying.degree import changed_degrees
from assistant.verifying.proper_names import unknown_proper_names
from assistant.verifying.verification import absent_figures, foreign_addresses, misquoted
from index.document import Span
from index.sentences import is_row

_COUNTED = 12
"""Figures in words up to this may count what the passages list."""

_NAME = re.compile(
    r"(?<!\w)[A-ZÀ-ÖØ-Þ][\w’'\-]*"
    r"(?: (?:(?:of|for|and|the|on|in|de|von|van) ){0,2}[A-ZÀ-ÖØ-Þ][\w’'\-]*){0,8}"
)
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_SIGNIFICANT = Decimal("0.005")
"""How far a computed figure may be off, as a share: people round."""


def unborne_spans(text: str, quotes: Sequence[str], around: Sequence[str]) -> list[Span]:
    """The spans of a sentence that are not borne by the words quoted for it.

    Figures must stand in the quotes or follow from two of theirs, quoted words stand there exactly,
    bounds and degrees be the same. Names may also stand `around`: in title and heading, the passage
    itself, and passages where a name is written in full of which the quotes have a part.

    >>> unborne_spans("It took 24 minutes.", ["It began at 21:34.", "It ended at 21:58."], [])
    []
    >>> unborne_spans("It took 25 minutes.", ["It began at 21:34.", "It ended at 21:58."], [])
    [Span(start=8, end=10)]
    """
    cited = "\n".join([*quotes, *around])
    wrong = [*misquoted(text, quotes), *foreign_addresses(text, cited)]
    wrong += [*_figures(text, quotes, around[:1]), *changed_degrees(text, quotes)]
    wrong += _names(text, "\n".join(quotes), around)
    return sorted(set(wrong))


def _figures(text: str, quotes: Sequence[str], facts: Sequence[str]) -> Iterator[Span]:
    """The figures that neither quotes nor facts have, and that do not follow from the quotes."""
    given = [one for quote in quotes for one in quantities(quote)]
    values = {one.value for one in given}
    in_rows = any(is_row(line) for quote in quotes for line in quote.split("\n"))
    computed: set[Decimal] | None = None
    absent = set(absent_figures(text, [*quotes, *facts]))
    for figure in quantities(text):
        span = figure.span if figure.span in absent else figure.number
        if span not in absent or _counts(figure):
            continue
        # In a table the unit and its scale stand in another cell.
        if in_rows and not {figure.value, text[slice(*figure.number)]}.isdisjoint(values):
            continue
        if computed is None:
            computed = _computed(given, quotes)
        value = _number(figure)
        if value is None or not any(_is_near(value, other) for other in computed):
            yield span


def _counts(figure: Quantity) -> bool:
    value = _number(figure)
    return figure.in_words and value is not None and 0 < value <= _COUNTED


def _computed(given: Sequence[Quantity], quotes: Sequence[str]) -> set[Decimal]:
    """What follows from two figures: sum, difference, share, ratio; of times, minutes and hours."""
    numbers = sorted({n for one in given if (n := _number(one)) is not None})[:40]
    # Of one figure alone that would be itself, in whatever unit.
    found = {sum(numbers, Decimal(0))} if len(numbers) > 1 else set[Decimal]()
    for at, one in enumerate(numbers):
        for other in numbers[at + 1 :]:
            found |= {other - one, one + other}
            if one:
                found |= {other / one, (other - one) / one * 100}
            if other:
                found |= {one / other * 100, (other - one) / other * 100}
    times = sorted({int(h) * 60 + int(m) for q in quotes for h, m in _CLOCK.findall(q)})
    for at, minute in enumerate(times):
        for later in times[at + 1 :]:
            apart = later - minute
            found |= {
                Decimal(apart),
                Decimal(apart) / 60,
                Decimal(apart // 60),
                Decimal(apart % 60),
            }
    return found


def _is_near(value: Decimal, other: Decimal) -> bool:
    """Whether a figure is another one, rounded to the last place that it is written with."""
    exponent = value.normalize().as_tuple().exponent
    place = Decimal(10) ** exponent if isinstance(exponent, int) else Decimal(0)
    return abs(value - other) <= min(abs(other) * _SIGNIFICANT, place / 2)


def _number(figure: Quantity) -> Decimal | None:
    try:
        return Decimal(figure.value)
    except InvalidOperation:
        return None


def _names(text: str, quoted: str, around: Sequence[str]) -> Iterator[Span]:
    """The names that neither the quotes have, nor the places around them."""
    unknown = unknown_proper_names(text, "\n".join([quoted, *around[:1]]))
    if not unknown:
        return
    full = [Span(*match.span()) for match in _NAME.finditer(text)]
    lines = [" ".join(one.split()) for one in around]
    for span in unknown:
        run = next((r for r in full if r.start <= span.start and span.end <= r.end), span)
        name = text[slice(*run)]
        known = any(part in quoted for part in name.split() if part[0].isupper())
        if not (known and any(name in line for line in lines)):
            yield span
