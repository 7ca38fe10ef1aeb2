"""A question → events: its parts retrieved, read, verified and put together."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from assistant.answer import Answer, AnswerReady, Engine, Event, Progress, Usage, summed
from assistant.clarifying import asked_about, asked_back, taken_for
from assistant.composed import Composed, verified
from assistant.computing import read_figures
from assistant.drafts import Reading
from assistant.evidence import threshold
from assistant.footnotes import Footnotes
from assistant.grounding import Grounding
from assistant.messages import GREETING, NOT_FOUND_IN, THANKED
from assistant.opening import Opening
from assistant.parts import combined, parts
from assistant.questions import Question, respelled, understood
from assistant.reader import Reader
from assistant.retrieval import READ_ON, Retrieved, reread, retrieve
from assistant.scope import Scope, names_a_document, narrowed, scope, without_names
from assistant.searches import History
from assistant.sentence_scores import PASSAGES, SentenceScorer
from assistant.sentence_vectors import SentenceVectors
from assistant.settings import Settings
from assistant.spans import SpanReader
from assistant.summaries import about_documents
from assistant.support import SupportJudge
from assistant.unknown import remarks, unknown
from index.embeddings import Embedder, MiniLM
from index.errors import SettingsError
from index.lexical import analyzed
from index.store import Store

if TYPE_CHECKING:
    from assistant.writing.writer import Writer
    from assistant.yours import Yours

NEAREST = 3
"""Passages offered when nothing answers."""


@dataclass(frozen=True, slots=True)
class Found:
    """A question as it was searched for, its passages, how rare its terms are, and where it was."""

    question: Question
    passages: list[Retrieved]
    rarity: dict[str, float]
    scope: Scope

    def first(self, count: int) -> "Found":
        """The same with no more than so many passages."""
        return replace(self, passages=self.passages[:count])


class Answering:
    """The embedded engine over whichever store is open. Thread-safe."""

    def __init__(
        self,
        opening: Opening,
        embedder: Embedder,
        model: MiniLM,
        spans: SpanReader,
        settings: Settings,
    ) -> None:
        self._opening, self._embedder, self._spans = opening, embedder, spans
        self._settings = settings
        self._limit = settings.question_limit
        self._vectors = SentenceVectors(model)
        judge = SupportJudge(settings.model_dir)
        self._grounding = Grounding(self._vectors, judge, spans, settings.support)
        self._writer: Writer | None = None
        self._opening_writer = threading.Lock()
        self.reader = Reader(SentenceScorer(self._vectors), threshold(settings.confidence))

    def close(self) -> None:
        """Let go of the writer's connections."""
        with self._opening_writer:
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.close()

    def engine(self, wanted: Engine | None = None) -> str:
        """What answers when this engine is wanted, or none in particular, as answers name it.

        Raises:
            SettingsError: the writer is wanted, and none is configured or it cannot be loaded.
        """
        writer = self._chosen(wanted)
        return self.reader.name if writer is None else writer.name

    def _chosen(self, wanted: Engine | None) -> "Writer | None":
        """The writer, where it is configured and not the reader is wanted."""
        if wanted == "reader" or (wanted is None and self._settings.writer is None):
            return None
        if self._settings.writer is None:
            raise SettingsError(
                "No writer is configured: name a model in FOOTNOTE_WRITER, or ask the reader."
            )
        with self._opening_writer:
            if self._writer is None:
                from assistant.writing.endpoint import endpoint
                from assistant.writing.prompts import load
                from assistant.writing.record import Record
                from assistant.writing.writer import Writer

                model = endpoint(self._settings)
                self._writer = Writer(
                    model,
                    load(self._settings.writer_prompts),
                    self._grounding,
                    self._settings,
                    Record(self._opening.folder, model.name),
                )
            return self._writer

    def stream(
        self,
        question: str,
        documents: Sequence[str] | None,
        history: History,
        engine: Engine | None = None,
    ) -> Generator[Event, None, None]:
        """What is done, each sentence once it is verified, and at last the answer."""
        clock = _Clock()
        writer = self._chosen(engine)
        asked = understood(question, history, self._limit)
        if asked.kind == "greeting":
            yield AnswerReady(answer=_greeted(asked, self.reader.name))
            return
        store = self._opening.filled(documents)
        footnotes = Footnotes(store)
        readings: list[Reading] = []
        found: list[Found] = []
        usage: list[Usage] = []
        name = self.reader.name
        several = parts(asked, history, self._limit)
        for part in several:
            yield Progress(stage="searching")
            if part.kind in ("overview", "summary"):
                clock.lap("search")
                yield Progress(stage="reading")
                reading = about_documents(store, self._vectors, part, documents)
            else:
                found.append(self.find(store, part, READ_ON, documents))
                clock.lap("search")
                yield Progress(stage="reading")
                reading = self._read(store, found[-1].first(PASSAGES), documents)
            clock.lap("read")
            opens = bool(readings)
            if writer is not None and found and reading.kind in ("answer", "yes_no"):
                composed = Composed(writer, part, found[-1].passages, reading, history)
                reading = yield from composed.told(footnotes, opens=opens)
                usage.append(composed.usage)
                name = writer.name if composed.written else name
                clock.lap("write")
            else:
                yield Progress(stage="verifying")
                reading = yield from verified(footnotes, reading, opens=opens)
                clock.lap("verify")
            readings.append(reading)
        whole = combined(several, readings)
        nearest = found[0].passages[:NEAREST] if whole.abstained and found else []
        notices = (
            *taken_for(asked),
            *remarks(one.question for one in found),
            *narrowed(one.scope for one in found),
            *whole.notices,
        )
        answer = footnotes.answer(
            asked.text,
            whole,
            name,
            [n.passage for n in nearest],
            notices,
            clock.laps,
            summed(usage),
            _told_of(whole, found, composed=writer is not None and bool(footnotes.dropped)),
        )
        yield AnswerReady(answer=answer)

    def cited(
        self,
        draft: "Yours",
        documents: Sequence[str] | None,
        *,
        progress: Callable[[int, int], None] | None,
        left: Callable[[], bool] | None,
    ) -> Answer:
        """A text of the user's with footnotes; raises as `Assistant.cite` does."""
        from assistant.citing import cited

        store = self._opening.filled(documents)
        return cited(
            store,
            self._embedder,
            self._grounding,
            draft,
            documents=documents,
            progress=progress,
            left=left,
        )

    def _read(self, store: Store, found: Found, documents: Sequence[str] | None) -> Reading:
        """The reader's answer, or a question back where nobody knows whom it is about."""
        question = found.question
        if question.pronoun and question.bare:
            return asked_back(question, found.passages)
        if question.vague:
            return asked_about(found.passages)
        reading = self.reader.read(question, found.passages, found.rarity)
        if not reading.conflicts:
            reading = (
                read_figures(
                    store,
                    question,
                    found.passages,
                    found.rarity,
                    reading.drafts,
                    lambda text: self.find(store, understood(text), PASSAGES, documents).passages,
                )
                or reading
            )
        if question.pronoun and reading.abstained:
            return asked_back(question, found.passages)
        if found.scope.documents and reading.abstained:
            return replace(reading, message=NOT_FOUND_IN.format(found.scope.titles))
        return reading

    def find(self, store: Store, asked: Question, k: int, documents: Sequence[str] | None) -> Found:
        """The `k` passages nearest to a question, of the documents that it names if it does."""
        named = Scope()
        if names_a_document(asked.text):
            there = [one for one in store.documents() if documents is None or one.id in documents]
            named = scope(asked.text, there)
            if named.documents:
                asked, documents = without_names(asked), [one.id for one in named.documents]
        search = partial(
            retrieve,
            store,
            self._embedder,
            k=max(k, READ_ON),
            documents=documents,
            likely={one.id for one in named.likely},
        )
        found = search(asked.searches)
        with store.snapshot() as snapshot:
            mentioned = snapshot.mentioned(analyzed(" ".join(asked.names)))
            strange = unknown(asked.names, mentioned, [one.chunk.text for one in found])
            asked = respelled(asked, strange)
            rarity = snapshot.rarity(asked.terms | asked.earlier_terms)
        if any(strange.values()):
            found = search(asked.searches)
        passages = reread(self._spans, asked.asking, found)[:k]
        return Found(asked, passages, rarity, named)


def _told_of(whole: Reading, found: Sequence[Found], *, composed: bool) -> set[str]:
    """The documents whose words an answer may hold besides its sentences.

    What is offered, respelled, or `composed` and left out comes from any of the passages.
    """
    told = {one.id for each in found for one in each.scope.documents}
    for each in found:
        if composed or whole.kind == "clarification" or any(each.question.unknown.values()):
            told |= {one.chunk.document.id for one in each.passages}
    return told


def _greeted(asked: Question, engine: str) -> Answer:
    return Answer(
        question=asked.text,
        kind="greeting",
        message=THANKED if asked.text.lower().startswith("thank") else GREETING,
        engine=engine,
        created=datetime.now(UTC),
        confidence=1.0,
    )


class _Clock:
    """Seconds by stage, of several parts together."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = round(self.laps.get(stage, 0.0) + now - self._last, 6)
        self._last = now
