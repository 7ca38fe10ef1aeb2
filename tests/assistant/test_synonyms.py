"""What the question's own word does not find, the documents' word for it does; and this is told."""

import pytest

from assistant.assistant import Assistant
from assistant.synonyms import MOST, exchanged, synonyms


def test_only_words_that_the_passages_use_are_offered():
    assert synonyms("How long did they talk?", ["The meeting was short."]) == [
        ("talk", "meet"),
        ("talk", "meeting"),
    ]
    assert synonyms("How long did they talk?", ["It rained."]) == []
    assert synonyms("How long did they sing?", ["The meeting was short."]) == []
    assert len(synonyms("Did they talk, meet and begin?", ["confer negotiate start open"])) == MOST


def test_a_word_is_exchanged_whole():
    assert exchanged("talk", "meet", "Did they talk of talks?") == "Did they meet of talks?"


@pytest.fixture
def news(assistant: Assistant, tmp_path) -> Assistant:
    (tmp_path / "news.txt").write_text(
        "The foreign ministers of Chad and Mali met briefly in Oslo on Monday. The meeting of the "
        "ministers, which lasted 25 minutes, was their first since the border was closed. Chad "
        "exports cotton, and Mali exports gold."
    )
    assistant.add(tmp_path)
    return assistant


def test_an_answer_in_other_words_is_given_and_told(news: Assistant):
    answer = news.query("How long did the conversation last?")

    assert not answer.abstained
    assert any(s.text[a:b] == "25 minutes" for s in answer.sentences for a, b in s.exact)
    assert answer.notices == ("“conversation” was read as “meeting”, the word of the documents.",)
    assert answer.question == "How long did the conversation last?"


@pytest.mark.parametrize(
    "question", ["How long was the conversation about football?", "Who bought the stadium?"]
)
def test_other_words_for_what_is_not_there_answer_nothing(news: Assistant, question: str):
    assert news.query(question).abstained
