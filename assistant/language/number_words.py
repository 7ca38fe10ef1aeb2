"""Numbers in words, with their place: those that text2num reads, and fractions and multiples."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Literal

from text_to_num import find_numbers, text2num

from assistant.language.number_languages import (
    HALF_MORE,
    LANGUAGES,
    LOOKALIKES,
    SINGLE_PARTS,
    SINGLE_SHARE,
    counts,
    language_of,
    words_of,
)
from index.document import Span

MULTIPLE = "×"
"""The unit of 'twice' and 'three times'."""

_TOKEN = re.compile(r"\w+|[^\w\s]|\s+")
_MARKS = {"number": "\ue000", "scale": "\ue001", "share": "\ue002", "other": "\ue003"}
# Halves of characters, of which a text may have one alone, are none to text2num.
_PRIVATE = str.maketrans(
    dict.fromkeys([*_MARKS.values(), *map(chr, range(0xD800, 0xE000))], " ") | LOOKALIKES
)
_N, _S, _F, _ANY = "\ue000+", "\ue001+", "\ue002+", "[\ue000\ue001]+"
_GAP = r"[-\s]"
HAS_SCALE = re.compile(
    r"(?:hundred|thousand|million|billion|trillion|hundert|tausend|million|milliard|billion|cent"
    r"|mille|millón|mil\b|millon|milion|miliard|milh|bilh|honderd|duizend|miljo|miljard|mila)",
    re.IGNORECASE,
)
_ENDS_IN_SCALE = re.compile(
    r"(?:(?P<million>milli?on\w{0,12}|millón|millones|milion[ei]|milh\w{1,12}|miljoen)"
    r"|(?P<billion>mill?iard\w{0,12}|miljard\w{0,12}))$",
    re.IGNORECASE,
)
_AFTER_DIGITS = re.compile(r"[\d½¼¾][\s-]?$")
_SEVERAL = re.compile(r"\b(?:several|few|many)\s$", re.IGNORECASE)
_SECOND = re.compile(r"\b(?:the|its|his|her|their|our|my|your|for a) $", re.IGNORECASE)
_CAPTION = re.compile(r"\bin $", re.IGNORECASE)
_YEAR_FIRST, _YEAR_LAST = range(11, 21), range(10, 100)


@dataclass(frozen=True, slots=True)
class WordNumber:
    """A number in words: where it stands, its value, and what it counts where the word says so.

    `vague` is set for a plural like 'hundreds', whose `value` is that of one of them; `ordinal` for
    'third'.

    >>> _, (found,) = number_words("The third gate stuck.")
    >>> found.value, found.ordinal
    (Fraction(3, 1), True)
    """

    span: Span
    value: Fraction
    kind: Literal["number", "scale", "share", "other"] = "number"
    ordinal: bool = False
    unit: str = ""
    vague: bool = False


class _Token(str):
    """A token as text2num takes it."""

    __slots__ = ()

    def text(self) -> str:
        return str(self)

    def nt_separated(self, _previous: "_Token") -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def number_words(text: str) -> tuple[str, list[WordNumber]]:
    """The language in which a text writes figures, and its numbers in words, in order.

    Where no word begins like a number no more is looked at.

    >>> language, (found,) = number_words("About two and a half million people came.")
    >>> language, found.value, found.span
    ('en', Fraction(2500000, 1), Span(start=6, end=28))
    """
    words = words_of(text)
    language = language_of(words)
    if not counts(words, language):
        return language, []
    patterns = _patterns(language)
    plain = text.translate(_PRIVATE)
    found = [*_shares(plain, language, patterns), *_multiples(plain, patterns)]
    plain = _marked(plain, found)
    found += _vague(plain, language, patterns)
    plain = _marked(plain, found)
    found += _read(plain, language)
    found.sort(key=lambda one: one.span)
    return language, _composed(text, _without_scales_of_digits(text, found), language, patterns)


def scale_of(words: str, value: Fraction, language: str) -> int:
    """The power of ten that a number in words ends with: 2 for 'three hundred', or else 0.

    >>> scale_of("thirty thousand", Fraction(30_000), "en"), scale_of("thirty", Fraction(30), "en")
    (3, 0)
    """
    scale = HAS_SCALE.search(words)
    many = _small(words[: scale.start()].strip(), language) if scale else None
    return next((n for n in range(2, 15) if many and many * 10**n == value), 0)


@dataclass(frozen=True, slots=True)
class _Patterns:
    halves: re.Pattern[str]
    parts: re.Pattern[str]
    dozen: re.Pattern[str]
    vague: re.Pattern[str]
    times: tuple[tuple[re.Pattern[str], Fraction], ...]
    mixed: tuple[tuple[re.Pattern[str], Fraction], ...]
    compositions: tuple[re.Pattern[str], ...]


@cache
def _patterns(language: str) -> _Patterns:
    known = LANGUAGES[language]

    def words(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w])(?:{pattern})(?!\w)", re.IGNORECASE)

    parts = "|".join(f"(?P<_{n}>{form})" for form, n in known.parts.items())
    more = HALF_MORE.get(language, {})
    vague = "|".join(known.vague)
    joins, articles = known.joins, known.articles
    of_a = rf"(?:{_GAP}(?:of|de|di|van))?(?:{_GAP}(?:{articles}))?"
    return _Patterns(
        halves=words(known.halves),
        parts=words(rf"(?P<numerator>[^\W\d_]+)[ -](?:{parts})"),
        dozen=words(known.dozen),
        vague=words(rf"(?P<one>{vague})(?:\s(?:of|von|de|di|van)\s(?P<other>{vague}))?"),
        times=tuple((words(form), Fraction(of)) for form, of in known.times.items()),
        mixed=tuple((words(form), Fraction(of)) for form, of in more.items()),
        compositions=tuple(
            re.compile(pattern, re.IGNORECASE)
            for pattern in (
                rf"(?P<n>{_ANY}|\b\d+){_GAP}{joins}{_GAP}(?P<f>{_F})(?:{_GAP}(?P<s>{_S}))?",
                rf"(?P<f>{_F}){of_a}{_GAP}(?P<s>{_S})",
                rf"(?P<n>{_N}){_GAP}(?P<s>{_S})",
                rf"\b(?:{articles}){_GAP}(?P<s>{_S})",
            )
        ),
    )


def _shares(text: str, language: str, patterns: _Patterns) -> Iterator[WordNumber]:
    """'half of', 'two thirds', 'a quarter of', 'anderthalb'."""
    for match in patterns.parts.finditer(text):
        numerator = _small(match["numerator"], language)
        part = next(
            int(name[1:]) for name, form in match.groupdict().items() if name[0] == "_" and form
        )
        if numerator is not None:
            yield WordNumber(Span(*match.span()), Fraction(numerator, part), "share")
    if language == "en":
        for match in _SINGLE.finditer(text):
            form = match["single"] or match["hyphened"] or match["mixed"] or match["compared"]
            yield WordNumber(Span(*match.span()), Fraction(1, SINGLE_PARTS[form.lower()]), "share")
    for pattern, value in (*patterns.mixed, (patterns.halves, Fraction(1, 2))):
        for match in pattern.finditer(text):
            yield WordNumber(Span(*match.span()), value, "share")


_SINGLE = re.compile(rf"(?<!\w)(?:{SINGLE_SHARE})", re.IGNORECASE)


def _small(word: str, language: str) -> int | None:
    """The number that stands above the line of a fraction."""
    if re.fullmatch(LANGUAGES[language].articles, word, re.IGNORECASE):
        return 1
    try:
        number = int(text2num(word.lower(), language))
    except ValueError:
        return None
    return number if number < 100 else None


def _multiples(text: str, patterns: _Patterns) -> Iterator[WordNumber]:
    """'twice', 'tripled', 'fivefold'; twelve of 'dozen' besides."""
    for pattern, factor in patterns.times:
        for match in pattern.finditer(text):
            yield WordNumber(Span(*match.span()), factor, "other", unit=MULTIPLE)
    for match in _FOLD.finditer(text):
        many = _small(match["many"], "en")
        if many is not None:
            yield WordNumber(Span(*match.span()), Fraction(many), "other", unit=MULTIPLE)
    for match in patterns.dozen.finditer(text):
        yield WordNumber(Span(*match.span()), Fraction(12), "scale")


_FOLD = re.compile(r"\b(?P<many>[a-z]+)-?fold\b", re.IGNORECASE)


def _vague(text: str, language: str, patterns: _Patterns) -> Iterator[WordNumber]:
    """'hundreds', 'tens of thousands': no number, but not any other's word either."""
    sizes = LANGUAGES[language].vague
    for match in patterns.vague.finditer(text):
        before = text[: match.start()]
        share = before[-1:].isspace() and before[-2:-1] in _MARKS.values()
        counted = _AFTER_DIGITS.search(before) or _CAPTION.search(before) or share
        preceded = _TOKEN.findall(before[-40:])[-2:-1]
        if counted or find_numbers([*map(_Token, preceded)], language, 0):
            continue
        size = sizes[match["one"].lower()]
        if match["other"]:
            size *= sizes[match["other"].lower()]
        yield WordNumber(Span(*match.span()), Fraction(size), "other", vague=True)


