"""Serving the page on this machine: no analytics, no version check, no web font, no share link."""

import logging
import os
import socket
import threading
import webbrowser
from types import FrameType
from urllib.parse import urlsplit

import uvicorn
from rich.console import Console
from starlette.types import ASGIApp

from assistant.assistant import Assistant
from index.closing import closed_on_failure
from index.errors import ServeError

_CONTENT_POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
"""The browser itself keeps the page from any other machine; Gradio needs inline code and eval."""

_PORTS = 65_535

_LAST_REQUESTS = 1
"""Seconds that open requests get to finish after Ctrl-C."""


def launch(
    assistant: Assistant,
    *,
    demo: bool = False,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool = False,
) -> None:
    """Serve the page until Ctrl-C.

    Args:
        assistant: answers; it stays open when serving ends.
        demo: its store is the demo's: the page says so and offers the user's own.
        host: the address to listen on; by default the setting, which is this machine alone.
        port: by default the setting; 0 takes any free one.
        open_browser: open the page in the default browser.

    Raises:
        ServeError: the address cannot be listened on, or the public one hides the interface.
        SettingsError: the configured writer cannot be loaded.

    >>> launch(demo, host="203.0.113.9", port=7860)
    Traceback (most recent call last):
        ...
    index.errors.ServeError: Port 7860 on 203.0.113.9 cannot be used (...): end what uses it, or ...
    """
    assistant.engine  # noqa: B018 (a writer that cannot be loaded is told now, not to each tab)
    settings = assistant.settings
    host = settings.host if host is None else host
    listener = _listening(host, settings.port if port is None else port)
    named = f"[{host}]" if ":" in host else host
    address = f"http://{named}:{listener.getsockname()[1]}"
    # Gradio reads these when it is imported, so it is imported here and by nothing above; it also
    # takes more than three seconds, which no other command should pay.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from assistant.api.access import Access, check_exposure
    from assistant.api.app import Together, check_prefix, other_interfaces
    from assistant.api.app import application as interface
    from assistant.api.entrance import Entrance, check_people
    from assistant.api.service import open_service
    from assistant.api.tokens import Tokens
    from assistant.web.hosts import Hosts
    from assistant.web.page import application
    from assistant.web.people_door import PeopleDoor
    from assistant.web.session import Stores
    from assistant.web.sign_in import SignIn
    from assistant.web.uploads import Uploads

    uploads = Uploads(settings.file_limit)
    # Also what Gradio puts beside a file that it takes: where uploads are, left-overs are swept.
    os.environ["GRADIO_TEMP_DIR"] = str(uploads.folder)
    bound = listener.getsockname()[0]
    hosts = Hosts(host, bound, settings.hosts)
    tokens = Tokens(assistant.store, assistant.shared_catalog)
    prefix = urlsplit(settings.address or "").path
    with closed_on_failure(listener.close, tokens.close, uploads.close):
        check_prefix(prefix)
        sign_in = settings.sign_in if settings.people is None else "people"
        exposed = check_exposure([bound, *settings.hosts], sign_in, tokens)
        if settings.people is not None:
            check_people(settings.people, assistant.people)
    service = open_service(assistant, settings.address or address)
    stores = Stores(assistant, demo=demo, queues=service.queues)
    people = settings.people
    entrance = None if people is None else Entrance(assistant.people, people, settings.address)
    access = Access(tokens, needs_token=exposed, entrance=entrance)
    operated = not exposed and settings.address is None and entrance is None
    page: ASGIApp = application(stores, uploads, hosts, settings.address, operated=operated)
    if entrance is not None:
        page = PeopleDoor(page, entrance, hosts, settings.address)
    elif exposed and settings.sign_in == "token":
        page = SignIn(page, access, hosts)
    api = interface(service, hosts, access, other_interfaces(service))
    server = _Server(
        uvicorn.Config(
            Together(
                page,
                api,
                prefix=prefix,
                living=api.lifespan,
                closing=service.close,
            ),
            headers=[
                ("Content-Security-Policy", _CONTENT_POLICY),
                ("Referrer-Policy", "no-referrer"),
                ("X-Content-Type-Options", "nosniff"),
            ],
            log_level="error",
            # Otherwise it takes the word of any proxy of this machine; those that the settings name
            # are asked for themselves.
            proxy_headers=entrance is None,
            timeout_graceful_shutdown=_LAST_REQUESTS,
        )
    )
    Console(highlight=False).print(f"Footnote is at {address} (Ctrl-C ends it).", soft_wrap=True)
    if open_browser:
        # The socket listens already: the browser's first request waits there for the server.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    stores.go_on()
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return
    finally:
        service.close()
        tokens.close()
        stores.close()


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # An open page holds a request for as long as it is open; cutting it off is no error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        super().handle_exit(sig, frame)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens on the address.

    Taking it here, and not in the server, keeps the port from being lost between a check and its
    use, and gives the error its own words.
    """
    if not 0 <= port <= _PORTS:
        raise ServeError(f"There is no port {port}: name one from 1 to {_PORTS:,}, or 0 for any.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ServeError(
            f"Port {port} on {host} cannot be used ({_reason(error)}): "
            f"end what uses it, or choose another one with --port."
        ) from error


def _reason(error: OSError) -> str:
    words = error.strerror or str(error)
    # Python appends the address, which the message names already.
    words = words.partition(" (while")[0].rstrip(".")
    return words[:1].lower() + words[1:]
