"""Which document each arriving file is: a new one, a new version of one, or one that is there."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.engine import Connection

from index.document import Chunk, Document
from index.models.embeddings import Vectors
from index.store.catalog import Catalog, Location

Outcome = Literal["added", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be stored: read, chunked and embedded.

    `contexts` belong to the chunks one by one, the rows of `vectors` to those of them that
    `index.models.contexts.has_vector` names; `location` has no document id yet. `replaces` is the
    id of the document whose next version it is to be.

    >>> arriving.document.title, arriving.chunks, arriving.vectors.shape
    ('The ferry', [Chunk(start=0, end=23)], (1, 384))
    """

    location: Location
    document: Document
    chunks: Sequence[Chunk]
    contexts: Sequence[str]
    vectors: Vectors
    replaces: str | None = None


def plan(
    catalog: Catalog, connection: Connection, batch: Sequence[Prepared]
) -> list[tuple[str, Outcome]]:
    """Which document each file is: a known place, known bytes, or a new one.

    >>> [outcome for _, outcome in plan(store.catalog, connection, [arriving])]
    ['added']
    """
    plans: list[tuple[str, Outcome]] = []
    by_hash: dict[str, str] = {}
    arriving = {prepared.location.location for prepared in batch}
    for prepared in batch:
        place = prepared.location
        known = catalog.location(connection, place.location)
        if known and known.file_hash == place.file_hash:
            same: Location | None = known
        else:
            # What stands at a place of this batch may be about to change.
            same = catalog.same_content(connection, place.file_hash, besides=arriving)
        twin = by_hash.get(place.file_hash) or (same.document_id if same else None)
        plan: tuple[str, Outcome]
        if prepared.replaces is not None:
            plan = (prepared.replaces, "updated")
        elif twin is not None:
            plan = (twin, "unchanged")
        elif known and catalog.paths(connection, known.document_id) == [place.location]:
            plan = (known.document_id, "updated")
        else:
            taken = {document_id for document_id, _ in plans}
            plan = (_new_id(catalog, connection, place.location, taken), "added")
        by_hash[place.file_hash] = plan[0]
        plans.append(plan)
    return plans


def _new_id(catalog: Catalog, connection: Connection, location: str, taken: set[str]) -> str:
    """An id that the same file gets in every store, unless it is in use."""
    candidate = hashlib.sha256(location.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    while candidate in taken or catalog.is_used(connection, candidate):
        candidate = hashlib.sha256(candidate.encode()).hexdigest()[:12]
    return candidate
