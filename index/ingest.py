"""Paths → documents in the store: read, chunk, embed, commit in batches, report file by file."""

import hashlib
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from index import readers
from index.catalog import Location
from index.chunking import chunks, contexts
from index.document import Document
from index.embeddings import Embedder, MiniLM
from index.errors import DocumentError, FootnoteError
from index.planning import Prepared
from index.store import Store

CHUNK_TOKENS = 128
"""Small chunks find the passage better than full ones (`benchmarks/README.md`). With its context
and the two special tokens a chunk stays well below what the model reads."""

_BATCH_CHUNKS = 256
"""Chunks a commit: large enough to spread its cost, small enough to lose little work."""

Outcome = Literal["added", "updated", "unchanged", "failed"]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileDone:
    """What became of one file, as soon as that is certain; `done` of `total` files are so far."""

    path: str
    outcome: Outcome
    document_id: str | None
    reason: str | None
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of all of them."""

    added: tuple[FileDone, ...] = ()
    updated: tuple[FileDone, ...] = ()
    unchanged: tuple[FileDone, ...] = ()
    failed: tuple[FileDone, ...] = ()

    def __add__(self, other: "AddReport") -> "AddReport":
        return AddReport(
            self.added + other.added,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.failed + other.failed,
        )


Progress = Callable[[FileDone], None]


class Ingest:
    """One run of adding files to a store.

    Args:
        store: where they go.
        embedder: the store's model.
        tokens: whose tokenizer measures chunks, with `embedder` one and the same by default.
        progress: is told of each file once it is committed or has failed.
    """

    def __init__(
        self, store: Store, embedder: Embedder, tokens: MiniLM, progress: Progress | None = None
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._tokens = tokens
        self._progress = progress
        self._done: list[FileDone] = []
        self._total = 0
        self._batch: list[tuple[str, Prepared]] = []
        self._copies: dict[str, Path] = {}

    def add(self, paths: Iterable[str | Path], *, uploads: bool = False) -> AddReport:
        """Add files and folders; `uploads` are copied into the store and referenced there.

        One bad file never stops the others: it is reported with its reason.
        """
        files = list(found(paths, outside=self._store.folder))
        self._total = len(files)
        for path in files:
            self._attempt(_shown(path), partial(self._upload if uploads else self._file, path))
        self._commit()
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
            self._attempt(name, partial(self._prepared, place, document))
        self._commit()
        return self._summary()

    def _attempt(self, shown: str, act: Callable[[], Prepared | str]) -> None:
        """Put what `act` makes into the batch; an id instead says that it is stored already."""
        try:
            made = act()
        except Exception as error:  # noqa: BLE001 (a parser may fail in any way at all)
            self._fail(shown, error)
            return
        if isinstance(made, str):
            self._report(shown, "unchanged", made)
            return
        self._batch.append((shown, made))
        if sum(len(prepared.chunks) for _, prepared in self._batch) >= _BATCH_CHUNKS:
            self._commit()

    def _upload(self, path: Path) -> Prepared | str:
        copy, is_new = _kept(path, self._store.folder)
        if is_new:
            self._copies[_shown(path)] = copy
        return self._file(copy)

    def _file(self, path: Path) -> Prepared | str:
        status = _status(path)
        place = _place(path)
        known = self._store.location(place)
        stamp = (status.st_size, status.st_mtime_ns)
        if known and (known.size, known.modified_ns) == stamp:
            return known.document_id
        with path.open("rb") as file:
            file_hash = hashlib.file_digest(file, "sha256").hexdigest()
        same = self._store.same_content(file_hash)
        if same is not None:
            self._store.locate(Location(place, same.document_id, file_hash, *stamp))
            return same.document_id
        return self._prepared(Location(place, "", file_hash, *stamp), readers.read(path))

    def _prepared(self, location: Location, document: Document) -> Prepared:
        parts = chunks(document, self._tokens.word_ends, CHUNK_TOKENS)
        around = contexts(document, parts, self._tokens.word_ends)
        texts = [
            f"{context}\n{document.text[chunk.start : chunk.end]}"
            for context, chunk in zip(around, parts, strict=True)
        ]
        vectors = self._embedder.embed_passages(texts)
        return Prepared(location, document, parts, around, vectors)

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

        return AddReport(of("added"), of("updated"), of("unchanged"), of("failed"))


def found(paths: Iterable[str | Path], outside: Path) -> Iterator[Path]:
    """The files meant by the paths: files as they are, folders with every readable type in them.

    Hidden folders and the store itself are left out of a folder; a path that is not there is
    given back, to be reported like any file that cannot be read.
    """
    own = outside.resolve()
    seen: set[Path] = set()
    for given in map(Path, paths):
        for path in _walk(given, own) if _is_folder(given) else [given]:
            if path not in seen:
                seen.add(path)
                yield path


def _walk(folder: Path, own: Path) -> Iterator[Path]:
    for current, folders, files in os.walk(folder):
        here = Path(current)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (here / name).resolve() != own
        )
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in readers.SUPPORTED:
                yield here / name


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _status(path: Path) -> os.stat_result:
    """What the system says of a file; a pipe or a device, which may never end, is no document."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        raise DocumentError(f"This is {kind}, not a file.")
    return status


def _place(path: Path) -> str:
    place = str(path.resolve())
    if _shown(path.resolve()) != place:
        raise DocumentError(
            "Its name, or that of a folder above it, is not valid UTF-8. Rename it, then try again."
        )
    return place


def _shown(path: Path) -> str:
    """The path as it can be printed: bytes that are not valid UTF-8 as backslash escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _reason(shown: str, error: Exception) -> str:
    if isinstance(error, FootnoteError):
        return str(error)
    if isinstance(error, OSError):
        return f"It cannot be read: {error.strerror or error}."
    log.error("%s: unexpected error", shown, exc_info=error)
    return f"Reading it ended in an unexpected error ({type(error).__name__}); the log tells more."


def _kept(upload: Path, store: Path) -> tuple[Path, bool]:
    """The store's own copy of an upload, in a folder named by its content; whether it is new."""
    _status(upload)
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
