"""Numbers and dates as a spreadsheet shows them, by the number format of their cell.

Formats are those of ECMA-376, part 1, section 18.8.31. Figures are set as in English, dates in
ISO 8601 to the grain that the format shows: how a program prints '14' depends on who opens it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    41: "#,##0;(#,##0);-",
    42: "$#,##0;($#,##0);-",
    43: "#,##0.00;(#,##0.00);-",
    44: "$#,##0.00;($#,##0.00);-",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
    48: "0.0E+0",
}
"""The formats that a workbook names by number alone."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<space>_.)|\*.|\[(?P<bracket>[^\]]{0,200})\]'
    r"|(?P<general>General)|(?P<ampm>AM/PM|A/P)|(?P<exponent>E[+-])|(?P<digits>[0#?]+)"
    r"|(?P<mark>[.,%/])|(?P<date>y+|m+|d+|h+|s+|e+|b+|g+)|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_LAST_DAY = 2_958_465
_MOST_PLACES = 30
_EXACT = Context(prec=400)


@dataclass(frozen=True, slots=True)
class _Section:
    """One of a format's parts: its tokens as kind and text, and the numbers it is for."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None

    def has(self, kind: str, text: str | None = None) -> bool:
        return any(k == kind and text in (None, t) for k, t in self.tokens)


def format_cell(value: float, code: str, *, since_1904: bool = False) -> str:
    """The number as a cell with the format `code` shows it.

    >>> format_cell(0.256, "0.0%"), format_cell(45_000, "yyyy-mm-dd"), format_cell(-1234.5, "#,##0")
    ('25.6%', '2023-03-15', '-1,235')
    """
    sections = _sections(code or "General")
    section, signed = _chosen(sections, value)
    if section.has("date") or section.has("elapsed"):
        return _moment(value, section, since_1904=since_1904) or general(value)
    if not section.has("digits"):
        written = [general(abs(value)) if k == "general" else t for k, t in section.tokens]
        text = "".join(written).strip()
        # A format of words alone shows only them; one of nothing hides the number.
        return ("-" if value < 0 and signed and section.has("general") else "") + text
    text = _number(abs(value), section.tokens)
    return "-" + text if value < 0 and signed and re.search("[1-9]", text) else text


def in_full(value: float, code: str, *, since_1904: bool = False) -> str:
    """The number as `format_cell` writes it, but with all of its digits; '' where it shows them.

    Of a month it is the day.

    >>> in_full(0.123456, "0%"), in_full(1234, '0.0,"k"'), in_full(0.25, "0%")
    ('12.3456%', '1.234k', '')
    >>> in_full(45_000, "mmm-yy"), in_full(45_000, "yyyy-mm-dd")
    ('2023-03-15', '')
    """
    section, signed = _chosen(_sections(code or "General"), value)
    if section.has("date") or section.has("elapsed"):
        if _grains(section) & {"y", "m", "d"} != {"y", "m"} or not 0 <= value <= _LAST_DAY:
            return ""
        return _calendar(int(value) * 86_400, since_1904=since_1904).date().isoformat()
    ends = [at for at, (kind, _) in enumerate(section.tokens) if kind in ("digits", "general")]
    amount = _hidden(Decimal(f"{abs(value):.15g}"), section.tokens) if ends else None
    if amount is None:
        return ""
    around = (
        "".join(text for kind, text in tokens if kind != "mark" or text == "%")
        for tokens in (section.tokens[: ends[0]], section.tokens[ends[-1] + 1 :])
    )
    text = f"{amount:f}".join(around).strip()
    return f"-{text}" if value < 0 and signed else text


def general(value: float) -> str:
    """The number in the format General: whole ones in full, others to ten significant digits.

    >>> general(0.1 + 0.2)
    '0.3'
    """
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}".replace("e", "E")


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    tokens: list[tuple[str, str]] = []
    condition: tuple[str, float] | None = None
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if kind == "literal" and text == ";":
            sections.append(_Section(tuple(tokens), condition))
            tokens, condition = [], None
        elif kind == "bracket":
            if compared := _CONDITION.fullmatch(text):
                condition = compared[1], float(compared[2])
            elif _ELAPSED.fullmatch(text):
                tokens.append(("elapsed", text.lower()))
            elif text.startswith("$"):
                tokens.append(("literal", text[1:].partition("-")[0]))
        elif kind == "space":
            tokens.append(("literal", " "))
        elif kind in ("quoted", "escaped", "literal"):
            tokens.append(("literal", text))
        elif kind is not None:
            tokens.append((kind, text.lower()))
    sections.append(_Section(tuple(tokens), condition))
    return tuple(sections[:3])


def _chosen(sections: tuple[_Section, ...], value: float) -> tuple[_Section, bool]:
    """The section for the number, and whether a minus is to be set before a negative one."""
    conditional = any(section.condition for section in sections)
    if conditional:
        for section in sections:
            if section.condition is None or _holds(value, *section.condition):
                return section, True
        return sections[-1], True
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], True


def _holds(value: float, sign: str, limit: float) -> bool:
    outcomes = {
        "<": value < limit,
        ">": value > limit,
        "=": value == limit,
        "<>": value != limit,
        "<=": value <= limit,
        ">=": value >= limit,
    }
    return outcomes[sign]


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the digits of a number stand among a format's tokens, and what is made of it first.

    `whole` are the places before the point, `after` those behind it; the number is moved by
    `shift` decimal places to the right.
    """

    whole: tuple[int, ...]
    after: tuple[int, ...]
    point: int
    exponent: int | None
    slash: int | None
    grouped: bool
    shift: int
    decimals: int

    def power(self, amount: Decimal, tokens: tuple[tuple[str, str], ...]) -> int:
        """The power of ten that is written behind an amount."""
        if self.exponent is None or not amount:
            return 0
        step = max(1, sum(len(tokens[at][1]) for at in self.whole))
        return amount.adjusted() - (amount.adjusted() % step if step > 1 else 0)

    def rounded(self, amount: Decimal) -> Decimal:
        """An amount with the decimals that the format shows."""
        return amount.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP, context=_EXACT)


