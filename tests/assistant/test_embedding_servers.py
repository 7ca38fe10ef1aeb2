"""`openai:MODEL` against a server that speaks OpenAI's embeddings, on this machine."""

import base64
import gc
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import leftovers
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from assistant.assistant import Assistant
from index.errors import EmbeddingMismatch, ModelError, SettingsError
from index.models.embeddings import MiniLM

KEY = "sk-a-key-that-nobody-may-see"
QUESTION = "Why did Gate 3 fail?"


@dataclass
class EmbeddingServer:
    """What the server was asked, and how it is to behave."""

    address: str = ""
    status: int = 200
    encoding: str | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    connections: Callable[[], int] = lambda: 0

    def configure(self, monkeypatch: pytest.MonkeyPatch, **options: object) -> None:
        stated = {"api_base": self.address, "api_key": KEY, **options}
        monkeypatch.setenv("FOOTNOTE_EMBEDDING", "openai:text-embedding-3-small")
        monkeypatch.setenv("FOOTNOTE_EMBEDDING_OPTIONS", json.dumps(stated))


def application(server: EmbeddingServer) -> FastAPI:
    app, model = FastAPI(), MiniLM()

    @app.post("/v1/embeddings")
    async def embeddings(request: Request) -> JSONResponse:
        asked = await request.json()
        server.requests.append(asked)
        server.keys.add(request.headers["authorization"])
        if server.status != 200:
            message = f"Incorrect API key provided: {KEY}."
            soon = {"retry-after-ms": "1", "retry-after": "0"}
            return JSONResponse({"error": {"message": message}}, server.status, soon)
        rows = model.embed_passages(asked["input"])
        encoding = server.encoding or asked.get("encoding_format", "float")
        data = [
            {
                "object": "embedding",
                "index": number,
                "embedding": base64.b64encode(row.astype("<f4").tobytes()).decode()
                if encoding == "base64"
                else [float(x) for x in row],
            }
            for number, row in enumerate(rows)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return JSONResponse(
            {"object": "list", "data": data, "model": asked["model"], "usage": usage}
        )

    return app


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    state = EmbeddingServer()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        state.address = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        running = uvicorn.Server(uvicorn.Config(application(state), log_level="critical"))
        state.connections = lambda: len(running.server_state.connections)
        leftovers.collect()
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        while not running.started:
            time.sleep(0.01)
        yield state
        running.should_exit = True
        thread.join(10)
        gc.collect()


@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_a_server_of_ones_own_can_embed_the_documents(
    server: EmbeddingServer, encoding: str, demo: Assistant, seeds: Path, tmp_path, monkeypatch
):
    server.encoding = encoding
    server.configure(monkeypatch)
    with Assistant(tmp_path / "store") as assistant:
        assert len(assistant.add(seeds).added) == 7
        answer, usual = assistant.query(QUESTION), demo.query(QUESTION)
    assert [c.id for c in answer.citations] == [c.id for c in usual.citations]
    assert server.keys == {f"Bearer {KEY}"}
    assert {asked["model"] for asked in server.requests} == {"text-embedding-3-small"}


def test_only_passages_and_questions_are_sent_to_the_server(
    server: EmbeddingServer, tmp_path, monkeypatch
):
    server.configure(monkeypatch)
    (tmp_path / "mill.txt").write_text("The mill ground 90 sacks a day.")
    with Assistant(tmp_path / "store") as assistant:
        assistant.add(tmp_path / "mill.txt")
        assistant.query("How many sacks did the mill grind?")
    sent = [text for asked in server.requests for text in asked["input"]]
    assert sent == [
        "dimension",
        "Mill The mill ground 90 sacks a day.",
        "How many sacks did the mill grind?",
    ]


@pytest.mark.parametrize(("status", "requests"), [(401, 1), (429, 6)])
def test_a_server_that_refuses_is_one_line_without_the_key(
    server: EmbeddingServer, monkeypatch, caplog, capfd, status: int, requests: int
):
    server.status = status
    server.configure(monkeypatch)
    with caplog.at_level(logging.INFO), pytest.raises(ModelError) as raised:
        Assistant()
    line = str(raised.value)
    assert "openai:text-embedding-3-small" in line
    assert "\n" not in line
    assert KEY not in line + repr(raised.value) + caplog.text + "".join(capfd.readouterr())
    assert raised.value.__context__ is None
    assert len(server.requests) == requests


def test_how_often_to_try_again_is_an_option(server: EmbeddingServer, monkeypatch):
    server.status = 500
    server.configure(monkeypatch, max_retries=0)
    with pytest.raises(ModelError):
        Assistant()
    assert len(server.requests) == 1


def test_a_server_that_is_down_is_told_within_seconds_and_without_the_key(monkeypatch, caplog):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"
        EmbeddingServer(address).configure(monkeypatch)
        started = time.monotonic()
        with caplog.at_level(logging.INFO), pytest.raises(ModelError) as raised:
            Assistant()
    assert time.monotonic() - started < 15
    line = str(raised.value)
    assert "did not answer" in line
    assert "\n" not in line
    assert KEY not in line + repr(raised.value) + caplog.text
    assert raised.value.__context__ is None


def test_an_assistant_that_is_closed_holds_no_connection(server: EmbeddingServer, monkeypatch):
    server.configure(monkeypatch)
    with Assistant():
        assert server.connections() == 1
    deadline = time.monotonic() + 10
    while server.connections() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.connections() == 0


@pytest.mark.parametrize(
    "options", [{"timeout": KEY}, {"default_headers": KEY}, {"embed_batch_size": KEY}]
)
def test_a_wrong_option_of_the_embedding_is_named_without_its_value(monkeypatch, options):
    EmbeddingServer("http://127.0.0.1:1/v1").configure(monkeypatch, **options)
    with pytest.raises(SettingsError, match=next(iter(options))) as raised:
        Assistant()
    assert KEY not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.__context__ is None


def test_a_server_that_stops_while_documents_are_added_loses_nothing_stored(
    server: EmbeddingServer, tmp_path, monkeypatch
):
    server.configure(monkeypatch, max_retries=0)
    for name in ("inn", "mill"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} of the village closed in 1931.")
    with Assistant(tmp_path / "store") as assistant:
        assistant.add(tmp_path / "inn.txt")
        server.status = 500
        (failed,) = assistant.add(tmp_path / "mill.txt").failed
        assert "did not answer" in (failed.reason or "")
        server.status = 200
        assert "1931" in assistant.query("When did the inn of the village close?").text
        assert len(assistant.add(tmp_path / "mill.txt").added) == 1


def test_a_store_of_another_model_is_told_before_the_server_is_asked(
    server: EmbeddingServer, monkeypatch, tmp_path
):
    with Assistant(tmp_path / "store") as assistant:
        (tmp_path / "note.txt").write_text("The gate was opened at 21:34.")
        assistant.add(tmp_path / "note.txt")
    server.configure(monkeypatch)
    with pytest.raises(EmbeddingMismatch, match="all-MiniLM-L6-v2"):
        Assistant(tmp_path / "store")
    assert server.requests == []
