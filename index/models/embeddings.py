"""Text → unit vectors, by the embedded model or by anything that keeps the same protocol."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.models import e5, graphs, minilm

if TYPE_CHECKING:
    import onnxruntime

Vectors = NDArray[np.float32]

WordEnds = Callable[[Sequence[str]], list[list[int]]]
"""Texts → for each token of each the end of its word (code points), special tokens left out."""


class Embedder(Protocol):
    """What the store and the retriever need of an embedding model.

    >>> class Alike:
    ...     name, dimension, unlike = "alike", 1, 0.0
    ...     def embed_passages(self, texts):
    ...         return np.ones((len(texts), 1), np.float32)
    ...     def embed_query(self, text):
    ...         return np.ones(1, np.float32)
    >>> embedder: Embedder = Alike()
    >>> embedder.embed_passages(["The pier fell.", "The ferry sank."]).shape
    (2, 1)
    """

    @property
    def name(self) -> str:
        """What the store remembers and compares; two models of one name must agree."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    @property
    def unlike(self) -> float:
        """The cosine of a question with passages that have nothing to do with it."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, shape (dimension,)."""
        ...


class E5:
    """multilingual-e5-small on onnxruntime: a hundred languages, no key, no network, no GPU.

    Loaded at the first text; side by side as `MiniLM` is.

    Raises:
        ModelError: from any method, where the weights are missing or damaged.

    >>> model = E5()
    >>> rows = model.embed_passages(["Bread costs a shilling.", "Der Pier ist eingestürzt."])
    >>> int((rows @ model.embed_query("What fell down?")).argmax())
    1
    """

    name = e5.NAME
    dimension = e5.DIMENSION
    unlike = 0.77

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384); what lies beyond 512 tokens is not read."""
        e5.session()
        rows = list(graphs.side_by_side(self._embed, (f"passage: {text}" for text in texts)))
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, shape (384,)."""
        return self._embed(f"query: {text}")

    def _embed(self, text: str) -> Vectors:
        return _vector(e5.session(), e5.tokenizer().encode(text).ids, e5.MAX_TOKENS)


class Base:
    """One of the embedded models, exchanged for another where a store is made with that one.

    Args:
        model: that is used at first.
        others: that it may become.

    >>> base = Base(E5(), MiniLM())
    >>> base.become("all-MiniLM-L6-v2"), base.name
    (True, 'all-MiniLM-L6-v2')
    >>> base.become("another-model"), base.name
    (False, 'all-MiniLM-L6-v2')
    """

    def __init__(self, model: Embedder, *others: Embedder) -> None:
        self._models = {one.name: one for one in (model, *others)}
        self._model = model

    @property
    def name(self) -> str:
        """Of the model in use."""
        return self._model.name

    @property
    def dimension(self) -> int:
        """The length of its vectors."""
        return self._model.dimension

    @property
    def unlike(self) -> float:
        """Its cosine of texts that have nothing to do with each other."""
        return self._model.unlike

    def become(self, name: str) -> bool:
        """Use the model of this name, if it is one of them; whether it is."""
        self._model = self._models.get(name, self._model)
        return self.name == name

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        return self._model.embed_passages(texts)

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, shape (dimension,)."""
        return self._model.embed_query(text)


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
    unlike = 0.0

    def __init__(self, model_dir: Path | None = None) -> None:
        self._model_dir = model_dir

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384); what lies beyond 256 tokens is not read."""
        minilm.session(self._model_dir)
        rows = list(graphs.side_by_side(self._embed, texts))
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
        return _vector(minilm.session(self._model_dir), ids, minilm.MAX_TOKENS)


def _vector(session: "onnxruntime.InferenceSession", ids: list[int], most: int) -> Vectors:
    """What a graph makes of a text's tokens; of too many the first, and the one that ends it."""
    if len(ids) > most:
        ids = [*ids[: most - 1], ids[-1]]
    tokens = np.array([ids], np.int32)
    vectors: list[Vectors] = session.run(None, {"ids": tokens, "mask": np.ones_like(tokens)})[0]
    return vectors[0]