def _read(text: str, language: str) -> Iterator[WordNumber]:
    """What text2num finds, less the articles and pronouns that it takes for 'one'."""
    tokens = list(_TOKEN.finditer(text))
    for one in find_numbers([_Token(match[0]) for match in tokens], language, 0):
        span = Span(tokens[one.start].start(), tokens[one.end - 1].end())
        words = text[span.start : span.end].lower()
        value = _value(one.text)
        if value is None or words in LANGUAGES[language].vague:
            continue
        if one.is_ordinal:
            if value != 1 and (words != "second" or _is_second(text, span)):
                yield WordNumber(span, value, "other", ordinal=True)
        elif language == "en" or value != 1 or " " in words:
            several = language == "en" and _SEVERAL.search(text[: span.start])
            scale = bool(HAS_SCALE.match(words))
            if several and scale and " " not in words:
                yield WordNumber(span, value, "other", vague=True)
            else:
                yield WordNumber(span, value, "scale" if scale else "number")


def _is_second(text: str, span: Span) -> bool:
    """Whether 'second' is an ordinal and no time: 'the second gate'."""
    return bool(
        _SECOND.search(text[: span.start]) and re.match(r"[ -][^\W\d_]{3,}", text[span.end :])
    )


def _value(written: str) -> Fraction | None:
    digits = re.match(r"\d+(?:[.,]\d+)?", written)
    return Fraction(digits[0].replace(",", ".")) if digits else None


