"""Results as text for people, and as JSON."""

import json
import os
import re
import sys
from itertools import pairwise
from typing import Any

import typer

from assistant.answer import Answer, Citation, Passage, Sentence, escaped
from index.report import AddReport, FileDone

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def say(line: str, *, aside: bool = False) -> None:
    """Print a line for people, `aside` on standard error.

    What steers a terminal, and may stand in a document or a file's name, is shown as '�'.
    """
    typer.echo(_harmless(line), err=aside)


def show(answer: Answer) -> None:
    """Print an answer, with colours where people see it."""
    typer.echo(rendered(answer, colour=coloured()))


def coloured() -> bool:
    """Whether standard output is a terminal whose user wants colours (https://no-color.org)."""
    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return terminal and not os.environ.get("NO_COLOR")


def rendered(answer: Answer, *, colour: bool = False) -> str:
    """The answer as text, with its footnotes or the nearest passages below.

    In colour, footnote numbers stand out, and so do the words that answer.
    """
    # A draft is the user's own: it is printed as it is, with its footnotes.
    colour = colour and answer.draft is None
    said = answer.written(_coloured) if colour else answer.text
    lines = [said if colour else _harmless(said), ""]
    for citation in answer.citations:
        number = _number(citation.number) if colour else f"[{citation.number}]"
        lines.append(f"{number} {_harmless(_placed(citation, citation.quote))}")
    lines += [f"–   {_harmless(_placed(passage, passage.text))}" for passage in answer.nearest]
    lines += [f"Note: {_harmless(notice)}" for notice in answer.notices]
    if answer.usage is not None:
        lines.append(f"{_harmless(answer.engine)}: {answer.usage.summary}")
    return "\n".join(lines).rstrip()


def where(place: Citation | Passage) -> str:
    """The document and the place in it, for a reader."""
    return ", ".join(part for part in (place.title, place.date, place.locator) if part)


def _placed(place: Citation | Passage, words: str) -> str:
    return f"{where(place)}: “{' '.join(words.split())}”"


def _coloured(sentence: Sentence) -> str:
    """The sentence with its footnotes; the words that answer are bold, our own words dim."""
    ends = {0, len(sentence.text)}
    for start, end in (*sentence.exact, *sentence.added):
        ends |= {start, end}
    parts = []
    for start, end in pairwise(sorted(ends)):
        part = escaped(_harmless(sentence.text[start:end]))
        bold = any(left <= start and end <= right for left, right in sentence.exact)
        dim = any(left <= start and end <= right for left, right in sentence.added)
        parts.append(typer.style(part, bold=bold or None, dim=dim or None) if bold or dim else part)
    return "".join(parts) + "".join(_number(number) for number in sentence.citations)


def _number(number: int) -> str:
    return typer.style(f"[{number}]", fg=typer.colors.CYAN)


def _harmless(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def counted(report: AddReport) -> str:
    """How many files were added, updated and so on, in one line."""
    counts = [
        f"{len(files)} {outcome}"
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
    """What became of each file, as JSON types by outcome."""

    def rows(files: tuple[FileDone, ...]) -> list[dict[str, Any]]:
        return [{"path": f.path, "document_id": f.document_id, "reason": f.reason} for f in files]

    return {
        "added": rows(report.added),
        "updated": rows(report.updated),
        "unchanged": rows(report.unchanged),
        "removed": rows(report.removed),
        "passed_over": rows(report.passed_over),
        "failed": rows(report.failed),
    }


def show_reasons(report: AddReport) -> None:
    """Say on standard error why files failed or were passed over, and what could not be read."""
    for file in (*report.added, *report.updated, *report.passed_over, *report.failed):
        if file.reason:
            say(f"{file.path}: {file.reason}", aside=True)


def print_json(value: object) -> None:
    """Print JSON types for a script."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
