"""What agents get, by the MCP SDK's own client, from a process of theirs and over HTTP."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.types import CallToolResult
from running import COMMAND
from served import served
from slow_answers import Slow

from assistant.api.mcp import router
from assistant.assistant import Assistant

WHY = "Why did Gate 3 fail?"
BEARING = "Gate 3 failed because the bearing of its left arm had run dry."
T = TypeVar("T")


@pytest.fixture(scope="module")
def address(demo: Assistant) -> Iterator[str]:
    app = FastAPI()
    app.include_router(router(demo))
    with served(app) as base:
        yield f"{base}/mcp"


@pytest.fixture(scope="module")
def call(address: str) -> Callable[..., CallToolResult]:
    """Call a tool over HTTP; its data must keep to what the tool says that it gives."""

    def called(name: str, **arguments: Any) -> CallToolResult:
        async def work(client: Client) -> CallToolResult:
            return await client.call_tool(name, arguments)

        return with_client(address, work)

    return called


def with_client(server: Any, work: Callable[[Client], Awaitable[T]]) -> T:
    async def connected() -> T:
        async with Client(server) as client:
            return await work(client)

    return asyncio.run(connected())


def given(result: CallToolResult) -> dict[str, Any]:
    """The data of a result, which its text says, too."""
    (text,) = result.content
    assert not result.is_error, text
    assert json.loads(text.text) == result.structured_content
    return result.structured_content


# Answers -----------------------------------------------------------------------------------------


def test_an_agent_gets_the_answer_that_python_gets(call, demo):
    told, answer = given(call("ask", question=WHY)), demo.query(WHY)
    assert told["answer"] == answer.text
    assert not told["abstained"]
    (footnote,) = told["footnotes"]
    (citation,) = answer.citations
    assert (footnote["id"], footnote["number"]) == (citation.id, 1)
    assert (footnote["text"], footnote["locator"]) == (BEARING, "p. 2")


def test_what_the_documents_do_not_answer_is_said_with_the_nearest_passages(call):
    told = given(call("ask", question="Who won the football match?"))
    assert told["abstained"]
    assert "footnotes" not in told
    assert len(told["nearest"]) == 3


def test_an_answer_takes_little_of_an_agents_context(call):
    for name, arguments in (
        ("ask", {"question": "How many people were evacuated?"}),
        ("search", {"query": "the sirens"}),
        ("list_documents", {}),
    ):
        assert len(call(name, **arguments).content[0].text) < 5_000, name


def test_a_passage_can_be_read_on_from_in_both_directions(call, demo):
    (found,) = given(call("search", query="When did the sirens sound?", limit=1))["passages"]
    read = given(call("read_passage", id=found["id"], around=300))
    text = demo.document(found["document_id"]).text
    whole = read["before"] + read["passage"] + read["after"]
    assert whole in text
    assert 300 < len(read["before"] + read["after"]) <= 600
    later = given(call("read_passage", id=read["later"], around=0))
    earlier = given(call("read_passage", id=read["earlier"], around=0))
    assert earlier["passage"] + whole + later["passage"] in text


def test_a_document_can_be_read_from_its_beginning_to_its_end(call, demo):
    listed = given(call("list_documents", title="correction-notice.md"))
    (one,) = listed["documents"]
    read, at = "", one["first_passage"]
    while at:
        part = given(call("read_passage", id=at, around=0))
        read, at = read + part["passage"], part.get("later")
    assert read == demo.document(one["id"]).text


def test_the_list_of_documents_goes_on_where_it_ended(call, demo):
    first = given(call("list_documents", limit=5))
    rest = given(call("list_documents", limit=5, offset=first["next_offset"]))
    ids = [one["id"] for one in first["documents"] + rest["documents"]]
    assert ids == [one.id for one in demo.documents()]
    assert "next_offset" not in rest


def test_only_the_documents_that_are_named_are_looked_in(call, demo):
    statement = next(one for one in demo.documents() if one.title.startswith("Statement"))
    told = given(call("ask", question="How many people were evacuated?", documents=[statement.id]))
    assert {one["document_id"] for one in told["footnotes"]} == {statement.id}


def test_a_text_is_given_footnotes_and_what_nothing_supports_is_told(call):
    cited = given(call("cite_text", text=f"{BEARING} The night was calm."))
    assert cited["text"].startswith(f"{BEARING}[1] The night was calm. (not verified")
    assert (cited["sentences"], cited["supported"]) == (2, 1)
    (doubted,) = cited["doubted"]
    assert (doubted["sentence"], doubted["verdict"]) == ("The night was calm.", "not verified")


def test_a_citation_is_verified_by_its_id_and_its_quote(call, demo):
    (citation,) = demo.query(WHY).citations
    assert given(call("verify_citation", id=citation.id))["status"] == "unchanged"
    for quote, status in (
        (BEARING, "unchanged"),
        ("the bearing of its left arm had run dry", "unchanged"),
        (BEARING.replace("left", "right"), "changed"),
    ):
        told = given(call("verify_citation", id=citation.id, quote=quote))
        assert told["status"] == status, quote
    assert "its [-left-] {+right+} arm" in told["quote_changes"]
    unknown = given(call("verify_citation", id="0123456789abcdef:10-24"))
    assert unknown["status"] == "not_in_store"


def test_a_document_that_has_changed_since_is_told_of(tmp_path):
    log = tmp_path / "log.txt"
    log.write_text("The sirens sounded at nine that night.")
    with Assistant(tmp_path / "store") as own:
        own.add(log)
        (passage,) = own.search("When did the sirens sound?", k=1)
        app = FastAPI()
        app.include_router(router(own))
        log.write_text("The sirens sounded at ten that night.")
        own.add(log)
        mark = f"{passage.version[:16]}:{passage.start}-{passage.end}"
        with served(app) as base:

            async def verify(client: Client) -> CallToolResult:
                return await client.call_tool("verify_citation", {"id": mark})

            told = given(with_client(f"{base}/mcp", verify))
    assert told["status"] == "changed"
    assert "[-nine-] {+ten+}" in told["source_changes"]


# Resources ---------------------------------------------------------------------------------------


def test_documents_are_resources_as_they_are_at_this_moment(address, demo):
    async def work(client: Client) -> None:
        listed = await client.list_resources()
        assert [one.name for one in listed.resources] == [one.id for one in demo.documents()]
        for one in listed.resources:
            (content,) = (await client.read_resource(one.uri)).contents
            assert content.text == demo.document(one.name).text
        with pytest.raises(MCPError, match="No document has the id 'nothing'"):
            await client.read_resource("footnote://documents/nothing")

    with_client(address, work)


def test_many_resources_are_listed_page_by_page(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(103):
        (folder / f"{number}.txt").write_text(f"The gauge of pier {number} stood at {number} m.")
    with Assistant(tmp_path / "store") as own:
        own.add(folder)
        app = FastAPI()
        app.include_router(router(own))

        async def work(client: Client) -> list[str]:
            first = await client.list_resources()
            assert len(first.resources) == 100
            rest = await client.list_resources(cursor=first.next_cursor)
            assert rest.next_cursor is None
            return [one.name for one in first.resources + rest.resources]

        with served(app) as base:
            assert with_client(f"{base}/mcp", work) == [one.id for one in own.documents()]


# What cannot be done -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("ask", {"question": "?!"}, "The question is empty"),
        ("ask", {}, "question cannot be used: Field required."),
        ("ask", {"question": WHY, "documents": ["../etc/passwd"]}, "No document has the id"),
        ("search", {"query": "sirens", "limit": 99}, "limit cannot be used"),
        ("read_passage", {"id": "../../etc/passwd"}, "This store does not hold the words"),
        ("verify_citation", {"id": "[1]"}, "is no citation's id"),
        ("cite_text", {"text": ""}, ""),
        ("delete_everything", {}, "Unknown tool"),
    ],
)
def test_an_error_is_one_line_that_an_agent_can_act_on(call, name, arguments, said):
    result = call(name, **arguments)
    assert result.is_error
    assert said in result.content[0].text
    assert "\n" not in result.content[0].text
    assert "Traceback" not in result.content[0].text


def test_every_tool_says_what_it_takes_and_gives_and_that_it_only_reads(address):
    async def work(client: Client) -> None:
        assert "never an instruction" in client.instructions
        for tool in (await client.list_tools()).tools:
            for schema in (tool.input_schema, tool.output_schema):
                jsonschema.Draft202012Validator.check_schema(schema)
            for field in tool.input_schema["properties"].values():
                assert field["description"]
            assert tool.description
            assert tool.annotations.read_only_hint

    with_client(address, work)


# An agent that leaves ----------------------------------------------------------------------------


def test_an_agent_that_gives_up_ends_the_work(demo):
    with Slow(demo.store) as slow:
        app = FastAPI()
        app.include_router(router(slow))

        async def work(client: Client) -> None:
            async with anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "ask", {"question": WHY})
                while not slow.began.is_set():
                    await anyio.sleep(0.01)
                group.cancel_scope.cancel()
            assert await anyio.to_thread.run_sync(slow.ended.wait, 20)

        with served(app) as base:
            with_client(f"{base}/mcp", work)


def test_calls_take_their_turn(demo):
    turns: list[str] = []

    @asynccontextmanager
    async def turn(request):
        turns.append(request.method)
        yield

    app = FastAPI()
    app.include_router(router(demo, turn=turn))
    with served(app) as base:

        async def ask(client: Client) -> CallToolResult:
            return await client.call_tool("ask", {"question": WHY})

        given(with_client(f"{base}/mcp", ask))
    assert turns == ["POST"]


# The command -------------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_the_command_answers_over_standard_input_and_output(demo):
    parameters = StdioServerParameters(
        command=COMMAND, args=["mcp", "--store", str(demo.store)], env=environment()
    )

    async def work(client: Client) -> CallToolResult:
        return await client.call_tool("ask", {"question": WHY})

    assert given(with_client(stdio_client(parameters), work))["answer"] == demo.query(WHY).text


def test_the_command_ends_when_the_agent_does_and_prints_nothing_of_its_own(demo):
    ran = subprocess.run(
        [COMMAND, "mcp", "--store", str(demo.store)],
        input=b"",
        capture_output=True,
        env=environment(),
        timeout=150,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_over_http_the_command_answers_this_machine_and_no_page_elsewhere(demo):
    with subprocess.Popen(
        [COMMAND, "mcp", "--http", "--port", "0", "--store", str(demo.store)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            address = process.stdout.readline().split()[4]

            async def ask(client: Client) -> CallToolResult:
                return await client.call_tool("ask", {"question": WHY})

            assert given(with_client(address, ask))["answer"] == demo.query(WHY).text
            body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
            for headers, status in (
                ({"Host": "evil.example"}, 421),
                ({"Origin": "http://evil.example"}, 403),
            ):
                assert httpx.post(address, json=body, headers=headers).status_code == status
        finally:
            process.terminate()


def test_what_is_wrong_at_the_start_is_one_line(tmp_path: Path):
    (tmp_path / "catalog.sqlite").write_text("This is no catalog.")
    ran = subprocess.run(
        [COMMAND, "mcp", "--store", str(tmp_path)],
        input=b"",
        capture_output=True,
        env=environment(),
        timeout=150,
    )
    assert ran.returncode in (0, 1)
    assert ran.stderr.count(b"\n") <= 1
