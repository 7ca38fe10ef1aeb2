"""The writer: a language model understands the question, composes from passages, and mends.

It makes four kinds of request: what is asked for (`plan`), SQL over tables, the answer, and once
more the sentences that could not be verified. What it writes claims nothing until it is verified.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from assistant.answer import Usage
from assistant.asking.plan import Plan, parse_plan
from assistant.asking.rewriting import History
from assistant.endpoints.endpoint import Endpoint, Message, Reply
from assistant.endpoints.faults import EndpointFault
from assistant.endpoints.prompts import Prompts
from assistant.endpoints.wire import (
    ANSWER,
    PLAN,
    QUERY,
    RESEARCH,
    REWRITE,
    ReplyFault,
    numbered,
    parse_reply,
)
from assistant.messages import ASKED_ONCE_MORE
from assistant.retrieving.retrieval import Retrieved
from assistant.settings import Settings
from assistant.writing.streaming import Cutter, Written, parse_sentence

PASSAGES = 12
"""Passages that the writer is given where they fit, the best first."""

_TURNS, _TURN_CHARACTERS = 4, 1_200
_CHARACTERS_A_TOKEN = 3
"""Fewer than most text has, so that what is packed fits."""
_OVERHEAD = 64
_MARK = re.compile(r"\[\d+\]")
_FORM = "The question asks for: {}."

CUT_OFF = "{} stopped writing at its limit of {} tokens; its last sentence may be missing."


@dataclass
class Composition:
    """An answer being written.

    Attributes:
        packed: the passages that the model was given, in order.
        declined: it says that they do not answer.
        fault: what went wrong with the endpoint, in words; empty when nothing did.
        notices: what else the reader of the answer should know.
        usage: what it took.
        heard: whether the judge has given verdicts.

    >>> composition = Composition(fault="it did not answer in time")
    >>> composition.declined, composition.usage.requests
    (False, 0)
    """

    packed: list[Retrieved] = field(default_factory=list)
    declined: bool = False
    fault: str = ""
    notices: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    heard: bool = False


class _Rewritten(BaseModel):
    sentences: list[dict[str, Any]]


class _Query(BaseModel):
    sql: str


class _Next(BaseModel):
    questions: list[str]
    done: bool = False


class Writer:
    """Composes answers. Thread-safe.

    Args:
        endpoint: the model.
        prompts: what it is told.
        settings: prices and limits.

    >>> from assistant.endpoints.endpoint import endpoint
    >>> from assistant.endpoints.prompts import load_prompts
    >>> echo = Settings(writer="llama_index.core.llms:MockLLM")
    >>> writer = Writer(endpoint(echo), load_prompts(), echo)
    >>> writer.name, writer.plan("When did the gate fail?", (), Composition())
    ('writer:unknown', None)
    """

    def __init__(self, endpoint: Endpoint, prompts: Prompts, settings: Settings) -> None:
        self._endpoint, self._prompts = endpoint, prompts
        self._prices = settings.writer_price_in, settings.writer_price_out
        self._limit = settings.question_limit
        self.name = f"writer:{endpoint.name}"
        self.model = endpoint.name
        self.marks = settings.writer_unsupported == "mark"

    def close(self) -> None:
        """Let go of the endpoint's connections."""
        self._endpoint.close()

    def plan(self, question: str, history: History, composition: Composition) -> Plan | None:
        """What the question asks for, as the model understands it; None where it does not tell.

        A fault of the endpoint is told in `composition`; a reply of another form is none: the
        program's own understanding of the question stands.
        """
        turns = "\n".join(f"{role}: {text}" for role, text in _earlier(history))
        earlier = f"Earlier:\n{turns}\n\n" if turns else ""
        messages = [
            ("system", self._prompts.plan),
            ("user", f"{earlier}Question: {question}"),
        ]
        reply = Reply()
        try:
            plan = parse_plan(self._endpoint.whole(messages, PLAN, reply), self._limit)
        except EndpointFault as fault:
            composition.fault = str(fault)
            return None
        except ReplyFault:
            return None
        finally:
            composition.usage = composition.usage + reply.usage(self._prices)
        return plan if plan.question else None

    def table_sql(self, question: str, tables: str, refused: str, composition: Composition) -> str:
        """The SQL that answers a question from tables; none where the model has none.

        Args:
            question: what is asked.
            tables: in words: their columns and some values.
            refused: an earlier statement and what is wrong with it.
            composition: its usage grows; a fault of the endpoint is told there.
        """
        asked = f"{tables}\n\nQuestion: {question}"
        if refused:
            asked += f"\n\nRefused:\n{refused}"
        reply = Reply()
        try:
            messages = [("system", self._prompts.query), ("user", asked)]
            return parse_reply(_Query, self._endpoint.whole(messages, QUERY, reply)).sql.strip()
        except EndpointFault as fault:
            composition.fault = str(fault)
            return ""
        except ReplyFault:
            return ""
        finally:
            composition.usage = composition.usage + reply.usage(self._prices)

    def compose(
        self,
        question: str,
        plan: Plan | None,
        passages: Sequence[Retrieved],
        history: History,
        composition: Composition,
    ) -> Iterator[Written]:
        """The sentences of an answer, each as soon as it is written.

        What else there is to know is in `composition` when they have ended. The endpoint's faults
        end them early and are told there.

        Args:
            question: what is asked, if there is no plan.
            plan: the question as it was understood.
            passages: those to answer from, the best first.
            history: earlier turns; they are left away where the plan's question stands by itself.
            composition: is filled in.
        """
        asked = plan.question if plan else question
        system = self._prompts.answer
        turns = [] if plan else _earlier(history)
        if plan:
            system += f"\n\n{_FORM.format(plan.kind)}"
        composition.packed = self._packed(asked, passages, turns)
        said: set[str] = set()
        while not composition.fault:
            shown = _numbered(composition.packed)
            messages = [("system", system), *turns, ("user", f"{shown}\n\nQuestion: {asked}")]
            try:
                for written in self._written(messages, composition):
                    if _is_new(written, said):
                        yield written
            except EndpointFault as fault:
                if fault.too_long and len(composition.packed) > 1:
                    composition.packed = composition.packed[: len(composition.packed) // 2]
                    continue
                composition.fault = str(fault)
            return

    def rewrite(
        self,
        question: str,
        refused: Sequence[tuple[str, str]],
        composition: Composition,
    ) -> dict[int, Written]:
        """What the model makes of sentences that could not be verified, by their index.

        Those that it leaves out, or leaves as they are, are not among them.

        Args:
            question: what is asked.
            refused: each sentence with the reason.
            composition: of the answer that they are of.
        """
        listed = "\n".join(
            f"{number}. {sentence} ({reason})"
            for number, (sentence, reason) in enumerate(refused, start=1)
        )
        asked = f"{_numbered(composition.packed)}\n\nQuestion: {question}\n\nRefused:\n{listed}"
        reply = Reply()
        try:
            messages = [("system", self._prompts.rewrite), ("user", asked)]
            rows = parse_reply(_Rewritten, self._endpoint.whole(messages, REWRITE, reply)).sentences
        except (EndpointFault, ReplyFault) as fault:
            composition.notices.append(ASKED_ONCE_MORE.format(fault))
            return {}
        finally:
            composition.usage = composition.usage + reply.usage(self._prices)
        found = {}
        for row in rows:
            number, written = row.get("number"), parse_sentence(row)
            if isinstance(number, int) and 0 < number <= len(refused) and len(written) == 1:
                said: set[str] = {refused[number - 1][0].casefold()}
                if _is_new(written[0], said):
                    found[number - 1] = written[0]
        return found

    def next_questions(self, question: str, so_far: str) -> tuple[list[str], bool, Usage]:
        """What to search for next in a research, whether that is all, and what asking took.

        Args:
            question: of the research.
            so_far: what was found and what is missing, in words.

        Raises:
            EndpointFault: the model does not answer.
            ReplyFault: it does not answer in the form that it is asked for.
        """
        reply = Reply()
        messages = [
            ("system", self._prompts.research),
            ("user", f"Question: {question}\n\n{so_far}"),
        ]
        told = parse_reply(_Next, self._endpoint.whole(messages, RESEARCH, reply))
        asked = [" ".join(one.split()) for one in told.questions]
        fit = [one for one in asked if re.search(r"\w", one) and len(one) <= self._limit]
        return fit, told.done, reply.usage(self._prices)

    def _written(self, messages: Sequence[Message], composition: Composition) -> Iterator[Written]:
        """The sentences of one reply."""
        reply, cutter = Reply(), Cutter()
        try:
            for piece in self._endpoint.stream(messages, ANSWER, reply):
                yield from cutter.feed(piece)
            cut_off = reply.finish == "length"
            if cut_off:
                composition.notices.append(
                    CUT_OFF.format(self._endpoint.name, self._endpoint.reply_tokens)
                )
            yield from cutter.end(cut_off=cut_off)
            composition.declined = composition.declined or cutter.declined
        finally:
            composition.usage = composition.usage + reply.usage(self._prices)

    def _packed(
        self, question: str, passages: Sequence[Retrieved], turns: Sequence[Message]
    ) -> list[Retrieved]:
        """The first passages that fit the context beside the question and the reply; at least one.

        A context too small even for that is the endpoint's to complain of.
        """
        tokens = self._endpoint.context - self._endpoint.reply_tokens - _OVERHEAD
        room = tokens * _CHARACTERS_A_TOKEN
        room -= len(self._prompts.answer) + len(question) + sum(len(text) for _, text in turns)
        packed: list[Retrieved] = []
        for one in passages[:PASSAGES]:
            room -= len(_numbered([one]))
            if room < 0 and packed:
                break
            packed.append(one)
        return packed


def _numbered(passages: Sequence[Retrieved]) -> str:
    return numbered([one.shown for one in passages])


def _is_new(written: Written, said: set[str]) -> bool:
    """Whether it has not been said yet; models repeat themselves. Notes that it now has."""
    text = written.text.casefold()
    if text in said:
        return False
    said.add(text)
    return True


def _earlier(history: History) -> list[Message]:
    """The last turns as messages, without their footnotes, whose numbers mean other passages."""
    return [(role, _MARK.sub("", text)[:_TURN_CHARACTERS]) for role, text in history[-2 * _TURNS :]]


def since(began: float, usage: Usage) -> Usage:
    """The usage with the seconds since a moment as those to the first sentence, if it is the first.

    >>> since(time.monotonic(), Usage(first_sentence=1.5)).first_sentence
    1.5
    """
    if usage.first_sentence is not None:
        return usage
    return usage.model_copy(update={"first_sentence": round(time.monotonic() - began, 6)})
