"""A language model that writes or judges: any llama-index LLM, mostly an OpenAI-compatible server.

Imported only when one is configured: llama-index takes more than a second to import.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Literal

import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.llms import LLM

from assistant.answer import Usage
from assistant.endpoints.faults import EndpointFault, fault_of, pause
from assistant.endpoints.wire import PLAN, Kind
from assistant.plugins import load_class
from assistant.settings import Settings
from index.closing import closed_on_failure
from index.errors import SettingsError

_ATTEMPTS = 3
"""The openai client tries again by itself, but sooner than a server that is busy for long asks for,
and also when nobody waits for the answer any more."""

_CONNECT_SECONDS = 10.0
_KEYLESS = "none"
"""What a server that asks for no key is sent: the client insists on one."""

Message = tuple[str, str]
"""A message as (role, text)."""


Role = Literal["writer", "judge"]

_SHORT: tuple[Message, ...] = (
    ("system", "Prepare a search: fill in the form for the question."),
    ("user", "Question: When is high tide?"),
)


@dataclass
class Reply:
    """What a request came to, complete once its pieces have ended.

    Token counts are the endpoint's own; None where it tells none.

    >>> echo, reply = endpoint(Settings(writer="llama_index.core.llms:MockLLM")), Reply()
    >>> pieces = list(echo.stream([("user", "Did the gate hold?")], PLAN, reply))
    >>> reply.seconds > 0, reply.completion_tokens
    (True, None)
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    finish: str | None = None
    seconds: float = 0.0

    def usage(self, prices: tuple[float | None, float | None]) -> Usage:
        """What the request took, at the prices of a million tokens read and written."""
        read, wrote = self.prompt_tokens, self.completion_tokens
        price_in, price_out = prices
        cost = None
        if price_in is not None and price_out is not None and None not in (read, wrote):
            cost = (price_in * (read or 0) + price_out * (wrote or 0)) / 1e6
        return Usage(
            requests=1,
            prompt_tokens=read,
            completion_tokens=wrote,
            cost=cost,
            seconds=round(self.seconds, 6),
        )


@dataclass(frozen=True, slots=True)
class Tried:
    """How an endpoint took a short request.

    >>> tried = endpoint(Settings(writer="llama_index.core.llms:MockLLM")).tried()
    >>> tried.structured, tried.counted
    (False, False)
    """

    seconds: float
    structured: bool
    counted: bool


