"""Results as text for people, and as JSON.

Progress bars on standard error, for people only: none where that is no terminal.

What several commands have in common: their options, exit statuses, and the store they open.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.annotation import escaped, footnotes, remark, stances
from assistant.answer import Answer, Citation, Engine, Passage, Sentence
from assistant.assistant import Assistant
from assistant.messages import BUT_SEE
from assistant.settings import load
from index.errors import DocumentError
from index.ingesting.report import AddReport, FileDone, FileUnderWay

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def say(line: str, *, aside: bool = False) -> None:
    """Print a line for people, `aside` on standard error.

    What steers a terminal, and may stand in a document or a file's name, is shown as '�'.

    >>> say(f"Gate 3{chr(27)}[31m failed.")
    Gate 3�[31m failed.
    """
    typer.echo(_harmless(line), err=aside)


def show(answer: Answer) -> None:
    """Print an answer, with colours where people see it.

    >>> show(demo.query("Why did Gate 3 fail?"))
    Gate 3 failed because the bearing of its left arm had run dry.[1]
    ...
    """
    typer.echo(rendered(answer, colour=_in_colour()))


def _in_colour() -> bool:
    """Whether standard output is a terminal whose user wants colours (https://no-color.org)."""
    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return terminal and not os.environ.get("NO_COLOR")


def rendered(answer: Answer, *, colour: bool = False) -> str:
    """The answer as text, with its footnotes or the nearest passages below.

    In colour, footnote numbers stand out, and so do the words that answer and the remarks on what
    is not supported.

    >>> answer = demo.query("Why did Gate 3 fail?")
    >>> rendered(answer).splitlines()[-1]
    '[1] Preliminary report on the failure of Gate 3 of the Tollmark Barrage, 2026-01-12, p. 2: ...
    """
    # A draft is the user's own: it is printed as it is, with its footnotes.
    colour = colour and answer.draft is None
    said = answer.written(_coloured) if colour else answer.text
    lines = [said if colour else _harmless(said), ""]
    unlike = stances(answer.sentences)
    for citation in answer.citations:
        number = _number(citation.number) if colour else f"[{citation.number}]"
        stance = f"{unlike[citation.number]}: " if citation.number in unlike else ""
        lines.append(f"{number} {stance}{_harmless(_placed(citation, citation.quote))}")
    lines += [f"–   {_harmless(_placed(passage, passage.text))}" for passage in answer.nearest]
    lines += [f"Note: {_harmless(notice)}" for notice in answer.notices]
    if answer.usage is not None:
        lines.append(f"{_harmless(answer.engine)}: {answer.usage.summary}")
    return "\n".join(lines).rstrip()


def where(place: Citation | Passage) -> str:
    """The document and the place in it, for a reader.

    >>> where(demo.query("Why did Gate 3 fail?").citations[0])
    'Preliminary report on the failure of Gate 3 of the Tollmark Barrage, 2026-01-12, p. 2'
    """
    return ", ".join(part for part in (place.title, place.date, place.locator) if part)


def _placed(place: Citation | Passage, words: str) -> str:
    return f"{where(place)}: “{' '.join(words.split())}”"


def _coloured(sentence: Sentence) -> str:
    """The sentence with its footnotes and what is said of it.

    The words that answer are bold, our own dim, those that no passage has underlined.
    """
    spans = {"bold": sentence.exact, "dim": sentence.added, "underline": sentence.unsupported}
    ends = {end for pairs in spans.values() for pair in pairs for end in pair}
    parts = []
    for start, end in pairwise(sorted(ends | {0, len(sentence.text)})):
        looks = {
            look: True
            for look, pairs in spans.items()
            if any(left <= start and end <= right for left, right in pairs)
        }
        part = escaped(_harmless(sentence.text[start:end]))
        parts.append(typer.style(part, **looks) if looks else part)
    if said := escaped(_harmless(remark(sentence))):
        colour = typer.colors.RED if sentence.verdict == "contradicted" else typer.colors.YELLOW
        parts.append(typer.style(said, fg=colour))
    parts += map(_number, footnotes(sentence))
    if sentence.superseded:
        later = typer.style(BUT_SEE, fg=typer.colors.YELLOW)
        parts.append(f" ({later} {''.join(map(_number, sentence.superseded))})")
    return "".join(parts)


def _number(number: int) -> str:
    return typer.style(f"[{number}]", fg=typer.colors.CYAN)


def _harmless(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def summarise_report(report: AddReport) -> str:
    """How many files were added, updated and so on, in one line.

    >>> done = FileDone("log.txt", "added", "log", reason=None, done=1, total=1)
    >>> summarise_report(AddReport(added=(done,)))
    '1 added'
    """
    counts = [
        f"{sum(file.files for file in files)} {outcome}"
        for outcome, files in (
            ("added", report.added),
            ("updated", report.updated),
            ("unchanged", report.unchanged),
            ("removed", report.removed),
            ("passed over", report.passed_over),
            ("failed", report.failed),
        )
        if files
    ]
    return ", ".join(counts) or "Nothing to add: no readable file there."


def reported(report: AddReport) -> dict[str, list[dict[str, Any]]]:
    """What became of each file, as JSON types by outcome.

    >>> done = FileDone("log.txt", "added", "log", reason=None, done=1, total=1)
    >>> reported(AddReport(added=(done,)))["added"]
    [{'path': 'log.txt', 'document_id': 'log', 'reason': None, 'files': 1}]
    """

    def rows(files: tuple[FileDone, ...]) -> list[dict[str, Any]]:
        return [
            {"path": f.path, "document_id": f.document_id, "reason": f.reason, "files": f.files}
            for f in files
        ]

    return {
        "added": rows(report.added),
        "updated": rows(report.updated),
        "unchanged": rows(report.unchanged),
        "removed": rows(report.removed),
        "passed_over": rows(report.passed_over),
        "failed": rows(report.failed),
    }


def show_reasons(report: AddReport) -> None:
    """Say on standard error why files failed or were passed over, and what could not be read.

    >>> failed = FileDone("log.txt", "failed", None, "It holds no text.", done=1, total=1)
    >>> from contextlib import redirect_stderr
    >>> with redirect_stderr(sys.stdout):
    ...     show_reasons(AddReport(failed=(failed,)))
    log.txt: It holds no text.
    """
    for file in (*report.added, *report.updated, *report.passed_over, *report.failed):
        if file.reason:
            say(f"{file.path}: {file.reason}", aside=True)


def print_json(value: object) -> None:
    """Print JSON types for a script.

    >>> print_json({"removed": ["log"]})
    {
      "removed": [
        "log"
      ]
    }
    """
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def adding_bar() -> Iterator[Callable[[FileDone | FileUnderWay], None] | None]:
    """A bar while files are added, each by its name, with the characters read a second.

    >>> _ = Path("gate.md").write_text("The gate held.")
    >>> with open_assistant(None) as assistant, adding_bar() as show:
    ...     len(assistant.add("gate.md", progress=show).added)
    1
    """
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
def counting_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar while chunks are counted.

    >>> with counting_bar("Checking") as show:
    ...     demo.cite("Gate 3 failed because its bearing was dry.", progress=show).engine
    'yours'
    """
    with _bar(what) as update:
        if update is None:
            yield None
            return
        moved = update

        def show(done: int, total: int) -> None:
            moved(done, total, what)

        yield show


@contextmanager
def naming_bar(what: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """A bar while things are done one by one, each named; None where there is no terminal.

    >>> with naming_bar("Planning") as show:
    ...     show is None
    True
    """
    with _bar(what) as update:
        yield update


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


FAILED = 1
ABSTAINED = 3
DIFFERENT = 4


class Format(StrEnum):
    """How a result is printed.

    >>> Format("json")
    <Format.json: 'json'>
    """

    text = "text"
    json = "json"


StoreOption = Annotated[
    Path | None, typer.Option("--store", help="The store's folder (default: .footnote).")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result is printed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DocumentOption = Annotated[
    list[str] | None,
    typer.Option("--document", help="Look only in this document (its id); repeatable."),
]

CollectionOption = Annotated[
    list[str] | None,
    typer.Option("--collection", help="Only this collection of documents; repeatable."),
]

HavingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="NAME=VALUE",
        help="Look only in documents of which this is so: title, author, date, language, or what "
        "the file says of itself (tags, status …); repeatable.",
    ),
]

EngineOption = Annotated[
    Engine | None,
    typer.Option("--engine", help="What answers; by default the writer where one is configured."),
]


def having(given: list[str] | None) -> dict[str, str]:
    """What `--where` names, by name.

    >>> having(["status=final"])
    {'status': 'final'}

    Raises:
        typer.BadParameter: one of them is no NAME=VALUE.
    """
    found = {}
    for one in given or []:
        name, equals, value = one.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise typer.BadParameter(
                f"{one!r} is no NAME=VALUE, such as status=final.", param_hint="--where"
            )
        found[name.strip()] = value.strip()
    return found


def selected(
    assistant: Assistant, documents: list[str] | None, given: list[str] | None
) -> list[str] | None:
    """The ids of the documents to look in: those named, of which all is so that `--where` asks.

    Raises:
        DocumentError: of none it is.

    >>> [report] = demo.documents(having={"date": "2026-01-12"})
    >>> selected(demo, None, ["date=2026-01-12"]) == [report.id]
    True
    """
    wanted = having(given)
    if not wanted:
        return documents
    found = [one.id for one in assistant.documents(having=wanted)]
    found = [one for one in found if documents is None or one in documents]
    if not found:
        said = ", ".join(f"{name}={value}" for name, value in wanted.items())
        raise DocumentError(
            f"No document has {said}. 'footnote documents --json' shows what each has."
        )
    return found


@contextmanager
def open_assistant(
    store: Path | None, collections: Sequence[str] | None = None
) -> Iterator[Assistant]:
    """The assistant over the store that was named, or the settings' one; or some of its documents.

    >>> with open_assistant(demo.store) as assistant:
    ...     len(assistant.documents())
    7
    """
    with Assistant(settings=load(store=store)) as assistant:
        yield assistant.within(*collections) if collections else assistant
