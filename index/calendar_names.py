"""The names of months and weekdays, from the Unicode Consortium's locale data (by babel)."""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale

_ENGLISH = Locale.parse("en")

MONTHS = tuple(_ENGLISH.months["format"]["wide"][month] for month in range(1, 13))
"""The English names, January first."""

WEEKDAYS = tuple(_ENGLISH.days["format"]["wide"][day] for day in range(7))
"""The English names, Monday first."""

_SHORTENED = ("en", "en_GB", "de", "fr", "es", "it", "pt", "nl")
"""Languages whose abbreviations are read, too."""

_SPELT_OUT = ("ca", "da", "sv", "nb", "fi", "pl", "cs")

_EVERYDAY = frozenset(["ago", "out", "set"])
"""Abbreviations (of August, October and September) that are English words before a year."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@cache
def month_numbers() -> Mapping[str, int]:
    """Every name of a month that is read, in lower case, with its number from 1.

    A name is there with its accents and without; one that is of two months is of none.

    >>> month_numbers()["march"]
    3
    """
    found: dict[str, set[int]] = {}
    for number, name in _names():
        found.setdefault(name, set()).add(number)
    return {name: min(of) for name, of in found.items() if len(of) == 1}


def month_forms() -> tuple[str, ...]:
    """The English names with their abbreviations, the longest first: for patterns.

    >>> month_forms()[:2], month_forms()[-1]
    (('September', 'December'), 'Sep')
    """
    forms = {
        name.rstrip(".")
        for language in ("en", "en_GB")
        for width in ("wide", "abbreviated")
        for name in Locale.parse(language).months["format"][width].values()
    }
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _names() -> Iterator[tuple[int, str]]:
    for language in (*_SHORTENED, *_SPELT_OUT):
        widths = ("wide", "abbreviated") if language in _SHORTENED else ("wide",)
        months = Locale.parse(language).months
        for use in ("format", "stand-alone"):
            for width in widths:
                for number, name in months[use][width].items():
                    plain = name.lower().rstrip(".")
                    if plain not in _EVERYDAY and plain.isalpha():
                        yield from ((number, form) for form in _spellings(plain))


def _spellings(name: str) -> set[str]:
    """A name as it is, without accents, and with its umlauts written out."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return {name, bare, name.translate(_UMLAUTS)}
