"""Vectors of sentences by the embedded model, computed side by side and remembered."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from index.models.embeddings import MiniLM, Vectors

REMEMBERED = 20_000
"""Sentences whose vectors are kept, the latest used: 30 MB."""


class SentenceVectors:
    """A memory of sentence vectors. Thread-safe.

    >>> vectors = SentenceVectors(MiniLM())
    >>> dam, weir, cat = vectors.of(["The dam broke.", "The weir burst.", "A cat slept."])
    >>> bool(dam @ weir > dam @ cat)
    True
    """

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._mutex = threading.Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384); those not known yet are computed side by side."""
        with self._mutex:
            known = {text: self._known[text] for text in set(texts) if text in self._known}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(missing, self._model.embed_passages(missing), strict=True))
        with self._mutex:
            for text, vector in known.items():
                self._known[text] = vector
                self._known.move_to_end(text)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        if not texts:
            return np.empty((0, self._model.dimension), np.float32)
        return np.stack([known[text] for text in texts])

    def forget(self) -> None:
        """Let go of all of them."""
        with self._mutex:
            self._known.clear()
