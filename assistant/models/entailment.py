"""Whether evidence carries a claim, and which of its words it does not: the trained judge.

The embedded model with two adapters, whose log-odds are averaged: a claim and its evidence are read
together, as in natural language inference (Bowman et al. 2015), with one score for the whole claim
and one for each of its words. `support` learned from claims made by rule and looks for words that
the evidence lacks; `relations` learned from claims written by hand and looks at who does what.
How they were trained: `assistant/adapters/support.md` and `relations.md`.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.document import Span
from index.models import minilm

_FOLDER = Path(__file__).parent / "adapters"
ADAPTERS = (_FOLDER / "support.safetensors", _FOLDER / "relations.safetensors")

CLAIM_TOKENS, LENGTH = 96, 256
"""Of a longer claim the beginning is judged; evidence beyond the length is not read."""

_WORD = re.compile(r"\w+(?:[.,:/’'\-]\w+)*")
_WRONG, _SUPPORTED = 0, 2
"""The head's outputs: at a token of the claim, and at [CLS]."""


@dataclass(frozen=True, slots=True)
class Entailment:
    """What the judge makes of a claim.

    Attributes:
        odds: log-odds that the evidence carries all of the claim.
        words: the claim's words with the log-odds of each that it is not carried.

    >>> (judged,) = EntailmentModel().judged([("Bo Ray left.", "Ann Lee left.")])
    >>> judged.probability < 0.5, judged.most_doubted
    (True, Span(start=0, end=2))
    """

    odds: float
    words: tuple[tuple[Span, float], ...]

    @property
    def probability(self) -> float:
        """The odds as a probability; how often it holds says the setting `support`."""
        return 1 / (1 + math.exp(-self.odds))

    @property
    def most_doubted(self) -> Span:
        """The word that is the least likely carried."""
        return max(self.words, key=lambda word: word[1])[0]

    def doubted(self, least: float = 0.0) -> list[Span]:
        """The words that are likelier not carried than these log-odds."""
        return [span for span, odds in self.words if odds > least]


class EntailmentModel:
    """Judges claims by their evidence. Thread-safe.

    Raises:
        ModelError: from `judged`, where the weights are missing or damaged.

    >>> claims = [("Ann Lee left.", "At noon Ann Lee left."), ("Bo Ray left.", "Ann Lee left.")]
    >>> [one.probability > 0.5 for one in EntailmentModel().judged(claims)]
    [True, False]
    """

    def __init__(self, model_dir: Path | None = None, adapters: Sequence[Path] = ADAPTERS) -> None:
        self._model_dir, self._adapters = model_dir, adapters

    def judged(self, claims: Sequence[tuple[str, str]]) -> list[Entailment]:
        """For each (claim, evidence) what the judge makes of it; side by side."""
        for adapter in self._adapters:
            minilm.session(self._model_dir, adapter)
        return list(minilm.workers().map(self._judged, claims))

    def _judged(self, pair: tuple[str, str]) -> Entailment:
        claim, evidence = pair
        tokenizer = minilm.tokenizer(self._model_dir)
        cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
        said = tokenizer.encode(claim, add_special_tokens=False)
        own = said.ids[:CLAIM_TOKENS]
        at = len(own) + 2
        seen = tokenizer.encode(evidence, add_special_tokens=False).ids[: LENGTH - at - 1]
        ids = np.array([[cls, *own, sep, *seen, sep]], np.int32)
        segments = np.zeros_like(ids)
        segments[0, at:] = 1
        feed = {"ids": ids, "segments": segments, "mask": np.ones_like(ids)}
        scores = np.mean(
            [
                minilm.session(self._model_dir, adapter).run(None, feed)[0][0]
                for adapter in self._adapters
            ],
            axis=0,
        )
        return Entailment(
            float(scores[0, _SUPPORTED]),
            _words(claim, said.offsets[:CLAIM_TOKENS], scores[1 : at - 1, _WRONG].tolist()),
        )


def _words(
    claim: str, offsets: Sequence[tuple[int, int]], odds: Sequence[float]
) -> tuple[tuple[Span, float], ...]:
    """Tokens put together to words; a word is as doubtful as its most doubtful token."""
    words: list[tuple[Span, float]] = []
    for match in _WORD.finditer(claim):
        inside = [
            one
            for (start, end), one in zip(offsets, odds, strict=True)
            if start < match.end() and end > match.start()
        ]
        if inside:
            words.append((Span(*match.span()), max(inside)))
    return tuple(words) or ((Span(0, len(claim)), max(odds, default=0.0)),)
