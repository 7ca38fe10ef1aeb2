"""Ask your documents; every sentence of the answer carries a footnote that has been checked."""

from importlib import import_module
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
    from assistant.assistant import Assistant, query
    from assistant.reporting.report import Report

_IMPORTED_WHEN_USED = {
    "Answer": "answer",
    "Assistant": "assistant",
    "Citation": "answer",
    "Passage": "answer",
    "Report": "reporting.report",
    "Sentence": "answer",
    "query": "assistant",
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
