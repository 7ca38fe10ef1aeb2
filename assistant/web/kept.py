"""Kept conversations, and what can be done with an answer → HTML."""

from collections.abc import Sequence
from urllib.parse import urlencode

from markupsafe import Markup

from assistant.kept_rows import Feedback, Listed
from assistant.reports.formats import Export
from assistant.web import texts

SUFFIXES = {
    Export.markdown: "md",
    Export.html: "html",
    Export.docx: "docx",
    Export.bibtex: "bib",
    Export.csl: "csl.json",
    Export.json: "json",
}
"""The formats that are offered, with the suffix of a file in each."""


def conversations(listed: Sequence[Listed], current: str | None, wanted: str, own: bool) -> Markup:
    """The list of conversations, each with its title, date and what can be done with it.

    Args:
        listed: what there is, the latest first.
        current: the id of the one that is open.
        wanted: what was searched for.
        own: whether the addresses are those of the user's own documents beside a demo.
    """
    if not listed:
        words = texts.NO_SUCH_CONVERSATION if wanted.strip() else texts.NO_CONVERSATIONS
        return Markup('<p class="quiet">{}</p>').format(words)
    rows = Markup("").join(_row(one, one.id == current, own) for one in listed)
    return Markup('<ul class="kept" aria-label="{}">{}</ul>').format(texts.CONVERSATIONS, rows)


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
    """
    return Markup(
        '<div class="actions" role="group" aria-label="{}" data-conversation="{}" '
        'data-kept="{}">{}</div>{}'
    ).format(
        texts.THIS_ANSWER,
        conversation_id,
        answer_id,
        Markup("").join(
            [
                Markup('<button type="button" data-copy="{}">{}</button>').format(
                    export_address("answer", answer_id, Export.html, own), texts.COPY
                ),
                _menu("answer", answer_id, own) if citable else Markup(""),
                Markup('<button type="button" data-link="{}">{}</button>').format(
                    _address({"answer": answer_id}, own), texts.LINK
                ),
                Markup('<button type="button" data-edit="{}">{}</button>').format(
                    turn_number, texts.ASK_AGAIN
                )
                if turn_number is not None
                else Markup(""),
                _thumb("up", answer_id, feedback),
                _thumb("down", answer_id, feedback),
            ]
        ),
        _reason(answer_id, feedback),
    )


def earlier(count: int) -> Markup:
    """What shows more of the turns that have gone out of view."""
    return Markup('<p class="earlier"><button type="button" data-earlier>{}</button></p>').format(
        texts.earlier(count)
    )


def editing(number: int) -> Markup:
    """The line that says which question the next one replaces."""
    return Markup(
        '<p class="editing">{} <button type="button" data-edit="0">{}</button></p>'
    ).format(texts.replacing(number), texts.CANCEL)


def export_address(kind: str, id_: str, format_: Export, own: bool) -> str:
    """Where an answer or a conversation is downloaded."""
    query = f"?{urlencode({'documents': 'own'})}" if own else ""
    return f"export/{kind}/{id_}/footnote.{SUFFIXES[format_]}{query}"


def _row(one: Listed, current: bool, own: bool) -> Markup:
    return Markup(
        '<li{}><button type="button" class="resume" data-resume="{}" dir="auto">{}</button>'
        '<span class="details">{} · {}</span><details><summary aria-label="{}">⋯</summary>'
        '<div class="tools"><input type="text" value="{}" aria-label="{}" maxlength="120">'
        '<button type="button" data-rename="{}">{}</button>{}'
        '<button type="button" class="danger" data-discard="{}">{}</button></div></details></li>'
    ).format(
        Markup(' aria-current="true"') if current else "",
        one.id,
        one.title,
        texts.readable_date(one.updated.astimezone().date().isoformat()),
        texts.counted(one.answers, "answer"),
        texts.more_about(one.title),
        one.title,
        texts.TITLE,
        one.id,
        texts.RENAME,
        _menu("conversation", one.id, own),
        one.id,
        texts.DELETE,
    )


def _menu(kind: str, id_: str, own: bool) -> Markup:
    items = Markup("").join(
        Markup('<li><a href="{}" download>{}</a></li>').format(
            export_address(kind, id_, format_, own), texts.FORMATS[format_.value]
        )
        for format_ in SUFFIXES
    )
    return Markup('<details class="menu"><summary>{}</summary><ul>{}</ul></details>').format(
        texts.EXPORT, items
    )


def _thumb(verdict: str, answer_id: str, feedback: Feedback | None) -> Markup:
    pressed = feedback is not None and feedback.verdict == verdict
    return Markup(
        '<button type="button" class="thumb" data-rate="{}" data-answer="{}" aria-pressed="{}">'
        "{}</button>"
    ).format(verdict, answer_id, "true" if pressed else "false", texts.THUMBS[verdict])


def _reason(answer_id: str, feedback: Feedback | None) -> Markup:
    return Markup(
        '<form class="reason" data-reason="{}"{}><label>{}<textarea rows="2" maxlength="2000" '
        'dir="auto">{}</textarea></label><button>{}</button></form>'
    ).format(
        answer_id,
        "" if feedback is not None else Markup(" hidden"),
        texts.WHY,
        feedback.reason if feedback is not None else "",
        texts.SEND,
    )


def _address(query: dict[str, str], own: bool) -> str:
    return "?" + urlencode(query | ({"documents": "own"} if own else {}))
