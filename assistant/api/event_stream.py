"""Server-sent events: each told as soon as it is there; nothing goes on for a client that left.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, suppress
from typing import Any

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

MEDIA_TYPE = "text/event-stream"
EVENT_SCHEMA = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["event", "data"],
}
"""What the description of the interface says of one event; `data` is JSON."""
_SILENCE = 15.0
"""Seconds after which a comment is sent, so that no proxy takes the connection for dead."""
_DEAF = 60.0
"""Seconds after which a client that takes nothing of what is sent counts as one that left."""
_HEADERS = {
    "Cache-Control": "no-store",
    # nginx would otherwise keep events until it has enough of them.
    "X-Accel-Buffering": "no",
}


class _Deaf(Exception):
    """The client takes nothing of what it is sent."""


class EventStream(Response):
    """An answer in events; a client that leaves, or takes nothing of it, ends what makes them.

    `closing` lets go of what they were made with, also where not one of them was told.

    >>> async def events():
    ...     yield event("progress", '{"stage":"searching"}')
    >>> EventStream(events()).media_type
    'text/event-stream'
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        closing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._events, self._closing = events, closing
        self.status_code = status_code
        self.background = None
        self.init_headers({**_HEADERS, **(headers or {})})

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Without a length, which nobody knows yet."""
        given = [(b"content-type", f"{MEDIA_TYPE}; charset=utf-8".encode())]
        given += [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()]
        self.raw_headers = given

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the events until they end or the client leaves."""
        del scope

        async def sending(message: Message) -> None:
            try:
                # Python 3.11's `wait_for` forgets a cancellation that comes as what it waits for
                # ends: what a client left in that moment would be told to the end.
                async with asyncio.timeout(_DEAF):
                    await send(message)
            except TimeoutError as error:
                raise _Deaf from error

        telling = asyncio.ensure_future(self._tell(sending))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _ended(telling, leaving)
            if self._closing is not None:
                await self._closing()
        if not telling.cancelled():
            # To whoever takes nothing, nothing can be said either.
            with suppress(_Deaf):
                telling.result()

    async def _tell(self, send: Send) -> None:
        headers = self.raw_headers
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        async with aclosing(self._events) as events:
            coming = asyncio.ensure_future(anext(events, None))
            try:
                while True:
                    come, _ = await asyncio.wait({coming}, timeout=_SILENCE)
                    told = coming.result() if come else b":\n\n"
                    if told is None:
                        break
                    await send({"type": "http.response.body", "body": told, "more_body": True})
                    # Not if it came while silence was being told: it is told in the next round.
                    if come:
                        coming = asyncio.ensure_future(anext(events, None))
            finally:
                await _ended(coming)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def event(kind: str, data: str) -> bytes:
    r"""An event as it is sent; `data` is JSON on one line.

    >>> event("progress", '{"stage":"searching"}')
    b'event: progress\ndata: {"stage":"searching"}\n\n'
    """
    return f"event: {kind}\ndata: {data}\n\n".encode()


def parse_events(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Kind and data of each event in a stream's lines.

    >>> list(parse_events(["event: progress", "data: {}", "", ":", ""]))
    [('progress', '{}')]
    """
    kind, data = "message", []
    for line in lines:
        field, _, value = line.partition(":")
        if field == "event":
            kind = value.removeprefix(" ")
        elif field == "data":
            data.append(value.removeprefix(" "))
        elif not line:
            if data:
                yield kind, "\n".join(data)
            kind, data = "message", []


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ended(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel what is not done, and wait for the end of it."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
