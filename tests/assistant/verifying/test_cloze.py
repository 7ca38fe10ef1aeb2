"""Evidence is asked for the names and figures of a sentence."""

import pytest

from assistant.models.span_reader import SpanReader
from assistant.verifying.answer_back import BOUND, NOTHING_ASKED, answer_back_margin

EVIDENCE = (
    "The Brenn, which rises at Aldin, is 212 kilometres long, and the Quill, which flows into it "
    "at Moor, is 87 kilometres long."
)


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("The Brenn is 212 kilometres long.", "The Brenn is 87 kilometres long."),
        ("The Quill flows into the Brenn at Moor.", "The Quill flows into the Brenn at Aldin."),
    ],
)
def test_what_is_said_of_another_thing_is_not_answered(reader: SpanReader, right, wrong):
    assert answer_back_margin(right, EVIDENCE, reader) > answer_back_margin(wrong, EVIDENCE, reader)


def test_a_sentence_without_names_and_figures_asks_nothing(reader: SpanReader):
    assert answer_back_margin("It flows into another river.", EVIDENCE, reader) == NOTHING_ASKED


@pytest.mark.parametrize("evidence", ["", "…", "Lazarus 4711 Brenn"])
def test_evidence_that_holds_nothing_gives_a_bounded_answer(reader: SpanReader, evidence):
    assert abs(answer_back_margin("The Brenn is 212 km long.", evidence, reader)) <= BOUND
