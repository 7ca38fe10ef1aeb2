"""Signing in to the page with a token, where the server listens to others than this machine."""

import hashlib
import secrets
from collections.abc import Collection
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.access import Access
from assistant.api.problems import Unauthorised
from assistant.templating import Macros
from assistant.web import texts
from assistant.web.hosts import Hosts, Refused

COOKIE = "footnote_session"
_PATH = "/sign-in"
_LASTS = 30 * 24 * 60 * 60
_MOST = 10_000
"""Bytes of a form, and sessions that are known."""
_HTML = Macros("assistant.web", "sign_in.html", texts=texts)


class SignIn:
    """Lets people to the page who have signed in; a session ends with its token.

    Args:
        page: what they are let in to.
        access: says which tokens count.
        hosts: by which names the page is reached.

    >>> from assistant.api.tokens import Tokens
    >>> from starlette.testclient import TestClient
    >>> access, hosts = Access(Tokens(tmp_path), needs_token=True), Hosts("localhost", "127.0.0.1")
    >>> TestClient(SignIn(Response("page"), access, hosts), "http://localhost").get("/").status_code
    401
    """

    def __init__(self, page: ASGIApp, access: Access, hosts: Hosts) -> None:
        self._page, self._access, self._hosts = page, access, hosts
        # Of a session only the hash is kept, and which token it was begun with.
        self._sessions: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of who has signed in, or ask to sign in."""
        if scope["type"] != "http":
            await self._page(scope, receive, send)
            return
        try:
            self._hosts.check(scope)
            answer = await self._answer(Request(scope, receive))
        except Refused as refused:
            answer = refused.response(scope)
        await (self._page if answer is None else answer)(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        """What is said to who has not signed in; None to who has."""
        if request.scope["path"] == _PATH and request.method == "POST":
            return await self._sign_in(request)
        session = self._sessions.get(_hashed(HTTPConnection(request.scope).cookies.get(COOKIE, "")))
        if session is not None and await run_in_threadpool(self._access.counts, session):
            return None
        if request.method == "GET" and request.scope["path"] == "/":
            return sign_in_page(request, request.url.query)
        return JSONResponse({"detail": texts.SIGN_IN_FIRST}, 401)

    async def _sign_in(self, request: Request) -> Response:
        said = await read_form(request)
        query = said.get("query", "")
        try:
            caller = await run_in_threadpool(
                self._access.caller, said.get("token", "").strip() or None
            )
        except Unauthorised as error:
            return sign_in_page(request, query, str(error))
        if not all(caller.may(scope) for scope in ("read", "ask", "write")):
            return sign_in_page(request, query, texts.TOKEN_FOR_LESS)
        session = secrets.token_urlsafe(32)
        while len(self._sessions) >= _MOST:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[_hashed(session)] = caller.id
        answer = RedirectResponse(page_address(request, query), 303)
        MutableHeaders(raw=answer.raw_headers).append(
            "Set-Cookie", _cookie(session, secure=request.url.scheme == "https")
        )
        return answer


def sign_in_page(
    request: Request,
    query: str,
    fault: str = "",
    ways: Collection[str] = ("token",),
    status: int = 401,
) -> HTMLResponse:
    """The page on which people sign in, by a token, a password or at a provider.

    >>> sign_in_page(Request({"type": "http"}), "", ways=["password"]).status_code
    401
    """
    base = "" if request.scope.get("path", "/") in ("/", _PATH) else page_address(request)
    shown = str(_HTML.page(query, fault, ways, base))
    return HTMLResponse(shown, status, {"Cache-Control": "no-store"})


def page_address(request: Request, query: str = "") -> str:
    """Where the page is, with a query if there is one.

    >>> page_address(Request({"type": "http", "root_path": "/docs"}), "answer=a1")
    '/docs/?answer=a1'
    """
    root = request.scope.get("root_path", "").rstrip("/")
    return f"{root}/?{query}" if query else f"{root}/"


async def read_form(request: Request) -> dict[str, str]:
    """What a short form says.

    Raises:
        Refused: it is too long, or breaks off.

    >>> import asyncio
    >>> async def receive():
    ...     return {"type": "http.request", "body": b"name=Ada"}
    >>> asyncio.run(read_form(Request({"type": "http"}, receive)))
    {'name': 'Ada'}
    """
    said = parse_qs((await _body(request)).decode(errors="replace"))
    return {name: values[0] for name, values in said.items()}


def _cookie(session: str, *, secure: bool) -> str:
    cookie = SimpleCookie({COOKIE: session})
    cookie[COOKIE] |= {"path": "/", "max-age": _LASTS, "httponly": True, "samesite": "Lax"}
    cookie[COOKIE]["secure"] = secure
    return cookie[COOKIE].OutputString()


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST:
                raise Refused(413, texts.SIGN_IN_FIRST)
    except ClientDisconnect as error:
        raise Refused(400, texts.SIGN_IN_FIRST) from error
    return body


def _hashed(session: str) -> str:
    return hashlib.sha256(session.encode(errors="surrogatepass")).hexdigest()
