"""What comes before a store's first use: its folder recognised or made, its format and model."""

import os
import re
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import Connection

from index.closing import closed_on_failure
from index.errors import EmbeddingMismatch, StoreError
from index.models.embeddings import Base, Embedder
from index.store.catalog import Catalog
from index.store.engines import IndexSet, Lock, SharedBy
from index.store.files import StoreLock
from index.store.indexes import Indexes
from index.store.schema import SCHEMA_VERSION

_BESIDE = re.compile(r".*\.lock|(conversations|matrices|people|tokens)\.db(-\w+)?")


def is_store(folder: Path) -> bool:
    """Whether the folder holds a store.

    >>> is_store(store.folder), is_store(tmp_path)
    (True, False)
    """
    return (folder / "catalog.sqlite").is_file()


def foreign(folder: Path) -> list[str]:
    """The names in a folder of what is not kept beside a store, as locks, people and tokens are.

    >>> (tmp_path / "news.txt").touch()
    >>> (tmp_path / "tokens.db").touch()
    >>> foreign(tmp_path)
    ['news.txt']
    """
    names = [path.name for path in folder.iterdir()]
    return sorted(name for name in names if not _BESIDE.fullmatch(name))


def is_writable(folder: Path) -> bool:
    """Whether this user may change the store in the folder.

    >>> is_writable(store.folder), is_writable(tmp_path / "nowhere")
    (True, False)
    """
    catalog = folder / "catalog.sqlite"
    return os.access(folder, os.W_OK) and (not catalog.exists() or os.access(catalog, os.W_OK))


def check_embedding(folder: Path, name: str, shared: SharedBy | None = None) -> None:
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
    if shared is None and not is_store(folder):
        return
    with (
        closing(_catalog(folder, shared)) as catalog,
        catalog.database.faults(),
        catalog.reading() as connection,
    ):
        if catalog.exists(connection):
            _check_model(catalog, catalog.fact(connection, "embedding"), name)


def is_there(folder: Path, shared: SharedBy) -> bool:
    """Whether somebody has made the shared store; raises StoreError where that cannot be asked.

    >>> is_there(tmp_path, SharedBy("mysql://db/notes", "http://vectors:8000", str.split))
    Traceback (most recent call last):
        ...
    index.errors.SettingsError: ... It is an address like postgresql://user:password@host/database.
    """
    with (
        closing(_catalog(folder, shared)) as catalog,
        catalog.database.faults(),
        catalog.reading() as connection,
    ):
        return catalog.exists(connection)


def engines(
    folder: Path, shared: SharedBy | None, *, read_only: bool
) -> tuple[Catalog, IndexSet, Lock]:
    """What a store stands on: of this machine alone, or what many machines share.

    >>> catalog, indexes, lock = engines(tmp_path, None, read_only=False)
    >>> type(indexes).__name__, type(lock).__name__
    ('Indexes', 'StoreLock')
    >>> catalog.close()
    """
    if shared is None:
        catalog = Catalog(folder / "catalog.sqlite", read_only=read_only)
        return catalog, Indexes(folder), StoreLock(folder)
    # Whoever has a store of their own need not wait for what reaches servers.
    from index.store.postgres import Postgres
    from index.store.shared import SharedIndexes

    database = Postgres(shared.catalog, folder)
    catalog = Catalog(database)
    with closed_on_failure(catalog.close):
        return catalog, SharedIndexes(folder, shared, catalog), database.lock


def _catalog(folder: Path, shared: SharedBy | None) -> Catalog:
    if shared is None:
        return Catalog(folder / "catalog.sqlite", read_only=True)
    from index.store.postgres import Postgres

    return Catalog(Postgres(shared.catalog, folder))


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
        others = foreign(folder)
    except OSError as error:
        raise StoreError(f"The store {folder} cannot be made: {error.strerror}.") from error
    # Asked in this order, since another process may be making the store at this moment.
    if others and not is_store(folder):
        raise StoreError(
            f"{folder} holds other files ({others[0]}, …) and no store. Name an empty or new "
            "folder with --store or FOOTNOTE_STORE."
        )


