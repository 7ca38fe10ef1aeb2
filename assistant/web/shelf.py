"""Which documents the library shows, and in which order: searched, filtered and sorted."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.web import library_texts as texts
from index.ingesting.walking import State
from index.status import kind_of
from index.store.catalog import DocumentInfo

_TAGS = frozenset({"tags", "keywords", "categories", "subject"})
_MOST_TAGS = 200
"""Entries of a filter, the most frequent ones."""

_FAMILIES = {
    "application/pdf": "pdf",
    "text/html": "web",
    "application/xhtml": "web",
    "message/": "mail",
    "application/mbox": "mail",
    "application/vnd.ms-outlook": "mail",
    "text/calendar": "mail",
    "text/vcard": "mail",
    "image/": "picture",
    "application/epub": "book",
    "text/csv": "sheet",
    "text/tab-separated": "sheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml": "sheet",
    "application/vnd.oasis.opendocument.spreadsheet": "sheet",
    "application/vnd.openxmlformats-officedocument.presentationml": "slides",
    "application/vnd.oasis.opendocument.presentation": "slides",
    "application/vnd.": "office",
    "application/rtf": "office",
    "application/msword": "office",
    "text/x-source": "data",
    "text/x-log": "data",
    "text/": "text",
}
"""By the beginning of a media type the kind that a person would name; the first that fits."""


def family(media_type: str) -> str:
    """The kind of a document, a key of the page's `KINDS`.

    >>> family("application/pdf"), family("text/markdown"), family("application/json")
    ('pdf', 'text', 'data')
    """
    return next((own for head, own in _FAMILIES.items() if media_type.startswith(head)), "data")


def tags(document: DocumentInfo) -> set[str]:
    """The tags of a document.

    >>> tags(demo.documents()[0])
    set()
    """
    said = (value for name, value in document.properties if name.casefold() in _TAGS)
    return {tag for value in said for part in value.split(",") if (tag := part.strip())}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to see of the documents; an empty field leaves all.

    `status` is a status in words or one of the kinds 'draft', 'final' and 'archived', `state` one
    of the page's `STATES`.

    >>> Wanted(words="correction").is_all, Wanted().is_all
    (False, True)
    """

    words: str = ""
    kind: str = ""
    tag: str = ""
    year: str = ""
    status: str = ""
    state: str = ""

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self == Wanted()


def selected(
    documents: Sequence[DocumentInfo],
    wanted: Wanted,
    order: str,
    states: Callable[[Sequence[DocumentInfo]], Mapping[str, State]],
) -> list[DocumentInfo]:
    """The documents that are wanted, in the order that is.

    Args:
        documents: all there are, the latest first.
        wanted: which.
        order: a key of the page's `ORDERS`.
        states: of documents, by id, as `Assistant.states` has them; asked only if it matters.

    >>> found = selected(demo.documents(), Wanted("CORRECTION report"), "latest", demo.states)
    >>> [one.title for one in found]
    ['Correction to preliminary report IHW 2026/04']
    """
    if wanted.is_all:
        return _sorted(documents, order)
    words = wanted.words.casefold().split()
    found = [
        one
        for one in documents
        if (not wanted.kind or family(one.media_type) == wanted.kind)
        and (not wanted.tag or wanted.tag in tags(one))
        and (not wanted.year or (one.date or "").startswith(wanted.year))
        and (not wanted.status or wanted.status in (kind_of(one.status), one.status))
        and (not words or _holds(one, words))
    ]
    return _sorted(_in_state(found, wanted.state, states), order)


def _holds(one: DocumentInfo, words: Sequence[str]) -> bool:
    file = (one.path or one.source or "").rpartition("/")[2]
    said = f"{one.title} {one.author or ''} {one.date or ''} {file}".casefold()
    return all(word in said for word in words)


def _in_state(
    found: list[DocumentInfo],
    state: str,
    states: Callable[[Sequence[DocumentInfo]], Mapping[str, State]],
) -> list[DocumentInfo]:
    if state == "partial":
        return [one for one in found if one.left_out or one.warnings]
    if state == "corrected":
        return [one for one in found if one.corrected]
    if state:
        known = states(found)
        return [one for one in found if known.get(one.id) == state]
    return found


def _sorted(found: Sequence[DocumentInfo], order: str) -> list[DocumentInfo]:
    if order == "oldest":
        dated = [one for one in found if one.date]
        return [*reversed(dated), *(one for one in found if not one.date)]
    if order == "title":
        return sorted(found, key=lambda one: one.title.casefold())
    if order == "author":
        return sorted(found, key=lambda one: (one.author is None, (one.author or "").casefold()))
    if order == "added":
        return sorted(found, key=lambda one: one.added, reverse=True)
    if order == "longest":
        return sorted(found, key=lambda one: one.characters, reverse=True)
    return list(found)


class Choice(NamedTuple):
    """An entry of a filter.

    >>> Choice("pdf", "PDF (3)").label
    'PDF (3)'
    """

    value: str
    label: str


def choices(documents: Iterable[DocumentInfo]) -> dict[str, list[Choice]]:
    """What each filter offers, the most frequent first; years from the latest on.

    >>> [one.label for one in choices(demo.documents())["kind"]][:2]
    ['Text (3)', 'Web page (2)']
    """
    kinds: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    years: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    for one in documents:
        kinds[family(one.media_type)] += 1
        labels.update(tags(one))
        if one.date:
            years[one.date[:4]] += 1
        if one.status:
            statuses[kind_of(one.status) or one.status] += 1
    return {
        "kind": [_choice(value, texts.KINDS[value], n) for value, n in kinds.most_common()],
        "tag": [_choice(value, value, n) for value, n in labels.most_common(_MOST_TAGS)],
        "year": [_choice(value, value, years[value]) for value in sorted(years, reverse=True)],
        "status": [_choice(value, value, n) for value, n in statuses.most_common(_MOST_TAGS)],
        "state": [Choice(value, label) for value, label in texts.STATES.items()],
    }


def _choice(value: str, label: str, count: int) -> Choice:
    return Choice(value, texts.option(label, count))
