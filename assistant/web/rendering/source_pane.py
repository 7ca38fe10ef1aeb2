"""The source pane: a cited document at the passage, as it is printed or as text."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from assistant.answer import Passage
from assistant.assistant import Assistant
from assistant.templating import Macros
from assistant.web import texts
from assistant.web.rendering import finding, source_page, source_text
from assistant.web.rendering.finding import NOTHING, Looked, found_of
from assistant.web.rendering.places import Place
from index.document import Document, Span
from index.errors import FootnoteError, PageError

_HTML = Macros("assistant.web", "source.html", texts=texts)

LONGEST_FIND = 200
_HEADINGS, _DEEPEST = 400, 4
"""Headings that an outline has at most, and how many levels it sets apart."""


def render_pane(assistant: Assistant, data: Mapping[str, Any], *, own: bool) -> str:
    """The pane's content for an event of the page's script.

    Args:
        assistant: whose document it is.
        data: the place (see `Place`), and what is wanted of it: `view` 'text' in place of the
            printed page, `page` another page than the passage's, `width` the pixels that there
            are for it, `first` and `last` more of the text than what surrounds the passage, `find`
            words to look for in it, the first of which behind the place is shown, where `go` is.
        own: whether addresses are those of the user's own documents beside a demo.

    >>> log = demo.documents()[-1]
    >>> log.title in render_pane(demo, Place(log.id, log.version).data, own=False)
    True
    """
    place = Place.parsed(data)
    try:
        document = assistant.document(place.document, place.version)
    except FootnoteError as error:
        return str(missing(str(error)))
    said, find = "", str(data.get("find") or "")[:LONGEST_FIND].strip()
    hits = finding.find(document.text, find) if find else []
    if hits and data.get("go"):
        place = replace(place, **finding.next_of(hits, place.start)._asdict())
    looked = Looked(find, hits)
    if document.pages and data.get("view") != "text":
        wanted = int(data.get("page") or document.page_at(place.start) or 1)
        page = min(max(wanted, 1), len(document.pages))
        width = int(data.get("width") or source_page.WIDTH)
        try:
            image = assistant.page_image(place.document, page, place.version, width=width)
        except PageError as error:
            said = str(error)
        else:
            passage = passage_at(document, place)
            marks = assistant.rectangles(passage) if passage else []
            lines = assistant.page_lines(place.document, page, place.version)
            shown_page = source_page.SourcePage(page, image, tuple(marks), lines)
            return str(as_printed(document, place, shown_page, own, looked))
    first, last = data.get("first"), data.get("last")
    shown = source_text.window(document, place)
    if first is not None and last is not None:
        shown = Span(max(int(first), 0), min(int(last), len(document.text)))
    return str(as_text(document, place, shown, said, own=own, looked=looked))


def linked(assistant: Assistant, citation_id: str, *, own: bool) -> str:
    """The pane's content for a permalink, which names a citation by its id.

    >>> log = demo.documents()[-1]
    >>> log.title in linked(demo, f"{log.version[:16]}:0-80", own=False)
    True
    """
    try:
        place = Place.of(assistant.cited(citation_id))
    except FootnoteError as error:
        return str(missing(str(error)))
    return render_pane(assistant, place.data, own=own)


def as_printed(
    document: Document,
    place: Place,
    sheet: source_page.SourcePage,
    own: bool,
    looked: Looked = NOTHING,
) -> Markup:
    """The pane with a printed page of the document; `own` as in `opened`.

    >>> info = next(one for one in demo.documents() if one.pages)
    >>> report, image = demo.document(info.id), demo.page_image(info.id, 2)
    >>> page = source_page.SourcePage(2, image, marks=())
    >>> report.title in as_printed(report, Place(info.id, info.version), page, own=False)
    True
    """
    body = source_page.sheet(document, place, sheet, own) + source_page.tools(document, sheet)
    facts = " · ".join(_facts(document, place))
    original = _original(document, place, own)
    found = found_of(looked, place)
    return _HTML.source(
        document.title,
        place,
        facts,
        body,
        "page",
        _outline(document, place),
        looked.find,
        found,
        page=sheet.page,
        original=original,
    )


def as_text(
    document: Document,
    place: Place,
    shown: Span,
    said: str = "",
    *,
    own: bool = False,
    looked: Looked = NOTHING,
) -> Markup:
    """The pane with a span of the document's text; `said` is why it is not the printed page.

    >>> log = Document("High tide was at nine.", "Tide log", "text/plain")
    >>> as_text(log, Place("log", log.version, 0, 9), Span(0, 22)).striptags()
    '× Tide log Original file ‹› Ask about this document High tide was at nine.'
    """
    body = source_text.source(document, place, shown)
    facts = " · ".join(_facts(document, place))
    view = "text" if document.pages and not said else ""
    return _HTML.source(
        document.title,
        place,
        facts,
        body,
        view,
        _outline(document, place),
        looked.find,
        found_of(looked, place),
        notice=said,
        original=_original(document, place, own),
    )


def _original(document: Document, place: Place, own: bool) -> str:
    """Where its file is; what came from the web stands there, at the address that is told."""
    return "" if document.source else source_page.original_address(place, own=own)


def _outline(document: Document, place: Place) -> list[tuple[str, int, Place]]:
    """The headings of a document, each with its level from 1 and its place."""
    levels = sorted({heading.level for heading in document.headings})
    return [
        (
            words,
            min(levels.index(one.level) + 1, _DEEPEST),
            replace(place, start=one.start, end=one.end),
        )
        for one in document.headings[:_HEADINGS]
        if (words := " ".join(document.text[one.start : one.end].split()))
    ]


def missing(message: str) -> Markup:
    """The pane's content when the document cannot be shown.

    >>> missing("No document has the id ‘log’.").striptags()
    '× No document has the id ‘log’.'
    """
    return _HTML.missing(message)


def passage_at(document: Document, place: Place) -> Passage | None:
    """What stands at a place; None where it is the document as a whole.

    >>> log = Document("High tide was at nine.", "Tide log", "text/plain")
    >>> passage_at(log, Place("log", log.version, 0, 9)).text
    'High tide'
    """
    if place.end <= place.start:
        return None
    return Passage.of(document, place.document, place.version, Span(place.start, place.end))


def _facts(document: Document, place: Place) -> Iterator[str]:
    if document.author:
        yield document.author
    if document.date:
        yield texts.readable_date(document.date)
    if document.source:
        yield document.source
    passage = passage_at(document, place)
    if passage is not None:
        if passage.locator:
            yield passage.locator
    elif document.pages:
        yield texts.counted(len(document.pages), "page")
