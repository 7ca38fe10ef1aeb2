"""What `footnote` can be told to do, on top of `Assistant` and nothing else."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.evaluation import Report, ask_all, load_questions
from assistant.evaluation import report as reported
from assistant.settings import load
from index.report import AddReport, FileDone, FileUnderWay

ABSTAINED = 3
DIFFERENT = 4
DEMO_STORE = Path(".footnote-demo")

app = typer.Typer(
    name="footnote",
    help="Ask your documents; every sentence of the answer carries a footnote that was checked.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """How a result is printed."""

    text = "text"
    json = "json"


StoreOption = Annotated[
    Path | None, typer.Option("--store", help="The store's folder (default: .footnote).")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result is printed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
DocumentOption = Annotated[
    list[str] | None,
    typer.Option("--document", help="Look only in this document (its id); repeatable."),
]


@app.command()
def add(
    paths: Annotated[list[str], typer.Argument(help="Files, folders and web addresses.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002 (the option's name)
    as_json: JsonOption = False,
) -> None:
    """Add documents; what is unchanged is passed over."""
    with _assistant(store) as assistant, _progress() as show:
        report = assistant.add(paths, progress=show)
    _tell(report, as_json=as_json or format is Format.json)


@app.command()
def sync(
    folder: Annotated[Path, typer.Argument(help="A folder whose documents to keep up with.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Add what is new or changed in a folder, and remove what is gone from it."""
    with _assistant(store) as assistant, _progress() as show:
        report = assistant.sync(folder, progress=show)
    _tell(report, as_json=as_json or format is Format.json)


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(help="A folder whose documents to keep up with.")],
    store: StoreOption = None,
) -> None:
    """Sync a folder now and at every change in it, until interrupted."""
    with _assistant(store) as assistant:
        # From here on it is how watching ends; a store may be left at any instant.
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
        for report in assistant.watch(folder):
            _show_reasons(report)
            if report.added or report.updated or report.removed or report.failed:
                typer.echo(_counted(report))
                sys.stdout.flush()


def _tell(report: AddReport, *, as_json: bool) -> None:
    if as_json:
        _print_json(_reported(report))
    else:
        _show_reasons(report)
        typer.echo(_counted(report))
    if report.failed:
        raise typer.Exit(1)


def _show_reasons(report: AddReport) -> None:
    for file in (*report.added, *report.updated, *report.failed):
        if file.reason:
            typer.echo(f"{file.path}: {file.reason}", err=True)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In natural language.")],
    store: StoreOption = None,
    document: DocumentOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Answer a question with footnotes; exit status 3: the documents do not answer it."""
    with _assistant(store) as assistant:
        answer = assistant.query(question, documents=document)
    if as_json or format is Format.json:
        typer.echo(answer.model_dump_json(indent=2))
    else:
        typer.echo(_rendered(answer))
    if answer.abstained:
        raise typer.Exit(ABSTAINED)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="Words or a question.")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many passages.")] = 10,
    store: StoreOption = None,
    document: DocumentOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Show the passages nearest to a question."""
    with _assistant(store) as assistant:
        passages = assistant.search(question, k=k, documents=document)
    if as_json or format is Format.json:
        _print_json([passage.model_dump(mode="json") for passage in passages])
        return
    for number, passage in enumerate(passages, start=1):
        where = ", ".join(part for part in (passage.title, passage.date, passage.locator) if part)
        typer.echo(f"{number}. {where}\n   {' '.join(passage.text.split())}\n")


@app.command()
def documents(
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """List the documents with their ids, the latest first."""
    with _assistant(store) as assistant:
        infos = assistant.documents()
    if as_json or format is Format.json:
        rows = [{**asdict(info), "added": info.added.isoformat()} for info in infos]
        _print_json(rows)
        return
    for info in infos:
        typer.echo(f"{info.id}  {info.date or '–':10}  {info.title}")
    if not infos:
        typer.echo("No documents yet. Add some: footnote add PATH…", err=True)


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(help="Ids of documents, from 'footnote documents'.")],
    purge: Annotated[
        bool,
        typer.Option(
            "--purge", help="Leave no trace in the store's files, also of what was removed before."
        ),
    ] = False,
    store: StoreOption = None,
) -> None:
    """Remove documents from the store; your files stay."""
    with _assistant(store) as assistant, _counting("Purging") as show:
        for document_id in ids:
            assistant.remove(document_id, purge=purge, progress=show)
            typer.echo(f"{'purged' if purge else 'removed'} {document_id}")


