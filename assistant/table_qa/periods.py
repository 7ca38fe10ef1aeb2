"""Years, quarters and lengths of time by which questions and columns of tables name a period."""

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.values import MONTH

_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d,]\d|\d)|\b(?:FY|CY) ?['’]?\d\d(?!\d)")
YEAR_NAMED = r"(?:(?:FY ?['’]?|fiscal (?:year )?)?(?:19|20)\d\d|FY ?['’]?\d\d)"
"""A year as a question names it."""

_RANGE = re.compile(
    rf"\bbetween {YEAR_NAMED} and {YEAR_NAMED}"
    rf"|{YEAR_NAMED}(?: (?:to|through) | ?[-–] ?){YEAR_NAMED}",
    re.IGNORECASE,
)
_QUARTER = re.compile(
    r"\bQ(?P<after>[1-4])\b|\b(?P<before>[1-4])Q\b"
    r"|\b(?P<word>first|second|third|fourth|final|last|closing|1st|2nd|3rd|4th) quarter\b",
    re.IGNORECASE,
)
_ORDER = {
    **dict.fromkeys(["first", "1st"], 1),
    **dict.fromkeys(["second", "2nd"], 2),
    **dict.fromkeys(["third", "3rd"], 3),
}
_MONTH = re.compile(rf"\b{MONTH}(?=\W+\d|\W*$)|(?<=\b\d )\b{MONTH}|(?<=\b\d\d )\b{MONTH}")
_LENGTHS = (
    (3, r"\b(?:three|3) months\b|\b1[34] weeks\b|\bquarter\b|\bQ[1-4]\b|\b[1-4]Q\b"),
    (6, r"\b(?:six|6) months\b|\b2[67] weeks\b|\bhalf\b|\bH[12]\b"),
    (9, r"\b(?:nine|9) months\b|\b(?:39|40) weeks\b"),
    (12, r"\b(?:twelve|12) months\b|\b5[23] weeks\b|\bfull[- ]year\b|\b(?:fiscal )?years? ended\b"),
)
_FISCAL = re.compile(r"\bfiscal\b|\bFY", re.IGNORECASE)
_YEAR_END = re.compile(r"\b(?:Jan[a-z]*\.? \d|Feb[a-z]*\.? [1-7]\b)")
"""A day on which retailers end a year: of fiscal 2022 for some, of fiscal 2023 for others."""

WORDS = re.compile(
    rf"{_YEAR.pattern}|\b(?:fiscal|fy|year|years|quarter|months?|weeks|ended|ending|end|period|full"
    rf"|half|Q[1-4]|[1-4]Q|as of|during|late|early|{MONTH} \d\d?,?|\d\d? {MONTH}|unaudited|audited"
    r"|first|second|third|fourth|closing|three|six|nine|twelve)\b",
    re.IGNORECASE,
)
"""What only names a period."""


@dataclass(frozen=True, slots=True)
class Period:
    """What a text says of its period: each is empty, 0 or '' where it says nothing.

    `length` is in months.

    >>> Period(years=(2022,), quarter=3, length=3) == period_of("Q3 2022")
    True
    """

    years: tuple[int, ...] = ()
    quarter: int = 0
    month: str = ""
    length: int = 0
    fiscal: bool = False


@lru_cache(maxsize=8192)
def period_of(text: str) -> Period:
    """The period that a question, or a column's heading, names.

    >>> found = period_of("Three months ended June 30, 2022")
    >>> found.years, found.month, found.length
    ((2022,), 'jun', 3)
    """
    quarter, month = _QUARTER.search(text), _MONTH.search(text)
    fiscal = bool(_FISCAL.search(text))
    length = next((n for n, named in _LENGTHS if re.search(named, text, re.IGNORECASE)), 0)
    return Period(
        years=tuple(dict.fromkeys(_year(match[0]) for match in _YEAR.finditer(text))),
        quarter=_quarter(quarter) if quarter else 0,
        month=month[0][:3].lower() if month else "",
        length=length or (12 if fiscal else 0),
        fiscal=fiscal,
    )


def years_in_range(text: str) -> tuple[int, ...]:
    """All years of a range that a text names, in its order; none where it names no range.

    >>> years_in_range("from 2019 to 2017"), years_in_range("in 2019")
    ((2019, 2018, 2017), ())
    """
    found = _RANGE.search(text)
    years = period_of(found[0]).years if found else ()
    if len(years) != 2:
        return ()
    step = 1 if years[0] < years[1] else -1
    return tuple(range(years[0], years[1] + step, step))


def fits_period(wanted: Period, heading: str) -> bool:
    """Whether a column under this heading may be of the wanted period.

    A heading that gives a day at the end of January does not say which fiscal year it ends; it
    fits only where the month is asked for.

    >>> fits_period(period_of("in 2022"), "Fiscal 2022"), fits_period(period_of("in 2022"), "2021")
    (True, False)
    """
    own = period_of(heading)
    if wanted.years and not set(wanted.years) & set(own.years):
        return False
    if wanted.years and not wanted.month and not own.fiscal and _YEAR_END.search(heading):
        return False
    if wanted.month and own.month and wanted.month != own.month:
        return False
    if wanted.quarter != own.quarter and wanted.quarter and (own.quarter or not own.years):
        return False
    return not (wanted.length and own.length) or wanted.length == own.length


def _year(written: str) -> int:
    number = int(re.sub(r"\D", "", written))
    return number if number > 99 else 2000 + number


def _quarter(match: re.Match[str]) -> int:
    number = match["after"] or match["before"]
    return int(number) if number else _ORDER.get(match["word"].lower(), 4)
