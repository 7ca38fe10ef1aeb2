"""What the program says in its own words comes in the language of the question."""

import re
from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from assistant import messages
from assistant.language.identification import LANGUAGES, language_of
from assistant.localisation import _LOCALES, translated

OWN = {text for name, text in vars(messages).items() if name.isupper() and isinstance(text, str)}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_catalogue_has_every_message_that_others_have_and_fills_in_the_same(language):
    catalogues = {path.stem: read_po(BytesIO(path.read_bytes())) for path in _LOCALES.glob("*.po")}
    own = {one.id: one.string for one in catalogues[language] if one.id}

    assert set(own) == {one.id for one in catalogues["de"] if one.id}
    assert set(own) <= OWN
    for english, said in own.items():
        assert said
        assert said.count("{}") == english.count("{}")
        assert said != english


@pytest.mark.parametrize(
    ("question", "language", "said"),
    [
        ("Wer hat das Fußballspiel gewonnen?", "de", "Die Dokumente beantworten das nicht."),
        ("Qui a gagné le match de football ?", "fr", "Les documents ne répondent pas"),
        ("¿Quién ganó el partido de fútbol?", "es", "Los documentos no responden"),
        ("谁赢了昨天的足球比赛？", "zh", "这些文件没有回答"),
        ("昨日のサッカーの試合は誰が勝ちましたか。", "ja", "答えがありません"),
        ("من فاز في مباراة كرة القدم؟", "ar", "لا تجيب الوثائق"),
    ],
)
def test_a_refusal_comes_in_the_language_of_the_question(demo, question, language, said):
    assert language_of(question) == language
    answer = demo.query(question)

    assert answer.abstained
    assert said in answer.message


def test_an_english_question_is_refused_in_english(demo):
    assert demo.query("Who won the football match?").message == messages.NOT_FOUND


def test_what_was_put_into_a_message_stays_as_it_is():
    said = messages.NOT_FOUND_IN.format("“Port (2024) {rules}”")

    assert translated(said, "de").startswith("“Port (2024) {rules}” beantwortet das nicht.")
    nested = messages.WHAT_IS_MEANT.format(messages.FOUND_NEAR.format("the log"))
    assert "Los pasajes más cercanos están en the log." in translated(nested, "es")


def test_what_no_catalogue_has_stays_as_it_is():
    said = messages.WRITER_BROKE_OFF.format("The writer", "it was stopped")

    assert translated(said, "ja") == said


def test_a_long_or_strange_text_has_a_language_at_once():
    for text in ("", "?", "🙂" * 50, "1234", "a" * 4_000, "mail " * 800):
        assert language_of(text) in LANGUAGES
    assert not re.search(r"[^a-z]", language_of("\u202eabc\u200f"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Compare Alpha and Beta.", "en"),
        ("12", "en"),
        ("2024?", "en"),
        ("List recommendations", "en"),
        ("Wann?", "de"),
        ("Warum nicht?", "de"),
        ("Dlaczego?", "pl"),
        ("为什么？", "zh"),
    ],
)
def test_the_language_of_few_words_is_told(text, language):
    assert language_of(text) == language
