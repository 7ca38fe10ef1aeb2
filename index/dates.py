"""Calendar dates as people write them, read into ISO 8601; what is ambiguous is no date."""

import re
from datetime import date, datetime
from functools import cache

from index.calendar_names import month_numbers

_YEAR = r"(?:1\d|20)\d\d"

DATE: str
"""A pattern for a date to the day, to be matched without regard to case."""

MONTH_DATE: str
"""A pattern for a month of a year."""

_FIRST_YEAR, _LAST_YEAR = 1000, 2099
_LEADING_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?=$|[T\s])")
_COMPACT = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})(?=$|[\dTZ+-])")


def __getattr__(name: str) -> str:
    """`DATE` and `MONTH_DATE`, made when they are first asked for.

    The names of the months come from fifteen locales, which takes a tenth of a second.
    """
    if name not in ("DATE", "MONTH_DATE"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _patterns()[name]


@cache
def _patterns() -> dict[str, str]:
    month = "(?:" + "|".join(sorted(month_numbers(), key=len, reverse=True)) + r")\b\.?"
    return {
        "DATE": rf"(?:{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d)"
        rf"|{_YEAR}年\s?\d{{1,2}}月\s?\d{{1,2}}日"
        rf"|\d{{1,2}}(?:st|nd|rd|th|\.|º|er)?\s(?:of\s|de\s)?{month},?\s(?:de\s)?{_YEAR}(?!\d)"
        rf"|{month}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s{_YEAR}(?!\d)"
        rf"|\d{{1,2}}[-/.]\d{{1,2}}[-/.]{_YEAR}(?!\d))",
        "MONTH_DATE": rf"(?:{_YEAR}-\d{{2}}(?![-\d])|{month}\s(?:de\s)?{_YEAR}(?!\d))",
    }


def iso_date(written: str) -> str | None:
    """The ISO 8601 date ('2023-03-02', '2023-03' or '2023') that `written` is; None if it is none.

    Takes dates and time stamps, also those of PDF files ('D:20230302…') and HTTP. '02/03/2023' may
    be in March or in February and so is no date, '28/03/2023' is one.

    >>> iso_date("2 March 2023"), iso_date("02/03/2023")
    ('2023-03-02', None)
    """
    text = " ".join(written.split())
    for pattern in (_LEADING_ISO, _COMPACT):
        if stamp := pattern.match(text):
            year, month, day = map(int, stamp.groups())
            return _checked(year, month, day)
    if re.fullmatch(_YEAR, text):
        return text
    if match := re.search(_patterns()["DATE"], text, re.IGNORECASE):
        return _day(match.group())
    if match := re.fullmatch(_patterns()["MONTH_DATE"], text, re.IGNORECASE):
        return _month(match.group())
    return None


def _day(written: str) -> str | None:
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    if len(numbers) == 2:
        day, year = numbers
        return _checked(year, _named_month(written), day)
    if numbers[0] > 31:
        return _checked(*numbers)
    first, second, year = numbers
    if "." in written or first > 12 or first == second:
        return _checked(year, second, first)
    return _checked(year, first, second) if second > 12 else None


def _month(written: str) -> str | None:
    if re.fullmatch(r"\d{4}-\d{2}", written):
        year, month = map(int, written.split("-"))
    else:
        year, month = int(written[-4:]), _named_month(written)
    return None if _checked(year, month, 1) is None else f"{year}-{month:02}"


def _named_month(written: str) -> int:
    months = month_numbers()
    words = re.findall(r"[^\W\d_]+", written.lower())
    return next(months[word] for word in words if word in months)


def _checked(year: int, month: int, day: int) -> str | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def iso_day(moment: datetime | None) -> str | None:
    """The calendar day of `moment`.

    >>> iso_day(datetime(2023, 3, 2, 14, 30))
    '2023-03-02'
    """
    return None if moment is None else moment.date().isoformat()
