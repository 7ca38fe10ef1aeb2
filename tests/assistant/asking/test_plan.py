"""Of what a model makes of a question only that is taken which can be searched for."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.asking.plan import Plan, parse_plan
from assistant.endpoints.wire import QUESTION_KINDS, ReplyFault

LIMIT = 60
QUESTION = "When did gate 3 fail?"


def plan(**told: Any) -> Plan:
    return parse_plan(json.dumps({"question": QUESTION, **told}), LIMIT)


def test_a_plan_is_what_was_asked_for():
    found = plan(
        parts=["How old is gate 3?", "How old is gate 4?"],
        wordings=["age of gate 3", "", "age of gate 3"],
        kind="comparison",
        entities=["gate 3"],
        dates=["2025"],
        language="en",
    )
    parts = ("How old is gate 3?", "How old is gate 4?")
    assert found == Plan(QUESTION, parts, ("age of gate 3",), "comparison")
    assert found.searches == (QUESTION, *found.parts)


def test_what_is_not_told_is_nothing():
    assert plan() == Plan(QUESTION)
    assert plan().searches == (QUESTION,)


@pytest.mark.parametrize("kind", ["poem", "", "FACT", "yes_no"])
def test_a_kind_that_there_is_not_is_a_fact(kind: str):
    assert plan(kind=kind).kind == "fact"


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_every_kind_that_there_is_stays(kind: str):
    assert plan(kind=kind).kind == kind


@pytest.mark.parametrize("question", ["", "  ", "?!", "…", "x" * (LIMIT + 1)])
def test_a_question_that_says_nothing_or_too_much_is_none(question: str):
    assert plan(question=question).question == ""


def test_white_space_is_one_space():
    assert plan(question="When did\n\n gate 3\tfail?").question == QUESTION


def test_parts_that_say_nothing_too_much_or_the_same_are_left_out_and_five_are_enough():
    given_ = ["One?", "", "?", "One?", "y" * (LIMIT + 1), "Two?", "3?", "4?", "5?", "6?"]
    found = plan(parts=given_)
    assert found.parts == ("One?", "Two?", "3?", "4?", "5?")
    assert plan(parts=[QUESTION, "One?"]).searches == (QUESTION, "One?")


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "The question asks when gate 3 failed.",
        "[]",
        "null",
        "{}",
        '{"question": null}',
        '{"question": ["When?"]}',
        '{"question": "When?", "parts": "all"}',
        '{"question": "When?", "parts": [{"question": "Why?"}]}',
        '{"question": "When?", "kind": 3}',
        '{"question": "When?"',
    ],
)
def test_a_reply_of_another_form_is_a_fault(reply: str):
    with pytest.raises(ReplyFault, match="not what was asked for"):
        parse_plan(reply, LIMIT)


def test_a_fence_or_a_thought_around_it_is_let_pass():
    reply = f'<think>Hm.</think>```json\n{{"question": "{QUESTION}"}}\n```'
    assert parse_plan(reply, LIMIT).question == QUESTION


@given(
    st.text(max_size=100),
    st.lists(st.text(max_size=100), max_size=9),
    st.text(max_size=30),
    st.text(max_size=60),
)
def test_whatever_is_told_what_is_searched_for_is_short_and_little(question, parts, kind, language):
    found = plan(question=question, parts=parts, kind=kind, language=language)
    assert len(found.parts) <= 5
    assert all(0 < len(part) <= LIMIT for part in found.parts)
    assert len(found.question) <= LIMIT
    assert found.kind in QUESTION_KINDS
