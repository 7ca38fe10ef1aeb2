"""What stands before the routes and behind the events, where no client behaves as it should."""

import asyncio
import gc
from contextlib import suppress
from typing import Any

import httpx
import leftovers
import pytest
from fastapi import FastAPI, Request
from served import served
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Message

from assistant.api import access, entrance, event_stream
from assistant.api.access import Access, Door
from assistant.api.app import Together, check_prefix
from assistant.api.event_stream import EventStream, event
from assistant.api.metrics import Metrics
from assistant.api.tokens import FILE, Tokens
from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.web import launch
from assistant.web.hosts import Hosts
from index.errors import ServeError


def door(tokens: Tokens, *, needs_token: bool = False) -> Door:
    app = FastAPI()

    @app.post("/api/v1/ask")
    async def ask(request: Request) -> int:
        return len(await request.body())

    own = Access(tokens, needs_token=needs_token)
    hosts = Hosts("localhost", "127.0.0.1")
    return Door(app, hosts=hosts, access=own, metrics=Metrics(), largest=1 << 20)


def asked(size: int) -> dict[str, Any]:
    headers = [(b"host", b"localhost"), (b"transfer-encoding", b"chunked")]
    return {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/ask",
        "raw_path": b"/api/v1/ask",
        "query_string": b"",
        "headers": headers,
        "size": size,
    }


def test_requests_without_files_take_up_no_more_memory_than_there_is_for_them(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(access, "LARGEST", 1_000)
    monkeypatch.setattr(access, "_WITHOUT", 2)
    own = door(Tokens(tmp_path))

    async def send(held: asyncio.Event) -> int:
        """Send 900 bytes at once and the end when `held` is set; the status."""
        told: list[Message] = []
        coming: list[Message] = [
            {"type": "http.request", "body": b" " * 900, "more_body": True},
            {"type": "http.request", "body": b"", "more_body": False},
        ]

        async def receive() -> Message:
            if len(coming) == 1:
                await held.wait()
            return coming.pop(0) if coming else {"type": "http.disconnect"}

        async def sending(message: Message) -> None:
            told.append(message)

        await own(asked(900), receive, sending)
        return int(told[0]["status"])

    async def three() -> list[int]:
        held, never = asyncio.Event(), asyncio.Event()
        first = [asyncio.create_task(send(held)) for _ in range(2)]
        await asyncio.sleep(0.2)
        statuses = [await asyncio.wait_for(send(never), 5)]
        held.set()
        statuses += await asyncio.gather(*first)
        return [*statuses, await send(held)]

    assert asyncio.run(three()) == [429, 200, 200, 200]


def test_no_error_before_the_routes_names_the_store(tmp_path):
    (tmp_path / FILE).write_bytes(b"no database" * 1_000)
    with Tokens(tmp_path) as tokens:
        client = TestClient(door(tokens, needs_token=True), "http://localhost")
        told = client.post("/api/v1/ask", headers={"Authorization": "Bearer footnote_x"})
    assert (told.status_code, told.json()["code"]) == (503, "store-error")
    assert str(tmp_path) not in told.text


def test_a_prefix_that_is_named_twice_leads_round_no_check():
    async def shown(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse(f"{scope['root_path']} {scope['path']}")(scope, receive, send)

    client = TestClient(Together(shown, shown, prefix="/api/notes"))
    for path in ("/v1/models", "/api/notes/v1/models", "/api/notes/api/notes/v1/models"):
        assert client.get(path).text == "/api/notes /v1/models"


async def told(stream: EventStream, send: Any) -> None:
    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    await asyncio.wait_for(stream({"type": "http"}, receive, send), 10)


def test_a_client_that_takes_nothing_of_a_stream_holds_nothing(monkeypatch):
    monkeypatch.setattr(event_stream, "_DEAF", 0.1)
    ended: list[str] = []

    async def events() -> Any:
        try:
            while True:
                yield event("progress", "{}")
        finally:
            ended.append("events")

    async def closing() -> None:
        ended.append("turn")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.sleep(60)

    asyncio.run(told(EventStream(events(), closing=closing), send))
    assert ended == ["events", "turn"]


def test_a_stream_that_has_nothing_to_say_yet_is_kept_alive(monkeypatch):
    monkeypatch.setattr(event_stream, "_SILENCE", 0.05)
    sent: list[bytes] = []
    answered = asyncio.Event()

    async def events() -> Any:
        await answered.wait()
        yield event("answer", "{}")

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))
        if sent.count(b":\n\n") == 3:
            # The answer comes while the third sign of life is on its way.
            answered.set()
            await asyncio.sleep(0.1)

    asyncio.run(told(EventStream(events()), send))
    assert sent == [b"", *[b":\n\n"] * 3, event("answer", "{}"), b""]


def test_a_stream_ends_soon_after_its_token_was_revoked(tmp_path, monkeypatch):
    monkeypatch.setattr(entrance, "_COUNTS_STILL", 0.05)
    tokens = Tokens(tmp_path)
    secret, _ = tokens.make("agent", ["ask"])
    own = door(tokens, needs_token=True)
    ended: list[str] = []

    async def events() -> Any:
        try:
            for _ in range(600):
                yield event("progress", "{}")
                await asyncio.sleep(0.05)
        finally:
            ended.append("events")

    own.app.add_api_route("/api/v1/ask/events", lambda: EventStream(events()), methods=["GET"])
    with served(own) as address:
        headers = {"Authorization": f"Bearer {secret}"}
        url = f"{address.replace('127.0.0.1', 'localhost')}/api/v1/ask/events"
        with httpx.stream("GET", url, headers=headers, timeout=20) as stream:
            lines = stream.iter_lines()
            for _ in range(30):
                assert next(lines) is not None
            assert not ended
            tokens.revoke("agent")
            with suppress(httpx.RemoteProtocolError):
                assert len(list(lines)) < 300
    assert ended == ["events"]
    tokens.close()


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", ""])
def test_only_a_form_of_parts_may_be_as_large_as_files_are(tmp_path, kind):
    own = door(Tokens(tmp_path))
    own.app.add_api_route("/api/v1/documents", lambda: "taken", methods=["POST"])
    client = TestClient(own, "http://localhost")
    body = b"x" * ((access.LARGEST) + 1)
    refused = client.post("/api/v1/documents", content=body, headers={"Content-Type": kind})
    assert refused.status_code == 413


@pytest.mark.parametrize("path", ["/api", "/api/v1", "/v1", "/mcp", "/healthz"])
def test_a_public_address_that_would_hide_the_interface_is_refused_in_one_line(demo, path):
    settings = Settings(address=f"https://notes.example{path}")
    refused = pytest.raises(ServeError, match=f"FOOTNOTE_ADDRESS cannot end with {path}: ")
    leftovers.collect()
    with Assistant(demo.store, settings=settings) as assistant, refused as told:
        launch(assistant, port=0)
    assert "\n" not in str(told.value)
    gc.collect()


def test_a_public_address_that_only_begins_like_the_interface_is_taken():
    for path in ("", "/docs", "/apiary", "/notes/api"):
        check_prefix(path)


def test_a_port_that_there_is_not_is_one_line_and_leaves_no_socket(demo):
    leftovers.collect()
    for port in (70_000, -1):
        with pytest.raises(ServeError, match=f"There is no port {port}: name one from 1 to"):
            launch(demo, port=port)
        gc.collect()
