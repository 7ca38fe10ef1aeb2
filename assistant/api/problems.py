"""Errors as HTTP tells them: a status, a code for programs and the error's own sentence (RFC 9457).

Each class of the error family has a code, its name in small letters: `UnknownDocument` is
'unknown-document'. A client finds the class again by it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from assistant.api.privacy import without_paths
from assistant.conversations.conversations import UnknownConversation
from assistant.people.accounts import PeopleError
from index.errors import (
    CollectionError,
    DocumentError,
    EmptyStore,
    EvaluationError,
    FootnoteError,
    ModelError,
    PageError,
    QuestionError,
    ReportError,
    SettingsError,
    StoreError,
    UnknownCollection,
    UnknownDocument,
)

MEDIA_TYPE = "application/problem+json"

_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_STATUS: dict[type[FootnoteError], int] = {
    UnknownDocument: 404,
    UnknownConversation: 404,
    PeopleError: 404,
    PageError: 404,
    UnknownCollection: 404,
    CollectionError: 409,
    EmptyStore: 409,
    SettingsError: 409,
    DocumentError: 422,
    QuestionError: 422,
    EvaluationError: 422,
    ReportError: 422,
    ModelError: 503,
    StoreError: 503,
}
"""The status of a class holds for those below it that have none of their own."""


class Problem(BaseModel):
    """What went wrong, as a problem of RFC 9457.

    `detail` is a sentence for the person who can act on it, `code` the kind of error for a program,
    `errors` what is wrong with single fields of a request.

    >>> Problem.of(QuestionError("The question is empty: type what you want to know.")).code
    'question-error'
    """

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[dict[str, str], ...] = Field(default=(), description="Fields that are wrong.")

    @classmethod
    def of(cls, error: FootnoteError, store: str = "") -> "Problem":
        """The problem that an error is; the path of the `store` is nobody's business."""
        detail = without_paths(str(error), [Path(store)] if store else [])
        return cls.coded(code_of(type(error)), status_of(error), detail)

    @classmethod
    def coded(
        cls, code: str, status: int, detail: str, errors: tuple[dict[str, str], ...] = ()
    ) -> "Problem":
        """The problem with this code."""
        title = code.replace("-", " ").capitalize()
        return cls(
            type=f"urn:footnote:problem:{code}",
            title=title,
            status=status,
            detail=detail,
            code=code,
            errors=errors,
        )


class RequestError(FootnoteError):
    """A request that is not taken; `status` is HTTP's number for the reason.

    >>> TooLarge("At most 4 MiB are taken at once.").status
    413
    """

    status = 400
    headers: Mapping[str, str] = {}


class Unauthorised(RequestError):
    """A token is needed, and none that counts was sent.

    >>> Unauthorised("This needs a token.").headers
    {'WWW-Authenticate': 'Bearer'}
    """

    status = 401
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class Forbidden(RequestError):
    """The caller may not do this.

    >>> Forbidden("This token may not add documents.").status
    403
    """

    status = 403


class UnknownJob(RequestError):
    """There is no such job for this caller.

    >>> UnknownJob("There is no such job.").status
    404
    """

    status = 404


class NotFound(RequestError):
    """There is no such page.

    >>> NotFound("There is no such page.").status
    404
    """

    status = 404


class KeyReused(RequestError):
    """An idempotency key came with another request than the first time.

    >>> KeyReused("This key came with other files before.").status
    422
    """

    status = 422


class TooLarge(RequestError):
    """The request has more bytes than are taken.

    >>> TooLarge("At most 4 MiB are taken at once.").status
    413
    """

    status = 413


class TooBusy(RequestError):
    """Too much waits already; after `seconds` there may be room.

    >>> TooBusy("Too many questions wait.", seconds=3).headers
    {'Retry-After': '3'}
    """

    status = 429

    def __init__(self, sentence: str, seconds: int = 1) -> None:
        super().__init__(sentence)
        self.headers = {"Retry-After": str(max(1, seconds))}


def code_of(kind: type[FootnoteError]) -> str:
    """The code of a class of errors.

    >>> code_of(EmptyStore)
    'empty-store'
    """
    return _WORD.sub("-", kind.__name__).lower()


def status_of(error: FootnoteError) -> int:
    """HTTP's number for an error: that of its class, or of the nearest one above that has one.

    >>> status_of(EmptyStore("There are no documents yet.")), status_of(FootnoteError("No."))
    (409, 500)
    """
    own = getattr(error, "status", None)
    if isinstance(own, int):
        return own
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def error_of(problem: Problem) -> FootnoteError:
    """The error that a server told as a problem.

    >>> told = Problem.of(EmptyStore("There are no documents yet."))
    >>> type(error_of(told)).__name__
    'EmptyStore'
    """
    kind = _kinds().get(problem.code, FootnoteError)
    return kind(problem.detail)


def _kinds() -> dict[str, type[FootnoteError]]:
    kinds: list[type[FootnoteError]] = [FootnoteError, *_below(FootnoteError)]
    # Some are made of more than their sentence; what was told of them is in the sentence.
    made = (FootnoteError.__init__, TooBusy.__init__)
    return {code_of(kind): kind for kind in kinds if kind.__init__ in made}


def _below(kind: type[FootnoteError]) -> Iterator[type[FootnoteError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)
