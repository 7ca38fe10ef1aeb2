"""The OpenAI-compatible interface over the demo documents, and OpenAI's own client for it."""

from collections.abc import Iterator

import openai
import pytest
from fastapi import FastAPI
from served import served

from assistant.api.openai_compatible import router
from assistant.assistant import Assistant


@pytest.fixture(scope="session")
def address(demo: Assistant) -> Iterator[str]:
    """Where the interface is served."""
    app = FastAPI()
    app.include_router(router(demo))
    with served(app) as base:
        yield base


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    """OpenAI's client; what comes back must have exactly the shapes that it knows."""
    with openai.OpenAI(
        base_url=f"{address}/v1",
        api_key="none",
        max_retries=0,
        _strict_response_validation=True,
    ) as own:
        yield own
