import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.asking.question import parse_question
from index.errors import QuestionError

GREETINGS = """hi|Hello!|hey there|Good morning.|Thanks|thank you so much!|Who are you?
What can you do?|help|Goodbye|How do you work?|HELLO|Hi, thanks!|hello, how are you?|Thanks a lot
What do you do?|Good night|ok|Can you help me?""".replace("\n", "|").split("|")

OVERVIEWS = """What is in my documents?|What's in my documents?|What are the documents about?
List all documents|Show me my files|which documents do you have?|Give me an overview
overview of the documents|Summarise my documents|Summarize all documents|What do you know?
What documents are there?|what do my documents say|Describe the collection
Can you list my documents?|Could you give me an overview?|Please summarise all the documents
Please list my documents|List my documents, please.|Summarise everything
Which documents are in the library?|What have I added?|A summary of all documents""".replace(
    "\n", "|"
).split("|")

SUMMARIES = {
    "Summarise the correction notice": "the correction notice",
    "Please summarize the council minutes.": "the council minutes",
    "Sum up the report": "the report",
    "Give me a short summary of “The Log”": "The Log",
    "tl;dr inquiry": "inquiry",
    "What are the key points of the operator statement?": "the operator statement",
    "Can you summarise the log of the harbour master?": "the log of the harbour master",
    "What are the main findings in the report?": "the report",
    "What is this document about?": "",
    "Give me a summary": "",
    "Summarise the document, please": "",
    "Would you please sum up the letter?": "the letter",
    "What is the inspectors report about?": "the inspectors report",
}

YES_NO = """Was it a controlled release?|Is it true?|Wasn't the inspection overdue?
Didn’t the siren sound?|Has the bridge reopened?|Were six people hurt?|Will it be replaced?
does anyone know|Could the gate have held?|Can you swim in the canal?""".replace("\n", "|").split(
    "|"
)

QUESTIONS = """Hi, who met whom?|Hello there, when did the alarm sound?
What is in the report about Gate 3?|What is in the report?|Help me find the date of the report
What do you know about Gate 3?|What documents did the inspectors examine?
Which files were deleted by the operator?|Who are you talking about?
What is in the collection of the museum?|What does the document say about Gate 3?
How are you able to close the gate?|What documents are there on inspections?
Show me the documents that mention Gate 3|List the documents the company signed
When did the alarm sound?|Isolde said what?|Hastings: what happened?|Canned goods: where from?
Thanks to whom was the gate closed?|What is this document about Gate 3 called?
What are the main points of disagreement?|Will Smith said what?|May was the month of what?
Can you tell me when the alarm sounded?|Could you list the six gates?|What is the dispute about?
OK, but who met whom?|What have I added to the fund?|What do you do when the siren sounds?
Please tell me who met whom.|Can you help the harbour master find the log?""".replace(
    "\n", "|"
).split("|")


@pytest.mark.parametrize("text", GREETINGS)
def test_a_greeting_is_a_greeting(text: str):
    assert parse_question(text).kind == "greeting"


@pytest.mark.parametrize("text", OVERVIEWS)
def test_asking_what_there_is_asks_for_an_overview(text: str):
    assert parse_question(text).kind == "overview"


@pytest.mark.parametrize(("text", "target"), SUMMARIES.items())
def test_asking_for_a_summary_names_what_to_summarise(text: str, target: str):
    asked = parse_question(text)
    assert (asked.kind, asked.target) == ("summary", target)


@pytest.mark.parametrize("text", YES_NO)
def test_a_yes_no_question_is_told_by_its_first_word(text: str):
    assert parse_question(text).kind == "yes_no"


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_that_begins_like_something_else_stays_a_question(text: str):
    assert parse_question(text).kind == "question"


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t\u00a0\u2003", "?", "…!?", "“”", "—", "🙂", "\u200b"]
)
def test_a_question_without_words_is_refused(text: str):
    with pytest.raises(QuestionError, match="empty") as raised:
        parse_question(text)
    assert "\n" not in str(raised.value)


