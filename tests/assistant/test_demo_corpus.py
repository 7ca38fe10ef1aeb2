"""The demo documents are read as they state themselves, and the demo questions are answered."""

import pytest

from assistant.assistant import Assistant
from assistant.language.speakers import speaker_of

STATED = {
    "inquiry-second-day.html": (
        "Inquiry hears two accounts of the night at Gate 3",
        "2026-04-16",
        "Wenna Tarradine",
    ),
    "correction-notice.md": (
        "Correction to preliminary report IHW 2026/04",
        "2026-03-09",
        "Inspectorate of Hydraulic Works",
    ),
    "inspectors-report.pdf": (
        "Preliminary report on the failure of Gate 3 of the Tollmark Barrage",
        "2026-01-12",
        "Inspectorate of Hydraulic Works",
    ),
    "council-minutes.docx": (
        "Minutes of the extraordinary meeting of Quellhaven Town Council",
        "2025-11-26",
        "Quellhaven Town Council",
    ),
    "operator-statement.md": (
        "Statement on the events of 13 November 2025 at the Tollmark Barrage",
        "2025-11-17",
        "Tollmark Barrage Company",
    ),
    "flood-in-the-old-harbour.html": (
        "Water from the Tollmark Barrage floods the Old Harbour",
        "2025-11-15",
        "Wenna Tarradine",
    ),
    "harbour-masters-log.txt": (
        "Log of the harbour master, night of 13 to 14 November 2025",
        "2025-11-14",
        "Bram Quillover",
    ),
}


def test_the_documents_are_listed_the_latest_first(demo: Assistant):
    listed = [(info.path or "").rpartition("/")[2] for info in demo.documents()]
    assert listed == list(STATED)


@pytest.mark.parametrize("name", STATED)
def test_each_document_has_the_title_date_and_author_it_states(demo: Assistant, name: str):
    (info,) = (info for info in demo.documents() if (info.path or "").endswith(name))
    assert (info.title, info.date, info.author) == STATED[name]


@pytest.mark.parametrize("name", STATED)
def test_each_document_says_that_it_is_fictional(demo: Assistant, name: str):
    (info,) = (info for info in demo.documents() if (info.path or "").endswith(name))
    assert "Fictional demonstration document." in demo.document(info.id).text


def test_advertising_and_navigation_of_a_page_are_not_part_of_it(demo: Assistant):
    for info in demo.documents():
        if info.media_type == "text/html":
            text = demo.document(info.id).text
            assert "Most read" not in text
            assert "Subscribe" not in text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            "Was it a controlled release?",
            ["was a controlled release", "There was no controlled release"],
        ),
        ("How many people were evacuated?", ["410", "340"]),
        ("When did the alarm sound?", ["21:40", "21:58"]),
        (
            "Was an inspection of Gate 3 overdue?",
            ["overdue by seven months", "No inspection of Gate 3 was overdue"],
        ),
    ],
)
def test_where_the_documents_differ_both_accounts_are_given(demo: Assistant, question, words):
    answer = demo.query(question)
    assert all(word in answer.text for word in words)
    assert "Accounts differ." in answer.text
    (group,) = answer.conflicts
    accounts = [answer.sentences[number - 1] for number in group]
    assert len({answer.citation(one.citations[0]).document_id for one in accounts}) == len(accounts)


@pytest.mark.parametrize(
    "question", ["How many people were hurt?", "How high was the water above the barrage?"]
)
def test_accounts_that_agree_are_not_called_different(demo: Assistant, question: str):
    answer = demo.query(question)
    assert not answer.abstained
    assert answer.conflicts == ()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many buildings were flooded?", ["231"]),
        ("Why did Gate 3 fail?", ["run dry"]),
        ("Who ordered the evacuation, and when?", ["Oskin", "22:05"]),
        ("What did Pell Arnquist say about the key?", ["21:40"]),
        ("How did the council vote on the relief fund?", ["14 in favour"]),
    ],
)
def test_the_demo_questions_are_answered(demo: Assistant, question: str, words: list[str]):
    answer = demo.query(question)
    assert not answer.abstained
    assert all(word in answer.text for word in words)


@pytest.mark.parametrize(
    "question", ["Who won the football match?", "What is the capital of France?"]
)
def test_what_the_documents_do_not_hold_is_not_answered(demo: Assistant, question: str):
    answer = demo.query(question)
    assert answer.abstained
    assert answer.sentences == ()


def test_an_overview_names_every_document_once(demo: Assistant):
    answer = demo.query("What is in my documents?")
    assert answer.kind == "overview"
    assert answer.message == "7 documents, dated 14 November 2025 to 16 April 2026."
    for title, _, _ in STATED.values():
        assert answer.text.count(f"[{title}, ") == 1
    assert len({citation.document_id for citation in answer.citations}) == 7


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Summarise the correction notice", "Correction to preliminary report IHW 2026/04"),
        ("Sum up the log", "Log of the harbour master, night of 13 to 14 November 2025"),
        (
            "What are the key points of the council minutes?",
            "Minutes of the extraordinary meeting of Quellhaven Town Council",
        ),
    ],
)
def test_a_summary_is_of_the_document_named(demo: Assistant, question: str, title: str):
    answer = demo.query(question)
    assert answer.kind == "summary"
    assert title in answer.message
    assert {citation.title for citation in answer.citations} == {title}
    places = [citation.start for citation in answer.citations]
    assert places == sorted(places)


def test_two_figures_of_one_cause_are_found_in_one_answer(demo: Assistant):
    answer = demo.query("How many millimetres of rain fell, and in how many hours?")
    assert "61 millimetres" in answer.text
    assert "nine hours" in answer.text


def test_a_row_of_a_table_is_cited_with_the_names_of_its_columns(demo: Assistant):
    answer = demo.query("How many buildings were flooded?")
    [row] = [s for s in answer.sentences if " | " in s.text]
    quotes = [answer.citation(number).quote for number in row.citations]
    assert quotes == [
        "6, Evacuation and damage | 212 buildings flooded | 231 buildings flooded",
        "Section | Printed on 12 January 2026 | Corrected on 9 March 2026",
    ]
    (start, end), *_ = row.added
    assert row.text[start:end] == f"[{quotes[1]}:]"


def test_each_side_is_heard_when_asked_for(demo: Assistant):
    answer = demo.query("What did both sides say about the alarm?")
    speakers = [speaker_of(sentence.text) for sentence in answer.sentences]
    assert len({speaker.name for speaker in speakers}) == len(speakers) > 1
