"""What is sent wrongly, through every door for programs: one clear line, nothing left running."""

import json
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from http_server import server

from assistant.api.tokens import Tokens
from assistant.assistant import Assistant

pytestmark = pytest.mark.xdist_group("http")

GATE = "Why did Gate 3 fail?"
ASKING = {
    "/api/v1/ask": {"question": GATE},
    "/v1/chat/completions": {"model": "footnote", "messages": [{"role": "user", "content": GATE}]},
    "/mcp": {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": GATE}},
    },
}
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
PATHS = ("../../etc/passwd", "/etc/passwd", "..%2F..%2Fetc%2Fpasswd", "file:///etc/passwd", "\0")


@pytest.fixture(scope="module")
def own(demo: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(demo.store, tmp_path_factory.mktemp("bad") / "store"))


@pytest.fixture(scope="module")
def address(own: Path) -> Iterator[str]:
    with server(own) as address:
        yield address


@pytest.fixture(autouse=True)
def nothing_left(address: str) -> Iterator[None]:
    """After each test the server answers, and nothing runs or waits."""
    yield
    until = time.monotonic() + 30
    while (busy := under_way(address)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not busy


def under_way(address: str) -> list[str]:
    figures = httpx.get(f"{address}/metrics", timeout=30).text.splitlines()
    kinds = ("footnote_questions_", "footnote_drafts_", "footnote_jobs_")
    return [one for one in figures if one.startswith(kinds) and not one.endswith(" 0.0")]


def line(answer: httpx.Response) -> str:
    """The one line that an error is."""
    told = answer.json()
    error = told.get("error")
    said = error["message"] if isinstance(error, dict) else told["detail"]
    assert said
    assert "\n" not in said
    return str(said)


@pytest.mark.parametrize("path", ASKING)
def test_a_token_that_has_ended_asks_nothing(address, own, path):
    with Tokens(own) as tokens:
        name = f"ended {path}"
        secret, _ = tokens.make(name, ["ask"], days=-1)
    headers = {**JSON, "Authorization": f"Bearer {secret}"}
    refused = httpx.post(f"{address}{path}", json=ASKING[path], headers=headers)
    assert refused.status_code == 401
    assert "This token ended on" in line(refused)


@pytest.mark.parametrize("path", ASKING)
@pytest.mark.parametrize("body", [b"[" * 10_000, b'{"a":' * 10_000, b"[" * 10_000 + b"]" * 10_000])
def test_json_of_great_depth_is_one_line(address, path, body):
    refused = httpx.post(f"{address}{path}", content=body, headers=JSON, timeout=30)
    assert refused.status_code in (400, 422)
    assert line(refused)


@pytest.mark.parametrize("path", [*ASKING, "/api/v1/documents", "/api/v1/verify"])
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_two_gibibytes_that_are_no_files_are_refused_before_they_are_sent(address, path, kind):
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        client.sendall(
            f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: {kind}\r\n"
            f"Accept: {JSON['Accept']}\r\nContent-Length: {2 << 30}\r\n\r\n".encode()
        )
        head, _, body = client.makefile("rb").read().partition(b"\r\n\r\n")
    assert b" 413 " in head.splitlines()[0]
    assert json.loads(body)["code"] == "too-large"


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_no_documents_id(address, path):
    with httpx.Client(base_url=address, timeout=60, headers=JSON) as client:
        asked = client.post("/api/v1/ask", json={"question": GATE, "documents": [path]})
        assert (asked.status_code, asked.json()["code"]) == (404, "unknown-document")
        chat = client.post(
            "/v1/chat/completions", json={**ASKING["/v1/chat/completions"], "documents": [path]}
        )
        assert (chat.status_code, chat.json()["error"]["code"]) == (404, "unknown_document")
        assert line(asked) == line(chat)
        answers = [asked, chat]
        if path != "\0":
            named = f"/api/v1/documents/{path.replace('/', '%2F')}"
            answers += [client.get(f"{named}{below}") for below in ("", "/text", "/original")]
        assert all("root:" not in one.text for one in answers)
        assert all(one.status_code == 404 for one in answers)


@pytest.mark.parametrize("path", ["/api/v1/ask/events", "/v1/chat/completions", "/v1/responses"])
def test_a_stream_that_its_client_leaves_goes_on_no_longer(address, path):
    said = {**ASKING["/v1/chat/completions"], "stream": True}
    if path == "/v1/responses":
        said["input"] = said.pop("messages")
    asked = ASKING["/api/v1/ask"] if path.startswith("/api") else said
    with httpx.stream("POST", f"{address}{path}", json=asked, timeout=60) as stream:
        assert stream.headers["x-accel-buffering"] == "no"
        assert stream.headers["cache-control"] == "no-store"
        next(stream.iter_raw())


@pytest.mark.parametrize("size", ["9" * 30, "9" * 5_000, "-1", "1e9", "0x10", "1, 2"])
def test_a_length_that_is_none_is_refused(address, size):
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        client.sendall(
            f"POST /api/v1/ask HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        client.shutdown(socket.SHUT_WR)
        status = client.makefile("rb").readline()
    assert status.split()[1] in (b"400", b"413")