@lru_cache(maxsize=1024)
def _places(tokens: tuple[tuple[str, str], ...]) -> _Places:
    digits = [at for at, (kind, _) in enumerate(tokens) if kind == "digits"]
    point = next((at for at, token in enumerate(tokens) if token == ("mark", ".")), len(tokens))
    exponent = next((at for at, (kind, _) in enumerate(tokens) if kind == "exponent"), None)
    slash = next((at for at, token in enumerate(tokens) if token == ("mark", "/")), None)
    before_exponent = [at for at in digits if exponent is None or at < exponent]
    whole = [at for at in before_exponent if at < point]
    after = [at for at in before_exponent if at > point]
    ends = {ends[-1] + 1 for ends in (whole, before_exponent) if ends}
    thousands = min(sum(_commas_at(tokens, end) for end in ends), 10)
    hundreds = sum(token == ("mark", "%") for token in tokens)
    return _Places(
        tuple(whole),
        tuple(after),
        point,
        exponent,
        slash if exponent is None and len(digits) > 1 else None,
        ("mark", ",") in tokens[whole[0] : whole[-1]] if whole else False,
        2 * hundreds - 3 * thousands,
        min(sum(len(tokens[at][1]) for at in after), _MOST_PLACES),
    )


def _number(value: float, tokens: tuple[tuple[str, str], ...]) -> str:
    places = _places(tokens)
    exponent, after = places.exponent, places.after
    amount = Decimal(repr(value)).scaleb(places.shift)
    if places.slash is not None:
        return _fraction(amount, tokens, places.slash)
    power = places.power(amount, tokens)
    digits, _, fraction = f"{places.rounded(amount.scaleb(-power)):f}".partition(".")
    by_place = _filled(
        "" if digits == "0" else digits, tokens, places.whole, grouped=places.grouped
    )
    for at in after:
        pattern = tokens[at][1]
        piece, fraction = fraction[: len(pattern)], fraction[len(pattern) :]
        by_place[at] = _trimmed(piece, pattern) if not fraction.strip("0") else piece
    out: list[str] = []
    for at, (kind, text) in enumerate(tokens):
        if kind == "digits" and exponent is not None and at > exponent:
            out.append(f"{abs(power):0{len(text)}d}" if at == exponent + 1 else "")
        elif kind == "exponent":
            out.append("E" + ("-" if power < 0 else "+" if "+" in text else ""))
        elif kind == "digits":
            out.append(by_place.get(at, ""))
        elif (kind, text) == ("mark", "."):
            out.append("." if at == places.point else text)
        elif (kind, text) == ("mark", ",") or kind == "general":
            continue
        else:
            out.append(text)
    return " ".join("".join(out).split())


def _hidden(exact: Decimal, tokens: tuple[tuple[str, str], ...]) -> Decimal | None:
    """The amount in full where the format shows fewer digits of it; None where it shows all."""
    if any(kind == "general" for kind, _ in tokens):
        return None if exact == Decimal(general(float(exact))) else exact
    places = _places(tokens)
    amount = exact.scaleb(places.shift)
    if places.slash is not None:
        return None if amount == int(amount) else amount
    shown = amount.scaleb(-places.power(amount, tokens))
    return None if places.rounded(shown) == shown else amount


