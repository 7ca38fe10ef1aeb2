"""Which blocks of the retrieved passages answer a question: what a person would copy.

A block is a paragraph, a lead-in with the list or the command that it announces, a whole list, or
rows of a table. A block is compared with the question by the store's embedding model, with its
title and heading before it; with that count its best sentence, and how early its passage came.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.models.sentence_vectors import SentenceVectors
from assistant.reading.sentence_ranking import Candidate
from assistant.retrieving.retrieval import Retrieved
from index.document import Span
from index.models.embeddings import E5, Embedder
from index.store.catalog import StoredChunk

_LONGEST = 1_400
"""Characters of a block that is put together of several paragraphs."""

_PROSE, _STRUCTURED = 280, 700
"""Characters of a short paragraph, and of a short one with lines; a Chinese one counts twice.
A list is shown as long as it is put together."""

_LIKENESS, _RANK, _SENTENCE = 6.0, 2.7, 0.45
"""Log-odds against the other blocks; fitted by `benchmarks/reader_weights.py`."""

_NO_SENTENCE = -6.0
"""What counts as the best sentence's score where none was scored."""

_PARAGRAPH = re.compile(r"[^\n]++(?:\n(?![^\S\n]*+\n)[^\n]++)*+")
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_ITEM = re.compile(r"[ \t]*+(?:[-*•–+]|\(?[0-9a-zA-Z]{1,3}[.)])[ \t]")
_ANNOUNCES = re.compile(r"[:：][*_`)\]]*+\s*+\Z")


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """A block of a passage: offsets in its document, and how well it answers.

    `likeness` to the question is 0 for what has nothing in common with it, and 1 at most; `score`
    are the log-odds against the other blocks.

    >>> from index.models.embeddings import E5
    >>> block = BlockScorer(E5()).ranked("When did the sirens sound?", passages, candidates)[0]
    >>> "21:58" in block.text
    True
    """

    source: Retrieved
    start: int
    end: int
    likeness: float
    score: float

    @property
    def text(self) -> str:
        """Its words as they stand in the document."""
        home = self.home
        return home.text[self.start - home.start : self.end - home.start]

    @property
    def home(self) -> StoredChunk:
        """Its passage, with those beside it where the block reaches into them."""
        return self.source.whole or self.source.chunk

    def holds(self, candidate: Candidate) -> bool:
        """Whether a sentence stands in it."""
        return _inside(candidate, self.source, Span(self.start, self.end))

    def with_list(self) -> "AnswerBlock":
        """The block with the table or the list right behind it, which it leads in; or itself."""
        home = self.home
        rest = home.text[self.end - home.start :]
        start = self.end + len(rest) - len(rest.lstrip())
        for table, _ in home.tables:
            if self.end <= table.start <= start < table.end <= self.start + _LONGEST:
                return replace(self, end=table.end)
        behind = next(iter(block_spans(rest)), None)
        if behind is None or not _ITEM.match(rest, behind.start):
            return self
        end = self.end + behind.end
        return replace(self, end=end) if end - self.start <= _LONGEST else self

    @property
    def holds_table(self) -> bool:
        """Whether a whole table stands in it."""
        return any(self.start <= one.start and one.end <= self.end for one, _ in self.home.tables)

    @property
    def is_short(self) -> bool:
        """Whether one would copy all of it: a few lines, a list, a command; of a table, rows."""
        if any(one.start < self.end and self.start < one.end for one, _ in self.home.tables):
            return False
        text = self.text
        wide = sum(map(_is_wide, text)) if not text.isascii() else 0
        lines = text.splitlines()
        if len(lines) > 1 and _ITEM.match(lines[-1]):
            most = _LONGEST
        else:
            most = _STRUCTURED if len(lines) > 1 else _PROSE
        return len(text) + wide <= most


