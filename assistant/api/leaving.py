"""Work for a client that may leave before it is done."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")


async def unless_left(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work returns; where the client leaves before that, the work is cancelled.

    The body of the request has been read. The work has ended when this returns or raises.

    Raises:
        ClientDisconnect: the client has left.

    >>> async def receive():
    ...     return {"type": "http.disconnect"}
    >>> async def left():
    ...     request = Request({"type": "http"}, receive)
    ...     try:
    ...         await unless_left(request, asyncio.sleep(60))
    ...     except ClientDisconnect:
    ...         return "left"
    >>> asyncio.run(left())
    'left'
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
