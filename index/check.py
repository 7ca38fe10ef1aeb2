"""What a store's catalog, indexes and copies disagree about."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import Connection

from index import audit
from index.catalog import Catalog, IndexState
from index.errors import StoreError
from index.indexes import Indexes
from index.rebuild import is_whole
from index.vectors import VectorIndex

Where = Literal["catalog", "vectors", "lexical", "uploads", "folder"]
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement: which part of the store is wrong, and how."""

    where: Where
    problem: str


def differences(
    folder: Path, catalog: Catalog, connection: Connection, indexes: Indexes
) -> Iterator[Difference]:
    """All disagreements; no change happens meanwhile, which is the caller's care."""
    state = catalog.state(connection)
    dimension = int(catalog.fact(connection, "dimension"))
    for problem in _in_catalog(connection):
        yield Difference("catalog", problem)
    live = audit.live_chunks(connection)
    leftover = set(catalog.leftovers(connection))
    try:
        vectors = indexes.vectors(state.edition)
        documents = vectors.documents(state.generation)
        for problem in _against(documents, live, leftover):
            yield Difference("vectors", problem)
        for problem in _vectors(vectors, state, sorted(documents.keys() & live), dimension):
            yield Difference("vectors", problem)
    except (StoreError, OSError) as error:
        yield Difference("vectors", str(error))
    try:
        lexical = indexes.lexical(state)
        entries = Counter(lexical.ids())
        twice = sum(count > 1 for count in entries.values())
        if twice:
            yield Difference("lexical", f"{_chunks(twice)} held more than once.")
        by_document = lexical.chunks(sorted(set(live.values())))
        held = dict.fromkeys(entries, "")
        held |= {chunk_id: id_ for id_, chunks in by_document.items() for chunk_id in chunks}
        for problem in _against(held, live, leftover):
            yield Difference("lexical", problem)
    except (StoreError, OSError) as error:
        yield Difference("lexical", str(error))
    for problem in _uploads(folder, audit.places(connection)):
        yield Difference("uploads", problem)
    for path in indexes.others(state.edition):
        yield Difference("folder", f"{path.name} is left over from an interrupted repair or purge.")
    if catalog.is_purging(connection):
        yield Difference("folder", "A purge was interrupted: what it erases may still be there.")


def _in_catalog(connection: Connection) -> Iterator[str]:
    yield from audit.faults(connection)
    for version in audit.readable_versions(connection):
        name = f"Version {version.hash[:16]} of {version.title!r} ({version.document_id})"
        digest, length = hashlib.sha256(), 0
        for text in audit.text_parts(connection, version.id):
            digest.update(text.encode())
            length += len(text)
        if length != version.characters or digest.hexdigest() != version.hash:
            yield f"{name}: its text is not the one that was stored."
        outside = audit.chunks_outside(connection, version.id, length)
        if outside:
            yield f"{name}: {_chunks(outside)} outside its text."
    stray = audit.stray_chunks(connection)
    if stray:
        yield f"{_chunks(stray)} of no version."
    for place in audit.stray_places(connection):
        yield f"The place {place} names a document that is not there."


def _against(held: Mapping[int, str], live: Mapping[int, str], leftover: set[int]) -> Iterator[str]:
    """How an index's chunks differ from the catalog's, one line a kind and document.

    Leftovers of a change that was interrupted are no fault: they are never shown, and the next
    change clears them.
    """
    missing = Counter(live[chunk_id] for chunk_id in live.keys() - held.keys())
    for document_id, count in sorted(missing.items()):
        yield f"{_chunks(count)} of {document_id} missing."
    wrong = Counter(
        live[chunk_id] for chunk_id in live.keys() & held.keys() if held[chunk_id] != live[chunk_id]
    )
    for document_id, count in sorted(wrong.items()):
        yield f"{_chunks(count)} of {document_id} held under another document."
    extra = len(held.keys() - live.keys() - leftover)
    if extra:
        yield f"{_chunks(extra)} held that the catalog does not know."


def _vectors(
    vectors: VectorIndex, state: IndexState, ids: list[int], dimension: int
) -> Iterator[str]:
    unreadable = broken = 0
    for at in range(0, len(ids), _BATCH):
        wanted = ids[at : at + _BATCH]
        found = vectors.vectors(state.generation, wanted)
        unreadable += len(wanted) - len(found)
        broken += sum(not is_whole(row, dimension) for row in found.values())
    if unreadable:
        yield f"{_chunks(unreadable)} without a vector."
    if broken:
        yield f"{_chunks(broken)} with a vector that is not one of {dimension} numbers."


def _uploads(folder: Path, places: Iterable[str]) -> Iterator[str]:
    uploads = (folder / "uploads").resolve()
    known = {Path(place) for place in places if Path(place).is_relative_to(uploads)}
    there = {path for path in uploads.rglob("*") if path.is_file()}
    for path in sorted(known - there):
        yield f"The copy {path} is missing."
    for path in sorted(there - known):
        yield f"Nothing refers to the copy {path}."


def _chunks(count: int) -> str:
    return "1 chunk is" if count == 1 else f"{count} chunks are"
