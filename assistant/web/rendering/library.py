"""The store's documents, and files being added, → HTML.

Documents of a period: which of them a question is put to.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from assistant.templating import Macros
from assistant.web import texts
from assistant.web.rendering.places import Place
from index.document import LeftOut
from index.errors import QuestionError
from index.ingesting.report import FileDone, FileUnderWay
from index.ingesting.walking import State
from index.places import INSIDE, shown_name
from index.store.catalog import DocumentInfo

_HTML = Macros("assistant.web", "library.html", texts=texts)

_TOLD, _LONGEST = 12, 160
"""Things left out of a document that are told, and characters of each."""
MEMBERS = 100
"""Rows of what one added file holds."""

SHOWN = 300
"""Rows of the list; a larger store is narrowed with the field above it."""


def masthead(
    engine: str, judge: str, documents: int, *, own: bool = False, operated: bool = False
) -> Markup:
    """The head of the page: the name, what answers and judges, and how much it can read.

    Where whoever reads it may connect a model, it opens the sheet for that; elsewhere, where only
    the embedded reader answers, it tells how a model is connected.

    >>> "7 documents" in masthead("reader", "", 7)
    True
    """
    counted = texts.counted(documents, "document")
    matrix = "matrix?documents=own" if own else "matrix"
    return _HTML.masthead(
        texts.engine(engine), judge, counted, matrix, engine == "reader", operated
    )


def demo_note(href: str, *, demo: bool) -> Markup:
    """The line that says whose documents are shown, with the link to the others.

    >>> demo_note("?documents=own", demo=True).striptags()
    'These are the demo documents. Use my own documents'
    """
    said, offered = texts.DEMO if demo else texts.OWN
    return _HTML.demo_note(said, href, offered)


def documents(
    listed: Sequence[DocumentInfo],
    states: Mapping[str, State],
    left_out: Mapping[str, Sequence[LeftOut]],
    wanted: str = "",
) -> Markup:
    """The documents whose title or date holds `wanted`, each with a link, its state, and buttons.

    Args:
        listed: what there is, the latest first.
        states: of each by its id, as `Assistant.states` has them.
        left_out: by id, what their texts do not have of their files.
        wanted: what is typed to find some.

    >>> listed = demo.documents()
    >>> states, left_out = demo.states(listed), demo.left_out()
    >>> "Correction to preliminary report" in documents(listed, states, left_out, "correction")
    True
    """
    needle = wanted.strip().casefold()
    found = [one for one in listed if needle in f"{one.title} {one.date or ''}".casefold()]
    if not found:
        return _HTML.none_found(texts.NO_SUCH_DOCUMENT if listed else texts.NO_DOCUMENTS)
    rows = [
        (
            one,
            Place(one.id, one.version),
            _facts(one),
            states[one.id],
            [_said(item) for item in left_out.get(one.id, ())[:_TOLD]],
            max(len(left_out.get(one.id, ())) - _TOLD, 0),
        )
        for one in found[:SHOWN]
    ]
    hidden = len(found) - SHOWN
    return _HTML.documents(rows, texts.more_documents(hidden) if hidden > 0 else "")


def adding(
    paths: Sequence[str], events: Iterable[FileDone | FileUnderWay], seconds: float = 0.0
) -> Markup:
    """Every file of an upload with what became of it, or how far it is after so many seconds.

    What failed comes first; once all is done the list can be put away.

    Below a file that holds others stand those; of more than `MEMBERS` only what is to be said of.

    >>> done = FileDone("log.txt", "added", "log", reason=None, done=1, total=2)
    >>> adding(["log.txt", "night.pdf"], [done]).striptags()
    'Adding 1 of 2 … log.txt added night.pdf reading …'
    """
    latest = {event.path: event for event in events}
    done = [event for event in latest.values() if isinstance(event, FileDone)]
    # The share of a long document that is embedded counts, so that the bar goes on.
    share = sum(1 if isinstance(e, FileDone) else e.done / e.total for e in latest.values())
    total = max([len(paths), *(file.total for file in done)])
    said = (
        texts.adding(len(done), total) + _pace(done, share, total, seconds)
        if len(done) < total
        else _tally(done)
    )
    rows = [row for path in paths for row in _rows(path, latest)]
    rows.sort(key=lambda row: row[1] != "failed")
    return _HTML.adding(said, total, f"{share:g}", rows, len(done) == total)


def _rows(
    path: str, latest: Mapping[str, FileDone | FileUnderWay]
) -> Iterator[tuple[str, str, str]]:
    """A file, and what it holds: the name, and what has become of it."""
    inner = f"{path}{INSIDE}"
    within: Sequence[FileDone | FileUnderWay]
    within = [event for event in latest.values() if event.path.startswith(inner)]
    if path in latest or not within:
        yield Path(path).name, *_state(latest.get(path))
    if len(within) > MEMBERS:
        within = [e for e in within if isinstance(e, FileDone) and e.reason][:MEMBERS]
    for event in within:
        yield shown_name(event.path), *_state(event)


def _pace(done: Sequence[FileDone], share: float, total: int, seconds: float) -> str:
    """How fast it goes and how long it will still take; nothing while that is a guess."""
    if seconds < 3 or not share:
        return ""
    rate = sum(file.characters for file in done) / seconds
    left = seconds * (total - share) / share
    return f" {texts.pace(rate, left)}"


def _tally(done: Sequence[FileDone]) -> str:
    failed = sum(file.outcome == "failed" for file in done)
    good = sum(file.outcome not in ("failed", "passed over") for file in done)
    return texts.added(good, failed)


def _state(file: FileDone | FileUnderWay | None) -> tuple[str, str]:
    """What has become of a file, as the page's styles name it and in words."""
    if file is None:
        return "waiting", texts.READING
    if isinstance(file, FileUnderWay):
        return "waiting", texts.EMBEDDED.format(file.done, file.total)
    return file.outcome, texts.OUTCOMES[file.outcome] + (f": {file.reason}" if file.reason else "")


