"""What the page does not take, told as a sentence with an HTTP status."""

from collections.abc import Callable

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Message, Receive, Scope

from index.errors import FootnoteError

UPLOAD = "/gradio_api/upload"


class Refused(FootnoteError):
    """A request that the page does not take; `status` is HTTP's number for the reason."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status

    def response(self, scope: Scope) -> Response:
        """The answer to the request, in the form in which the page's own scripts show it."""
        # What is unread of the body must not be taken for the next request.
        headers = {"Connection": "close"}
        if scope["path"] == UPLOAD:
            return PlainTextResponse(str(self), self.status, headers)
        return JSONResponse({"detail": str(self)}, self.status, headers)


def counted(receive: Receive, count: Callable[[int], None]) -> Receive:
    """`receive`, with `count` told of the bytes of each piece before anyone else sees it."""

    async def counting() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            count(len(message.get("body", b"")))
        return message

    return counting
