"""Collections on a page of their own: begun, filled, shared and chosen.

A plain page with plain forms: it needs no script, and nothing but itself.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.people.collections import Collections
from assistant.templating import Macros
from assistant.web import texts
from assistant.web.session import COLLECTION, COLLECTIONS, Stores
from index.errors import FootnoteError

_HTML = Macros("assistant.web", "collections.html", texts=texts)
_SAFE = {"Cache-Control": "no-store"}
_LISTED = 1_000
"""Documents that are offered to be put into a collection, the latest first."""

_Word = Annotated[str, Form(max_length=1_000)]
_Ids = Annotated[list[str], Form(max_length=_LISTED)]


def collection_routes(stores: Stores) -> APIRouter:
    """`/collections` and what its forms do.

    >>> [route.path for route in collection_routes(Stores(demo, demo=False)).routes][:2]
    ['/collections', '/collections/begin']
    """
    router = APIRouter()

    @router.get(COLLECTIONS)
    async def page(
        request: Request, ticked: Annotated[str, Query(max_length=100_000)] = ""
    ) -> HTMLResponse:
        shown = await run_in_threadpool(_page, stores, request, ticked.split(","))
        return HTMLResponse(shown, headers=_SAFE)

    @router.post(f"{COLLECTIONS}/begin")
    async def begin(request: Request, name: _Word, documents: _Ids = []) -> Response:  # noqa: B006
        def act(held: Collections) -> None:
            made = held.create(name)
            if documents:
                held.put(made.name, documents)

        return await _done(act, stores, request)

    @router.post(f"{COLLECTIONS}/put")
    async def put(request: Request, name: _Word, documents: _Ids = []) -> Response:  # noqa: B006
        return await _done(lambda held: held.put(name, documents), stores, request)

    @router.post(f"{COLLECTIONS}/take")
    async def take(request: Request, name: _Word, documents: _Ids = []) -> Response:  # noqa: B006
        return await _done(lambda held: held.take(name, documents), stores, request)

    @router.post(f"{COLLECTIONS}/grant")
    async def grant(
        request: Request, name: _Word, kind: _Word, member: _Word, role: _Word
    ) -> Response:
        def act(held: Collections) -> None:
            held.grant(name, f"{kind}:{member}", role)

        return await _done(act, stores, request)

    @router.post(f"{COLLECTIONS}/revoke")
    async def revoke(request: Request, name: _Word, member: _Word) -> Response:
        return await _done(lambda held: held.revoke(name, member), stores, request)

    @router.post(f"{COLLECTIONS}/end")
    async def end(request: Request, name: _Word) -> Response:
        return await _done(lambda held: held.drop(name), stores, request)

    return router


def _page(stores: Stores, request: Request, ticked: list[str], fault: str = "") -> str:
    assistant = stores.whole_of(request)
    held = assistant.collections
    listed = held.listed()
    inside = {one.name: set(held.documents(one.name)) for one in listed}
    documents = [(one.id, one.title) for one in assistant.documents()]
    return str(
        _HTML.page(
            [
                (
                    one,
                    urlencode({COLLECTION: one.name}),
                    [entry for entry in documents if entry[0] in inside[one.name]][:_LISTED],
                    [entry for entry in documents if entry[0] not in inside[one.name]][:_LISTED],
                    held.may_change(one.name),
                )
                for one in listed
            ],
            documents[:_LISTED],
            ticked,
            stores.served.settings.people is not None,
            fault,
            request.scope.get("root_path", "").rstrip("/"),
        )
    )


async def _done(act: Callable[[Collections], None], stores: Stores, request: Request) -> Response:
    """The page once more; where what was asked is not done, it says why."""
    try:
        await run_in_threadpool(lambda: act(stores.whole_of(request).collections))
    except FootnoteError as error:
        fault = str(error)
    else:
        root = request.scope.get("root_path", "").rstrip("/")
        return RedirectResponse(f"{root}{COLLECTIONS}", 303, _SAFE)
    try:
        shown = await run_in_threadpool(_page, stores, request, [], fault)
    except FootnoteError as error:
        raise HTTPException(404, str(error)) from error
    return HTMLResponse(shown, 409, _SAFE)
