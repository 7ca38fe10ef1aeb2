"""The judge: one request for all claims of an answer, and what of its reply is believed."""

import hashlib
import random
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from assistant.answer import Usage
from assistant.draft import Claim
from assistant.endpoints.endpoint import Endpoint, Message, Reply, endpoint
from assistant.endpoints.faults import EndpointFault
from assistant.endpoints.prompts import load_prompts
from assistant.endpoints.wire import (
    VERDICTS,
    ReplyFault,
    Shown,
    listed_claims,
    numbered,
)
from assistant.judging.canaries import Canaries, make_canaries
from assistant.judging.examination import FILE, examine, sheets
from assistant.judging.trust import Standing, Standings
from assistant.judging.verdicts import Judgement, accepted, parse_verdicts
from assistant.messages import JUDGE_FAILED, JUDGE_MISSED, JUDGE_NOT_TRUSTED
from assistant.retrieving.retrieval import Retrieved
from assistant.settings import Settings
from assistant.verifying.grounding import Grounded, joined, judged
from index.document import Span

_CHARACTERS_A_TOKEN = 3
"""Fewer than most text has, so that what is packed fits."""

_OVERHEAD = 64


@dataclass
class Hearing:
    """What a judge made of claims.

    Attributes:
        verdicts: each claim, in order; empty where the judge decides nothing.
        notices: why it does not, in words.
        failed: whether it did not answer, or not in the form that it was asked for.
        usage: what it took.

    >>> Hearing(notices=["The judge is away."]).verdicts
    []
    """

    verdicts: list[Grounded] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    failed: bool = False
    usage: Usage = field(default_factory=Usage)


