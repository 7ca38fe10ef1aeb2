"""Whose conversations a browser sees: those that belong to the cookie it was given."""

import secrets
from http.cookies import SimpleCookie

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "footnote_visitor"
_YEAR = 365 * 24 * 60 * 60


def visitor(request: gr.Request | HTTPConnection) -> str:
    """The secret of the browser that asks; empty where it keeps no cookies."""
    cookies = getattr(request, "cookies", None) or {}
    return str(dict(cookies).get(COOKIE, ""))


class Visitors:
    """Gives every browser that opens the page a secret of its own, out of reach of scripts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; the page's own comes with the cookie if it is not there yet."""
        if scope["type"] != "http" or scope["path"] != "/" or visitor(HTTPConnection(scope)):
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", _cookie())
            await send(message)

        await self._app(scope, receive, sending)


def _cookie() -> str:
    cookie = SimpleCookie({COOKIE: secrets.token_urlsafe(24)})
    cookie[COOKIE]["path"] = "/"
    cookie[COOKIE]["max-age"] = _YEAR
    cookie[COOKIE]["httponly"] = True
    # Not 'Strict': a link to an answer in a report opens it in the browser that asked.
    cookie[COOKIE]["samesite"] = "Lax"
    return cookie[COOKIE].OutputString()
