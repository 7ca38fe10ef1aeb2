"""By which names the page may be reached, and which pages may talk to it.

A page elsewhere whose name is made to point at this machine names another host, and a page of
another server names another origin: neither is answered.

What the page does not take, told as a sentence with an HTTP status.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Message, Receive, Scope

from index.errors import FootnoteError

UPLOAD = "/gradio_api/upload"


class Refused(FootnoteError):
    """A request that the page does not take; `status` is HTTP's number for the reason.

    >>> Refused(404, "There is no such page.").status
    404
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status

    def response(self, scope: Scope) -> Response:
        """The answer to the request, in the form in which the page's own scripts show it."""
        # What is unread of the body must not be taken for the next request.
        headers = {"Connection": "close"}
        if scope["path"] == UPLOAD:
            return PlainTextResponse(str(self), self.status, headers)
        return JSONResponse({"detail": str(self)}, self.status, headers)


def counted(receive: Receive, count: Callable[[int], None]) -> Receive:
    """`receive`, with `count` told of the bytes of each piece before anyone else sees it.

    >>> from anyio.from_thread import start_blocking_portal
    >>> async def receive():
    ...     return {"type": "http.request", "body": b"High tide"}
    >>> sizes = []
    >>> with start_blocking_portal() as portal:
    ...     _ = portal.call(counted(receive, sizes.append))
    >>> sizes
    [9]
    """

    async def counting() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            count(len(message.get("body", b"")))
        return message

    return counting


_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (compared with, not listened on)
_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\s\[\]:/@?#]+))(?::\d{1,5})?")
_ORIGIN = re.compile(r"https?://(.+)")
SHARED = "/shared/"
CALLBACK = "/sign-in/callback"
_ENTRANCES = ("/", CALLBACK)


class Hosts:
    """The names of one served page.

    Args:
        named: the address to listen on as it was asked for, possibly a name.
        bound: the address that is listened on.
        further: names from the setting, some with a port.

    >>> asked = {"type": "http", "headers": [(b"host", b"evil.example")]}
    >>> Hosts("localhost", "127.0.0.1").check(asked)
    Traceback (most recent call last):
        ...
    assistant.web.hosts.Refused: The page is not reached by this name (FOOTNOTE_HOSTS).
    """

    def __init__(self, named: str, bound: str, further: Iterable[str] = ()) -> None:
        self._further = frozenset(name.lower() for name in further)
        self._names = {_plain(named), _plain(bound), *map(_name, self._further)}
        self._everywhere = bound in _EVERYWHERE
        if self._everywhere:
            self._names.add(_plain(socket.gethostname()))
        if self._everywhere or ipaddress.ip_address(_plain(bound)).is_loopback:
            # Nobody else can make these names point elsewhere.
            self._names |= {"localhost", "127.0.0.1", "::1"}
        self._names.discard("")

    def check(self, scope: Scope) -> None:
        """Let a request pass that names this page, and comes from it or from no page at all.

        Raises:
            Refused: it names another host, or another page sent it.
        """
        headers = Headers(scope=scope)
        named = headers.getlist("host")
        if len(named) != 1 or not self._is_ours(named[0].lower(), scope):
            raise Refused(400, "The page is not reached by this name (FOOTNOTE_HOSTS).")
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin.lower(), named[0].lower()):
            raise Refused(403, "Another page may not talk to this one.")
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            # A link elsewhere may lead here; nothing but the page itself is opened by it.
            opened = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
            followed = scope["method"] == "GET" and opened == ("navigate", "document")
            path = scope["path"]
            if not followed or (path not in _ENTRANCES and not path.startswith(SHARED)):
                raise Refused(403, "Another page may not use this one.")

    def _is_ours(self, host: str, scope: Scope) -> bool:
        name = _name(host)
        if name in self._names:
            return True
        # Listening everywhere, the machine is also reached by the address that was called.
        server = scope.get("server")
        return self._everywhere and server is not None and name == _plain(server[0])

    def _is_own(self, origin: str, host: str) -> bool:
        found = _ORIGIN.fullmatch(origin)
        return found is not None and found[1] in {host, *self._further}


def _name(authority: str) -> str:
    """The name in what a Host header says, without the port; empty if it says none."""
    found = _AUTHORITY.fullmatch(authority)
    return _plain(found[1] or found[2]) if found else ""


def _plain(host: str) -> str:
    """A name or an address as it is compared."""
    host = host.lower().partition("%")[0].rstrip(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host
