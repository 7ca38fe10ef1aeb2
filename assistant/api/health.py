"""How the server is: alive, ready, in figures, and what serves."""

import asyncio
import math
import time
from importlib.metadata import version

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool

from assistant.api.access import Anyone, Watcher
from assistant.api.schemas import About, Described
from assistant.api.service import Shared
from index.errors import StoreError

_LOOK_AGAIN = 1.0
"""Seconds after which it is looked again whether the server is ready."""

_PLAIN: Described = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Text."}
}


def router() -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics` and `/api/v1/about`.

    >>> [route.path for route in router().routes]
    ['/healthz', '/readyz', '/metrics', '/api/v1/about']
    """
    routes = APIRouter(tags=["Server"])
    looking, seen = asyncio.Lock(), -math.inf

    @routes.get("/healthz", response_class=PlainTextResponse, responses=_PLAIN)
    async def alive() -> str:
        """Whether the server answers at all."""
        return "ok\n"

    @routes.get("/readyz", response_class=PlainTextResponse, responses=_PLAIN)
    async def ready(service: Shared) -> str:
        """Whether questions can be answered: the store opens and the model reads."""
        nonlocal seen
        # Asked without a token and by any name: however often that is, it costs one look a second.
        async with looking:
            if time.monotonic() - seen > _LOOK_AGAIN:
                missing = await run_in_threadpool(service.assistant.missing_indexes)
                if missing:
                    raise StoreError(
                        "The store's indexes are not there: 'footnote repair' makes them."
                    )
                await run_in_threadpool(service.assistant.embeds, "ready")
                seen = time.monotonic()
        return "ready\n"

    @routes.get("/metrics", response_class=PlainTextResponse, responses=_PLAIN)
    async def metrics(caller: Watcher, service: Shared) -> PlainTextResponse:
        """Figures for Prometheus; no word of a question is among them."""
        del caller
        text = await run_in_threadpool(service.metrics.text)
        return PlainTextResponse(text, media_type=CONTENT_TYPE_LATEST)

    @routes.get("/api/v1/about", summary="What serves here")
    async def about(caller: Anyone, service: Shared) -> About:
        del caller
        assistant = service.assistant

        def work() -> About:
            count = len(assistant.documents())
            return About(
                version=version("footnote-assistant"),
                engine=assistant.engine,
                judge=assistant.judge,
                documents=count,
            )

        return await run_in_threadpool(work)

    return routes
