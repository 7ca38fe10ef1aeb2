"""`footnote doctor`."""

from dataclasses import asdict

import typer

from assistant.assistant import Assistant
from assistant.commands.options import DIFFERENT, Format, FormatOption, JsonOption, StoreOption
from assistant.commands.printing import print_json, say
from assistant.settings import load


def doctor(
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Say what is configured, what answers, and what is wrong (then the exit status is 4).

    A configured writer is sent one short request, a configured embedding server one word.
    """
    found = []
    quiet = as_json or format is Format.json
    for finding in Assistant.examined(settings=load(store=store)):
        found.append(finding)
        if not quiet:
            say(f"{'ok   ' if finding.well else 'WRONG'}  {finding.what}: {finding.says}")
    if quiet:
        print_json([asdict(finding) for finding in found])
    if not all(finding.well for finding in found):
        raise typer.Exit(DIFFERENT)
