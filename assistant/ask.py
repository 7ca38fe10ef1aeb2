"""`query`: one question to the default store."""

from collections.abc import Sequence
from pathlib import Path

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.searches import History


def query(
    question: str,
    *,
    store: str | Path | None = None,
    documents: Sequence[str] | None = None,
    history: History | None = None,
) -> Answer:
    """The answer to a question from the default store (`.footnote/`, FOOTNOTE_STORE) or another.

    Each call opens the store anew; a script with many questions keeps an `Assistant`.

    Raises:
        FootnoteError: as `Assistant` and `Assistant.query` do.
    """
    with Assistant(store) as assistant:
        return assistant.query(question, documents=documents, history=history)
