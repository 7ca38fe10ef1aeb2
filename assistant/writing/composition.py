"""What an engine has to say → events: each sentence with its verdict, and what became of it."""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.answer import Progress, SentenceReady, Usage
from assistant.asking.plan import Plan
from assistant.asking.question import Question
from assistant.asking.rewriting import History
from assistant.citing.footnotes import Footnotes
from assistant.citing.hearing import Evidences, hear_sentences, tell
from assistant.draft import Claim, ProposedAnswer
from assistant.messages import (
    COMPUTED,
    NOT_FOUND,
    WRITER_ALL_UNVERIFIED,
    WRITER_BROKE_OFF,
    WRITER_FAILED,
    WRITER_UNVERIFIED,
    WROTE_NOTHING,
)
from assistant.retrieving.retrieval import Retrieved
from assistant.verifying.grounding import Grounded, Verifier
from index.document import Span

if TYPE_CHECKING:
    from assistant.judging.judge import Judge
    from assistant.writing.streaming import Written
    from assistant.writing.writer import Composition, Writer

_SUPPORTED = 0.7
"""The least confidence in an answer of which each sentence is supported."""

AnswerEvents = Generator[Progress | SentenceReady, None, ProposedAnswer]


def verify_claims(footnotes: Footnotes, reading: ProposedAnswer, *, opens: bool) -> AnswerEvents:
    """The reading's sentences that verification lets pass, and the reading as it then is.

    Args:
        footnotes: numbers them.
        reading: of the embedded reader.
        opens: whether its first sentence begins a paragraph.

    >>> from index.models.embeddings import MiniLM
    >>> from index.store.store import Store
    >>> store = Store(demo.store, MiniLM())
    >>> reading = ProposedAnswer(claims=(Claim("The gate opened at 25:61.", ()),))
    >>> list(verify_claims(Footnotes(store), reading, opens=True))
    []
    >>> store.close()
    """
    shown = len(footnotes.sentences)
    for number, draft in enumerate(reading.claims):
        first = draft.paragraph or (number == 0 and opens)
        sentence, new = footnotes.verified(replace(draft, paragraph=first))
        if sentence is not None and draft.superseded:
            sentence, later = footnotes.supersede(draft.superseded)
            new += later
        if sentence is not None:
            yield SentenceReady(sentence=sentence, citations=new)
    if reading.claims and len(footnotes.sentences) == shown:
        # All that it had to say was refused.
        return replace(reading, message=NOT_FOUND, abstained=True, conflicts=())
    return reading


@dataclass
class _Drafted:
    """A sentence of the writer and what is known of it."""

    written: "Written"
    grounded: Grounded
    about_itself: tuple[Span, ...] = ()

    @property
    def held(self) -> bool:
        return self.grounded.supported and not self.about_itself

    @property
    def wrong(self) -> tuple[Span, ...]:
        whole = (Span(0, len(self.written.text)),)
        return self.about_itself or self.grounded.unsupported or whole


