"""Question → ranked passages: dense and BM25, fused, the first of them reread.

A follow-up is searched for twice, by itself and behind the turns before it.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.answer import Passage
from assistant.endpoints.wire import Shown
from assistant.models.sentence_vectors import SentenceVectors
from assistant.models.span_reader import FLOOR, SpanReader, SpanScores
from assistant.retrieving.fusion import POOL, Fusion, Scores
from assistant.retrieving.naming import naming
from index.models.embeddings import Embedder
from index.sentences import is_table
from index.store.catalog import StoredChunk
from index.store.store import Store

READ, READ_ON = 6, 16
"""Passages that the trained reader reads: the first after fusion, and more where none of them is
likelier to answer than not."""

_SPAN, _ANSWERS, _COSINE, _BM25, _RANK = 0.13, 0.48, 6.4, 1.4, 4.1
"""Log-odds against the other passages; fitted by `benchmarks/reader_weights.py`."""

NAMED, _NAMED = 0.05, 0.5
"""What a document that the question may name counts among fused scores, and among the log-odds:
less than what is read there, so that it decides only between passages that answer alike."""

_SHARE, _PART = 2.0, 2
"""What a document's share in the names of a question counts beside that, and how many times as long
as a passage a document is where it counts: what is short says itself of whom it is."""

_TABLE_READ = -2.0
"""The least log-odds that reading gives a table: the reader learned on prose and undervalues it."""

_EVEN = 9.5
"""Where a passage's score is one half. It orders nothing; it keeps scores from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A chunk with the scores that brought it up.

    `spans` is what the trained reader makes of it, None where it was not read, and `score` what it
    is ranked by in the end; `whole` is the chunk with those beside it below the same heading, where
    it was looked up; `named` says how surely the question names its document, from 0.

    >>> asked.text, passages[0].passage.locator, passages[0].answers > 0
    ('When were the sirens sounded?', 'p. 2', True)
    """

    chunk: StoredChunk
    scores: Scores
    score: float
    spans: SpanScores | None = None
    whole: StoredChunk | None = None
    named: float = 0.0

    @property
    def cosine(self) -> float:
        """Its likeness to the question."""
        return self.scores.cosine

    @property
    def rank(self) -> float:
        """1 for the first of both indexes, and less the later it came."""
        return self.scores.rank

    @property
    def answers(self) -> float:
        """The reader's log-odds that it answers; of what was not read, the least there are."""
        return self.spans.answers if self.spans else FLOOR

    @property
    def above(self) -> str:
        """The title of its document, and the heading above it."""
        return " · ".join(dict.fromkeys([self.chunk.document.title, *self.chunk.heading[-1:]]))

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
            page_label=self.chunk.label_of(self.chunk.start, self.chunk.end),
            page_count=document.pages or None,
            date=document.date,
            source=document.source,
            path=document.path,
            heading=self.chunk.heading,
            parts=self.chunk.parts,
            score=self.score,
        )

    @property
    def shown(self) -> Shown:
        """The chunk as a language model is shown it: rows of a table below its columns' names."""
        chunk = self.chunk
        heading = next((one for one in chunk.heading[::-1] if one != chunk.document.title), "")
        row = chunk.table_row(chunk.start)
        text = f"{row[1]}\n{chunk.text}" if row is not None else chunk.text
        return Shown(chunk.document.title, text, chunk.document.date, heading)


class Retriever(Protocol):
    """Finds passages: what answering and citing ask, whatever stands behind it.

    >>> class Nothing:
    ...     def retrieve(self, store, searches, k, documents=None, likely=()):
    ...         return []
    >>> retriever: Retriever = Nothing()
    >>> retriever.retrieve(store, [("Which gate failed?", 1.0)], k=5)
    []
    """

    def retrieve(
        self,
        store: Store,
        searches: Sequence[tuple[str, float]],
        k: int,
        documents: Sequence[str] | None = None,
        likely: Collection[str] = (),
    ) -> list[Retrieved]:
        """The `k` best chunks, best first.

        Args:
            store: what is searched.
            searches: texts to search for, and how much each counts (`Question.searches`).
            k: how many.
            documents: ids of those to search in; all by default.
            likely: ids of documents whose passages come sooner than others that are as near.
        """
        ...


