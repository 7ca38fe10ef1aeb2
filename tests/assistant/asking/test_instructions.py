"""Requests about the last answer, and for words of its own, are not searched for as questions."""

import pytest

from assistant import Assistant
from assistant.asking.instructions import asks_for_source, asks_to_write


@pytest.mark.parametrize(
    "text",
    [
        "Translate this into German",
        "Please rewrite the answer for children.",
        "shorter, please",
        "Can you shorten that?",
        "As a list",
        "in French",
        "Write an e-mail about it.",
        "Explain it in simple words",
        "Auf Deutsch, bitte",
        "Übersetze das ins Englische",
        "Traduisez la réponse en anglais",
        "请把它翻译成英文",
        "英語で書いてください",
    ],
)
def test_requests_for_other_words_are_told(text):
    assert asks_to_write(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who translated the report?",
        "What is written on the list?",
        "Explain why the gate failed.",
        "In German law, what is a lease?",
        "Is there a shorter way to the harbour?",
        "简化手续需要什么？",
        "Wie kurz ist die Frist?",
        "List the recommendations",
    ],
)
def test_questions_are_none_of_these(text):
    assert not asks_to_write(text)


def test_the_embedded_reader_says_what_it_takes(tmp_path):
    (tmp_path / "log.txt").write_text("The dam held in the night.", encoding="utf-8")
    with Assistant(tmp_path / "store") as assistant:
        assistant.add(tmp_path / "log.txt")
        english = assistant.query("Translate the log into French.")
        german = assistant.query("Übersetze das Protokoll ins Englische.")

    assert english.abstained
    assert "FOOTNOTE_WRITER" in english.message
    assert german.message.startswith("Das verlangt eigene Worte")


@pytest.mark.parametrize(
    "text",
    [
        "Are you sure?",
        "Really?",
        "Where does it say that?",
        "And what is the source of that, please?",
        "Which page?",
        "Wo steht das?",
        "Où est-ce écrit ?",
        "¿Estás seguro?",
        "Dove sta scritto?",
        "Waar staat dat?",
        "Gdzie to jest napisane?",
        "出处是什么？",
        "本当ですか。",
        "أين ورد هذا؟",
    ],
)
def test_asking_where_an_answer_stands_is_told_apart(text):
    assert asks_for_source(text)
    assert not asks_to_write(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is the source of the river?",
        "Where does the ferry stand?",
        "Are you sure the gate held?",
        "Which page lists the fees?",
        "Wo steht das Denkmal?",
        "Is that pump certified?",
    ],
)
def test_questions_about_sources_and_places_are_searched_for(text):
    assert not asks_for_source(text)


def test_what_was_answered_is_shown_again_with_its_sources(tmp_path):
    (tmp_path / "log.txt").write_text("The dam held in the night.", encoding="utf-8")
    with Assistant(tmp_path / "store") as assistant:
        assistant.add(tmp_path / "log.txt")
        first = assistant.query("When did the dam hold?")
        said = [("user", "When did the dam hold?"), ("assistant", first.text)]
        again = assistant.query("Are you sure?", history=said)
        said += [("user", "Are you sure?"), ("assistant", again.text)]
        further = assistant.query("Wo steht das?", history=said)
        alone = assistant.query("Are you sure?")

    assert not first.abstained
    assert (again.text, again.citations) == (first.text, first.citations)
    assert (again.question, again.confidence) == ("Are you sure?", first.confidence)
    assert "“When did the dam hold?”" in again.notices[0]
    assert further.text == first.text
    assert further.notices[0].startswith("Das sagen die Dokumente zu „When did the dam hold?“")
    assert alone.abstained
