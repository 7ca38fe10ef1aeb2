"""llama-index's own events tell of searching, asking and writing to those who listen for them."""

from collections.abc import Iterator

import pytest
from chat_server import KEY, ChatServer, writes
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events import BaseEvent

QUESTION = "How much rain fell on the valley of the Brael?"
RAIN = (
    "On Thursday 13 November 2025, 61 millimetres of rain fell on the valley of the Brael in nine "
    "hours."
)


class Kept(BaseEventHandler):
    """Keeps what it is told."""

    events: list[BaseEvent] = []  # noqa: RUF012 (a pydantic field)

    def handle(self, event: BaseEvent, **_: object) -> None:
        self.events.append(event)


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler, dispatcher = Kept(), get_dispatcher()
    dispatcher.add_event_handler(handler)
    yield handler
    dispatcher.event_handlers.remove(handler)


def names(kept: Kept) -> list[str]:
    return [type(event).__name__ for event in kept.events]


def test_our_sockets_and_the_model_tell_what_they_do(chat: ChatServer, writing, kept: Kept):
    chat.answers(writes(f"{RAIN} [1]"))
    assistant = writing()
    assert RAIN in str(assistant.as_query_engine().query(QUESTION))
    assert assistant.as_retriever().retrieve(QUESTION)
    told = names(kept)
    each = ["LLMChatStartEvent", "LLMChatEndEvent"]  # the plan, and the answer
    asked = ["QueryStartEvent", *each, *each, "QueryEndEvent"]
    assert [name for name in told if name in asked] == asked
    assert [name for name in told if name.startswith("Retrieval")] == [
        "RetrievalStartEvent",
        "RetrievalEndEvent",
    ]
    assert KEY not in "".join(event.model_dump_json(serialize_as_any=True) for event in kept.events)
