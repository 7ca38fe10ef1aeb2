"""The names by which clients choose what answers: the store, one engine of it, a part of it."""

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.requests import Request

from assistant.answer import Engine
from assistant.api.openai_errors import Unusable
from assistant.api.service import assistant_of
from assistant.assistant import Assistant
from index.errors import EmptyStore
from index.store.opening import is_store

OWN = "footnote"
"""The whole store, answered by the engine that is configured."""


@dataclass(frozen=True, slots=True)
class Served:
    """What answers to a name: an assistant, by its engine or one in particular, of some documents.

    >>> Served(demo).documents is None
    True
    """

    assistant: Assistant
    engine: Engine | None = None
    documents: Sequence[str] | None = None

    def seen_by_sender(self, request: Request) -> "Served":
        """The same, of what whoever sent a request may read.

        Raises:
            EmptyStore: that is none of the model's documents.
        """
        seen = assistant_of(self.assistant, request)
        if self.documents is None or seen.person is None:
            return replace(self, assistant=seen)
        there = {one.id for one in seen.documents()}
        documents = [one for one in self.documents if one in there]
        if not documents:
            raise EmptyStore("No document of this model has been added yet.")
        return replace(self, assistant=seen, documents=documents)

    def within(self, wanted: Sequence[str] | None) -> "Served":
        """The same of only those documents that a request wants, if it wants any in particular.

        Raises:
            Unusable: one of them is not among the documents of this model.

        >>> Served(demo, documents=["a", "b"]).within(["b"]).documents
        ['b']
        """
        if wanted is None:
            return self
        if self.documents is not None and (other := sorted({*wanted} - {*self.documents})):
            raise Unusable("documents", f"The document {other[0]!r} is not one of this model's.")
        return Served(self.assistant, self.engine, list(wanted))


class ServedModels:
    """The models of one assistant: its own, and those that `FOOTNOTE_MODELS` names. Thread-safe.

    Stores beside the assistant's own are opened when they are first asked.

    >>> models = ServedModels(demo)
    >>> models.names, models.named("footnote-reader").engine
    (['footnote', 'footnote-reader'], 'reader')
    >>> models.close()
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._further = assistant.settings.models
        self._opened: dict[Path, Assistant] = {}
        self._connections = ExitStack()
        self._mutex = threading.Lock()

    def close(self) -> None:
        """Close the stores that were opened for models; the assistant's own stays open."""
        with self._mutex:
            self._opened.clear()
            self._connections.close()

    @property
    def names(self) -> list[str]:
        """All names, the store's own first."""
        writes = self._assistant.engine.startswith("writer")
        engines = [f"{OWN}-reader", *([f"{OWN}-writer"] if writes else [])]
        return list(dict.fromkeys([OWN, *engines, *self._further]))

    def named(self, name: str) -> Served:
        """What answers to a name.

        Raises:
            Unusable: nothing does.
            EmptyStore: it answers of a folder of which nothing has been added.
            StoreError: its store cannot be opened.
        """
        if name not in self.names:
            raise Unusable(
                "model",
                f"There is no model {name!r} here. There are: {', '.join(self.names)}.",
                status=404,
                code="model_not_found",
            )
        if name == f"{OWN}-reader":
            return Served(self._assistant, "reader")
        if name == f"{OWN}-writer":
            return Served(self._assistant, "writer")
        if name not in self._further:
            return Served(self._assistant)
        place = self._further[name]
        if is_store(place):
            return Served(self._opened_at(place))
        documents = self._documents_below(place)
        if not documents:
            raise EmptyStore(f"No document of the model {name!r} has been added yet.")
        return Served(self._assistant, documents=documents)

    def _opened_at(self, folder: Path) -> Assistant:
        folder = folder.resolve()
        with self._mutex:
            if folder not in self._opened:
                other = Assistant(folder, settings=self._assistant.settings)
                self._opened[folder] = self._connections.enter_context(other)
            return self._opened[folder]

    def _documents_below(self, place: Path) -> list[str]:
        """The ids of the documents that were read from a folder, a file, or what is in it."""
        resolved = place.resolve()
        below = [
            one.id
            for one in self._assistant.documents()
            if one.path and Path(one.path).is_relative_to(resolved)
        ]
        return below or self._assistant.documents_at(resolved)
