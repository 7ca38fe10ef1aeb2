"""The one door of the page: what it takes from whom, checked before anything else sees it.

Gradio, behind it, would take the path of any file, the session of anybody, and as much as is sent.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web import texts
from assistant.web.hosts import SHARED, UPLOAD, Hosts, Refused, counted
from assistant.web.session import ACCOUNT, COLLECTIONS, LIBRARY, MATRIX, MODEL, visitor
from assistant.web.uploads import Uploads

Known = Callable[[int], bool]
"""Whether the page has an event of this number."""

Unfinished = Callable[[str, int], int]
"""How many events with this number wait or run whose session begins so."""

_MOST = 4 << 20
"""Bytes of an event: a draft as long as several books, pasted."""

_FORM = 64 << 10
"""Bytes of a form of a person's own page."""

_AT_ONCE = 6
"""Unfinished events of one kind that a browser may have; Gradio runs eight of a kind."""

_GRADIO = "/gradio_api/"
_JOIN, _CANCEL = f"{_GRADIO}queue/join", f"{_GRADIO}cancel"
_HEARTBEAT, _TOLD, _FILE = (f"{_GRADIO}{name}" for name in ("heartbeat/", "queue/data", "file="))
_POSTED = {_JOIN, _CANCEL, UPLOAD}
_SHOWN = {
    "/",
    "/config",
    "/theme.css",
    "/favicon.ico",
    "/robots.txt",
    "/manifest.json",
    _TOLD,
    MATRIX,
    LIBRARY,
    MODEL,
    ACCOUNT,
    COLLECTIONS,
}
_SHOWN.add(f"{_GRADIO}upload_progress")
_BELOW = (
    "/assets/",
    "/static/",
    "/svelte/",
    "/export/",
    "/original/",
    "/page/",
    f"{MATRIX}/",
    f"{LIBRARY}/",
    f"{ACCOUNT}/",
    SHARED,
    _HEARTBEAT,
    _FILE,
)
"""Everything that the page uses of itself; Gradio has many routes more."""

_OWN = ("/export/", "/original/", "/page/", SHARED, ACCOUNT, COLLECTIONS, MATRIX, LIBRARY, MODEL)
_FORMS = (f"{MATRIX}/", f"{LIBRARY}/", f"{MODEL}/", f"{ACCOUNT}/", f"{COLLECTIONS}/")
"""Of these, what Gradio does not answer; nor does it answer uploads."""

_FAILED = re.compile(rb'"success"\s*:\s*false')
_BETWEEN = b"\n\n"
_DATA = b"data: "
"""How a stream of events is written."""

_SAID = ("data", "event_data", "fn_index", "trigger_id", "event_id", "session_hash")


