"""A web address → what is published there: asked once, at the user's request, and not again."""

import codecs
import ipaddress
import mimetypes
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import PurePosixPath
from urllib.parse import unquote

import httpx

from index.document import Document
from index.errors import FetchError

MAX_BYTES = 100 * 2**20
"""A longer answer is refused."""
MAX_SECONDS = 60.0
"""From the request to the last byte, over all redirects."""
MAX_REDIRECTS = 10

_SILENCE = 20.0  # seconds without a byte
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_HEADERS = {
    "User-Agent": f"Footnote/{version('footnote-assistant')}",
    "Accept": "text/html, application/xhtml+xml, application/pdf, text/*;q=0.9, */*;q=0.8",
    # The decoders of these two unpack bit by bit; that of brotli may fill the memory at once.
    "Accept-Encoding": "gzip, deflate",
}
_UNPACKED = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_FILENAME = re.compile(r"filename\s*=\s*(?:\"([^\"]+)\"|([^;\s]+))", re.IGNORECASE)
_TYPED = frozenset({"text/html", "text/markdown", "text/csv", "application/json", "text/plain"})

_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("169.254.0.0/16", "fe80::/10"),  # link-local: among them most metadata servers
        *("fd00:ec2::254/128", "fd20:ce::254/128"),  # metadata servers of Amazon and Google
        *("100.100.100.200/32", "168.63.129.16/32"),  # of Alibaba and Microsoft
    )
)
"""Where machines are told their own keys and settings: no page stands there."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_OWN_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")
"""Endings of names that belong to the network one is in; nobody else can have them."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: the bytes, a file name for them, where they are, and the ISO day.

    >>> page = Fetched(b"The pier fell.", "storm.txt", "https://news.example/storm", "2026-11-13")
    >>> page.stamped(Document("The pier fell.", "Storm", "text/plain")).source
    'https://news.example/storm'
    """

    data: bytes
    name: str
    source: str
    accessed: str

    def stamped(self, document: Document) -> Document:
        """`document`, read from the data, with its address and the day of access.

        The canonical address that a page states is kept where it is on the same site; on another
        it is only a claim.
        """
        stated = document.source if document.source and is_address(document.source) else ""
        canonical = bool(stated) and _site(stated) == _site(self.source)
        source = stated if canonical else self.source
        return replace(document, source=source, accessed=self.accessed)


def is_address(given: str) -> bool:
    """Whether `given` is a web address and no path.

    >>> is_address("https://news.example/storm"), is_address("news/storm.html")
    (True, False)
    """
    return _ADDRESS.match(given) is not None


def fetched(address: str) -> Fetched:
    """What is published at an http or https address, redirects followed.

    A private or loopback address, or a name that only the own network knows, is the user's to
    give, and may redirect to itself; no other address leads to one, by a redirect or because its
    name resolves to it. Link-local addresses and those of metadata servers are never asked.
    Nothing is sent besides the request, and no cookie outlives the call.

    Raises:
        FetchError: there is none, its server fails, refuses or is too slow, or it is too long.

    >>> fetched("ftp://news.example/storm.txt")
    Traceback (most recent call last):
        ...
    index.errors.FetchError: Only http and https addresses can be fetched, not 'ftp://...'.
    """
    try:
        url = httpx.URL(address.strip())
    except httpx.InvalidURL as error:
        raise FetchError("This is not a web address: copy it from the browser again.") from error
    deadline = _Deadline(MAX_SECONDS)
    guard = _Guard(deadline, url.host)
    with httpx.Client(headers=_HEADERS, timeout=_SILENCE) as client, deadline:
        request = client.build_request("GET", url, extensions={"trace": guard})
        for _ in range(MAX_REDIRECTS + 1):
            guard.check(request.url.host)
            answer = _answer(client, request, deadline)
            if isinstance(answer, Fetched):
                return answer
            request = answer
    raise FetchError(f"The address redirects more than {MAX_REDIRECTS} times.")


def _answer(
    client: httpx.Client, request: httpx.Request, deadline: "_Deadline"
) -> Fetched | httpx.Request:
    """What the server of one request gives, or the request that it redirects to."""
    url = request.url
    if url.scheme not in ("http", "https") or not url.host:
        raise FetchError(f"Only http and https addresses can be fetched, not {str(url)[:200]!r}.")
    try:
        response = client.send(request, stream=True)
        try:
            if response.next_request is not None:
                return response.next_request
            _check(response)
            data = _body(response, deadline)
        finally:
            response.close()
    except (httpx.RequestError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
        raise FetchError(_reason(error, url.host, deadline)) from error
    source = str(url.copy_with(userinfo=b"", fragment=None))
    return Fetched(_as_utf8(data, response), _name(response), source, date.today().isoformat())


class _Deadline:
    """Ends the connection that is open when the time is up: a server may dribble for ever."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True
        self._open: socket.socket | None = None

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._end

    def holds(self, connection: socket.socket) -> None:
        """Watch the connection that is open from now on."""
        self._open = connection

    def _hang_up(self) -> None:
        if self._open is not None:
            with suppress(OSError):  # it has ended by itself
                self._open.shutdown(socket.SHUT_RDWR)


