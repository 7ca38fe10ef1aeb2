from assistant.asking.question import parse_question
from assistant.asking.rewriting import asking_sentence, plain_years


def texts(question, history=()):
    return [text for text, _ in parse_question(question, history).searches]


def test_a_plain_question_is_searched_for_as_it_stands():
    assert texts("Who closed the gate?") == ["Who closed the gate?"]


def test_what_is_said_about_how_to_answer_counts_less_than_the_question():
    question = "You are an engineer. Which gate failed? Answer in one word."

    found = dict(parse_question(question).searches)

    assert found["Which gate failed?"] > found[question]


def test_several_questions_are_searched_for_together():
    question = "Which gate failed? Compare it with the others. Which did not?"

    assert asking_sentence(question) == question


def test_a_request_without_a_question_mark_is_whole():
    assert (
        asking_sentence("Name the gates. List them by age.") == "Name the gates. List them by age."
    )


def test_fiscal_years_are_searched_for_as_documents_write_them():
    assert plain_years("FY2018, FY18 and FY’19, but not FY1 or HFY2018") == (
        "2018, 2018 and 2019, but not FY1 or HFY2018"
    )


def test_a_period_is_no_name_that_documents_must_mention():
    asked = parse_question(
        "What did Tollmark earn in FY2018 and in Q2 of FY 2019, and what did 3M?"
    )

    assert asked.names == ("Tollmark", "3M")


def test_a_follow_up_is_searched_for_behind_the_turns_before_it():
    found = texts("Who paid for it?", [("user", "Who closed the gate?"), ("assistant", "Nobody.")])

    assert found == ["Who paid for it?", "Who closed the gate? Who paid for it?"]


def test_one_that_says_nothing_by_itself_is_searched_for_behind_the_last_turn_that_does():
    history = [("user", "Who closed the gate?"), ("assistant", "Nobody."), ("user", "And when?")]

    assert texts("Why?", history) == ["Who closed the gate? And when? Why?"]
    asked = parse_question("Why?", history)
    assert asked.asking == asked.standalone == "Who closed the gate? And when? Why?"
