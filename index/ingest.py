"""Paths → documents in the store: read, chunk, embed, commit in batches, report file by file."""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index import readers
from index.catalog import Location
from index.chunking import chunks, contexts
from index.document import Document
from index.embeddings import Embedder, MiniLM
from index.errors import FootnoteError
from index.store import Prepared, Store

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

    def add(self, paths: Iterable[str | Path], *, uploads: bool = False) -> AddReport:
        """Add files and folders; `uploads` are copied into the store and referenced there.

        One bad file never stops the others: it is reported with its reason.
        """
        files = list(found(paths, outside=self._store.folder))
        self._total = len(files)
        for path in files:
            try:
                if uploads:
                    self._add_upload(path)
                else:
                    self._add(path, str(path))
            except FootnoteError as error:
                self._report(str(path), "failed", reason=str(error))
            except OSError as error:
                self._report(str(path), "failed", reason=f"It cannot be read: {error.strerror}.")
        self._commit()
        return self._summary()

    def add_documents(self, documents: Iterable[tuple[str, Document]]) -> AddReport:
        """Add documents that are no files, each with a name that identifies it from now on."""
        given = list(documents)
        self._total = len(given)
        for name, document in given:
            place = Location(f"memory:{name}", "", document.version, len(document.text), 0)
            self._prepare(name, place, document)
        self._commit()
        return self._summary()

    def _add_upload(self, path: Path) -> None:
        copy = _kept(path, self._store.folder)
        try:
            self._add(copy, str(path))
        except FootnoteError:
            copy.unlink()
            copy.parent.rmdir()
            raise

    def _add(self, path: Path, shown: str) -> None:
        status = path.stat()
        place = str(path.resolve())
        known = self._store.location(place)
        stamp = (status.st_size, status.st_mtime_ns)
        if known and (known.size, known.modified_ns) == stamp:
            self._report(shown, "unchanged", known.document_id)
            return
        with path.open("rb") as file:
            file_hash = hashlib.file_digest(file, "sha256").hexdigest()
        location = Location(place, "", file_hash, *stamp)
        same = self._store.same_content(file_hash)
        if same is not None:
            self._store.locate(Location(place, same.document_id, file_hash, *stamp))
            self._report(shown, "unchanged", same.document_id)
            return
        self._prepare(shown, location, readers.read(path))

    def _prepare(self, shown: str, location: Location, document: Document) -> None:
        parts = chunks(document, self._tokens.token_ends, CHUNK_TOKENS)
        around = contexts(document, parts, self._tokens.token_ends)
        texts = [
            f"{context}\n{document.text[chunk.start : chunk.end]}"
            for context, chunk in zip(around, parts, strict=True)
        ]
        vectors = self._embedder.embed_passages(texts)
        self._batch.append((shown, Prepared(location, document, parts, around, vectors)))
        if sum(len(prepared.chunks) for _, prepared in self._batch) >= _BATCH_CHUNKS:
            self._commit()

    def _commit(self) -> None:
        if not self._batch:
            return
        batch, self._batch = self._batch, []
        outcomes = self._store.put([prepared for _, prepared in batch])
        for (shown, _), (document_id, outcome) in zip(batch, outcomes, strict=True):
            self._report(shown, outcome, document_id)

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
        for path in _walk(given, own) if given.is_dir() else [given]:
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


def _kept(upload: Path, store: Path) -> Path:
    """The store's own copy of an upload, in a folder named by its content."""
    with upload.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    target = store / "uploads" / digest[:16] / upload.name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = target.with_name(f".{target.name}.part")
        shutil.copyfile(upload, scratch)
        scratch.replace(target)
    return target
