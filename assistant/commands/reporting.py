"""`footnote report`, and answers written to files."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.answer import Answer
from assistant.commands.options import ABSTAINED, DocumentOption, JsonOption, StoreOption, opened
from assistant.commands.printing import print_json, rendered, say, show
from assistant.commands.progress import counting_bar
from assistant.commands.questions import STANDARD_INPUT
from assistant.links import base_address
from assistant.reports.exports import STYLE
from assistant.settings import load


class AnswerFormat(StrEnum):
    """How an answer is printed or written."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"
    docx = "docx"
    bibtex = "bibtex"
    csl = "csl"


_STYLED = (AnswerFormat.markdown, AnswerFormat.html, AnswerFormat.docx)

StyleOption = Annotated[
    str,
    typer.Option(
        help="The reference list's style: apa, chicago, ieee, another CSL style's name, or the "
        "path of a .csl file."
    ),
]


def report(
    questions: Annotated[
        Path,
        typer.Argument(
            help="A file with a question a line, or Markdown in which {{ questions }} stand on "
            "lines of their own; '-' is standard input."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The report's file: .docx, .html, .md, .bib or .json.")],
    title: Annotated[str | None, typer.Option(help="What the report is called.")] = None,
    style: StyleOption = STYLE,
    store: StoreOption = None,
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer many questions in one report; exit status 3: the documents answer none of them."""
    from assistant.reports.formats import exported, of_suffix
    from assistant.reports.references import find_style
    from assistant.reports.template import read
    from assistant.reports.writing import check, write

    format = of_suffix(out)  # noqa: A001
    check(out)
    find_style(style)
    limits = load(store=store).limits
    if str(questions) == STANDARD_INPUT:
        given = sys.stdin.buffer.read(limits.bytes + 1)
        planned = read(given, title, name="standard input", limits=limits)
    else:
        planned = read(questions, title, limits=limits)
    with opened(store) as assistant, counting_bar("Answering") as show:
        made = assistant.report(planned, documents=document, progress=show)
        base = base_address(assistant.settings)
    write(out, exported(made, format, style, base))
    answered = sum(not answer.abstained for answer in made.answers)
    if as_json:
        print_json({"out": str(out), "questions": len(made.answers), "answered": answered})
    else:
        say(f"{out}: {answered} of {len(made.answers)} questions answered")
    if not answered:
        raise typer.Exit(ABSTAINED)


def destined(format: AnswerFormat | None, out: Path | None, style: str) -> AnswerFormat:  # noqa: A002
    """The format that is meant, once it is sure that an answer can be delivered in it."""
    from assistant.reports.formats import of_suffix
    from assistant.reports.writing import check

    if format is AnswerFormat.docx and out is None:
        raise typer.BadParameter("docx needs --out FILE.", param_hint="--format")
    if out is not None:
        check(out)
    if format is None:
        format = AnswerFormat(of_suffix(out)) if out else AnswerFormat.text  # noqa: A001
    if format in _STYLED:
        from assistant.reports.references import find_style

        find_style(style)
    return format


def deliver(answer: Answer, format: AnswerFormat, out: Path | None, style: str, base: str) -> None:  # noqa: A002
    """Print the answer, or write it to the file `out`."""
    from assistant.reports.formats import Export, exported
    from assistant.reports.writing import write

    if format is AnswerFormat.text and out is None:
        show(answer)
        return
    if format is AnswerFormat.text:
        content = f"{rendered(answer)}\n".encode()
    else:
        content = exported(answer, Export(format), style, base)
    if out is None:
        typer.echo(content.decode(), nl=False)
    else:
        write(out, content)
