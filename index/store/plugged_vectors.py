"""Chunk vectors in any vector store of llama-index, in the place of a Chroma server.

Its interface adds, finds and deletes nodes by their ids, and has no list of what there is, neither
of nodes nor of stores. So chunks are asked for by their numbers, from 1 to the catalog's highest,
and the editions of a store by theirs.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import SettingsError, StoreError
from index.models.embeddings import Vectors
from index.store.engines import Hits, MakesVectorStore

if TYPE_CHECKING:
    from llama_index.core.schema import BaseNode
    from llama_index.core.vector_stores.types import BasePydanticVectorStore

_ROWS = 1_000
"""Nodes a call: some megabytes."""


class PluggedServer:
    """The vector stores of a shared store's editions (see `index.store.engines.VectorServer`).

    Args:
        make: makes the vector store of a name.
        highest: the highest number of a chunk.

    >>> from llama_index.core.vector_stores import SimpleVectorStore
    >>> server = PluggedServer(lambda name: SimpleVectorStore(), highest=lambda: 0)
    >>> server.others("footnote-ab12-", 1)
    []
    """

    def __init__(self, make: MakesVectorStore, highest: Callable[[], int]) -> None:
        self._make = make
        self._highest = highest

    def vectors(self, name: str) -> "PluggedVectors":
        """The vectors of one edition."""
        # Many take letters, digits and underscores alone.
        return PluggedVectors(lambda: self._make(name.replace("-", "_")), self._highest)

    def has(self, name: str) -> bool:
        """True: what is not there shows when it is asked."""
        del name
        return True

    def others(self, store: str, edition: int) -> list[str]:
        """Nothing: it is not to be known whether they are empty."""
        del store, edition
        return []

    def sweep(self, store: str, edition: int) -> None:
        """Empty all editions but this one, up to that which an interrupted run may have begun."""
        for number in range(1, edition + 2):
            if number != edition:
                self.vectors(f"{store}{number}").clear()

    def close(self) -> None:
        """Nothing: connections are each vector store's own."""


class PluggedVectors:
    """The vectors of one edition (see `index.store.engines.VectorEngine`).

    Args:
        make: makes its vector store.
        highest: the highest number of a chunk.

    Raises:
        StoreError: from any method, where the vector store does not do what it is asked.

    >>> class Refusing:
    ...     def query(self, query):
    ...         raise OSError("no route to postgresql://ann:secret@db")
    >>> vectors = PluggedVectors(Refusing, highest=lambda: 0)
    >>> vectors.search(0, np.zeros(384, np.float32), k=5)
    Traceback (most recent call last):
        ...
    index.errors.StoreError: The store's vectors at Refusing cannot be used: OSError. See that ...
    """

    def __init__(
        self, make: "Callable[[], BasePydanticVectorStore]", highest: Callable[[], int]
    ) -> None:
        self._make = make
        self._highest = highest
        self._made: BasePydanticVectorStore | None = None

    def create(self, dimension: int) -> int:
        """See that it takes vectors; 0, since nobody counts them.

        Most make what they need when the first is added, and may not be asked before.
        """
        probe = np.eye(1, dimension, dtype=np.float32)
        self.change(0, 0, add=[(0, "")], vectors=probe)
        self.change(0, 0, remove=[0])
        return 0

    def search(
        self, generation: int, vector: Vectors, k: int, documents: Sequence[str] | None = None
    ) -> Hits:
        """The `k` nearest chunks as (chunk id, cosine similarity), best first."""
        del generation
        if documents is not None and not documents:
            return []
        from llama_index.core.vector_stores.types import (
            FilterOperator,
            MetadataFilter,
            MetadataFilters,
            VectorStoreQuery,
        )

        within = documents and MetadataFilter(
            key="document", value=list(documents), operator=FilterOperator.IN
        )
        query = VectorStoreQuery(
            query_embedding=vector.tolist(),
            similarity_top_k=k,
            filters=MetadataFilters(filters=[within]) if within else None,
        )
        found = self._asked("query", query)
        return [
            (uuid.UUID(id_).int, similarity)
            for id_, similarity in zip(found.ids or [], found.similarities or [], strict=True)
        ]

    def change(
        self,
        before: int,
        after: int,
        add: Sequence[tuple[int, str]] = (),
        vectors: Vectors | None = None,
        remove: Sequence[int] = (),
    ) -> None:
        """Add chunks, as (chunk id, document id) with their vectors, and remove others."""
        del before, after
        from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

        for at in range(0, len(remove), _ROWS):
            self._asked("delete_nodes", [_node_id(id_) for id_ in remove[at : at + _ROWS]])
        if vectors is None:
            return
        for at in range(0, len(add), _ROWS):
            nodes: list[BaseNode] = [
                TextNode(
                    id_=_node_id(chunk_id),
                    embedding=row.tolist(),
                    metadata={"document": document_id},
                    relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document_id)},
                )
                for (chunk_id, document_id), row in zip(
                    add[at : at + _ROWS], vectors[at : at + _ROWS], strict=True
                )
            ]
            self._asked("add", nodes)

    def documents(self, generation: int) -> dict[int, str]:
        """The document id of every chunk."""
        del generation
        nodes = self._nodes(range(1, self._highest() + 1))
        return {chunk_id: str(node.metadata["document"]) for chunk_id, node in nodes.items()}

    def vectors(self, generation: int, ids: Sequence[int]) -> dict[int, Vectors]:
        """The vectors of these chunks; those that are not there are left out."""
        del generation
        return {
            chunk_id: np.asarray(node.embedding, np.float32)
            for chunk_id, node in self._nodes(ids).items()
            if node.embedding is not None
        }

    def clear(self) -> None:
        """Empty it."""
        self._asked("clear")

    def close(self) -> None:
        """Let go of the vector store; the next use makes it again."""
        self._made = None

    def _nodes(self, ids: Sequence[int]) -> "dict[int, BaseNode]":
        found: dict[int, BaseNode] = {}
        for at in range(0, len(ids), _ROWS):
            names = [_node_id(id_) for id_ in ids[at : at + _ROWS]]
            for node in self._asked("get_nodes", names):
                found[uuid.UUID(node.node_id).int] = node
        return found

    def _asked(self, what: str, *arguments: object) -> Any:  # noqa: ANN401 (llama-index's own)
        try:
            if self._made is None:
                self._made = self._make()
            return getattr(self._made, what)(*arguments)
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 (each vector store raises a family of its own)
            fault = type(error).__name__
        # Its message may hold a password; an error raised in the clause above would refer to it.
        place = type(self._made).__name__ if self._made is not None else "FOOTNOTE_VECTORS"
        raise StoreError.server("vectors", place, "FOOTNOTE_VECTORS", fault)


def _node_id(chunk_id: int) -> str:
    """A chunk's number as an id that every vector store takes: some want a UUID."""
    return str(uuid.UUID(int=chunk_id))
