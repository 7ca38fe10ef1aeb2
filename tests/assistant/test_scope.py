from datetime import UTC, datetime

import pytest

from assistant.assistant import Assistant
from assistant.questions import understood
from assistant.scope import scope, without_names
from index.catalog import DocumentInfo


def info(id_: str, title: str, path: str, author: str | None = None, date: str | None = None):
    return DocumentInfo(
        id_, "v", title, author, date, None, path, "text/plain", 0, 10, datetime.now(UTC)
    )


SHELF = (
    info("minutes", "Minutes of the meeting", "/x/council-minutes.docx", "Town Council", "2025-11"),
    info("report", "Preliminary report on Gate 3", "/x/inspectors-report.pdf", None, "2026-01-12"),
    info("statement", "What happened", "/x/statement_final.md", "Tollmark Company", "2025-11-17"),
    info("log", "Night at the quay", "/x/harbour-masters-log.txt"),
)


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("How many left, according to the inspectors’ report?", ["report"]),
        ("What do the council minutes say about the gate?", ["minutes"]),
        ("In the company’s statement, who is named?", ["statement"]),
        ("What is said in the harbour master’s log about sirens?", ["log"]),
        ("What does the statement of 17 November 2025 say?", ["statement"]),
        ("According to the 2026 report, why did it fail?", ["report"]),
        ("Which time is given in statement_final.md?", ["statement"]),
        ("What did the mayor say in the minutes?", ["minutes"]),
        ("What does the letter say about the gate?", []),
        ("Who was in the council meeting?", []),
        ("When was the report published?", []),
        ("What does the bishop’s statement say?", []),
    ],
)
def test_a_document_is_named_by_type_author_date_or_file(question: str, ids: list[str]):
    assert [one.id for one in scope(question, SHELF).documents] == ids


def test_where_every_document_would_be_meant_none_is_singled_out():
    assert not scope("What do the minutes say?", SHELF[:1]).documents


def test_the_question_is_read_without_the_name_of_the_document():
    def read(question: str) -> str:
        return without_names(understood(question)).asking

    assert read("In the log, who called?") == "who called?"
    assert read("Who called, according to the harbour log?") == "Who called?"
    assert read("What does the log say about the call?") == "What is said about the call?"


def test_a_named_document_alone_answers_and_it_is_told(demo: Assistant):
    answer = demo.query("In the operator’s statement, how many people were evacuated?")

    assert {one.title for one in answer.citations} == {
        "Statement on the events of 13 November 2025 at the Tollmark Barrage"
    }
    assert not answer.conflicts
    title = answer.citations[0].title
    assert answer.notices == (f"Searched only in “{title}”, as the question asks.",)


def test_what_a_named_document_does_not_hold_is_not_answered_from_others(demo: Assistant):
    answer = demo.query("What do the council minutes say about the siren?")

    assert answer.abstained
    assert answer.message.startswith("This is not answered by “Minutes of the extraordinary")
    assert {one.title for one in answer.nearest} == {
        "Minutes of the extraordinary meeting of Quellhaven Town Council"
    }


def test_anything_about_a_topic_is_answered_by_a_sentence_on_it(demo: Assistant):
    answer = demo.query("What does the preliminary report say about the bearing?")

    assert "bearing" in answer.sentences[0].text


def test_documents_the_user_has_excluded_are_not_named(demo: Assistant):
    report = next(one for one in demo.documents() if one.title.startswith("Preliminary"))

    answer = demo.query("What do the council minutes say about Gate 3?", documents=[report.id])

    assert not any("Minutes" in notice for notice in answer.notices)
