"""Where in a passage the answer to a question stands: the trained reader on the embedded model.

An extractive reader in the manner of Devlin et al. 2019, 'BERT', with a score for 'no answer here'.
How it was trained: `assistant/adapters/reader.md`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.models.memory import Memory
from index.document import Span
from index.models import graphs, minilm

ADAPTER = Path(__file__).parent / "adapters" / "reader.safetensors"

QUESTION_TOKENS = 48
"""Of a longer question the end is read, where a follow-up has its own words."""

FLOOR = -15.0
"""The least score of a span: below it, one is as impossible as another."""

LONGEST = 30
"""Tokens of the longest span."""

REMEMBERED = 512
"""Passages, each with a question, whose scores are kept, the latest used: at most 2 MB."""

Scores = NDArray[np.float32]
_Scored = tuple[NDArray[np.int32], Scores, Scores]
"""A passage's tokens in its text, their scores, and those of no answer."""


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
    """Reads passages for a question, side by side, one passage a call. Thread-safe.

    It remembers what it read last: of `REMEMBERED` passages, each with a question, the scores of
    their tokens, and of their words only a hash.

    Raises:
        ModelError: from `read`, where the weights are missing or damaged.

    >>> text = "At noon Ann Lee left."
    >>> (spans,) = SpanReader().read("Who left?", [text])
    >>> text[slice(*spans.within(0, len(text)).span)]
    'Ann Lee'
    """

    def __init__(self, model_dir: Path | None = None) -> None:
        self._model_dir = model_dir
        self._known: Memory[bytes, _Scored] = Memory(REMEMBERED)

    def read(self, question: str, passages: Sequence[str]) -> list[SpanScores]:
        """What each passage's text holds; what lies beyond the model's length is not read."""
        minilm.session(self._model_dir, ADAPTER)
        tokenizer = minilm.tokenizer(self._model_dir)
        asked = tokenizer.encode(question, add_special_tokens=False).ids[-QUESTION_TOKENS:]
        keys = {passage: _key(asked, passage) for passage in passages}
        known = self._known.of(keys.values())
        missing = [passage for passage, key in keys.items() if key not in known]
        scored = graphs.side_by_side(partial(self._scored, asked), missing)
        known.update(zip(map(keys.__getitem__, missing), scored, strict=True))
        self._known.keep(known)
        return [_spans(*known[keys[passage]]) for passage in passages]

    def forget(self) -> None:
        """Let go of all that was read."""
        self._known.forget()

    def _scored(self, asked: list[int], passage: str) -> _Scored:
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
        # Copied, since a slice would keep the scores of the question's tokens with it.
        offsets = np.array(encoded.offsets[:room], np.int32).reshape(-1, 2)
        return offsets, scores[at:-1, :2].copy(), scores[0].copy()


def _key(asked: Sequence[int], passage: str) -> bytes:
    """What names a question's tokens and a passage, and tells nothing of their words."""
    question = np.array([len(asked), *asked], np.int32).tobytes()
    return hashlib.sha256(question + passage.encode()).digest()


def _spans(offsets: NDArray[np.int32], scores: Scores, nowhere: Scores) -> SpanScores:
    """What the scores of a passage's tokens make of its spans; `nowhere` are those of no answer."""
    starts, ends = scores[:, 0], scores[:, 1]
    pairs = starts[:, None] + ends[None, :] - nowhere[:2].sum()
    allowed = np.tri(len(starts), k=LONGEST - 1, dtype=bool) & np.tri(len(starts), dtype=bool).T
    return SpanScores(
        offsets=offsets,
        pairs=np.where(allowed, pairs, np.float32(-np.inf)),
        answers=float(nowhere[2]),
    )
