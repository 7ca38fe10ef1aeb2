from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.asking.document_filter import documents_named, without_document_name
from assistant.asking.question import parse_question
from assistant.assistant import Assistant
from index.store.catalog import DocumentInfo


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
    assert [one.id for one in documents_named(question, SHELF).documents] == ids


TREATIES = (
    info("farm", "The Aldin farm agreement", "/x/a.pdf", None, "2019-03"),
    info("agreement", "Agreement", "/x/b.pdf"),
    info("critics", "What critics said of the pact", "/x/critics.md"),
    info("policy", "Leave policy", "/x/leave_policy.docx"),
    info("letter", "Letter to the mayor", "/x/c.txt", "Ida Holm"),
    info("light", "The long light", "/x/d.txt"),
    info("harbour", "Flood in the harbour: report", "/x/e.txt"),
    *(info(f"annual{n}", f"Annual report of {n}", f"/x/annual-{n}.pdf") for n in range(2001, 2012)),
)


@pytest.mark.parametrize(
    ("question", "likely"),
    [
        ("What did critics think of the agreement?", ["farm", "agreement"]),
        ("What changed by the farm agreement?", ["farm"]),
        ("Which towns took part in the farm agreement?", ["farm"]),
        ("What did the Aldin farm agreement change for the mayor?", ["farm"]),
        ("How many days of leave follow from the policy?", ["policy"]),
        ("How long is leave in the policy?", ["policy"]),
        ("According to the policy, how long is leave?", ["policy"]),
        ("Who was called names in the farm?", []),
        ("In the harbour after the report, who was heard?", []),
        ("Why was the letter by Ida Holm not sent?", ["letter"]),
        ("Who saw “light”?", []),
        ("Who called it a “long night”?", []),
        ("What do the annual reports say about ships?", []),
        ("What does the study show?", []),
    ],
)
def test_a_document_that_is_only_spoken_of_narrows_nothing(question: str, likely: list[str]):
    found = documents_named(question, TREATIES)

    assert found.documents == ()
    assert [one.id for one in found.likely] == likely


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("According to the farm agreement, who pays?", ["farm"]),
        ("According to the agreement, who pays?", ["agreement"]),
        ("What does the Aldin farm agreement say about pay?", ["farm"]),
        ("What does the leave policy state of holidays?", ["policy"]),
        ("Who is thanked in the letter?", ["letter"]),
        ("Who is thanked in Ida Holm’s letter? What is in the letter by Ida Holm?", ["letter"]),
        ("Who wrote “The long light”?", ["light"]),
        ("In “Letter to the mayor”, who is thanked?", ["letter"]),
        ("Who pays, according to “Agreement”?", ["agreement"]),
        ('What does "leave policy" say about holidays?', ["policy"]),
        ("How many ships are named in the annual report of 2004?", ["annual2004"]),
        ("How long is leave by leave_policy.docx?", ["policy"]),
    ],
)
def test_a_question_that_says_where_to_look_is_asked_there_alone(question: str, ids: list[str]):
    assert [one.id for one in documents_named(question, TREATIES).documents] == ids


def test_a_document_that_is_spoken_of_comes_sooner_and_others_still_answer(
    assistant: Assistant, tmp_path: Path
):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "pact.md").write_text(
        "# The Aldin trade agreement\n\nThe towns share the costs of the harbour.\n"
    )
    (folder / "press.md").write_text(
        "# Voices\n\nCritics of the trade agreement called it a gift to the ship owners.\n"
    )
    (folder / "costs.md").write_text("# Costs\n\nThe towns share the costs of the harbour.\n")
    assistant.add(folder)

    answer = assistant.query("What did critics call the trade agreement?")
    assert "gift to the ship owners" in answer.text
    assert not answer.notices

    shared = assistant.query("Who shares the costs of the harbour by the trade agreement?")
    assert shared.citations[0].title == "The Aldin trade agreement"
    found = assistant.search("Who shares the costs of the harbour by the trade agreement?")
    assert {one.title for one in found} == {"The Aldin trade agreement", "Voices", "Costs"}


def test_where_every_document_would_be_meant_none_is_singled_out():
    assert not documents_named("What do the minutes say?", SHELF[:1]).documents


def test_the_question_is_read_without_the_name_of_the_document():
    def read(question: str) -> str:
        return without_document_name(parse_question(question)).asking

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


def test_documents_the_user_has_excluded_are_not_named(demo: Assistant):
    report = next(one for one in demo.documents() if one.title.startswith("Preliminary"))

    answer = demo.query("What do the council minutes say about Gate 3?", documents=[report.id])

    assert not any("Minutes" in notice for notice in answer.notices)
