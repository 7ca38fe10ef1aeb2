"""The figures of a text with their sign, scale, currency and unit, in digits or in words."""

import re
from dataclasses import dataclass

from index.document import Span

_LOOKALIKES = str.maketrans("İıſ\u212a", "iisk")
"""Letters that `re.IGNORECASE` takes for i, s and k (the last is the Kelvin sign)."""

_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_ORDINALS = "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()  # noqa: SIM905
_WORD_VALUES = {
    **{word: n for n, word in enumerate([*_ONES, *_TEENS])},
    **{word: 10 * n for n, word in enumerate(_TENS, 2)},
    **{word: n for n, word in enumerate(_ORDINALS, 3)},
    "dozen": 12,
    "a": 1,
}
_SCALES = {
    "hundred": 2,
    "thousand": 3,
    "k": 3,
    "million": 6,
    "mn": 6,
    "billion": 9,
    "bn": 9,
    "trillion": 12,
}
_VULGAR = {"½": "5", "¼": "25", "¾": "75"}

CURRENCIES = frozenset("€$£¥")
DURATIONS = frozenset(["s", "min", "h", "day", "night", "week", "month", "year", "decade", "c"])
_UNITS = {
    "%": "%, percent, per cent",
    "€": "€, euro, euros, eur",
    "$": "$, dollar, dollars, usd",
    "£": "£, pound, pounds, gbp",
    "¥": "¥, yen, jpy",
    "m": "m, metre, metres, meter, meters",
    "km": "km, kilometre, kilometres, kilometer, kilometers",
    "cm": "cm, centimetre, centimetres, centimeter, centimeters",
    "mm": "mm, millimetre, millimetres, millimeter, millimeters",
    "mi": "mile, miles",
    "ft": "ft, foot, feet",
    "ha": "ha, hectare, hectares",
    "acre": "acre, acres",
    "g": "g, gram, grams",
    "kg": "kg, kilo, kilos, kilogram, kilograms",
    "t": "t, tonne, tonnes, ton, tons",
    "l": "l, litre, litres, liter, liters",
    "kW": "kw, kilowatt, kilowatts",
    "MW": "mw, megawatt, megawatts",
    "GW": "gw, gigawatt, gigawatts",
    "kWh": "kwh, kilowatt-hour, kilowatt-hours",
    "MWh": "mwh, megawatt-hour, megawatt-hours",
    "°": "°, degree, degrees",
    "°C": "°c, ° c, degree celsius, degrees celsius",
    "°F": "°f, ° f, degree fahrenheit, degrees fahrenheit",
    "s": "s, sec, second, seconds",
    "min": "min, minute, minutes",
    "h": "h, hour, hours",
    "day": "day, days",
    "night": "night, nights",
    "week": "week, weeks",
    "month": "month, months",
    "year": "year, years",
    "decade": "decade, decades",
    "c": "century, centuries",
    "am": "am, a.m, a.m.",
    "pm": "pm, p.m, p.m.",
}
_CANONICAL = {form: unit for unit, forms in _UNITS.items() for form in forms.split(", ")}

_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[1:])}))?|{'|'.join(_TEENS + _ONES)})"
_IN_WORDS = (
    rf"\b(?:(?:(?:{_SMALL}|a)[- ])?hundred(?:(?: and)?[- ]{_SMALL})?"
    rf"|{_SMALL}|{'|'.join(_ORDINALS)}|dozen)\b"
)
_IN_DIGITS = r"""
    (?<!\d)\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?![\d:/])(?:\.\d+)?   # 1 577 or 1 577.5
    | \d+(?:[.,:/]\d+)*[½¼¾]?                                  # 1,577  21:40  2026/04  3½
    | [½¼¾]
"""
_UNIT = "|".join(re.escape(form) for form in sorted(_CANONICAL, key=len, reverse=True))


def _spelt(pattern: str) -> str:
    """A pattern whose spaces stay spaces inside a verbose one."""
    return pattern.replace(" ", r"\x20")


