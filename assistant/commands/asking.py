"""`footnote ask` and `footnote search`."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from assistant.answer import Answer
from assistant.commands.printing import (
    ABSTAINED,
    CollectionOption,
    DocumentOption,
    EngineOption,
    Format,
    FormatOption,
    HavingOption,
    JsonOption,
    StoreOption,
    open_assistant,
    print_json,
    say,
    selected,
    show,
    where,
)
from assistant.commands.question_lists import (
    STANDARD_INPUT,
    ask_each,
    questions_in,
    questions_typed,
)
from assistant.commands.reporting import AnswerFormat, StyleOption, deliver, destined
from assistant.exportable import STYLE
from assistant.links import base_address


def ask(
    question: Annotated[
        str | None,
        typer.Argument(
            metavar="QUESTION",
            help="In natural language; '-' reads questions from standard input, one a line.",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="Answer the questions in this file, one a line."),
    ] = None,
    store: StoreOption = None,
    document: DocumentOption = None,
    collection: CollectionOption = None,
    having: HavingOption = None,
    engine: EngineOption = None,
    format: Annotated[  # noqa: A002
        AnswerFormat | None,
        typer.Option("--format", help="How it is printed; by default as --out's suffix says."),
    ] = None,
    as_json: JsonOption = False,
    out: Annotated[Path | None, typer.Option(help="Write the answer to this file.")] = None,
    style: StyleOption = STYLE,
) -> None:
    """Answer questions with footnotes; exit status 3: the documents do not answer one of them.

    >>> ask("Why did Gate 3 fail?", store=demo.store)
    Gate 3 failed because the bearing of its left arm had run dry.[1]
    <BLANKLINE>
    [1] Preliminary report on the failure of Gate 3 of the Tollmark Barrage, 2026-01-12, p. 2: ...
    """
    if (question is None) == (file is None):
        raise typer.BadParameter("Give a question, '-' or --file FILE.", param_hint="QUESTION")
    form = destined(AnswerFormat.json if as_json else format, out, style)
    many = file is not None or question == STANDARD_INPUT
    if many and (out is not None or form not in (AnswerFormat.text, AnswerFormat.json)):
        raise typer.BadParameter(
            "Many answers are printed as text or json; 'footnote report' writes them to one file.",
            param_hint="--format",
        )
    with open_assistant(store, collection) as assistant:
        document = selected(assistant, document, having)
        if many:
            lines = (
                questions_typed() if file is None else questions_in(file, assistant.settings.limits)
            )
            shown = _line if form is AnswerFormat.json else _paragraphs
            ask_one = partial(assistant.query, documents=document, engine=engine)
            status = ask_each(ask_one, lines, shown)
        else:
            answer = assistant.query(question or "", documents=document, engine=engine)
            status = ABSTAINED if answer.abstained else 0
            deliver(answer, form, out, style, base_address(assistant.settings))
    if status:
        raise typer.Exit(status)


def search(
    question: Annotated[str, typer.Argument(help="Words or a question.")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many passages.")] = 10,
    store: StoreOption = None,
    document: DocumentOption = None,
    collection: CollectionOption = None,
    having: HavingOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Show the passages nearest to a question.

    >>> search("sirens", k=1, store=demo.store)
    1. Preliminary report on the failure of Gate 3 of the Tollmark Barrage, 2026-01-12, p. 2
       The sirens sounded at 21:58, that is 24 minutes after the failure. ...
    """
    with open_assistant(store, collection) as assistant:
        document = selected(assistant, document, having)
        passages = assistant.search(question, k=k, documents=document)
    if as_json or format is Format.json:
        print_json([passage.model_dump(mode="json") for passage in passages])
        return
    for number, passage in enumerate(passages, start=1):
        say(f"{number}. {where(passage)}\n   {' '.join(passage.text.split())}\n")


def _line(answer: Answer) -> None:
    """Print one answer of many, as soon as it is there, as JSON."""
    typer.echo(answer.model_dump_json())
    sys.stdout.flush()


def _paragraphs(answer: Answer) -> None:
    """Print one answer of many, as soon as it is there, for people."""
    say(f"> {answer.question}")
    show(answer)
    typer.echo()
    sys.stdout.flush()
