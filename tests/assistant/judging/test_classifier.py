"""A classifier from a folder judges by its own weights, and only as far as it is trusted."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save

from assistant.assistant import Assistant
from assistant.endpoints.wire import Shown
from assistant.judging.classifier import ClassifierJudge
from assistant.settings import Settings
from index.errors import SettingsError
from index.models.minilm import weights

PASSAGE = Shown("Tide log", "The sluice was closed at two. The tide came at three. Nobody slept.")


def classifier(folder: Path, says: tuple[float, float, float]) -> Path:
    """A folder as it is exported, whose model gives every pair the same logits."""
    folder.mkdir()
    shutil.copy(weights(None) / "tokenizer.json", folder)
    labels = {"0": "entailment", "1": "neutral", "2": "contradiction"}
    (folder / "config.json").write_text(json.dumps({"id2label": labels}))
    names = ("input_ids", "attention_mask")
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "t"]) for n in names]
    nodes = [
        helper.make_node("Shape", ["input_ids"], ["batch"], end=1),
        helper.make_node("Concat", ["batch", "three"], ["shape"], axis=0),
        helper.make_node("Expand", ["row", "shape"], ["logits"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([3], np.int64), "three"),
        numpy_helper.from_array(np.array([says], np.float32), "row"),
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", 3])
    graph = helper.make_graph(nodes, "pair", inputs, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    save(model, str(folder / "model.onnx"))
    return folder


def test_what_it_finds_supported_is_cited_by_the_sentence_that_decides(tmp_path: Path):
    judge = ClassifierJudge(classifier(tmp_path / "yes", (4.0, 0.0, 0.0)))
    (judgement,) = judge.read([PASSAGE], ["The sluice was shut at two."], [])
    assert judgement.accepted
    ((passage, span),) = judgement.places
    assert PASSAGE.text[slice(*span)] == "The sluice was closed at two."
    assert passage == 0


@pytest.mark.parametrize(
    ("says", "verdict"), [((0.0, 4.0, 0.0), "not_verified"), ((0.0, 0.0, 4.0), "contradicted")]
)
def test_its_labels_are_read_from_its_configuration(tmp_path: Path, says, verdict):
    judge = ClassifierJudge(classifier(tmp_path / "judge", says))
    assert judge.read([PASSAGE], ["It was open."], [])[0].verdict == verdict


def test_one_that_finds_all_supported_fails_its_examination_and_decides_nothing(
    demo: Assistant, tmp_path: Path
):
    folder = classifier(tmp_path / "credulous", (4.0, 0.0, 0.0))
    settings = Settings(store=demo.store, judge=f"folder:{folder}")
    with Assistant(settings=settings) as judged:
        answer = judged.cite("Gate 3 was opened on purpose by the mayor.")
    assert [sentence.verdict for sentence in answer.sentences] == ["not verified"]
    assert "let 66 of 66 wrong sentences pass" in answer.notices[-1]


@pytest.mark.parametrize("without", ["config.json", "model.onnx", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_is_told_by_its_name(tmp_path: Path, without):
    folder = classifier(tmp_path / "judge", (0.0, 0.0, 0.0))
    (folder / without).unlink()
    with pytest.raises(SettingsError, match=without):
        ClassifierJudge(folder)


def test_a_damaged_model_is_told_in_one_line(tmp_path: Path):
    folder = classifier(tmp_path / "judge", (0.0, 0.0, 0.0))
    (folder / "model.onnx").write_bytes(b"no model")
    with pytest.raises(SettingsError, match="cannot be loaded"):
        ClassifierJudge(folder)
