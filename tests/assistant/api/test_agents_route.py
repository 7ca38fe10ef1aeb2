"""Serving costs nothing of what agents need before one of them asks."""

import asyncio
import subprocess
import sys
from contextlib import nullcontext

from fastapi import FastAPI
from mcp import Client
from served import served

from assistant.api.agents import router

SERVING = """
import sys
from contextlib import nullcontext
import assistant.api.app, assistant.web.server
from assistant.api.agents import router
router(None, lambda _: nullcontext())
print("mcp" in sys.modules)
"""


def test_the_sdk_of_agents_is_loaded_when_the_first_of_them_asks():
    ran = subprocess.run(
        [sys.executable, "-c", SERVING], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "False"


def test_many_agents_that_ask_at_once_are_all_answered(demo):
    app = FastAPI()
    app.include_router(router(demo, lambda _: nullcontext()))

    async def tools(address: str) -> int:
        async with Client(f"{address}/mcp") as client:
            return len((await client.list_tools()).tools)

    async def many(address: str) -> list[int]:
        return await asyncio.gather(*(tools(address) for _ in range(4)))

    with served(app) as address:
        assert asyncio.run(many(address)) == [6] * 4


def test_a_server_that_no_agent_has_asked_ends(demo):
    app = FastAPI()
    app.include_router(router(demo, lambda _: nullcontext()))
    with served(app):
        pass
