"""`footnote serve`."""

import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from assistant.assistant import Assistant
from assistant.commands.printing import StoreOption, adding_bar, show_reasons
from assistant.settings import load

DEMO_STORE = Path(".footnote-demo")


def serve(
    store: StoreOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes any free one.")
    ] = None,
    demo: Annotated[
        Path | None, typer.Option(help="Show this folder's documents in a demo store of their own.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Open the web chat.

    >>> serve(host="203.0.113.9", port=7860, browser=False)
    Traceback (most recent call last):
        ...
    index.errors.ServeError: Port 7860 on 203.0.113.9 cannot be used (...): end what uses it, or ...
    """
    from assistant.web import launch

    settings = load(store=store)
    with Assistant(DEMO_STORE if demo else None, settings=settings) as assistant:
        if demo:
            with adding_bar() as show:
                report = assistant.add(demo, progress=show)
            show_reasons(report)
        # From here on it is how serving ends, and no interruption.
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
        launch(assistant, demo=demo is not None, host=host, port=port, open_browser=browser)
