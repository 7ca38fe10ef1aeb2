"""A question for what is not so is answered by what denies or excepts, never by its opposite."""

import pytest

from assistant.assistant import Assistant
from assistant.verifying.negation import asks_what_is_not, excepts, states_denied


@pytest.mark.parametrize("text", ["Who was not warned?", "Which boats weren't found?"])
def test_what_is_not_so_is_asked_for(text: str):
    assert asks_what_is_not(text)


@pytest.mark.parametrize(
    "text",
    ["Who was warned?", "Who said that nobody was warned?", "Whom did he see who wasn't in?"],
)
def test_a_denial_in_a_clause_about_something_else_is_no_such_question(text: str):
    assert not asks_what_is_not(text)


def test_the_opposite_and_an_exception_are_told_apart():
    question = "Which towns were not destroyed?"
    assert states_denied(question, "Three towns were destroyed.")
    assert not states_denied(question, "All towns were destroyed except Hull.")
    assert not states_denied(question, "The mayor spoke.")
    assert excepts("All towns but for Hull were destroyed.")


def test_what_is_denied_answers_and_what_is_stated_does_not(demo: Assistant):
    assert demo.query("How many people were not evacuated?").abstained

    answer = demo.query("Which boats were not found?")
    assert "Nine of them we have not found" in answer.text
    set_out = [s.text[a:b] for s in answer.sentences for a, b in s.exact]
    assert "37" not in set_out
