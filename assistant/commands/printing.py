"""Results as text for people, and as JSON."""

import json
from typing import Any

import typer

from assistant.answer import Answer
from index.report import AddReport, FileDone


def rendered(answer: Answer) -> str:
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


def counted(report: AddReport) -> str:
    """How many files were added, updated and so on, in one line."""
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


def reported(report: AddReport) -> dict[str, list[dict[str, Any]]]:
    """What became of each file, as JSON types by outcome."""

    def rows(files: tuple[FileDone, ...]) -> list[dict[str, Any]]:
        return [{"path": f.path, "document_id": f.document_id, "reason": f.reason} for f in files]

    return {
        "added": rows(report.added),
        "updated": rows(report.updated),
        "unchanged": rows(report.unchanged),
        "removed": rows(report.removed),
        "failed": rows(report.failed),
    }


def show_reasons(report: AddReport) -> None:
    """Say on standard error why files failed, and what of others could not be read."""
    for file in (*report.added, *report.updated, *report.failed):
        if file.reason:
            typer.echo(f"{file.path}: {file.reason}", err=True)


def print_json(value: object) -> None:
    """Print JSON types for a script."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
