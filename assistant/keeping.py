"""A store in one file, with what is kept beside its catalog; and one restored from it."""

import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from index.errors import StoreError
from index.store import backup
from index.store.maintenance import Model, Progress
from index.store.private import opener
from index.store.store import Store


class Kept(Protocol):
    """What is kept beside a catalog.

    >>> kept: Kept = demo.conversations
    >>> kept.save(tmp_path / "conversations.sqlite")
    """

    def save(self, path: Path) -> None:
        """Copy all of it into a file, if there is any."""

    def load(self, path: Path) -> None:
        """Add what is in such a file."""


Beside = Mapping[str, Kept]


def back_up(file: Path, store: Store, beside: Beside) -> None:
    """Write a store into a file, which is there wholly or not at all.

    Raises:
        StoreError: the file is there, or cannot be written.

    >>> back_up(tmp_path / "store.zip", store, {})
    >>> with zipfile.ZipFile(tmp_path / "store.zip") as packed:
    ...     packed.namelist()
    ['catalog.sqlite', 'vectors/000000.npz', 'backup.json']
    """
    if file.exists():
        raise StoreError(f"{file} is there already: name a new file.")
    partial = file.with_name(f"{file.name}.partial")
    try:
        with _faults(file), tempfile.TemporaryDirectory() as folder:
            with open(partial, "wb", opener=opener) as made:
                with zipfile.ZipFile(made, "w") as packed:
                    for name, kept in beside.items():
                        copied = Path(folder) / f"{name}.sqlite"
                        kept.save(copied)
                        if copied.exists():
                            packed.write(copied, f"beside/{name}.sqlite", zipfile.ZIP_DEFLATED)
                    store.back_up(packed)
                made.flush()
                os.fsync(made.fileno())
            partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def restore(
    file: Path, store: Store, beside: Beside, model: Model, progress: Progress | None = None
) -> None:
    """Fill an empty store from a file.

    Raises:
        StoreError: the store is not empty, or the file is no whole back-up.
        EmbeddingMismatch: its vectors come from another embedding model.

    >>> back_up(tmp_path / "store.zip", store, {})
    >>> from index.models.embeddings import MiniLM
    >>> restore(tmp_path / "store.zip", new_store, {}, Model(MiniLM(), MiniLM().word_ends))
    >>> len(new_store.documents()), new_store.check()
    (7, [])
    """
    with backup.opened(file) as (packed, head), tempfile.TemporaryDirectory() as folder:
        store.restore(packed, head, model, progress)
        for name, kept in beside.items():
            if f"beside/{name}.sqlite" in packed.namelist():
                kept.load(Path(packed.extract(f"beside/{name}.sqlite", folder)))


@contextmanager
def _faults(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror or error}.") from error
