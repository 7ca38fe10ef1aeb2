"""The door of the page where people share it: who has signed in, and as whom they are known behind.

Behind it the page finds what somebody keeps by a cookie, as it does for a browser of one person
alone. Here that cookie is taken from every request and put in anew, with what the store knows of
the person by: no browser is ever told it, and none can say it.
"""

from functools import partial

import anyio
import anyio.to_thread
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.entrance import DEVICE, SESSION, Entrance, SignedIn, while_counting
from assistant.api.problems import Forbidden
from assistant.people.accounts import Account, PeopleError
from assistant.people.openid import Provider
from assistant.web import texts
from assistant.web.hosts import CALLBACK, SHARED, Hosts, Refused
from assistant.web.session import COOKIE
from assistant.web.sign_in import page_address, read_form, sign_in_page

_SIGN_IN, _PROVIDER, _SIGN_OUT = "/sign-in", "/sign-in/provider", "/sign-out"
_ON_THE_WAY = "footnote_on_the_way"
_YEAR = 365 * 24 * 60 * 60
_STEP = 10 * 60
_GUESSES = 2
"""Passwords that are looked at at a time; each takes a tenth of a second and 64 MiB."""


class PeopleDoor:
    """Lets people to the page who have signed in, each with what is theirs.

    Args:
        page: what they are let in to.
        entrance: knows them.
        hosts: by which names the page is reached.
        address: the public one, where a proxy stands before it.

    >>> from assistant.people_settings import PeopleSettings
    >>> from starlette.testclient import TestClient
    >>> entrance, hosts = Entrance(people, PeopleSettings()), Hosts("localhost", "127.0.0.1")
    >>> browser = TestClient(PeopleDoor(Response("page"), entrance, hosts), "http://localhost")
    >>> browser.get("/").status_code
    401
    >>> made = people.accounts.add("Ada", "correct horse battery")
    >>> said = {"name": "Ada", "password": "correct horse battery"}
    >>> browser.post("/sign-in", data=said).text
    'page'
    """

    def __init__(
        self, page: ASGIApp, entrance: Entrance, hosts: Hosts, address: str | None = None
    ) -> None:
        self._page, self._entrance, self._hosts, self._address = page, entrance, hosts, address
        # Of their own, so that whoever sends many passwords keeps no other request waiting.
        self._guessing = anyio.CapacityLimiter(_GUESSES)
        self._provider = Provider(entrance.settings) if entrance.settings.openid_issuer else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of who has signed in, or ask to sign in."""
        if scope["type"] != "http":
            await self._page(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            self._hosts.check(scope)
            answer = await self._own(request)
            if answer is None:
                signed_in = await run_in_threadpool(self._entrance.signed_in, request)
                answer = None if signed_in is not None else self._nobody(request)
        except Refused as refused:
            answer = refused.response(scope)
        except (PeopleError, Forbidden) as error:
            answer = self._form(request, str(error), status=403)
        if answer is not None:
            await answer(scope, receive, send)
            return
        counts = partial(self._entrance.counts, signed_in) if signed_in else lambda: True
        await self._page(self._known(scope, signed_in), *while_counting(receive, send, counts))

    async def _own(self, request: Request) -> Response | None:
        """The answer to what is asked of the door itself; None to all else."""
        asked = request.method, request.scope["path"]
        if asked == ("POST", _SIGN_IN) and self._entrance.settings.passwords:
            return await self._by_password(request)
        if asked == ("GET", _PROVIDER) and self._provider is not None:
            return await self._set_out(request, self._provider)
        if asked == ("GET", CALLBACK) and self._provider is not None:
            return await self._come_back(request, self._provider)
        if asked == ("POST", _SIGN_OUT):
            return await self._sign_out(request)
        return None

    def _nobody(self, request: Request) -> Response | None:
        """What is said to whoever has not signed in; None where that is not asked of them."""
        path = request.scope["path"]
        if path.startswith(SHARED):
            return None
        if request.method == "GET" and path == "/":
            return self._form(request)
        return JSONResponse({"detail": texts.SIGN_IN_FIRST}, 401)

    def _form(
        self, request: Request, fault: str = "", query: str | None = None, status: int = 401
    ) -> Response:
        ways = ["password"] if self._entrance.settings.passwords else []
        ways += ["provider"] if self._provider is not None else []
        is_page = request.scope["path"] == "/"
        query = (request.url.query if is_page else "") if query is None else query
        return sign_in_page(request, query, fault, ways, status)

    def _known(self, scope: Scope, signed_in: SignedIn | None) -> Scope:
        headers = self._entrance.hidden(scope, COOKIE, SESSION, DEVICE, _ON_THE_WAY)
        if signed_in is not None:
            known = f"{COOKIE}={signed_in.account.owner}".encode()
            others = [value for name, value in headers if name == b"cookie"]
            headers = [one for one in headers if one[0] != b"cookie"]
            headers.append((b"cookie", b"; ".join([*others, known])))
        return {**scope, "headers": headers}

    # By a password -----------------------------------------------------------------------------

    async def _by_password(self, request: Request) -> Response:
        said = await read_form(request)
        name, query = said.get("name", ""), said.get("query", "")
        account, tried = await anyio.to_thread.run_sync(
            self._try, name, said.get("password", ""), request, limiter=self._guessing
        )
        if account is None:
            fault = texts.NOT_LET_IN if tried else texts.TOO_MANY_ATTEMPTS
            return self._form(request, fault, query, 401 if tried else 429)
        return await run_in_threadpool(self._let_in, request, account, query)

    def _try(self, name: str, password: str, request: Request) -> tuple[Account | None, bool]:
        """Who has this name and password, and whether that was looked at."""
        people, who = self._entrance.people, (name, *self._from(request))
        if not people.sessions.may_try(*who):
            return None, False
        account = people.accounts.with_password(name, password)
        if account is None:
            people.sessions.failed(*who)
        return account, True

    def _from(self, request: Request) -> tuple[str, str]:
        return self._entrance.client(request.scope), request.cookies.get(DEVICE, "")

    def _let_in(self, request: Request, account: Account, query: str) -> Response:
        """A session of its own for whoever has signed in, never one that was there before."""
        people, scope = self._entrance.people, request.scope
        people.sessions.end(request.cookies.get(SESSION, ""))
        hours = self._entrance.settings.hours
        session = people.sessions.begin(account, hours)
        device = people.sessions.device(account, request.cookies.get(DEVICE, ""))
        people.audit.note(account.name, "signed in", address=self._entrance.client(scope))
        answer = RedirectResponse(page_address(request, query), 303)
        self._set(answer, request, SESSION, session, hours * 3600)
        self._set(answer, request, DEVICE, device, _YEAR)
        return answer

    def _set(
        self, answer: Response, request: Request, name: str, value: str, seconds: float
    ) -> None:
        cookie = self._entrance.cookie(name, value, seconds, request.scope)
        MutableHeaders(raw=answer.raw_headers).append("Set-Cookie", cookie)

    async def _sign_out(self, request: Request) -> Response:
        secret = request.cookies.get(SESSION, "")
        await run_in_threadpool(self._entrance.people.sessions.end, secret)
        answer = RedirectResponse(page_address(request), 303, {"Clear-Site-Data": '"storage"'})
        self._set(answer, request, SESSION, "", 0)
        return answer

    # At a provider -----------------------------------------------------------------------------

    async def _set_out(self, request: Request, provider: Provider) -> Response:
        query = request.url.query
        base = self._address or str(request.base_url).rstrip("/")
        try:
            address, said = await run_in_threadpool(provider.set_out, f"{base}{CALLBACK}")
        except PeopleError as error:
            return self._form(request, str(error), query, 503)
        secret = await run_in_threadpool(
            self._entrance.people.sessions.set_out, {**said, "query": query}
        )
        answer = RedirectResponse(address, 303)
        self._set(answer, request, _ON_THE_WAY, secret, _STEP)
        return answer

    async def _come_back(self, request: Request, provider: Provider) -> Response:
        secret = request.cookies.get(_ON_THE_WAY, "")
        said = await run_in_threadpool(self._entrance.people.sessions.come_back, secret) or {}
        try:
            vouched = await run_in_threadpool(provider.vouched, said, str(request.url))
            account = await run_in_threadpool(
                self._entrance.people.accounts.vouched,
                vouched.issuer,
                vouched.subject,
                vouched.name,
                vouched.groups,
            )
        except PeopleError as error:
            return self._form(request, str(error), said.get("query", ""))
        query = said.get("query", "")
        if not account.active:
            return self._form(request, texts.NOT_LET_IN_ANY_MORE, query)
        answer = await run_in_threadpool(self._let_in, request, account, query)
        self._set(answer, request, _ON_THE_WAY, "", 0)
        return answer
