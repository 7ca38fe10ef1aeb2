"""Question → ranked passages: dense and BM25, fused by reciprocal rank, the first of them reread.

Cormack, Clarke & Büttcher 2009, 'Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods'.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Passage
from assistant.spans import FLOOR, SpanReader, Spans
from index.catalog import StoredChunk
from index.embeddings import Embedder
from index.store import Store

POOL = 50
"""Hits taken from each index before fusion."""

RANK_CONSTANT = 10
"""The constant of reciprocal rank fusion; see `benchmarks/README.md` for the values tried."""


READ = 8
"""Passages that the trained reader reads: the first after fusion."""

_SPAN, _ANSWERS, _COSINE, _RANK = 0.27, 0.19, 6.9, 6.1
"""Log-odds against the other passages; fitted by `benchmarks/reader_weights.py`."""

_EVEN = 9.5
"""Where a passage's score is one half. It orders nothing; it keeps scores from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A chunk with the scores that brought it up.

    `cosine` and `bm25` are 0 where the other index alone found it. `spans` is what the trained
    reader makes of it, None where it was not read, and `score` what it is ranked by in the end.
    """

    chunk: StoredChunk
    fused: float
    cosine: float
    bm25: float
    score: float
    spans: Spans | None = None

    @property
    def answers(self) -> float:
        """The reader's log-odds that it answers; of what was not read, the least there are."""
        return self.spans.answers if self.spans else FLOOR

    @property
    def rank(self) -> float:
        """1 for the first of both indexes, and less the later it came."""
        return self.fused * (1 + RANK_CONSTANT) / 2

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
            score=self.score,
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
        Retrieved(
            chunks[id_], fused[id_], dense.get(id_, 0.0), lexical.get(id_, 0.0), score=fused[id_]
        )
        for id_ in best
        if id_ in chunks
    ]


def reread(reader: SpanReader, question: str, found: Sequence[Retrieved]) -> list[Retrieved]:
    """The first passages in the order in which they answer, with their spans; then the others."""
    first, others = found[:READ], found[READ:]
    spans = reader.read(question, [one.chunk.text for one in first])
    read = [
        replace(one, spans=its, score=_answers(one, its))
        for one, its in zip(first, spans, strict=True)
    ]
    read.sort(key=lambda one: -one.score)
    # What was not read keeps its fused score, but never stands above what was.
    return read + [replace(one, score=min(one.score, read[-1].score)) for one in others]


def _answers(found: Retrieved, spans: Spans) -> float:
    """How well a passage answers, from 0 to 1."""
    odds = (
        _SPAN * spans.best_score
        + _ANSWERS * spans.answers
        + _COSINE * found.cosine
        + _RANK * found.rank
        - _EVEN
    )
    return 1 / (1 + math.exp(-odds))
