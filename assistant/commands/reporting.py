"""`footnote report`, and answers written to files.

`footnote cite`.

`footnote verify`.
"""

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.answer import Answer
from assistant.citing.manuscript import WORD
from assistant.commands.printing import (
    ABSTAINED,
    DIFFERENT,
    DocumentOption,
    Format,
    FormatOption,
    JsonOption,
    StoreOption,
    counting_bar,
    naming_bar,
    open_assistant,
    print_json,
    rendered,
    say,
    show,
)
from assistant.commands.question_lists import STANDARD_INPUT
from assistant.exportable import STYLE
from assistant.links import base_address
from assistant.rechecking.findings import Finding, Place, Verification, mark_difference
from assistant.settings import load


class AnswerFormat(StrEnum):
    """How an answer is printed or written.

    >>> AnswerFormat("bibtex")
    <AnswerFormat.bibtex: 'bibtex'>
    """

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
    """Answer many questions in one report; exit status 3: the documents answer none of them.

    >>> _ = Path("questions.txt").write_text("Why did Gate 3 fail?")
    >>> report(Path("questions.txt"), Path("report.docx"), store=demo.store)
    report.docx: 1 of 1 questions answered
    """
    from assistant.reporting.content import counted, tally
    from assistant.reporting.export import check_writable, export, of_suffix, write
    from assistant.reporting.references import find_style
    from assistant.reporting.template import read_plan

    format = of_suffix(out)  # noqa: A001
    check_writable(out)
    find_style(style)
    limits = load(store=store).limits
    if str(questions) == STANDARD_INPUT:
        given = sys.stdin.buffer.read(limits.bytes + 1)
        planned = read_plan(given, title, name="standard input", limits=limits)
    else:
        planned = read_plan(questions, title, limits=limits)
    with open_assistant(store) as assistant, counting_bar("Answering") as show:
        made = assistant.report(planned, documents=document, progress=show)
        base = base_address(assistant.settings)
    write(out, export(made, format, style=style, base=base))
    answered = sum(not answer.abstained for answer in made.answers)
    if as_json:
        numbers = {"questions": len(made.answers), "answered": answered}
        print_json({"out": str(out), **numbers, "sentences": counted(made.answers)})
    else:
        say(f"{out}: {answered} of {len(made.answers)} questions answered")
        if told := tally(made.answers):
            say(told)
    if not answered:
        raise typer.Exit(ABSTAINED)


