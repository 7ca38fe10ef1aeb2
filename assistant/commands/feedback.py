"""`footnote feedback`."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.options import JsonOption, StoreOption, opened
from assistant.commands.printing import say
from assistant.feedback import evaluation_lines


def feedback(
    out: Annotated[
        Path | None, typer.Option(help="Write the evaluation file, JSON Lines, there.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the answers that were rated in the chat, or write them for 'footnote eval'."""
    with opened(store) as assistant:
        rated = assistant.conversations.rated()
    if out is not None:
        from assistant.reports.writing import write

        write(out, "".join(f"{line}\n" for line in evaluation_lines(rated)).encode())
        say(f"{len(rated)} rated answers are in {out}.", aside=True)
    elif as_json:
        for line in evaluation_lines(rated):
            typer.echo(line)
    else:
        for one in rated:
            reason = f" ({one.feedback.reason})" if one.feedback.reason else ""
            say(f"{_VERDICTS[one.feedback.verdict]}: {one.answer.question}{reason}")


_VERDICTS = {"up": "helpful", "down": "not helpful"}
