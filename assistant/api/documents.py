"""Documents over HTTP: listed, read, shown as printed, added, replaced and removed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Request, UploadFile
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.answer import Passage
from assistant.api.access import Editor, Reader
from assistant.api.jobs import Job, Kind, Work
from assistant.api.problems import Forbidden
from assistant.api.schemas import (
    Address,
    Correction,
    Described,
    DocumentText,
    Folder,
    Listed,
    Purged,
)
from assistant.api.service import Received, Service, Shared
from index.document import LeftOut
from index.errors import UnknownDocument
from index.ingesting.report import AddReport, FileDone, FileUnderWay
from index.layout import Rectangle

MOST_FILES = 1_000
"""Files of one request; what reads the request takes no more."""

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_JPEG: Described = {200: {"description": "The picture.", "content": {"image/jpeg": _BINARY}}}
_FILE: Described = {
    200: {"description": "The file.", "content": {"application/octet-stream": _BINARY}}
}
_TEXT: Described = {
    200: {"description": "The text.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="Sent again with the same key and files, nothing is done twice.",
    ),
]
Version = Annotated[str | None, Query(description="By default the document as it is now.")]


def router() -> APIRouter:
    """`/api/v1/documents` and what is below it, and `/api/v1/citations`.

    >>> [route.path for route in router().routes][:2]
    ['/api/v1/documents', '/api/v1/documents/{id_}']
    """
    routes = APIRouter(prefix="/api/v1", tags=["Documents"])
    _reading(routes)
    _changing(routes)
    return routes


def _reading(routes: APIRouter) -> None:
    @routes.get("/documents", summary="All documents, the latest first")
    async def documents(caller: Reader, service: Shared) -> list[Listed]:
        del caller

        def work() -> list[Listed]:
            listed = service.assistant.documents()
            states = service.assistant.states(listed)
            return [Listed.of(one, states.get(one.id)) for one in listed]

        return await run_in_threadpool(work)

    @routes.get("/documents/{id_}", summary="A document with its text and structure")
    async def document(
        id_: str, caller: Reader, service: Shared, version: Version = None
    ) -> DocumentText:
        del caller
        found = await run_in_threadpool(service.assistant.document, id_, version)
        return DocumentText.of(id_, found)

    @routes.get(
        "/documents/{id_}/text",
        summary="A document's text, or a span of it in code points",
        response_class=PlainTextResponse,
        responses=_TEXT,
    )
    async def text(
        id_: str,
        caller: Reader,
        service: Shared,
        version: Version = None,
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int | None, Query(ge=0)] = None,
    ) -> PlainTextResponse:
        del caller
        found = await run_in_threadpool(service.assistant.document, id_, version)
        return PlainTextResponse(found.text[start:end])

    @routes.get(
        "/documents/{id_}/pages/{number}",
        summary="A page as it is printed",
        response_class=Response,
        responses=_JPEG,
    )
    async def page(
        id_: str,
        number: int,
        caller: Reader,
        service: Shared,
        version: Version = None,
        width: Annotated[int, Query(ge=1, le=10_000)] = 1_200,
    ) -> Response:
        del caller
        image = await run_in_threadpool(
            service.assistant.page_image, id_, number, version, width=width
        )
        shown = {"width": image.width, "height": image.height, "scale": image.scale}
        headers = {f"Footnote-{name.title()}": str(value) for name, value in shown.items()}
        return Response(image.data, media_type="image/jpeg", headers=headers)

    @routes.get(
        "/documents/{id_}/pages/{number}/lines",
        summary="The lines of a printed page, each with its words and where they stand",
    )
    async def lines(
        id_: str, number: int, caller: Reader, service: Shared, version: Version = None
    ) -> list[tuple[str, Rectangle]]:
        del caller
        return await run_in_threadpool(service.assistant.page_lines, id_, number, version)

    @routes.get("/documents/{id_}/rectangles", summary="Where a span of the text is printed")
    async def rectangles(
        id_: str,
        caller: Reader,
        service: Shared,
        version: str,
        start: Annotated[int, Query(ge=0)],
        end: Annotated[int, Query(ge=0)],
    ) -> list[Rectangle]:
        del caller
        span = Passage(document_id=id_, version=version, title="", text="", start=start, end=end)
        return await run_in_threadpool(service.assistant.rectangles, span)

    @routes.get(
        "/documents/{id_}/original",
        summary="The file that the document was read from, while it has the same bytes",
        response_class=FileResponse,
        responses=_FILE,
    )
    async def original(
        id_: str, caller: Reader, service: Shared, version: Version = None
    ) -> FileResponse:
        del caller
        path = await run_in_threadpool(service.assistant.original, id_, version)
        # Whatever it is, no browser opens it as a page of this address.
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name)}"}
        return FileResponse(path, media_type="application/octet-stream", headers=headers)

    @routes.get("/left-out", summary="What the texts do not have of their files, by document")
    async def left_out(caller: Reader, service: Shared) -> dict[str, list[LeftOut]]:
        del caller
        return await run_in_threadpool(service.assistant.left_out)

    @routes.get("/citations/{citation_id}", summary="The words that a citation's id names")
    async def cited(citation_id: str, caller: Reader, service: Shared) -> Passage:
        del caller
        return await run_in_threadpool(service.assistant.cited, citation_id)


def _changing(routes: APIRouter) -> None:
    @routes.post("/documents", status_code=202, summary="Add files; what is read is the job's end")
    async def add(files: list[UploadFile], caller: Editor, service: Shared, key: Key = None) -> Job:
        received = await run_in_threadpool(service.receive, files)

        def do(work: Work) -> AddReport:
            return service.assistant.add(received.paths, uploads=True, progress=_telling(work))

        return _begun(service, "add", caller.id, do, received, key)

    @routes.post("/documents/address", status_code=202, summary="Add what a web address gives")
    async def add_address(said: Address, caller: Editor, service: Shared) -> Job:
        def do(work: Work) -> AddReport:
            return service.assistant.add(said.address.strip(), progress=_telling(work))

        return service.jobs.start("add", caller.id, do)

    @routes.post(
        "/documents/folder",
        status_code=202,
        summary="Add a folder of the server's machine, or keep up with it",
    )
    async def add_folder(said: Folder, caller: Editor, service: Shared) -> Job:
        folder = await run_in_threadpool(_allowed_folder, service, said.path)

        def do(work: Work) -> AddReport:
            if said.sync:
                return service.assistant.sync(folder, progress=_telling(work))
            return service.assistant.add(folder, progress=_telling(work))

        return service.jobs.start("sync" if said.sync else "add", caller.id, do)

    @routes.put("/documents/{id_}/file", status_code=202, summary="A new version of a document")
    async def put_file(
        id_: str, file: UploadFile, caller: Editor, service: Shared, key: Key = None
    ) -> Job:
        listed = await run_in_threadpool(service.assistant.documents)
        if all(one.id != id_ for one in listed):
            raise UnknownDocument.named(id_)
        received = await run_in_threadpool(service.receive, [file])
        received.fingerprint += id_
        (path,) = received.paths

        def do(work: Work) -> AddReport:
            return service.assistant.replace(id_, path, uploads=True, progress=_telling(work))

        return _begun(service, "replace", caller.id, do, received, key)

    @routes.patch(
        "/documents/{id_}", summary="Correct a document's title, author, date or status by hand"
    )
    async def correct(id_: str, said: Correction, caller: Editor, service: Shared) -> Listed:
        del caller

        def work() -> Listed:
            wanted = said.model_dump(exclude_unset=True)
            info = service.assistant.correct(id_, wanted)
            return Listed.of(info, service.assistant.states([info]).get(id_))

        return await run_in_threadpool(work)

    @routes.delete("/documents/{id_}", summary="Remove a document; with `purge` every trace of it")
    async def remove(
        id_: str, request: Request, caller: Editor, service: Shared, purge: bool = False
    ) -> Purged:
        del request, caller
        left = await run_in_threadpool(service.assistant.remove, id_, purge=purge)
        return Purged(left_in=[path.name for path in left])


def _begun(
    service: Service,
    kind: Kind,
    owner: str,
    do: Callable[[Work], AddReport],
    received: Received,
    key: str | None,
) -> Job:
    return service.jobs.start(
        kind,
        owner,
        do,
        key=key,
        fingerprint=received.fingerprint,
        size=received.size,
        shown=_by_name,
        afterwards=received.drop,
    )


def _telling(work: Work) -> Callable[[FileDone | FileUnderWay], None]:
    def tell(done: FileDone | FileUnderWay) -> None:
        if isinstance(done, FileDone):
            work.tell(done.done, done.total, PurePath(done.path).name)
        else:
            before, total, _ = work.progress
            work.tell(before, total, f"{PurePath(done.path).name}: {done.done} of {done.total}")

    return tell


def _by_name(report: AddReport) -> AddReport:
    """What became of uploads, without the folder in which they arrived."""

    def named(files: tuple[FileDone, ...]) -> tuple[FileDone, ...]:
        return tuple(replace(one, path=PurePath(one.path).name) for one in files)

    return AddReport(*(named(getattr(report, outcome)) for outcome in AddReport.__slots__))


def _allowed_folder(service: Service, given: str) -> Path:
    """The folder that a caller means, if it is one that may be added over HTTP.

    Raises:
        Forbidden: it is none of those, or not within one, or not there: which, is not told.
    """
    folder = service.assistant.settings.allowed_folder(given)
    if folder is None:
        raise Forbidden(
            "Only folders within those that FOOTNOTE_FOLDERS names can be added over HTTP."
        )
    return folder
