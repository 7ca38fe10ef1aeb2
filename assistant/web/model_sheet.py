"""The sheet for the model that writes: looked for, tried, taken, by whoever runs the server.

Only a browser on the server's own machine reaches it, and none where others reach the page: a model
is sent questions and passages.
"""

import ipaddress
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from assistant.assistant import Assistant
from assistant.connecting import ChosenModel, ModelServer, Trial, models_at
from assistant.settings import Settings
from assistant.templating import Macros
from assistant.web import texts
from assistant.web.rendering import answers
from assistant.web.session import MODEL, Stores, body_of
from index.errors import FootnoteError

_HTML = Macros("assistant.web", "model.html", texts=texts)
_MOST = 1 << 16
"""Bytes of a request."""
_SAFE = {"Cache-Control": "no-store"}
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What a proxy says of whom it asks for."""
_OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")

T = TypeVar("T")


class Typed(BaseModel):
    """What the sheet's script sends: a model, where it is, its key, a question to try it with.

    >>> Typed(model="tiny").base
    ''
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    model: str = Field("", max_length=1_000)
    base: str = Field("", max_length=1_000)
    key: str = Field("", max_length=1_000, repr=False)
    question: str = Field("", max_length=10_000)

    def chosen(self, settings: Settings) -> ChosenModel:
        """The model; the key of the one that is connected stays good at the same address alone."""
        key: str | None = self.key.strip() or None
        base = self.base.strip().rstrip("/") or None
        if key is None and settings.writer is not None and base == settings.writer_base:
            kept = settings.writer_key
            key = kept.get_secret_value() if kept is not None else None
        return ChosenModel.given(self.model, base, key)


def model_routes(stores: Stores, *, operated: bool) -> APIRouter:
    """`/model`, and what its script asks; `operated` where none but this machine reaches the page.

    >>> routes = model_routes(Stores(demo, demo=False), operated=True).routes
    >>> [route.path for route in routes]
    ['/model', '/model/look', '/model/list', '/model/try', '/model/use', '/model/leave']
    """
    router = APIRouter(prefix=MODEL)
    trying = threading.Lock()

    async def done(work: Callable[[Assistant], T], request: Request) -> T:
        if not operated or not is_operator(request):
            raise HTTPException(403, texts.NOT_OPERATOR)
        try:
            return await run_in_threadpool(work, stores.of(request))
        except FootnoteError as error:
            raise HTTPException(409, str(error)) from error

    @router.get("")
    async def sheet(request: Request) -> JSONResponse:
        return JSONResponse({"shown": await done(_state, request)}, headers=_SAFE)

    @router.post("/look")
    async def look(request: Request) -> JSONResponse:
        await _typed(request)
        found = await done(lambda assistant: assistant.model_servers(), request)
        return JSONResponse({"shown": str(_HTML.servers(found))}, headers=_SAFE)

    @router.post("/list")
    async def models(request: Request) -> JSONResponse:
        typed = await _typed(request)

        def listed(assistant: Assistant) -> ModelServer:
            key = typed.model_copy(update={"model": "any"}).chosen(assistant.settings).key
            return models_at(typed.base, key.get_secret_value() if key is not None else None)

        found = await done(listed, request)
        return JSONResponse({"models": found.models}, headers=_SAFE)

    @router.post("/try")
    async def trial(request: Request) -> StreamingResponse:
        typed = await _typed(request)

        def begun(assistant: Assistant) -> tuple[Assistant, ChosenModel]:
            return assistant, typed.chosen(assistant.settings)

        assistant, chosen = await done(begun, request)
        steps = _steps(assistant, chosen, typed.question.strip(), trying)
        return StreamingResponse(steps, media_type="application/x-ndjson", headers=_SAFE)

    @router.post("/use")
    async def use(request: Request) -> JSONResponse:
        typed = await _typed(request)

        def connected(assistant: Assistant) -> str:
            assistant.connect(typed.chosen(assistant.settings))
            for other in stores.opened():
                other.use(assistant.settings)
            return _state(assistant)

        return JSONResponse({"shown": await done(connected, request)}, headers=_SAFE)

    @router.post("/leave")
    async def leave(request: Request) -> JSONResponse:
        await _typed(request)

        def left(assistant: Assistant) -> str:
            assistant.disconnect()
            for other in stores.opened():
                other.use(assistant.settings)
            return _state(assistant)

        return JSONResponse({"shown": await done(left, request)}, headers=_SAFE)

    return router


def is_operator(request: Request) -> bool:
    """Whether a request comes straight from a program of this machine, under a name of its own.

    >>> here = {"type": "http", "client": ("127.0.0.1", 1), "headers": [(b"host", b"localhost:7")]}
    >>> elsewhere = {**here, "headers": [*here["headers"], (b"x-forwarded-for", b"203.0.113.9")]}
    >>> is_operator(Request(here)), is_operator(Request(elsewhere))
    (True, False)
    """
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    if request.scope.get("http_version") == "1.0":  # what no browser speaks, but proxies do
        return False
    name, colon, _ = request.headers.get("host", "").rpartition(":")
    host = name if colon and not name.endswith(":") else request.headers.get("host", "")
    try:
        own = ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    return own and host.lower() in _OWN_NAMES


def _steps(
    assistant: Assistant, chosen: ChosenModel, question: str, trying: threading.Lock
) -> Iterator[str]:
    """What a trial comes to, a line each, as soon as it is known."""
    # Here, and not before: whoever leaves before the first line is read has tried nothing.
    if not trying.acquire(blocking=False):
        yield _line(answers.problem(texts.MODEL_BEING_TRIED))
        return
    try:
        yield _line(_HTML.under_way(texts.TRYING["reply"]))
        question = question or next(iter(assistant.suggestions()[1:]), texts.TRIAL_QUESTION)
        for trial in assistant.try_model(chosen, question):
            yield _line(_tried(trial))
            upcoming = {"reply": "examination", "examination": "question"}.get(trial.what)
            if upcoming and (trial.well or trial.what != "reply"):
                yield _line(_HTML.under_way(texts.TRYING[upcoming]))
    except FootnoteError as error:
        yield _line(answers.problem(str(error)))
    except Exception:
        yield _line(answers.problem(texts.BROKEN))
        raise
    finally:
        trying.release()


def _tried(trial: Trial) -> Markup:
    said = texts.TRIED[trial.what][not trial.well]
    shown = answers.finished(0, trial.answer, trial.seconds) if trial.answer is not None else ""
    return _HTML.tried(said, f"{trial.seconds:.1f} s", trial.well, trial.says, shown)


def _line(shown: Markup) -> str:
    return json.dumps({"shown": str(shown)}) + "\n"


def _state(assistant: Assistant) -> str:
    """What writes now, and where; of a key no more than that there is one."""
    settings = assistant.settings
    writes = settings.writer is not None
    question = next(iter(assistant.suggestions()[1:]), "") if assistant.store.exists() else ""
    return str(
        _HTML.state(
            assistant.engine,
            assistant.judge if writes else "",
            settings.writer_base or texts.OPENAI if writes else "",
            settings.writer_secret is not None if writes else False,
            question,
        )
    )


async def _typed(request: Request) -> Typed:
    """What a request says.

    Raises:
        HTTPException: it is too long, or nothing that the sheet sends; the line quotes nothing.
    """
    body = await body_of(request, _MOST, f"At most {_MOST >> 10} KiB are taken at once.")
    try:
        said: Any = json.loads(body)
        return Typed.model_validate(said)
    except (ValueError, RecursionError, ValidationError):
        pass
    raise HTTPException(400, "This is nothing that the sheet sends.")
