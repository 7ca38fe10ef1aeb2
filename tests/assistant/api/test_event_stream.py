"""What a stream of events promises to whoever leaves it."""

import asyncio

import pytest

from assistant.api.event_stream import EventStream


@pytest.mark.parametrize("passes", range(12))
def test_leaving_in_the_moment_in_which_something_is_sent_ends_the_work(passes):
    """The client leaves so many passes of the event loop before a message is sent."""
    ended = False

    async def events():
        nonlocal ended
        try:
            while True:
                yield b":\n\n"
                await asyncio.sleep(0.01)
        finally:
            ended = True

    async def leave():
        left = asyncio.Event()

        async def receive():
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            # The stream has begun by its second message.
            if message["type"] == "http.response.body" and not left.is_set():
                left.set()
                for _ in range(passes):
                    await asyncio.sleep(0)

        async with asyncio.timeout(2):
            await EventStream(events())({"type": "http"}, receive, send)
        assert ended

    asyncio.run(leave())
