"""What `footnote` can be told to do, on top of `Assistant` and nothing else.

One module for each kind of command; `app` lists them in the order of `footnote --help`.
"""

import typer

from assistant.commands.asking import ask, search
from assistant.commands.documents import add, check, documents, remove, repair, sync, watch
from assistant.commands.measuring import doctor, evaluate, feedback
from assistant.commands.reporting import cite, report, research, verify
from assistant.commands.serving import serve

app = typer.Typer(
    name="footnote",
    help="Ask your documents; every sentence of the answer carries a footnote that was checked.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    add,
    sync,
    watch,
    ask,
    report,
    research,
    cite,
    verify,
    search,
    documents,
    remove,
    check,
):
    app.command()(command)
app.command()(repair)
app.command("eval")(evaluate)
app.command()(feedback)
app.command()(doctor)
app.command()(serve)
