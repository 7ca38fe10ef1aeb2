"""Answer → the HTML that a notebook shows: no script, no request, no style sheet; all escaped.

It is a part of somebody else's page, so its ids are its own and it takes that page's colours.
"""

import hashlib

from markupsafe import Markup

from assistant.answer import Answer, Citation
from assistant.reports.content import Block, Reference, Run, blocks, colophon, folded, note

_MARKS = {
    "bold": Markup("<strong>{}</strong>"),
    "added": Markup('<i style="opacity:.75" title="Put in by Footnote, not in the source">{}</i>'),
    "unsupported": Markup('<u style="text-decoration-style:wavy">{}</u>'),
    "italic": Markup("<i>{}</i>"),
}
_LABELS = {"accounts": "Accounts differ", "nearest": "The nearest passages"}
_LIST = Markup(
    '<ul aria-label="{}" style="list-style:none;margin:.6em 0;padding:0 0 0 1em;'
    'border-left:3px solid">{}</ul>'
)


def fragment(answer: Answer, base: str | None, remark: str = "") -> str:
    """The answer with its footnotes.

    Args:
        answer: what is shown.
        base: the address of the chat's page, to which each footnote is linked; None for no links.
        remark: a line to be shown below.
    """
    # The same answer has the same ids, so that a notebook that is run again does not change.
    key = hashlib.sha256(f"{answer.question} {answer.created}".encode()).hexdigest()[:8]
    said = Markup("").join(_block(block, key) for block in blocks(answer))
    notes = Markup("").join(_note(citation, key, base) for citation in answer.citations)
    listed = Markup('<ol style="font-size:.9em;margin:.8em 0">{}</ol>').format(notes)
    return str(
        Markup('<div style="max-width:46rem;line-height:1.5">{}{}{}{}</div>').format(
            said, listed if notes else "", _small(colophon([answer])), _small(remark)
        )
    )


def _small(line: str) -> Markup:
    return Markup('<p style="font-size:.8em;opacity:.75">{}</p>').format(line) if line else Markup()


def _block(block: Block, key: str) -> Markup:
    lines = [
        Markup("").join(
            _reference(piece.citation, key) if isinstance(piece, Reference) else _run(piece)
            for piece in line
        )
        for line in block.lines
    ]
    if block.kind not in _LABELS:
        return Markup('<p dir="auto" style="margin:.6em 0">{}</p>').format(lines[0])
    items = Markup("").join(Markup('<li dir="auto">{}</li>').format(line) for line in lines)
    return _LIST.format(_LABELS[block.kind], items)


def _reference(citation: Citation, key: str) -> Markup:
    return Markup(
        '<sup><a href="#note-{0}-{1}" title="{2}" aria-label="Footnote {1}">{1}</a></sup>'
    ).format(key, citation.number, f"{citation.title}: “{folded(citation.quote)}”")


def _note(citation: Citation, key: str, base: str | None) -> Markup:
    said = Markup("").join(map(_run, note(citation, base)))
    return Markup('<li id="note-{}-{}" dir="auto">{}</li>').format(key, citation.number, said)


def _run(run: Run) -> Markup:
    text = Markup("{}").format(run.text)
    for mark, wrapped in _MARKS.items():
        if mark in run.marks:
            text = wrapped.format(text)
    return Markup('<a href="{}">{}</a>').format(run.href, text) if run.href else text
