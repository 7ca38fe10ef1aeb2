"""`footnote verify`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.options import (
    DIFFERENT,
    Format,
    FormatOption,
    JsonOption,
    StoreOption,
    opened,
)
from assistant.commands.printing import say
from assistant.verifying.findings import Finding, Place, Verification, marked

_NAMES = {"not_in_store": "not in this store"}


def verify(
    report: Annotated[Path, typer.Argument(help="A Markdown, HTML, Word or JSON file.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Say whether the sources still say what a report cites; exit status 4: some do not."""
    with opened(store) as assistant:
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
        yield f"the source now: {marked(finding.source_changes)}"
    if finding.report_changes:
        yield f"the report's quote: {marked(finding.report_changes)}"
    if finding.now and finding.id not in (None, finding.now.id):
        yield f"now cited as {finding.now.id}"
    if finding.status in ("gone", "not_in_store") and finding.quote:
        yield f"“{' '.join(finding.quote.split())}”"
    for place in finding.elsewhere:
        yield f"the same words stand in {_named(place)} ({place.id})"


def _named(place: Place) -> str:
    return ", ".join(part for part in (place.title, place.locator) if part)
