"""What dense search and BM25 say of each chunk, fused.

Bruch, Gai & Ingber 2023, 'An Analysis of Fusion Functions for Hybrid Retrieval': a convex
combination of normalised scores, here with a share of reciprocal ranks (Cormack, Clarke & Büttcher
2009).
"""

from collections.abc import Sequence
from dataclasses import dataclass

Hits = Sequence[tuple[int, float]]
"""Ids of chunks with their scores, best first."""

POOL = 50
"""Hits taken from each index before fusion."""

BM25, RANK = 0.2, 0.1
"""What BM25's share of its best score, and the rank in both indexes, count beside a cosine."""

RANK_CONSTANT = 10
"""The constant of reciprocal ranks."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What brought a chunk up.

    `fused` orders what was found. `cosine` is the likeness to the question, at least that of the
    pool's last, and `bm25` the share of BM25's best score; of a follow-up's two searches the higher
    counts. `rank` is 1 for the first of both indexes, and less the later it came.

    >>> fusion = Fusion()
    >>> fusion.add(dense=[(7, 0.9), (8, 0.6)], lexical=[(8, 4.2)])
    >>> fusion.scores(8).cosine, fusion.scores(8).bm25
    (0.6, 1.0)
    """

    fused: float
    cosine: float
    bm25: float
    rank: float


class Fusion:
    """Sums up, chunk by chunk, what several searches say of it, each with its weight.

    Args:
        pool: hits that each index was asked for.

    >>> fusion = Fusion()
    >>> fusion.add(dense=[(7, 0.9), (8, 0.6)], lexical=[(8, 4.2), (9, 1.0)])
    >>> fusion.best(2)
    [7, 8]
    """

    def __init__(self, pool: int = POOL) -> None:
        self._pool = pool
        self._whole = self._floor = 0.0
        self._sums: dict[int, float] = {}
        self._ranks: dict[int, float] = {}
        self._cosines: dict[int, float] = {}
        self._shares: dict[int, float] = {}

    def add(self, dense: Hits, lexical: Hits, weight: float = 1.0) -> None:
        """One search: what each index found, best first."""
        self._whole += weight
        # What is not among the pool is less alike than its last; a pool not full holds all.
        floor = dense[-1][1] if len(dense) == self._pool else 0.0
        self._floor = max(self._floor, floor)
        for id_, cosine in dense:
            self._sum(id_, weight * (cosine - floor))
            self._cosines[id_] = max(self._cosines.get(id_, 0.0), cosine)
        most = max((score for _, score in lexical), default=0.0) or 1.0
        for id_, score in lexical:
            self._sum(id_, weight * BM25 * score / most)
            self._shares[id_] = max(self._shares.get(id_, 0.0), score / most)
        for hits in (dense, lexical):
            for rank, (id_, _) in enumerate(hits, start=1):
                part = weight / 2 * (RANK_CONSTANT + 1) / (RANK_CONSTANT + rank)
                self._sum(id_, RANK * part)
                self._ranks[id_] = self._ranks.get(id_, 0.0) + part

    def best(self, k: int) -> list[int]:
        """The ids of the `k` best, best first."""
        return sorted(self._sums, key=lambda id_: (-self._sums[id_], id_))[:k]

    def scores(self, id_: int) -> Scores:
        """What the searches say of a chunk that one of them has found."""
        return Scores(
            fused=self._sums[id_] / self._whole,
            cosine=max(self._cosines.get(id_, 0.0), self._floor),
            bm25=self._shares.get(id_, 0.0),
            rank=self._ranks[id_] / self._whole,
        )

    def _sum(self, id_: int, part: float) -> None:
        self._sums[id_] = self._sums.get(id_, 0.0) + part