def research(
    question: Annotated[str, typer.Argument(help="What the report is about.")],
    out: Annotated[Path, typer.Option(help="The report's file: .docx, .html, .md, .bib or .json.")],
    requests: Annotated[
        int | None, typer.Option(min=1, help="The most requests to the model.")
    ] = None,
    tokens: Annotated[
        int | None, typer.Option(min=1, help="The most tokens, as it counts.")
    ] = None,
    style: StyleOption = STYLE,
    store: StoreOption = None,
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let the writer plan a report, question after question; exit status 3: nothing was found.

    What is done is noted beside the report's file until it is whole: stopped or at its limit, the
    same command goes on from there.

    >>> research("What happened at Gate 3?", Path("gate.md"), store=demo.store)
    Traceback (most recent call last):
        ...
    index.errors.SettingsError: Research needs a model that plans it: name one in FOOTNOTE_WRITER...
    """
    from assistant.reporting.export import check_writable, export, of_suffix, write
    from assistant.reporting.references import find_style
    from assistant.research import Limits

    format = of_suffix(out)  # noqa: A001
    check_writable(out)
    find_style(style)
    notes = out.with_name(f"{out.name}.notes")
    with open_assistant(store) as assistant, naming_bar("Planning") as show:
        made = assistant.research(
            question,
            documents=document,
            notes=notes,
            limits=Limits(requests, tokens),
            progress=show,
        )
        base = base_address(assistant.settings)
    write(out, export(made, format, style=style, base=base))
    if as_json:
        print_json({"out": str(out), "answered": len(made.answers)})
    else:
        say(f"{out}: {len(made.answers)} questions answered")
    if not made.answers:
        raise typer.Exit(ABSTAINED)


def destined(format: AnswerFormat | None, out: Path | None, style: str) -> AnswerFormat:  # noqa: A002
    """The format that is meant, once it is sure that an answer can be delivered in it.

    >>> destined(None, Path("answer.html"), STYLE)
    <AnswerFormat.html: 'html'>
    """
    from assistant.reporting.export import check_writable, of_suffix

    if format is AnswerFormat.docx and out is None:
        raise typer.BadParameter("docx needs --out FILE.", param_hint="--format")
    if out is not None:
        check_writable(out)
    if format is None:
        format = AnswerFormat(of_suffix(out)) if out else AnswerFormat.text  # noqa: A001
    if format in _STYLED:
        from assistant.reporting.references import find_style

        find_style(style)
    return format


def deliver(answer: Answer, format: AnswerFormat, out: Path | None, style: str, base: str) -> None:  # noqa: A002
    """Print the answer, or write it to the file `out`.

    >>> answer = demo.query("Why did Gate 3 fail?")
    >>> deliver(answer, AnswerFormat.markdown, None, STYLE, base="")
    # Why did Gate 3 fail?
    <BLANKLINE>
    Gate 3 failed **because the bearing of its left arm had run dry**.[^1]
    ...
    """
    from assistant.reporting.export import export, write

    if format is AnswerFormat.text and out is None:
        show(answer)
        return
    if format is AnswerFormat.text:
        content = f"{rendered(answer)}\n".encode()
    else:
        content = export(answer, format, style=style, base=base)
    if out is None:
        typer.echo(content.decode(), nl=False)
    else:
        write(out, content)


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
    Exit status 3: some are not verified; 4: the documents contradict some.

    >>> said = "The sirens sounded at 21:58, that is 24 minutes after the failure."
    >>> _ = Path("draft.md").write_text(said)
    >>> cite(Path("draft.md"), store=demo.store)
    The sirens sounded at 21:58, that is 24 minutes after the failure.[1]
    <BLANKLINE>
    [1] Preliminary report on the failure of Gate 3 of the Tollmark Barrage, 2026-01-12, p. 2: ...
    """
    form = destined(AnswerFormat.json if as_json else format, out, style)
    with open_assistant(store) as assistant, counting_bar("Checking") as show:
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


_NAMES = {"not_in_store": "not in this store"}


def verify(
    report: Annotated[Path, typer.Argument(help="A Markdown, HTML, Word or JSON file.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Say whether the sources still say what a report cites; exit status 4: some do not.

    >>> said = demo.query("Why did Gate 3 fail?").to_markdown()
    >>> _ = Path("said.md").write_text(said)
    >>> verify(Path("said.md"), store=demo.store)
    footnote 1: unchanged, Preliminary report on the failure of Gate 3 of the Tollmark Barrage, p. 2
    1 unchanged.
    """
    with open_assistant(store) as assistant:
        verification = assistant.verify(report)
    if as_json or format is Format.json:
        typer.echo(verification.model_dump_json(indent=2))
    else:
        for line in _rendered(verification):
            say(line)
    if not verification.clean:
        raise typer.Exit(DIFFERENT)


def _rendered(verification: Verification) -> Iterator[str]:
    for finding in verification.findings:
        yield f"{finding.where}: {_name(finding.status)}{_source(finding)}"
        yield from (f"    {line}" for line in _details(finding))
    for where in verification.unlinked:
        yield f"{where}: not checked; it has no link, and no document here holds its quote"
    counts = (f"{count} {_name(status)}" for status, count in verification.counts.items())
    yield f"{', '.join(counts) or 'No citation of this store'}."


def _name(status: str) -> str:
    return _NAMES.get(status, status)


def _source(finding: Finding) -> str:
    if finding.status == "moved" and finding.cited and finding.now:
        before, after = finding.cited.locator, finding.now.locator
        way = f", {before or 'no page'} → {after or 'no page'}" if before != after else ""
        return f", {finding.cited.title}{way}"
    return f", {_named(finding.cited)}" if finding.cited else ""


def _details(finding: Finding) -> Iterator[str]:
    if finding.source_changes:
        yield f"the source now: {mark_difference(finding.source_changes)}"
    if finding.report_changes:
        yield f"the report's quote: {mark_difference(finding.report_changes)}"
    if finding.now and finding.id not in (None, finding.now.id):
        yield f"now cited as {finding.now.id}"
    if finding.status in ("gone", "not_in_store") and finding.quote:
        yield f"“{' '.join(finding.quote.split())}”"
    for place in finding.elsewhere:
        yield f"the same words stand in {_named(place)} ({place.id})"


def _named(place: Place) -> str:
    return ", ".join(part for part in (place.title, place.locator) if part)
