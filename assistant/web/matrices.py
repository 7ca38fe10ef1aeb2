"""The view of matrices: questions are put to every document, and the table sorted and filtered.

It is a page of its own beside the chat's, with a few requests of its own script; a footnote opens
the cited words on the chat's page.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from assistant.api.jobs import Jobs, Work
from assistant.api.matrices import TYPES
from assistant.assistant import Assistant
from assistant.matrix.columns import columns_of
from assistant.matrix.exporting import export_matrix
from assistant.matrix.matrix import Matrix
from assistant.templating import Macros
from assistant.web import texts
from assistant.web.downloads import file_name, saved
from assistant.web.rendering.matrices import matrix_table
from assistant.web.session import MATRIX, Stores, body_of, visitor
from index.errors import FootnoteError

_HERE = Path(__file__).parent
_HTML = Macros("assistant.web", "matrix.html", texts=texts)
_MOST = 1 << 20
"""Bytes of a request."""
_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
}

T = TypeVar("T")


class Asked(BaseModel):
    """What the view's script asks: columns as lines, and the chosen documents.

    >>> Asked(questions="Law: Which law governs?").documents
    []
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: str = Field(max_length=500_000)
    title: str = Field("", max_length=1_000)
    documents: list[Annotated[str, Field(max_length=1_000)]] = Field([], max_length=10_000)
    kept: str | None = Field(None, max_length=100)


def matrix_routes(stores: Stores) -> APIRouter:
    """`/matrix`, and what its script asks.

    >>> [route.path for route in matrix_routes(Stores(demo, demo=False)).routes][:2]
    ['/matrix', '/matrix/ask']
    """
    router = APIRouter(prefix=MATRIX)
    jobs = Jobs(failed=_told)

    async def done(work: Callable[[Assistant], T], request: Request) -> T:
        try:
            return await run_in_threadpool(work, stores.of(request))
        except FootnoteError as error:
            raise HTTPException(409, str(error)) from error

    @router.get("")
    async def view(request: Request) -> HTMLResponse:
        owner = visitor(request)

        def made(assistant: Assistant) -> Markup:
            documents = [(one.id, one.title, one.date or "") for one in assistant.documents()]
            return _HTML.page(
                documents,
                assistant.matrices.matrices(owner),
                Markup(_text("matrix.css")),  # noqa: S704 (our own files)
                Markup(_text("matrix.js")),  # noqa: S704
                _back(request),
            )

        return HTMLResponse(str(await done(made, request)), headers=_SAFE)

    @router.post("/ask")
    async def ask(request: Request) -> JSONResponse:
        said, owner = await _asked(request), visitor(request)

        def begun(assistant: Assistant) -> dict[str, str]:
            columns = columns_of(said.questions, assistant.settings.question_limit)
            title = said.title.strip() or texts.MATRIX
            kept = assistant.matrices.keep_matrix(owner, title, said.questions, said.kept)

            def do(work: Work) -> Matrix:
                chosen = said.documents or None
                return assistant.matrix(columns, documents=chosen, title=title, progress=work.tell)

            return {"job": jobs.start("matrix", owner, do).id, "kept": kept}

        return JSONResponse(await done(begun, request))

    @router.get("/job/{id_}")
    async def job(id_: str, request: Request) -> JSONResponse:
        owner = visitor(request)

        def looked(assistant: Assistant) -> dict[str, object]:
            del assistant
            now = jobs.find(owner, id_)
            told: dict[str, object] = {
                "state": now.state,
                "done": now.done,
                "total": now.total,
                "what": now.what,
            }
            if now.problem is not None:
                told["fault"] = now.problem.detail
            if now.state == "done":
                made = jobs.matrix(owner, id_)
                cells = len(made.rows) * len(made.columns)
                told["said"] = " ".join([texts.matrix_done(cells, made.computed), *made.notices])
                told["table"] = str(matrix_table(made, _back(request)))
            return told

        return JSONResponse(await done(looked, request), headers={"Cache-Control": "no-store"})

    @router.post("/stop/{id_}")
    async def stop(id_: str, request: Request) -> JSONResponse:
        owner = visitor(request)
        await done(lambda _: jobs.cancel(owner, id_), request)
        return JSONResponse({})

    @router.post("/delete/{id_}")
    async def delete(id_: str, request: Request) -> JSONResponse:
        owner = visitor(request)
        await done(lambda assistant: assistant.matrices.delete_matrix(owner, id_), request)
        return JSONResponse({})

    @router.get("/export/{id_}/{suffix}")
    async def export(id_: str, suffix: str, request: Request) -> Response:
        owner = visitor(request)
        form = next((one for one, (_, own) in TYPES.items() if own == suffix), None)
        if form is None:
            raise HTTPException(404, "There is no such export.")

        def made(assistant: Assistant) -> tuple[str, bytes]:
            matrix = jobs.matrix(owner, id_)
            base = assistant.settings.address or str(request.base_url)
            assistant.note("exported", format=suffix)
            return matrix.title, export_matrix(matrix, form, base=base)

        title, content = await done(made, request)
        return saved(f"{file_name(title)}.{suffix}", content, TYPES[form][0])

    return router


async def _asked(request: Request) -> Asked:
    """What a request says.

    Raises:
        HTTPException: it is too long, or nothing that the view asks.
    """
    body = await body_of(request, _MOST, f"At most {_MOST >> 20} MiB are taken at once.")
    try:
        return Asked.model_validate(json.loads(body))
    except (ValueError, RecursionError, ValidationError) as error:
        raise HTTPException(400, "This is nothing that the view asks.") from error


def _back(request: Request) -> str:
    """The chat's page, of the same store, as the view links to it."""
    own = request.query_params.get("documents") == "own"
    return "./?documents=own" if own else "./"


def _told(error: BaseException) -> None:
    from logging import getLogger

    getLogger(__name__).error("a matrix failed", exc_info=error)


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
