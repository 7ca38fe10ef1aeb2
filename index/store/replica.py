"""One machine's copy of the lexical index of a shared store, kept in step with the catalog.

A new one reads all live documents first, in the order in which they came, and then follows the
catalog's log of changes; both go on from where they were, whoever was killed meanwhile. A change of
a document is taken over by putting all of its chunks in the place of those that are held, so that
taking it over twice does no harm. Many processes of a machine may share one copy.
"""

import json
import logging
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import portalocker
import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.errors import StoreError
from index.models.embeddings import WordEnds
from index.store.catalog import Catalog
from index.store.entries import entries
from index.store.files import locked
from index.store.lexical import LexicalIndex
from index.store.schema import versions

changes = sql.table(
    "changes", sql.column("number", sql.BigInteger), sql.column("document_id", sql.Text)
)
"""The log of what became live or is live no more, one number after the other."""

_DOCUMENTS = 200
"""Documents a step."""

_WAIT = 0.5
"""Seconds that a question waits for a copy to be in step; then it is asked as it is."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _State:
    """How far a copy is: the last row of `versions` that was read first, or None when all were."""

    read: int | None
    number: int


def last_change(connection: Connection) -> int:
    """The number of the latest change in the log; 0 without any.

    >>> with new_store.catalog.writing() as changing:  # as PostgreSQL has it
    ...     _ = changing.exec_driver_sql("CREATE TABLE changes (number INTEGER, document_id TEXT)")
    ...     last_change(changing)
    0
    """
    return int(connection.scalar(sql.select(sql.func.max(changes.c.number))) or 0)


class Replica:
    """The copy in one folder, made if it is not there. Thread-safe, and safe beside processes.

    Args:
        folder: where the index is or will be.
        catalog: what it follows.
        word_ends: the tokenizer that cuts the chunks' contexts.

    >>> from index.models.embeddings import MiniLM
    >>> _ = new_store.put([arriving])
    >>> with new_store.catalog.writing() as changing:  # as PostgreSQL has it
    ...     _ = changing.exec_driver_sql("CREATE TABLE changes (number INTEGER, document_id TEXT)")
    >>> replica = Replica(tmp_path / "copy", new_store.catalog, MiniLM().word_ends)
    >>> replica.settle()
    >>> len(replica.index.search("When did the ferry sink?", k=5))
    1
    >>> replica.close()
    """

    def __init__(self, folder: Path, catalog: Catalog, word_ends: WordEnds) -> None:
        self._folder, self._catalog, self._word_ends = folder, catalog, word_ends
        self._lock = folder.with_name("lexical.lock")
        self._noted = folder / "followed.json"
        self._known = _State(0, -1)
        self._moved = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self._lock, portalocker.LockFlags.EXCLUSIVE):
            fresh = not self._noted.exists()
            self.index = LexicalIndex(folder, create=fresh)
            if fresh:
                with catalog.reading() as connection:
                    self._note(_State(0, last_change(connection)))

    @property
    def is_whole(self) -> bool:
        """Whether it has read all that was there when it began."""
        return self._known.read is None

    def has(self, number: int) -> bool:
        """Whether it holds all changes up to this one."""
        return self.is_whole and self._known.number >= number

    def follow(self, number: int) -> bool:
        """Whether it holds all changes up to this one, after a moment at most.

        If not, it goes on behind the caller's back.
        """
        if self.has(number):
            return True
        with self._moved:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="following", daemon=True)
                self._thread.start()
            return self._moved.wait_for(
                lambda: self.has(number) or self._thread is None, timeout=_WAIT
            ) and self.has(number)

    def settle(self) -> None:
        """Take over all that is to be had.

        Raises:
            StoreError: the copy cannot be written.
        """
        while self._step():
            pass

    def close(self) -> None:
        """Let go of the files; what is being taken over is waited for."""
        with self._moved:
            self._closing, thread = True, self._thread
        if thread is not None:
            thread.join()
        self._closing = False
        self.index.close()

    def _run(self) -> None:
        try:
            with self._catalog.database.faults():
                while not self._closing and self._step():
                    with self._moved:
                        self._moved.notify_all()
        except StoreError as error:
            # The next question tries again; until then words are looked for in what there is.
            log.warning("The copy of the lexical index in %s is behind: %s", self._folder, error)
        finally:
            with self._moved:
                self._thread = None
                self._moved.notify_all()

    def _step(self) -> bool:
        """Take over a number of documents; whether there may be more."""
        with locked(self._lock, portalocker.LockFlags.EXCLUSIVE), self._catalog.reading() as asked:
            state = self._state()
            documents, following = _next(asked, state)
            if documents:
                self._take(asked, documents)
            if following != state:
                self._note(following)
        if state != self._known:
            self.index.reload()
        self._known = following
        return following != state

    def _take(self, connection: Connection, documents: Iterable[str]) -> None:
        distinct = list(dict.fromkeys(documents))
        held = [id_ for ids in self.index.chunks(distinct).values() for id_ in ids]
        new = list(entries(connection, distinct, self._word_ends))
        self.index.change(add=new, remove=held)

    def _state(self) -> _State:
        # What another process has committed, this one must see before it adds to it.
        self.index.reload()
        return _State(**json.loads(self._noted.read_bytes()))

    def _note(self, state: _State) -> None:
        partial = self._noted.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(state)))
        partial.replace(self._noted)


def _next(connection: Connection, state: _State) -> tuple[list[str], _State]:
    """The documents of the next step, and how far the copy is after it."""
    if state.read is not None:
        there = sql.select(versions.c.id, versions.c.document_id)
        there = there.where(versions.c.state == "live", versions.c.id > state.read)
        rows = connection.execute(there.order_by(versions.c.id).limit(_DOCUMENTS)).all()
        last = rows[-1].id if rows else None
        return [row.document_id for row in rows], _State(last, state.number)
    logged = sql.select(changes).where(changes.c.number > state.number)
    rows = connection.execute(logged.order_by(changes.c.number).limit(_DOCUMENTS)).all()
    last = rows[-1].number if rows else state.number
    return [row.document_id for row in rows], _State(None, last)
