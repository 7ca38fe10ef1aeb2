"""What the text of a cell says: a number with its unit, a day, yes or no, or nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from index.dates import iso_date

Convention = Literal["point", "comma", "mixed"]
"""Which mark parts a number's decimals."""

_NOTHING = re.compile(r"(?:[-–—−.…*?]+|n\.?\s?/?a\.?|nan|null|none|nil|k\.\s?a\.)?", re.IGNORECASE)
_TRUE = frozenset({"true", "yes", "y", "ja", "oui", "sí", "si", "x", "✓", "✔", "☑"})
_FALSE = frozenset({"false", "no", "n", "nein", "non", "✗", "✘", "☐"})
_NUMBER = re.compile(
    r"(?P<open>\()?\s?+(?P<sign>[-−–+])?\s*+(?P<before>(?:US|A|C|NZ|HK)?\$|[€£¥₹₽]|[A-Z]{3}\s)?\s*+"
    r"(?P<minus>[-−–(])?\s*+(?P<digits>\.?\d[\d.,'’\u00a0\u202f ]*+)(?P<exponent>[eE][-+]?\d{1,3})?"
    r"\s*+(?P<after>%|[$€£¥₹₽]|°?[^\W\d_]{1,12}[²³]?(?:/[^\W\d_]{1,4})?)?\s*+(?P<close>\))?\s*+"
    r"(?P<percent>%)?(?P<note>\s?(?:\[\w{1,2}\]|\(\d{1,2}\)|\*+|[¹²³]))?"
)
_POINT = re.compile(r"(?:\d{1,3}(?:[,'’\s]\d{3})+|\d+)(?:\.\d+)?|\.\d+")
_COMMA = re.compile(r"(?:\d{1,3}(?:[.'’\s]\d{3})+|\d+)(?:,\d+)?|,\d+")
_MOST_DIGITS, _MOST_DECIMALS = 18, 18
_LONGEST = 48
_NUMERIC_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a cell states it: its digits as written, what stands around them.

    >>> number_in("($ 1,250)"), number_in("Pier 4") is None
    (Number(digits='1,250', negative=True, unit='$', exponent=''), True)
    """

    digits: str
    negative: bool
    unit: str
    exponent: str

    def value(self, convention: Convention) -> Decimal | None:
        """What it comes to; None where it is not written that way, or too long to be exact."""
        point, comma = (self._plain(pattern) for pattern in (_POINT, _COMMA))
        if convention == "mixed":
            plain = point if comma is None else comma if point is None else None
            plain = point if point == comma else plain
        else:
            plain = point if convention == "point" else comma
        if plain is None:
            return None
        value = Decimal(plain + self.exponent)
        exponent = value.as_tuple().exponent
        too_fine = isinstance(exponent, int) and -exponent > _MOST_DECIMALS
        if too_fine or value.adjusted() >= _MOST_DIGITS:
            return None
        return -value if self.negative else value

    @property
    def is_written(self) -> bool:
        """Whether its digits stand as those of a number do, which those of '03.04.2025' do not."""
        return any(self._plain(pattern) is not None for pattern in (_POINT, _COMMA))

    @property
    def written(self) -> Convention | None:
        """How it must have been written; None where both ways are possible."""
        point, comma = (self._plain(pattern) for pattern in (_POINT, _COMMA))
        if point == comma or (point is not None and comma is not None):
            return None
        return "point" if comma is None else "comma"

    def _plain(self, pattern: re.Pattern[str]) -> str | None:
        if not pattern.fullmatch(self.digits):
            return None
        mark, other = (".", ",") if pattern is _POINT else (",", ".")
        whole = re.sub(rf"[{re.escape(other)}'’\s]", "", self.digits)
        return whole.replace(mark, ".")


def is_nothing(text: str) -> bool:
    """Whether a cell stands for no value: empty, a dash, 'n/a'.

    >>> is_nothing("n/a"), is_nothing("–"), is_nothing("0")
    (True, True, False)
    """
    return _NOTHING.fullmatch(text) is not None


def number_in(text: str) -> Number | None:
    """The number that a cell is, with its unit; None where it is none.

    >>> number_in("61 kg")
    Number(digits='61', negative=False, unit='kg', exponent='')
    """
    text = text.replace(" | ", " ")  # a currency that stood in a column of its own
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    signs = [sign for sign in match.group("open", "sign", "minus") if sign and sign != "+"]
    units = [unit.strip() for unit in match.group("before", "after", "percent") if unit]
    if ("(" in signs) != bool(match["close"]) or len(signs) > 1 or len(units) > 1:
        return None
    digits = match["digits"].strip()
    return Number(digits, bool(signs), units[0] if units else "", match["exponent"] or "")


def convention_of(numbers: Iterable[Number]) -> Convention | None:
    """How numbers are written; None where each of them could be either.

    >>> convention_of([number_in("1.234,5"), number_in("7")]), convention_of([number_in("1.234")])
    ('comma', None)
    """
    ways = {way for number in numbers if (way := number.written) is not None}
    if len(ways) > 1:
        return "mixed"
    return next(iter(ways), None)


def truth_of(text: str) -> bool | None:
    """What a cell affirms or denies; None where it is neither.

    >>> truth_of("Yes"), truth_of("no"), truth_of("perhaps")
    (True, False, None)
    """
    said = text.casefold()
    return True if said in _TRUE else False if said in _FALSE else None


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether the days of a column stand before its months; None where nothing tells.

    Raises:
        ValueError: some do and some do not.

    >>> day_first(["28/03/2023", "02/03/2023"]), day_first(["02/03/2023"])
    (True, None)
    """
    ways = set()
    for text in texts:
        if match := _NUMERIC_DATE.fullmatch(text.split(" ")[0]):
            first, second = int(match[1]), int(match[2])
            if first > 12 >= second:
                ways.add(True)
            elif second > 12 >= first:
                ways.add(False)
    if len(ways) > 1:
        raise ValueError("days stand before months, and behind them")
    return next(iter(ways), None)


def day_in(text: str, *, days_first: bool | None) -> str | None:
    """The day that a cell is, as ISO 8601; None where it is none or could be two.

    >>> day_in("02/03/2023", days_first=True), day_in("02/03/2023", days_first=None)
    ('2023-03-02', None)
    """
    if len(text) > _LONGEST or not re.search(r"\d", text):
        return None
    if days_first is not None and (match := _NUMERIC_DATE.match(text)):
        day, month = (match[1], match[2]) if days_first else (match[2], match[1])
        return iso_date(f"{match[3]}-{int(month):02}-{int(day):02}")
    if number_in(text) is not None and not re.search(r"\d[-/.]\d+[-/.]\d", text):
        return None
    found = iso_date(text)
    return found if found and len(found) == len("2023-03-02") else None
