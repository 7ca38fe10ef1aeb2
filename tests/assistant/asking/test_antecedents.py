import pytest

from assistant.asking.rewriting import resolve_pronoun

KROLL = [("user", "Who is the director?"), ("assistant", "The director is Ada Kroll.[1]")]
LENDL = [("user", "What did Mr Lendl see?"), ("assistant", "Mr Lendl saw Ada Kroll leave.[1]")]


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("What did she say?", "What did Ada Kroll say?"),
        ("Who met her in May?", "Who met Ada Kroll in May?"),
        ("When was her report published?", "When was Ada Kroll’s report published?"),
        ("Did anyone ask her about it?", "Did anyone ask Ada Kroll about it?"),
    ],
)
def test_a_pronoun_is_read_as_the_person_that_the_last_turns_name(question: str, read: str):
    assert resolve_pronoun(question, KROLL) == (read, "Ada Kroll")


def test_whom_the_user_names_comes_first():
    assert resolve_pronoun("Where was he?", LENDL)[1] == "Mr Lendl"


def test_a_title_excludes_the_other_pronoun():
    assert resolve_pronoun("Where was she?", LENDL)[1] == "Ada Kroll"


def test_the_latest_exchange_comes_first():
    assert resolve_pronoun("Where was he?", KROLL + LENDL)[1] == "Mr Lendl"
    assert resolve_pronoun("Where was she?", LENDL + KROLL)[1] == "Ada Kroll"


@pytest.mark.parametrize(
    "question", ["What did Ann Lee say when she left?", "What happened?", "What did they say?"]
)
def test_without_an_open_pronoun_nothing_is_changed(question: str):
    assert resolve_pronoun(question, KROLL) == (question, "")


def test_places_and_things_are_nobody():
    history = [("user", "What happened in New Delhi?"), ("assistant", "Gate 3 of the Bell Bridge")]

    assert resolve_pronoun("What did he say?", history) == ("What did he say?", "")
