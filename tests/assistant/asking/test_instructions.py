"""What only a model that writes can do is told in one line, and not searched for as a question."""

import pytest

from assistant import Assistant
from assistant.asking.instructions import asks_to_write


@pytest.mark.parametrize(
    "text",
    [
        "Translate this into German",
        "Please rewrite the answer for children.",
        "shorter, please",
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
