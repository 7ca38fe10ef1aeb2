"""What search reads: hits from the indexes and their chunks from the catalog, in one state."""

from collections.abc import Iterable, Sequence

from sqlalchemy.engine import Connection

from index import queries
from index.catalog import Catalog, StoredChunk
from index.embeddings import Vectors
from index.indexes import Indexes

Hits = list[tuple[int, float]]


class Snapshot:
    """One consistent state of catalog and indexes, for as long as its `with` lasts."""

    def __init__(self, catalog: Catalog, indexes: Indexes, connection: Connection) -> None:
        self._indexes = indexes
        self._connection = connection
        self._state = catalog.state(connection)

    def nearest(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> Hits:
        """(chunk id, cosine similarity), best first."""
        vectors = self._indexes.vectors(self._state.edition)
        return vectors.search(self._state.generation, vector, k, documents)

    def lexical(self, question: str, k: int, documents: Sequence[str] | None = None) -> Hits:
        """(chunk id, BM25 score), best first."""
        return self._indexes.lexical(self._state).search(question, k, documents)

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """The inverse document frequency of analysed terms."""
        return self._indexes.lexical(self._state).rarity(terms)

    def mentioned(self, terms: Iterable[str]) -> set[str]:
        """Those of the analysed terms that stand in a document, or in its title or headings."""
        return self._indexes.lexical(self._state).mentioned(terms)

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """The live ones among these chunks."""
        return queries.live_chunks(self._connection, ids)

    def chunk_ids(self, documents: Sequence[str]) -> list[int]:
        """All chunks of these documents in reading order."""
        return queries.chunk_ids(self._connection, documents)