@dataclass
class Endpoint:
    r"""A language model behind its settings. Thread-safe.

    Attributes:
        name: of the model, as answers name it.
        address: of its server, empty for the provider's own.
        context: tokens that fit into a request with its reply.
        reply_tokens: tokens of the longest reply.
        role: whose settings name it.

    >>> echo = endpoint(Settings(writer="llama_index.core.llms:MockLLM"))
    >>> "The gate held." in echo.whole([("user", "The gate held.")], PLAN, Reply())
    True
    """

    name: str
    context: int
    reply_tokens: int
    seconds: float
    address: str
    _llm: LLM
    _openai_like: bool
    role: Role = "writer"
    _close: Callable[[], None] = lambda: None
    _asks: int = field(default=0, init=False)

    def close(self) -> None:
        """Let go of the connections."""
        self._close()

    def stream(self, messages: Sequence[Message], kind: Kind, reply: Reply) -> Iterator[str]:
        """The pieces of a reply as they come; `reply` is filled in meanwhile.

        The endpoint is asked for JSON by the schema and for the counts of its tokens; what of that
        it cannot do is found out by its refusal and not asked for from then on. Where it takes no
        schema, name and schema stand in the first message.

        Raises:
            EndpointFault: it does not answer, or stops in the middle.
        """
        began = time.monotonic()
        last = len(_ASKS) - 1
        asks = self._asks if self._openai_like else last
        told = False
        try:
            while True:
                try:
                    extras = _extras(_ASKS[asks], kind)
                    asked = messages if _FORMAT in extras else _in_words(messages, kind)
                    for piece in self._pieces(asked, extras, reply, began):
                        told = True
                        self._asks = asks
                        yield piece
                except EndpointFault as fault:
                    if told or asks == last or not fault.refuses_request:
                        raise
                    asks = last if fault.own else asks + 1
                else:
                    return
        finally:
            reply.seconds = time.monotonic() - began

    def whole(self, messages: Sequence[Message], kind: Kind, reply: Reply) -> str:
        """The whole reply; raises as `stream` does."""
        return "".join(self.stream(messages, kind, reply))

    def tried(self) -> Tried:
        """What becomes of one short request.

        Raises:
            EndpointFault: as `stream` does, and where the reply is empty.
        """
        reply = Reply()
        written = self.whole(_SHORT, PLAN, reply)
        if not written.strip():
            raise EndpointFault("it wrote nothing")
        structured = written.lstrip().startswith("{")
        return Tried(reply.seconds, structured, reply.completion_tokens is not None)

    def _pieces(
        self, messages: Sequence[Message], options: dict[str, Any], reply: Reply, began: float
    ) -> Iterator[str]:
        """One request, in a thread of its own: an endpoint that hangs is not waited for."""
        arrived: SimpleQueue[ChatResponse | Exception | None] = SimpleQueue()
        left = threading.Event()
        asked = [ChatMessage(role=role, content=text) for role, text in messages]

        def receive() -> None:
            for attempt in range(_ATTEMPTS):
                told = False
                try:
                    for response in self._llm.stream_chat(asked, **options):
                        if left.is_set():
                            return
                        told = True
                        arrived.put(response)
                except Exception as error:  # noqa: BLE001 (whatever a plugged-in model raises)
                    delay = None if told else pause(error, attempt)
                    over = delay is None or attempt + 1 == _ATTEMPTS
                    if over or time.monotonic() + (delay or 0) > began + self.seconds:
                        arrived.put(error)
                        return
                    if left.wait(delay):
                        return
                else:
                    arrived.put(None)
                    return

        threading.Thread(target=receive, daemon=True, name="footnote-writer").start()
        characters = 0
        try:
            while True:
                remaining = began + self.seconds - time.monotonic()
                try:
                    response = arrived.get(timeout=max(remaining, 0))
                except Empty:
                    raise EndpointFault.slow(self.seconds) from None
                if response is None:
                    if self._openai_like and reply.finish is None:
                        raise EndpointFault.broken()
                    return
                if isinstance(response, Exception):
                    raise fault_of(response, self.name, self.role)
                _note(reply, response)
                piece = response.delta or ""
                characters += len(piece)
                if characters > self.reply_tokens * _CHARACTERS_A_TOKEN:
                    reply.finish = "length"
                    return
                if piece:
                    yield piece
        finally:
            left.set()


_CHARACTERS_A_TOKEN = 12
"""More than any language has: a reply that is longer ignores its limit."""


_FORMAT, _COUNTS = "response_format", "stream_options"
_ASKS = ((_FORMAT, _COUNTS), (_COUNTS,), (_FORMAT,), ())
"""What an endpoint is asked for beside the text, the first of which it does not refuse."""


def _in_words(messages: Sequence[Message], kind: Kind) -> list[Message]:
    """The messages with what is asked for in the first of them."""
    form = json.dumps(kind.schema, separators=(",", ":"))
    told = "Reply with one JSON object by this JSON schema, and nothing else:"
    first = messages[0][1] if messages[0][0] == "system" else ""
    rest = messages[1:] if first else messages
    return [("system", f"{kind.name}\n{first}\n\n{told}\n{form}"), *rest]


def _extras(asked: Sequence[str], kind: Kind) -> dict[str, Any]:
    """The options of a request for JSON by the schema, and for the counts of its tokens."""
    described = {"name": kind.name, "strict": True, "schema": kind.schema}
    values = {
        _FORMAT: {"type": "json_schema", "json_schema": described},
        _COUNTS: {"include_usage": True},
    }
    return {name: values[name] for name in asked}


