"""Dates that the program put behind 'on Sunday' or 'last month', checked by the calendar alone.

This shares no step with `dates.py`, which makes them: that one reads a clause to choose a day, this
one takes the day and asks whether the cited words and the document's own date bear it out.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from assistant.language.tense import WILL_BE, is_past
from assistant.language.terms import content_terms
from index import dates
from index.calendar_names import WEEKDAYS
from index.dates import iso_date

_PHRASE = re.compile(
    rf"(?:\b(?P<marker>on|last|past|coming|this) )?\b(?P<weekday>{'|'.join(WEEKDAYS)})"
    r"(?: (?:morning|afternoon|evening|night))?$"
    r"|\b(?i:(?P<near>yesterday|last night|tonight|tomorrow)|(?P<turn>last|this|next)"
    r" (?P<unit>month|year))(?:[’']s)?$"
)
_NEAR = {"yesterday": -1, "last night": -1, "tonight": 0, "tomorrow": 1}
_TURN = {"last": -1, "this": 0, "next": 1}
_TO_COME = re.compile(WILL_BE, re.IGNORECASE)
_PRESENT = re.compile(r"\b(?:is|are|am|does|do|would|could|might|may|had)\b", re.IGNORECASE)
_PARTS = re.compile(r"[,;:!?()“”\"—–]|\.(?=\s|$)|\b(?:and|but|that|which|who|while|because)\b")
_AROUND = 3
"""Words on either side of the date that must stand so in the cited sentence."""


def is_date(piece: str) -> bool:
    """Whether words that the program put in are a date and nothing else: '[9 November 2025]'.

    >>> is_date("[9 November 2025]"), is_date("[Ann Lee:]")
    (True, False)
    """
    return _alone().fullmatch(piece) is not None


@cache
def _alone() -> re.Pattern[str]:
    named = rf"(?:{dates.DATE})|(?:{dates.MONTH_DATE})"
    return re.compile(rf"\[({named}|[A-Z]\w+ \d{{4}}|\d{{4}})\]", re.IGNORECASE)


def borne_out(
    before: str, piece: str, after: str, quotes: Sequence[str], dates: Sequence[str | None]
) -> bool:
    """Whether an added date is what the words before it mean in a cited and dated document.

    Args:
        before: the sentence's own words before the date.
        piece: the date, in its brackets.
        after: the sentence's own words behind it.
        quotes: the cited words.
        dates: the own date of each quote's document (ISO 8601), None where it has none.

    >>> said = ("It failed on Sunday", " [9 November 2025]", ".", ["It failed on Sunday."])
    >>> borne_out(*said, ["2025-11-10"]), borne_out(*said, ["2025-12-10"])
    (True, False)
    """
    own = " ".join(before.split())
    phrase, meant = _PHRASE.search(own), iso_date(piece.strip("[] "))
    if phrase is None or meant is None or _in_name(phrase, own, after):
        return False
    around = " ".join([*own.split()[-_AROUND:], *after.split()[:_AROUND]])
    return any(
        published is not None
        and _flat(around) in _flat(quote)
        and _fits(phrase, meant, published, own, after)
        for quote, published in zip(quotes, dates, strict=True)
    )


def _flat(words: str) -> str:
    return " ".join(["", *re.findall(r"[^\W_]+", words.lower()), ""])


def _in_name(phrase: re.Match[str], own: str, after: str) -> bool:
    """Whether the weekday has a name or a noun beside it: 'Black Friday', 'Sunday school'."""
    if phrase["weekday"] is None:
        return bool(re.match(r"\s*[A-Z]", after)) and after[:1].isspace()
    following = re.match(r"\s+([\w’'-]+)", after)
    if following and (following[1][0].isupper() or _is_content(following[1])):
        return True
    preceding = own[: phrase.start()].split()[-1:]
    named = not preceding or preceding[0][0].isupper() or not _is_content(preceding[0])
    return phrase["marker"] is None and named


def _is_content(word: str) -> bool:
    """Whether a word is more than a joint of the sentence, such as 'in' or 'the'."""
    return len(content_terms(f"gate {word}")) > 1


def _fits(phrase: re.Match[str], meant: str, published: str, own: str, after: str) -> bool:
    if phrase["unit"]:
        return _turned(phrase["unit"].lower(), _TURN[phrase["turn"].lower()], meant, published)
    try:
        day, from_day = date.fromisoformat(meant), date.fromisoformat(published)
    except ValueError:  # one is no more than a month or a year
        return False
    away = (day - from_day).days
    if phrase["near"]:
        return away == _NEAR[phrase["near"].lower()]
    if WEEKDAYS[day.weekday()] != phrase["weekday"]:
        return False
    if phrase["marker"] in ("last", "past"):
        return -7 <= away < 0
    if phrase["marker"] == "coming":
        return 0 < away <= 7
    part, rest = _PARTS.split(own)[-1], _PARTS.split(after, maxsplit=2)
    told = f"{part}{rest[0]}"
    if not part[: phrase.start() - len(own)].strip() and not rest[0].strip() and len(rest) > 1:
        told = f"{part}{rest[1]}"  # 'On Sunday, it rained'
    to_come = bool(_TO_COME.search(told))
    if 0 < away < 7:
        return to_come
    was = any(is_past(word) for word in re.findall(r"[\w’'-]+", told.lower()))
    return -7 < away <= 0 and was and not to_come and not _PRESENT.search(told)


def _turned(unit: str, by: int, meant: str, published: str) -> bool:
    """Whether a month or a year lies `by` of them from the document's own."""
    parts, own = [int(n) for n in meant.split("-")], [int(n) for n in published.split("-")]
    if unit == "year":
        return len(parts) == 1 and parts[0] - own[0] == by
    if len(parts) != 2 or len(own) < 2:
        return False
    return (parts[0] - own[0]) * 12 + parts[1] - own[1] == by
