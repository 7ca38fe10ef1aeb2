"""The interface that OpenAI's clients speak: chat completions, responses, models, embeddings."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext

from fastapi import APIRouter, FastAPI, Request

from assistant.answer import Answer
from assistant.api import openai_embeddings
from assistant.api.event_stream import EventStream
from assistant.api.leaving import unless_left
from assistant.api.openai_answering import Conversation, check, check_format, spoken, whole
from assistant.api.openai_chat import chunks, completion
from assistant.api.openai_errors import REPLIES, Faults, Unusable, openai_route
from assistant.api.openai_responses import Responding
from assistant.api.openai_wire import (
    Asked,
    ChatCompletion,
    ChatRequest,
    Embeddings,
    EmbeddingsRequest,
    Message,
    Model,
    Models,
    ResponseReply,
    ResponsesRequest,
)
from assistant.api.served_models import Served, ServedModels
from assistant.assistant import Assistant

Turn = Callable[[Request], AbstractAsyncContextManager[None]]
"""What a request waits for before its answer is worked out, and has until that is done."""


def at_once(request: Request) -> AbstractAsyncContextManager[None]:
    """No waiting: each request has its turn when it comes.

    >>> async def turn():
    ...     async with at_once(Request({"type": "http"})):
    ...         return "answered"
    >>> asyncio.run(turn())
    'answered'
    """
    del request
    return nullcontext()


def router(assistant: Assistant, *, address: str = "", turn: Turn = at_once) -> APIRouter:
    """The routes below `/v1` over an assistant, which stays open when serving ends.

    Args:
        assistant: answers.
        address: where people reach the chat's page, to which footnotes link; by default where the
            request was sent to.
        turn: what each answer waits for.

    >>> from fastapi.testclient import TestClient
    >>> app = FastAPI()
    >>> app.include_router(router(demo))
    >>> said = [{"role": "user", "content": "Why did Gate 3 fail?"}]
    >>> asked = {"model": "footnote", "messages": said}
    >>> TestClient(app).post("/v1/chat/completions", json=asked).json()["footnote"]["text"]
    'Gate 3 failed because the bearing of its left arm had run dry.[1]'
    """
    models, began = ServedModels(assistant), int(time.time())
    faults = Faults([assistant.store, *assistant.settings.models.values()])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            models.close()

    routes = APIRouter(
        prefix="/v1",
        tags=["OpenAI-compatible"],
        route_class=openai_route(faults),
        responses=REPLIES,
        lifespan=lifespan,
    )

    async def asked_of(asked: Asked, request: Request) -> Served:
        # Which documents a model answers of is read from the store.
        served = await asyncio.to_thread(lambda: models.named(asked.model).seen_by_sender(request))
        return served.within(asked.documents)

    @routes.get("/models")
    def list_models() -> Models:
        """The names by which one chooses what answers, and the store's embedding model."""
        names = [*models.names, assistant.embedding]
        return Models(data=[Model(id=name, created=began) for name in names])

    @routes.get("/models/{name:path}")
    def show_model(name: str) -> Model:
        """One model."""
        if name != assistant.embedding:
            models.named(name)
        return Model(id=name, created=began)

    @routes.post("/chat/completions", response_model=ChatCompletion)
    async def complete(asked: ChatRequest, request: Request) -> ChatCompletion | EventStream:
        """The answer to the last message of a conversation, with a footnote behind each sentence.

        `stream` tells each sentence once it is verified. `footnote` holds the whole answer.
        """
        check(asked)
        check_format(asked.response_format, "response_format")
        if asked.n not in (None, 1):
            raise Unusable("n", f"One answer is given to a question, not {asked.n}.")
        conversation = Conversation.of(asked.messages, "messages")
        served = await asked_of(asked, request)
        base = address or str(request.base_url)
        pieces = spoken(served, conversation, base, turn(request))
        if not asked.stream:
            text, answer = await unless_left(request, whole(pieces))
            return completion(asked.model, text, answer, base)
        usage = asked.stream_options is not None and asked.stream_options.include_usage
        begun = await unless_left(request, _begun(pieces))
        return _streamed(chunks(asked.model, begun, base, faults, usage=usage), pieces)

    @routes.post("/responses", response_model=ResponseReply)
    async def respond(asked: ResponsesRequest, request: Request) -> ResponseReply | EventStream:
        """The answer to the last message of the input; nothing of it is kept here."""
        check(asked)
        check_format((asked.text or {}).get("format"), "text.format")
        if asked.previous_response_id or asked.conversation or asked.background:
            raise Unusable(
                "previous_response_id",
                "Responses are not kept: send the earlier turns in 'input', and stay connected.",
            )
        turns = [Message(content=asked.input)] if isinstance(asked.input, str) else asked.input
        conversation = Conversation.of(turns, "input")
        served = await asked_of(asked, request)
        base = address or str(request.base_url)
        responding = Responding(asked.model, base)
        pieces = spoken(served, conversation, base, turn(request))
        if not asked.stream:
            return responding.reply(*await unless_left(request, whole(pieces)))
        begun = await unless_left(request, _begun(pieces))
        return _streamed(responding.events(begun, faults), pieces)

    @routes.post("/embeddings")
    async def embed(asked: EmbeddingsRequest, request: Request) -> Embeddings:
        """The vectors of texts by the store's embedding model."""

        async def work() -> Embeddings:
            async with turn(request):
                return await openai_embeddings.embeddings(assistant, asked)

        return await unless_left(request, work())

    return routes


async def _begun(
    pieces: AsyncGenerator[str | Answer, None],
) -> AsyncGenerator[str | Answer, None]:
    """The same pieces, of which the first is there: what cannot be answered raises here."""
    first = await anext(pieces)

    async def all_of_them() -> AsyncGenerator[str | Answer, None]:
        try:
            yield first
            async for piece in pieces:
                yield piece
        finally:
            await pieces.aclose()

    return all_of_them()


def _streamed(
    events: AsyncGenerator[str, None], pieces: AsyncGenerator[str | Answer, None]
) -> EventStream:
    """The events of an answer in pieces, of which nothing goes on where no event is told."""

    async def told() -> AsyncGenerator[bytes, None]:
        async with aclosing(events):
            async for event in events:
                yield event.encode()

    return EventStream(told(), closing=pieces.aclose)
