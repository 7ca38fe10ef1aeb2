"""Matrices over HTTP: the same questions put to every document, as a job, and as a file."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from assistant.api.access import Anyone, Asker
from assistant.api.jobs import Job, Work
from assistant.api.reports import file_of, saved_as
from assistant.api.schemas import MatrixOf
from assistant.api.service import Shared
from assistant.matrix.columns import columns_of
from assistant.matrix.exporting import MatrixFormat, export_matrix
from assistant.matrix.matrix import Matrix

_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    MatrixFormat.xlsx: (f"{_OFFICE}.spreadsheetml.sheet", "xlsx"),
    MatrixFormat.csv: ("text/csv; charset=utf-8", "csv"),
    MatrixFormat.docx: (f"{_OFFICE}.wordprocessingml.document", "docx"),
    MatrixFormat.markdown: ("text/markdown; charset=utf-8", "md"),
    MatrixFormat.html: ("text/html; charset=utf-8", "html"),
    MatrixFormat.json: ("application/json", "json"),
}
_FILE = file_of(TYPES.values())


def router() -> APIRouter:
    """`/api/v1/matrices`, and what a job has made of it.

    >>> [route.path for route in router().routes]
    ['/api/v1/matrices', '/api/v1/jobs/{id_}/matrix']
    """
    routes = APIRouter(prefix="/api/v1")

    @routes.post(
        "/matrices",
        status_code=202,
        tags=["Matrices"],
        summary="Put the same questions to every document",
    )
    async def matrix(said: MatrixOf, caller: Asker, service: Shared) -> Job:
        # Now, so that what is no question is told at once.
        limit = service.assistant.settings.question_limit
        columns = await run_in_threadpool(columns_of, said.questions, limit)

        def do(work: Work) -> Matrix:
            return service.assistant.matrix(
                columns,
                documents=said.documents,
                title=said.title,
                engine=said.engine,
                fresh=said.fresh,
                progress=work.tell,
            )

        return service.jobs.start("matrix", caller.id, do)

    @routes.get(
        "/jobs/{id_}/matrix",
        tags=["Matrices"],
        summary="The matrix that a job has made, as a file",
        response_class=Response,
        responses=_FILE,
    )
    async def job_matrix(
        id_: str,
        caller: Anyone,
        service: Shared,
        format: MatrixFormat = MatrixFormat.json,  # noqa: A002 (the parameter's name)
        sort: Annotated[str | None, Query(description="The column to sort the rows by.")] = None,
    ) -> Response:
        made = service.jobs.matrix(caller.id, id_)
        made = made.sorted_by(sort) if sort is not None else made
        await run_in_threadpool(service.assistant.note, "exported", format=format.value)
        content = await run_in_threadpool(export_matrix, made, format, base=service.address)
        kind, suffix = TYPES[format]
        return saved_as(f"matrix.{suffix}", content, kind)

    return routes