class HybridRetriever:
    """A `Retriever` by vectors and BM25, fused by their scores. Thread-safe.

    Args:
        embedder: the store's model.
        known: vectors that are remembered; questions are asked of it while it is of that model.

    >>> from index.models.embeddings import MiniLM
    >>> found = HybridRetriever(MiniLM()).retrieve(store, [("Which gate failed?", 1.0)], k=2)
    >>> len(found), found[0].passage.locator
    (2, 'p. 2')
    """

    def __init__(self, embedder: Embedder, known: SentenceVectors | None = None) -> None:
        self._embedder, self._known = embedder, known

    def retrieve(
        self,
        store: Store,
        searches: Sequence[tuple[str, float]],
        k: int,
        documents: Sequence[str] | None = None,
        likely: Collection[str] = (),
    ) -> list[Retrieved]:
        """The `k` best chunks, best first."""
        same = self._known is not None and self._known.name == self._embedder.name
        model = self._known if self._known is not None and same else self._embedder
        vectors = [model.embed_query(text) for text, _ in searches]
        fusion = Fusion()
        with store.snapshot() as snapshot:
            for (text, weight), vector in zip(searches, vectors, strict=True):
                dense = [
                    (id_, likeness(cosine, self._embedder.unlike))
                    for id_, cosine in snapshot.nearest(vector, POOL, documents)
                ]
                fusion.add(dense, snapshot.lexical(text, POOL, documents), weight)
            best = fusion.best(max(POOL, k))
            chunks = snapshot.chunks(best)
        pool = {one.document.id: one.document for one in chunks.values()}
        shares = naming(" ".join(text for text, _ in searches), pool.values())
        found = []
        for id_ in best:
            if id_ in chunks:
                scores, document = fusion.scores(id_), chunks[id_].document
                named = float(document.id in likely)
                if _PART * len(chunks[id_].text) < document.characters:
                    named += _SHARE * shares[document.id]
                score = scores.fused + NAMED * named
                found.append(Retrieved(chunks[id_], scores, score, named=named))
        return sorted(found, key=lambda one: -one.score)[:k]


def likeness(cosine: float, unlike: float) -> float:
    """A cosine from 0, for what has nothing in common, to 1.

    >>> likeness(0.75, unlike=0.5), likeness(0.25, unlike=0.5)
    (0.5, 0.0)
    """
    return max(cosine - unlike, 0.0) / (1 - unlike)


def reread(reader: SpanReader, question: str, found: Sequence[Retrieved]) -> list[Retrieved]:
    """The first passages in the order in which they answer, with their spans; then the others.

    >>> asked.text
    'When were the sirens sounded?'
    >>> reread(SpanReader(), asked.asking, passages)[0].spans.best_score > 0
    True
    """
    spans = reader.read(question, [one.chunk.text for one in found[:READ]])
    if all(one.answers < 0 for one in spans):
        spans += reader.read(question, [one.chunk.text for one in found[READ:READ_ON]])
    first, others = found[: len(spans)], found[len(spans) :]
    read = [
        replace(one, spans=its, score=_answers(one, its))
        for one, its in zip(first, spans, strict=True)
    ]
    read.sort(key=lambda one: -one.score)
    # What was not read keeps its fused score, but never stands above what was.
    return read + [replace(one, score=min(one.score, read[-1].score)) for one in others]


def with_whole(store: Store, found: Sequence[Retrieved]) -> list[Retrieved]:
    """The passages, each with the chunks beside it.

    >>> first = with_whole(store, passages)[0]
    >>> first.chunk.text in first.whole.text
    True
    """
    with store.snapshot() as snapshot:
        whole = snapshot.joined([one.chunk for one in found])
    return [replace(one, whole=whole.get(one.chunk.id)) for one in found]


def _answers(found: Retrieved, spans: SpanScores) -> float:
    """How well a passage answers, from 0 to 1."""
    read = _SPAN * spans.best_score + _ANSWERS * spans.answers
    if is_table(found.chunk.text):
        read = max(read, _TABLE_READ)
    odds = (
        read
        + _COSINE * found.cosine
        + _BM25 * found.scores.bm25
        + _RANK * found.rank
        + _NAMED * found.named
        - _EVEN
    )
    return 1 / (1 + math.exp(-odds))
