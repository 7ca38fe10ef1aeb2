"""Question → ranked passages: dense and BM25, fused by reciprocal rank.

Cormack, Clarke & Büttcher 2009, 'Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods'.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Passage
from index.catalog import StoredChunk
from index.embeddings import Embedder
from index.store import Store

POOL = 50
"""Hits taken from each index before fusion."""

RANK_CONSTANT = 10
"""The constant of reciprocal rank fusion; see `benchmarks/README.md` for the values tried."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A chunk with the scores that brought it up; `cosine` is None where only BM25 found it."""

    chunk: StoredChunk
    fused: float
    cosine: float
    bm25: float

    @property
    def passage(self) -> Passage:
        """The chunk as callers see it."""
        document = self.chunk.document
        page, page_end = self.chunk.pages_of(self.chunk.start, self.chunk.end)
        return Passage(
            document_id=document.id,
            version=document.version,
            title=document.title,
            text=self.chunk.text,
            start=self.chunk.start,
            end=self.chunk.end,
            page=page,
            page_end=page_end,
            date=document.date,
            source=document.source,
            path=document.path,
            heading=self.chunk.heading,
            parts=self.chunk.parts,
            score=self.fused,
        )


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[int]], constant: int = RANK_CONSTANT
) -> dict[int, float]:
    """Ids with their fused score, best first: the sum of 1 / (constant + rank), ranks from 1."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1 / (constant + rank)
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def retrieve(
    store: Store,
    embedder: Embedder,
    question: str,
    k: int,
    documents: Sequence[str] | None = None,
) -> list[Retrieved]:
    """The `k` best chunks for a question, best first."""
    vector = embedder.embed_query(question)
    with store.snapshot() as snapshot:
        dense = dict(snapshot.nearest(vector, POOL, documents))
        lexical = dict(snapshot.lexical(question, POOL, documents))
        fused = reciprocal_rank_fusion([list(dense), list(lexical)])
        best = list(fused)[:k]
        chunks = snapshot.chunks(best)
    return [
        Retrieved(chunks[id_], fused[id_], dense.get(id_, 0.0), lexical.get(id_, 0.0))
        for id_ in best
        if id_ in chunks
    ]
