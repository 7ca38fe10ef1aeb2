"""Questions whose pronoun stands for nobody are asked back, and only those."""

import pytest

from assistant import Assistant

HISTORY = [("user", "Who is the managing director?"), ("assistant", "Ilsabet Korrendahl.[1]")]


@pytest.mark.parametrize("question", ["What did she say?", "who is she", "How long did she talk?"])
def test_who_is_meant_is_asked_back_with_names_that_it_can_be(demo: Assistant, question: str):
    answer = demo.query(question)

    assert (answer.kind, answer.abstained) == ("clarification", True)
    assert answer.message.startswith("Who is meant by “she”?")
    assert "Korrendahl" in answer.message
    assert "Mr " not in answer.message
    assert answer.nearest


@pytest.mark.parametrize(
    "question",
    [
        "What did Ilsabet Korrendahl say, and was she asked about the alarm?",
        "Did the inspectors say whether they found flaws?",
        "How high did the water rise?",
    ],
)
def test_a_pronoun_that_stands_for_someone_named_is_no_reason_to_ask(
    demo: Assistant, question: str
):
    assert demo.query(question).kind != "clarification"


def test_after_a_turn_that_names_someone_that_one_is_answered_about(demo: Assistant):
    answer = demo.query("What did she say?", history=HISTORY)

    assert answer.kind == "answer"
    assert all("Korrendahl" in sentence.text for sentence in answer.sentences)
    assert answer.notices == ("Read as a question about Ilsabet Korrendahl.",)


@pytest.mark.parametrize(
    "history",
    [
        [("user", "When did the sirens sound?"), ("assistant", "At 21:58.[1]")],
        [("user", "Who spoke?"), ("assistant", "Mr Arnquist spoke in the Old Harbour.[1]")],
    ],
    ids=["nobody", "nobody who can be she"],
)
def test_after_turns_that_name_nobody_it_can_be_it_is_asked_back(demo: Assistant, history):
    assert demo.query("What did she say?", history=history).kind == "clarification"


@pytest.mark.parametrize("question", ["What happened?", "How many?", "and then?", "Why?"])
def test_a_question_about_nothing_told_is_asked_back_with_the_documents(
    demo: Assistant, question: str
):
    answer = demo.query(question)

    assert (answer.kind, answer.abstained) == ("clarification", True)
    assert answer.message.startswith("What is the question about?")
    assert f"“{answer.nearest[0].title}”" in answer.message


def test_behind_an_earlier_turn_it_is_a_follow_up(demo: Assistant):
    history = [("user", "When did Gate 3 fail?"), ("assistant", "At 21:34.[1]")]
    answer = demo.query("Why?", history=history)

    assert answer.kind == "answer"
    assert "run dry" in answer.text


@pytest.mark.parametrize("earlier", ["Who won the football match?", "Summarise the minutes."])
@pytest.mark.parametrize(
    "question",
    ["How many buildings were flooded?", "Why did Gate 3 fail?", "When did the sirens sound?"],
)
def test_an_earlier_turn_that_a_question_does_not_lean_on_changes_nothing(
    demo: Assistant, question: str, earlier: str
):
    alone = demo.query(question)
    after = demo.query(question, history=[("user", earlier), ("assistant", "Nobody knows.")])

    untold = {"created", "timings"}
    assert after.model_dump(exclude=untold) == alone.model_dump(exclude=untold)
    assert not alone.abstained
