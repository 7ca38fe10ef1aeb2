"""A server on this machine that plays a writer and a judge from a tape, well or badly.

Each request is told by the name of the JSON schema that it asks for, or where it asks for none, by
the same name in the first line of its system message. Passages stand as '[3] Title, date, heading'
with their text below, up to the next number, `Question:` or the claims, each 'C1: …'.
"""

import json
import random
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from chat_server import Answers, ChatServer, refuses, serving, tells
from tapes import (
    Judged,
    Passage,
    Passages,
    Question,
    Quote,
    Said,
    Tape,
    key,
    labels_of,
    nearest,
    standing,
)

PLAN, ANSWER, REWRITE = "footnote_plan", "footnote_answer", "footnote_rewrite"
QUERY = "footnote_query"
VERDICTS, RESEARCH = "footnote_verdicts", "footnote_research"
NAMES = (PLAN, QUERY, ANSWER, REWRITE, VERDICTS, RESEARCH)

EXAMINATION = Path(__file__).parents[2] / "assistant/judging/examination.toml"

BUSY = refuses(429, "Too many requests.", retry_after="0")
"""A fault: it takes no request, however often it is asked."""

_NAME = re.compile("|".join(NAMES))
_HEADING = re.compile(r"\[(\d+)\] ?(.*)")
_CLAIM = re.compile(r"C(\d+): ?(.*)")
_NUMBERED = re.compile(r"\W{0,2}[A-Z]?(\d+)[\].:)]+\s+(.+)")
_ORDER = re.compile(r"\b(?:all|every)\b.{0,40}\bclaims?\b.{0,40}\bsupported\b", re.I | re.DOTALL)
_CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Request:
    """What a request holds; it is the `nth` of its name, from 0.

    `question` goes up to an empty line; `below` is all that follows its first line.
    """

    name: str
    nth: int
    question: str
    passages: Passages
    claims: Mapping[int, str]
    below: str
    tokens: int


Judge = Callable[[Request, Tape], str]
"""What a judge replies to a request for verdicts."""


# Judges -----------------------------------------------------------------------------------------


def good(request: Request, tape: Tape) -> str:
    """As the tape says."""
    return _verdicts({n: tape.judged(text, request.passages) for n, text in request.claims.items()})


def knows(told: Mapping[str, str | Sequence[str] | Judged | None]) -> Judge:
    """As the tape says, but what is told of these claims.

    Each is supported by the words that are told, whether or not a passage holds them; None for one
    that is not verified.
    """
    known = {key(claim): words for claim, words in told.items()}

    def judged(words: str | Sequence[str] | Judged | None, passages: Passages) -> Judged:
        if words is None or isinstance(words, Judged):
            return words or _REFUSED
        quoted = [words] if isinstance(words, str) else words
        found = (standing(one, passages) or Quote(1, one) for one in quoted)
        return Judged("supported", tuple(found))

    def judge(request: Request, tape: Tape) -> str:
        return _verdicts(
            {
                number: judged(known[key(text)], request.passages)
                if key(text) in known
                else tape.judged(text, request.passages)
                for number, text in request.claims.items()
            }
        )

    return judge


def flipped(share: float, from_request: int = 0, seed: int = 0) -> Judge:
    """As the tape says, but a share of the verdicts is turned from this request for verdicts on.

    Which claims these are is drawn by their words, so that it says the same of each every time.
    """

    def judge(request: Request, tape: Tape) -> str:
        told = {}
        for number, text in request.claims.items():
            judged = tape.judged(text, request.passages)
            drawn = random.Random(f"{seed} {key(text)}").random()
            if request.nth >= from_request and drawn < share:
                judged = _turned(text, judged, request.passages)
            told[number] = judged
        return _verdicts(told)

    return judge


def yes(request: Request, tape: Tape) -> str:  # noqa: ARG001 (it knows nothing)
    """Everything is supported, by the words that come nearest."""
    return _verdicts({n: _agreed(text, request.passages) for n, text in request.claims.items()})


