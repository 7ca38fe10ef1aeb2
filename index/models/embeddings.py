"""Text → unit vectors, by the embedded model or by anything that keeps the same protocol."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.models import minilm

Vectors = NDArray[np.float32]

WordEnds = Callable[[Sequence[str]], list[list[int]]]
"""Texts → for each token of each the end of its word (code points), special tokens left out."""


class Embedder(Protocol):
    """What the store and the retriever need of an embedding model.

    Attributes:
        name: what the store remembers and compares; two models of one name must agree.
        dimension: the length of a vector.

    >>> class Alike:
    ...     name, dimension = "alike", 1
    ...     def embed_passages(self, texts):
    ...         return np.ones((len(texts), 1), np.float32)
    ...     def embed_query(self, text):
    ...         return np.ones(1, np.float32)
    >>> embedder: Embedder = Alike()
    >>> embedder.embed_passages(["The pier fell.", "The ferry sank."]).shape
    (2, 1)
    """

    name: str
    dimension: int

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, shape (dimension,)."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2 in int8 on onnxruntime: no key, no network, no GPU.

    Loaded at the first text. One text a call and as many calls at once as there are cores: on two
    cores that is 1.1–1.2 times the passages per second of padded batches of eight, and a text's
    vector does not depend on its neighbours.

    Raises:
        ModelError: from any method, where the weights are missing or damaged.

    >>> model = MiniLM()
    >>> rows = model.embed_passages(["Bread costs a shilling.", "The pier collapsed."])
    >>> int((rows @ model.embed_query("What fell down?")).argmax())
    1
    """

    name = minilm.NAME
    dimension = minilm.DIMENSION

    def __init__(self, model_dir: Path | None = None) -> None:
        self._model_dir = model_dir

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384); what lies beyond 256 tokens is not read."""
        minilm.session(self._model_dir)
        rows = list(minilm.workers().map(self._embed, texts))
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, shape (384,)."""
        return self._embed(text)

    def word_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """For each text and each of its tokens the end (code points) of the word it is part of.

        Special tokens are left out. A text cut where this number rises keeps its tokens; cut
        inside a word, both halves are tokenised into others.
        """
        encoded = minilm.tokenizer(self._model_dir).encode_batch(
            list(texts), add_special_tokens=False
        )
        found = []
        for encoding in encoded:
            ends = dict(zip(encoding.word_ids, (end for _, end in encoding.offsets), strict=True))
            found.append([ends[word] for word in encoding.word_ids])
        return found

    def _embed(self, text: str) -> Vectors:
        ids = minilm.tokenizer(self._model_dir).encode(text).ids
        if len(ids) > minilm.MAX_TOKENS:
            ids = [*ids[: minilm.MAX_TOKENS - 1], ids[-1]]
        tokens = np.array([ids], np.int32)
        feed = {"ids": tokens, "mask": np.ones_like(tokens)}
        vectors: list[Vectors] = minilm.session(self._model_dir).run(None, feed)[0]
        return vectors[0]
