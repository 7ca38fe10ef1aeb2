"""What comes before a store's first use: its folder recognised or made, its format and model."""

import os
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import Connection

from index.errors import EmbeddingMismatch, StoreError
from index.models.embeddings import Base, Embedder
from index.store.catalog import Catalog
from index.store.files import StoreLock, faults
from index.store.indexes import Indexes
from index.store.lexical import LexicalIndex
from index.store.schema import SCHEMA_VERSION


def is_store(folder: Path) -> bool:
    """Whether the folder holds a store.

    >>> is_store(store.folder), is_store(tmp_path)
    (True, False)
    """
    return (folder / "catalog.sqlite").is_file()


def is_writable(folder: Path) -> bool:
    """Whether this user may change the store in the folder.

    >>> is_writable(store.folder), is_writable(tmp_path / "nowhere")
    (True, False)
    """
    catalog = folder / "catalog.sqlite"
    return os.access(folder, os.W_OK) and (not catalog.exists() or os.access(catalog, os.W_OK))


def check_embedding(folder: Path, name: str) -> None:
    """Refuse a store of another embedding model before that model is so much as asked.

    Raises:
        EmbeddingMismatch: there is a store, and it was made with another model.
        StoreError: it cannot be read.

    >>> check_embedding(store.folder, "another-model")
    Traceback (most recent call last):
        ...
    index.errors.EmbeddingMismatch: The store in ... was made with the embedding model
    all-MiniLM-L6-v2, not another-model. ...
    """
    if not is_store(folder):
        return
    with (
        faults(folder),
        closing(Catalog(folder / "catalog.sqlite", read_only=True)) as catalog,
        catalog.reading() as connection,
    ):
        _check_model(folder, catalog.fact(connection, "embedding"), name)


def make_folder(folder: Path) -> None:
    """Make the folder of a new store, unless it is there.

    Raises:
        StoreError: it cannot be made, or holds something else.

    >>> make_folder(tmp_path / "news" / "store")
    >>> make_folder(tmp_path)
    Traceback (most recent call last):
        ...
    index.errors.StoreError: ... holds other files (news, …) and no store. ...
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign = [path.name for path in folder.iterdir() if path.suffix != ".lock"]
    except OSError as error:
        raise StoreError(f"The store {folder} cannot be made: {error.strerror}.") from error
    # Asked in this order, since another process may be making the store at this moment.
    if foreign and not is_store(folder):
        raise StoreError(
            f"{folder} holds other files ({min(foreign)}, …) and no store. Name an empty or new "
            "folder with --store or FOOTNOTE_STORE."
        )


def create(
    folder: Path, catalog: Catalog, indexes: Indexes, lock: StoreLock, embedder: Embedder
) -> None:
    """Make what is not there: the indexes, then the tables, with which the store is made.

    Raises:
        StoreError: the indexes are there, and the catalog is not.

    >>> from index.models.embeddings import MiniLM
    >>> catalog, indexes = Catalog(tmp_path / "catalog.sqlite"), Indexes(tmp_path)
    >>> create(tmp_path, catalog, indexes, StoreLock(tmp_path), MiniLM())
    >>> with catalog.reading() as reading:
    ...     catalog.fact(reading, "embedding"), catalog.fact(reading, "dimension")
    ('all-MiniLM-L6-v2', '384')
    """
    with catalog.reading() as connection:
        if catalog.exists(connection):
            return
    with lock.writing(), lock.exclusive(), catalog.writing() as connection:
        if catalog.exists(connection):
            return
        if indexes.vectors(1).create():
            raise StoreError(
                f"The store in {folder} has lost its catalog. Restore catalog.sqlite, or add the "
                "documents to a new store."
            )
        LexicalIndex(folder / "lexical", create=True)
        facts = {"embedding": embedder.name, "dimension": str(embedder.dimension)}
        catalog.create(connection, **facts)


def is_outdated(catalog: Catalog) -> bool:
    """Whether the store has an older format than this one.

    >>> is_outdated(store.catalog)
    False
    """
    with catalog.reading() as connection:
        return int(catalog.fact(connection, "schema")) < SCHEMA_VERSION


def check_format(folder: Path, catalog: Catalog, embedder: Embedder) -> None:
    """Refuse a store of another format or another embedding model; an embedded one becomes its own.

    Raises:
        StoreError: its format is not this one.
        EmbeddingMismatch: it was made with another model.

    >>> from index.models.embeddings import MiniLM
    >>> other = MiniLM()
    >>> other.name = "another-model"
    >>> check_format(store.folder, store.catalog, other)
    Traceback (most recent call last):
        ...
    index.errors.EmbeddingMismatch: The store in ... not another-model. ...
    """
    with catalog.reading() as connection:
        schema = int(catalog.fact(connection, "schema"))
        if schema != SCHEMA_VERSION:
            raise StoreError(
                f"The store in {folder} has format {schema}; this version of Footnote reads "
                f"format {SCHEMA_VERSION}. Use the version that made it, or add the documents anew."
            )
        made_with = catalog.fact(connection, "embedding")
        if not (isinstance(embedder, Base) and embedder.become(made_with)):
            _check_model(folder, made_with, embedder.name)


def check_unchanged(
    folder: Path, catalog: Catalog, connection: Connection, embedder: Embedder
) -> None:
    """Refuse a store whose indexes were made anew with another model than they were opened with.

    From then on an embedded model is the one that they were made with.

    Raises:
        StoreError: they were.

    >>> from index.models.embeddings import MiniLM
    >>> check_unchanged(store.folder, store.catalog, connection, MiniLM())
    """
    made_with = catalog.fact(connection, "embedding")
    if made_with == embedder.name:
        return
    if isinstance(embedder, Base) and embedder.become(made_with):
        raise StoreError(f"The indexes were just made anew with {made_with}. Ask again.")
    _check_model(folder, made_with, embedder.name)


def _check_model(folder: Path, made_with: str, name: str) -> None:
    if made_with != name:
        raise EmbeddingMismatch.between(folder, made_with, name)
