import pytest

from assistant.asking.question import as_question, expects_all, expects_list
from assistant.assistant import Assistant
from assistant.messages import MAY_BE_PARTIAL


@pytest.mark.parametrize(
    "text",
    ["Who met?", "Which two gates fell?", "What are the causes?", "List the boats", "Whose is it?"],
)
def test_more_than_one_may_answer(text: str):
    assert expects_list(text)


@pytest.mark.parametrize(
    "text",
    ["Which gate fell?", "What is the process?", "Name a boat.", "What was his reason?", "When?"],
)
def test_one_answers(text: str):
    assert not expects_list(text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("List all gates that were opened.", "Which gates were opened?"),
        ("Show me every person who was hurt", "Which person was hurt?"),
        ("Name all the boats.", "What are the boats?"),
        ("Name a boat that sank.", "Name a boat that sank."),
        ("Which gates were opened?", "Which gates were opened?"),
    ],
)
def test_a_request_for_a_list_is_read_as_a_question(text: str, question: str):
    assert as_question(text) == question
    assert expects_all(question) or not expects_all(text) or text != question


def test_all_that_there_are_are_given_from_several_documents(assistant: Assistant, tmp_path):
    files = {
        "north.txt": "The inspection of the north shore. The north gate was repaired in May.",
        "south.txt": "The inspection of the south shore. The south gate was repaired in June.",
        "canteen.txt": "The canteen. The soup was good, and the chairs were new.",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assistant.add(list(map(tmp_path.joinpath, files)))

    answer = assistant.query("List all gates that were repaired.")

    assert "north gate" in answer.text
    assert "south gate" in answer.text
    assert "soup" not in answer.text
    assert answer.notices == (MAY_BE_PARTIAL,)
    assert all(sentence.exact for sentence in answer.sentences)


def test_an_answer_that_is_no_list_has_no_such_notice(demo: Assistant):
    assert demo.query("Who ordered the evacuation?").notices == ()
