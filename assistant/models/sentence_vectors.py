"""Vectors of sentences by the embedded model, computed side by side and remembered."""

from collections.abc import Sequence

import numpy as np

from assistant.models.memory import Memory
from index.models.embeddings import Embedder, Vectors

REMEMBERED = 20_000
"""Sentences whose vectors are kept, the latest used: 30 MB."""


class SentenceVectors:
    """A memory of sentence vectors, of no more than `REMEMBERED`. Thread-safe.

    It may stand for the model where questions are embedded: their vectors are remembered with it.

    >>> from index.models.embeddings import MiniLM
    >>> vectors = SentenceVectors(MiniLM())
    >>> dam, weir, cat = vectors.of(["The dam broke.", "The weir burst.", "A cat slept."])
    >>> bool(dam @ weir > dam @ cat)
    True
    """

    def __init__(self, model: Embedder) -> None:
        self._model = model
        # A base may be exchanged for another, whose vectors are others.
        self._known: Memory[tuple[str, str], Vectors] = Memory(REMEMBERED)

    @property
    def name(self) -> str:
        """Of the model."""
        return self._model.name

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._model.dimension

    @property
    def unlike(self) -> float:
        """The model's cosine of texts that have nothing to do with each other."""
        return self._model.unlike

    def of(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384); those not known yet are computed side by side."""
        keys = [(self.name, text) for text in texts]
        known = self._known.of(keys)
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        made = self._model.embed_passages([text for _, text in missing])
        known.update(zip(missing, made, strict=True))
        self._known.keep(known)
        if not texts:
            return np.empty((0, self._model.dimension), np.float32)
        return np.stack([known[key] for key in keys])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The same as `of`, as an embedder has it."""
        return self.of(texts)

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, shape (384,): that of the same words as a sentence."""
        vector: Vectors = self.of([text])[0]
        return vector

    def forget(self) -> None:
        """Let go of all of them."""
        self._known.forget()
