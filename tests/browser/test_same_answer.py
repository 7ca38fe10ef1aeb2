"""One question has one answer, whichever way it is asked: nothing is answered beside the door."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import warm
from flows import ask, first_footnote, marked, words
from http_server import server
from mcp import Client

from assistant.answer import Answer
from assistant.assistant import Assistant

pytestmark = pytest.mark.xdist_group("browser")

QUESTIONS = (
    "Why did Gate 3 fail?",
    "How many people were evacuated?",
    "Who won the football match?",
)


@pytest.fixture(scope="module")
def own(varied: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(varied, tmp_path_factory.mktemp("same") / "store"))


@pytest.fixture(scope="module")
def address(own: Path) -> Iterator[str]:
    with server(own) as address:
        yield address


def by_command(question: str, own: Path) -> Answer:
    command = warm.started("ask", question, "--json", "--store", own)
    return Answer.model_validate_json(subprocess.run(command, stdout=subprocess.PIPE).stdout)


def by_http(question: str, address: str) -> Answer:
    asked = httpx.post(f"{address}/api/v1/ask", json={"question": question}, timeout=60)
    return Answer.model_validate_json(asked.content)


def by_url(question: str, address: str) -> Answer:
    with Assistant(url=address) as remote:
        return remote.query(question)


def by_openai(question: str, address: str) -> Answer:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none") as client:
        said = [{"role": "user", "content": question}]
        reply = client.chat.completions.create(model="footnote", messages=said)
    return Answer.model_validate(reply.footnote)


def by_mcp(question: str, address: str) -> dict[str, Any]:
    async def told() -> dict[str, Any]:
        async with Client(f"{address}/mcp") as client:
            return (await client.call_tool("ask", {"question": question})).structured_content

    # In a thread of its own, since the browser's event loop is in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, told()).result()


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_the_same_by_every_way(question, own, address, tabs):
    with Assistant(own) as assistant:
        expected = assistant.query(question)
    moments = {"created": expected.created, "timings": expected.timings}
    for answer in (
        by_command(question, own),
        by_http(question, address),
        by_url(question, address),
        by_openai(question, address),
    ):
        assert answer.model_copy(update=moments) == expected

    told = by_mcp(question, address)
    assert told["answer"] == expected.text
    assert told.get("abstained", False) == expected.abstained
    ids = [one["id"] for one in told.get("footnotes", [])]
    assert ids == [one.id for one in expected.citations]

    page = tabs.open(address)
    turn = ask(page, question)
    shown = words(page.locator(f"#t{turn}").inner_text())
    for sentence in expected.sentences:
        # What stands before an account is its heading on the page.
        begins = sentence.added[0][1] if sentence.added and sentence.added[0][0] == 0 else 0
        assert words(sentence.text[begins:]) in shown.replace(" [", "[")
    if expected.citations:
        first_footnote(page, turn).click()
        assert marked(page) == words(expected.citations[0].quote)
    else:
        assert words(expected.text) in shown
