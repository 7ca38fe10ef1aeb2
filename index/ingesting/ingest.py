"""Paths → documents in the store: read, chunk, embed, commit in batches, report file by file."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.document import Chunk, Document
from index.errors import DocumentError, StoreError, UnknownDocument
from index.ingesting import walking
from index.ingesting.arrivals import (
    NO_STAMP,
    Arrivals,
    Known,
    Listed,
    NotTaken,
    Packed,
    Read,
    Stamp,
    arrivals,
)
from index.ingesting.chunking import chunks
from index.ingesting.feeds import ELSEWHERE
from index.ingesting.fetching import is_address
from index.ingesting.holding import HOLDS_NOTHING, SEVERAL, Holder, seal
from index.ingesting.report import (
    AddReport,
    FileUnderWay,
    Progress,
    UnreadFiles,
)
from index.ingesting.telling import Telling, reason_of
from index.models.contexts import contexts, embedded, has_vector
from index.models.embeddings import Embedder, MiniLM, Vectors
from index.places import file_of
from index.sandbox.isolation import LANGUAGES, READER, Limits
from index.store.catalog import Location
from index.store.identity import Prepared
from index.store.store import Store

if TYPE_CHECKING:
    from index.ingesting.cluster import Cluster

CHUNK_TOKENS = 128
"""Small chunks find the passage better than full ones (`benchmarks/README.md`). With its context
and the two special tokens a chunk stays well below what the model reads."""

_BATCH_CHUNKS = 256
"""Chunks a commit: large enough to spread its cost, small enough to lose little work."""

_LOCATED = 500
"""Places noted at once of files whose content is known."""

_NAMED = 12
"""Files that a walk does not take are named up to so many; all are counted."""

TWICE = "The store has this file already, as another document: remove that one first."

log = logging.getLogger(__name__)


class _Chunked(NamedTuple):
    shown: str
    location: Location
    document: Document
    chunks: Sequence[Chunk]
    contexts: Sequence[str]

    def texts(self) -> list[str]:
        """What is embedded of its chunks, which is not all of them in a very long table."""
        text = self.document.text
        return [
            embedded(context, text[one.start : one.end])
            for context, one in zip(self.contexts, self.chunks, strict=True)
            if has_vector(one.start, self.document.table_at(one.start))
        ]


class Ingest:
    """One run of adding files to a store.

    Args:
        store: where they go.
        embedder: the store's model.
        tokens: whose tokenizer measures chunks, with `embedder` one and the same by default.
        progress: is told of each file once it is committed or has failed, and meanwhile of how far
            a long one is; what it raises ends the run.
        limits: what one file may cost.
        chunk_tokens: tokens a chunk.
        reader: what reads a file, as `index.sandbox.isolation.Workers` takes it.
        languages: those of scanned pages, as tesseract names them: 'eng', 'eng+deu'.
        failed: places with their stamps that are passed over; those that fail now are put there.
        follow_links: also add what links inside a folder lead to outside of it.
        on: the cluster that reads and embeds, if it is not this machine.

    >>> for name, text in {"pier.txt": "The pier fell.", "empty.txt": ""}.items():
    ...     _ = (tmp_path / name).write_text(text)
    >>> done = Ingest(new_store, MiniLM(), MiniLM()).add([tmp_path])
    >>> len(done.added), done.failed[0].reason
    (1, 'The file is empty.')
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        tokens: MiniLM,
        progress: Progress | None = None,
        *,
        limits: Limits | None = None,
        chunk_tokens: int = CHUNK_TOKENS,
        reader: str = READER,
        languages: str = LANGUAGES,
        failed: dict[str, Stamp] | None = None,
        follow_links: bool = False,
        on: "Cluster | None" = None,
    ) -> None:
        self._store = store
        self._embedder = embedder if on is None else on.embedder(embedder)
        self._batch_chunks = _BATCH_CHUNKS * (1 if on is None else max(1, on.processors // 2))
        self._tokens = tokens
        self._progress = progress
        self._chunk_tokens = chunk_tokens
        self._arriving = partial(arrivals, store, limits, reader, languages, failed, on)
        self._failed = failed
        self._arrivals: Arrivals | None = None
        self._passed_over: list[tuple[Path, str]] = []
        self._unread = UnreadFiles(named=_NAMED)
        self._found = partial(
            walking.found,
            outside=store.folder,
            follow_links=follow_links,
            aside=self._pass_over,
            unread=self._leave_unread,
        )
        self._told = Telling(progress)
        self._batch: list[_Chunked] = []
        self._located: list[tuple[str, Known]] = []
        self._replaces: str | None = None
        self._holders: dict[str, Holder] = {}
        self._unpacked: list[Holder] = []

    def add(self, paths: Iterable[str | Path], *, uploads: bool = False) -> AddReport:
        """Add files, folders and web addresses; `uploads` are copied into the store.

        One bad file never stops the others: it is reported with its reason.

        Raises:
            DocumentError: a path is empty.
        """
        given = list(paths)
        walking.check_named(given)
        addresses = [one for one in given if isinstance(one, str) and is_address(one)]
        others = [one for one in given if not (isinstance(one, str) and is_address(one))]
        self._run(list(self._found(others)), addresses, uploads=uploads)
        self._tell_unread(others)
        return self._told.report()

    def replace(self, document_id: str, file: Path, *, uploads: bool = False) -> AddReport:
        """Put a file in the place of a document's own, which is an older version from now on.

        Raises:
            UnknownDocument: there is no such document.
            DocumentError: it is read from a file that is still there, and would come back.
        """
        info = next((one for one in self._store.documents() if one.id == document_id), None)
        if info is None:
            raise UnknownDocument(f"No document has the id {document_id!r}.")
        own = Path(file_of(info.path)) if info.path else None
        if own is not None and own.exists() and not own.is_relative_to(self._store.uploads):
            raise DocumentError(
                f"This document is read from {walking.printable_path(own)}: change that file, "
                "then sync."
            )
        self._replaces = document_id
        self._run([file], (), uploads=uploads)
        return self._told.report()

    def sync(self, folder: Path) -> AddReport:
        """Add what is new or changed in a folder, and remove what is gone from it.

        A file that is there stays, even if it is ignored or cannot be read now.

        Raises:
            DocumentError: the folder is not there, or holds nothing at all any more, as an
                unmounted disk does: its documents stay.
        """
        walking.check_folder(folder)
        shown = walking.printable_path(folder)
        files = list(self._found([folder]))
        below = str(folder.resolve())
        known = self._store.places(below)
        if known and not files and all(map(walking.is_gone, known)):
            raise DocumentError(
                f"{shown} is empty, and {len(known)} documents came from it: nothing was removed. "
                "If its disk is there, remove them with 'footnote remove'."
            )
        self._run(files, (), uploads=False)
        self._tell_unread([folder])
        # After the additions, so that a file that was only moved keeps its document.
        gone = [place for place in self._store.places(below) if walking.is_gone(place)]
        left = self._store.leave(gone) if gone else {}
        self._told.total += len(left)
        for place, document_id in left.items():
            self._told.tell(walking.printable_path(Path(place)), "removed", document_id)
        return self._told.report()

    def add_documents(self, documents: Iterable[tuple[str, Document | DocumentError]]) -> AddReport:
        """Add documents that are no files, each with a name that identifies it from now on.

        An error in a document's place says why there is none; it is reported like a bad file's.
        """
        given = list(documents)
        self._told.total = len(given)
        for name, document in given:
            if isinstance(document, DocumentError):
                self._fail(name, document)
                continue
            place = Location(f"memory:{name}", "", document.version, len(document.text), 0)
            known = self._store.locations([place.location]).get(place.location)
            if known and known.file_hash == place.file_hash:
                self._told.tell(name, "unchanged", known.document_id)
            else:
                self._attempt(name, partial(Read, place, document))
        self._commit()
        return self._told.report()

    def _run(self, files: Sequence[Path], addresses: Sequence[str], *, uploads: bool) -> None:
        self._told.total = len(files) + len(addresses) + len(self._passed_over)
        for link, reason in self._passed_over:
            self._told.tell(walking.printable_path(link), "passed over", reason=reason)
            if self._failed is not None:
                self._failed[str(link)] = NO_STAMP
        with self._arriving() as self._arrivals:
            for arrival in self._arrivals.of(files, addresses, uploads=uploads):
                self._told.total += arrival.more
                self._attempt(arrival.shown, arrival.result.result)
            self._commit()

    def _pass_over(self, link: Path, reason: str) -> None:
        if self._failed is None or str(link) not in self._failed:
            self._passed_over.append((link, reason))

    def _unpack(self, arrivals: Arrivals, shown: str, packed: Packed) -> None:
        """Add what a file holds."""
        holder = Holder(shown, packed, UnreadFiles(named=_NAMED))
        self._told.total -= 1
        for arrival in arrivals.members(shown, packed, holder.unread):
            self._told.total += arrival.more
            self._holders[arrival.shown] = holder
            holder.places.add(arrival.place)
            self._attempt(arrival.shown, arrival.result.result)
        self._unpacked.append(holder)

    def _seal(self, holder: Holder) -> None:
        """Note that all is stored that a file holds, and tell of what it does not hold any more."""
        stored, gone = seal(self._store, holder)
        self._told.total += len(gone)
        for one in gone:
            self._told.tell(holder.name_of(one), "removed", one.document_id)
        if self._arrivals is not None and (holder.has_failed or not stored):
            self._arrivals.give_up(holder.shown, in_part=bool(stored))
        self._told.tell_unread(holder.unread, holder.shown)
        if not holder.places and not holder.unread.first:
            self._told.total += 1
            self._told.tell(holder.shown, "failed", reason=HOLDS_NOTHING)

    def _leave_unread(self, file: Path) -> None:
        if self._failed is not None:
            if str(file) in self._failed:
                return
            self._failed[str(file)] = NO_STAMP
        self._unread.note(file)

    def _tell_unread(self, folders: Sequence[str | Path]) -> None:
        """Tell of the files that a walk through the folders did not take."""
        searched = [Path(one) for one in folders if walking.is_folder(Path(one))]
        if len(searched) > 1:
            searched = [Path(os.path.commonpath([one.absolute() for one in searched]))]
        self._told.tell_unread(self._unread, *map(walking.printable_path, searched))

    def _take_listed(self, arrivals: Arrivals, shown: str, listed: Listed) -> None:
        """Add the pages that a sitemap or a feed names, and tell of those that are left out."""
        taken, elsewhere, more = listed.named
        # What another list has named before is not asked for twice.
        fresh = arrivals.not_asked(taken)
        self._told.total += len(fresh) + len(elsewhere) + bool(more) + (not taken) - 1
        for address in elsewhere:
            self._told.tell(address, "passed over", reason=ELSEWHERE)
        if more:
            reason = f"The list names {more:,} pages more: add them by their own addresses."
            self._told.tell(shown, "passed over", reason=reason, files=more)
        if not taken:
            self._told.tell(shown, "failed", reason="The list names no page of its own site.")
        for arrival in arrivals.listed(fresh, listed.depth):
            self._attempt(arrival.shown, arrival.result.result)

    def _attempt(self, shown: str, act: Callable[[], Read | Known | Packed | Listed]) -> None:
        """Put what `act` makes into the batch, if it is anything new."""
        try:
            made = act()
            if isinstance(made, Read):
                parts = chunks(made.document, self._tokens.word_ends, self._chunk_tokens)
                place = made.location.location
                around = contexts(made.document, parts, self._tokens.word_ends, place)
                self._batch.append(_Chunked(shown, *made, parts, around))
        except Exception as error:  # noqa: BLE001 (a parser may fail in any way at all)
            self._fail(shown, error)
            return
        if isinstance(made, Packed):
            if self._replaces is not None or self._arrivals is None:
                self._fail(shown, DocumentError(SEVERAL))
            else:
                self._unpack(self._arrivals, shown, made)
        if isinstance(made, Listed) and self._arrivals is not None:
            self._take_listed(self._arrivals, shown, made)
        if isinstance(made, Known):
            if self._replaces not in (None, made.location.document_id):
                self._fail(shown, DocumentError(TWICE))
            elif made.read:
                self._located.append((shown, made))
            else:
                self._told.tell(shown, "unchanged", made.location.document_id)
        if (
            sum(len(one.chunks) for one in self._batch) >= self._batch_chunks
            or len(self._located) >= _LOCATED
        ):
            self._commit()

    def _commit(self) -> None:
        unpacked, self._unpacked = self._unpacked, []
        self._locate()
        batch, self._batch = self._batch, []
        embedded = [(one, vectors) for one, vectors in self._embedded(batch) if vectors is not None]
        if embedded:
            self._put(embedded)
        for holder in unpacked:
            self._seal(holder)

    def _put(self, embedded: Sequence[tuple[_Chunked, Vectors]]) -> None:
        """Store a batch."""
        try:
            outcomes = self._store.put(
                [
                    Prepared(
                        one.location,
                        one.document,
                        one.chunks,
                        one.contexts,
                        vectors,
                        self._replaces,
                    )
                    for one, vectors in embedded
                ]
            )
        except Exception as error:  # noqa: BLE001 (each of its files is reported)
            for one, _ in embedded:
                self._fail(one.shown, error)
            return
        for (one, _), (document_id, outcome) in zip(embedded, outcomes, strict=True):
            remark = " ".join(one.document.warnings) or None
            size = len(one.document.text)
            self._told.tell(one.shown, outcome, document_id, remark, characters=size)

    def _locate(self) -> None:
        """Note where known documents are found now."""
        located, self._located = self._located, []
        if not located:
            return
        gone = [place for _, known in located for place in known.gone]
        try:
            stale = self._store.locate([known.location for _, known in located], gone)
        except Exception as error:  # noqa: BLE001 (each of its files is reported)
            for shown, _ in located:
                self._fail(shown, error)
            return
        for shown, known in located:
            if known.location in stale and known.read:
                # What had these bytes has changed since they were compared.
                self._attempt(shown, known.read)
            else:
                self._told.tell(shown, "unchanged", known.location.document_id)

    def _embedded(self, batch: Sequence[_Chunked]) -> Iterator[tuple[_Chunked, Vectors | None]]:
        """Each document with its vectors, or without them if it has failed, which is reported."""
        texts = [one.texts() for one in batch]
        if len(batch) > 1:
            try:
                vectors = self._embedder.embed_passages([text for own in texts for text in own])
            except Exception:  # noqa: BLE001 (which of them it was, shows one by one)
                log.info("A batch could not be embedded; its documents are tried one by one.")
            else:
                borders = np.cumsum([len(own) for own in texts])[:-1]
                yield from zip(batch, np.split(vectors, borders), strict=True)
                return
        for one, own in zip(batch, texts, strict=True):
            slices: list[Vectors] = []
            size = len(own)
            step = self._batch_chunks
            try:
                for at in range(0, max(size, 1), step):
                    slices.append(self._embedder.embed_passages(own[at : at + step]))
                    if size > step and self._progress:
                        done = min(at + step, size)
                        self._progress(FileUnderWay(one.shown, done, size))
            except Exception as error:  # noqa: BLE001
                self._fail(one.shown, error)
                yield one, None
            else:
                yield one, np.concatenate(slices)

    def _fail(self, shown: str, error: Exception) -> None:
        """Report a file that is not stored."""
        if isinstance(error, NotTaken):
            self._told.tell(shown, "passed over", reason=str(error))
            return
        holder = self._holders.get(shown)
        if holder is not None:
            holder.has_failed = True
            holder.is_whole = holder.is_whole and shown != holder.shown
        elif self._arrivals is not None:
            self._arrivals.give_up(shown, its_fault=not isinstance(error, StoreError))
        self._told.tell(shown, "failed", reason=reason_of(shown, error))
