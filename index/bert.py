"""A BERT encoder's safetensors → an ONNX graph of onnxruntime's fused operators."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from onnx import ModelProto

_LAYERS, _HEADS = 6, 12


def bert(weights: Path) -> "ModelProto":
    """BERT with mean pooling and normalised output, from onnxruntime's fused operators."""
    from onnx import TensorProto, helper, numpy_helper
    from safetensors.numpy import load_file

    tensors = load_file(weights)
    nodes, constants = [], []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(name: str, change: Callable[[np.ndarray], np.ndarray] = lambda w: w) -> str:
        return constant(name, change(tensors[name]))

    def apply(
        operator: str,
        inputs: list[str],
        output: str,
        domain: str = "",
        **attributes: Any,  # noqa: ANN401 (onnx takes what the operator has)
    ) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    fused = "com.microsoft"
    embedded = "embeddings"
    nodes.append(
        helper.make_node(
            "EmbedLayerNormalization",
            [
                "ids",
                "",
                weight("embeddings.word_embeddings.weight"),
                constant(
                    "positions",
                    tensors["embeddings.position_embeddings.weight"]
                    + tensors["embeddings.token_type_embeddings.weight"][0],
                ),
                "",
                weight("embeddings.LayerNorm.weight"),
                weight("embeddings.LayerNorm.bias"),
                "mask",
            ],
            [embedded, "unused_mask_index"],
            domain=fused,
            epsilon=1e-12,
        )
    )
    hidden = embedded
    for layer in range(_LAYERS):
        at = f"encoder.layer.{layer}"
        three = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        attended = apply(
            "Attention",
            [
                hidden,
                constant(f"{at}.qkv", np.concatenate([tensors[f"{p}.weight"].T for p in three], 1)),
                constant(f"{at}.qkv.bias", np.concatenate([tensors[f"{p}.bias"] for p in three])),
                "mask",
            ],
            f"{at}.attended",
            fused,
            num_heads=_HEADS,
        )

        def skipped(x: str, skip: str, part: str) -> str:
            return apply(
                "SkipLayerNormalization",
                [
                    x,
                    skip,
                    weight(f"{part}.LayerNorm.weight"),
                    weight(f"{part}.LayerNorm.bias"),
                    weight(f"{part}.dense.bias"),
                ],
                f"{part}.out",
                fused,
                epsilon=1e-12,
            )

        def projected(x: str, part: str) -> str:
            matrix = weight(f"{part}.dense.weight", lambda w: w.T)
            return apply("MatMul", [x, matrix], f"{part}.dense.out")

        part = f"{at}.attention.output"
        middle = skipped(projected(attended, part), hidden, part)
        wide = projected(middle, f"{at}.intermediate")
        bias = weight(f"{at}.intermediate.dense.bias")
        active = apply("BiasGelu", [wide, bias], f"{at}.active", fused)
        hidden = skipped(projected(active, f"{at}.output"), middle, f"{at}.output")

    apply("Cast", ["mask"], "mask.float", to=TensorProto.FLOAT)
    apply("Unsqueeze", ["mask.float", constant("last", np.array([-1], np.int64))], "mask.column")
    apply("Mul", [hidden, "mask.column"], "kept")
    apply("ReduceSum", ["kept", constant("tokens", np.array([1], np.int64))], "summed", keepdims=0)
    # The mean over the tokens and the sum over them point the same way: the length cancels here.
    apply("LpNormalization", ["summed"], "vectors", axis=-1, p=2)

    def value(name: str, kind: int, shape: list[str | int]) -> Any:  # noqa: ANN401
        return helper.make_tensor_value_info(name, kind, shape)

    graph = helper.make_graph(
        nodes,
        "bert",
        [
            value("ids", TensorProto.INT32, ["batch", "tokens"]),
            value("mask", TensorProto.INT32, ["batch", "tokens"]),
        ],
        [value("vectors", TensorProto.FLOAT, ["batch", tensors["pooler.dense.bias"].size])],
        constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(fused, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)
