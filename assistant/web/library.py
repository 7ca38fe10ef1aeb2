"""What the library's script asks: more of the list, a document's details, and to correct it."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool

from assistant.assistant import Assistant
from assistant.web import library_texts as words
from assistant.web.archive import listing
from assistant.web.rendering import library
from assistant.web.session import LIBRARY, Stores, body_of
from assistant.web.shelf import Wanted, choices, selected
from index.errors import DocumentError, FootnoteError, UnknownDocument
from index.store.catalog import DocumentInfo

_MOST = 1 << 16
"""Bytes of a request."""
_SAFE = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}

T = TypeVar("T")
Said = TypeVar("Said", bound=BaseModel)


class Corrected(BaseModel):
    """The fields of a document as a person has them; null goes back to what was read.

    >>> Corrected(date="2024").model_dump(exclude_unset=True)
    {'date': '2024'}
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str | None = None
    author: str | None = None
    date: str | None = None
    status: str | None = None


class Stopped(BaseModel):
    """A folder that is not to be kept in step any more.

    >>> Stopped(folder="/srv/papers").folder
    '/srv/papers'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str


def library_routes(stores: Stores) -> APIRouter:
    """`/library` and what is below it.

    >>> [route.path for route in library_routes(Stores(demo, demo=False)).routes][:2]
    ['/library', '/library/ids']
    """
    router = APIRouter(prefix=LIBRARY)

    async def done(work: Callable[[Assistant], T], request: Request) -> T:
        try:
            return await run_in_threadpool(work, stores.of(request))
        except UnknownDocument as error:
            raise HTTPException(404, str(error)) from error
        except FootnoteError as error:
            raise HTTPException(409, str(error)) from error

    @router.get("")
    async def some(
        request: Request,
        wanted: Annotated[Wanted, Depends(_wanted)],
        order: str = "latest",
        start: Annotated[int, Query(ge=0)] = 0,
        filters: bool = False,
    ) -> JSONResponse:
        def made(assistant: Assistant) -> dict[str, Any]:
            listed = listing(assistant)
            found = selected(listed, wanted, order, assistant.states)
            shown = found[start : start + library.SHOWN]
            told = {
                "rows": str(library.rows(shown, assistant.states(shown))),
                "found": words.found(len(found), len(listed)) if not wanted.is_all else "",
                "more": start + len(shown) < len(found),
            }
            return told | {"choices": choices(listed)} if filters else told

        return _told(await done(made, request))

    @router.get("/ids")
    async def ids(request: Request, wanted: Annotated[Wanted, Depends(_wanted)]) -> JSONResponse:
        def made(assistant: Assistant) -> list[str]:
            found = selected(listing(assistant), wanted, "latest", assistant.states)
            return [one.id for one in found]

        return _told(await done(made, request))

    @router.get("/document/{id_}")
    async def details(id_: str, request: Request) -> JSONResponse:
        def made(assistant: Assistant) -> dict[str, str]:
            return {"details": _details(assistant, _named(assistant, id_))}

        return _told(await done(made, request))

    @router.post("/document/{id_}")
    async def correct(id_: str, request: Request) -> JSONResponse:
        said = await _said(request, Corrected)

        def made(assistant: Assistant) -> dict[str, Any]:
            try:
                info = assistant.correct(id_, _changed(_named(assistant, id_), said))
            except DocumentError as error:
                return {"refused": str(error)}
            row = library.rows([info], assistant.states([info]))
            told = {"row": str(row), "details": _details(assistant, info)}
            return told | {"said": words.SAVED}

        return _told(await done(made, request))

    @router.get("/watched")
    async def watched(request: Request) -> JSONResponse:
        return _told(await done(_watched, request))

    @router.post("/watched")
    async def stop(request: Request) -> JSONResponse:
        folder = (await _said(request, Stopped)).folder

        def made(assistant: Assistant) -> dict[str, Any]:
            stores.watching(request.query_params).stop(folder)
            return _watched(assistant) | {"said": words.STOPPED.format(folder)}

        return _told(await done(made, request))

    return router


def _watched(assistant: Assistant) -> dict[str, Any]:
    """The folders that are kept in step, and a mark that changes when their documents do."""
    folders = assistant.watched()
    mark = max((one.told.changed for one in folders), default="")
    shown = str(library.watched(folders))
    return {"watched": shown, "mark": f"{mark} {len(listing(assistant))}" if folders else ""}


def _wanted(
    words: str = "",
    kind: str = "",
    tag: str = "",
    year: str = "",
    status: str = "",
    state: str = "",
) -> Wanted:
    return Wanted(words.strip()[:200], kind, tag, year, status, state)


def _named(assistant: Assistant, id_: str) -> DocumentInfo:
    info = next((one for one in listing(assistant) if one.id == id_), None)
    if info is None:
        raise UnknownDocument.named(id_)
    return info


def _details(assistant: Assistant, info: DocumentInfo) -> str:
    left_out = assistant.left_out(info.id).get(info.id, []) if info.left_out else []
    return str(library.details(info, left_out))


def _changed(info: DocumentInfo, said: Corrected) -> dict[str, str | None]:
    """What differs from what is known: a form sends all of its fields."""
    given = said.model_dump(exclude_unset=True)
    return {
        name: value
        for name, value in given.items()
        if value is None or value.strip() != (getattr(info, name) or "")
    }


async def _said(request: Request, kind: type[Said]) -> Said:
    body = await body_of(request, _MOST, "This is too much at once.")
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise HTTPException(400, "This is nothing that the page asks.") from error


def _told(content: Any) -> JSONResponse:  # noqa: ANN401 (JSON)
    return JSONResponse(content, headers=_SAFE)
