"""A writer's server on this machine, and the demo documents asked through it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from chat_server import KEY, MODEL, ChatServer, serving
from scripted_models import judging

from assistant.assistant import Assistant
from assistant.settings import Settings

Opens = Callable[..., Assistant]


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    """The server; it plans and judges by itself, and what it writes is told to it."""
    with serving() as server:
        judging(server)
        yield server


@pytest.fixture
def writing(chat: ChatServer, demo: Assistant) -> Iterator[Opens]:
    """Opens the demo store with the server as its writer, and further settings."""
    with ExitStack() as opened:

        def opens(**settings: object) -> Assistant:
            given = {
                "store": demo.store,
                "writer": f"openai:{MODEL}",
                "writer_base": chat.address,
                "writer_key": KEY,
                "writer_seconds": 20,
                **settings,
            }
            return opened.enter_context(Assistant(settings=Settings(**given)))  # type: ignore[arg-type]

        yield opens
