"""Who calls, and what may come in: names, origins, tokens, rates and sizes, before anything else.

Without a token only programs and people of this machine get in, and only where the server is not
meant for others: it listens on a loopback address, and no setting names further hosts.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Send
from starlette.types import Scope as Connection

from assistant.api.entrance import Entrance, SignedIn, while_counting
from assistant.api.metrics import Metrics
from assistant.api.problems import (
    MEDIA_TYPE,
    Forbidden,
    Problem,
    RequestError,
    TooBusy,
    TooLarge,
    Unauthorised,
    status_of,
)
from assistant.api.tokens import PREFIX, SCOPES, Scope, Tokens
from assistant.api.turns import Rates
from assistant.people.accounts import Account
from assistant.people.person import Person
from assistant.web.hosts import Hosts
from index.errors import FootnoteError, ServeError

LARGEST = 4 << 20
"""Bytes of a request that brings no file: a draft as long as several books, pasted."""

_PROBES = frozenset({"/healthz", "/readyz"})
"""What a supervisor asks, by whatever name it has for this server; they tell nothing else."""
_OPEN = ("/api/docs", "/api/openapi.json", "/api/assets/")
"""What describes the interface needs no token."""
_BY_ASKING = ("/v1/", "/mcp")
"""The interfaces of other makes, whose every request is for asking."""
_FILES = re.compile(r"/api/v1/(documents(/[^/]+/file)?|cite/file|verify)")
"""What takes files, which wait on the disk where they come as a form of several parts; any other
body is held in memory."""
_WITH_FILES, _WITHOUT = 4, 64
"""How many of the largest requests of each kind may be there at a time, in all."""
_HERE, _TOKEN = "here", "token:"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request; what they keep is found by `id`, and by nobody else.

    `person` is who that is, where people share the store; `counts` tells, as long as the request
    lasts, whether they are let in still.

    >>> Caller("here", "this machine", frozenset(SCOPES)).may("write")
    True
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    rate: int | None = None
    person: Person | None = None
    counts: Callable[[], bool] | None = field(default=None, compare=False, repr=False)

    def may(self, scope: Scope) -> bool:
        """Whether the caller may do that."""
        return scope in self.scopes


class Access:
    """Who is let in to one served store.

    >>> tokens = Tokens(tmp_path)
    >>> secret, _ = tokens.make("agent", ["read"])
    >>> Access(tokens, needs_token=True).caller(secret).name
    'agent'
    >>> Access(tokens, needs_token=True).caller(None)
    Traceback (most recent call last):
        ...
    assistant.api.problems.Unauthorised: This needs a token: send 'Authorization: Bearer …' ...
    >>> tokens.close()
    """

    def __init__(
        self, tokens: Tokens, *, needs_token: bool, entrance: Entrance | None = None
    ) -> None:
        self._tokens, self._entrance = tokens, entrance
        self.needs_token = needs_token or entrance is not None

    @property
    def store(self) -> str:
        """The folder of the store, which no error names."""
        return str(self._tokens.folder)

    def admit(self, request: HTTPConnection) -> Caller:
        """Who sends a request: by its token, or as somebody who is signed in.

        Raises:
            Unauthorised: neither is there, or it does not count.
        """
        secret = _bearer(request)
        if secret is None and self._entrance is not None:
            signed_in = self._entrance.signed_in(request)
            if signed_in is not None:
                counts = partial(self._entrance.counts, signed_in)
                return _somebody(self._entrance, signed_in.account, counts)
        return self.caller(secret)

    def caller(self, secret: str | None) -> Caller:
        """Who a token belongs to, or this machine.

        Raises:
            Unauthorised: a token is needed and none is given, or it does not count.
        """
        # Clients of other interfaces send some word where no key is needed.
        if secret is None or not (secret.startswith(PREFIX) or self.needs_token):
            if self.needs_token:
                raise Unauthorised(
                    "This needs a token: send 'Authorization: Bearer …' with one that "
                    "'footnote token add' has made."
                )
            return Caller(_HERE, "this machine", frozenset(SCOPES))
        token = self._tokens.find(secret)
        if token is None:
            raise Unauthorised("There is no such token, or it was revoked.")
        if token.has_ended(datetime.now(UTC)):
            raise Unauthorised(
                f"This token ended on {token.ends:%Y-%m-%d}: have a new one made with "
                "'footnote token add'."
            )
        id_, scopes = f"{_TOKEN}{token.id}", frozenset(token.scopes)
        still = partial(self.counts, id_)
        entrance = self._entrance
        if entrance is None:
            return Caller(id_, token.name, scopes, token.rate, counts=still)
        account = entrance.people.accounts.by_owner(f"person:{token.person}")
        if account is None:
            raise Unauthorised(
                "This token belongs to nobody who is let in: have one made with 'footnote token "
                "add NAME --person PERSON'."
            )
        let_in = SignedIn(account)
        caller = _somebody(entrance, account, lambda: still() and entrance.counts(let_in))
        return replace(caller, scopes=caller.scopes & scopes, rate=token.rate)

    def counts(self, caller_id: str) -> bool:
        """Whether the token of a caller counts still."""
        return self._tokens.counts(caller_id.removeprefix(_TOKEN))


def _somebody(entrance: Entrance, account: Account, counts: Callable[[], bool]) -> Caller:
    """A person as a caller: the figures of the server are for those who run it."""
    owns = entrance.settings.owners in account.person.groups
    scopes = frozenset(SCOPES) if owns else frozenset(SCOPES) - {"metrics"}
    return Caller(account.owner, account.name, scopes, None, account.person, counts)


def check_exposure(names: Iterable[str], sign_in: str, tokens: Tokens) -> bool:
    """Whether others than this machine reach a server, which begins only if they were let in.

    Args:
        names: the address that is listened on, and further names by which it is reached.
        sign_in: how people do that: 'token', 'proxy', or 'people' as the settings say.
        tokens: with which they do.

    Raises:
        ServeError: others would reach the page, and no token is there with which they sign in.

    >>> check_exposure(["127.0.0.1"], "token", Tokens(tmp_path))
    False
    >>> check_exposure(["127.0.0.1", "notes.example"], "token", Tokens(tmp_path))
    Traceback (most recent call last):
        ...
    index.errors.ServeError: Everybody who reaches notes.example could ask and change the ...
    """
    others = [name for name in names if not is_own(name)]
    if others and sign_in == "token" and not tokens.any_live():
        raise ServeError(
            f"Everybody who reaches {others[0]} could ask and change the documents: make a token "
            "first ('footnote token add NAME'), with which they sign in; or, where a proxy has "
            "them sign in, set FOOTNOTE_SIGN_IN=proxy."
        )
    return bool(others)


def is_own(name: str) -> bool:
    """Whether an address is one of this machine alone; what is no address is a name of others'.

    >>> is_own("127.0.0.1"), is_own("0.0.0.0"), is_own("notes.example")
    (True, False, False)
    """
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def allows(scope: Scope) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency of a route: the caller, who may do this.

    >>> allows("write").__name__
    'allowed'
    """

    async def allowed(request: Request) -> Caller:
        caller: Caller = request.state.caller
        if not caller.may(scope):
            raise Forbidden(f"This token has not the scope {scope!r}, which this needs.")
        return caller

    return allowed


