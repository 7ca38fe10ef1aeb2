"""Dates: ISO ones as a report would write them, and what 'yesterday' means in a dated document."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.quotations import blanked
from index.calendar_names import MONTHS, WEEKDAYS, month_forms

_WEEKDAYS = tuple(day.lower() for day in WEEKDAYS)
_DAYS = {"yesterday": -1, "last night": -1, "tonight": 0, "tomorrow": 1}
_TURNS = {"last": -1, "this": 0, "next": 1}
_RELATIVE = re.compile(
    rf"(?<![\w-])(?:(?P<day>{'|'.join(_DAYS)})"
    rf"|(?:(?P<which>on|last|this|next|every|each|most|of)\s+)?(?P<weekday>{'|'.join(_WEEKDAYS)})"
    r"|(?P<turn>last|this|next)\s+(?P<unit>month|year))(?:[’']s)?(?![\w-])",
    re.IGNORECASE,
)
_MONTH = rf"(?:{'|'.join(month_forms())})\b"
_STATED = re.compile(
    rf"\d\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+\d"
    r"|\d[-/.]\d{1,2}[-/.]\d",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|would|shall|is to|are to|due|plans?|planned|planning|expect(?:s|ed)?|going to"
    r"|scheduled|set to)\b",
    re.IGNORECASE,
)


def spoken(iso: str) -> str:
    """'2023-03-02' → '2 March 2023', '2023-03' → 'March 2023', '2023' → '2023'."""
    year, *rest = iso.split("-")
    if not rest:
        return year
    month = MONTHS[int(rest[0]) - 1]
    return f"{int(rest[1])} {month} {year}" if len(rest) == 2 else f"{month} {year}"


def resolved(sentence: str, published: str | None) -> list[tuple[int, str]]:
    """Where each relative date of a sentence ends, and the date that it means, as it is spoken.

    Only what is certain enough: nothing inside quotation marks, whose speaker counted from another
    day; nothing beside a date that is stated; no 'next Monday', of which there are two.

    Args:
        sentence: as the document has it.
        published: the document's own date (ISO 8601), from which it counts.
    """
    if published is None or _STATED.search(sentence):
        return []
    outside = blanked(sentence)
    ahead = _AHEAD.search(outside) is not None
    return list(_resolved(outside, published, ahead=ahead))


def _resolved(text: str, published: str, *, ahead: bool) -> Iterator[tuple[int, str]]:
    for match in _RELATIVE.finditer(text):
        if match["unit"]:
            meant = _turned(published, match["unit"].lower(), _TURNS[match["turn"].lower()])
        elif len(published) < len("2023-03-02"):
            meant = None
        elif match["day"]:
            days = timedelta(days=_DAYS[" ".join(match["day"].lower().split())])
            meant = (date.fromisoformat(published) + days).isoformat()
        else:
            meant = _weekday(published, match["weekday"], (match["which"] or "on").lower(), ahead)
        if meant is not None:
            yield match.end(), spoken(meant)


def _turned(published: str, unit: str, by: int) -> str | None:
    """The year or month before, of, or after a date."""
    year, *rest = map(int, published.split("-"))
    if unit == "year":
        return f"{year + by:04}"
    if not rest:
        return None
    months = year * 12 + rest[0] - 1 + by
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _weekday(published: str, name: str, which: str, ahead: bool) -> str | None:
    """The day of that name that is meant: the last one, or the coming one where that is said."""
    if which not in ("on", "last", "this"):
        return None
    day = date.fromisoformat(published)
    back = (day.weekday() - _WEEKDAYS.index(name.lower())) % 7
    if which == "last":
        return (day - timedelta(days=back or 7)).isoformat()
    if not ahead and which == "on":
        return (day - timedelta(days=back)).isoformat()
    return (day + timedelta(days=7 - back)).isoformat() if back else None
