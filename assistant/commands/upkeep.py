"""The commands that keep a store sound."""

from dataclasses import asdict

import typer

from assistant.commands.options import (
    DIFFERENT,
    Format,
    FormatOption,
    JsonOption,
    StoreOption,
    opened,
)
from assistant.commands.printing import print_json, say
from assistant.commands.progress import counting_bar


def check(
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Compare catalog, indexes and copies; exit status 4: they disagree."""
    with opened(store) as assistant:
        found = assistant.check()
    if as_json or format is Format.json:
        print_json([asdict(difference) for difference in found])
    else:
        for difference in found:
            say(f"{difference.where}: {difference.problem}")
        if not found:
            typer.echo("No differences.")
    if found:
        raise typer.Exit(DIFFERENT)


def repair(
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Make the indexes anew from the catalog; interrupted, the same command goes on."""
    with opened(store) as assistant:
        with counting_bar("Repairing") as show:
            assistant.repair(progress=show)
        left = assistant.check()
    if as_json or format is Format.json:
        print_json([asdict(difference) for difference in left])
    elif left:
        for difference in left:
            say(f"{difference.where}: {difference.problem}", aside=True)
        say("What is listed cannot be made from the catalog: add those documents again.")
    else:
        say("The indexes are made anew; no differences.")
    if left:
        raise typer.Exit(DIFFERENT)