async def _anyone(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


Anyone = Annotated[Caller, Depends(_anyone)]
"""A route's argument: the caller, whatever they may do; those below may do what they are named."""
Reader = Annotated[Caller, Depends(allows("read"))]
Asker = Annotated[Caller, Depends(allows("ask"))]
Editor = Annotated[Caller, Depends(allows("write"))]
Watcher = Annotated[Caller, Depends(allows("metrics"))]


class Door:
    """Lets in what may come in, and tells the rest why not, as a problem.

    Args:
        app: what answers.
        hosts: the names of the server.
        access: who is let in.
        metrics: count what was asked.
        largest: bytes of a request that brings files.

    >>> from starlette.testclient import TestClient
    >>> hosts, access = Hosts("localhost", "127.0.0.1"), Access(Tokens(tmp_path), needs_token=True)
    >>> door = Door(FastAPI(), hosts=hosts, access=access, metrics=Metrics(), largest=1 << 20)
    >>> TestClient(door, "http://localhost").get("/api/v1/documents").status_code
    401
    """

    def __init__(
        self, app: FastAPI, *, hosts: Hosts, access: Access, metrics: Metrics, largest: int
    ) -> None:
        self.app, self._hosts, self._access = app, hosts, access
        self._metrics = metrics
        self._texts = _Room(LARGEST, _WITHOUT * LARGEST)
        self._files = _Room(largest, _WITH_FILES * largest)
        self._rates = Rates()

    def lifespan(self) -> AbstractAsyncContextManager[object]:
        """What the routes need as long as they are served."""
        return self.app.router.lifespan_context(self.app)

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            with self._metrics.request(scope) as answered:
                body = _Body(self._texts, over=not _has_body(scope))
                sending = _noting(send, answered, body)
                try:
                    receive, sending = await self._admitted(scope, receive, sending, body)
                except FootnoteError as error:
                    refusal = problem_response(error, self._access.store)
                    await refusal(scope, receive, sending)
                else:
                    await self.app(scope, receive, sending)
                finally:
                    body.room.taken -= body.taken

    async def _admitted(
        self, scope: Connection, receive: Receive, send: Send, body: "_Body"
    ) -> tuple[Receive, Send]:
        """Both ends of a request that may come in, with its caller noted.

        Raises:
            FootnoteError: it may not.
        """
        path = scope["path"]
        if path in _PROBES:
            return receive, send
        self._hosts.check(scope)
        if path.startswith(_OPEN):
            return receive, send
        request = HTTPConnection(scope)
        caller = await run_in_threadpool(self._access.admit, request)
        if caller.rate is not None:
            self._rates.take(caller.id, caller.rate)
        scope.setdefault("state", {})["caller"] = caller
        if path.startswith(_BY_ASKING) and not caller.may("ask"):
            raise Forbidden("This token has not the scope 'ask', which this needs.")
        if scope["method"] in ("POST", "PUT") and _FILES.fullmatch(path):
            if not (caller.may("write") or caller.may("ask")):
                raise Forbidden("This token may send no files.")
            if _media_type(request) == "multipart/form-data":
                body.room = self._files
        declared = request.headers.get("content-length", "")
        body.check(int(declared) if declared.isascii() and declared.isdecimal() else 0)
        receive = body.counted(receive)
        return (
            (receive, send)
            if caller.counts is None
            else while_counting(receive, send, caller.counts)
        )


def problem_response(error: FootnoteError, store: str = "") -> JSONResponse:
    """The answer that tells an error.

    >>> problem_response(TooLarge("At most 4 MiB are taken at once.")).status_code
    413
    """
    return JSONResponse(
        Problem.of(error, store).model_dump(exclude_defaults=True),
        status_of(error),
        getattr(error, "headers", {}),
        MEDIA_TYPE,
    )


@dataclass
class _Room:
    """What bodies of one kind may take up in bytes, `each` of them and `all` together."""

    each: int
    all: int
    taken: int = 0


@dataclass
class _Body:
    """What has arrived of a request's body, and where it is held until the request is answered."""

    room: _Room
    over: bool
    taken: int = 0

    def check(self, more: int) -> None:
        """Raise TooLarge or TooBusy where `more` bytes are more than are taken."""
        if self.taken + more > self.room.each:
            raise TooLarge(f"At most {self.room.each >> 20:,} MiB are taken in this request.")
        if self.room.taken + more > self.room.all:
            raise TooBusy("Others are sending very much; try again a little later.", 30)

    def counted(self, receive: Receive) -> Receive:
        """`receive`, with what arrives counted before anyone else sees it."""

        async def counting() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self._grow(len(message.get("body", b"")))
                self.over = not message.get("more_body", False)
            return message

        return counting

    def _grow(self, more: int) -> None:
        try:
            self.check(more)
        except RequestError as error:
            # The only kind that FastAPI passes on from where a body is read.
            raise HTTPException(error.status, str(error), dict(error.headers)) from error
        self.taken += more
        self.room.taken += more


def _media_type(request: HTTPConnection) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _bearer(request: HTTPConnection) -> str | None:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret.strip() else None


def _has_body(scope: Connection) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _noting(send: Send, answered: Callable[[int], None], body: _Body) -> Send:
    """`send`, with the status noted.

    An answer before the end of a body closes the connection: the rest must not be taken for the
    next request, and may have no end.
    """

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered(message["status"])
            if not body.over:
                headers = [*message.get("headers", ()), (b"connection", b"close")]
                message = {**message, "headers": headers}
        await send(message)

    return sending