def _facts(document: DocumentInfo) -> list[str]:
    facts = [
        shown_name(document.path) if document.path and INSIDE in document.path else "",
        texts.readable_date(document.date) if document.date else "",
        texts.counted(document.pages, "page") if document.pages else "",
        texts.counted(document.words, "word") if document.words else "",
        texts.counted(document.tables, "table") if document.tables else "",
        texts.language(document.language) if document.language else "",
    ]
    return [fact for fact in facts if fact]


def _said(left: LeftOut) -> tuple[str, str, str]:
    """Its reason, its place, and its first words."""
    words = " ".join(left.words.split())
    return left.why, left.where, words if len(words) <= _LONGEST else words[:_LONGEST] + " …"


_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


def within(
    documents: Sequence[DocumentInfo], chosen: Sequence[str], since: str | None, until: str | None
) -> list[str] | None:
    """The ids of the chosen documents that are dated in a period; None where all may answer.

    Args:
        documents: all there are.
        chosen: ids; all where it is empty.
        since: the first year, month or day; empty for none.
        until: the last one, likewise.

    Raises:
        QuestionError: a date cannot be read, or no document is of the period.

    >>> titles = {one.id: one.title for one in demo.documents()}
    >>> [titles[id_] for id_ in within(demo.documents(), (), since="2026-02", until="2026-03")]
    ['Correction to preliminary report IHW 2026/04']
    """
    since, until = (since or "").strip(), (until or "").strip()
    if not since and not until:
        return list(chosen) or None
    for given in (since, until):
        if given and not _DATE.fullmatch(given):
            raise QuestionError(texts.NO_DATE.format(given))
    found = [
        one.id
        for one in documents
        if (not chosen or one.id in chosen) and one.date and _in_period(one.date, since, until)
    ]
    if not found:
        raise QuestionError(texts.NONE_OF_PERIOD)
    return found


def _in_period(date: str, since: str, until: str) -> bool:
    """As far as both tell: '2025' may lie after '2025-11'."""
    return (not since or date[: len(since)] >= since[: len(date)]) and (
        not until or date[: len(until)] <= until[: len(date)]
    )
