"""The figures of a text with their sign, scale, currency and unit, in digits or in words."""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from assistant.language.number_languages import LANGUAGES, LOOKALIKES
from assistant.language.number_words import HAS_SCALE, WordNumber, number_words, scale_of
from index.document import Span

_LOOKALIKES = str.maketrans(LOOKALIKES)
_SCALES = {
    "hundred": 2,
    "thousand": 3,
    "k": 3,
    "million": 6,
    "mn": 6,
    "billion": 9,
    "bn": 9,
    "trillion": 12,
    "mio": 6,
    "mrd": 9,
    "millionen": 6,
    "milliarde": 9,
    "milliarden": 9,
    "millions": 6,
    "milliard": 9,
    "milliards": 9,
    "millón": 6,
    "millones": 6,
    "milione": 6,
    "milioni": 6,
    "miliardo": 9,
    "miliardi": 9,
    "milhão": 6,
    "milhões": 6,
    "miljoen": 6,
    "miljard": 9,
}
_LONG_SCALES = {"billion": 12, "billionen": 12}
"""What a billion is outside English."""
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
    "×": "times",
    "am": "am, a.m, a.m.",
    "pm": "pm, p.m, p.m.",
}
_CANONICAL = {form: unit for unit, forms in _UNITS.items() for form in forms.split(", ")}

_IN_DIGITS = r"""
    (?<!\d)\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?![\d:/])(?:[.,]\d+)?   # 1 577 or 1 577.5
    | (?<!\d)\d{1,3}(?:['’]\d{3})+(?!\d)(?:\.\d+)?                      # 1'577
    | \d+(?:[.,:/]\d+)*[½¼¾]?                                  # 1,577  21:40  2026/04  3½
    | [½¼¾]
"""
_WORD = "\ue000"
"""Stands for each letter of a number in words while the others are looked for."""

_SCALE = "|".join(sorted({*_SCALES, *_LONG_SCALES}, key=len, reverse=True))
_UNIT = "|".join(re.escape(form) for form in sorted(_CANONICAL, key=len, reverse=True))


