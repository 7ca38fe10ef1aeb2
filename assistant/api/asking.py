"""Searching and asking, whole or in events, and a text of one's own that is given footnotes."""

import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from assistant.answer import Answer, AnswerReady, Event, Passage
from assistant.api.access import Asker, Caller, Reader
from assistant.api.event_stream import EVENT_SCHEMA, MEDIA_TYPE, EventStream, event
from assistant.api.leaving import unless_left
from assistant.api.problems import Problem
from assistant.api.schemas import Ask, Described, Draft, Search
from assistant.api.service import Service, Shared
from assistant.asking.rewriting import History
from assistant.citing.manuscript import WORD
from assistant.conversations.tables import DraftFile
from index.errors import FootnoteError

CONVERSATION, ANSWER = "Footnote-Conversation", "Footnote-Answer"
"""Headers that name what was kept; the body is the answer alone, as it is published."""
_JSON = "application/json"

_EVENTS: Described = {
    200: {
        "description": "Events: 'progress', 'sentence' (each once it is verified), and at last "
        "'answer', or 'problem'.",
        "content": {MEDIA_TYPE: {"schema": EVENT_SCHEMA}},
    }
}


def router() -> APIRouter:
    """`/api/v1/search`, `/ask`, `/ask/events`, `/cite`, `/cite/file`, `/suggestions`.

    >>> [route.path for route in router().routes][:3]
    ['/api/v1/search', '/api/v1/suggestions', '/api/v1/ask']
    """
    routes = APIRouter(prefix="/api/v1", tags=["Ask"])

    @routes.post("/search", summary="The passages nearest to a question")
    async def search(
        said: Search, request: Request, caller: Reader, service: Shared
    ) -> list[Passage]:
        async def work() -> list[Passage]:
            async with service.queues.questions.turn(caller.id):
                return await service.assistant.asearch(
                    said.question,
                    k=said.k,
                    documents=said.documents,
                    history=[(turn.role, turn.text) for turn in said.history],
                )

        return await unless_left(request, work())

    @routes.get("/suggestions", summary="Questions to begin with")
    async def suggestions(caller: Reader, service: Shared, count: int = 4) -> list[str]:
        del caller
        return await run_in_threadpool(service.assistant.suggestions, max(0, min(count, 20)))

    @routes.post("/ask", summary="The answer to a question", response_model=Answer)
    async def ask(said: Ask, request: Request, caller: Asker, service: Shared) -> Response:
        async def work() -> tuple[Answer, float]:
            history = await _history(said, caller, service)
            async with service.queues.questions.turn(caller.id):
                began = time.perf_counter()
                answer = await service.assistant.aquery(
                    said.question, documents=said.documents, history=history, engine=said.engine
                )
            return answer, time.perf_counter() - began

        answer, seconds = await unless_left(request, work())
        service.metrics.answered(abstained=answer.abstained)
        headers = await _keep(said, caller, service, answer, seconds)
        return Response(answer.model_dump_json(), media_type=_JSON, headers=headers)

    @routes.post(
        "/ask/events",
        summary="The answer to a question, each sentence as soon as it is verified",
        response_class=EventStream,
        responses=_EVENTS,
    )
    async def ask_in_events(
        said: Ask, request: Request, caller: Asker, service: Shared
    ) -> EventStream:
        stack = AsyncExitStack()
        try:
            return await unless_left(request, _told(said, caller, service, stack))
        except BaseException:
            await stack.aclose()
            raise

    @routes.post("/cite", summary="Your own text with footnotes", response_model=Answer)
    async def cite(said: Draft, request: Request, caller: Asker, service: Shared) -> Response:
        async def work() -> Answer:
            async with service.queues.drafts.turn(caller.id):
                return await service.assistant.acite(
                    said.text, said.documents, markdown=said.markdown
                )

        answer = await unless_left(request, work())
        return Response(answer.model_dump_json(), media_type=_JSON)

    @routes.post(
        "/cite/file",
        summary="Your own .md, .docx or .txt file with footnotes, kept as an answer",
        response_model=Answer,
    )
    async def cite_file(
        file: UploadFile,
        request: Request,
        caller: Asker,
        service: Shared,
        documents: Annotated[list[str] | None, Form()] = None,
    ) -> Response:
        received = await run_in_threadpool(service.receive, [file])
        (path,) = received.paths
        began = time.perf_counter()
        try:

            async def work() -> Answer:
                async with service.queues.drafts.turn(caller.id):
                    return await service.assistant.acite(path, documents)

            answer = await unless_left(request, work())
            word = path.suffix.lower() in WORD
            content = await run_in_threadpool(path.read_bytes) if word else b""
        finally:
            received.drop()
        seconds = time.perf_counter() - began
        draft = DraftFile(path.name, content) if word else None
        kept = await run_in_threadpool(
            service.assistant.conversations.keep, caller.id, None, answer, seconds, file=draft
        )
        return Response(answer.model_dump_json(), media_type=_JSON, headers=_named(*kept))

    return routes


async def _told(said: Ask, caller: Caller, service: Service, stack: AsyncExitStack) -> EventStream:
    """The events of an answer, once the first is there: what cannot begin has its own status."""
    history = await _history(said, caller, service)
    await stack.enter_async_context(service.queues.questions.turn(caller.id))
    began = time.perf_counter()
    coming = await stack.enter_async_context(
        aclosing(
            service.assistant.astream(
                said.question, documents=said.documents, history=history, engine=said.engine
            )
        )
    )
    first = await anext(coming)

    async def events() -> AsyncGenerator[bytes, None]:
        step: Event | None = first
        while step is not None:
            if isinstance(step, AnswerReady):
                service.metrics.answered(abstained=step.answer.abstained)
                seconds = time.perf_counter() - began
                kept = await _keep(said, caller, service, step.answer, seconds)
                for header, kind in ((CONVERSATION, "conversation"), (ANSWER, "kept")):
                    if header in kept:
                        yield event(kind, f'{{"id":"{kept[header]}"}}')
            yield event(step.type, step.model_dump_json())
            try:
                step = await anext(coming, None)
            except FootnoteError as error:
                problem = Problem.of(error, str(service.assistant.store))
                yield event("problem", problem.model_dump_json())
                break

    return EventStream(events(), closing=stack.aclose)


async def _history(said: Ask, caller: Caller, service: Service) -> History:
    """The turns before a question: those that came with it, or those of its conversation.

    Raises:
        UnknownConversation: there is none such for the caller.
    """
    if said.conversation is None:
        return [(turn.role, turn.text) for turn in said.history]
    conversations = service.assistant.conversations
    _, kept = await run_in_threadpool(conversations.read, caller.id, said.conversation)
    answers = [one.answer for one in kept]
    return [
        turn
        for answer in answers
        for turn in (("user", answer.question), ("assistant", answer.text))
    ]


async def _keep(
    said: Ask, caller: Caller, service: Service, answer: Answer, seconds: float
) -> dict[str, str]:
    """Keep an answer that is to be kept; the headers that name it."""
    if not said.keep and said.conversation is None:
        return {}
    keep = service.assistant.conversations.keep
    return _named(*await run_in_threadpool(keep, caller.id, said.conversation, answer, seconds))


def _named(conversation_id: str, answer_id: str) -> dict[str, str]:
    return {CONVERSATION: conversation_id, ANSWER: answer_id}