def test_a_question_that_is_too_long_is_refused_with_the_limit():
    with pytest.raises(QuestionError, match=r"100,000 characters.*4,000"):
        parse_question("x" * 100_000)


def test_the_limit_is_the_last_length_taken():
    assert parse_question("x" * 50, limit=50).text == "x" * 50
    with pytest.raises(QuestionError):
        parse_question("x" * 51, limit=50)


def test_white_space_does_not_count_against_the_limit():
    assert parse_question("a" + " " * 9_000 + "b").text == "a b"


@given(st.text(max_size=300))
def test_any_text_is_understood_or_refused(text: str):
    try:
        asked = parse_question(text, [("user", text), ("assistant", text)])
    except QuestionError:
        return
    assert asked.text == " ".join(text.split())
    assert asked.antecedent or asked.standalone.endswith(asked.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When did the alarm sound?", {"time", "date"}),
        ("At what time did it end?", {"time"}),
        ("On which day was it?", {"date"}),
        ("How long did it last?", {"duration", "number"}),
        ("How many days did it last?", {"duration", "number"}),
        ("How much did it cost?", {"money", "number"}),
        ("How many people came?", {"number"}),
        ("Who ordered it?", {"person"}),
        ("Whose boat was it?", {"person"}),
        ("Where did the ferry strike?", {"place"}),
        ("In which town was it?", {"place"}),
        ("Why did it fail?", set()),
        ("Whenever it rains, what floods?", set()),
    ],
)
def test_the_question_word_says_which_value_an_answer_holds(text: str, expected: set[str]):
    assert parse_question(text).expected == expected


def test_content_words_are_what_is_asked_about():
    asked = parse_question("Which people were evacuated from the Old Harbour?")
    assert asked.terms == {"peopl", "evacu", "old", "harbour"}
    assert asked.predicate_terms == {"peopl", "evacu"}


def test_a_question_of_function_words_keeps_them():
    assert parse_question("Who was it?").terms


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("What did Pell Arnquist say about the key?", {"pell", "arnquist"}),
        ("What, according to Ann Lee, was the cause?", {"ann", "lee"}),
        ("What does the company call it?", {"compani"}),
        ("What was the cause?", set()),
    ],
)
def test_the_one_whose_account_is_asked_for_is_recognised(text: str, speaker: set[str]):
    assert parse_question(text).speaker == speaker


HISTORY = [("user", "When did the alarm sound?"), ("assistant", "At 21:58.[1]")]


@pytest.mark.parametrize(
    "text",
    ["Who heard it?", "And the lamp?", "Why?", "Why not?", "What about Gate 3?", "Was she there?"],
)
def test_a_follow_up_is_read_with_the_question_before_it(text: str):
    assert parse_question(text, HISTORY).standalone == f"When did the alarm sound? {text}"


@pytest.mark.parametrize(
    "text",
    [
        "Who owns the bakery at Salt Lane?",
        "How many buildings were flooded in Quellhaven?",
        "hello",
        "Why did Gate 3 of the Tollmark Barrage fail?",
        "Summarise the minutes",
        "What is in my documents?",
    ],
)
def test_a_question_that_stands_alone_is_read_alone(text: str):
    assert parse_question(text, HISTORY).standalone == text


def test_only_the_latest_question_of_the_user_is_used():
    history = [
        ("user", "Who built the mill?"),
        ("assistant", "A miller."),
        ("user", "Who burned the barn?"),
        ("assistant", "Nobody knows."),
    ]
    assert parse_question("When was it?", history).standalone == "Who burned the barn? When was it?"


def test_what_the_assistant_said_is_never_part_of_the_question():
    history = [("assistant", "Ask me about the barn.")]
    assert parse_question("When was it?", history).standalone == "When was it?"
