"""`footnote mcp`."""

import os
import signal
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.printing import StoreOption, open_assistant, say
from index.errors import ServeError

if TYPE_CHECKING:
    from assistant.assistant import Assistant

_HOST = "127.0.0.1"
"""Agents elsewhere use `footnote serve`, which knows tokens."""

_LAST_REQUESTS = 1
"""Seconds that open requests get to finish after Ctrl-C."""


def mcp(
    store: StoreOption = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP, to this machine alone.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port for HTTP; 0 takes any free one.")
    ] = 7861,
) -> None:
    """Let agents ask and cite (Model Context Protocol), over standard input and output.

    >>> with socket.create_server(("127.0.0.1", 0)) as taken:
    ...     mcp(store=demo.store, http=True, port=taken.getsockname()[1])
    Traceback (most recent call last):
        ...
    index.errors.ServeError: Port ... cannot be used (address already in use): ...
    """
    from assistant.api.mcp import server

    with open_assistant(store) as assistant:
        if http:
            _serve(assistant, port)
        else:
            server(assistant).run()


def _serve(assistant: "Assistant", port: int) -> None:
    """Serve agents over HTTP until Ctrl-C."""
    import uvicorn
    from fastapi import FastAPI

    from assistant.api.agents import PATH
    from assistant.api.mcp import router

    try:
        listener = socket.create_server((_HOST, port))
    except OSError as error:
        # Python appends the address, which the message names already.
        why = (error.strerror or str(error)).partition(" (while")[0].lower()
        raise ServeError(
            f"Port {port} cannot be used ({why}): end what uses it, or choose another one with "
            "--port."
        ) from error
    application = FastAPI(openapi_url=None)
    application.include_router(router(assistant, own_door=True))
    config = uvicorn.Config(
        application, log_level="error", timeout_graceful_shutdown=_LAST_REQUESTS
    )
    address = f"http://{_HOST}:{listener.getsockname()[1]}{PATH}"
    say(f"Agents reach Footnote at {address} (Ctrl-C ends it).")
    # From here on it is how serving ends, and no interruption.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    uvicorn.Server(config).run(sockets=[listener])
