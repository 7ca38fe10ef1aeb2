"""The writer: a language model composes from passages; what they do not carry is not shown.

Sentences are verified while the model writes, so each is shown once and stays. Those that are not
supported are asked for anew, once, with the reason.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.answer import Usage
from assistant.asking.rewriting import History
from assistant.draft import Claim
from assistant.messages import ASKED_ONCE_MORE
from assistant.retrieving.retrieval import Retrieved
from assistant.settings import Settings
from assistant.verifying.grounding import Grounded, Verifier
from assistant.writing.endpoint import Endpoint, Message, Reply
from assistant.writing.faults import EndpointFault
from assistant.writing.prompts import Prompts
from assistant.writing.record import Record
from assistant.writing.streaming import SCHEMA, Cutter, Written, about_itself, is_fragment
from index.document import Span
from index.errors import StoreError

PASSAGES = 12
"""Passages that the writer is given where they fit, the best first."""

_TURNS, _TURN_CHARACTERS = 4, 1_200
_CHARACTERS_A_TOKEN = 3
"""Fewer than most text has, so that what is packed fits."""
_OVERHEAD = 64
_MARK = re.compile(r"\[\d+\]")

NOT_KEPT = "How much of what {} wrote held could not be noted: {}"
CUT_OFF = "{} stopped writing at its limit of {} tokens; its last sentence may be missing."


@dataclass
class Composition:
    """An answer being written.

    Attributes:
        declined: the model says that the passages do not answer.
        refused: sentences that were not supported, nor when they were asked for anew.
        fault: what went wrong with the endpoint, in words; empty when nothing did.
        notices: what else the reader of the answer should know.
        usage: what it took.

    >>> composition = Composition(fault="it did not answer in time")
    >>> composition.declined, composition.usage.requests
    (False, 0)
    """

    declined: bool = False
    refused: list[Grounded] = field(default_factory=list)
    fault: str = ""
    notices: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)


class Writer:
    """Composes answers. Thread-safe.

    Args:
        endpoint: the model.
        prompts: what it is told.
        verifier: finds what carries what it writes.
        settings: prices, and whether sentences without support are to be marked.
        record: how much of what the model wrote held.

    >>> from assistant import Assistant
    >>> _ = (tmp_path / "log.txt").write_text("The high tide came at nine.")
    >>> echo = Settings(writer="llama_index.core.llms:MockLLM", writer_unsupported="mark")
    >>> with Assistant(tmp_path / "store", settings=echo) as own:
    ...     _ = own.add(tmp_path / "log.txt")
    ...     answer = own.query("When did the high tide come?")
    >>> answer.engine, answer.usage.requests
    ('writer:unknown', 2)
    """

    def __init__(
        self,
        endpoint: Endpoint,
        prompts: Prompts,
        verifier: Verifier,
        settings: Settings,
        record: Record,
    ) -> None:
        self._endpoint, self._prompts, self._verifier = endpoint, prompts, verifier
        self._record = record
        self._prices = settings.writer_price_in, settings.writer_price_out
        self.name = f"writer:{endpoint.name}"
        self.marks = settings.writer_unsupported == "mark"

    def close(self) -> None:
        """Let go of the endpoint's connections."""
        self._endpoint.close()

    def sentences(
        self,
        question: str,
        passages: Sequence[Retrieved],
        history: History,
        composition: Composition,
    ) -> Iterator[Grounded]:
        """The supported sentences of an answer, each as soon as it is verified.

        What else there is to know of it is in `composition` when they have ended. The endpoint's
        faults end them early and are told there.
        """
        try:
            yield from self._composed(question, passages, history, composition)
        finally:
            try:
                self._record.keep()
            except StoreError as error:
                composition.notices.append(NOT_KEPT.format(self._endpoint.name, error))

    def _composed(
        self,
        question: str,
        passages: Sequence[Retrieved],
        history: History,
        composition: Composition,
    ) -> Iterator[Grounded]:
        packed = self._packed(question, passages, history)
        began = time.monotonic()
        refused: list[tuple[Written, Grounded]] = []
        said: set[str] = set()
        while True:
            messages = [
                ("system", self._prompts.system),
                *_earlier(history),
                ("user", self._prompts.asked(question, packed)),
            ]
            try:
                for written, grounded in self._written(messages, packed, passages, composition):
                    if not _new(grounded, said):
                        continue
                    if grounded.supported:
                        _first(composition, began)
                        yield grounded
                    else:
                        refused.append((written, grounded))
            except EndpointFault as fault:
                if fault.too_long and len(packed) > 1:
                    packed = packed[: len(packed) // 2]
                    continue
                composition.fault = str(fault)
            break
        if not refused:
            return
        if composition.fault or composition.declined:
            composition.refused += [grounded for _, grounded in refused]
            return
        for grounded in self._again(messages, refused, packed, passages, composition, said):
            _first(composition, began)
            yield grounded

    def _again(
        self,
        messages: Sequence[Message],
        refused: Sequence[tuple[Written, Grounded]],
        packed: Sequence[Retrieved],
        passages: Sequence[Retrieved],
        composition: Composition,
        said: set[str],
    ) -> Iterator[Grounded]:
        """What the model makes of the sentences that were not supported, where that is."""
        listed = [
            (grounded.draft.text, [grounded.draft.text[s:e] for s, e in grounded.unsupported])
            for _, grounded in refused
        ]
        wrong = " ".join(sentence for sentence, _ in listed)
        asked = [*messages, ("assistant", wrong), ("user", self._prompts.asked_again(listed))]
        # Those that have been refused stay so; what is written in their place is counted if it
        # is not supported either and says something else.
        composition.refused += [grounded for _, grounded in refused]
        try:
            for _, grounded in self._written(asked, packed, passages, composition):
                if not _new(grounded, said):
                    continue
                if grounded.supported:
                    yield grounded
                else:
                    composition.refused.append(grounded)
        except EndpointFault as fault:
            composition.notices.append(ASKED_ONCE_MORE.format(fault))

    def _written(
        self,
        messages: Sequence[Message],
        packed: Sequence[Retrieved],
        passages: Sequence[Retrieved],
        composition: Composition,
    ) -> Iterator[tuple[Written, Grounded]]:
        """The sentences of one reply, verified."""
        reply, cutter = Reply(), Cutter()
        try:
            for piece in self._endpoint.stream(messages, SCHEMA, reply):
                for written in cutter.feed(piece):
                    yield written, self._grounded(written, packed, passages)
            cut_off = reply.finish == "length"
            if cut_off:
                composition.notices.append(
                    CUT_OFF.format(self._endpoint.name, self._endpoint.reply_tokens)
                )
            for written in cutter.end(cut_off=cut_off):
                yield written, self._grounded(written, packed, passages)
            composition.declined = composition.declined or cutter.declined
        finally:
            composition.usage = composition.usage + self._usage(reply)

    def _grounded(
        self, written: Written, packed: Sequence[Retrieved], passages: Sequence[Retrieved]
    ) -> Grounded:
        """A sentence on the passages that it names; where they do not carry it, on any."""
        if is_fragment(written.text):
            whole = (Span(0, len(written.text)),)
            return Grounded(Claim(written.text, (), paragraph=written.paragraph), whole)
        named = [packed[n - 1] for n in written.passages if 0 < n <= len(packed)]
        prior = self._record.prior
        grounded = self._verifier.of(written.text, named, prior) if named else None
        if grounded is None or not grounded.supported:
            grounded = self._verifier.of(written.text, passages, prior)
        draft = replace(grounded.draft, paragraph=written.paragraph)
        # What stands word for word in a passage has no other quotes.
        itself = about_itself(written.text, grounded.quotes) if grounded.quotes else ()
        if grounded.odds is not None and not itself:
            self._record.note(grounded.odds)
        return replace(grounded, draft=draft, unsupported=(*grounded.unsupported, *itself))

    def _packed(
        self, question: str, passages: Sequence[Retrieved], history: History
    ) -> list[Retrieved]:
        """The first passages that fit the context beside the question and the reply; at least one.

        A context too small even for that is the endpoint's to complain of.
        """
        tokens = self._endpoint.context - self._endpoint.reply_tokens - _OVERHEAD
        room = tokens * _CHARACTERS_A_TOKEN
        room -= len(self._prompts.system) + len(question)
        room -= sum(len(text) for _, text in _earlier(history))
        packed: list[Retrieved] = []
        for number, one in enumerate(passages[:PASSAGES], start=1):
            room -= len(self._prompts.shown(number, one))
            if room < 0 and packed:
                break
            packed.append(one)
        return packed

    def _usage(self, reply: Reply) -> Usage:
        """Of one request."""
        read, wrote = reply.prompt_tokens, reply.completion_tokens
        price_in, price_out = self._prices
        cost = None
        if price_in is not None and price_out is not None and None not in (read, wrote):
            cost = (price_in * (read or 0) + price_out * (wrote or 0)) / 1e6
        return Usage(
            requests=1,
            prompt_tokens=read,
            completion_tokens=wrote,
            cost=cost,
            seconds=round(reply.seconds, 6),
        )


def _new(grounded: Grounded, said: set[str]) -> bool:
    """Whether it has not been said yet; models repeat themselves. Notes that it now has."""
    text = grounded.draft.text.casefold()
    if text in said:
        return False
    said.add(text)
    return True


def _earlier(history: History) -> list[Message]:
    """The last turns as messages, without their footnotes, whose numbers mean other passages."""
    return [(role, _MARK.sub("", text)[:_TURN_CHARACTERS]) for role, text in history[-2 * _TURNS :]]


def _first(composition: Composition, began: float) -> None:
    if composition.usage.first_sentence is None:
        seconds = round(time.monotonic() - began, 6)
        composition.usage = composition.usage.model_copy(update={"first_sentence": seconds})
