"""`footnote ask` and `footnote search`."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.options import (
    ABSTAINED,
    DocumentOption,
    Format,
    FormatOption,
    JsonOption,
    StoreOption,
    opened,
)
from assistant.commands.printing import print_json
from assistant.commands.reporting import AnswerFormat, StyleOption, deliver, destined
from assistant.links import base_address
from assistant.reports.exports import STYLE


def ask(
    question: Annotated[str, typer.Argument(help="In natural language.")],
    store: StoreOption = None,
    document: DocumentOption = None,
    format: Annotated[  # noqa: A002
        AnswerFormat | None,
        typer.Option("--format", help="How it is printed; by default as --out's suffix says."),
    ] = None,
    as_json: JsonOption = False,
    out: Annotated[Path | None, typer.Option(help="Write the answer to this file.")] = None,
    style: StyleOption = STYLE,
) -> None:
    """Answer a question with footnotes; exit status 3: the documents do not answer it."""
    form = destined(AnswerFormat.json if as_json else format, out, style)
    with opened(store) as assistant:
        answer = assistant.query(question, documents=document)
    deliver(answer, form, out, style, base_address(assistant.settings))
    if answer.abstained:
        raise typer.Exit(ABSTAINED)


def search(
    question: Annotated[str, typer.Argument(help="Words or a question.")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many passages.")] = 10,
    store: StoreOption = None,
    document: DocumentOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Show the passages nearest to a question."""
    with opened(store) as assistant:
        passages = assistant.search(question, k=k, documents=document)
    if as_json or format is Format.json:
        print_json([passage.model_dump(mode="json") for passage in passages])
        return
    for number, passage in enumerate(passages, start=1):
        where = ", ".join(part for part in (passage.title, passage.date, passage.locator) if part)
        typer.echo(f"{number}. {where}\n   {' '.join(passage.text.split())}\n")
