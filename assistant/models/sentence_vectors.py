"""Vectors of sentences by the embedded model, computed side by side and remembered."""

from collections.abc import Sequence

import numpy as np

from assistant.models.memory import Memory
from index.models.embeddings import MiniLM, Vectors

REMEMBERED = 20_000
"""Sentences whose vectors are kept, the latest used: 30 MB."""


class SentenceVectors:
    """A memory of sentence vectors, of no more than `REMEMBERED`. Thread-safe.

    It may stand for the model where questions are embedded: their vectors are remembered with it.

    >>> vectors = SentenceVectors(MiniLM())
    >>> dam, weir, cat = vectors.of(["The dam broke.", "The weir burst.", "A cat slept."])
    >>> bool(dam @ weir > dam @ cat)
    True
    """

    name = MiniLM.name
    dimension = MiniLM.dimension
    unlike = MiniLM.unlike

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        self._known: Memory[str, Vectors] = Memory(REMEMBERED)

    def of(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384); those not known yet are computed side by side."""
        known = self._known.of(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(missing, self._model.embed_passages(missing), strict=True))
        self._known.keep(known)
        if not texts:
            return np.empty((0, self._model.dimension), np.float32)
        return np.stack([known[text] for text in texts])

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
