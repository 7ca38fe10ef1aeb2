"""Ask your documents; every sentence of the answer carries a footnote that has been checked."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import (
    DocumentError,
    EmbeddingMismatch,
    EmptyDocument,
    EmptyStore,
    EncryptedDocument,
    FootnoteError,
    ModelError,
    QuestionError,
    ReportError,
    ServeError,
    SettingsError,
    StoreError,
    UnknownDocument,
    UnsupportedFormat,
)

if TYPE_CHECKING:
    from assistant.answer import Answer, Citation, Passage, Sentence
    from assistant.asking.rewriting import History
    from assistant.assistant import Assistant
    from assistant.reporting.report import Report

_IMPORTED_WHEN_USED = {
    "Answer": "answer",
    "Assistant": "assistant",
    "Citation": "answer",
    "Passage": "answer",
    "Report": "reporting.report",
    "Sentence": "answer",
}
"""Name → module; together they take half a second, before which no command is in control."""

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "DocumentError",
    "EmbeddingMismatch",
    "EmptyDocument",
    "EmptyStore",
    "EncryptedDocument",
    "FootnoteError",
    "ModelError",
    "Passage",
    "QuestionError",
    "Report",
    "ReportError",
    "Sentence",
    "ServeError",
    "SettingsError",
    "StoreError",
    "UnknownDocument",
    "UnsupportedFormat",
    "query",
]


def __getattr__(name: str) -> object:
    if name not in _IMPORTED_WHEN_USED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_IMPORTED_WHEN_USED[name]}"), name)
    globals()[name] = value
    return value


def query(
    question: str,
    *,
    store: str | Path | None = None,
    documents: Sequence[str] | None = None,
    history: "History | None" = None,
) -> "Answer":
    """The answer to a question from the default store (`.footnote/`, FOOTNOTE_STORE) or another.

    Each call opens the store anew; a script with many questions keeps an `Assistant`.

    Raises:
        FootnoteError: as `Assistant` and `Assistant.query` do.

    >>> query("When did the sirens sound?", store=demo.store).sentences[0].text
    '[Date | Time | Event:] 13 November 2025 | 21:58 | The sirens sound.'
    """
    from assistant.assistant import Assistant

    with Assistant(store) as assistant:
        return assistant.query(question, documents=documents, history=history)