def _without_scales_of_digits(text: str, found: list[WordNumber]) -> list[WordNumber]:
    """Without the million of '2.5 million', which belongs to the digits."""
    return [
        one
        for one in found
        if not (one.kind == "scale" and _AFTER_DIGITS.search(text[: one.span.start]))
        or text[one.span.start : one.span.end].lower().startswith(("dozen", "dutzend"))
    ]


def _marked(text: str, found: list[WordNumber]) -> str:
    """The text with a mark for every letter of what is found; its length stays."""
    for one in found:
        start, end = one.span
        text = text[:start] + _MARKS[one.kind] * (end - start) + text[end:]
    return text


def _composed(
    text: str, found: list[WordNumber], language: str, patterns: _Patterns
) -> list[WordNumber]:
    """Numbers that belong together as one: 'one' 'and a half' 'million'."""
    if language == "en":
        found = _with_years(text, found)
    for pattern in patterns.compositions:
        shape = _marked(text.translate(_PRIVATE), found)
        by_start = {one.span.start: one for one in found}
        for match in pattern.finditer(shape):
            parts = {name: match.start(name) for name, part in match.groupdict().items() if part}
            values = {
                name: by_start[at].value if at in by_start else Fraction(match[name])
                for name, at in parts.items()
            }
            last = text[match.start("n") : match.end("n")] if "n" in parts else ""
            whole = WordNumber(Span(*match.span()), _combined(values, last), "number")
            found = [one for one in found if not _within(one.span, whole.span)]
            found.append(whole)
        found.sort(key=lambda one: one.span)
    return found


def _combined(values: dict[str, Fraction], words: str) -> Fraction:
    """N + f (of the scale that ends n), times s."""
    scale = values.get("s", Fraction(1))
    if "f" not in values:
        return values.get("n", Fraction(1)) * scale
    share = values["f"]
    if "s" not in values and (ending := _ENDS_IN_SCALE.search(words)):
        share *= 10**6 if ending["million"] else 10**9
    return (values.get("n", Fraction(0)) + share) * scale


def _with_years(text: str, found: list[WordNumber]) -> list[WordNumber]:
    """'nineteen' 'eighty-four' as one number."""
    years: list[WordNumber] = []
    for one in found:
        before = years[-1] if years else None
        if (
            before is not None
            and before.kind == one.kind == "number"
            and before.value in _YEAR_FIRST
            and one.value in _YEAR_LAST
            and text[before.span.end : one.span.start] == " "
        ):
            span = Span(before.span.start, one.span.end)
            years[-1] = replace(before, span=span, value=before.value * 100 + one.value)
        else:
            years.append(one)
    return years


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