class BlockScorer:
    """Compares blocks with questions by an embedding model. Thread-safe.

    >>> from index.models.embeddings import E5
    >>> scorer = BlockScorer(E5())
    >>> len(scorer.ranked("When did the sirens sound?", passages, candidates)) > 3
    True
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors = SentenceVectors(embedder)

    @property
    def is_fitted(self) -> bool:
        """Whether it is known what likeness by this model is worth; else only sentences count."""
        return self._embedder.name == E5.name

    def ranked(
        self, question: str, passages: Sequence[Retrieved], candidates: Sequence[Candidate]
    ) -> list[AnswerBlock]:
        """The blocks of the passages, the likeliest to answer first; each block once.

        Args:
            question: what is asked.
            passages: those found for it, the best first.
            candidates: their sentences, with their scores.
        """
        places: dict[tuple[str, int, int], tuple[Retrieved, Span]] = {}
        for passage in passages:
            home, chunk = passage.whole or passage.chunk, passage.chunk
            for span in block_spans(home.text):
                start, end = home.start + span.start, home.start + span.end
                if start < chunk.end and end > chunk.start:
                    places.setdefault((chunk.document.id, start, end), (passage, Span(start, end)))
        if not places:
            return []
        texts = [f"{passage.above}\n{_read(passage, span)}" for passage, span in places.values()]
        # A server is not sent passages at every question for what would count nothing.
        alike = (
            self._vectors.of(texts) @ self._embedder.embed_query(question)
            if self.is_fitted
            else np.zeros(len(texts))
        )
        unlike = self._embedder.unlike
        found = []
        for (passage, span), cosine in zip(places.values(), alike, strict=True):
            likeness = float(cosine - unlike) / (1 - unlike)
            score = _LIKENESS * likeness + _RANK * passage.rank
            score += _SENTENCE * _best_sentence(passage, span, candidates)
            found.append(AnswerBlock(passage, *span, likeness=likeness, score=score))
        return sorted(found, key=lambda block: -block.score)

    def forget(self) -> None:
        """Let go of all vectors."""
        self._vectors.forget()


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) == "W"


def block_spans(text: str) -> list[Span]:
    """The spans of the blocks of a text, in order; a line of marks alone is at no edge of one.

    >>> text = "Bring:" + chr(10) * 2 + "- a lamp" + chr(10) + "- a rope" + chr(10) * 2 + "Go home."
    >>> [text[slice(*span)].count("- ") for span in block_spans(text)]
    [2, 0]
    """
    blocks: list[Span] = []
    for match in _PARAGRAPH.finditer(text):
        lines = [line for line in _LINE.finditer(match[0]) if any(map(str.isalnum, line[0]))]
        if not lines:
            continue
        start, end = (match.start() + edge for edge in (lines[0].start(), lines[-1].end()))
        if blocks and end - blocks[-1].start <= _LONGEST and _belongs(text, blocks[-1], start):
            blocks[-1] = Span(blocks[-1].start, end)
        else:
            blocks.append(Span(start, end))
    return blocks


def _belongs(text: str, before: Span, start: int) -> bool:
    """Whether a paragraph goes on what the one before it announces, or its list."""
    above = text[slice(*before)]
    if _ANNOUNCES.search(above[-40:]):
        return True
    last = above.rsplit("\n", 1)[-1]
    return bool(_ITEM.match(text, start) and (_ITEM.match(last) or _ITEM.match(above)))


def _best_sentence(passage: Retrieved, span: Span, candidates: Sequence[Candidate]) -> float:
    inside = (one.score for one in candidates if _inside(one, passage, span))
    return max(inside, default=_NO_SENTENCE)


def _inside(candidate: Candidate, passage: Retrieved, span: Span) -> bool:
    same = passage.chunk.document.id == candidate.source.chunk.document.id
    return same and span.start <= candidate.start and candidate.end <= span.end


def _read(passage: Retrieved, span: Span) -> str:
    """Of a block what stands in the passage that was found, by which it is compared."""
    chunk = passage.chunk
    return chunk.text[max(span.start - chunk.start, 0) : span.end - chunk.start]
