"""The store's documents, and files being added, → HTML."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from assistant.web import texts
from assistant.web.places import Place, link
from index.catalog import DocumentInfo
from index.freshness import State
from index.report import FileDone, FileUnderWay

SHOWN = 300
"""Rows of the list; a larger store is narrowed with the field above it."""


def masthead(engine: str, documents: int) -> Markup:
    """The head of the page: the name, what answers, and how much it can read."""
    return Markup(
        '<header class="masthead"><h1>Footnote</h1><p class="engine">{}</p>'
        '<nav><button type="button" class="toggle" data-panel-of="draft">{}</button>'
        '<button type="button" class="toggle" data-panel-of="conversations">{}</button>'
        '<button type="button" class="toggle" data-panel-of="library">{}</button></nav></header>'
    ).format(
        texts.engine(engine),
        texts.DRAFT_HEAD,
        texts.CONVERSATIONS,
        texts.counted(documents, "document"),
    )


def demo_note(href: str, *, demo: bool) -> Markup:
    """The line that says whose documents are shown, with the link to the others."""
    said, offered = texts.DEMO if demo else texts.OWN
    return Markup('<p class="demo">{} <a href="{}">{}</a></p>').format(said, href, offered)


def documents(
    listed: Sequence[DocumentInfo], states: Mapping[str, State], wanted: str = ""
) -> Markup:
    """The documents whose title or date holds `wanted`, each with a link, its state, and buttons.

    Args:
        listed: what there is, the latest first.
        states: of each by its id, as `Assistant.states` has them.
        wanted: what is typed to find some.
    """
    needle = wanted.strip().casefold()
    found = [one for one in listed if needle in f"{one.title} {one.date or ''}".casefold()]
    if not found:
        text = texts.NO_SUCH_DOCUMENT if listed else texts.NO_DOCUMENTS
        return Markup('<p class="quiet">{}</p>').format(text)
    rows = Markup("").join(_row(one, states[one.id]) for one in found[:SHOWN])
    hidden = len(found) - SHOWN
    more = (
        Markup('<p class="quiet">{}</p>').format(texts.more_documents(hidden)) if hidden > 0 else ""
    )
    return Markup('<ul class="documents" aria-label="{}">{}</ul>{}').format(
        texts.DOCUMENTS, rows, more
    )


def adding(
    paths: Sequence[str], events: Iterable[FileDone | FileUnderWay], seconds: float = 0.0
) -> Markup:
    """Every file of an upload with what became of it, or how far it is after so many seconds."""
    latest = {event.path: event for event in events}
    done = [event for event in latest.values() if isinstance(event, FileDone)]
    rows = Markup("").join(_file(path, latest.get(path)) for path in paths)
    # The share of a long document that is embedded counts, so that the bar goes on.
    share = sum(1 if isinstance(e, FileDone) else e.done / e.total for e in latest.values())
    return Markup(
        '<div class="adding" role="status"><p>{}</p><progress max="{}" value="{}"></progress>'
        "<ul>{}</ul></div>"
    ).format(
        texts.adding(len(done), len(paths)) + _pace(done, share, len(paths), seconds)
        if len(done) < len(paths)
        else _tally(done),
        len(paths),
        f"{share:g}",
        rows,
    )


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


def _file(path: str, file: FileDone | FileUnderWay | None) -> Markup:
    if file is None:
        state, words = "waiting", texts.READING
    elif isinstance(file, FileUnderWay):
        state, words = "waiting", texts.passages(file.done, file.total)
    else:
        state = file.outcome
        words = texts.OUTCOMES[file.outcome] + (f": {file.reason}" if file.reason else "")
    return Markup(
        '<li class="{}"><span dir="auto">{}</span> <small dir="auto">{}</small></li>'
    ).format(state, Path(path).name, words)


def _row(document: DocumentInfo, state: State) -> Markup:
    facts = [
        texts.readable_date(document.date) if document.date else "",
        texts.counted(document.pages, "page") if document.pages else "",
    ]
    return Markup(
        '<li>{} <span class="details">{}<span class="state {}">{}</span></span>'
        '<details><summary aria-label="{}">⋯</summary>'
        '<button type="button" data-replace="{}" aria-label="{}">{}</button> '
        '<button type="button" data-remove="{}" aria-label="{}">{}</button></details></li>'
    ).format(
        link(
            Place(document.id, document.version),
            document.title,
            id=f"d-{document.id}",
            dir="auto",
        ),
        "".join(f"{fact} · " for fact in facts if fact),
        state,
        texts.STATES[state],
        texts.replace_or_remove(document.title),
        document.id,
        texts.replace_document(document.title),
        texts.REPLACE,
        document.id,
        texts.remove_document(document.title),
        texts.REMOVE,
    )
