"""`footnote cite`."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.options import (
    ABSTAINED,
    DIFFERENT,
    DocumentOption,
    JsonOption,
    StoreOption,
    opened,
)
from assistant.commands.progress import counting_bar
from assistant.commands.reporting import AnswerFormat, StyleOption, deliver, destined
from assistant.links import base_address
from assistant.reports.exports import STYLE
from assistant.yours import WORD


def cite(
    draft: Annotated[Path, typer.Argument(help="Your text: .md, .docx or .txt.")],
    store: StoreOption = None,
    document: DocumentOption = None,
    format: Annotated[  # noqa: A002
        AnswerFormat | None,
        typer.Option("--format", help="How it is printed; by default as --out's suffix says."),
    ] = None,
    as_json: JsonOption = False,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    style: StyleOption = STYLE,
) -> None:
    """Set footnotes behind the sentences of your own text that the documents support.

    A Word draft that is written as .docx keeps its formatting.
    Exit status 3: some are not supported; 4: the documents contradict some.
    """
    form = destined(AnswerFormat.json if as_json else format, out, style)
    with opened(store) as assistant, counting_bar("Checking") as show:
        answer = assistant.cite(draft, document, progress=show)
        base = base_address(assistant.settings)
    if out is not None and form is AnswerFormat.docx and draft.suffix.lower() in WORD:
        answer.to_word_draft(draft, out, base=base)
    else:
        deliver(answer, form, out, style, base)
    if any(sentence.contradicted for sentence in answer.sentences):
        raise typer.Exit(DIFFERENT)
    if not all(sentence.supported for sentence in answer.sentences):
        raise typer.Exit(ABSTAINED)
