"""The values in a text that questions ask for: times, dates, durations, sums, counts, names."""

import re
from typing import Literal

from assistant.language.quantities import CURRENCIES, DURATIONS, quantities
from index.calendar_names import WEEKDAYS, month_forms
from index.store.lexical import analyzed

Expected = Literal["time", "date", "duration", "money", "number", "person", "place"]

_CLOCK = re.compile(
    r"""
    (?<![\d.,:€$£¥])
    (?: (?P<colon>[01]?\d|2[0-4]) : (?P<minutes>[0-5]\d)
      # A full stop may be a decimal point: '6.92 metres' and 'at 6.50 euros' are no times.
      | (?P<dot>[01]?\d|2[0-4]) \. (?P<after>[0-5]\d)
        (?= [ ]?[ap]\.?m\b | [ ]?[;,)”"] | \.?(?:\s*$|\s+(?-i:[A-Z]))
          | [ ](?:on|and|or|until|to|when)\b )
      | (?P<whole>\d{1,2}) (?=[ ]?[ap]\.?m\b)
    )
    (?:[ ]?(?P<half>[ap])\.?m\b)?
    (?![\d:])
    """,
    re.IGNORECASE | re.VERBOSE,
)
MONTH = rf"(?:{'|'.join(month_forms())})\b"
_DAY = rf"(?:{'|'.join(WEEKDAYS)})"
_DATE = re.compile(
    rf"\d{{1,2}} {MONTH}(?: \d{{4}})?|{MONTH} \d{{1,2}}(?:, \d{{4}})?|{_DAY}"
    r"|\b(?:1\d|20)\d\ds?\b|\b\d\d?(?:st|nd|rd|th) centur"
)
_ONE_UNIT = re.compile(r"\b(?:an?|one) (second|minute|hour|day|night|week|month|year|decade)\b")
_COUNTED = re.compile(r"(?: (?:cubic|square))? ([a-z]+)", re.IGNORECASE)
_NO_COUNT = re.compile(
    rf"{MONTH}|and|or|to|of|in|on|at|by|for|from|with|the|a|an|is|are|was|were|that|which",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d|\b(?:one|half)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[\w,;’'“(–-] )[“(]?([A-Z][\w’'-]+)|^[“(]?([A-Z][\w’'-]+)(?= [A-Z])")
_ARTICLES = frozenset(["the", "an", "this", "that", "these", "those"])


def find_values(kind: Expected, text: str) -> set[str]:
    """The values of a kind in a text, in a form in which equal values are equal.

    A time is '9:15' (of 24 hours), a duration '3 h', a sum '6500000 €', a count '410 peopl' (the
    number and the stem of what is counted), a date '13 nov 2025', a name its words in lower case.

    >>> find_values("money", "It cost €6.5 million."), find_values("time", "They met at 9.15 pm.")
    ({'6500000 €'}, {'21:15'})
    """
    match kind:
        case "time":
            return {_time(match) for match in _CLOCK.finditer(text)}
        case "date":
            return {_date(match[0]) for match in _DATE.finditer(text)}
        case "duration":
            single = {_measure("1", match[1]) for match in _ONE_UNIT.finditer(text)}
            return single | _measures(text, DURATIONS)
        case "money":
            return _measures(text, CURRENCIES)
        case "number":
            return _counts(text)
        case "person" | "place":
            names = {(match[1] or match[2]).lower() for match in _NAME.finditer(text)}
            return names - _ARTICLES


def has_value(kind: Expected, text: str, question: str) -> bool:
    """Whether a text holds a value of the kind that the question does not name itself.

    >>> has_value("time", "The sirens sounded at 21:40.", "When did the sirens sound?")
    True
    """
    if kind == "number":
        return bool(_FIGURE.search(text) or quantities(text))
    return bool(find_values(kind, text) - find_values(kind, question))


def _time(match: re.Match[str]) -> str:
    hour = int(match["colon"] or match["dot"] or match["whole"])
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"].lower() == "p")
    return f"{hour}:{match['minutes'] or match['after'] or '00'}"


def _date(written: str) -> str:
    """'13 November 2025' and 'November 13, 2025' → '13 nov 2025'."""
    words = [word[:3] if word.isalpha() else word for word in re.findall(r"\w+", written.lower())]
    if len(words) > 1 and words[0].isalpha():
        words[:2] = [words[1], words[0]]
    return " ".join(words)


def _measures(text: str, units: frozenset[str]) -> set[str]:
    return {f"{found.value} {found.unit}" for found in quantities(text) if found.unit in units}


def _measure(value: str, unit: str) -> str:
    (found,) = quantities(f"{value} {unit}")
    return f"{found.value} {found.unit}"


def _counts(text: str) -> set[str]:
    """Figures with what they count; clock times, dates and the like count nothing."""
    found = set()
    for figure in quantities(text):
        what = _COUNTED.match(text, figure.number.end if figure.unit else figure.span.end)
        if what and ":" not in figure.value and not _NO_COUNT.fullmatch(what[1]):
            found.add(" ".join([figure.value, *analyzed(what[1])]))
    return found
