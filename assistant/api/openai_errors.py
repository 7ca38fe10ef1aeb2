"""What goes wrong, as OpenAI's clients read it: a sentence, a type and a code."""

import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from assistant.api.privacy import without_paths
from index.errors import (
    EmptyStore,
    FootnoteError,
    ModelError,
    QuestionError,
    SettingsError,
    UnknownDocument,
)

LARGEST = 4 << 20
"""Bytes of a request: a long conversation, or a thousand passages to embed."""

_TOO_LARGE = 413
_CLIENT_LEFT = 499
"""What nginx logs of a client that has left; nobody reads it."""
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_STATUS: dict[type[Exception], int] = {
    UnknownDocument: 404,
    EmptyStore: 409,
    QuestionError: 400,
    SettingsError: 400,
    ModelError: 503,
}
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Fault(BaseModel):
    """What went wrong.

    >>> Fault(message="The question is empty.", type="invalid_request_error").code is None
    True
    """

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class ErrorReply(BaseModel):
    """The body of every reply that is an error, and the last event of a stream that fails.

    >>> ErrorReply(error=Fault(message="It is late.", type="server_error")).error.type
    'server_error'
    """

    error: Fault


class Unusable(FootnoteError):
    """A request that asks what this interface cannot give; `param` names the field.

    >>> Unusable("n", "One answer is given, not 3.").param
    'n'
    """

    def __init__(
        self, param: str, sentence: str, *, status: int = 400, code: str = "unsupported_value"
    ) -> None:
        super().__init__(sentence)
        self.param, self.status, self.code = param, status, code


REPLIES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorReply, "description": said}
    for status, said in (
        (400, "The request cannot be understood or answered as it is."),
        (404, "There is no such model or document."),
        (409, "Nothing has been added to the store yet."),
        (413, "The request is too large."),
        (429, "Too many questions wait; 'Retry-After' says when to come again."),
        (500, "The store cannot be read."),
        (503, "A model does not answer."),
    )
}
"""Every status but success that the routes give, for their description."""


class Faults:
    """Errors as they are told; the paths of the `stores` are nobody's business.

    >>> status, fault = Faults([]).told(QuestionError("The question is empty."))
    >>> status, fault.code
    (400, 'question_error')
    """

    def __init__(self, stores: Iterable[Path]) -> None:
        self._stores = tuple(stores)

    def told(self, error: FootnoteError) -> tuple[int, Fault]:
        """The HTTP status of an error, and what is told of it."""
        own = getattr(error, "status", None)
        status = own if isinstance(own, int) else _status(error)
        fault = Fault(
            message=without_paths(str(error), self._stores),
            type=_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error"),
            param=getattr(error, "param", None),
            code=getattr(error, "code", None) or _CAPITAL.sub("_", type(error).__name__).lower(),
        )
        return status, fault


def openai_route(faults: Faults) -> type[APIRoute]:
    """A kind of route whose errors have OpenAI's shape, and whose requests are not too large.

    >>> from fastapi import APIRouter, FastAPI
    >>> from fastapi.testclient import TestClient
    >>> router, app = APIRouter(route_class=openai_route(Faults([]))), FastAPI()
    >>> @router.get("/night")
    ... def night():
    ...     raise QuestionError("The question is empty.")
    >>> app.include_router(router)
    >>> TestClient(app).get("/night").json()["error"]["message"]
    'The question is empty.'
    """

    class Route(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handler(request: Request) -> Response:
                headers: Mapping[str, str] = {}
                try:
                    return await handle(Request(request.scope, _limited(request.receive)))
                except FootnoteError as error:
                    status, fault = faults.told(error)
                    headers = getattr(error, "headers", headers)
                except RequestValidationError as error:
                    status, fault = 400, _misunderstood(error)
                except HTTPException as error:
                    status, fault = error.status_code, _unread(error.status_code)
                except ClientDisconnect:
                    return Response(status_code=_CLIENT_LEFT)
                return JSONResponse(ErrorReply(error=fault).model_dump(), status, dict(headers))

            return handler

    return Route


def _status(error: FootnoteError) -> int:
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def _limited(receive: Receive) -> Receive:
    """A way to receive that ends where a body is too large."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST:
            raise HTTPException(_TOO_LARGE)
        return message

    return limited


def _unread(status: int) -> Fault:
    """What FastAPI says of a body that it does not read."""
    if status == _TOO_LARGE:
        sentence, code = f"A request may have {LARGEST >> 20} MiB; this one has more.", "too_large"
    else:
        sentence, code = "The body is not valid JSON, or is nested too deep.", "invalid_json"
    return Fault(message=sentence, type="invalid_request_error", param="body", code=code)


def _misunderstood(error: RequestValidationError) -> Fault:
    """What is wrong with a request, by its first fault; the values in it are not repeated."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    if first["type"] == "json_invalid":
        sentence, code = "The body is not valid JSON.", "invalid_json"
    else:
        sentence, code = f"{place or 'The body'} cannot be used: {first['msg']}.", "invalid_value"
    return Fault(message=sentence, type="invalid_request_error", param=place or None, code=code)
