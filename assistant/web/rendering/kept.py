"""Kept conversations, and what can be done with an answer → HTML."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import Markup

from assistant.conversations.tables import Feedback, Listed
from assistant.reporting.export import Export
from assistant.templating import Macros
from assistant.web import texts

_HTML = Macros("assistant.web", "conversations.html", texts=texts)

SUFFIXES = {
    Export.markdown: "md",
    Export.html: "html",
    Export.docx: "docx",
    Export.bibtex: "bib",
    Export.csl: "csl.json",
    Export.json: "json",
}
"""The formats that are offered, with the suffix of a file in each."""


def conversations(
    listed: Sequence[Listed],
    current: str | None,
    wanted: str,
    own: bool,
    said: str = "",
    *,
    share: bool = False,
) -> Markup:
    """The list of conversations, each with its title, date and what can be done with it.

    Args:
        listed: what there is, the latest first.
        current: the id of the one that is open.
        wanted: what was searched for.
        own: whether the addresses are those of the user's own documents beside a demo.
        said: what has just been done with one of them.
        share: whether there are others to whom it can be shown.

    >>> one = Listed("c1", "Did it hold?", datetime(2026, 1, 2), answers=2)
    >>> conversations([one], current=None, wanted="hold", own=False).striptags()
    'Did it hold?2 January 2026 · 2 answers ⋯ RenamePin to the top Export Markdown Web page (HTML)
    Word (DOCX) BibTeX CSL-JSON JSON Delete'
    """
    rows = [(one, _day(one.updated), _exports("conversation", one.id, own)) for one in listed]
    return _HTML.conversations(rows, current, wanted.strip(), said, share)


def actions(
    conversation_id: str,
    answer_id: str,
    turn_number: int | None,
    feedback: Feedback | None,
    own: bool,
    *,
    citable: bool,
) -> Markup:
    """What can be done with an answer: copy, export, link, ask again, say what one thinks of it.

    Args:
        conversation_id: the conversation that holds it.
        answer_id: which.
        turn_number: of its turn in the conversation, from 1; None where it cannot be asked again.
        feedback: what was said of it before.
        own: whether the addresses are those of the user's own documents beside a demo.
        citable: whether it holds anything that can be taken along.

    >>> offered = actions("c1", "a1", 1, Feedback("up"), own=False, citable=True)
    >>> "export/answer/a1/footnote.docx" in offered
    True
    """
    return _HTML.actions(
        conversation_id,
        answer_id,
        turn_number,
        feedback,
        export_address("answer", answer_id, Export.html, own),
        _exports("answer", answer_id, own) if citable else [],
        _address({"answer": answer_id}, own),
    )


def earlier_turns(count: int) -> Markup:
    """What shows more of the turns that have gone out of view.

    >>> earlier_turns(12).striptags()
    'Show earlier questions (12)'
    """
    return _HTML.earlier(count)


def editing(number: int) -> Markup:
    """The line that says which question the next one replaces.

    >>> editing(3).striptags()
    'Your next question replaces question 3 and what came after it. Cancel'
    """
    return _HTML.editing(number)


def export_address(kind: str, id_: str, format_: Export, own: bool) -> str:
    """Where an answer or a conversation is downloaded.

    >>> export_address("answer", "a1", Export.docx, own=True)
    'export/answer/a1/footnote.docx?documents=own'
    """
    query = f"?{urlencode({'documents': 'own'})}" if own else ""
    return f"export/{kind}/{id_}/footnote.{SUFFIXES[format_]}{query}"


def _exports(kind: str, id_: str, own: bool) -> list[tuple[str, str]]:
    """Where an answer or a conversation is downloaded in each format, and the format's name."""
    return [
        (export_address(kind, id_, format_, own), texts.FORMATS[format_.value])
        for format_ in SUFFIXES
    ]


def _day(moment: datetime) -> str:
    return texts.readable_date(moment.astimezone().date().isoformat())


def _address(query: dict[str, str], own: bool) -> str:
    return "?" + urlencode(query | ({"documents": "own"} if own else {}))
