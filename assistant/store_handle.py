"""The store of an assistant: opened as soon as it is there, made when something is added."""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

from index.errors import EmptyStore, StoreError, UnknownDocument
from index.models.embeddings import Embedder
from index.store.allowed import Reader
from index.store.engines import SharedBy
from index.store.limited import LimitedStore
from index.store.opening import foreign, is_store, is_there
from index.store.store import Store


class StoreHandle:
    """A store that may not be there yet. Thread-safe.

    Args:
        folder: where the store is, or will be.
        embedder: the model whose vectors it holds.
        shared: the servers of a store that many machines share.

    Raises:
        StoreError: the folder holds something else, or the store cannot be opened.
        EmbeddingMismatch: the store was made with another embedding model.

    >>> from index.models.embeddings import MiniLM
    >>> handle = StoreHandle(tmp_path / "store", MiniLM())
    >>> handle.current(), handle.made().is_empty()
    (None, True)
    >>> handle.close()
    """

    def __init__(self, folder: Path, embedder: Embedder, shared: SharedBy | None = None) -> None:
        self.folder = folder
        self._shared = shared
        self._embedder = embedder
        self._lock = threading.Lock()
        self._store: Store | None = None
        if self.current() is None and shared is None:
            _refuse_other_use(folder)

    def close(self) -> None:
        """Let go of the store's files."""
        with self._lock:
            store, self._store = self._store, None
            if store is not None:
                store.close()

    def current(self) -> Store | None:
        """The store, if there is one by now: another process may have made it meanwhile."""
        if self._store is None and self._is_there():
            return self._open(create=False)
        return self._store

    def made(self) -> Store:
        """The store, made if it is not there."""
        return self._open(create=True)

    def filled(self, documents: Sequence[str] | None = None) -> Store:
        """The store, in which there is something.

        Raises:
            EmptyStore: there is nothing.
            UnknownDocument: one of `documents` is not there.
        """
        store = self.current()
        if store is None or store.is_empty():
            raise EmptyStore(self._nothing())
        if documents is not None:
            there = store.live_among(documents)
            for document_id in documents:
                if document_id not in there:
                    raise UnknownDocument.named(document_id)
        return store

    @property
    def whole(self) -> "StoreHandle":
        """The handle on all of the store."""
        return self

    @property
    def names(self) -> frozenset[str] | None:
        """Whose rights count, as of `Reader`; None where none do."""
        return None

    @property
    def reads(self) -> str:
        """What tells those apart who may read other documents; '' for all of the store."""
        return ""

    def _nothing(self) -> str:
        return (
            f"There are no documents in {self.folder} yet. Add some: footnote add PATH… "
            "(in the chat: 'Add documents')."
        )

    def _is_there(self) -> bool:
        return (
            is_store(self.folder) if self._shared is None else is_there(self.folder, self._shared)
        )

    def _open(self, *, create: bool) -> Store:
        with self._lock:
            if self._store is None:
                self._store = Store(self.folder, self._embedder, create=create, shared=self._shared)
            return self._store


class LimitedHandle(StoreHandle):
    """A store as someone sees it who may read some of it; closing it is the other handle's matter.

    >>> from index.models.embeddings import MiniLM
    >>> handle = StoreHandle(demo.store, MiniLM())
    >>> limited = LimitedHandle(handle, Reader(frozenset({"person:ann"})))
    >>> limited.current().documents()
    []
    >>> handle.close()
    """

    def __init__(self, whole: StoreHandle, reader: Reader) -> None:
        self.folder = whole.folder
        self._whole, self._reader = whole, reader

    def close(self) -> None:
        """Nothing: see the class."""

    def current(self) -> Store | None:
        """What may be read of the store, if there is one by now."""
        store = self._whole.current()
        return None if store is None else LimitedStore(store, self._reader)

    def made(self) -> Store:
        """What may be read of the store, made if it is not there."""
        return LimitedStore(self._whole.made(), self._reader)

    @property
    def whole(self) -> StoreHandle:
        """The handle on all of the store."""
        return self._whole

    @property
    def names(self) -> frozenset[str] | None:
        """Whose rights count, as of `Reader`."""
        return self._reader.names

    @property
    def reads(self) -> str:
        """What tells those apart who may read other documents."""
        store = self.current()
        ids = sorted(one.id for one in store.documents()) if store is not None else []
        return hashlib.sha256("\0".join(ids).encode()).hexdigest()

    def _nothing(self) -> str:
        return "There are no documents yet that you may read: begin a collection, or ask an owner."


def _refuse_other_use(folder: Path) -> None:
    """Raise StoreError for a place that holds something and no store: it was named wrongly."""
    try:
        taken = folder.exists() and (not folder.is_dir() or bool(foreign(folder)))
    except OSError as error:
        raise StoreError(f"The store {folder} cannot be read: {error.strerror}.") from error
    # Asked last, since another process may be making the store at this moment.
    if taken and not is_store(folder):
        raise StoreError(
            f"There is no store in {folder}, and it holds other files. Name the store's folder, or "
            "a new one, with --store or FOOTNOTE_STORE."
        )