class Judge:
    """A model that says what passages make of claims. Thread-safe.

    Args:
        endpoint: the model.
        prompt: what it is told.
        limit: the share of wrong claims that it may let pass.
        folder: where its standing is kept: the store's.
        prices: of a million tokens read and written, where they are known.

    >>> echo = endpoint(Settings(writer="llama_index.core.llms:MockLLM"), "judge")
    >>> judge = Judge(echo, "Judge.", 0.05, tmp_path)
    >>> judge.hear(["The gate held."], passages).notices[0][:40]
    'unknown could not judge: its reply is no'
    """

    def __init__(
        self,
        endpoint: Endpoint,
        prompt: str,
        limit: float,
        folder: Path,
        prices: tuple[float | None, float | None] = (None, None),
    ) -> None:
        self._endpoint, self._prompt, self._limit = endpoint, prompt, limit
        self._prices = prices
        self._standings = Standings(folder)
        self._examining = threading.Lock()
        self.name = endpoint.name
        # The address by its hash: there are some that hold a key.
        told = [prompt.encode(), FILE.read_bytes(), endpoint.address.encode()]
        digest = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in told))
        self._key = f"{endpoint.name}, {digest.hexdigest()[:16]}"

    def close(self) -> None:
        """Let go of the endpoint's connections."""
        self._endpoint.close()

    def standing(self, usage: list[Usage] | None = None, *, anew: bool = False) -> Standing:
        """What is known of it; it sits the examination first where it has to, or `anew`.

        Args:
            usage: is added what that took.
            anew: examine it whatever is known.

        Raises:
            EndpointFault: it does not answer.
            ReplyFault: it does not answer in the form that it is asked for.
            StoreError: what is known cannot be read or kept.
        """
        with self._examining:
            known = self._standings.of(self._key)
            if known is not None and not known.due and not anew:
                return known
            took = usage if usage is not None else []
            marks = examine(lambda passages, claims: self._accepted(passages, claims, took))
            fresh = Standing(examined="", marks=marks)
            return self._standings.change(
                self._key, lambda kept: (kept or fresh).examined_again(marks)
            )

    def known(self) -> Standing | None:
        """What is known of it already; None where that is nothing."""
        return self._standings.of(self._key)

    def is_trusted(self, standing: Standing) -> bool:
        """Whether what it confirms may be shown as supported."""
        return standing.is_trusted(self._limit)

    def hear(self, claims: Sequence[str], passages: Sequence[Retrieved]) -> Hearing:
        """What it makes of claims by passages, where it answers and is trusted.

        Args:
            claims: each one sentence or fact.
            passages: those that they may rest on, the likeliest first; as many as fit are shown.
        """
        usage: list[Usage] = []
        hearing = Hearing()
        try:
            standing = self.standing(usage)
            if not self.is_trusted(standing):
                hearing.notices.append(JUDGE_NOT_TRUSTED.format(self.name, standing))
            elif claims and passages:
                self._heard(claims, passages, standing, hearing, usage)
        except (EndpointFault, ReplyFault) as fault:
            hearing.failed = True
            hearing.notices.append(JUDGE_FAILED.format(self.name, fault))
        hearing.usage = sum(usage, start=Usage())
        return hearing

    def _heard(
        self,
        claims: Sequence[str],
        passages: Sequence[Retrieved],
        standing: Standing,
        hearing: Hearing,
        usage: list[Usage],
    ) -> None:
        packed = self._packed(claims, passages)
        while True:
            shown = [_shown(one) for one in packed]
            try:
                self._asked(claims, packed, shown, standing, hearing, usage)
            except EndpointFault as fault:
                if not fault.too_long or len(packed) == 1:
                    raise
                packed = packed[: len(packed) // 2]
            else:
                return

    def _asked(
        self,
        claims: Sequence[str],
        packed: Sequence[Retrieved],
        shown: Sequence[Shown],
        standing: Standing,
        hearing: Hearing,
        usage: list[Usage],
    ) -> None:
        """One request; its verdicts are taken over where it has seen through the canaries."""
        canaries = make_canaries(shown, claims)
        if canaries is None:
            canaries, shown = _built_in(claims, shown)
        order = _shuffled([*claims, canaries.true, canaries.wrong])
        mixed = [[*claims, canaries.true, canaries.wrong][at] for at in order]
        reply = self._reply(shown, mixed, usage)
        said = _restored(accepted(reply, len(mixed)), order)
        wrong_accepted, true_missed = said[-1], not said[-2]
        self._standings.change(
            self._key,
            lambda kept: (kept or standing).with_canaries(
                wrong_accepted=wrong_accepted, true_missed=true_missed
            ),
        )
        if wrong_accepted:
            hearing.notices.append(JUDGE_MISSED.format(self.name))
            return
        texts = [one.text for one in shown]
        judgements = _restored(parse_verdicts(reply, texts, len(mixed)), order)
        hearing.verdicts = [
            _grounded(claim, judgement, packed)
            for claim, judgement in zip(claims, judgements, strict=False)
        ]

    def _accepted(
        self, passages: Sequence[Shown], claims: Sequence[str], usage: list[Usage]
    ) -> list[bool]:
        return accepted(self._reply(passages, claims, usage), len(claims))

    def _reply(self, passages: Sequence[Shown], claims: Sequence[str], usage: list[Usage]) -> str:
        messages: list[Message] = [
            ("system", self._prompt),
            ("user", f"{numbered(passages)}\n\n{listed_claims(claims)}"),
        ]
        reply = Reply()
        try:
            return self._endpoint.whole(messages, VERDICTS, reply)
        finally:
            usage.append(reply.usage(self._prices))

    def _packed(self, claims: Sequence[str], passages: Sequence[Retrieved]) -> list[Retrieved]:
        """The first passages that fit the context beside claims and reply; at least one."""
        tokens = self._endpoint.context - self._endpoint.reply_tokens - _OVERHEAD
        room = tokens * _CHARACTERS_A_TOKEN - len(self._prompt) - sum(map(len, claims)) * 2
        packed: list[Retrieved] = []
        for one in passages:
            room -= len(numbered([_shown(one)]))
            if room < 0 and packed:
                break
            packed.append(one)
        return packed


def open_judge(settings: Settings, folder: Path) -> Judge:
    """The judge that the settings name; without one the writer's model judges.

    Args:
        settings: name the model.
        folder: the store's, where what is known of judges is kept.

    Raises:
        SettingsError: it cannot be loaded.

    >>> named = Settings(judge="openai:tiny", judge_base="http://localhost:9/v1")
    >>> judge = open_judge(named, tmp_path)
    >>> judge.name
    'tiny'
    >>> judge.close()
    """
    prompts = load_prompts(settings.writer_prompts)
    own = settings.judge is not None
    prices = (None, None) if own else (settings.writer_price_in, settings.writer_price_out)
    model = endpoint(settings, "judge")
    return Judge(model, prompts.verdicts, settings.judge_errors, folder, prices)


def _shown(found: Retrieved) -> Shown:
    chunk = found.chunk
    heading = chunk.heading[-1] if chunk.heading else ""
    return Shown(chunk.document.title, chunk.text, chunk.document.date, heading)


def _built_in(claims: Sequence[str], shown: Sequence[Shown]) -> tuple[Canaries, list[Shown]]:
    """Canaries of the examination, with their passages behind the others."""
    sheet = random.Random("\n".join(claims)).choice(sheets())  # noqa: S311 (nothing secret)
    first = {right: next(q for q in sheet.questions if q.right is right) for right in (True, False)}
    return Canaries(first[True].claim, first[False].claim), [*shown, *sheet.passages]


def _shuffled(claims: Sequence[str]) -> list[int]:
    """The order in which claims are put: always the same for the same ones, and no telling one."""
    order = list(range(len(claims)))
    random.Random("\n".join(claims)).shuffle(order)  # noqa: S311 (nothing secret)
    return order


_Value = TypeVar("_Value")


def _restored(values: Sequence[_Value], order: Iterable[int]) -> list[_Value]:
    """Values in the order in which their claims were before they were put in another one."""
    placed = dict(zip(order, values, strict=True))
    return [placed[at] for at in range(len(placed))]


def _grounded(claim: str, judgement: Judgement, passages: Sequence[Retrieved]) -> Grounded:
    """The claim with what a judgement rests on; words of built-in passages are none of ours."""
    by_passage: dict[int, list[Span]] = {}
    for index, span in judgement.places:
        if index < len(passages):
            start = passages[index].chunk.start
            by_passage.setdefault(index, []).append(Span(start + span.start, start + span.end))
    drafts = [judged(claim, passages[index], spans) for index, spans in by_passage.items()]
    if judgement.verdict == "not_verified" or not drafts:
        return Grounded(Claim(claim, ()), missing=judgement.missing)
    return Grounded(joined(drafts, claim), judgement.verdict, missing=judgement.missing)
