"""Assistant: the one way in. Opens a store, wires the parts, answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answer import Answer, AnswerReady, Event, Passage
from assistant.answering import Answering
from assistant.library import Library
from assistant.questions import understood
from assistant.searches import History
from assistant.settings import Settings
from assistant.spans import SpanReader

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever


class Assistant(Library):
    """Answers questions about the documents of one store. Thread-safe.

    Args:
        store: the store's folder; by default the settings' (`.footnote/`, FOOTNOTE_STORE). It is
            made when something is added.
        settings: all options; by default from the environment, `.env` and `footnote.toml`.

    Raises:
        SettingsError: a setting cannot be used.
        StoreError: the store cannot be opened.
        EmbeddingMismatch: the store was made with another embedding model.
    """

    def __init__(
        self, store: str | Path | None = None, *, settings: Settings | None = None
    ) -> None:
        super().__init__(store, settings=settings)
        self._answering = Answering(
            self._opening,
            self._embedder,
            self._model,
            SpanReader(self.settings.model_dir),
            self.settings.question_limit,
        )

    @property
    def engine(self) -> str:
        """Which engine answers: 'reader'."""
        return self._answering.reader.name

    # Asking ------------------------------------------------------------------------------------

    def query(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        history: History | None = None,
    ) -> Answer:
        """The answer to a question.

        Args:
            question: in natural language.
            documents: ids of the only documents to look in.
            history: earlier turns as (role, text), so that a follow-up is understood.

        Raises:
            QuestionError: the question is empty or too long.
            EmptyStore: nothing has been added yet.
            UnknownDocument: one of `documents` is not there.
        """
        for event in self.stream(question, documents=documents, history=history):
            if isinstance(event, AnswerReady):
                return event.answer
        raise AssertionError("a stream ends with an answer")

    def stream(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        history: History | None = None,
    ) -> Iterator[Event]:
        """The same as `query`, told step by step: each sentence once it is verified."""
        return self._answering.stream(question, documents, history or ())

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        documents: Sequence[str] | None = None,
        history: History | None = None,
    ) -> list[Passage]:
        """The `k` passages nearest to a question, best first; raises as `query` does."""
        asked = understood(question, history or (), self.settings.question_limit)
        store = self._opening.filled(documents)
        return [one.passage for one in self._answering.find(store, asked, k, documents).passages]

    # For llama-index programs ------------------------------------------------------------------

    def as_retriever(self, k: int = 10) -> "BaseRetriever":
        """Our retrieval as a llama-index retriever."""
        from assistant.llamaindex import FootnoteRetriever

        return FootnoteRetriever(self, k)

    def as_query_engine(self) -> "BaseQueryEngine":
        """The whole engine as a llama-index query engine; its response carries the `Answer`."""
        from assistant.llamaindex import FootnoteQueryEngine

        return FootnoteQueryEngine(self)
