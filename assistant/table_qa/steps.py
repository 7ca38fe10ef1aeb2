"""The steps by which a figure is computed from others, as they are shown."""

from collections.abc import Sequence
from decimal import Decimal

from assistant.language.formula import format_number, step

_PERCENT_DECIMALS, _RATIO_DECIMALS = 1, 2
_MOST_DECIMALS = 6


def steps_of(
    kind: str, values: Sequence[Decimal], *, percents: bool = False, percent: bool = False
) -> list[str]:
    """The steps of a formula; '' for one that has no result.

    Of percentages only the difference is given; and no share of a change across zero.

    Args:
        kind: change, difference, sum, average, share or ratio.
        values: what it is made of, in order; of a change the later one first.
        percents: whether they are percentages.
        percent: whether a change is asked for in percent alone.

    >>> steps_of("change", [Decimal(12), Decimal(10)])
    ['12 − 10 = 2', '(12 − 10) ÷ 10 = 20.0 %']
    """
    decimals = min(max(map(_decimals, values)), _MOST_DECIMALS)
    written = [_written(value) for value in values]
    match kind:
        case "change":
            now, before = written
            found = [step(f"{now} − {before}", decimals)]
            if not percents and values[0] * values[1] > 0:
                share = f"({now} − {before}) ÷ {before}"
                found.append(step(share, _PERCENT_DECIMALS, percent=True))
            elif percent and not percents:
                return []
        case "difference":
            found = [step(" − ".join(written), decimals)]
        case "sum":
            found = [step(" + ".join(written), decimals)]
        case "average":
            found = [step(f"({' + '.join(written)}) ÷ {len(written)}", decimals + 1)]
        case "share":
            found = [step(" ÷ ".join(written), _PERCENT_DECIMALS, percent=True)]
        case _:
            found = [step(" ÷ ".join(written), _RATIO_DECIMALS)]
    return [one or "" for one in found]


def _written(value: Decimal) -> str:
    """A number as a formula has it, a negative one in parentheses."""
    number = format_number(value, min(_decimals(value), _MOST_DECIMALS))
    return f"({number})" if value < 0 else number


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