@app.command()
def check(
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Compare catalog, indexes and copies; exit status 4: they disagree."""
    with _assistant(store) as assistant:
        found = assistant.check()
    if as_json or format is Format.json:
        _print_json([asdict(difference) for difference in found])
    else:
        for difference in found:
            typer.echo(f"{difference.where}: {difference.problem}")
        if not found:
            typer.echo("No differences.")
    if found:
        raise typer.Exit(DIFFERENT)


@app.command()
def repair(store: StoreOption = None) -> None:
    """Make the indexes anew from the catalog; interrupted, the same command goes on."""
    with _assistant(store) as assistant:
        with _counting("Repairing") as show:
            assistant.repair(progress=show)
        left = assistant.check()
    for difference in left:
        typer.echo(f"{difference.where}: {difference.problem}", err=True)
    if left:
        typer.echo("What is listed cannot be made from the catalog: add those documents again.")
        raise typer.Exit(DIFFERENT)
    typer.echo("The indexes are made anew; no differences.")


@app.command("eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="Questions with known answers, as JSON Lines.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Measure the answers to questions of your own; see the README for the file."""
    rows = load_questions(file)
    with _assistant(store) as assistant:
        measured = reported(list(ask_all(assistant, rows)))
    if as_json or format is Format.json:
        typer.echo(measured.model_dump_json(indent=2))
    else:
        typer.echo(_tabled(measured))


@app.command()
def serve(
    store: StoreOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes any free one.")
    ] = None,
    demo: Annotated[
        Path | None, typer.Option(help="Show this folder's documents in a demo store of their own.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Open the web chat."""
    from assistant.web import launch

    settings = load(store=store)
    with Assistant(DEMO_STORE if demo else None, settings=settings) as assistant:
        if demo:
            with _progress() as show:
                report = assistant.add(demo, progress=show)
            _show_reasons(report)
        # From here on it is how serving ends, and no interruption.
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
        launch(assistant, demo=demo is not None, host=host, port=port, open_browser=browser)


@contextmanager
def _assistant(store: Path | None) -> Iterator[Assistant]:
    with Assistant(settings=load(store=store)) as assistant:
        yield assistant


@contextmanager
def _progress() -> Iterator[Callable[[FileDone | FileUnderWay], None] | None]:
    """A bar while files are added, each by its name, with the characters read a second."""
    with _bar("Reading") as update:
        if update is None:
            yield None
            return
        moved = update

        files = total = characters = 0
        began = time.monotonic()

        def show(event: FileDone | FileUnderWay) -> None:
            nonlocal files, total, characters
            name = Path(event.path).name
            if isinstance(event, FileDone):
                files, total, characters = event.done, event.total, characters + event.characters
            else:
                name += f" ({event.done:,} of {event.total:,} passages)"
            rate = characters / (time.monotonic() - began)
            moved(files, total, f"{name} · {rate:,.0f} characters/s" if rate else name)

        yield show


@contextmanager
def _counting(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar while chunks are counted."""
    with _bar(what) as update:
        if update is None:
            yield None
            return
        moved = update

        def show(done: int, total: int) -> None:
            moved(done, total, what)

        yield show


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """A bar on standard error, told of done, total and what; None where that is no terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def update(done: int, total: int, description: str) -> None:
            bar.update(task, total=total, completed=done, description=description)

        yield update


def _rendered(answer: Answer) -> str:
    """The answer as text, with its footnotes or the nearest passages below."""
    lines = [answer.text, ""]
    for c in answer.citations:
        where = ", ".join(part for part in (c.title, c.date, c.locator) if part)
        lines.append(f"[{c.number}] {where}: “{' '.join(c.quote.split())}”")
    for passage in answer.nearest:
        where = ", ".join(part for part in (passage.title, passage.date, passage.locator) if part)
        lines.append(f"–   {where}: “{' '.join(passage.text.split())}”")
    lines += [f"Note: {notice}" for notice in answer.notices]
    return "\n".join(lines).rstrip()


def _tabled(measured: Report) -> str:
    """The measures one a line, then the answers' length, the time, and what confidence means."""
    lines = [f"{measured.questions} questions; 95 % intervals", ""]
    for name, (value, low, high) in measured.measures.items():
        lines.append(f"{name:40} {value:.3f}  {low:.3f}–{high:.3f}  of {measured.n[name]}")
    for answered, refused in measured.refused_at.items():
        lines.append(f"{f'unanswerable refused at {answered} answered':40} {refused:.3f}")
    spread = {"words of an answer": measured.words}
    spread |= {f"milliseconds, {stage}": of for stage, of in measured.milliseconds.items()}
    lines += ["", f"{'':40} {'median':>8} {'p95':>8}"]
    for name, of in spread.items():
        if of:
            lines.append(f"{name:40} {of['median']:8.1f} {of['p95']:8.1f}")
    if measured.reliability:
        lines += ["", "confidence     answers  mean   right"]
        for low, high, count, confidence, accuracy in measured.reliability:
            lines.append(f"{low:.1f}–{high:.1f} {count:14}  {confidence:.3f}  {accuracy:.3f}")
        lines.append(f"expected calibration error {measured.calibration_error:.3f}")
    return "\n".join(lines)


def _counted(report: AddReport) -> str:
    counts = [
        f"{len(files)} {outcome}"
        for outcome, files in (
            ("added", report.added),
            ("updated", report.updated),
            ("unchanged", report.unchanged),
            ("removed", report.removed),
            ("failed", report.failed),
        )
        if files
    ]
    return ", ".join(counts) or "Nothing to add: no readable file there."


def _reported(report: AddReport) -> dict[str, list[dict[str, Any]]]:
    def rows(files: tuple[FileDone, ...]) -> list[dict[str, Any]]:
        return [{"path": f.path, "document_id": f.document_id, "reason": f.reason} for f in files]

    return {
        "added": rows(report.added),
        "updated": rows(report.updated),
        "unchanged": rows(report.unchanged),
        "removed": rows(report.removed),
        "failed": rows(report.failed),
    }


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