def make_copies_folder(folder: Path) -> None:
    """Make the folder in which a machine keeps its copies of what is in a shared store.

    Raises:
        StoreError: it cannot be made, or holds something else.

    >>> make_copies_folder(tmp_path / "copies")
    >>> make_copies_folder(store.folder)
    Traceback (most recent call last):
        ...
    index.errors.StoreError: ... is a store of its own, and FOOTNOTE_CATALOG names a shared one. ...
    """
    if is_store(folder):
        raise StoreError(
            f"{folder} is a store of its own, and FOOTNOTE_CATALOG names a shared one. Name "
            "another folder for this machine's copies with FOOTNOTE_STORE, and add the documents "
            "there."
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def create(catalog: Catalog, indexes: IndexSet, lock: Lock, embedder: Embedder) -> None:
    """Make what is not there: the indexes, then the tables, with which the store is made.

    Raises:
        StoreError: the indexes are there, and the catalog is not.

    >>> from index.models.embeddings import MiniLM
    >>> catalog, indexes, lock = engines(tmp_path, None, read_only=False)
    >>> create(catalog, indexes, lock, MiniLM())
    >>> with catalog.reading() as reading:
    ...     catalog.fact(reading, "embedding"), catalog.fact(reading, "dimension")
    ('all-MiniLM-L6-v2', '384')
    """
    with catalog.reading() as connection:
        if catalog.exists(connection):
            return
    with lock.writing(), indexes.alone(lock), catalog.writing() as connection:
        if catalog.exists(connection):
            return
        facts = {"embedding": embedder.name, "dimension": str(embedder.dimension)}
        catalog.create(connection, **facts, **indexes.create(embedder.dimension))


def is_outdated(catalog: Catalog) -> bool:
    """Whether the store has an older format than this one.

    >>> is_outdated(store.catalog)
    False
    """
    with catalog.reading() as connection:
        return int(catalog.fact(connection, "schema")) < SCHEMA_VERSION


def check_format(catalog: Catalog, embedder: Embedder) -> None:
    """Refuse a store of another format or another embedding model; an embedded one becomes its own.

    Raises:
        StoreError: its format is not this one.
        EmbeddingMismatch: it was made with another model.

    >>> from index.models.embeddings import MiniLM
    >>> other = MiniLM()
    >>> other.name = "another-model"
    >>> check_format(store.catalog, other)
    Traceback (most recent call last):
        ...
    index.errors.EmbeddingMismatch: The store in ... not another-model. ...
    """
    with catalog.reading() as connection:
        schema = int(catalog.fact(connection, "schema"))
        if schema != SCHEMA_VERSION:
            raise StoreError(
                f"The store in {catalog.database.place} has format {schema}; this version of "
                f"Footnote reads format {SCHEMA_VERSION}. Use the version that made it, or add the "
                "documents anew."
            )
        check_model(catalog, catalog.fact(connection, "embedding"), embedder)


def check_model(catalog: Catalog, made_with: str, embedder: Embedder) -> None:
    """Refuse vectors of another embedding model; an embedded one becomes theirs.

    Raises:
        EmbeddingMismatch: they were made with another model.

    >>> from index.models.embeddings import MiniLM
    >>> check_model(store.catalog, "all-MiniLM-L6-v2", MiniLM())
    """
    if not (isinstance(embedder, Base) and embedder.become(made_with)):
        _check_model(catalog, made_with, embedder.name)


def check_unchanged(catalog: Catalog, connection: Connection, embedder: Embedder) -> None:
    """Refuse a store whose indexes were made anew with another model than they were opened with.

    From then on an embedded model is the one that they were made with.

    Raises:
        StoreError: they were.

    >>> from index.models.embeddings import MiniLM
    >>> check_unchanged(store.catalog, connection, MiniLM())
    """
    made_with = catalog.fact(connection, "embedding")
    if made_with == embedder.name:
        return
    if isinstance(embedder, Base) and embedder.become(made_with):
        raise StoreError(f"The indexes were just made anew with {made_with}. Ask again.")
    _check_model(catalog, made_with, embedder.name)


def _check_model(catalog: Catalog, made_with: str, name: str) -> None:
    if made_with != name:
        raise EmbeddingMismatch.between(catalog.database.place, made_with, name)
