"""What a judge has confirmed → what of it the quoted words do not bear all the same.

A model that reads says whether passages carry a sentence. The program does not take its word for
what can be decided without reading: figures, names, quoted words, addresses and bounds.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import combinations, pairwise

from assistant.language.identification import language_of
from assistant.language.quantities import Quantity, quantities
from assistant.language.speakers import TITLE
from assistant.verifying.degree import changed_degrees
from assistant.verifying.proper_names import unknown_proper_names
from assistant.verifying.verification import absent_figures, foreign_addresses, misquoted
from index.document import Span
from index.sentences import is_row

_COUNTED = 12
"""Figures in words up to this may count what the passages list."""

_TITLED = re.compile(rf"{TITLE} (?=[^\W\d_a-z])")
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_MOST = 40
"""Figures of one unit from which others may follow."""

_SIGNIFICANT = Decimal("0.005")
"""How far a computed figure may be off, as a share: people round."""


def unborne_spans(text: str, quotes: Sequence[str], around: Sequence[str]) -> list[Span]:
    """The spans of a sentence that are not borne by the words quoted for it.

    Figures must stand in the quotes or follow from two of theirs, quoted words stand there exactly,
    bounds and degrees be the same. Names may also stand `around`: in the title (which comes first),
    at the document's start, and in the passages that were looked through.

    >>> unborne_spans("It took 24 minutes.", ["It began at 21:34.", "It ended at 21:58."], [])
    []
    >>> unborne_spans("It took 25 minutes.", ["It began at 21:34.", "It ended at 21:58."], [])
    [Span(start=8, end=10)]
    """
    cited = "\n".join([*quotes, *around])
    wrong = [*misquoted(text, quotes), *foreign_addresses(text, cited)]
    wrong += [*_figures(text, quotes, around[:1]), *changed_degrees(text, quotes)]
    # Who is meant does not depend on being called 'Ms'.
    names = [one for one in unknown_proper_names(text, cited) if not _TITLED.match(text, one.start)]
    if names and language_of(text) == "de":
        names = _side_by_side(text, names)
    return sorted({*wrong, *names})


def _side_by_side(text: str, names: Sequence[Span]) -> list[Span]:
    """Those beside another one: in German each noun has a capital, and names have several words."""
    touching = [
        (one, other) for one, other in pairwise(names) if text[one.end : other.start] in (" ", "-")
    ]
    return [one for pair in touching for one in pair]


def _figures(text: str, quotes: Sequence[str], facts: Sequence[str]) -> Iterator[Span]:
    """The figures that neither quotes nor facts have, and that do not follow from the quotes."""
    given = [one for quote in quotes for one in quantities(quote)]
    values = {one.value for one in given}
    in_rows = any(is_row(line) for quote in quotes for line in quote.split("\n"))
    computed: set[tuple[Decimal, str]] | None = None
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
        if value is None or not any(
            figure.unit == unit and _is_near(value, other) for other, unit in computed
        ):
            yield span


def _counts(figure: Quantity) -> bool:
    value = _number(figure)
    return figure.in_words and value is not None and 0 < value <= _COUNTED


def _computed(given: Sequence[Quantity], quotes: Sequence[str]) -> set[tuple[Decimal, str]]:
    """What follows from two figures of one unit: sum, difference, share, ratio; of times, minutes.

    Each with its unit; a share is a percentage, and a ratio has none.
    """
    by_unit: dict[str, set[Decimal]] = {}
    for figure in given:
        if (number := _number(figure)) is not None:
            by_unit.setdefault(figure.unit, set()).add(number)
    found = set[tuple[Decimal, str]]()
    for unit, values in by_unit.items():
        numbers = sorted(values)[:_MOST]
        if len(numbers) > 1:  # of one figure that would be itself
            found.add((sum(numbers, Decimal(0)), unit))
        for one, other in combinations(numbers, 2):
            found |= {(other - one, unit), (one + other, unit)}
            if one:
                found |= {(other / one, ""), (other / one, "×"), ((other - one) / one * 100, "%")}
            if other:
                found |= {(one / other * 100, "%"), ((other - one) / other * 100, "%")}
    times = sorted({int(h) * 60 + int(m) for q in quotes for h, m in _CLOCK.findall(q)})
    for one_time, later in combinations(times, 2):
        apart = Decimal(later - one_time)
        found |= {(apart, "min"), (apart / 60, "h"), (apart // 60, "h"), (apart % 60, "min")}
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
