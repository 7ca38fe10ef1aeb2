"""Editions of one document: the leave policy of 2022 and that of 2024, version 2 and version 3."""

import re

from index.places import innermost_stem
from index.store.catalog import DocumentInfo

_NUMBERED = re.compile(r"\b(?:v|ver|version|rev|fy|q)?\.?[\W_]*\d[\d\W_]*", re.IGNORECASE)
_SHORTEST = 4
"""Letters that titles or names must have in common besides their figures."""


def are_editions(one: DocumentInfo, other: DocumentInfo) -> bool:
    """Whether two documents are editions of one, by titles or file names of like words.

    >>> are_editions(report, report)
    False
    """
    if one.id == other.id:
        return False
    pairs = zip(_names(one), _names(other), strict=True)
    return any(a != b and len(_bare(a)) >= _SHORTEST and _bare(a) == _bare(b) for a, b in pairs)


def edition_order(document: DocumentInfo) -> str:
    """What is greater for a newer edition: its date, or else the figures of its title.

    >>> edition_order(report)
    '2026-01-12'
    """
    if document.date:
        return document.date
    return " ".join(f"{int(number):012}" for number in re.findall(r"\d+", document.title))


def figures(document: DocumentInfo) -> set[str]:
    """The figures of its title, its file's name and its date, by which a question may name it.

    >>> sorted(figures(report) & {"2025", "2026"})
    ['2026']
    """
    return set(re.findall(r"\d+", f"{' '.join(_names(document))} {document.date or ''}"))


def _names(document: DocumentInfo) -> tuple[str, str]:
    return document.title, innermost_stem(document.path or "")


def _bare(name: str) -> str:
    return _NUMBERED.sub("", name).casefold()