class _Guard:
    """Looks at every connection before a request is sent over it (httpx's `trace` extension).

    The peer itself is looked at, not the name: a name may mean another machine a moment later.

    Args:
        deadline: watches the connection.
        typed: the host that the user gave.
    """

    def __init__(self, deadline: _Deadline, typed: str) -> None:
        self._deadline = deadline
        self._typed = typed
        self._host = typed
        self._left = False
        self._direct = True

    def check(self, host: str) -> None:
        """Look at the host that is asked next, before anything is.

        Raises:
            FetchError: it is never asked.
        """
        self._host = host
        address = _literal(host)
        if address is not None and _is_never_asked(address):
            raise _never()
        # A proxy connects in our place, so that its peers are not seen.
        if not self._direct and not self._may_be_private():
            own = _is_of_own_network(host) if address is None else not _is_public(str(address))
            if own:
                raise _private()

    def __call__(self, event: str, info: Mapping[str, object]) -> None:
        if event == "connection.connect_tcp.started":
            self._direct = str(info["host"]).lower() == self._host.lower()
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        stream = info["return_value"]
        connection = stream.get_extra_info("socket")  # type: ignore[attr-defined]
        self._deadline.holds(connection)
        if not self._direct:
            self.check(self._host)
            return
        peer = connection.getpeername()[0]
        public = _is_public(peer)
        refusal = None
        if _is_never_asked(ipaddress.ip_address(peer)):
            refusal = _never()
        elif not public and not self._may_be_private():
            refusal = _private()
        if refusal is not None:
            stream.close()  # type: ignore[attr-defined]
            raise refusal
        self._left = self._left or public

    def _may_be_private(self) -> bool:
        """Whether the host is the user's own, and no public server has led there."""
        return self._host == self._typed and not self._left and _is_of_own_network(self._typed)


def _is_public(peer: str) -> bool:
    return _embedded(ipaddress.ip_address(peer)).is_global


