"""The application: its routes, its description, how errors are told, and the door before it all."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api import (
    agents,
    asking,
    collections,
    documents,
    health,
    kept,
    matrices,
    openai_compatible,
    people,
    reports,
)
from assistant.api.access import Access, Door, problem_response
from assistant.api.problems import MEDIA_TYPE, Problem
from assistant.api.service import Service
from assistant.web.hosts import Hosts
from index.errors import FootnoteError, ServeError

BELOW = ("/api/", "/v1/", "/mcp")
EXACTLY = frozenset({"/healthz", "/readyz", "/metrics"})
"""Where the interface for programs is; everything else is the page's."""

_DOCS, _OPENAPI, _ASSETS = "/api/docs", "/api/openapi.json", "/api/assets"
_SWAGGER = Path(fastapi_offline.__file__).parent / "static"
_SHOWN = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
_LEFT = 499
"""nginx's status for a request whose client has left; nobody reads it."""


def application(
    service: Service,
    hosts: Hosts,
    access: Access,
    further: Iterable[APIRouter] = (),
) -> Door:
    """The interface as an application, behind its door.

    Args:
        service: what the routes share.
        hosts: by which names it is reached.
        access: who is let in.
        further: routes of other interfaces, which share the door; `request.state.caller` says
            who calls, `request.app.state.service` is what serves.

    >>> from assistant.api.service import open_service
    >>> from assistant.api.tokens import Tokens
    >>> from starlette.testclient import TestClient
    >>> service, hosts = open_service(demo, ""), Hosts("localhost", "127.0.0.1")
    >>> access = Access(Tokens(demo.store), needs_token=False)
    >>> client = TestClient(application(service, hosts, access), "http://localhost")
    >>> client.get("/api/v1/about").json()["documents"]
    7
    >>> service.close()
    """
    app = FastAPI(
        title="Footnote",
        version=version("footnote-assistant"),
        summary="Ask your documents; every sentence of the answer carries a checked footnote.",
        openapi_url=_OPENAPI,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        responses={
            "default": {
                "description": "What went wrong (RFC 9457).",
                "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
            }
        },
    )
    app.state.service = service
    routers = (asking, documents, collections, reports, matrices, kept, people, health)
    for router in (*(one.router() for one in routers), *further):
        app.include_router(router)
    _describe(app)
    _tell_errors(app, str(service.assistant.store))
    return Door(
        app,
        hosts=hosts,
        access=access,
        metrics=service.metrics,
        largest=10 * service.largest,
    )


def other_interfaces(service: Service) -> tuple[APIRouter, APIRouter]:
    """The interfaces of other makes over a service: OpenAI's, and that of agents.

    >>> from assistant.api.service import open_service
    >>> service = open_service(demo, "")
    >>> [router.routes[0].path for router in other_interfaces(service)]
    ['/v1/models', '/mcp']
    >>> service.close()
    """
    assistant, turn = service.assistant, service.turn_of
    chat = openai_compatible.router(assistant, address=service.address, turn=turn)
    return chat, agents.router(assistant, turn)


def check_prefix(prefix: str) -> None:
    """Refuse a public address whose path is one of the interface's, which it would hide.

    Raises:
        ServeError: it is.

    >>> check_prefix("/docs")
    >>> check_prefix("/api")
    Traceback (most recent call last):
        ...
    index.errors.ServeError: FOOTNOTE_ADDRESS cannot end with /api: programs are answered under ...
    """
    first = f"/{prefix.strip('/').partition('/')[0]}"
    if first in {one.rstrip("/") for one in (*BELOW, *EXACTLY)}:
        raise ServeError(
            f"FOOTNOTE_ADDRESS cannot end with {prefix}: programs are answered under {first}. "
            "Choose another path, like /docs."
        )