_QUANTITY = re.compile(
    rf"""
    (?P<sign>(?<![^\s(\[“"|])[-−–](?=[\d€$£¥½¼¾])|\bminus[ ])?
    (?:(?P<currency>(?:US)?[€$£¥]|\b(?:EUR|USD|GBP|JPY))\s?(?:\|\s)?)?   # its cell may be apart
    (?P<number>{_IN_DIGITS}|{_spelt(_IN_WORDS)})
    (?:[\s-]?(?P<scale>{"|".join(_SCALES)})\b)?
    (?:[\s-]?(?P<unit>(?:(?P<power>square|cubic)\s)?(?P<base>{_UNIT})(?P<exponent>[²³23])?(?!\w)
        (?:(?:\s?/\s?|\sper\s)(?P<per>{_UNIT})(?!\w))?))?
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure of a text: all its `span`, the signed `number` in it, and both in a common form.

    `value` is a decimal ('-5', '6500000', '3.5'), or as written where it is none ('21:40');
    `unit` is a symbol ('€', 'm3/s', '%', 'min'), empty where none is recognised. `in_words` is set
    where the number is not in digits.
    """

    span: Span
    number: Span
    value: str
    unit: str
    in_words: bool


def quantities(text: str) -> list[Quantity]:
    """The figures of a text in order: '€6.5 million' is one, with value 6500000 and unit €."""
    return [_quantity(match) for match in _QUANTITY.finditer(text)]


def _quantity(match: re.Match[str]) -> Quantity:
    number, base = _folded(match["number"]), _folded(match["base"])
    in_words = number[0].isalpha()
    shift = _SCALES[_folded(match["scale"])] if match["scale"] else 0
    unit = _unit(match)
    if match["currency"]:
        # In '€5m' the letter is a scale, in '€5 a day' there is no other unit.
        shift = 6 if base == "m" else shift
        unit = _CANONICAL[_currency(match["currency"])]
    value = _decimal(str(_worded(number)), "", shift) if in_words else _digits(number, shift)
    return Quantity(
        span=Span(*match.span()),
        number=Span(match.start("number" if match["currency"] else 0), match.end("number")),
        value=f"-{value}" if match["sign"] else value,
        unit=unit,
        in_words=in_words,
    )


def _unit(match: re.Match[str]) -> str:
    if not match["base"]:
        return ""
    power = {"square": "2", "cubic": "3", "²": "2", "³": "3"}
    raised = _folded(match["power"] or match["exponent"])
    per = f"/{_CANONICAL[_folded(match['per'])]}" if match["per"] else ""
    return f"{_CANONICAL[_folded(match['base'])]}{power.get(raised, raised)}{per}"


def _currency(written: str) -> str:
    return "$" if written.endswith("$") else _folded(written)


def _folded(word: str | None) -> str:
    return (word or "").translate(_LOOKALIKES).lower()


def _worded(number: str) -> int:
    """'two hundred and five' → 205."""
    total = 0
    for word in re.split(r"[- ]", number):
        if word == "hundred":
            total = max(total, 1) * 100
        elif word != "and":
            total += _WORD_VALUES[word]
    return total


def _digits(number: str, shift: int) -> str:
    """'1,577' and '1 577' → '1577', '3½' → '3.5'; a time or a date stays as it is written."""
    plain = re.sub(r"[ \u00a0\u2009\u202f]|,(?=\d{3}(?:\D|$))", "", number)
    part = _VULGAR.get(plain[-1], "")
    plain = plain[:-1] if part else plain
    split = re.fullmatch(r"(\d*)(?:[.,](\d+))?", plain)
    if split is None or (part and split[2]):
        return number
    return _decimal(split[1], part or split[2] or "", shift)


def _decimal(whole: str, fraction: str, shift: int) -> str:
    """A decimal without idle zeros, its point moved `shift` places; exact at any length."""
    fraction = fraction.ljust(shift, "0")
    whole, fraction = (whole + fraction[:shift]).lstrip("0") or "0", fraction[shift:].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
