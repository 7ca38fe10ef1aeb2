"""Whose conversations a browser sees: those that belong to the cookie it was given.

Which store a browser tab reads: the one that is served, or, out of the demo, the user's own.
"""

import secrets
from collections.abc import Generator, Mapping
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Lock
from urllib.parse import urlencode

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.service import seen_by
from assistant.api.turns import Queues
from assistant.assistant import Assistant
from assistant.people.accounts import Account, PeopleError
from assistant.watching import Watching
from assistant.web.texts import SIGN_IN_FIRST

COOKIE = "footnote_visitor"
MATRIX = "/matrix"
"""Where the view of matrices is."""
LIBRARY = "/library"
"""Where the library's script asks."""
ACCOUNT = "/account"
"""Where a person's own page is."""
COLLECTIONS = "/collections"
COLLECTION = "collection"
"""Where collections are, and what an address says to which one a tab is limited."""
MODEL = "/model"
"""Where the sheet for the model that writes is."""
_OPENED = ("/", MATRIX)
_YEAR = 365 * 24 * 60 * 60


async def body_of(request: Request, most: int, refusal: str) -> bytes:
    """What a script sends, of so many bytes at most.

    Raises:
        HTTPException: it is longer, which is told by the refusal.

    >>> import asyncio
    >>> async def receive():
    ...     return {"type": "http.request", "body": b"{}"}
    >>> asyncio.run(body_of(Request({"type": "http"}, receive), 2, "Too long."))
    b'{}'
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise HTTPException(413, refusal)
    return bytes(body)


def visitor(request: gr.Request | HTTPConnection) -> str:
    """The secret of the browser that asks; empty where it keeps no cookies.

    >>> visitor(gr.Request(cookies={COOKIE: "a secret"})), visitor(gr.Request())
    ('a secret', '')
    """
    cookies = getattr(request, "cookies", None) or {}
    return str(dict(cookies).get(COOKIE, ""))


class Visitors:
    """Gives every browser that opens the page a secret of its own, out of reach of scripts.

    >>> from starlette.responses import Response
    >>> from starlette.testclient import TestClient
    >>> COOKIE in TestClient(Visitors(Response())).get("/").cookies
    True
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; those that open a view come with the cookie if it is not there yet."""
        if (
            scope["type"] != "http"
            or scope["path"] not in _OPENED
            or visitor(HTTPConnection(scope))
        ):
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


def _caller(request: gr.Request) -> str:
    return f"browser:{visitor(request)}"


_PARAMETER = "documents"


class Stores:
    """The served assistant, and the user's own beside a demo, opened when a tab asks for it.

    The address of the page says which of them a tab reads (`?documents=own`), so that the choice
    outlives a reload and needs no state here. Both answer in the `queues` of the server.

    >>> stores = Stores(demo, demo=True)
    >>> stores.other(gr.Request(query_params={"cite": "8e0c1:0-80"}))
    '?cite=8e0c1%3A0-80&documents=own'
    """

    def __init__(self, assistant: Assistant, *, demo: bool, queues: Queues | None = None) -> None:
        self._served = assistant
        self.demo = demo
        self._queues = queues or Queues.of(assistant.settings.waiting)
        self._own: Assistant | None = None
        self._watching = {id(assistant): Watching(assistant)}
        self._lock = Lock()

    @property
    def served(self) -> Assistant:
        """The assistant that is served, with all that it holds."""
        return self._served

    @property
    def question_limit(self) -> int:
        """The characters of the longest question that is taken."""
        return self._served.settings.question_limit

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of this machine from which documents may be added."""
        return self._served.settings.folders

    def shows_demo(self, request: gr.Request) -> bool:
        """Whether the tab reads the demo documents."""
        return self.demo and not self.shows_own(request)

    def shows_own(self, request: gr.Request) -> bool:
        """Whether the tab reads the user's own documents beside a demo."""
        return self.demo and request.query_params.get(_PARAMETER) == "own"

    def of(self, request: gr.Request | HTTPConnection) -> Assistant:
        """The assistant that answers this tab, as far as whoever is signed in may read.

        Raises:
            PeopleError: they are let in no longer.
        """
        assistant, chosen = self.whole_of(request), self.chosen(request)
        return assistant.within(chosen) if chosen else assistant

    def chosen(self, request: gr.Request | HTTPConnection) -> str:
        """The collection to which the tab is limited; '' where it is to none."""
        return str(dict(request.query_params).get(COLLECTION, ""))

    def unlimited(self, request: gr.Request) -> str:
        """The address of the same page with the documents of all collections."""
        kept = {key: value for key, value in request.query_params.items() if key != COLLECTION}
        return f"?{urlencode(kept)}" if kept else "./"

    def whole_of(self, request: gr.Request | HTTPConnection) -> Assistant:
        """The same with the documents of all collections; raises as `of` does."""
        assistant = self._named(request.query_params)
        if assistant.settings.people is None:
            return assistant
        return seen_by(assistant, self.account(request).person)

    def account(self, request: gr.Request | HTTPConnection) -> Account:
        """Who is signed in, as they are by now.

        Raises:
            PeopleError: nobody is, any more.
        """
        account = self._served.people.accounts.by_owner(visitor(request))
        if account is None:
            raise PeopleError(SIGN_IN_FIRST)
        return account

    def _named(self, parameters: Mapping[str, str]) -> Assistant:
        """The assistant that the parameters of an address name."""
        if not self.demo or parameters.get(_PARAMETER) != "own":
            return self._served
        with self._lock:
            if self._own is None:
                self._own = Assistant()
                self._watching[id(self._own)] = Watching(self._own)
                self._watching[id(self._own)].start()
            return self._own

    def watching(self, parameters: Mapping[str, str]) -> Watching:
        """What keeps the folders of that assistant in step."""
        return self._watching[id(self._named(parameters))]

    def go_on(self) -> None:
        """Go on with the folders that the served store is kept in step with."""
        self._watching[id(self._served)].start()

    def opened(self) -> list[Assistant]:
        """The assistants that are open."""
        with self._lock:
            return [one for one in (self._served, self._own) if one is not None]

    def turn_to_ask(
        self, request: gr.Request, *, patient: bool = False
    ) -> Generator[bool, None, None]:
        """A browser's turn at what questions share (`Turns.turn_of_a_thread`).

        Raises:
            TooBusy: too many wait.
        """
        return self._queues.questions.turn_of_a_thread(_caller(request), patient=patient)

    def turn_to_check(self, request: gr.Request) -> Generator[bool, None, None]:
        """A browser's turn at what drafts share.

        Raises:
            TooBusy: too many wait.
        """
        return self._queues.drafts.turn_of_a_thread(_caller(request))

    def other(self, request: gr.Request) -> str:
        """The address of the page with the other store; it keeps what else the address says."""
        kept = {key: value for key, value in request.query_params.items() if key != _PARAMETER}
        if self.shows_demo(request):
            kept[_PARAMETER] = "own"
        return "?" + urlencode(kept)

    def close(self) -> None:
        """Let go of the user's own store; the served one belongs to who opened it."""
        for watching in list(self._watching.values()):
            watching.close()
        with self._lock:
            own, self._own = self._own, None
            if own is not None:
                own.close()