class WriterAnswer:
    """The answer of the writer to one question, behind the reader's.

    Its sentences stand in the writer's order, each with its verdict: quotations are seen at once,
    the rest a judge hears in one request. What is refused is asked for once more, with the reason.
    What only the program can do stays the reader's: accounts that differ are set side by side, and
    figures are computed, below what the writer wrote, or in its place where it finds no answer in
    the passages. Where nothing that it wrote holds, the reader answers.

    Args:
        writer: composes.
        judge: says what passages make of its sentences; None where there is none.
        verifier: sees what is quoted.
        evidences: finds passages for a sentence.
        question: what is asked.
        plan: the question as the writer has understood it.
        passages: what it is asked of, the best first.
        reading: the reader's answer to the same question.
        history: the turns before it.
        fault: what is wrong with the writer's endpoint, if that is known already.

    >>> from assistant import Assistant
    >>> from assistant.settings import Settings
    >>> _ = (tmp_path / "log.txt").write_text("The high tide came at nine.")
    >>> echo = Settings(writer="llama_index.core.llms:MockLLM", writer_unsupported="drop")
    >>> with Assistant(tmp_path / "store", settings=echo) as own:
    ...     _ = own.add(tmp_path / "log.txt")
    ...     own.query("When did the high tide come?").text
    'The high tide came at nine.[1]'
    """

    def __init__(
        self,
        writer: "Writer",
        judge: "Judge | None",
        verifier: Verifier,
        evidences: Evidences,
        question: Question,
        plan: Plan | None,
        passages: Sequence[Retrieved],
        reading: ProposedAnswer,
        history: History,
        fault: str = "",
    ) -> None:
        self._writer, self._judge, self._verifier = writer, judge, verifier
        self._evidences = evidences
        self._question, self._plan, self._passages = question, plan, passages
        self._reading, self._history, self._fault = reading, history, fault
        self.usage = Usage()
        self.written = False

    def told(self, footnotes: Footnotes, *, opens: bool) -> AnswerEvents:
        """The sentences as events, and the reading that they make up."""
        from assistant.writing.writer import Composition

        composition = Composition(fault=self._fault)
        yield Progress(stage="writing")
        began = time.monotonic()
        shown = len(footnotes.sentences)
        drafts: list[Claim] = []
        waiting: list[_Drafted] = []
        asked = self._question.text
        for written in self._writer.compose(
            asked, self._plan, self._passages, self._history, composition
        ):
            drafted = self._drafted(written, composition)
            if drafted is None:
                footnotes.refused(Claim(written.text, ()), [Span(0, len(written.text))])
                drafts.append(Claim(written.text, ()))
            elif drafted.held and not waiting:
                yield self._shown(footnotes, drafted, drafts, composition, began, opens=opens)
            else:
                waiting.append(drafted)
        if waiting:
            yield Progress(stage="verifying")
            waiting = self._judged(waiting, footnotes, composition)
        held = len(footnotes.sentences) > shown or any(one.held for one in waiting)
        for one in waiting:
            if held and (one.held or self._writer.marks):
                yield self._shown(footnotes, one, drafts, composition, began, opens=opens)
            else:
                drafts.append(one.grounded.draft)
                footnotes.refused(Claim(one.written.text, ()), one.wrong)
        self.written = held
        self.usage = composition.usage
        declined = composition.declined and not composition.fault
        if held or (declined and any(map(_is_computed, self._reading.claims))):
            sure = held and all(one.supported for one in footnotes.sentences[shown:])
            return (yield from self._with_readers(footnotes, drafts, composition, sure=sure))
        return (yield from self._without(footnotes, drafts, composition, opens=opens))

    def _drafted(self, written: "Written", composition: "Composition") -> _Drafted | None:
        """The sentence as the program sees it by itself; None for what claims nothing."""
        from assistant.writing.streaming import about_itself, is_fragment

        if is_fragment(written.text):
            return None
        packed = composition.packed
        named = [packed[n - 1] for n in written.passages if 0 < n <= len(packed)]
        others = [one for one in self._passages if one not in named]
        grounded = self._verifier.of(written.text, [*named, *others])
        near = [one.chunk.text for one in (*named, *packed)]
        return _Drafted(written, grounded, tuple(about_itself(written.text, near)))

    def _judged(
        self, waiting: Sequence[_Drafted], footnotes: Footnotes, composition: "Composition"
    ) -> list[_Drafted]:
        """The sentences as the judge hears them, the refused ones after they were written anew."""
        if self._judge is None or composition.fault:
            return list(waiting)
        heard = self._heard(waiting, footnotes, composition)
        refused = [n for n, one in enumerate(heard) if not one.held]
        if not refused or not composition.heard:
            return heard
        reasons = [(heard[n].written.text, _reason(heard[n])) for n in refused]
        asked = self._plan.question if self._plan else self._question.text
        mended = self._writer.rewrite(asked, reasons, composition)
        anew = {
            refused[at]: drafted
            for at, written in mended.items()
            if (drafted := self._drafted(written, composition)) is not None
        }
        again = self._heard(list(anew.values()), footnotes, composition) if anew else []
        for n, one in zip(anew, again, strict=True):
            if one.held:
                heard[n] = one
        return heard

    def _heard(
        self, drafted: Sequence[_Drafted], footnotes: Footnotes, composition: "Composition"
    ) -> list[_Drafted]:
        """The sentences with the judge's verdicts, where it gives any and its quotes bear them."""
        assert self._judge is not None  # noqa: S101 (its only caller has looked)
        open_ones = [one for one in drafted if not one.grounded.supported]
        named = [
            composition.packed[n - 1]
            for one in open_ones
            for n in one.written.passages
            if 0 < n <= len(composition.packed)
        ]
        verdicts, hearing = hear_sentences(
            self._judge,
            [(one.grounded, one.written.judged_by) for one in open_ones],
            named,
            self._evidences,
            composition.packed,
        )
        composition.usage = composition.usage + hearing.usage
        composition.notices += [n for n in hearing.notices if n not in composition.notices]
        composition.heard = bool(hearing.verdicts) or not open_ones
        told = iter(verdicts)
        return [
            one if one.grounded.supported else replace(one, grounded=footnotes.checked(next(told)))
            for one in drafted
        ]

    def _shown(
        self,
        footnotes: Footnotes,
        drafted: _Drafted,
        drafts: list[Claim],
        composition: "Composition",
        began: float,
        *,
        opens: bool,
    ) -> SentenceReady:
        from assistant.writing.writer import since

        grounded = drafted.grounded
        if drafted.about_itself:
            grounded = replace(grounded, verdict="not verified", unsupported=drafted.about_itself)
        first = drafted.written.paragraph or (not drafts and opens)
        drafts.append(grounded.draft)
        sentence, new = tell(footnotes, self._evidences, grounded, opens=first)
        if sentence.supported:
            composition.usage = since(began, composition.usage)
        return SentenceReady(sentence=sentence, citations=new)

    def _with_readers(
        self,
        footnotes: Footnotes,
        drafts: list[Claim],
        composition: "Composition",
        *,
        sure: bool,
    ) -> AnswerEvents:
        """Below what was written, what only the program can say.

        Args:
            footnotes: of the answer.
            drafts: what was written.
            composition: how.
            sure: whether all of it is supported.
        """
        reading = self._reading
        own = reading.claims if reading.conflicts else tuple(filter(_is_computed, reading.claims))
        yield from verify_claims(footnotes, replace(reading, claims=own), opens=True)
        notices = list(composition.notices)
        if composition.fault:
            notices.append(WRITER_BROKE_OFF.format(self._writer.model, composition.fault))
        return ProposedAnswer(
            reading.kind,
            claims=(*drafts, *own),
            confidence=_assured(reading.confidence) if sure else reading.confidence,
            conflicts=_moved(reading.conflicts, len(drafts)),
            notices=tuple(notices),
        )

    def _without(
        self, footnotes: Footnotes, drafts: list[Claim], composition: "Composition", *, opens: bool
    ) -> AnswerEvents:
        """What is said where nothing holds of what was written."""
        reading, model = self._reading, self._writer.model
        if composition.declined and not composition.fault:
            return ProposedAnswer(
                reading.kind,
                NOT_FOUND,
                tuple(drafts),
                abstained=True,
                confidence=reading.confidence,
                notices=tuple(composition.notices),
            )
        if composition.fault:
            told = WRITER_FAILED.format(model, composition.fault)
        elif not drafts:
            told = WRITER_FAILED.format(model, WROTE_NOTHING)
        elif reading.abstained:
            told = WRITER_ALL_UNVERIFIED.format(model)
        else:
            told = WRITER_UNVERIFIED.format(model)
        reading = yield from verify_claims(footnotes, reading, opens=opens)
        return replace(
            reading,
            claims=(*drafts, *reading.claims),
            conflicts=_moved(reading.conflicts, len(drafts)),
            notices=(*reading.notices, *composition.notices, told),
        )


def _reason(drafted: _Drafted) -> str:
    """Why a sentence is refused, for its writer."""
    grounded = drafted.grounded
    if drafted.about_itself:
        return "it speaks of the passages or of its writer"
    words = [grounded.draft.text[start:end] for start, end in grounded.unsupported]
    told = grounded.missing or ", ".join(words) or "the passages do not say all of it"
    return f"the passages say otherwise: {told}" if grounded.verdict == "contradicted" else told


def _assured(confidence: float) -> float:
    """How sure an answer is of which each sentence is supported, where the reader was so sure.

    Of 92 such answers 89 were right, and 14 of the 16 of which the reader was less than half sure
    (`benchmarks/README.md`).
    """
    return _SUPPORTED + (1 - _SUPPORTED) * confidence


def _is_computed(draft: Claim) -> bool:
    return any(draft.text[start:].startswith(f"[{COMPUTED}") for start, _ in draft.added)


def _moved(groups: Sequence[tuple[int, ...]], by: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(at + by for at in group) for group in groups)
