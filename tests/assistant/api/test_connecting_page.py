"""What docs/connecting.md shows is what happens."""

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from fastapi import FastAPI
from served import served

from assistant.api import mcp, openai_compatible
from assistant.api.openai_wire import ChatCompletion
from assistant.assistant import Assistant
from assistant.commands import app as commands

PAGE = (Path(__file__).parents[3] / "docs" / "connecting.md").read_text(encoding="utf-8")
SAID = "Gate 3 failed because the bearing of its left arm had run dry."


def block(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n```\w*\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None, mark
    return found[1]


@pytest.fixture(scope="module")
def address(demo: Assistant) -> Iterator[str]:
    application = FastAPI()
    application.include_router(openai_compatible.router(demo))
    application.include_router(mcp.router(demo))
    with served(application) as base:
        yield base


@pytest.mark.parametrize("mark", ["openai", "mcp"])
def test_the_scripts_run_as_they_stand_and_have_ten_lines(mark, address):
    script = block(mark).replace("http://127.0.0.1:7860", address)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(script, mark, "exec"), {"__name__": "__main__"})
    assert SAID in printed.getvalue()
    assert len([line for line in script.splitlines() if line]) <= 10


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_request_by_curl_runs_as_it_stands(address):
    script = block("curl").replace("http://127.0.0.1:7860", address)
    ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert ChatCompletion.model_validate_json(ran.stdout).footnote.text == f"{SAID}[1]"


def test_agents_are_configured_with_a_command_that_there_is():
    (configured,) = json.loads(block("agents"))["mcpServers"].values()
    assert configured["command"] == "footnote"
    name = configured["args"][0]
    assert name in {one.name or one.callback.__name__ for one in commands.registered_commands}


def test_the_tools_on_the_page_are_those_that_there_are(demo):
    import asyncio

    told = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert told == [tool.name for tool in asyncio.run(mcp.server(demo).list_tools())]
