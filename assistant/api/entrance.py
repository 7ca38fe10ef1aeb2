"""Who sends a request where people share an installation: by a session, or a proxy's word.

What a client says of itself is believed of nobody: the headers of a proxy count only where it is
one whose address the settings name, and are taken away everywhere else.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from assistant.api.problems import Forbidden
from assistant.people.accounts import PROXY, Account
from assistant.people.people import People
from assistant.people_settings import PeopleSettings
from index.errors import ServeError

SESSION, DEVICE = "footnote_session", "footnote_device"
_SAFE = ("GET", "HEAD")
_COUNTS_STILL = 1.0
"""Seconds after which it is looked again whether whoever sent a request under way is let in."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sends a request; `session` is the secret of their session, where they have one.

    >>> made = people.accounts.add("Ada", "correct horse battery")
    >>> SignedIn(made).account.name
    'Ada'
    """

    account: Account
    session: str = ""


class Entrance:
    """Knows people by their requests. Thread-safe.

    >>> entrance = Entrance(people, PeopleSettings(proxies="10.0.0.2"))
    >>> ada = [(b"x-forwarded-user", b"Ada"), (b"x-forwarded-groups", b"partners")]
    >>> asked = {"type": "http", "method": "GET", "headers": ada, "client": ("10.0.0.2", 9)}
    >>> entrance.signed_in(HTTPConnection(asked)).account.person
    Person(name='Ada', groups=frozenset({'partners'}))
    >>> entrance.signed_in(HTTPConnection({**asked, "client": ("10.0.0.3", 9)})) is None
    True
    """

    def __init__(
        self, people: People, settings: PeopleSettings, address: str | None = None
    ) -> None:
        self.people, self.settings = people, settings
        self._is_secure = (address or "").startswith("https:")

    def signed_in(self, request: HTTPConnection) -> SignedIn | None:
        """Who sends a request; None where nobody is known by it, or is let in no longer.

        Raises:
            PeopleError: a proxy vouches for somebody who bears another's name.
            Forbidden: it would change something, and no browser says from which page it comes.
        """
        found = self._by_proxy(request) or self._by_session(request)
        if found is None:
            return None
        said = "origin" in request.headers or "sec-fetch-site" in request.headers
        # Those are compared with our own names before; a page elsewhere must not go without.
        if request.scope["method"] not in _SAFE and not said:
            raise Forbidden("Say in 'Origin' from which page this comes, or send a token.")
        return found

    def counts(self, signed_in: SignedIn) -> bool:
        """Whether somebody is let in still, and their session has not ended."""
        if signed_in.session:
            return self.people.sessions.account(signed_in.session) is not None
        return self.people.accounts.by_owner(signed_in.account.owner) is not None

    def client(self, scope: Scope) -> str:
        """The address from which a request comes, as far as proxies are believed."""
        address = str((scope.get("client") or ("",))[0])
        told = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        while self.settings.is_proxy(address) and told and told[-1].strip():
            address = told.pop().strip()
        return address

    def is_secure(self, scope: Scope) -> bool:
        """Whether the browser's way to us, or to the proxy before us, is protected."""
        by_proxy = self._is_by_proxy(scope) and (
            Headers(scope=scope).get("x-forwarded-proto", "") == "https"
        )
        return self._is_secure or by_proxy or scope.get("scheme") == "https"

    def hidden(self, scope: Scope, *cookies: str) -> list[tuple[bytes, bytes]]:
        """The headers of a request without these cookies, and without what proxies say."""
        kept = dict(HTTPConnection(scope).cookies)
        for name in cookies:
            kept.pop(name, None)
        told = {self.settings.proxy_name.lower(), self.settings.proxy_groups.lower(), "cookie"}
        headers = [one for one in scope["headers"] if one[0].decode("latin-1").lower() not in told]
        if kept:
            line = "; ".join(f"{name}={value}" for name, value in kept.items())
            headers.append((b"cookie", line.encode("latin-1", errors="replace")))
        return headers

    def cookie(self, name: str, value: str, seconds: float, scope: Scope, path: str = "/") -> str:
        """A cookie that no script reads and no page elsewhere sends; no seconds take it away."""
        cookie = SimpleCookie({name: value})
        cookie[name] |= {"path": path, "max-age": int(seconds), "httponly": True, "samesite": "Lax"}
        cookie[name]["secure"] = self.is_secure(scope)
        return cookie[name].OutputString()

    # -------------------------------------------------------------------------------------------

    def _by_session(self, request: HTTPConnection) -> SignedIn | None:
        secret = request.cookies.get(SESSION, "")
        account = self.people.sessions.account(secret)
        return None if account is None else SignedIn(account, secret)

    def _by_proxy(self, request: HTTPConnection) -> SignedIn | None:
        if not (self.settings.proxy_vouches and self._is_by_proxy(request.scope)):
            return None
        names = request.headers.getlist(self.settings.proxy_name)
        if len(names) != 1 or not names[0].strip():
            return None
        name = names[0].strip()
        groups = ",".join(request.headers.getlist(self.settings.proxy_groups)).split(",")
        account = self.people.accounts.vouched(PROXY, name, name, groups)
        return SignedIn(account) if account.active else None

    def _is_by_proxy(self, scope: Scope) -> bool:
        return self.settings.is_proxy(str((scope.get("client") or ("",))[0]))


def check_people(settings: PeopleSettings, people: People) -> None:
    """Refuse to serve where nobody could sign in.

    Raises:
        ServeError: nobody is there, and no provider or proxy brings them.

    >>> check_people(PeopleSettings(), people)
    Traceback (most recent call last):
        ...
    index.errors.ServeError: Nobody could sign in: let somebody in first ('footnote user add NAME').
    """
    by_others = settings.openid_issuer or (settings.proxies and settings.proxy_vouches)
    if not by_others and not any(one.active for one in people.accounts.listed()):
        raise ServeError("Nobody could sign in: let somebody in first ('footnote user add NAME').")


def while_counting(
    receive: Receive, send: Send, counts: Callable[[], bool]
) -> tuple[Receive, Send]:
    """Both ends of a request that is cut off as soon as whoever sent it counts no longer.

    `receive` tells then that the client has left, and `send` that the answer is over: a stream ends
    before its next piece. What has said how long it is goes out whole.

    >>> from anyio.from_thread import start_blocking_portal
    >>> async def forever():
    ...     await asyncio.sleep(3600)
    >>> receive, _ = while_counting(forever, print, lambda: False)
    >>> with start_blocking_portal() as portal:
    ...     portal.call(receive)
    {'type': 'http.disconnect'}
    """
    over = streams = False

    async def receiving() -> Message:
        coming = asyncio.ensure_future(receive())
        try:
            while not (await asyncio.wait({coming}, timeout=_COUNTS_STILL))[0]:
                if over or not await run_in_threadpool(counts):
                    return {"type": "http.disconnect"}
            return coming.result()
        finally:
            coming.cancel()

    async def sending(message: Message) -> None:
        nonlocal over, streams
        if over:
            return
        if message["type"] == "http.response.start":
            streams = "content-length" not in Headers(raw=message["headers"])
        elif streams and message.get("body") and not await run_in_threadpool(counts):
            over = True
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await send(message)

    return receiving, sending
