"""What `footnote` can be told to do, on top of `Assistant` and nothing else.

One module for each kind of command; `app` lists them in the order of `footnote --help`.
"""

from collections.abc import Callable
from inspect import getdoc

import typer

from assistant.commands.agents import mcp
from assistant.commands.asking import ask, search
from assistant.commands.collections import collection
from assistant.commands.documents import (
    add,
    backup,
    check,
    correct,
    documents,
    remove,
    repair,
    restore,
    sync,
    watch,
)
from assistant.commands.inspecting import inspect
from assistant.commands.matrix import compare, matrix, timeline
from assistant.commands.measuring import doctor, evaluate, feedback
from assistant.commands.people import audit, user
from assistant.commands.reporting import cite, report, research, verify
from assistant.commands.serving import serve
from assistant.commands.tokens import token

app = typer.Typer(
    name="footnote",
    help="Ask your documents; every sentence of the answer carries a footnote that was checked.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _said(command: Callable[..., None]) -> str:
    """What `--help` says of a command: its docstring as far as the example."""
    return (getdoc(command) or "").partition(">>>")[0]


for command in (
    add,
    sync,
    watch,
    ask,
    report,
    research,
    matrix,
    compare,
    timeline,
    cite,
    verify,
    search,
    documents,
    inspect,
    correct,
    remove,
    check,
):
    app.command(help=_said(command))(command)
app.command(help=_said(repair))(repair)
app.command(help=_said(backup))(backup)
app.command(help=_said(restore))(restore)
app.command("eval", help=_said(evaluate))(evaluate)
app.command(help=_said(feedback))(feedback)
app.command(help=_said(doctor))(doctor)
app.command(help=_said(serve))(serve)
app.add_typer(token, name="token")
app.add_typer(user, name="user")
app.add_typer(collection, name="collection")
app.command(help=_said(audit))(audit)
app.command(help=_said(mcp))(mcp)
