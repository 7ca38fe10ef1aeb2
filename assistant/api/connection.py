"""The connection of a client to a server: what is sent, and what went wrong as the family's errors.

A server that is busy is asked again when it said so.
"""

import time
from collections.abc import Generator, Iterable
from copy import copy
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from assistant.api.event_stream import parse_events
from assistant.api.problems import Problem, error_of
from index.errors import FootnoteError

T = TypeVar("T")

_TIMEOUT = httpx.Timeout(600.0, connect=10.0)
"""Seconds: a model that writes takes its time; a server that is not there does not."""
_TRIES = 5
"""How often a server that is busy is asked, each time when it said to come again."""
_API = "/api/v1"


class NoServer(FootnoteError):
    """The server cannot be reached, or what answers is none.

    >>> from assistant import Assistant
    >>> with Assistant(url="http://127.0.0.1:9") as assistant:
    ...     assistant.documents()
    Traceback (most recent call last):
        ...
    assistant.api.connection.NoServer: No Footnote answers at http://127.0.0.1:9: ...
    """


class Server:
    """A server as a client asks it; every method raises the error that the server tells.

    Args:
        url: where it is, without a slash at the end.
        token: one of its own.

    Raises:
        NoServer: from any method, where no server answers, or none of Footnote's.

    >>> server = Server("http://127.0.0.1:9", token=None)
    >>> server.send("GET", "/about")
    Traceback (most recent call last):
        ...
    assistant.api.connection.NoServer: No Footnote answers at http://127.0.0.1:9: ...
    >>> server.close()
    """

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=_TIMEOUT)
        self._only: list[tuple[str, str]] = []

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def within(self, collections: Iterable[str]) -> "Server":
        """The same, with all that is asked limited to these collections."""
        other = copy(self)
        other._only = [("collection", name) for name in collections]
        return other

    def read(self, kind: type[T], method: str, path: str, **sent: Any) -> T:  # noqa: ANN401
        """What comes back, as a value of this type."""
        answer = self.send(method, path, **sent)
        try:
            return TypeAdapter(kind).validate_json(answer.content)
        except ValidationError as error:
            raise self._strange() from error

    def send(self, method: str, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401
        """What comes back."""
        for tries in range(1, _TRIES + 1):
            try:
                answer = self._client.request(method, f"{_API}{path}", **self._limited(sent))
            except httpx.TransportError as error:
                raise self._no_server(error) from error
            # A body of files has been read to its end, and is not there once more.
            if answer.status_code != 429 or tries == _TRIES or "files" in sent:
                break
            time.sleep(_seconds(answer))
        if answer.is_success:
            return answer
        raise self._told(answer)

    def events(
        self,
        method: str,
        path: str,
        **sent: Any,  # noqa: ANN401
    ) -> Generator[tuple[str, str], None, None]:
        """Kind and data of each event that is told; left early, the connection is closed."""
        for tries in range(1, _TRIES + 1):
            try:
                with self._client.stream(method, f"{_API}{path}", **self._limited(sent)) as answer:
                    if answer.is_success:
                        yield from parse_events(answer.iter_lines())
                        return
                    answer.read()
            except httpx.TransportError as error:
                raise self._no_server(error) from error
            if answer.status_code != 429 or tries == _TRIES:
                raise self._told(answer)
            time.sleep(_seconds(answer))

    def _limited(self, sent: dict[str, Any]) -> dict[str, Any]:
        if not self._only:
            return sent
        return {**sent, "params": httpx.QueryParams(tuple(self._only)).merge(sent.get("params"))}

    def _told(self, answer: httpx.Response) -> FootnoteError:
        try:
            return error_of(Problem.model_validate_json(answer.content))
        except ValidationError:
            return self._strange()

    def _strange(self) -> NoServer:
        return NoServer(
            f"What answers at {self._url} is no Footnote, or one of another version: check the "
            "address, with the path below which it is served."
        )

    def _no_server(self, error: httpx.TransportError) -> NoServer:
        said = str(error).rstrip(".") or type(error).__name__
        return NoServer(
            f"No Footnote answers at {self._url}: {said}. Is 'footnote serve' running there?"
        )


def _seconds(answer: httpx.Response) -> float:
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else 1.0
