"""What an engine has to say → events: each sentence once it is verified, and what became of it."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answer import Progress, SentenceReady, Usage
from assistant.asking.question import Question
from assistant.asking.rewriting import History
from assistant.citing.footnotes import Footnotes
from assistant.draft import Claim, ProposedAnswer
from assistant.messages import (
    COMPUTED,
    NOT_FOUND,
    WRITER_ALL_UNSUPPORTED,
    WRITER_BROKE_OFF,
    WRITER_FAILED,
    WRITER_UNSUPPORTED,
    WROTE_NOTHING,
)
from assistant.retrieving.retrieval import Retrieved

if TYPE_CHECKING:
    from assistant.writing.writer import Composition, Writer

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
        if sentence is not None:
            yield SentenceReady(sentence=sentence, citations=new)
    if reading.claims and len(footnotes.sentences) == shown:
        # All that it had to say was refused.
        return replace(reading, message=NOT_FOUND, abstained=True, conflicts=())
    return reading


class WriterAnswer:
    """The answer of the writer to one question, behind the reader's.

    What only the program can do stays the reader's: accounts that differ are set side by side, and
    figures are computed, below what the writer wrote. Where the writer has nothing that holds, the
    reader answers.

    Args:
        writer: composes.
        question: what is asked.
        passages: what it is asked of, the best first.
        reading: the reader's answer to the same question.
        history: the turns before it.

    >>> from assistant import Assistant
    >>> from assistant.settings import Settings
    >>> _ = (tmp_path / "log.txt").write_text("The high tide came at nine.")
    >>> echo = Settings(writer="llama_index.core.llms:MockLLM")
    >>> with Assistant(tmp_path / "store", settings=echo) as own:
    ...     _ = own.add(tmp_path / "log.txt")
    ...     own.query("When did the high tide come?").text
    'The high tide came at nine.[1]'
    """

    def __init__(
        self,
        writer: "Writer",
        question: Question,
        passages: Sequence[Retrieved],
        reading: ProposedAnswer,
        history: History,
    ) -> None:
        self._writer, self._question, self._passages = writer, question, passages
        self._reading, self._history = reading, history
        self.usage = Usage()
        self.written = False

    def told(self, footnotes: Footnotes, *, opens: bool) -> AnswerEvents:
        """The sentences as events, and the reading that they make up."""
        from assistant.writing.writer import Composition

        yield Progress(stage="writing")
        composition = Composition()
        drafts: list[Claim] = []
        shown = len(footnotes.sentences)
        for grounded in self._writer.sentences(
            self._question.text, self._passages, self._history, composition
        ):
            first = grounded.draft.paragraph or (not drafts and opens)
            drafts.append(replace(grounded.draft, paragraph=first))
            sentence, new = footnotes.verified(drafts[-1])
            if sentence is not None:
                yield SentenceReady(sentence=sentence, citations=new)
        self.written = len(footnotes.sentences) > shown
        for grounded in composition.refused:
            drafts.append(grounded.draft)
            if self._writer.marks and (self.written or not composition.fault):
                sentence = footnotes.marked(grounded.draft, grounded.unsupported)
                self.written = True
                yield SentenceReady(sentence=sentence)
            else:
                footnotes.refused(grounded.draft, grounded.unsupported)
        self.usage = composition.usage
        if self.written:
            return (yield from self._with_readers(footnotes, drafts, composition))
        return (yield from self._without(footnotes, drafts, composition, opens=opens))

    def _with_readers(
        self, footnotes: Footnotes, drafts: list[Claim], composition: "Composition"
    ) -> AnswerEvents:
        """Below what was written, what only the program can say."""
        reading = self._reading
        own = reading.claims if reading.conflicts else tuple(filter(_is_computed, reading.claims))
        yield from verify_claims(footnotes, replace(reading, claims=own), opens=True)
        notices = list(composition.notices)
        if composition.fault:
            notices.append(WRITER_BROKE_OFF.format(self._model, composition.fault))
        return ProposedAnswer(
            reading.kind,
            claims=(*drafts, *own),
            confidence=reading.confidence,
            conflicts=_moved(reading.conflicts, len(drafts)),
            notices=tuple(notices),
        )

    def _without(
        self, footnotes: Footnotes, drafts: list[Claim], composition: "Composition", *, opens: bool
    ) -> AnswerEvents:
        """What is said where nothing holds of what was written."""
        reading = self._reading
        if composition.declined and not composition.fault:
            return ProposedAnswer(
                reading.kind,
                NOT_FOUND,
                tuple(drafts),
                abstained=True,
                confidence=reading.confidence,
            )
        if composition.fault:
            told = WRITER_FAILED.format(self._model, composition.fault)
        elif not drafts:
            told = WRITER_FAILED.format(self._model, WROTE_NOTHING)
        elif reading.abstained:
            told = WRITER_ALL_UNSUPPORTED.format(self._model)
        else:
            told = WRITER_UNSUPPORTED.format(self._model)
        reading = yield from verify_claims(footnotes, reading, opens=opens)
        return replace(
            reading,
            claims=(*drafts, *reading.claims),
            conflicts=_moved(reading.conflicts, len(drafts)),
            notices=(*reading.notices, told),
        )

    @property
    def _model(self) -> str:
        return self._writer.name.partition(":")[2]


def _is_computed(draft: Claim) -> bool:
    return any(draft.text[start:].startswith(f"[{COMPUTED}") for start, _ in draft.added)


def _moved(groups: Sequence[tuple[int, ...]], by: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(at + by for at in group) for group in groups)
