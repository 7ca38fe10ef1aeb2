"""Quantised ONNX graphs: made once of a model's weights, kept in the user's cache, loaded there."""

import hashlib
import logging
import os
import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import platformdirs

from index.errors import ModelError
from index.models.bert_onnx import HEAD

if TYPE_CHECKING:
    import onnxruntime
    from onnx import ModelProto

_Text = TypeVar("_Text")
_Made = TypeVar("_Made")
_loading = threading.Lock()


@cache
def workers() -> ThreadPoolExecutor:
    """The threads on which texts are computed side by side, as many as there are cores.

    >>> list(workers().map(len, ["pier", "ferry"]))
    [4, 5]
    """
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="model")


def side_by_side(compute: Callable[[_Text], _Made], texts: Iterable[_Text]) -> Iterator[_Made]:
    """What is computed of each, in order, as many at once as there are cores.

    No more stand in line, so that a question that comes while a folder is being added waits for a
    few texts and not for all of them.

    >>> list(side_by_side(len, ["pier", "ferry"]))
    [4, 5]
    """
    line: deque[Future[_Made]] = deque()
    for text in texts:
        if len(line) > (os.cpu_count() or 1):
            yield line.popleft().result()
        line.append(workers().submit(compute, text))
    while line:
        yield line.popleft().result()


def session(folder: Path) -> "onnxruntime.InferenceSession":
    """The graph in a folder that `prepared` made, loaded once.

    One thread a call: callers run several calls side by side, which is faster than one call on
    several cores, and leaves a text's vector independent of its neighbours in a batch.

    >>> from index.models import minilm
    >>> session(minilm.prepared()) is session(minilm.prepared())
    True
    """
    # Many threads may want it first; each would load one of its own.
    with _loading:
        return _session(folder)


@cache
def _session(folder: Path) -> "onnxruntime.InferenceSession":
    onnxruntime = _runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = folder / "model.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _runtime() -> Any:  # noqa: ANN401 (it has no types)
    """onnxruntime, told before it is loaded that it is to report nothing, as it would from 1.32."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


def prepared(
    recipe: str,
    digest: str,
    make: Callable[[Path], None],
    check: Callable[[], object] | None = None,
) -> Path:
    """The cache folder of a graph, made now if it is not there.

    Safe when several processes come at once: each prepares a folder of its own and the first to
    finish gives it its name.

    Args:
        recipe: the model, and how it is made.
        digest: the sha256 of its weights.
        make: puts `model.onnx` and `tokenizer.json` into an empty folder.
        check: raises where something is wrong, even if the folder is there.

    Raises:
        ModelError: the cache cannot be written, or what `make` and `check` raise.

    >>> from index.models import minilm
    >>> minilm.prepared().name.startswith("all-MiniLM-L6-v2-int8-1-ort")
    True
    """
    name = f"{recipe}-ort{_runtime().__version__}-{digest[:8]}"
    target = Path(platformdirs.user_cache_dir("footnote", appauthor=False)) / "models" / name
    if check is not None:
        check()
    if _intact(target):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=target.parent))
        try:
            make(scratch)
            (scratch / "complete").write_text(str((scratch / "model.onnx").stat().st_size))
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


def sha256(file: Path) -> str:
    """The sha256 of what a file holds, in hexadecimal.

    >>> _ = (tmp_path / "pier.txt").write_text("The pier fell.")
    >>> sha256(tmp_path / "pier.txt")[:8]
    '6800bc50'
    """
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write(graph: "ModelProto", folder: Path) -> None:
    """Put a graph into a folder as `model.onnx`, its matrices in int8.

    >>> from index.models.bert_onnx import embedder_graph
    >>> from index.models.minilm import weights
    >>> from safetensors.numpy import load_file
    >>> write(embedder_graph(load_file(weights(None) / "model.safetensors")), tmp_path)
    >>> [path.name for path in tmp_path.iterdir()]
    ['model.onnx']
    """
    import onnx
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = folder / "float.onnx"
    onnx.save(graph, str(whole))
    # It advises a pre-processing step through the root logger; the graph here is already fused.
    before = logging.root.manager.disable
    logging.disable(max(before, logging.WARNING))
    try:
        quantize_dynamic(
            whole,
            folder / "model.onnx",
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
    whole.unlink()
