"""Paths → documents in the store: read, chunk, embed, commit in batches, report file by file."""

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from index import walking
from index.catalog import Location
from index.chunking import chunks, contexts
from index.document import Document
from index.embeddings import Embedder, MiniLM
from index.errors import DocumentError, FootnoteError
from index.fetching import fetched, is_address
from index.isolation import READER, Limits, Workers, in_order
from index.planning import Prepared
from index.report import AddReport, FileDone, Outcome, Progress
from index.store import Store

CHUNK_TOKENS = 128
"""Small chunks find the passage better than full ones (`benchmarks/README.md`). With its context
and the two special tokens a chunk stays well below what the model reads."""

LARGEST = 200 * 2**20
"""Bytes of a file by default: more text than a hundred books."""

_BATCH_CHUNKS = 256
"""Chunks a commit: large enough to spread its cost, small enough to lose little work."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A document that was read, and where."""

    location: Location
    document: Document


_Read = Callable[[], _Parsed | str]
"""Reads a file; an id instead says that the store holds it already."""


class Ingest:
    """One run of adding files to a store.

    Files are parsed ahead, in processes of their own, while those before them are embedded; they
    are stored and reported in their order.

    Args:
        store: where they go.
        embedder: the store's model.
        tokens: whose tokenizer measures chunks, with `embedder` one and the same by default.
        progress: is told of each file once it is committed or has failed.
        limits: what one file may take while it is parsed.
        largest: bytes; a larger file is refused.
        chunk_tokens: tokens a chunk.
        reader: what parses files, as `index.isolation.Workers` takes it.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        tokens: MiniLM,
        progress: Progress | None = None,
        *,
        limits: Limits | None = None,
        largest: int = LARGEST,
        chunk_tokens: int = CHUNK_TOKENS,
        reader: str = READER,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._tokens = tokens
        self._progress = progress
        self._workers = Workers(limits, reader=reader)
        self._largest = largest
        self._chunk_tokens = chunk_tokens
        self._done: list[FileDone] = []
        self._total = 0
        self._batch: list[tuple[str, Prepared]] = []
        self._copies: dict[str, Path] = {}
        self._known: Mapping[str, Location] = {}

    def add(self, paths: Iterable[str | Path], *, uploads: bool = False) -> AddReport:
        """Add files, folders and web addresses; `uploads` are copied into the store.

        One bad file never stops the others: it is reported with its reason.
        """
        given = list(paths)
        addresses = [path for path in given if isinstance(path, str) and is_address(path)]
        files = [path for path in given if path not in addresses]
        self._add(list(walking.found(files, outside=self._store.folder)), addresses, uploads)
        return self._summary()

    def sync(self, folder: Path) -> AddReport:
        """Add what is new or changed in a folder, and remove what is gone from it.

        Raises:
            DocumentError: the folder is not there, or holds nothing at all any more, as an
                unmounted disk does: its documents stay.
        """
        if not folder.is_dir():
            raise DocumentError(f"There is no folder {walking.shown(folder)}: nothing was changed.")
        files = list(walking.found([folder], outside=self._store.folder))
        gone = self._gone(folder, files)
        if gone and not files and not any(folder.iterdir()):
            raise DocumentError(
                f"{walking.shown(folder)} is empty, and {len(gone)} documents came from it: "
                "nothing was removed. If its disk is there, remove them with 'footnote remove'."
            )
        self._total = len(gone)
        self._add(files, [], uploads=False)
        # After the additions, so that a file that was only moved keeps its document.
        for place in gone:
            document_id = self._store.forget(place)
            if document_id is not None:
                self._report(walking.shown(Path(place)), "removed", document_id)
        return self._summary()

    def add_documents(self, documents: Iterable[tuple[str, Document | DocumentError]]) -> AddReport:
        """Add documents that are no files, each with a name that identifies it from now on.

        An error in a document's place says why there is none; it is reported like a bad file's.
        """
        given = list(documents)
        self._total = len(given)
        for name, document in given:
            if isinstance(document, DocumentError):
                self._fail(name, document)
                continue
            place = Location(f"memory:{name}", "", document.version, len(document.text), 0)
            self._attempt(name, partial(_Parsed, place, document))
        self._commit()
        return self._summary()

    def _add(self, files: list[Path], addresses: list[str], uploads: bool) -> None:
        self._total += len(files) + len(addresses)
        self._known = self._store.locations(walking.places(files))
        read = self._upload if uploads else self._file
        tasks: list[tuple[str, _Read]] = [(walking.shown(f), partial(read, f)) for f in files]
        tasks += [(address, partial(self._page, address)) for address in addresses]
        ahead = 2 * self._workers.count
        with self._workers, ThreadPoolExecutor(self._workers.count) as threads:
            futures = in_order((task for _, task in tasks), threads, ahead)
            try:
                for (shown, _), future in zip(tasks, futures, strict=True):
                    self._attempt(shown, future.result)
            finally:
                threads.shutdown(cancel_futures=True)
        self._commit()

    def _attempt(self, shown: str, read: _Read) -> None:
        """Put what `read` gives into the batch, embedded."""
        try:
            made = read()
            if isinstance(made, str):
                self._report(shown, "unchanged", made)
                return
            prepared = self._prepared(made.location, made.document)
        except Exception as error:  # noqa: BLE001 (each file is reported)
            self._fail(shown, error)
            return
        self._batch.append((shown, prepared))
        if sum(len(prepared.chunks) for _, prepared in self._batch) >= _BATCH_CHUNKS:
            self._commit()

    def _upload(self, path: Path) -> _Parsed | str:
        copy, is_new = _kept(path, self._store.folder)
        if is_new:
            self._copies[walking.shown(path)] = copy
        return self._file(copy)

    def _file(self, path: Path) -> _Parsed | str:
        status = walking.status(path)
        place = walking.place(path)
        known = self._known.get(place) or self._store.location(place)
        stamp = (status.st_size, status.st_mtime_ns)
        if known and (known.size, known.modified_ns) == stamp:
            return known.document_id
        if status.st_size > self._largest:
            raise DocumentError(
                f"The file has {status.st_size >> 20} MiB; at most {self._largest >> 20} are taken "
                "(FOOTNOTE_FILE_LIMIT). Split it, or raise the limit."
            )
        with path.open("rb") as file:
            file_hash = hashlib.file_digest(file, "sha256").hexdigest()
        here = Location(place, "", file_hash, *stamp)
        same = self._store.adopt(here)
        if same is not None:
            if same.location != place and _is_gone(same.location):
                self._store.forget(same.location)
            return same.document_id
        document = self._workers.read(path, path.name)
        return _Parsed(here, document)

    def _page(self, address: str) -> _Parsed | str:
        page = fetched(address)
        file_hash = hashlib.sha256(page.data).hexdigest()
        known = self._store.location(address)
        if known and known.file_hash == file_hash:
            return known.document_id
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / "page"
            copy.write_bytes(page.data)
            document = page.stamped(self._workers.read(copy, page.name))
        return _Parsed(Location(address, "", file_hash, len(page.data), 0), document)

    def _prepared(self, location: Location, document: Document) -> Prepared:
        parts = chunks(document, self._tokens.word_ends, self._chunk_tokens)
        around = contexts(document, parts, self._tokens.word_ends)
        texts = [
            f"{context}\n{document.text[chunk.start : chunk.end]}"
            for context, chunk in zip(around, parts, strict=True)
        ]
        vectors = self._embedder.embed_passages(texts)
        return Prepared(location, document, parts, around, vectors)

    def _gone(self, folder: Path, files: Iterable[Path]) -> list[str]:
        """The places below a folder that the store knows and that are no longer among its files."""
        present = set(walking.places(files))
        known = self._store.places(str(folder.resolve()))
        return [place for place in known if place not in present and not _is_unsure(place)]

    def _commit(self) -> None:
        if not self._batch:
            return
        batch, self._batch = self._batch, []
        try:
            outcomes = self._store.put([prepared for _, prepared in batch])
        except Exception as error:  # noqa: BLE001 (each of its files is reported)
            for shown, _ in batch:
                self._fail(shown, error)
            return
        for (shown, _), (document_id, outcome) in zip(batch, outcomes, strict=True):
            self._report(shown, outcome, document_id)

    def _fail(self, shown: str, error: Exception) -> None:
        """Report a file that is not stored, and erase the copy that this run has made of it."""
        copy = self._copies.pop(shown, None)
        if copy is not None:
            copy.unlink()
            if not any(copy.parent.iterdir()):
                copy.parent.rmdir()
        self._report(shown, "failed", reason=_reason(shown, error))

    def _report(
        self, path: str, outcome: Outcome, document_id: str | None = None, reason: str | None = None
    ) -> None:
        done = FileDone(path, outcome, document_id, reason, len(self._done) + 1, self._total)
        log.info("%s: %s %s", path, outcome, reason or "")
        self._done.append(done)
        if self._progress:
            self._progress(done)

    def _summary(self) -> AddReport:
        def of(outcome: Outcome) -> tuple[FileDone, ...]:
            return tuple(done for done in self._done if done.outcome == outcome)

        return AddReport(of("added"), of("updated"), of("unchanged"), of("failed"), of("removed"))


def _is_gone(place: str) -> bool:
    """Whether it was a file that is certainly not there any more."""
    path = Path(place)
    return path.is_absolute() and not path.exists() and path.parent.is_dir()


def _is_unsure(place: str) -> bool:
    """Whether a file may be there and only cannot be looked at."""
    try:
        Path(place).lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _reason(shown: str, error: Exception) -> str:
    if isinstance(error, FootnoteError):
        for note in getattr(error, "__notes__", ()):  # what went wrong where it was parsed
            log.error("%s: %s", shown, note)
        return str(error)
    if isinstance(error, OSError):
        return f"It cannot be read: {error.strerror or error}."
    log.error("%s: unexpected error", shown, exc_info=error)
    return f"Reading it ended in an unexpected error ({type(error).__name__}); the log tells more."


def _kept(upload: Path, store: Path) -> tuple[Path, bool]:
    """The store's own copy of an upload, in a folder named by its content; whether it is new."""
    walking.status(upload)
    with upload.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    target = store / "uploads" / digest[:16] / upload.name
    if target.exists():
        return target, False
    uploads = store / "uploads"
    uploads.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=uploads, prefix=".") as scratch:
        copy = shutil.copyfile(upload, Path(scratch) / upload.name)
        target.parent.mkdir(exist_ok=True)
        copy.rename(target)
    return target, True
