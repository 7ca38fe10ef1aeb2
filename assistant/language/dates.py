"""Dates: ISO ones as a report would write them, and what 'yesterday' means in a dated document."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.language.speakers import blanked
from assistant.language.tense import direction
from index.calendar_names import MONTHS, WEEKDAYS, month_forms

_WEEKDAYS = tuple(day.lower() for day in WEEKDAYS)
_DAYS = {"yesterday": -1, "last night": -1, "tonight": 0, "tomorrow": 1}
_TURNS = {"last": -1, "this": 0, "next": 1}
_RELATIVE = re.compile(
    rf"(?<![\w-])(?:(?P<day>{'|'.join(_DAYS)})"
    r"|(?:(?P<which>on|last|this\s+past|past|this\s+coming|coming|this)\s+)?"
    rf"(?P<weekday>{'|'.join(WEEKDAYS)})(?P<part>\s+(?:morning|afternoon|evening|night))?"
    r"|(?P<turn>last|this|next)\s+(?P<unit>month|year))(?P<owner>[’']s)?(?![\w-])",
    re.IGNORECASE,
)
_PLAIN_BEFORE = re.compile(r"(?P<word>\b[a-z][\w’'-]{0,60})\s+$")
_NOT_PLAIN = frozenset(
    """
    a an the every each most of for by before after until till since from to next any some another
    one this that his her its their our my and or between through past
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Before a weekday without 'on' these say something else than when."""
_GOES_ON = re.compile(
    r"\s*(?:$|[.,;:!?)\]”\"—–…·]|(?:in|at|to|from|after|before|as|when|while|that|and|but|or|because"
    r"|by|with|for|near|during|over|under|between|about|against|into|of|where|which|who|the|an?|he"
    r"|she|it|they|we|his|her|its|their|will|was|were|is|are|to|if|although|despite|without|amid"
    r"|following|outside|inside|there|here)\b)"
)
"""What stands behind a weekday that is no part of a name: 'Sunday Times', 'Sunday school'."""
_STARTS = re.compile(r"(?:^|[.!?:“\"(]\s*)$")
_MONTH = rf"(?:{'|'.join(month_forms())})\b"
_STATED = re.compile(
    rf"\d\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+\d"
    r"|\d[-/.]\d{1,2}[-/.]\d",
    re.IGNORECASE,
)


DATES = re.compile(
    rf"\d{{1,2}}(?:\.|st|nd|rd|th)?\s(?:de\s)?{_MONTH}(?:,?\s(?:de\s)?\d{{4}})?"
    rf"|{_MONTH}\s\d{{1,2}}(?:,?\s\d{{4}})?|{_MONTH}\s\d{{4}}"
    r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})\b|\b(?:19|20)\d{2}\b",
    re.IGNORECASE,
)
"""A pattern for days, months of a year and years, as they are written."""


def spoken_date(iso: str) -> str:
    """'2023-03-02' → '2 March 2023', '2023-03' → 'March 2023', '2023' → '2023'.

    >>> spoken_date("2023-03-02"), spoken_date("2023-03")
    ('2 March 2023', 'March 2023')
    """
    year, *rest = iso.split("-")
    if not rest:
        return year
    month = MONTHS[int(rest[0]) - 1]
    return f"{int(rest[1])} {month} {year}" if len(rest) == 2 else f"{month} {year}"


def resolve_relative_dates(sentence: str, published: str | None) -> list[tuple[int, str]]:
    """Where each relative date of a sentence ends, and the date that it means, as it is spoken.

    Only what is certain enough: nothing inside quotation marks, whose speaker counted from another
    day; nothing beside a date that is stated; no weekday in a name, and none of which neither a
    marker nor its clause's verb says whether it was or is to come; no 'next Monday', of which there
    are two.

    Args:
        sentence: as the document has it.
        published: the document's own date (ISO 8601), from which it counts.

    >>> resolve_relative_dates("The ferry sank on Monday.", published="2023-03-02")
    [(24, '27 February 2023')]
    """
    if published is None or _STATED.search(sentence):
        return []
    return list(_resolved(blanked(sentence), published))


def _resolved(text: str, published: str) -> Iterator[tuple[int, str]]:
    for match in _RELATIVE.finditer(text):
        if match["weekday"] is None and _titled(match, text):
            continue
        if match["unit"]:
            meant = _turned(published, match["unit"].lower(), _TURNS[match["turn"].lower()])
        elif len(published) < len("2023-03-02"):
            meant = None
        elif match["day"]:
            days = timedelta(days=_DAYS[" ".join(match["day"].lower().split())])
            meant = (date.fromisoformat(published) + days).isoformat()
        else:
            meant = _weekday(published, match["weekday"], _side(match, text))
        if meant is not None:
            yield match.end(), spoken_date(meant)


def _titled(match: re.Match[str], text: str) -> bool:
    """Whether 'Last Month' or 'Tomorrow' has capitals that no sentence's start gives it."""
    first, *others = match[0].split()
    inside = any(word[0].isupper() for word in others)
    return inside or (first[0].isupper() and not _STARTS.search(text[: match.start()]))


def _side(match: re.Match[str], text: str) -> str | None:
    """Where the day lies: 'last' or 'before', 'after', or None where it is not told for sure."""
    which = " ".join((match["which"] or "").lower().split())
    before = text[: match.start()]
    if match["weekday"][0].islower() or match["owner"] or not _GOES_ON.match(text, match.end()):
        return None
    if not which:
        plain = _PLAIN_BEFORE.search(before)
        if plain is None or plain["word"] in _NOT_PLAIN:
            return None
    if which in ("last", "past", "this past"):
        return "last"
    if which in ("coming", "this coming"):
        return "after"
    side = direction(text, match.start(), match.end())
    return None if which == "this" and side != "after" else side


def _turned(published: str, unit: str, by: int) -> str | None:
    """The year or month before, of, or after a date."""
    year, *rest = map(int, published.split("-"))
    if unit == "year":
        return f"{year + by:04}"
    if not rest:
        return None
    months = year * 12 + rest[0] - 1 + by
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _weekday(published: str, name: str, side: str | None) -> str | None:
    """The nearest day of that name on a side; the day itself counts as before, but as no last."""
    day = date.fromisoformat(published)
    back = (day.weekday() - _WEEKDAYS.index(name.lower())) % 7
    if side == "last":
        return (day - timedelta(days=back or 7)).isoformat()
    if side == "before":
        return (day - timedelta(days=back)).isoformat()
    return (day + timedelta(days=7 - back)).isoformat() if side == "after" and back else None
