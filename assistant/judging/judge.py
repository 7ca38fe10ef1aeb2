"""The judge: one request for all claims of an answer, and what of its reply is believed."""

import hashlib
import random
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from assistant.answer import Usage
from assistant.draft import Claim, Evidence
from assistant.endpoints.endpoint import endpoint
from assistant.endpoints.faults import EndpointFault
from assistant.endpoints.prompts import load_prompts
from assistant.endpoints.wire import (
    ReplyFault,
    Shown,
    numbered,
)
from assistant.judging.canaries import make_canaries
from assistant.judging.examination import FILE, examine, sheets
from assistant.judging.model import ChatJudge, JudgingModel
from assistant.judging.trust import Standing, Standings
from assistant.judging.verdicts import Judgement
from assistant.language.terms import content_terms
from assistant.messages import JUDGE_FAILED, JUDGE_MISSED, JUDGE_NOT_TRUSTED
from assistant.retrieving.retrieval import Retrieved
from assistant.settings import Settings
from assistant.verifying.grounding import Grounded, joined, judged
from index.document import Span

_WAIT, _WAIT_FOR_ENDPOINT = 600.0, 20.0
"""Seconds after which a model that did not keep to the form of the examination, or did not answer
it, is tried again: until then no question waits for it."""

FOLDER = "folder"
"""What a setting begins with that names a classifier's folder."""


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
    """Says what passages make of claims, as far as its model is trusted. Thread-safe.

    Args:
        model: what reads.
        limit: the share of wrong claims that it may let pass.
        folder: where its standing is kept: the store's.

    >>> echo = open_judge(Settings(writer="llama_index.core.llms:MockLLM"), tmp_path)
    >>> echo.hear(["The gate held."], passages).notices[0][:40]
    'unknown could not judge: its reply is no'
    """

    def __init__(self, model: JudgingModel, limit: float, folder: Path) -> None:
        self._model, self._limit = model, limit
        self._standings = Standings(folder)
        self._examining = threading.Lock()
        self._unread: tuple[float, EndpointFault | ReplyFault] | None = None
        self.name = model.name
        sheet = hashlib.sha256(FILE.read_bytes()).hexdigest()[:8]
        self._key = f"{model.identity}, examination {sheet}"

    def close(self) -> None:
        """Let go of what the model holds open."""
        self._model.close()

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
            if self._unread is not None and not anew and time.monotonic() < self._unread[0]:
                raise self._unread[1]
            known = self._standings.of(self._key)
            if known is not None and not known.due and not anew:
                return known
            took = usage if usage is not None else []
            try:
                marks = examine(
                    lambda passages, claims: [
                        one.accepted for one in self._model.read(passages, claims, took)
                    ]
                )
            except (EndpointFault, ReplyFault) as fault:
                wait = _WAIT if isinstance(fault, ReplyFault) else _WAIT_FOR_ENDPOINT
                self._unread = time.monotonic() + wait, fault
                raise
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
            shown = [one.shown for one in packed]
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
        planted, shown = _planted(claims, shown)
        texts = [*claims, *planted.true, *planted.wrong]
        order = _shuffled(texts)
        heard = self._model.read(shown, [texts[at] for at in order], usage)
        judgements = _restored(heard, order)
        said = [one.accepted for one in judgements[len(claims) :]]
        wrong_accepted = sum(said[len(planted.true) :])
        self._standings.change(
            self._key,
            lambda kept: (kept or standing).with_canaries(
                wrong=len(planted.wrong),
                wrong_accepted=wrong_accepted,
                true_missed=not all(said[: len(planted.true)]),
            ),
        )
        if wrong_accepted:
            hearing.notices.append(JUDGE_MISSED.format(self.name))
            return
        hearing.verdicts = [
            _grounded(claim, judgement, packed)
            for claim, judgement in zip(claims, judgements, strict=False)
        ]

    def _packed(self, claims: Sequence[str], passages: Sequence[Retrieved]) -> list[Retrieved]:
        """The first passages that fit the context beside claims and reply; at least one."""
        room = self._model.room(claims)
        packed: list[Retrieved] = []
        for one in passages:
            room -= len(numbered([one.shown]))
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
    provider, _, name = (settings.judge or "").partition(":")
    if provider == FOLDER:
        from assistant.judging.classifier import ClassifierJudge

        return Judge(ClassifierJudge(Path(name)), settings.judge_errors, folder)
    prompts = load_prompts(settings.writer_prompts)
    own = settings.judge is not None
    prices = (None, None) if own else (settings.writer_price_in, settings.writer_price_out)
    model = ChatJudge(endpoint(settings, "judge"), prompts.verdicts, prices)
    return Judge(model, settings.judge_errors, folder)


@dataclass(frozen=True, slots=True)
class _Planted:
    """The canaries of a request."""

    true: list[str]
    wrong: list[str]


def _planted(claims: Sequence[str], shown: Sequence[Shown]) -> tuple[_Planted, list[Shown]]:
    """The canaries to put among claims, and the passages with those that canaries need.

    Beside a figure that stands nowhere, which a document could tell the judge to look for, there is
    always a wrong claim of the examination, whose figures and names are those of its passage.
    """
    chance = random.Random("\n".join([*claims, *(one.text for one in shown)]))  # noqa: S311
    sheet = chance.choice(sheets())
    wrong = chance.choice([one for one in sheet.questions if not one.right])
    made = make_canaries(shown, claims)
    if made is None:
        right = chance.choice([one for one in sheet.questions if one.right])
        return _Planted([right.claim], [wrong.claim]), [*shown, *sheet.passages]
    terms = content_terms(wrong.claim)
    nearest = max(sheet.passages, key=lambda one: len(terms & content_terms(one.text)))
    return _Planted([made.true], [made.wrong, wrong.claim]), [*shown, nearest]


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
    drafts = _cited(claim, judgement.places, passages)
    if judgement.verdict == "not_verified" or not drafts:
        return Grounded(Claim(claim, ()), missing=judgement.missing)
    draft = joined(drafts, claim)
    own = {one.document.id for one in draft.evidence}
    beside = [one.chunk for one in passages if one.chunk.document.id in own]
    around = [Evidence.within(chunk, chunk.start, chunk.end) for chunk in beside]
    draft = replace(draft, around=tuple(dict.fromkeys([*draft.around, *around])))
    against = [one for one in _cited(claim, judgement.against, passages) if one.evidence]
    later = tuple(one for claim in against for one in claim.evidence if one.document.id not in own)
    return Grounded(draft, judgement.verdict, missing=judgement.missing, against=later)


def _cited(
    claim: str, places: Iterable[tuple[int, Span]], passages: Sequence[Retrieved]
) -> list[Claim]:
    """The claim by each passage that has words at these places."""
    by_passage: dict[int, list[Span]] = {}
    for index, span in places:
        if index < len(passages):
            start = passages[index].chunk.start
            by_passage.setdefault(index, []).append(Span(start + span.start, start + span.end))
    return [judged(claim, passages[index], spans) for index, spans in by_passage.items()]