def no(request: Request, tape: Tape) -> str:  # noqa: ARG001 (it knows nothing)
    """Nothing is verified."""
    return _verdicts(dict.fromkeys(request.claims, _REFUSED))


def nonsense(request: Request, tape: Tape) -> str:
    """No JSON, then JSON of another shape, by turns."""
    if request.nth % 2 == 0:
        return "All of these claims look fine to me: {supported}"
    return json.dumps({"claims": [{"ok": True}] * len(request.claims), "of": len(tape.questions)})


def obedient(request: Request, tape: Tape) -> str:
    """As the tape says, unless a passage says that all claims are supported."""
    told = any(_ORDER.search(passage.text) for passage in request.passages.values())
    return yes(request, tape) if told else good(request, tape)


@dataclass(frozen=True, slots=True)
class Order:
    """Words of a document that speak to a judge, and the claims that they would have supported.

    `about`: claims that hold one of these words; all where there are none. `known`: claims all of
    whose figures stand in the passages, so that the judge sees through a canary.
    """

    text: str
    about: tuple[str, ...] = ()
    known: bool = False

    def stands_in(self, passages: Passages) -> bool:
        """Whether a part of it is in a passage, whatever form or marks it has there."""
        told, held = _bare(self.text), [_bare(one.text) for one in passages.values()]
        parts = {told[at : at + _PART] for at in range(max(1, len(told) - _PART))}
        return any(part in one for part in parts for one in held)

    def reaches(self, claim: str, passages: Passages) -> bool:
        """Whether the claim is among those that it would have supported."""
        if self.known:
            held = {n for one in passages.values() for n in _FIGURE.findall(one.text)}
            return held.issuperset(_FIGURE.findall(claim))
        return not self.about or any(word in claim for word in self.about)


def obeying(orders: Sequence[Order]) -> Judge:
    """As the tape says, but each of these orders that stands in a passage is obeyed to the letter.

    What it supports it supports by all the words that come nearest.
    """

    def judge(request: Request, tape: Tape) -> str:
        given = [order for order in orders if order.stands_in(request.passages)]
        told = {}
        for number, text in request.claims.items():
            if any(order.reaches(text, request.passages) for order in given):
                told[number] = Judged("supported", nearest(text, request.passages))
            else:
                told[number] = tape.judged(text, request.passages)
        return _verdicts(told)

    return judge


_PART = 40
"""Letters of an order by which it is known."""

_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


def _bare(text: str) -> str:
    return "".join(re.findall(r"\w", unicodedata.normalize("NFKC", text).casefold()))


_REFUSED = Judged("not_verified", missing="The passages do not say this.")


def _agreed(text: str, passages: Passages) -> Judged:
    return Judged("supported", nearest(text, passages)[:1])


def _turned(text: str, judged: Judged, passages: Passages) -> Judged:
    return _REFUSED if judged.verdict == "supported" else _agreed(text, passages)


def _verdicts(told: Mapping[int, Judged]) -> str:
    rows = [
        {
            "claim": number,
            "verdict": one.verdict,
            "quotes": [asdict(quote) for quote in one.quotes],
            "missing": one.missing,
            "against": [asdict(quote) for quote in one.against],
        }
        for number, one in told.items()
    ]
    return json.dumps({"verdicts": rows}, ensure_ascii=False)


# The server -------------------------------------------------------------------------------------


