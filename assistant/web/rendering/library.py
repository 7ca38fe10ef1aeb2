"""The store's documents, and files being added, → HTML.

Documents of a period: which of them a question is put to.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from assistant.templating import Macros
from assistant.web import library_texts, texts
from assistant.web.rendering.places import Place
from index.document import LeftOut
from index.errors import QuestionError
from index.ingesting.fetching import is_address
from index.ingesting.report import FileDone, FileUnderWay
from index.ingesting.walking import State
from index.places import INSIDE, shown_name
from index.store.catalog import DocumentInfo
from index.store.watches import Watched

_HTML = Macros("assistant.web", "library.html", texts=texts, words=library_texts)

_TOLD, _LONGEST = 12, 160
"""Things left out of a document that are told, and characters of each."""
MEMBERS = 100
"""Rows of what one added file holds."""

SHOWN = 100
"""Rows of the list that are made at once."""

_VIEWS = ("matrix", "collections")


def masthead(
    engine: str,
    judge: str,
    documents: int,
    *,
    own: bool = False,
    operated: bool = False,
    person: str = "",
) -> Markup:
    """The head of the page: the name, what answers and judges, and how much it can read.

    Where whoever reads it may connect a model, it opens the sheet for that; elsewhere, where only
    the embedded reader answers, it tells how a model is connected. Whoever is signed in finds their
    own page behind their name.

    >>> "7 documents" in masthead("reader", "", 7)
    True
    """
    counted = texts.counted(documents, "document")
    matrix, collections = (f"{one}?documents=own" if own else one for one in _VIEWS)
    quotes_only = engine == "reader"
    return _HTML.masthead(
        texts.engine(engine), judge, counted, matrix, collections, quotes_only, operated, person
    )


def chosen_note(collection: str, href: str) -> Markup:
    """The line that says to which collection the page is limited, with the link to all documents.

    >>> chosen_note("Matter 12", "./").striptags()
    'Only documents of “Matter 12” are read. Read all documents'
    """
    return _HTML.demo_note(texts.WITHIN.format(collection), href, texts.ALL_DOCUMENTS)


def demo_note(href: str, *, demo: bool) -> Markup:
    """The line that says whose documents are shown, with the link to the others.

    >>> demo_note("?documents=own", demo=True).striptags()
    'These are the demo documents. Use my own documents'
    """
    said, offered = texts.DEMO if demo else texts.OWN
    return _HTML.demo_note(said, href, offered)


def documents(found: Sequence[DocumentInfo], states: Mapping[str, State], total: int) -> Markup:
    """The beginning of the list; the script asks for more of it as it is scrolled.

    Args:
        found: all documents in the order of the list.
        states: of at least the first `SHOWN` by id, as `Assistant.states` has them.
        total: how many documents there are in all.

    >>> listed = demo.documents()
    >>> "Correction to preliminary report" in documents(listed, demo.states(listed), 7)
    True
    """
    if not total:
        return _HTML.none_found(texts.NO_DOCUMENTS)
    return _HTML.documents(rows(found[:SHOWN], states), total, len(found) > SHOWN)


def rows(found: Sequence[DocumentInfo], states: Mapping[str, State]) -> Markup:
    """Documents as rows of the list, each with a box to tick, a link, and what is known of it.

    >>> listed = demo.documents()[:2]
    >>> rows(listed, demo.states(listed)).count("<li")
    2
    """
    told = [(one, Place(one.id, one.version), _facts(one), states[one.id]) for one in found]
    return _HTML.rows(told)


def details(document: DocumentInfo, left_out: Sequence[LeftOut]) -> Markup:
    """What can be done with a document, its fields to be corrected, and what its text lacks.

    >>> info = demo.documents()[0]
    >>> "Correct title" in details(info, demo.left_out().get(info.id, ()))
    True
    """
    read = dict(document.corrected)
    fields = [
        (
            name,
            label,
            getattr(document, name) or "",
            library_texts.read_as(name, read[name]) if name in read else "",
        )
        for name, label in library_texts.FIELDS.items()
    ]
    told = [_said(item) for item in left_out[:_TOLD]]
    return _HTML.details(document, fields, told, max(len(left_out) - _TOLD, 0))


def elsewhere(folders: Sequence[Path]) -> Markup:
    """The forms that add a web address, or a folder of the server within those that may be.

    >>> "/srv/papers" in elsewhere([Path("/srv/papers")])
    True
    """
    return _HTML.elsewhere([str(one) for one in folders])


def watched(folders: Sequence[Watched]) -> Markup:
    """The folders that are kept in step: since when, what changed last, and what failed.

    >>> watched([])
    Markup('')
    """
    if not folders:
        return Markup()
    told = []
    for one in folders:
        found = one.told
        lines = [] if found.problem else [library_texts.NOT_YET]
        if found.synced:
            lines = [library_texts.IN_STEP.format(library_texts.moment(found.synced))]
        changed = ""
        if found.changed:
            counts = library_texts.changes(found.added, found.updated, found.removed)
            when = library_texts.moment(found.changed)
            changed = library_texts.LAST_CHANGE.format(when, counts)
        files = [(_within(path, one.folder), what) for path, what in found.files.items()]
        failed = [(_within(path, one.folder), why) for path, why in found.failed.items()]
        told.append((one.folder, lines, found.problem, changed, files, failed))
    return _HTML.watched(told)


def _within(path: str, folder: str) -> str:
    return path.removeprefix(folder.rstrip("/") + "/")


def adding(
    paths: Sequence[str], events: Iterable[FileDone | FileUnderWay], seconds: float = 0.0
) -> Markup:
    """Every file of an upload with what became of it, or how far it is after so many seconds.

    What failed comes first; once all is done the list can be put away.

    Below a file that holds others stand those; of more than `MEMBERS` only what is to be said of.
    Without `paths` all stand there that are told of.

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
    if paths:
        rows = [row for path in paths for row in _rows(path, latest)]
    else:
        rows = [(_name(e.path), *_state(e)) for e in _told_of(list(latest.values()))]
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
        yield _name(path), *_state(latest.get(path))
    for event in _told_of(within):
        yield shown_name(event.path), *_state(event)


def _told_of(events: Sequence[FileDone | FileUnderWay]) -> Sequence[FileDone | FileUnderWay]:
    """All of them, or where they are many those of which something is to be said."""
    if len(events) <= MEMBERS:
        return events
    return [e for e in events if isinstance(e, FileDone) and e.reason][:MEMBERS]


def _name(path: str) -> str:
    return path if is_address(path) else shown_name(path)


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
        document.status or "",
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
    some = frozenset(chosen)
    found = [
        one.id
        for one in documents
        if (not some or one.id in some) and one.date and _in_period(one.date, since, until)
    ]
    if not found:
        raise QuestionError(texts.NONE_OF_PERIOD)
    return found


def _in_period(date: str, since: str, until: str) -> bool:
    """As far as both tell: '2025' may lie after '2025-11'."""
    return (not since or date[: len(since)] >= since[: len(date)]) and (
        not until or date[: len(until)] <= until[: len(date)]
    )