_QUANTITY = re.compile(
    rf"""
    (?P<sign>(?<![^\s(\[“"|])[-−–](?=[\d€$£¥½¼¾])|\bminus[ ])?
    (?:(?P<currency>(?:US)?[€$£¥]|\b(?:EUR|USD|GBP|JPY))\s?(?:\|\s)?)?   # its cell may be apart
    (?P<number>{_IN_DIGITS}|{_WORD}+)
    (?:[\s-]?(?P<scale>{_SCALE})\b)?
    (?:[\s-]?(?P<unit>(?:(?P<power>square|cubic)\s)?(?P<base>{_UNIT})(?P<exponent>[²³23])?(?!\w)
        (?:(?:\s?/\s?|\sper\s)(?P<per>{_UNIT})(?!\w))?))?
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure of a text: all its `span`, the signed `number` in it, and both in a common form.

    `value` is a decimal ('-5', '6500000', '3.5'), a fraction that is none ('2/3'), as written where
    it is no number ('21:40'), or '100s' for 'hundreds'; `unit` is a symbol ('€', 'm3/s', '%',
    'min', '×' for times), empty where none is recognised. `in_words` is set where the number is not
    in digits, `ordinal` where it is 'third' in words.

    >>> (found,) = quantities("It rose by minus 5 °C.")
    >>> found.value, found.unit, found.in_words
    ('-5', '°C', False)
    """

    span: Span
    number: Span
    value: str
    unit: str
    in_words: bool
    ordinal: bool = False


def quantities(text: str) -> list[Quantity]:
    """The figures of a text in order: '€6.5 million' is one, with value 6500000 and unit €.

    >>> [(one.value, one.unit) for one in quantities("€6.5 million in twelve days")]
    [('6500000', '€'), ('12', 'day')]
    """
    language, words = number_words(text)
    shape = text.replace(_WORD, " ")
    for start, end in (word.span for word in words):
        shape = shape[:start] + _WORD * (end - start) + shape[end:]
    by_start = {word.span.start: word for word in words}
    matches = list(_QUANTITY.finditer(shape))
    known = [by_start.get(match.start("number")) for match in matches]
    found = [_quantity(*one, language) for one in zip(matches, known, strict=True)]
    for at, (one, other) in enumerate(pairwise(matches)):
        shift = _scale_of(other, known[at + 1], text, language)
        if not shift or not _share_scale(one, other, text, language):
            continue
        shared = _quantity(one, known[at], language, shift)
        if _below(shared.value, found[at + 1].value):
            found[at] = shared
    return found


def _share_scale(one: re.Match[str], other: re.Match[str], text: str, language: str) -> bool:
    """Whether a figure may take the scale of the next one, as in 'two or three hundred'."""
    own = one["scale"] or one["unit"] or HAS_SCALE.search(text, *one.span("number"))
    words = LANGUAGES[language].either
    between = text[one.end() : other.start()].lower()
    before = text[max(one.start() - 8, 0) : one.start()].lower()
    either = re.fullmatch(rf"\s(?:{words})\s|[-–—]", between)
    return not own and bool(either or (before == "between " and between == " and "))


def _scale_of(match: re.Match[str], word: WordNumber | None, text: str, language: str) -> int:
    """The power of ten in words that a figure ends with, or else 0."""
    if match["scale"]:
        return _shift(match, language)
    if word is None or word.vague or word.ordinal:
        return 0
    return scale_of(text[slice(*word.span)], word.value, language)


def _below(one: str, other: str) -> bool:
    try:
        return Fraction(one) < Fraction(other)
    except ValueError:  # a time or a date
        return False


def _quantity(
    match: re.Match[str], word: WordNumber | None, language: str, shared: int = 0
) -> Quantity:
    base = _folded(match["base"])
    shift = shared or _shift(match, language)
    unit = word.unit if word and word.unit else _unit(match)
    if match["currency"]:
        # In '€5m' the letter is a scale, in '€5 a day' there is no other unit.
        shift = 6 if base == "m" else shift
        unit = _CANONICAL[_currency(match["currency"])]
    if word is None:
        value = _digits(_folded(match["number"]), shift, comma=LANGUAGES[language].comma)
    else:
        value = _worded(word, shift)
    return Quantity(
        span=Span(*match.span()),
        number=Span(match.start("number" if match["currency"] else 0), match.end("number")),
        value=f"-{value}" if match["sign"] else value,
        unit=unit,
        in_words=word is not None,
        ordinal=word is not None and word.ordinal,
    )


def _shift(match: re.Match[str], language: str) -> int:
    long = _LONG_SCALES if language != "en" else {}
    return {**_SCALES, **long}[_folded(match["scale"])] if match["scale"] else 0


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


def _worded(word: WordNumber, shift: int) -> str:
    """'two hundred and five' → '205', 'two thirds' → '2/3', 'hundreds' → '100s'."""
    value = word.value * 10**shift
    if word.vague:
        return f"{value}s"
    places = next((n for n in range(13) if (value * 10**n).denominator == 1), None)
    if places is None:
        return str(value)
    whole = str((value * 10**places).numerator).rjust(places + 1, "0")
    return _decimal(whole[: len(whole) - places], whole[len(whole) - places :], 0)


def _digits(number: str, shift: int, *, comma: bool) -> str:
    """'1,577' and '1 577' → '1577', '3½' → '3.5'; a time or a date stays as it is written.

    With both marks the later one is the decimal mark, and one that stands twice groups. A lone
    mark before three digits is told by the language: `comma` where that has decimal commas.
    """
    plain = re.sub(r"[ \u00a0\u2009\u202f'’]", "", number)
    part = _VULGAR.get(plain[-1], "")
    plain = _with_point(plain[:-1] if part else plain, comma=comma)
    split = re.fullmatch(r"(\d*)(?:\.(\d+))?", plain)
    if split is None or (part and split[2]):
        return number
    return _decimal(split[1], part or split[2] or "", shift)


def _with_point(number: str, *, comma: bool) -> str:
    """Digits with a decimal point at most: '1.234,56', '1,234.56' → '1234.56'."""
    for group, decimal in ((",", "."), (".", ",")):
        grouped = rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})+"
        more = rf"(?:{re.escape(group)}\d{{3}})"
        lone = comma == (group == ".")
        if (
            re.fullmatch(rf"{grouped}{re.escape(decimal)}\d+", number)
            or re.fullmatch(rf"\d{{1,3}}{more}{{2,}}", number)
            or (lone and re.fullmatch(grouped, number))
        ):
            return number.replace(group, "").replace(decimal, ".")
    if re.fullmatch(r"\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d+)?", number):  # lakhs and crores
        return number.replace(",", "")
    return number.replace(",", ".") if re.fullmatch(r"\d+,\d+", number) else number


def _decimal(whole: str, fraction: str, shift: int) -> str:
    """A decimal without idle zeros, its point moved `shift` places; exact at any length."""
    fraction = fraction.ljust(shift, "0")
    whole, fraction = (whole + fraction[:shift]).lstrip("0") or "0", fraction[shift:].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
