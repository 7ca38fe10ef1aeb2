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


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: the bytes, a file name for them, where they are, and the ISO day."""

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
    """Whether `given` is a web address and no path."""
    return _ADDRESS.match(given) is not None


def fetched(address: str) -> Fetched:
    """What is published at an http or https address, redirects followed.

    Private and loopback addresses are the user's to give, but a public server may not redirect to
    one. Nothing is sent besides the request, and no cookie outlives the call.

    Raises:
        FetchError: there is no such address, its server fails, refuses or takes longer than
            `MAX_SECONDS`, or there are more than `MAX_BYTES`.
    """
    try:
        url = httpx.URL(address.strip())
    except httpx.InvalidURL as error:
        raise FetchError("This is not a web address: copy it from the browser again.") from error
    deadline = _Deadline(MAX_SECONDS)
    guard = _Guard(deadline)
    with httpx.Client(headers=_HEADERS, timeout=_SILENCE) as client, deadline:
        request = client.build_request("GET", url, extensions={"trace": guard})
        for _ in range(MAX_REDIRECTS + 1):
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
    """

    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline
        self._public = False

    def __call__(self, event: str, info: Mapping[str, object]) -> None:
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        stream = info["return_value"]
        connection = stream.get_extra_info("socket")  # type: ignore[attr-defined]
        self._deadline.holds(connection)
        public = _is_public(connection.getpeername()[0])
        if self._public and not public:
            stream.close()  # type: ignore[attr-defined]
            raise FetchError(
                "The address redirects to a machine on the private network, which may be an attack."
                " Give that address itself if you mean it."
            )
        self._public = self._public or public


def _is_public(peer: str) -> bool:
    address = ipaddress.ip_address(peer)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_global


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
