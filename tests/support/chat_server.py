"""A server on this machine that speaks OpenAI's chat, and does wrong what it is told to."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "quill-1"
KEY = "sk-a-key-that-nobody-may-see"
WRONG_KEY = f"Incorrect API key provided: {KEY}."

Answers = Callable[[BaseHTTPRequestHandler], None]
"""What the server does with one request."""

Aside = Callable[[dict[str, Any]], Answers | None]
"""What the server does by itself with a request; None with one that its script is about."""


@dataclass
class ChatServer:
    """What the server was asked, and what it does with each further request.

    The last of `script` is done again with every request after it. What is answered `aside` is
    kept apart from the other requests.
    """

    address: str = ""
    script: list[Answers] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    aside: Aside = lambda _: None
    asides: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def answers(self, *script: Answers) -> None:
        self.script = list(script)

    def next(self) -> Answers:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    @property
    def prompts(self) -> list[str]:
        """All that each request said, as one text."""
        return ["\n".join(m["content"] for m in asked["messages"]) for asked in self.requests]


@contextmanager
def serving(port: int = 0) -> Iterator[ChatServer]:
    """The server while it runs, on any port unless one is given."""
    state = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        chat = state

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            self.asked = json.loads(self.rfile.read(length))
            state.headers.append({name.lower(): value for name, value in self.headers.items()})
            aside = state.aside(self.asked)
            (state.requests if aside is None else state.asides).append(self.asked)
            with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has left
                (aside or state.next())(self)

        def do_GET(self) -> None:
            state.headers.append({name.lower(): value for name, value in self.headers.items()})
            listed = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
            body = json.dumps(listed).encode() if self.path == "/v1/models" else b""
            self.send_response(200 if body else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


# What it does ----------------------------------------------------------------------------------


def writes(
    *pieces: str, finish: str = "stop", usage: tuple[int, int] | None = (900, 30)
) -> Answers:
    """Stream a reply as it should be."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        begin(handler)
        send(handler, *map(chunk, pieces), chunk("", finish))
        if usage is not None:
            send(handler, {**chunk(""), "choices": [], "usage": counts_of(*usage)})
        raw(handler, "data: [DONE]\n\n")

    return answer


def writes_json(*sentences: tuple[str, Sequence[int]], answered: bool = True) -> Answers:
    """Stream a reply by the schema, a few characters at a time."""
    rows = [
        {"text": text, "claims": [{"text": text, "passages": list(numbers), "quotes": []}]}
        for text, numbers in sentences
    ]
    reply = json.dumps({"answered": answered, "sentences": rows})
    return writes(*(reply[at : at + 7] for at in range(0, len(reply), 7)))


def rewrites(*texts: str, usage: tuple[int, int] | None = (900, 30)) -> Answers:
    """Stream what becomes of refused sentences, in their order; nothing for one left out."""
    rows = [{"number": n, "text": text, "claims": []} for n, text in enumerate(texts, start=1)]
    return writes(json.dumps({"sentences": rows}), usage=usage)


def tells(reply: str, usage: tuple[int, int]) -> Answers:
    """Reply as the request asks for it: in a stream, or whole."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = handler.asked  # type: ignore[attr-defined]
        if asked.get("stream"):
            counted = (asked.get("stream_options") or {}).get("include_usage")
            pieces = (reply[at : at + 24] for at in range(0, len(reply), 24))
            writes(*pieces, usage=usage if counted else None)(handler)
            return
        message = {"role": "assistant", "content": reply}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        whole = {
            **chunk(""),
            "object": "chat.completion",
            "choices": [choice],
            "usage": counts_of(*usage),
        }
        body = json.dumps(whole).encode()
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def refuses(status: int, message: str = WRONG_KEY, **headers: str) -> Answers:
    """Refuse with a status; by default its words repeat the key."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()
        handler.send_response(status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def sends(*lines: str, then: Callable[[BaseHTTPRequestHandler], None] | None = None) -> Answers:
    """Stream these raw lines; then end, or do something else."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        begin(handler)
        raw(handler, "".join(lines))
        if then is not None:
            then(handler)

    return answer


def hangs(handler: BaseHTTPRequestHandler) -> None:
    """Neither answer nor end."""
    handler.chat.stopped.wait()  # type: ignore[attr-defined]


def breathes(handler: BaseHTTPRequestHandler) -> None:
    """Show signs of life for ever, and nothing else."""
    while not handler.chat.stopped.wait(0.02):  # type: ignore[attr-defined]
        raw(handler, ": still here\n\n")


def never_ends(handler: BaseHTTPRequestHandler) -> None:
    """Write on and on."""
    while not handler.chat.stopped.is_set():  # type: ignore[attr-defined]
        send(handler, chunk("And on it went. " * 5))


# How -------------------------------------------------------------------------------------------


def begin(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.end_headers()


def chunk(text: str, finish: str | None = None) -> dict[str, Any]:
    """A piece of a reply."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": MODEL,
        "choices": [choice],
    }


def counts_of(read: int, wrote: int) -> dict[str, int]:
    """The tokens of a request, as a server tells them."""
    return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}


def event(value: object) -> str:
    """A value as a line of the stream."""
    return f"data: {json.dumps(value)}\n\n"


def send(handler: BaseHTTPRequestHandler, *values: object) -> None:
    raw(handler, "".join(map(event, values)))


def raw(handler: BaseHTTPRequestHandler, text: str) -> None:
    handler.wfile.write(text.encode("utf-8", "surrogateescape"))
    handler.wfile.flush()
