"""What is asked of a collection of Chroma, embedded or in a server: chunks by id, with vectors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from index.models.embeddings import Vectors
from index.store.engines import Hits

if TYPE_CHECKING:
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import Where

BATCH = 5_000
"""Rows a call: Chroma refuses more than 5,461."""

GRAPH: "CreateHNSWConfiguration" = {"space": "cosine", "ef_search": 200}
"""How vectors are compared, and how many are looked at to find the nearest."""


def nearest(
    collection: "Collection", vector: Vectors, k: int, documents: Sequence[str] | None
) -> Hits:
    """The `k` nearest chunks of these documents, or of any, as (chunk id, cosine), best first.

    >>> import chromadb
    >>> collection = chromadb.EphemeralClient().create_collection("nearest")
    >>> change(collection, [(7, "d1")], np.eye(1, 3, dtype=np.float32), remove=[])
    >>> nearest(collection, np.array([1, 0, 0], np.float32), k=5, documents=["d1"])
    [(7, 1.0)]
    """
    # Chroma refuses an empty list of documents.
    if documents is not None and not documents:
        return []
    within = None if documents is None else {"document": {"$in": list(documents)}}
    found = collection.query(
        query_embeddings=vector[np.newaxis],
        n_results=k,
        where=cast("Where | None", within),
        include=["distances"],
    )
    distances = found["distances"] or [[]]
    return [
        (int(id_), 1.0 - distance)
        for id_, distance in zip(found["ids"][0], distances[0], strict=True)
    ]


def change(
    collection: "Collection",
    add: Sequence[tuple[int, str]],
    vectors: Vectors | None,
    remove: Sequence[int],
    batch: int = BATCH,
) -> None:
    """Add chunks, as (chunk id, document id) with their vectors, and remove others.

    >>> import chromadb
    >>> collection = chromadb.EphemeralClient().create_collection("change")
    >>> change(collection, [(7, "d1"), (8, "d2")], np.eye(2, 3, dtype=np.float32), remove=[])
    >>> change(collection, [], None, remove=[7])
    >>> documents_of(collection)
    {8: 'd2'}
    """
    for at in range(0, len(remove), batch):
        collection.delete(ids=[str(id_) for id_ in remove[at : at + batch]])
    if vectors is None:
        return
    for at in range(0, len(add), batch):
        rows = add[at : at + batch]
        # The ids are new, so this is faster than `upsert`.
        collection.add(
            ids=[str(chunk_id) for chunk_id, _ in rows],
            embeddings=vectors[at : at + batch],
            metadatas=[{"document": document_id} for _, document_id in rows],
        )


def documents_of(collection: "Collection") -> dict[int, str]:
    """The document id of every chunk.

    >>> import chromadb
    >>> collection = chromadb.EphemeralClient().create_collection("documents")
    >>> change(collection, [(7, "d1")], np.eye(1, 3, dtype=np.float32), remove=[])
    >>> documents_of(collection)
    {7: 'd1'}
    """
    found: dict[int, str] = {}
    for at in range(0, collection.count(), BATCH):
        page = collection.get(limit=BATCH, offset=at, include=["metadatas"])
        for id_, metadata in zip(page["ids"], page["metadatas"] or [], strict=True):
            found[int(id_)] = str((metadata or {}).get("document"))
    return found


def vectors_of(
    collection: "Collection", ids: Sequence[int], batch: int = BATCH
) -> dict[int, Vectors]:
    """The vectors of these chunks; those that are not there are left out.

    >>> import chromadb
    >>> collection = chromadb.EphemeralClient().create_collection("vectors")
    >>> change(collection, [(7, "d1")], np.eye(1, 3, dtype=np.float32), remove=[])
    >>> vectors_of(collection, [7, 9])
    {7: array([1., 0., 0.], dtype=float32)}
    """
    found: dict[int, Vectors] = {}
    for at in range(0, len(ids), batch):
        names = [str(id_) for id_ in ids[at : at + batch]]
        page = collection.get(ids=names, include=["embeddings"])
        rows = page["embeddings"]
        if rows is not None:
            for id_, row in zip(page["ids"], rows, strict=True):
                found[int(id_)] = np.asarray(row, np.float32)
    return found
