"""The values in a text that questions ask for: times, dates, durations, sums, counts, names."""

import re
from typing import Literal

from index.lexical import analyzed

Expected = Literal["time", "date", "duration", "money", "number", "person", "place"]

_CLOCK = r"\d{1,2}(?::|\.)\d{2}(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?\b"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
)
_UNITS = "second|minute|hour|day|night|week|month|year|decade|centur"
_PATTERNS: dict[Expected, re.Pattern[str]] = {
    "time": re.compile(_CLOCK),
    "date": re.compile(
        rf"\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:, \d{{4}})?|{_DAY}"
        r"|\b(?:1\d|20)\d\ds?\b|\b\d\d?(?:st|nd|rd|th) centur"
    ),
    "duration": re.compile(
        rf"\b(?:\d+(?:[.,]\d+)?|an?|{_WORDS})[ -](?:and a half )?(?:{_UNITS})\w*", re.IGNORECASE
    ),
    "money": re.compile(
        r"[$€£¥] ?\d[\d.,]*(?: (?:million|billion|thousand|trillion))?"
        r"|\d[\d.,]* (?:million |billion |trillion )?(?:euros?|dollars?|pounds?|EUR|USD|GBP)"
    ),
}
_COUNTED = re.compile(
    rf"\b(\d[\d.,]*\d|\d|{_WORDS})(?: (?:million|billion|thousand))?"
    r"(?: (?:cubic|square))? ([a-z]+)",
    re.IGNORECASE,
)
_FIGURE = re.compile(rf"\d|\b(?:{_WORDS}|one|half|dozen)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[\w,;’'“(–-] )[“(]?([A-Z][\w’'-]+)|^[“(]?([A-Z][\w’'-]+)(?= [A-Z])")


def values(kind: Expected, text: str) -> set[str]:
    """The values of a kind in a text, in a form in which equal values are equal."""
    if kind == "number":
        return {
            " ".join([m[1].lower().replace(",", ""), *analyzed(m[2])])
            for m in _COUNTED.finditer(text)
        }
    if kind in ("person", "place"):
        return {(m[1] or m[2]).lower() for m in _NAME.finditer(text)}
    return {re.sub(r"[\s,]", "", m[0].lower()) for m in _PATTERNS[kind].finditer(text)}


def holds(kind: Expected, text: str, question: str) -> bool:
    """Whether a text holds a value of the kind that the question does not name itself."""
    if kind == "number":
        return bool(_FIGURE.search(text))
    return bool(values(kind, text) - values(kind, question))
