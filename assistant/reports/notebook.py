"""Answer → the HTML that a notebook shows: no script, no request, no style sheet; all escaped.

It is a part of somebody else's page, so its ids are its own and it takes that page's colours.
"""

import hashlib

from assistant.answer import Answer
from assistant.reports.content import blocks, colophon, folded, note
from assistant.templating import Macros

_NOTEBOOK = Macros("assistant.reports", "notebook.html", folded=folded)


def fragment(answer: Answer, base: str | None, remark: str = "") -> str:
    """The answer with its footnotes.

    Args:
        answer: what is shown.
        base: the address of the chat's page, to which each footnote is linked; None for no links.
        remark: a line to be shown below.
    """
    # The same answer has the same ids, so that a notebook that is run again does not change.
    key = hashlib.sha256(f"{answer.question} {answer.created}".encode()).hexdigest()[:8]
    notes = [(citation.number, note(citation, base)) for citation in answer.citations]
    return str(_NOTEBOOK.answer(blocks(answer), notes, [colophon([answer]), remark], key))
