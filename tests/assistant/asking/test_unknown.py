import pytest

from assistant.asking.clarification import lacks_speaker, unknown_names, unknown_names_notice
from assistant.asking.question import parse_question, respell_names
from assistant.assistant import Assistant

TEXTS = ["Maria Zarkhova spoke for Russia.", "Bram Quillover keeps the log."]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Did Ann Lee meet the mayor of Paris?", ("Ann", "Lee", "Paris")),
        ("Where is it?", ()),
        ("WHO MET WHOM IN PARIS?", ()),
        ("The Log Of The Harbour Master", ()),
        ("What did Dr. Lee’s “Report” say?", ("Lee", "Report")),
        ("What did Ann say to Ann?", ("Ann",)),
    ],
)
def test_names_are_what_is_written_with_a_capital_of_its_own(question: str, names: tuple[str]):
    assert parse_question(question).names == names


def test_an_unknown_name_is_read_as_one_that_is_spelled_alike():
    found = unknown_names(["Zakharova", "Napoleon", "Russia"], {"russia"}, TEXTS)
    assert found == {"Zakharova": "Zarkhova", "Napoleon": ""}


def test_a_question_is_put_anew_with_the_name_that_the_documents_have():
    asked = parse_question("What did Zakharova say about Paris?")
    anew = respell_names(asked, {"Zakharova": "Zarkhova", "Paris": ""})
    assert anew.text == "What did Zarkhova say about Paris?"
    assert anew.speaker == {"zarkhova"}
    assert anew.terms == parse_question(anew.text).terms
    assert unknown_names_notice([anew]) == (
        "No document mentions “Zakharova” (read as “Zarkhova”) or “Paris”.",
    )
    assert not lacks_speaker(anew)


def test_someone_of_whom_no_document_tells_has_said_nothing():
    asked = parse_question("What did Napoleon say about the war?")
    assert lacks_speaker(respell_names(asked, {"Napoleon": ""}))
    assert not lacks_speaker(respell_names(asked, {}))


def test_no_words_are_put_into_the_mouth_of_a_stranger(demo: Assistant):
    answer = demo.query("What did Napoleon say about the alarm?")
    assert answer.abstained
    assert answer.nearest
    assert answer.notices == ("No document mentions “Napoleon”.",)


def test_a_misspelt_name_finds_its_bearer_and_is_told(demo: Assistant):
    answer = demo.query("How many boats did Quilover say had gone adrift?")
    assert "37 boats" in answer.text
    assert answer.question == "How many boats did Quilover say had gone adrift?"
    assert answer.notices == ("No document mentions “Quilover” (read as “Quillover”).",)


def test_an_answer_tells_which_name_of_the_question_is_nowhere(demo: Assistant):
    answer = demo.query("Was the alarm sounded in Paris?")
    assert answer.notices == ("No document mentions “Paris”.",)
    assert not demo.query("Was the alarm sounded in Quellhaven?").notices


def test_a_word_with_a_wrong_letter_is_read_as_the_one_that_documents_have(demo: Assistant):
    answer = demo.query("How many peple were evacuted?")

    assert not answer.abstained
    assert "410 people were evacuated" in answer.text
    assert answer.notices == (
        "No document mentions “peple” (read as “people”) or “evacuted” (read as “evacuated”).",
    )


@pytest.mark.parametrize(
    "question",
    [
        "How are salaries negotiated?",
        "Wie viele Hausser stehen dort?",
        f"What is the meaning of {'a' * 200}?",
    ],
)
def test_words_that_exist_and_those_of_other_languages_are_left_as_they_are(
    demo: Assistant, question: str
):
    assert not any("read as" in notice for notice in demo.query(question).notices)
