"""Behind a real nginx, below a path, as docs/http.md says: programs reach all of it, at once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import openai
import pytest
from http_server import server
from nginx import free_port, needed, nginx
from served import served
from slow_answers import Slow

from assistant.api.access import Access
from assistant.api.app import Together, application, other_interfaces
from assistant.api.service import open_service
from assistant.api.tokens import Tokens
from assistant.assistant import Assistant
from assistant.web.hosts import Hosts

pytestmark = [needed, pytest.mark.xdist_group("http")]

GATE = "Why did Gate 3 fail?"
OUTSIDE = "https://notes.example/docs"
HOST = {"Host": "notes.example"}


@pytest.fixture(scope="module")
def own(demo: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(demo.store, tmp_path_factory.mktemp("nginx") / "store"))


@pytest.fixture(scope="module")
def token(own: Path) -> str:
    with Tokens(own) as tokens:
        return tokens.make("agent", ["read", "ask", "write"])[0]


@pytest.fixture(scope="module")
def proxy(own: Path, token: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where nginx listens."""
    assert token
    named = {"FOOTNOTE_ADDRESS": OUTSIDE, "FOOTNOTE_HOSTS": "notes.example"}
    with (
        server(own, **named) as address,
        nginx(tmp_path_factory.mktemp("proxy"), address, free_port()) as proxy,
    ):
        yield proxy


@pytest.fixture
def client(proxy: str, token: str) -> Iterator[httpx.Client]:
    headers = {**HOST, "Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{proxy}/docs", headers=headers, timeout=60) as client:
        yield client


def test_every_interface_answers_below_the_path_and_links_lead_there(client, proxy, token):
    asked = client.post("/api/v1/ask", json={"question": GATE, "keep": True})
    text = asked.json()["text"]
    exported = client.get(f"/api/v1/answers/{asked.headers['Footnote-Answer']}/export").text
    assert f"{OUTSIDE}/?cite=" in exported
    with openai.OpenAI(base_url=f"{proxy}/docs/v1", api_key=token, default_headers=HOST) as sdk:
        said = [{"role": "user", "content": GATE}]
        reply = sdk.chat.completions.create(model="footnote", messages=said)
    assert reply.footnote["text"] == text
    assert reply.choices[0].message.annotations[0].url_citation.url.startswith(f"{OUTSIDE}/?cite=")
    call = {"name": "ask", "arguments": {"question": GATE}}
    initialize = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    both = {"Accept": "application/json, text/event-stream"}
    begun = client.post("/mcp", headers=both, json=rpc("initialize", initialize))
    both["Mcp-Session-Id"] = begun.headers["Mcp-Session-Id"]
    client.post(
        "/mcp", headers=both, json={"jsonrpc": "2.0", "method": "notifications/initialized"}
    )
    told = client.post("/mcp", headers=both, json=rpc("tools/call", call))
    assert text.partition("[")[0] in told.text
    sent = client.post("/api/v1/documents", files={"files": ("tide.txt", b"High tide at nine.")})
    assert sent.status_code == 202


def rpc(method: str, parameters: dict[str, object]) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}


def test_who_comes_by_the_proxy_is_not_taken_for_this_machine(proxy):
    for path in ("api/v1/documents", "v1/models", "metrics", "config"):
        assert httpx.get(f"{proxy}/docs/{path}", headers=HOST).status_code == 401, path
    assert httpx.get(f"{proxy}/docs/", headers=HOST).status_code == 401
    assert httpx.get(f"{proxy}/docs/healthz", headers=HOST).status_code == 200
    elsewhere = {**HOST, "Origin": "https://evil.example"}
    assert httpx.get(f"{proxy}/docs/", headers=elsewhere).status_code == 403


@pytest.mark.parametrize("path", ["/api/v1/ask/events", "/v1/chat/completions"])
def test_a_proxy_that_buffers_passes_on_each_event_and_that_the_client_left(demo, tmp_path, path):
    said = [{"role": "user", "content": GATE}]
    asked = {"question": GATE} if "ask" in path else {"model": "footnote", "messages": said}
    asked |= {} if "ask" in path else {"stream": True}
    with Slow(demo.store) as slow, Tokens(demo.store) as tokens:
        service, hosts = (
            open_service(slow, OUTSIDE),
            Hosts("127.0.0.1", "127.0.0.1", [HOST["Host"]]),
        )
        access = Access(tokens, needs_token=False)
        api = application(service, hosts, access, other_interfaces(service))
        together = Together(api, api, prefix="/docs")
        with (
            served(together) as address,
            nginx(tmp_path, address, free_port(), buffers=True) as proxy,
            httpx.stream(
                "POST", f"{proxy}/docs{path}", json=asked, headers=HOST, timeout=20
            ) as stream,
        ):
            # The whole answer takes half a minute; each step is told while the next is made.
            coming = stream.iter_raw()
            assert next(coming)
            assert next(coming)
            assert not slow.ended.is_set()
            stream.close()
            assert slow.ended.wait(20)
        service.close()
