"""Ask your documents; every sentence of the answer carries a footnote that has been checked."""

from assistant.answer import Answer, Citation, Passage, Sentence
from assistant.ask import query
from assistant.assistant import Assistant
from index.errors import (
    DocumentError,
    EmbeddingMismatch,
    EmptyDocument,
    EmptyStore,
    EncryptedDocument,
    FootnoteError,
    ModelError,
    QuestionError,
    ServeError,
    SettingsError,
    StoreError,
    UnknownDocument,
    UnsupportedFormat,
)

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
    "Sentence",
    "ServeError",
    "SettingsError",
    "StoreError",
    "UnknownDocument",
    "UnsupportedFormat",
    "query",
]