class Together:
    """The page and the interface for programs at one address.

    Args:
        page: answers what the interface does not.
        api: the interface.
        prefix: the path below which a proxy serves both, whether it passes it on or not.
        living: what it needs as long as both are served.
        closing: is called before they end.

    >>> from starlette.responses import PlainTextResponse
    >>> from starlette.testclient import TestClient
    >>> both = Together(PlainTextResponse("page"), PlainTextResponse("api"))
    >>> [TestClient(both).get(path).text for path in ("/", "/api/v1/about", "/healthz")]
    ['page', 'api', 'api']
    """

    def __init__(
        self,
        page: ASGIApp,
        api: ASGIApp,
        prefix: str = "",
        living: Callable[[], AbstractAsyncContextManager[object]] = nullcontext,
        closing: Callable[[], None] = lambda: None,
    ) -> None:
        self._page, self._api, self._prefix = page, api, prefix
        self._living, self._closing = living, closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the one that it is for."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        path = scope.get("path", "")
        if self._prefix:
            # However often it stands there: routes are looked up behind it, and the door must see
            # the path by which they are.
            while path == self._prefix or path.startswith(f"{self._prefix}/"):
                path = path[len(self._prefix) :] or "/"
            scope.update(path=path, raw_path=quote(path).encode(), root_path=self._prefix)
        ours = path in EXACTLY or path.startswith(BELOW)
        await (self._api if ours else self._page)(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        over = asyncio.Event()
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def live() -> None:
            # In a task of its own, since what its parts open they must close in their order.
            async with self._living():
                begun.set_result(None)
                await over.wait()

        living = asyncio.create_task(live())

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await asyncio.wait({living, begun}, return_when=asyncio.FIRST_COMPLETED)
            if message["type"] == "lifespan.shutdown" or living.done():
                await asyncio.to_thread(self._closing)
                over.set()
                await living
            return message

        try:
            await self._page(scope, receiving, send)
        finally:
            over.set()


def _describe(app: FastAPI) -> None:
    """The description of the interface as a page, from files of this machine."""

    class Assets(StaticFiles):
        def lookup_path(self, path: str) -> Any:  # noqa: ANN401 (as it is declared)
            return super().lookup_path(path) if path in _SHOWN else ("", None)

    app.mount(_ASSETS, Assets(directory=_SWAGGER), name="assets")

    @app.get(_DOCS, include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "").rstrip("/")
        return get_swagger_ui_html(
            openapi_url=f"{root}{_OPENAPI}",
            title=app.title,
            oauth2_redirect_url=None,
            swagger_js_url=f"{root}{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{root}{_ASSETS}/favicon.png",
            swagger_ui_parameters={"validatorUrl": None},
        )


def _tell_errors(app: FastAPI, store: str) -> None:
    """Every error as a problem."""

    @app.exception_handler(FootnoteError)
    async def own(request: Request, error: FootnoteError) -> JSONResponse:
        del request
        return problem_response(error, store)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        del request
        # Without what was sent: it may be long, and is the sender's own.
        faults = tuple(
            {"field": ".".join(map(str, fault["loc"])), "reason": str(fault["msg"])}
            for fault in error.errors()
        )
        first = f"{faults[0]['field']}: {faults[0]['reason']}" if faults else "It cannot be read"
        return _problem("invalid-request", 422, f"The request is not valid. {first}.", faults)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        del request
        code, sentence = _HTTP.get(error.status_code, ("bad-request", str(error.detail)))
        answer = _problem(code, error.status_code, sentence or str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(ClientDisconnect)
    async def left(request: Request, error: ClientDisconnect) -> Response:
        del request, error
        return Response(status_code=_LEFT)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        del request, error  # the server tells it in the terminal
        sentence = "The program failed at this; the server's terminal says why."
        return _problem("internal-error", 500, sentence)


_HTTP = {
    400: ("bad-request", "The request's body cannot be read."),
    404: ("not-found", "There is no such page: /api/docs shows those that are there."),
    405: ("method-not-allowed", "This page does not take that method: see /api/docs."),
    413: ("too-large", ""),
    429: ("too-busy", ""),
}


def _problem(
    code: str, status: int, sentence: str, faults: tuple[dict[str, str], ...] = ()
) -> JSONResponse:
    problem = Problem.coded(code, status, sentence, faults).model_dump(exclude_defaults=True)
    return JSONResponse(problem, status, media_type=MEDIA_TYPE)
