"""Documents of one kind by their names: editions of a policy, the leases of two flats."""

import re
from difflib import SequenceMatcher

from assistant.language.dates import spoken_date
from assistant.language.terms import function_terms
from index.errors import UnknownDocument
from index.places import innermost_stem
from index.store.catalog import DocumentInfo
from index.store.lexical import analyzed
from index.store.store import Store

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


def are_of_a_kind(one: DocumentInfo, other: DocumentInfo) -> bool:
    """Whether two documents have one title, are editions of one, or of one kind by their titles.

    >>> are_of_a_kind(report, report)
    True
    """
    return (
        one.title == other.title
        or are_editions(one, other)
        or are_framed_alike(one.title, other.title)
    )


def are_framed_alike(one: str, other: str) -> bool:
    """Whether two titles are of things of one kind: words are put for words, two in five stay.

    >>> are_framed_alike("Lease, flat 3A", "Lease, flat 5B")
    True
    >>> are_framed_alike("Flood report", "Correction to the flood report")
    False
    """
    first, second = _content(one), _content(other)
    changes = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    kinds = [kind for kind, *_ in changes]
    same = sum(end - start for kind, start, end, *_ in changes if kind == "equal")
    return (
        "replace" in kinds
        and not {"insert", "delete"} & set(kinds)
        and same * 5 >= 2 * max(len(first), len(second))
    )


def _content(title: str) -> list[str]:
    """The content words of a title as stems, in order."""
    return [term for term in analyzed(title) if term not in function_terms()]


def edition_order(document: DocumentInfo) -> str:
    """What is greater for a newer edition: its date, or else the figures of its title.

    >>> edition_order(report)
    '2026-01-12'
    """
    if document.date:
        return document.date
    return " ".join(f"{int(number):012}" for number in re.findall(r"\d+", document.title))


def dated_title(document: DocumentInfo) -> str:
    """The title of a document, and its date as it is spoken.

    >>> dated_title(report)[-17:]
    ', 12 January 2026'
    """
    when = f", {spoken_date(document.date)}" if document.date else ""
    return f"{document.title}{when}"


def opening_of(store: Store, document: DocumentInfo, length: int) -> str:
    """The first characters of a document; nothing of one that was removed after it was found.

    >>> opening_of(store, report, 12)
    'Inspectorate'
    """
    try:
        return store.excerpt(document.id, document.version, 0, min(length, document.characters))
    except UnknownDocument:
        return ""


def _names(document: DocumentInfo) -> tuple[str, str]:
    return document.title, innermost_stem(document.path or "")


def _bare(name: str) -> str:
    return _NUMBERED.sub("", name).casefold()
