"""The route for agents, whose SDK is loaded when the first of them asks: it takes over a second."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from assistant.assistant import Assistant

PATH = "/mcp"
"""Where agents are served over HTTP."""

Turn = Callable[[Request | None], AbstractAsyncContextManager[None]]
"""What a call waits for, by the HTTP request that it came with, if any; had until it is done."""


def router(assistant: Assistant, turn: Turn) -> APIRouter:
    """What `assistant.api.mcp.router` gives, made when it is first asked.

    >>> from contextlib import nullcontext
    >>> router(demo, lambda _: nullcontext()).routes[0].path
    '/mcp'
    """
    agents = _Agents(assistant, turn)
    return APIRouter(routes=[Route(PATH, agents)], lifespan=agents.lifespan)


class _Agents:
    def __init__(self, assistant: Assistant, turn: Turn) -> None:
        self._assistant, self._turn = assistant, turn
        self._asked, self._over = asyncio.Event(), asyncio.Event()
        self._ready: asyncio.Future[APIRouter] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._ready is None:
            raise RuntimeError("a route is asked that is not served")
        self._asked.set()
        # Others wait for it as well: none of them may cancel it.
        answering = await asyncio.shield(self._ready)
        await answering(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        self._ready = asyncio.get_running_loop().create_future()
        # In a task of its own: what the SDK opens must be closed by the task that opened it.
        living = asyncio.create_task(self._live(app, self._ready))
        try:
            yield
        finally:
            self._over.set()
            self._asked.set()
            await living
            self._ready.cancel()

    async def _live(self, app: FastAPI, ready: "asyncio.Future[APIRouter]") -> None:
        await self._asked.wait()
        if self._over.is_set():
            return
        answering = await asyncio.to_thread(self._load)
        async with answering.lifespan_context(app):
            ready.set_result(answering)
            await self._over.wait()

    def _load(self) -> APIRouter:
        from assistant.api import mcp

        return mcp.router(self._assistant, turn=self._turn)
