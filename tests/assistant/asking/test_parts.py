import pytest

from assistant.asking.decomposition import combine_answers, split_question
from assistant.asking.question import parse_question
from assistant.assistant import Assistant
from assistant.draft import ProposedAnswer


def pieces(text: str) -> list[str]:
    return [part.text for part in split_question(parse_question(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "When did Gate 3 fail, and how many people were evacuated?",
            ["When did Gate 3 fail?", "how many people were evacuated?"],
        ),
        (
            "Why did the gate fail? Also, who repaired it?",
            ["Why did the gate fail?", "who repaired it?"],
        ),
        (
            "Who warned the town and what did he say and was it heard?",
            ["Who warned the town?", "what did he say?", "was it heard?"],
        ),
    ],
)
def test_several_questions_are_taken_one_by_one(text: str, found: list[str]):
    assert pieces(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "When and where did they meet?",
        "Who met whom and where?",
        "What is the difference between what she said and what he said?",
        "Summarise the minutes and what is in my documents",
        "Who spoke to the mayor and the harbour master?",
        "Who did it and who saw it and who said it and who wrote it and who read it?",
    ],
)
def test_what_is_one_question_stays_one(text: str):
    assert pieces(text) == [parse_question(text).text]


def test_a_part_leans_on_the_one_before():
    _, second = split_question(parse_question("Why did the gate fail and who repaired it?"))
    assert "gate" in second.standalone


def test_the_part_that_nothing_answers_is_named():
    asked = split_question(parse_question("Why did the gate fail and who repaired it?"))
    one, none = ProposedAnswer(confidence=0.8), ProposedAnswer(abstained=True, confidence=0.1)
    both = combine_answers(asked, [one, none])
    assert not both.abstained
    assert both.message == "The documents do not answer “who repaired it?”"
    assert both.confidence == 0.8
    assert combine_answers(asked, [none, none]).abstained
    assert combine_answers(asked, [one, one]).message == ""


def test_each_part_is_answered_in_a_paragraph_of_its_own(demo: Assistant):
    answer = demo.query("When did Gate 3 fail, and who won the football match?")
    assert "13 November 2025" in answer.text
    assert answer.message == "The documents do not answer “who won the football match?”"
    both = demo.query("When did Gate 3 fail, and how many people were evacuated?")
    assert both.message == ""
    opened = [sentence.text for sentence in both.sentences if sentence.paragraph]
    assert len(opened) == 1
    assert sorted(both.timings) == ["read", "search", "verify"]
