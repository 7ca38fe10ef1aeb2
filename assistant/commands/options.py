"""What several commands have in common: their options, exit statuses, and the store they open."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.answer import Engine
from assistant.assistant import Assistant
from assistant.settings import load

FAILED = 1
ABSTAINED = 3
DIFFERENT = 4


class Format(StrEnum):
    """How a result is printed."""

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

EngineOption = Annotated[
    Engine | None,
    typer.Option("--engine", help="What answers; by default the writer where one is configured."),
]


@contextmanager
def opened(store: Path | None) -> Iterator[Assistant]:
    """The assistant over the store that was named, or the settings' one."""
    with Assistant(settings=load(store=store)) as assistant:
        yield assistant
