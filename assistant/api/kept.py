"""Kept conversations over HTTP, each the caller's own: read, renamed, exported, judged, deleted."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from assistant.api.access import Asker
from assistant.api.reports import FILE, Style, exported, file_response
from assistant.api.schemas import (
    Conversation,
    ConversationRead,
    KeptAnswer,
    Opinion,
    Title,
)
from assistant.api.service import Shared
from assistant.conversations.tables import Feedback
from assistant.exportable import STYLE
from assistant.reporting.docx_footnotes import footnoted_file
from assistant.reporting.export import Export
from assistant.reporting.template import listed

Words = Annotated[str, Query(max_length=1_000, description="Those that hold all these words.")]


def router() -> APIRouter:
    """`/api/v1/conversations` and `/api/v1/answers`.

    >>> [route.path for route in router().routes][:2]
    ['/api/v1/conversations', '/api/v1/conversations/{id_}']
    """
    routes = APIRouter(prefix="/api/v1", tags=["Conversations"])
    _conversations(routes)
    _answers(routes)
    return routes


def _conversations(routes: APIRouter) -> None:
    @routes.get("/conversations", summary="Your conversations, the latest first")
    async def conversations(
        caller: Asker, service: Shared, words: Words = ""
    ) -> list[Conversation]:
        found = await run_in_threadpool(service.assistant.conversations.listed, caller.id, words)
        return [
            Conversation(id=one.id, title=one.title, updated=one.updated, answers=one.answers)
            for one in found
        ]

    @routes.get("/conversations/{id_}", summary="A conversation with its answers")
    async def conversation(id_: str, caller: Asker, service: Shared) -> ConversationRead:
        title, kept = await run_in_threadpool(service.assistant.conversations.read, caller.id, id_)
        return ConversationRead(id=id_, title=title, answers=[KeptAnswer.of(one) for one in kept])

    @routes.patch("/conversations/{id_}", status_code=204, summary="Give it another title")
    async def rename(id_: str, said: Title, caller: Asker, service: Shared) -> None:
        await run_in_threadpool(service.assistant.conversations.rename, caller.id, id_, said.title)

    @routes.delete("/conversations/{id_}", status_code=204, summary="Delete it with its answers")
    async def delete(id_: str, caller: Asker, service: Shared) -> None:
        await run_in_threadpool(service.assistant.conversations.delete, caller.id, id_)

    @routes.get(
        "/conversations/{id_}/export",
        summary="A conversation as a file",
        response_class=Response,
        responses=FILE,
    )
    async def export_conversation(
        id_: str,
        caller: Asker,
        service: Shared,
        format: Export = Export.markdown,  # noqa: A002 (the parameter's name)
        style: Style = STYLE,
    ) -> Response:
        title, kept = await run_in_threadpool(service.assistant.conversations.read, caller.id, id_)
        answers = [one.answer for one in kept]
        report = listed([answer.question for answer in answers], title).filled(answers)
        return await exported(service, report, format, style)


def _answers(routes: APIRouter) -> None:
    @routes.get("/answers/{id_}", summary="A kept answer")
    async def answer(id_: str, caller: Asker, service: Shared) -> KeptAnswer:
        _, kept = await run_in_threadpool(service.assistant.conversations.answer, caller.id, id_)
        return KeptAnswer.of(kept)

    @routes.get(
        "/answers/{id_}/export",
        summary="A kept answer as a file; one made of a Word file is that file with footnotes",
        response_class=Response,
        responses=FILE,
    )
    async def export_answer(
        id_: str,
        caller: Asker,
        service: Shared,
        format: Export = Export.markdown,  # noqa: A002 (the parameter's name)
        style: Style = STYLE,
    ) -> Response:
        conversations = service.assistant.conversations
        _, kept = await run_in_threadpool(conversations.answer, caller.id, id_)
        file = await run_in_threadpool(conversations.draft_file, caller.id, id_)
        if format is not Export.docx or file is None:
            return await exported(service, kept.answer, format, style)
        limits = service.assistant.settings.limits
        content = await run_in_threadpool(
            footnoted_file, file.content, file.name, kept.answer, service.address, limits
        )
        return file_response(content, format)

    @routes.put("/answers/{id_}/feedback", status_code=204, summary="Say what you think of it")
    async def rate(id_: str, said: Opinion, caller: Asker, service: Shared) -> None:
        feedback = Feedback(said.verdict, said.reason)
        await run_in_threadpool(service.assistant.conversations.rate, caller.id, id_, feedback)

    @routes.delete("/answers/{id_}/feedback", status_code=204, summary="Take that back")
    async def unrate(id_: str, caller: Asker, service: Shared) -> None:
        await run_in_threadpool(service.assistant.conversations.rate, caller.id, id_, None)