def _is_never_asked(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    # Without the zone, by which an address on one of several networks is told.
    plain = ipaddress.ip_address(str(_embedded(address)).partition("%")[0])
    return any(plain in network for network in _NEVER)


def _embedded(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address stands for, or else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is, also as a single number or in octal; None for a name."""
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    with suppress(OSError):
        return ipaddress.IPv4Address(socket.inet_aton(host))
    return None


def _is_of_own_network(host: str) -> bool:
    """Whether only the network one is in knows a host: an address, or a name without a domain."""
    name = host.rstrip(".").lower()
    return (
        _literal(host) is not None
        or "." not in name
        or any(name.endswith(f".{ending}") for ending in _OWN_NAMES)
    )


def _private() -> FetchError:
    return FetchError(
        "The address leads to a machine on the private network, which may be an attack. "
        "Give that machine's own address if you mean it."
    )


def _never() -> FetchError:
    return FetchError(
        "The address leads to where machines are told their own keys (link-local, or a metadata "
        "server): nothing is fetched from there."
    )


def _check(response: httpx.Response) -> None:
    """Refuse an answer that is not the page."""
    status = response.status_code
    if status in (404, 410):
        raise FetchError(f"There is no such page: the server answers {status}.")
    if status in (401, 402, 403, 407, 429, 451):
        raise FetchError(
            f"The server does not give the page to programs ({status}): "
            "save it in the browser and add the file."
        )
    if status >= 500:
        raise FetchError(f"The server has a fault ({status}): try again later.")
    if status not in (200, 203):
        raise FetchError(f"The server gives no page: it answers {status}.")
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed not in _UNPACKED:
        raise FetchError(f"The server packs the page in a way that was not asked for: {packed!r}.")
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise _too_large()


def _body(response: httpx.Response, deadline: _Deadline) -> bytes:
    data = bytearray()
    for part in response.iter_bytes(2**16):
        data += part
        if len(data) > MAX_BYTES:
            raise _too_large()
        if deadline.passed:
            raise _too_slow()
    return bytes(data)


def _too_large() -> FetchError:
    return FetchError(
        f"There are more than {MAX_BYTES >> 20} MiB at the address: save it to a file and add that."
    )


def _too_slow() -> FetchError:
    return FetchError(f"The server took longer than {MAX_SECONDS:.0f} seconds: try again later.")


def _reason(error: Exception, host: str, deadline: _Deadline) -> str:
    """What went wrong, as one line for the person who gave the address."""
    if deadline.passed:
        return str(_too_slow())
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) and isinstance(
        cause, Exception
    ):
        causes.append(cause)
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return f"No server called {host!r} is found: check the address and the connection."
        if isinstance(cause, ssl.SSLCertVerificationError):
            said = cause.verify_message.rstrip(".")
            return f"The certificate of {host!r} cannot be trusted: {said}."
        if isinstance(cause, ssl.SSLError):
            return f"No secure connection to {host!r} comes about: {cause.reason or cause}."
        if isinstance(cause, httpx.UnsupportedProtocol | httpx.InvalidURL):
            return f"{host!r} redirects to something that is no web address."
    if isinstance(error, httpx.TimeoutException):
        return f"{host!r} does not answer: try again later."
    if isinstance(error, httpx.ConnectError):
        return f"{host!r} does not accept the connection: check the address."
    if isinstance(error, httpx.DecodingError):
        return f"What {host!r} sends is damaged: it cannot be unpacked."
    return f"The connection to {host!r} broke off: try again."


def _as_utf8(data: bytes, response: httpx.Response) -> bytes:
    """Text in the encoding that the server states, which the bytes alone may not tell."""
    kind = _media_type(response)
    encoding = response.charset_encoding
    if encoding is None or not (kind.startswith("text/") or kind.endswith("xml")):
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return codecs.BOM_UTF8 + data.decode(encoding, "replace").encode()
        except (LookupError, ValueError):
            pass  # an encoding nobody knows states nothing
    return data


def _media_type(response: httpx.Response) -> str:
    stated: str = response.headers.get("content-type", "")
    return stated.partition(";")[0].strip().lower()


def _name(response: httpx.Response) -> str:
    """A file name: what the server calls it, or the path's last part, or the server's name."""
    given = _FILENAME.search(response.headers.get("content-disposition", ""))
    path = unquote(response.url.path)
    name = PurePosixPath((given[1] or given[2]) if given else path).name
    name = "".join(c for c in name if c.isprintable())[:200]
    if not name:
        return f"{response.url.host}.html"
    kind = _media_type(response)
    suffix = mimetypes.guess_extension(kind) if kind in _TYPED else None
    if kind == "text/html" and mimetypes.guess_type(name)[0] != kind:
        return f"{name}{suffix}"
    return name if PurePosixPath(name).suffix or suffix is None else f"{name}{suffix}"


def _site(address: str) -> str:
    return httpx.URL(address).host.removeprefix("www.")
