"""A person's own page, where people share the installation, and what others show to them.

Plain pages with plain forms: they need no script, and nothing but themselves.
"""

import json
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from assistant.api.own_data import erase_own, own_data
from assistant.api.people import SharedRead, ShareOf, read_share, share
from assistant.api.tokens import DAYS, SCOPES, Tokens
from assistant.assistant import Assistant
from assistant.exportable import STYLE
from assistant.people.accounts import PASSWORD, Account, PeopleError
from assistant.people.shares import Share
from assistant.reporting.export import Export, export
from assistant.reporting.template import listed
from assistant.templating import Macros
from assistant.web import texts
from assistant.web.downloads import saved
from assistant.web.hosts import SHARED
from assistant.web.session import ACCOUNT, Stores
from index.errors import FootnoteError

_HTML = Macros("assistant.web", "account.html", texts=texts)
_SAFE = {"Cache-Control": "no-store"}
_SHOWN = {
    **_SAFE,
    # What others show is no page of ours: it may do nothing but be read.
    "Content-Security-Policy": "sandbox allow-popups; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:",
}
_Word = Annotated[str, Form(max_length=1_000)]


def account_routes(stores: Stores) -> APIRouter:
    """`/account` and what its forms do, and `/shared`.

    >>> [route.path for route in account_routes(Stores(demo, demo=False)).routes][:2]
    ['/account', '/account/data']
    """
    router = APIRouter()
    _show(router, stores)
    _change(router, stores)
    _share(router, stores)
    return router


def _show(router: APIRouter, stores: Stores) -> None:
    @router.get(ACCOUNT)
    async def page(request: Request, conversation: str = "", answer: str = "") -> HTMLResponse:
        def made() -> str:
            return _page(stores, request, sharing=(conversation, answer))

        return await _done(made)

    @router.get(f"{ACCOUNT}/data")
    async def data(request: Request) -> Response:
        def made() -> bytes:
            assistant, account = _of(stores, request)
            assistant.note("exported", person=account.name)
            with _tokens(assistant) as tokens:
                told = own_data(assistant, tokens, account)
            return json.dumps(told, ensure_ascii=False, indent=2).encode()

        return saved("footnote.json", await run_in_threadpool(made), "application/json")

    @router.get(f"{SHARED}link/{{secret}}")
    async def linked(secret: str, request: Request) -> HTMLResponse:
        assistant = stores.served
        return await _shown(request, lambda: assistant.people.shares.linked(secret), stores)

    @router.get(f"{SHARED}{{id_}}")
    async def shared(id_: str, request: Request) -> HTMLResponse:
        def found() -> Share:
            return stores.served.people.shares.shown_to(stores.account(request), id_)

        return await _shown(request, found, stores)


def _change(router: APIRouter, stores: Stores) -> None:
    @router.post(f"{ACCOUNT}/password")
    async def password(request: Request, old: _Word, new: _Word) -> HTMLResponse:
        def made() -> str:
            assistant, account = _of(stores, request)
            accounts = assistant.people.accounts
            if accounts.with_password(account.name, old) is None:
                raise PeopleError(texts.WRONG_PASSWORD)
            accounts.set_password(account.name, new)
            assistant.note("changed a password", person=account.name)
            return _page(stores, request, said=texts.PASSWORD_CHANGED)

        return await _done(made, stores, request)

    @router.post(f"{ACCOUNT}/token")
    async def token(request: Request, name: _Word) -> HTMLResponse:
        def made() -> str:
            assistant, account = _of(stores, request)
            with _tokens(assistant) as tokens:
                scopes = [one for one in SCOPES if one != "metrics"]
                secret, kept = tokens.make(name, scopes, person=account.id)
            assistant.note("made a token", token=kept.name)
            return _page(stores, request, said=texts.TOKEN_MADE.format(DAYS), secret=secret)

        return await _done(made, stores, request)

    @router.post(f"{ACCOUNT}/revoke")
    async def revoke(request: Request, name: _Word) -> HTMLResponse:
        def made() -> str:
            assistant, account = _of(stores, request)
            with _tokens(assistant) as tokens:
                if name not in {one.name for one in tokens.listed() if one.person == account.id}:
                    raise PeopleError(texts.NO_TOKEN)
                tokens.revoke(name)
            assistant.note("revoked a token", token=name)
            return _page(stores, request, said=texts.TOKEN_REVOKED.format(name))

        return await _done(made, stores, request)

    @router.post(f"{ACCOUNT}/erase")
    async def erase(request: Request, name: _Word) -> HTMLResponse:
        def made() -> str:
            assistant, account = _of(stores, request)
            if name.strip() != account.name:
                raise PeopleError(texts.TYPE_YOUR_NAME)
            with _tokens(assistant) as tokens:
                erase_own(assistant, tokens, account)
            return _page(stores, request, said=texts.ERASED)

        return await _done(made, stores, request)