def _note(reply: Reply, response: ChatResponse) -> None:
    raw = response.raw
    usage = getattr(raw, "usage", None)
    if usage is not None:
        reply.prompt_tokens = usage.prompt_tokens
        reply.completion_tokens = usage.completion_tokens
    for choice in getattr(raw, "choices", None) or ():
        reply.finish = getattr(choice, "finish_reason", None) or reply.finish


def endpoint(settings: Settings, role: Role = "writer") -> Endpoint:
    """The model that FOOTNOTE_WRITER names, or FOOTNOTE_JUDGE; without that the writer judges.

    Raises:
        SettingsError: it names nothing that can be loaded.

    >>> made = endpoint(Settings(writer="openai:tiny", writer_base="http://localhost:9/v1"))
    >>> made.name, made.context
    ('tiny', 8192)
    >>> made.close()
    """
    named = _Named.of(settings, role)
    provider, _, name = named.setting.partition(":")
    if not name:
        raise SettingsError(
            f"The {role} {named.setting!r} is not known: use 'openai:MODEL', 'azure:DEPLOYMENT' or "
            "'PACKAGE.MODULE:CLASS' (a llama-index LLM)."
        )
    if provider in ("openai", "azure"):
        return _openai(settings, named, provider, name)
    llm = named.loaded(provider, name, named.options)
    model = str(getattr(llm.metadata, "model_name", "") or name)
    return Endpoint(
        model,
        settings.writer_context,
        named.tokens,
        settings.writer_seconds,
        named.base or "",
        llm,
        _openai_like=False,
        role=named.role,
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """What the settings say of one model."""

    role: Role
    setting: str
    base: str | None
    secret: str | None
    options: dict[str, Any]
    tokens: int

    @classmethod
    def of(cls, settings: Settings, role: Role) -> "_Named":
        tokens = settings.judge_tokens if role == "judge" else settings.writer_tokens
        if role == "judge" and settings.judge is not None:
            return cls(
                role,
                settings.judge,
                settings.judge_base,
                settings.judge_secret,
                settings.judge_options,
                tokens,
            )
        return cls(
            "writer",
            settings.writer or "",
            settings.writer_base,
            settings.writer_secret,
            settings.writer_options,
            tokens,
        )

    def loaded(self, module: str, class_name: str, options: dict[str, Any]) -> LLM:
        named = f"The {self.role} {self.setting!r}"
        return load_class(LLM, named, "LLM", module, class_name, options)  # type: ignore[type-abstract]


def _openai(settings: Settings, named: _Named, provider: str, name: str) -> Endpoint:
    # They log each failure with the server's own message, which may repeat the key.
    for logger in ("llama_index.llms.openai", "openai", "httpx", "httpcore"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    http = openai.DefaultHttpxClient()
    common: dict[str, Any] = {
        "api_key": named.secret or _KEYLESS,
        "max_retries": 0,
        "timeout": openai.Timeout(settings.writer_seconds, connect=_CONNECT_SECONDS),
        "http_client": http,
    }
    with closed_on_failure(http.close):
        client: openai.OpenAI = (
            openai.AzureOpenAI(
                azure_endpoint=named.base or "", api_version=settings.writer_api_version, **common
            )
            if provider == "azure"
            else openai.OpenAI(base_url=named.base, **common)
        )
        options = {
            "model": name,
            "is_chat_model": True,
            "context_window": settings.writer_context,
            "max_tokens": named.tokens,
            "temperature": 0.0,
            "max_retries": 0,
            "openai_client": client,
            **named.options,
        }
        llm = named.loaded("llama_index.llms.openai_like", "OpenAILike", options)
    return Endpoint(
        name,
        settings.writer_context,
        named.tokens,
        settings.writer_seconds,
        named.base or "",
        llm,
        _openai_like=True,
        role=named.role,
        _close=client.close,
    )