class Guard:
    """Lets pass what the page's own scripts ask, and refuses the rest with a sentence.

    >>> from starlette.responses import Response
    >>> from starlette.testclient import TestClient
    >>> hosts, uploads = Hosts("localhost", "127.0.0.1"), Uploads(file_limit=64)
    >>> asked = {"known": lambda number: number < 20, "unfinished": lambda *_: 0}
    >>> guard = Guard(Response(), hosts=hosts, uploads=uploads, **asked)
    >>> TestClient(guard, "http://localhost").get("/gradio_api/info").json()
    {'detail': 'There is no such page.'}
    >>> uploads.close()
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Hosts,
        uploads: Uploads,
        known: Known,
        unfinished: Unfinished,
    ) -> None:
        self._app, self._hosts, self._uploads = app, hosts, uploads
        self._known, self._unfinished = known, unfinished
        self._joining: Counter[tuple[str, int]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it; when serving ends, nothing of an upload stays."""
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, send)
            finally:
                self._uploads.close()
        elif scope["type"] == "http":
            try:
                await self._admit(scope, receive, send)
            except Refused as refused:
                await refused.response(scope)(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._hosts.check(scope)
        request = HTTPConnection(scope)
        path, method = scope["path"], scope["method"]
        shown = path in _SHOWN or path.startswith(_BELOW)
        posted = path in _POSTED or path.startswith(_FORMS)
        if not (posted if method == "POST" else method in ("GET", "HEAD") and shown):
            raise Refused(404, "There is no such page.")
        if path.startswith(_FILE) and not self._uploads.gives(request, path.removeprefix(_FILE)):
            raise Refused(404, "There is no such file.")
        if path.startswith(_HEARTBEAT):
            await self._attend(scope, receive, send)
        elif path == _TOLD:
            await self._tell(scope, receive, send)
        elif path.startswith((f"{ACCOUNT}/", f"{COLLECTIONS}/")):
            await self._app(scope, counted(receive, _short()), send)
        elif path == UPLOAD or path.startswith(_OWN):
            await self._app(scope, receive, send)
        elif method == "POST":
            await self._take(scope, receive, send)
        else:
            await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on to Gradio; why it fails there is not told in Gradio's words.

        Raises:
            Refused: it failed.
        """
        failed: list[int] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                failed.append(message["status"])
            if not failed:
                await send(message)

        await self._app(scope, receive, sending)
        if failed:
            raise Refused(failed[0], _REASONS.get(failed[0], texts.NOT_TAKEN))

    async def _attend(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request that lasts as long as a page is open."""
        request = HTTPConnection(scope)
        path = _HEARTBEAT + _bound(request, scope["path"].removeprefix(_HEARTBEAT))
        self._uploads.opened(request)
        try:
            await self._pass({**scope, "path": path, "raw_path": path.encode()}, receive, send)
        finally:
            self._uploads.left(request)

    async def _tell(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request that is told of a session's events until all are done."""
        said = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        session = _bound(HTTPConnection(scope), dict(said).get("session_hash", ""))
        query = urlencode({**dict(said), "session_hash": session}).encode()
        try:
            await self._pass({**scope, "query_string": query}, receive, _in_own_words(send))
        finally:
            self._uploads.sweep()

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An event, or that one is given up: what it says is read here, and handed on anew."""
        request = HTTPConnection(scope)
        said = _parsed(await _body(request, receive))
        session, number = said.get("session_hash"), said.get("fn_index")
        # No number in quotes, which Gradio would take for the same one.
        if type(number) is not int or not isinstance(session, str) or not self._known(number):
            raise Refused(400, "This is no event of the page.")
        said["session_hash"] = _bound(request, session)
        files = [one for key in ("data", "event_data") for one in _files(said.get(key))]
        for one in files:
            path = one["path"]
            if not self._uploads.gives(request, path):
                raise Refused(403, "Only a file that this browser has uploaded can be used.")
            one.clear()
            one |= {"path": path, "orig_name": Path(path).name, "meta": _META}
        if scope["path"] != _JOIN:
            await self._pass(*_again(scope, said, receive), send)
            return
        with self._joining_in(_owner(request), number):
            for one in files:
                self._uploads.use(one["path"])
            await self._pass(*_again(scope, said, receive), send)

    @contextmanager
    def _joining_in(self, owner: str, number: int) -> Iterator[None]:
        """While an event is on its way into the queue, where it is counted from then on.

        Raises:
            Refused: the browser has enough events of this kind there.
        """
        kind = owner, number
        if self._unfinished(*kind) + self._joining[kind] >= _AT_ONCE:
            raise Refused(429, "This browser has asked too much at once; wait for the answers.")
        self._joining[kind] += 1
        try:
            yield
        finally:
            self._joining[kind] -= 1
            if not self._joining[kind]:
                del self._joining[kind]


_REASONS = {
    404: "There is no such page.",
    503: "Too many questions wait for an answer; try again in a few minutes.",
}
"""Why Gradio refuses a request, by HTTP's number for it."""


def _in_own_words(send: Send) -> Send:
    """`send` for a stream of events, in which no failure is told in words that are not ours."""
    held = bytearray()

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            whole, end, rest = (held + message.get("body", b"")).rpartition(_BETWEEN)
            held[:] = rest
            events = [_reworded(one) for one in whole.split(_BETWEEN)] if end else []
            message = {**message, "body": b"".join(one + _BETWEEN for one in events)}
        await send(message)

    return sending


def _reworded(event: bytes) -> bytes:
    """An event of the stream; one of a failure says what we say of it, or else that it failed."""
    if not _FAILED.search(event):
        return event
    said = json.loads(event.removeprefix(_DATA))
    output = said.get("output")
    if isinstance(output, dict) and output.get("error") is not None:
        if output.get("title") != texts.NOT_DONE:
            said["output"] = {**output, "error": texts.NOT_TAKEN, "title": texts.NOT_DONE}
    elif "message" in said:
        said["message"] = texts.NOT_TAKEN
    return _DATA + json.dumps(said).encode()


_META = {"_type": "gradio.FileData"}


def _short() -> Callable[[int], None]:
    """What counts the bytes of a form, and refuses a long one."""
    taken = 0

    def count(more: int) -> None:
        nonlocal taken
        taken += more
        if taken > _FORM:
            raise Refused(413, f"At most {_FORM >> 10} KiB are taken in a form.")

    return count


def _owner(request: HTTPConnection) -> str:
    return _digest(visitor(request))


def _bound(request: HTTPConnection, session: str) -> str:
    """The session of this name that is the browser's own."""
    return _owner(request) + _digest(session)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:32]


async def _body(request: HTTPConnection, receive: Receive) -> bytes:
    """The body of an event.

    Raises:
        Refused: it is too long, as it says itself or as it turns out.
    """
    body = bytearray()

    def grown(more: int) -> None:
        if len(body) + more > _MOST:
            raise Refused(413, f"At most {_MOST >> 20} MiB of text are taken at once.")

    said = request.headers.get("content-length", "")
    grown(int(said) if said.isascii() and said.isdigit() else 0)
    limited = counted(receive, grown)
    while True:
        message = await limited()
        if message["type"] != "http.request":
            raise Refused(400, "The request broke off.")
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _parsed(body: bytes) -> dict[str, Any]:
    """What an event says, and nothing that the page never says."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "This is no event of the page.") from error
    if not isinstance(said, dict):
        raise Refused(400, "This is no event of the page.")
    return {key: said[key] for key in _SAID if key in said}


def _files(said: object) -> Iterator[dict[str, Any]]:
    """Everything in an event that names a file, however deep."""
    waiting = [said]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "path" in one:
                yield one
            else:
                waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _again(scope: Scope, said: dict[str, Any], receive: Receive) -> tuple[Scope, Receive]:
    """A request that says what was checked, letter for letter, and no more."""
    try:
        body = json.dumps(said).encode()
    except RecursionError as error:
        raise Refused(400, "This is no event of the page.") from error
    told = {b"content-length": str(len(body)).encode(), b"content-type": b"application/json"}
    kept = [one for one in scope["headers"] if one[0] not in {*told, b"transfer-encoding"}]
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return {**scope, "headers": [*kept, *told.items()]}, again
