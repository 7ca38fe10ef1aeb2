"""A BERT encoder's tensors → ONNX graphs of onnxruntime's fused operators."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from index.models.e5_file import BLOCK, ZERO, Blocks

if TYPE_CHECKING:
    from onnx import ModelProto

Tensors = Mapping[str, np.ndarray]
HEAD = "head.dense"
"""The reading head's node: three columns are not worth quantising, and it is what decides."""

_HEADS = 12
_FUSED = "com.microsoft"


def adapted(base: Tensors, adapter: Tensors) -> dict[str, np.ndarray]:
    """The base's tensors with an adapter merged in.

    `NAME.up` (out × rank) times `NAME.down` (rank × in) is added to the base's matrix NAME; any
    other tensor of the adapter takes the place of the base's.

    >>> low_rank = {"query.up": np.ones((2, 1)), "query.down": np.array([[1, 2]])}
    >>> adapted({"query": np.zeros((2, 2), np.float32)}, low_rank)["query"].tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    merged = dict(base)
    for name, value in adapter.items():
        matrix, _, part = name.rpartition(".")
        if part == "up":
            down = adapter[f"{matrix}.down"].astype(np.float32)
            merged[matrix] = base[matrix] + value.astype(np.float32) @ down
        elif part != "down":
            merged[name] = value.astype(np.float32)
    return merged


def embedder_graph(tensors: Tensors, words: Blocks | None = None) -> "ModelProto":
    """`ids`, `mask` (batch × tokens, int32) → `vectors` (batch × width): unit length.

    Args:
        tensors: by BERT's names.
        words: the vectors of the vocabulary, where they are in 4 bits; they stay so.

    >>> from index.models.minilm import weights
    >>> from safetensors.numpy import load_file
    >>> made = embedder_graph(load_file(weights(None) / "model.safetensors")).graph
    >>> [one.name for one in made.input], [one.name for one in made.output]
    (['ids', 'mask'], ['vectors'])
    """
    from onnx import TensorProto

    graph = _Graph(tensors, words)
    hidden = graph.encoded()
    graph.apply("Cast", ["mask"], "mask.float", to=TensorProto.FLOAT)
    graph.apply(
        "Unsqueeze",
        ["mask.float", graph.constant("last", np.array([-1], np.int64))],
        "mask.column",
    )
    graph.apply("Mul", [hidden, "mask.column"], "kept")
    graph.apply(
        "ReduceSum",
        ["kept", graph.constant("tokens", np.array([1], np.int64))],
        "summed",
        keepdims=0,
    )
    # The mean over the tokens and the sum over them point the same way: the length cancels here.
    graph.apply("LpNormalization", ["summed"], "vectors", axis=-1, p=2)
    return graph.model(
        ["ids", "mask"], "vectors", ["batch", tensors["embeddings.LayerNorm.bias"].size]
    )


def reader(tensors: Tensors) -> "ModelProto":
    """`ids`, `segments`, `mask` (batch × tokens, int32) → `scores` (batch × tokens × 3).

    The scores of a token are those of an answer that begins there and of one that ends there; the
    third means something at the first token alone: whether there is an answer at all.

    >>> from index.models.minilm import weights
    >>> from safetensors.numpy import load_file
    >>> head = {"head.weight": np.zeros((3, 384), np.float32), "head.bias": np.zeros(3, np.float32)}
    >>> made = reader(load_file(weights(None) / "model.safetensors") | head).graph
    >>> [one.name for one in made.input], [one.name for one in made.output]
    (['ids', 'segments', 'mask'], ['scores'])
    """
    graph = _Graph(tensors)
    hidden = graph.encoded(segments=True)
    graph.apply("MatMul", [hidden, graph.weight("head.weight", np.transpose)], HEAD)
    graph.apply("Add", [HEAD, graph.weight("head.bias")], "scores")
    outputs = tensors["head.bias"].size
    return graph.model(["ids", "segments", "mask"], "scores", ["batch", "tokens", outputs])


class _Graph:
    """Nodes and constants as they are put together."""

    def __init__(self, tensors: Tensors, words: Blocks | None = None) -> None:
        self._tensors, self._words = tensors, words
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str, change: Callable[[np.ndarray], np.ndarray] = lambda w: w) -> str:
        return self.constant(name, change(self._tensors[name]))

    def apply(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        domain: str = "",
        **attributes: Any,  # noqa: ANN401 (onnx takes what the operator has)
    ) -> str:
        from onnx import helper

        node = helper.make_node(
            operator, inputs, [output], name=output, domain=domain, **attributes
        )
        self._nodes.append(node)
        return output

    def model(self, inputs: list[str], output: str, shape: list[str | int]) -> "ModelProto":
        from onnx import TensorProto, helper

        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [value(name, TensorProto.INT32, ["batch", "tokens"]) for name in inputs],
            [value(output, TensorProto.FLOAT, shape)],
            self._constants,
        )
        # Numbers of 4 bits came with opset 21.
        opset, version = (17, 8) if self._words is None else (21, 10)
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=version)

    def encoded(self, *, segments: bool = False) -> str:
        """The last layer's output; without segments every token is of the first."""
        if self._words is None:
            hidden = self._embedded(segments=segments)
        else:
            hidden = self._embedded_in_blocks(self._words)
        layer = 0
        while f"encoder.layer.{layer}.output.dense.bias" in self._tensors:
            hidden = self._layer(hidden, f"encoder.layer.{layer}")
            layer += 1
        return hidden

    def _embedded_in_blocks(self, words: Blocks) -> str:
        from onnx import TensorProto, helper

        zeros = np.full(words.scales.shape, ZERO, np.uint8)
        for name, halves in (("words", words.weights), ("zeros", zeros)):
            packed = (halves[:, 0::2] | (halves[:, 1::2] << 4)).tobytes()
            self._constants.append(
                helper.make_tensor(name, TensorProto.UINT4, halves.shape, packed, raw=True)
            )
        self.apply(
            "GatherBlockQuantized",
            ["words", "ids", self.constant("scales", words.scales), "zeros"],
            "gathered",
            _FUSED,
            gather_axis=0,
            quantize_axis=1,
            block_size=BLOCK,
        )
        kinds = self._tensors["embeddings.token_type_embeddings.weight"]
        positions = self._tensors["embeddings.position_embeddings.weight"] + kinds[0]
        zero, one = (self.constant(f"{n}", np.array([n], np.int64)) for n in (0, 1))
        self.apply("Shape", ["ids"], "length", start=1, end=2)
        self.apply(
            "Slice", [self.constant("positions", positions), zero, "length", zero, one], "placed"
        )
        self.apply("Add", ["gathered", "placed"], "summed.words")
        norm = [self.weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        return self.apply(
            "LayerNormalization", ["summed.words", *norm], "embedded", axis=-1, epsilon=1e-12
        )

    def _embedded(self, *, segments: bool) -> str:
        from onnx import helper

        positions = self._tensors["embeddings.position_embeddings.weight"]
        kinds = self._tensors["embeddings.token_type_embeddings.weight"]
        inputs = [
            "ids",
            "segments" if segments else "",
            self.weight("embeddings.word_embeddings.weight"),
            self.constant("positions", positions if segments else positions + kinds[0]),
            self.constant("kinds", kinds) if segments else "",
            self.weight("embeddings.LayerNorm.weight"),
            self.weight("embeddings.LayerNorm.bias"),
            "mask",
        ]
        self._nodes.append(
            helper.make_node(
                "EmbedLayerNormalization",
                inputs,
                ["embedded", "unused_mask_index"],
                domain=_FUSED,
                epsilon=1e-12,
            )
        )
        return "embedded"

    def _layer(self, hidden: str, at: str) -> str:
        three = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        matrices = [self._tensors[f"{part}.weight"].T for part in three]
        biases = [self._tensors[f"{part}.bias"] for part in three]
        attended = self.apply(
            "Attention",
            [
                hidden,
                self.constant(f"{at}.qkv", np.concatenate(matrices, 1)),
                self.constant(f"{at}.qkv.bias", np.concatenate(biases)),
                "mask",
            ],
            f"{at}.attended",
            _FUSED,
            num_heads=_HEADS,
        )
        part = f"{at}.attention.output"
        middle = self._skipped(self._projected(attended, part), hidden, part)
        wide = self._projected(middle, f"{at}.intermediate")
        bias = self.weight(f"{at}.intermediate.dense.bias")
        active = self.apply("BiasGelu", [wide, bias], f"{at}.active", _FUSED)
        return self._skipped(self._projected(active, f"{at}.output"), middle, f"{at}.output")

    def _skipped(self, x: str, skip: str, part: str) -> str:
        inputs = [
            x,
            skip,
            self.weight(f"{part}.LayerNorm.weight"),
            self.weight(f"{part}.LayerNorm.bias"),
            self.weight(f"{part}.dense.bias"),
        ]
        return self.apply("SkipLayerNormalization", inputs, f"{part}.out", _FUSED, epsilon=1e-12)

    def _projected(self, x: str, part: str) -> str:
        matrix = self.weight(f"{part}.dense.weight", np.transpose)
        return self.apply("MatMul", [x, matrix], f"{part}.dense.out")