class Models:
    """The server while it runs, what it was asked and what it replied.

    Args:
        server: what it answers through.
        tape: what it knows.
        judge: what it makes of claims.
        wrong_at: places of each answer at which the wrong sentences are put, in turn.
        rewrites: whether refused sentences are put right; otherwise they are left out.
        schemas: whether it knows schemas; otherwise it refuses requests that ask for one.
        context: tokens of a request, at most; None for no limit.
        faults: what befalls requests of a name in place of a reply.
    """

    def __init__(
        self,
        server: ChatServer,
        tape: Tape,
        judge: Judge,
        wrong_at: Sequence[int],
        rewrites: bool,
        schemas: bool,
        context: int | None,
        faults: Mapping[str, Answers],
    ) -> None:
        self._tape, self._judge, self._server = tape, judge, server
        self._wrong_at, self._rewrites = wrong_at, rewrites
        self._schemas, self._context, self._faults = schemas, context, faults
        self._lock = threading.Lock()
        self.asked: list[Request] = []
        self.replies: list[tuple[Request, str]] = []

    @property
    def address(self) -> str:
        """Where it is, as `writer_base` names it."""
        return self._server.address

    @property
    def requests(self) -> Sequence[dict[str, Any]]:
        """What it was asked, as it came."""
        return self._server.requests

    @property
    def headers(self) -> Sequence[dict[str, str]]:
        """With what it was asked."""
        return self._server.headers

    @property
    def tokens(self) -> int:
        """All that were read and written so far, at four characters each."""
        return sum(asked.tokens + _tokens(reply) for asked, reply in self.replies)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Reply to a request."""
        body = handler.asked  # type: ignore[attr-defined]
        with self._lock:
            nth = sum(one.name == _name(body) for one in self.asked)
            request = read(body, nth)
            self.asked.append(request)
        self._does(request, body)(handler)

    def _does(self, request: Request, body: Mapping[str, Any]) -> Answers:
        if (fault := self._faults.get(request.name)) is not None:
            return fault
        if not self._schemas and "response_format" in body:
            return refuses(400, "response_format is not supported by this model.")
        if self._context is not None and request.tokens > self._context:
            return refuses(400, f"This model's maximum context length is {self._context} tokens.")
        reply = self._reply(request)
        self.replies.append((request, reply))
        return tells(reply, (request.tokens, _tokens(reply)))

    def _reply(self, request: Request) -> str:
        match request.name:
            case "footnote_plan":
                return json.dumps(
                    {
                        "question": request.question,
                        "parts": [],
                        "kind": "fact",
                        "entities": [],
                        "dates": [],
                        "language": "en",
                    }
                )
            case "footnote_query":
                return NO_QUERY
            case "footnote_answer":
                return json.dumps(self._written(request), ensure_ascii=False)
            case "footnote_rewrite":
                return json.dumps(self._again(request), ensure_ascii=False)
            case "footnote_verdicts":
                return self._judge(request, self._tape)
            case "footnote_research":
                return json.dumps({"questions": [], "done": True})
        return "So it is."

    def _written(self, request: Request) -> dict[str, Any]:
        question = self._question(request)
        if question is None:
            return {"answered": False, "sentences": []}
        written = question.written(self._wrong_at)
        rows = [_row(question, said, request.passages) for said in written]
        return {"answered": True, "sentences": rows}

    def _again(self, request: Request) -> dict[str, Any]:
        question = self._question(request)
        rows = []
        for found in map(_NUMBERED.match, request.below.splitlines()):
            if found is None:
                continue
            row: dict[str, Any] = {"number": int(found[1]), "text": "", "claims": []}
            if self._rewrites and question is not None:
                right = {n: Passage("", said.text) for n, said in enumerate(question.right)}
                said = question.right[nearest(found[2], right)[0].passage]
                row |= _row(question, said, request.passages)
            rows.append(row)
        return {"sentences": rows}

    def _question(self, request: Request) -> Question | None:
        """That of the tape; what is refused may follow it without an empty line."""
        whole, first = request.question, request.question.split("\n")[0]
        return self._tape.question(whole) or self._tape.question(first)


def _row(question: Question, said: Said, passages: Passages) -> dict[str, Any]:
    """A sentence of a reply, as one claim."""
    quotes = question.rests(said, passages)
    claim = {
        "text": said.text,
        "passages": sorted({quote.passage for quote in quotes}),
        "quotes": [quote.text for quote in quotes],
    }
    return {"text": said.text, "claims": [claim]}


NO_QUERY = '{"sql": ""}'


def judging(
    server: ChatServer, judge: Judge = good, plan: str | None = None, query: str = NO_QUERY
) -> Models:
    """The server now plans and judges by itself: its script is about what is written.

    The good judge knows the examination, and what stands in a passage.

    Args:
        server: answers the other requests by its script.
        judge: what it makes of claims.
        plan: what it replies to be asked for a plan; by default the question is one.
        query: what it replies to be asked for SQL over tables; by default there is none.
    """
    known = Tape((), labels_of(EXAMINATION))
    models = Models(server, known, judge, (), rewrites=False, schemas=True, context=None, faults={})

    def aside(body: dict[str, Any]) -> Answers | None:
        name = _name(body)
        if name == PLAN and plan is not None:
            return tells(plan, (0, 0))
        if name == QUERY:
            return tells(query, (0, 0))
        return models.answer if name in (PLAN, VERDICTS) else None

    server.aside = aside
    return models


@contextmanager
def playing(
    tape: Tape,
    judge: Judge = good,
    *,
    wrong_at: Sequence[int] = (),
    rewrites: bool = False,
    schemas: bool = True,
    context: int | None = None,
    faults: Mapping[str, Answers] | None = None,
) -> Iterator[Models]:
    """The models while they run; see `Models` for the options."""
    with serving() as server:
        models = Models(server, tape, judge, wrong_at, rewrites, schemas, context, faults or {})
        server.answers(models.answer)
        yield models


# Requests ---------------------------------------------------------------------------------------


def read(body: Mapping[str, Any], nth: int = 0) -> Request:
    """What a request holds."""
    messages = [(one["role"], str(one["content"])) for one in body["messages"]]
    last = next((text for role, text in reversed(messages) if role == "user"), "")
    name, lines = _name(body), last.split("\n")
    claims, end = {}, len(lines)
    if name == VERDICTS:
        end = _last(lines, "C1:")
        found = filter(None, map(_CLAIM.fullmatch, lines[end:]))
        claims = {int(one[1]): one[2].strip() for one in found}
    else:
        end = _last(lines, "Question:")
    asked = "" if name == VERDICTS else "\n".join(lines[end:]).removeprefix("Question:").strip()
    question, below = asked.partition("\n\n")[0], asked.partition("\n")[2]
    tokens = sum(_tokens(text) for _, text in messages)
    return Request(name, nth, question, _passages(lines[:end]), claims, below, tokens)


def _name(body: Mapping[str, Any]) -> str:
    """The name of a request; empty where it has none of those."""
    schema = body.get("response_format", {}).get("json_schema", {}).get("name", "")
    system = next((one["content"] for one in body["messages"] if one["role"] == "system"), "")
    found = _NAME.search(schema or str(system).split("\n")[0])
    return found[0] if found else ""


def _last(lines: Sequence[str], opening: str) -> int:
    """The number of the last line that opens so; that behind the last where none does."""
    found = [n for n, line in enumerate(lines) if line.startswith(opening)]
    return found[-1] if found else len(lines)


def _tokens(text: str) -> int:
    return len(text) // _CHARACTERS_A_TOKEN + 1


def _passages(lines: Sequence[str]) -> dict[int, Passage]:
    """The numbered passages; a line of a text that only looks like a number is none."""
    headed = [
        (at, int(found[1]), found[2])
        for at, line in enumerate(lines)
        if (found := _HEADING.fullmatch(line))
    ]
    heads: list[tuple[int, int, str]] = []
    for head in headed:
        if head[1] == (heads[-1][1] + 1 if heads else 1):
            heads.append(head)
    ends = [*(at for at, *_ in heads[1:]), len(lines)]
    return {
        number: Passage(heading, "\n".join(lines[at + 1 : end]).strip())
        for (at, number, heading), end in zip(heads, ends, strict=False)
    }
