"""Reports over HTTP: made, researched and checked, and the jobs that make them."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import closing
from typing import Annotated

from fastapi import APIRouter, Query, Request, UploadFile
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from assistant.answer import Answer
from assistant.api.access import Anyone, Asker
from assistant.api.event_stream import EVENT_SCHEMA, MEDIA_TYPE, EventStream, event
from assistant.api.jobs import Job, Work
from assistant.api.leaving import unless_left
from assistant.api.schemas import Described, ReportOf, Research
from assistant.api.service import Service, Shared
from assistant.exportable import STYLE
from assistant.rechecking.findings import Verification
from assistant.reporting.export import Export, export
from assistant.reporting.report import Report
from assistant.reporting.template import from_template, listed
from assistant.research import Limits
from index.errors import ReportError

TYPES = {
    Export.markdown: ("text/markdown; charset=utf-8", "md"),
    Export.html: ("text/html; charset=utf-8", "html"),
    Export.docx: (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    Export.bibtex: ("application/x-bibtex; charset=utf-8", "bib"),
    Export.csl: ("application/vnd.citationstyles.csl+json", "json"),
    Export.json: ("application/json", "json"),
}


def file_of(types: Iterable[tuple[str, str]]) -> Described:
    """What the description says of a route that gives a file of one of these types and suffixes.

    >>> file_of([("text/csv; charset=utf-8", "csv")])[200]["content"]
    {'text/csv': {'schema': {'type': 'string', 'format': 'binary'}}}
    """
    content = {
        kind.partition(";")[0]: {
            "schema": {} if suffix == "json" else {"type": "string", "format": "binary"}
        }
        for kind, suffix in types
    }
    return {200: {"description": "The file.", "content": content}}


FILE = file_of(TYPES.values())
"""What it says of an export."""

Style = Annotated[
    str,
    # A name, and no path: no file of the server's machine is read as a style.
    Query(max_length=200, pattern=r"^[\w-]+$", description="A CSL style's name, like ieee."),
]
_LOOK_AGAIN = 0.2
"""Seconds between two looks at a job whose events are told."""
_EVENTS: Described = {
    200: {
        "description": "An event 'job' for each step of it, until it is over.",
        "content": {MEDIA_TYPE: {"schema": EVENT_SCHEMA}},
    }
}


def router() -> APIRouter:
    """`/api/v1/reports`, `/research`, `/verify` and `/jobs`.

    >>> [route.path for route in router().routes][:3]
    ['/api/v1/reports', '/api/v1/research', '/api/v1/verify']
    """
    routes = APIRouter(prefix="/api/v1")
    _making(routes)
    _jobs(routes)
    return routes


def _making(routes: APIRouter) -> None:
    @routes.post(
        "/reports", status_code=202, tags=["Reports"], summary="Answer many questions in one report"
    )
    async def report(said: ReportOf, caller: Asker, service: Shared) -> Job:
        if (said.questions is None) == (said.template is None):
            raise ReportError("A report needs either questions or a template.")
        # Now, so that what is no plan is told at once.
        if said.template is not None:
            planned = await run_in_threadpool(from_template, said.template, said.title)
        else:
            planned = listed(said.questions or (), said.title)

        def do(work: Work) -> Report:
            # One after the other, so that whoever asks meanwhile does not wait for all of them.
            answers, questions = [], planned.questions
            for done, question in enumerate(questions):
                work.tell(done, len(questions), question)
                turns = service.queues.questions.turn_of_a_thread(caller.id, patient=True)
                with closing(turns) as turn:
                    while not next(turn):
                        work.tell(done, len(questions), question)
                    answers.append(service.assistant.query(question, documents=said.documents))
            work.tell(len(questions), len(questions))
            return planned.filled(answers)

        return service.jobs.start("report", caller.id, do)

    @routes.post(
        "/research",
        status_code=202,
        tags=["Reports"],
        summary="Let the writer plan a report, question after question",
    )
    async def research(said: Research, caller: Asker, service: Shared) -> Job:
        def do(work: Work) -> Report:
            return service.assistant.research(
                said.question,
                documents=said.documents,
                limits=Limits(said.requests, said.tokens),
                progress=work.tell,
            )

        return service.jobs.start("research", caller.id, do)

    @routes.post(
        "/verify",
        tags=["Reports"],
        summary="Whether the sources still say what an exported report cites",
    )
    async def verify(
        file: UploadFile, request: Request, caller: Asker, service: Shared
    ) -> Verification:
        received = await run_in_threadpool(service.receive, [file])
        (path,) = received.paths
        try:

            async def work() -> Verification:
                async with service.queues.drafts.turn(caller.id):
                    return await run_in_threadpool(service.assistant.verify, path)

            found = await unless_left(request, work())
        except ReportError as error:
            raise ReportError(str(error).replace(str(path), path.name)) from error
        finally:
            received.drop()
        return found.model_copy(update={"report": path.name})


def _jobs(routes: APIRouter) -> None:
    @routes.get("/jobs", tags=["Jobs"], summary="Your jobs, the latest first")
    async def jobs(caller: Anyone, service: Shared) -> list[Job]:
        return service.jobs.listed(caller.id)

    @routes.get("/jobs/{id_}", tags=["Jobs"], summary="How far a job is")
    async def job(id_: str, caller: Anyone, service: Shared) -> Job:
        return service.jobs.find(caller.id, id_)

    @routes.get(
        "/jobs/{id_}/events",
        tags=["Jobs"],
        summary="A job step by step, until it is over",
        response_class=EventStream,
        responses=_EVENTS,
    )
    async def job_events(id_: str, caller: Anyone, service: Shared) -> EventStream:
        look = service.jobs.follow(caller.id, id_)

        async def events() -> AsyncGenerator[bytes, None]:
            told = None
            while told is None or not told.is_over:
                now = look()
                if now != told:
                    yield event("job", now.model_dump_json())
                    told = now
                elif not now.is_over:
                    await asyncio.sleep(_LOOK_AGAIN)

        return EventStream(events())

    @routes.delete("/jobs/{id_}", tags=["Jobs"], summary="Let a job stop; what it did is kept")
    async def cancel(id_: str, caller: Anyone, service: Shared) -> Job:
        return service.jobs.cancel(caller.id, id_)

    @routes.get(
        "/jobs/{id_}/report",
        tags=["Jobs"],
        summary="The report that a job has made, as a file",
        response_class=Response,
        responses=FILE,
    )
    async def job_report(
        id_: str,
        caller: Anyone,
        service: Shared,
        format: Export = Export.json,  # noqa: A002 (the parameter's name)
        style: Style = STYLE,
    ) -> Response:
        made = service.jobs.report(caller.id, id_)
        return await exported(service, made, format, style)


async def exported(
    service: Service,
    what: Answer | Report,
    format: Export,  # noqa: A002
    style: str,
) -> Response:
    """An answer or a report as a file that no browser opens as a page of this address.

    Raises:
        ReportError: the style cannot be used.

    >>> from assistant.api.service import open_service
    >>> service = open_service(demo, "http://127.0.0.1:7860")
    >>> report = Report(title="Night", sections=("# Night",), created="2026-01-02")
    >>> asyncio.run(exported(service, report, Export.markdown, STYLE)).status_code
    200
    >>> service.close()
    """
    await run_in_threadpool(service.assistant.note, "exported", format=format.value)
    content = await run_in_threadpool(export, what, format, style=style, base=service.address)
    return file_response(content, format)


def file_response(content: bytes, format: Export) -> Response:  # noqa: A002
    """An export as what a browser saves.

    >>> file_response(b"# The night", Export.markdown).headers["Content-Disposition"]
    'attachment; filename="footnote.md"'
    """
    kind, suffix = TYPES[format]
    return saved_as(f"footnote.{suffix}", content, kind)


def saved_as(name: str, content: bytes, media_type: str) -> Response:
    """A file that a browser saves by this name, and opens as no page of this address.

    >>> saved_as("night.md", b"# The night", "text/markdown").headers["Content-Disposition"]
    'attachment; filename="night.md"'
    """
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