def _share(router: APIRouter, stores: Stores) -> None:
    @router.post(f"{ACCOUNT}/share")
    async def show(
        request: Request,
        kind: _Word,
        shown: _Word,
        people: _Word = "",
        groups: _Word = "",
        days: _Word = "",
    ) -> HTMLResponse:
        def made() -> str:
            assistant, account = _of(stores, request)
            said = {
                kind: shown,
                "people": _names(people),
                "groups": _names(groups),
                "days": days.strip() or None,
            }
            try:
                asked = ShareOf.model_validate(said)
            except ValidationError as error:
                raise PeopleError(texts.SHARE_WITH) from error
            secret, one = share(assistant, account, asked)
            place = f"{SHARED}link/{secret}" if secret else f"{SHARED}{one.id}"
            base = assistant.settings.address or str(request.base_url).rstrip("/")
            return _page(stores, request, said=texts.SHARED, secret=f"{base}{place}")

        return await _done(made, stores, request)

    @router.post(f"{ACCOUNT}/unshare")
    async def end(request: Request, share_id: _Word) -> HTMLResponse:
        def made() -> str:
            assistant, account = _of(stores, request)
            assistant.people.shares.end(account, share_id)
            assistant.note("shared no longer", share=share_id)
            return _page(stores, request, said=texts.SHARED_NO_LONGER)

        return await _done(made, stores, request)


def _page(
    stores: Stores,
    request: Request,
    *,
    said: str = "",
    fault: str = "",
    secret: str = "",
    sharing: tuple[str, str] = ("", ""),
) -> str:
    assistant, account = _of(stores, request)
    shares = assistant.people.shares
    conversations = assistant.conversations.listed(account.owner)
    titles = {one.id: one.title for one in conversations}
    owners = {one.owner: one.name for one in assistant.people.accounts.listed()}
    with _tokens(assistant) as tokens:
        own = [one for one in tokens.listed() if one.person == account.id]
    return str(
        _HTML.page(
            account,
            account.source == PASSWORD,
            own,
            [(one, titles.get(one.shown, "")) for one in shares.of(account)],
            [(one, owners[one.owner]) for one in shares.with_(account.person, account.id)],
            conversations,
            sharing,
            said,
            fault,
            secret,
            request.scope.get("root_path", "").rstrip("/"),
        )
    )


async def _done(
    made: Callable[[], str], stores: Stores | None = None, request: Request | None = None
) -> HTMLResponse:
    """The page that is made; where that fails and there is one of somebody's, it says why."""
    try:
        return HTMLResponse(await run_in_threadpool(made), headers=_SAFE)
    except FootnoteError as error:
        if stores is None or request is None:
            raise HTTPException(404, str(error)) from error
        fault = str(error)
    shown = await run_in_threadpool(lambda: _page(stores, request, fault=fault))
    return HTMLResponse(shown, 409, _SAFE)


async def _shown(request: Request, found: Callable[[], Share], stores: Stores) -> HTMLResponse:
    def made() -> str:
        shown = found()
        try:
            reader = stores.account(request).person
        except PeopleError:
            reader = None
        read = read_share(stores.served, shown, reader)
        base = stores.served.settings.address or str(request.base_url)
        return _document(read, base)

    try:
        return HTMLResponse(await run_in_threadpool(made), headers=_SHOWN)
    except FootnoteError as error:
        raise HTTPException(404, str(error)) from error


def _document(read: SharedRead, base: str) -> str:
    report = listed([one.question for one in read.answers], read.title).filled(read.answers)
    return export(report, Export.html, style=STYLE, base=base).decode()


def _of(stores: Stores, request: Request) -> tuple[Assistant, Account]:
    account = stores.account(request)
    return stores.of(request), account


def _tokens(assistant: Assistant) -> Tokens:
    return Tokens(assistant.store, assistant.shared_catalog)


def _names(given: str) -> list[str]:
    return [one.strip() for one in given.split(",") if one.strip()]