def _commas_at(tokens: tuple[tuple[str, str], ...], start: int) -> int:
    """How many commas stand from `start` on: each divides what is shown by a thousand."""
    end = start
    while tokens[end : end + 1] == (("mark", ","),):
        end += 1
    return end - start


def _filled(
    digits: str, tokens: tuple[tuple[str, str], ...], whole: Sequence[int], *, grouped: bool
) -> dict[int, str]:
    """The places before the point with their digits, from the right; the first takes the rest."""
    found: dict[int, str] = {}
    emitted = 0
    for at in reversed(whole):
        piece: list[str] = []
        pattern = tokens[at][1]
        for position in range(len(pattern) - 1, -1, -1):
            leftmost = at == whole[0] and position == 0
            digit, digits = digits[-1:], digits[:-1]
            taken = [digit or {"0": "0", "?": " "}.get(pattern[position], "")]
            if leftmost:
                taken += reversed(digits)
            for one in taken:
                if grouped and one.isdigit() and emitted and emitted % 3 == 0:
                    piece.append(",")
                emitted += one.isdigit()
                piece.append(one)
        found[at] = "".join(reversed(piece))
    return found


def _trimmed(digits: str, pattern: str) -> str:
    """The digits after the point without the zeros that no place asks for."""
    while digits and digits[-1] == "0" and pattern[len(digits) - 1] in "#?":
        digits = digits[:-1]
    return digits


def _fraction(amount: Decimal, tokens: tuple[tuple[str, str], ...], slash: int) -> str:
    below = "".join(t for k, t in tokens[slash + 1 :] if k in ("digits", "literal")).strip()
    mixed = sum(kind == "digits" for kind, _ in tokens[:slash]) > 1
    exact = Fraction(amount)
    if below.isdecimal() and 0 < int(below) < 10**6:
        above, under = round(exact * int(below)), int(below)
    else:
        near = exact.limit_denominator(10 ** min(max(len(below), 1), 5) - 1)
        above, under = near.numerator, near.denominator
    if not mixed:
        return f"{above}/{under}"
    whole, rest = divmod(above, under)
    if not rest:
        return str(whole)
    return f"{whole} {rest}/{under}" if whole else f"{rest}/{under}"


def _moment(value: float, section: _Section, *, since_1904: bool) -> str | None:
    """The date and time in ISO 8601, to the grain that the format shows; None where it is none."""
    kinds = _grains(section)
    if any(kind == "elapsed" for kind, _ in section.tokens):
        return _duration(value, section)
    if not 0 <= value <= _LAST_DAY:
        return None
    seconds = "s" in kinds
    grain = 1 if seconds else 60
    moment = _calendar(round(value * 86_400 / grain) * grain, since_1904=since_1904)
    date = ""
    if kinds & {"y", "m", "d"}:
        date = moment.date().isoformat()
        if "d" not in kinds:
            date = date[:7] if "m" in kinds else date[:4]
    clock = ""
    if kinds & {"h", "min", "s"}:
        clock = moment.strftime(
            "%H:%M:%S" if seconds and kinds & {"h"} else "%M:%S" if seconds else "%H:%M"
        )
    return f"{date} {clock}".strip()


def _calendar(seconds: int, *, since_1904: bool) -> datetime:
    day, rest = divmod(seconds, 86_400)
    if since_1904:
        day += 1_462
    # The calendar has a 29 February 1900 that never was.
    return datetime(1899, 12, 30) + timedelta(days=day + (day < 60), seconds=rest)


def _grains(section: _Section) -> set[str]:
    """What the format shows: 'y', 'm', 'd', 'h', 'min', 's'."""
    runs = [text[0] for kind, text in section.tokens if kind in ("date", "elapsed")]
    minutes = {
        after if first == "h" else before
        for (before, first), (after, second) in pairwise(enumerate(runs))
        if (first, second) in (("h", "m"), ("m", "s"))
    }
    kinds = {"min" if at in minutes else letter for at, letter in enumerate(runs)}
    return {{"e": "y", "g": "y", "b": "y"}.get(kind, kind) for kind in kinds}


def _duration(value: float, section: _Section) -> str:
    unit = next(text[0] for kind, text in section.tokens if kind == "elapsed")
    total = round(abs(value) * 86_400)
    sign = "-" if value < 0 else ""
    if unit == "s":
        return f"{sign}{total}"
    minutes, seconds = divmod(total, 60)
    tail = f":{seconds:02}" if any(t[0] == "s" for k, t in section.tokens if k == "date") else ""
    if unit == "m":
        return f"{sign}{minutes}{tail}"
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}{tail}"
