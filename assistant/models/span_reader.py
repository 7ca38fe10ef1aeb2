"""Where in a passage the answer to a question stands: the trained reader on the embedded model.

An extractive reader in the manner of Devlin et al. 2019, 'BERT', with a score for 'no answer here'.
How it was trained: `assistant/adapters/reader.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.document import Span
from index.models import minilm

ADAPTER = Path(__file__).parent / "adapters" / "reader.safetensors"

QUESTION_TOKENS = 48
"""Of a longer question the end is read, where a follow-up has its own words."""

FLOOR = -15.0
"""The least score of a span: below it, one is as impossible as another."""

LONGEST = 30
"""Tokens of the longest span."""

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A span of a passage's text and how much more the reader thinks of it than of no answer.

    >>> (spans,) = SpanReader().read("Who left?", ["At noon Ann Lee left."])
    >>> spans.within(0, 21).span
    Span(start=8, end=15)
    """

    span: Span
    score: float


@dataclass(frozen=True)
class SpanScores:
    """What the reader makes of one passage.

    Attributes:
        offsets: the passage's tokens as code points of its text, shape (tokens, 2).
        pairs: the score of an answer from one token to another, against no answer: shape
            (tokens, tokens), -inf where there is none.
        answers: whether the passage answers at all (a log-odds).

    >>> one, other = SpanReader().read("Who left?", ["Ann Lee left.", "It rained all day."])
    >>> one.answers > other.answers
    True
    """

    offsets: NDArray[np.int32]
    pairs: Scores
    answers: float

    @cached_property
    def best_score(self) -> float:
        """The score of the best span of the passage."""
        return max(float(self.pairs.max(initial=-np.inf)), FLOOR)

    def within(self, start: int, end: int) -> ScoredSpan | None:
        """The best span that lies in a part of the text; None where no token does."""
        inside = np.flatnonzero((self.offsets[:, 0] >= start) & (self.offsets[:, 1] <= end))
        if not len(inside):
            return None
        part = self.pairs[inside[0] : inside[-1] + 1, inside[0] : inside[-1] + 1]
        first, last = divmod(int(part.argmax()), part.shape[1])
        left, right = self.offsets[inside[0] + first, 0], self.offsets[inside[0] + last, 1]
        return ScoredSpan(Span(int(left), int(right)), max(float(part[first, last]), FLOOR))


class SpanReader:
    """Reads passages for a question, side by side, one passage a call.

    Raises:
        ModelError: from `read`, where the weights are missing or damaged.

    >>> text = "At noon Ann Lee left."
    >>> (spans,) = SpanReader().read("Who left?", [text])
    >>> text[slice(*spans.within(0, len(text)).span)]
    'Ann Lee'
    """

    def __init__(self, model_dir: Path | None = None) -> None:
        self._model_dir = model_dir

    def read(self, question: str, passages: Sequence[str]) -> list[SpanScores]:
        """What each passage's text holds; what lies beyond the model's length is not read."""
        minilm.session(self._model_dir, ADAPTER)
        tokenizer = minilm.tokenizer(self._model_dir)
        asked = tokenizer.encode(question, add_special_tokens=False).ids[-QUESTION_TOKENS:]
        return list(minilm.workers().map(partial(self._spans, asked), passages))

    def _spans(self, asked: list[int], passage: str) -> SpanScores:
        tokenizer = minilm.tokenizer(self._model_dir)
        cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
        encoded = tokenizer.encode(passage, add_special_tokens=False)
        at = len(asked) + 2
        room = minilm.MAX_TOKENS - at - 1
        ids = np.array([[cls, *asked, sep, *encoded.ids[:room], sep]], np.int32)
        segments = np.zeros_like(ids)
        segments[0, at:] = 1
        feed = {"ids": ids, "segments": segments, "mask": np.ones_like(ids)}
        scores: Scores = minilm.session(self._model_dir, ADAPTER).run(None, feed)[0][0]
        starts, ends = scores[at:-1, 0], scores[at:-1, 1]
        pairs = starts[:, None] + ends[None, :] - scores[0, :2].sum()
        allowed = np.tri(len(starts), k=LONGEST - 1, dtype=bool) & np.tri(len(starts), dtype=bool).T
        return SpanScores(
            offsets=np.array(encoded.offsets[:room], np.int32).reshape(-1, 2),
            pairs=np.where(allowed, pairs, np.float32(-np.inf)),
            answers=float(scores[0, 2]),
        )
