"""What can go wrong with an endpoint, in one line each, without its key."""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import openai

from index.errors import FootnoteError

_OVERFLOW = re.compile(
    r"context.{0,40}(?:length|window|size|limit|exceed)|exceed.{0,40}context|maximum.{0,30}tokens"
    r"|too many tokens|prompt is too long",
    re.IGNORECASE | re.DOTALL,
)


_FIRST_PAUSE = 0.5
_NOT_UNDERSTOOD = (
    json.JSONDecodeError,
    UnicodeDecodeError,
    openai.APIError,
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
)
"""What the client raises where a reply has not the shape that it should have."""


class EndpointFault(FootnoteError):
    """The writer's endpoint did not answer, or stopped in the middle.

    Attributes:
        too_long: the request does not fit the model's context.
        refuses_request: it was refused, as an option that the server lacks is.
        own: the server says that the fault is its own.
        broke_off: it ended before its end, as where a server leaves one request for the next.

    >>> str(EndpointFault.slow(30)), EndpointFault.broken().too_long
    ('it was not done after 30 seconds (FOOTNOTE_WRITER_SECONDS)', False)
    """

    def __init__(
        self,
        line: str,
        *,
        too_long: bool = False,
        refuses_request: bool = False,
        own: bool = False,
        broke_off: bool = False,
    ) -> None:
        super().__init__(line)
        self.broke_off = broke_off
        self.too_long = too_long
        self.refuses_request = refuses_request
        self.own = own

    @classmethod
    def slow(cls, seconds: float) -> "EndpointFault":
        """It was not done in time."""
        return cls(f"it was not done after {seconds:g} seconds (FOOTNOTE_WRITER_SECONDS)")

    @classmethod
    def broken(cls) -> "EndpointFault":
        """It ended before its end."""
        return cls("the connection broke off in the middle of the reply", broke_off=True)


def fault_of(error: Exception, model: str, role: str = "writer") -> EndpointFault:
    """The fault that an error of the client means. The server's own words are not repeated.

    Args:
        error: of the client.
        model: its name.
        role: whose settings name it, writer or judge.

    >>> str(fault_of(KeyError("choices"), "tiny"))
    'its reply cannot be understood'
    """
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return EndpointFault("it did not answer in time (FOOTNOTE_WRITER_SECONDS)")
    if isinstance(error, openai.APIStatusError):
        return _refused(error, model, f"FOOTNOTE_{role.upper()}")
    if isinstance(error, openai.APIConnectionError | httpx.ConnectError):
        return EndpointFault("it cannot be reached: is its address right, and the server running?")
    if isinstance(error, httpx.HTTPError):
        return EndpointFault.broken()
    if isinstance(error, _NOT_UNDERSTOOD):
        return EndpointFault("its reply cannot be understood")
    return EndpointFault(f"it ended in an error ({type(error).__name__})")


def pause(error: Exception, attempt: int) -> float | None:
    """Seconds to wait before a request is tried again, as the server asks for or twice the last.

    Args:
        error: what it ended in.
        attempt: how many were made before it.

    Returns:
        None where trying again is of no use.

    >>> unreachable = openai.APIConnectionError(request=httpx.Request("POST", "http://localhost:9"))
    >>> pause(unreachable, attempt=2), pause(KeyError("choices"), attempt=0)
    (2.0, None)
    """
    if isinstance(error, openai.APITimeoutError):
        return None
    if isinstance(error, openai.APIStatusError):
        if error.status_code not in (408, 409, 429) and error.status_code < 500:
            return None
        asked_for = _seconds(error.response.headers.get("retry-after", ""))
        if asked_for is not None:
            return asked_for
    elif not isinstance(error, openai.APIConnectionError):
        return None
    return _FIRST_PAUSE * 2.0**attempt


def _seconds(retry_after: str) -> float | None:
    """What the header says: seconds or a date; None where it says nothing of use."""
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        then = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max((then.astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0)


def _refused(error: openai.APIStatusError, model: str, setting: str) -> EndpointFault:
    status = error.status_code
    if status in (401, 403):
        return EndpointFault(f"it refuses the key (HTTP {status}): check {setting}_KEY")
    if status == 404:
        return EndpointFault(
            f"it knows no model {model!r} at this address (HTTP 404): check {setting} and "
            f"{setting}_BASE"
        )
    if status == 429:
        return EndpointFault("it takes no more requests for now (HTTP 429): try again later")
    if status == 413 or (status in (400, 422) and _OVERFLOW.search(str(error.body))):
        return EndpointFault(
            "the passages do not fit its context: lower FOOTNOTE_WRITER_CONTEXT", too_long=True
        )
    if status in (400, 422):
        return EndpointFault(f"it refuses the request (HTTP {status})", refuses_request=True)
    if status >= 500:
        # Some servers end in a fault of their own where a request holds what they do not know.
        line = f"it has a fault of its own (HTTP {status})"
        return EndpointFault(line, refuses_request=status in (500, 501), own=True)
    return EndpointFault(f"it refuses the request (HTTP {status})")
