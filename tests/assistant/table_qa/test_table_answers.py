"""Questions over tables: counted, summed and compared, cited to the rows; or not answered so."""

from collections.abc import Iterator
from dataclasses import replace

import openpyxl
import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.table_qa import table_answers
from index.tables.query import Result

BERTHS = """berth_id,vessel,flag,tolls,arrived,refrigerated
1,Ann,Norway,120.50,2025-03-01,yes
2,Bob,Chile,80.25,2025-03-09,no
3,Ann,Norway,99.00,2025-04-02,yes
4,Eve,Denmark,,2025-04-11,no
5,Ivy,Chile,300.00,2024-12-30,yes
6,Eve,Denmark,41.75,2025-04-30,no
"""
CATCH = """# Catch of the island

| Harbour | 2023 catch (t) | 2024 catch (t) |
|---|---|---|
| North Quay | 310 | 295 |
| South Quay | 120 | 140 |
| Total | 430 | 435 |
"""
DUES = """# Dues of the mainland

Dues (in thousands)

| Dock | 2023 | 2024 |
|---|---|---|
| West Dock | 80 | 90 |
| East Dock | 75 | 60 |
"""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "berths.csv").write_text(BERTHS)
    (folder / "catch.md").write_text(CATCH)
    (folder / "dues.md").write_text(DUES)
    with Assistant(folder / "store") as assistant:
        assert not assistant.add(sorted(folder.glob("*.*"))).failed
        yield assistant


def figure(answer: Answer) -> str:
    (sentence,) = answer.sentences
    assert sentence.supported
    ((start, end),) = sentence.exact
    return sentence.text[start:end]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many berths are there?", "6"),
        ("How many berths came from Chile?", "2"),
        ("How many berths were not from Chile?", "4"),
        ("How many berths were refrigerated?", "3"),
        ("How many different flags are in the berths?", "3"),
        ("What is the total of the tolls from Norway?", "219.50"),
        ("What is the average of the tolls?", "128.30"),
        ("What is the median of the tolls?", "99.00"),
        ("Which vessel has the highest tolls?", "Ivy, 300.00"),
        ("Which vessel has the lowest tolls in 2025?", "Eve, 41.75"),
        ("How many berths arrived in April 2025?", "3"),
        ("How many berths had tolls of more than 90?", "3"),
        ("Which vessel had berth 4?", "Eve"),
        ("Which flag has the fewest berths?", "Norway 2; Chile 2; Denmark 2"),
        ("What are the total tolls by flag?", "Chile 380.25; Norway 219.50; Denmark 41.75"),
        ("What was the 2024 catch of South Quay?", "140"),
        ("Which harbour had the largest catch in 2023?", "North Quay, 310"),
        ("What is the total 2024 catch?", "435"),
    ],
)
def test_a_question_over_a_table_is_answered_by_its_figure(harbour, question, expected):
    assert figure(harbour.query(question)) == expected


def test_a_figure_is_cited_to_the_rows_that_it_counts(harbour):
    answer = harbour.query("What is the total of the tolls from Chile?")

    assert "flag is Chile, over 2 rows: 380.25" in answer.text
    rows = "\n".join(one.quote for one in answer.citations)
    assert "berth_id | vessel | flag" in rows
    assert "80.25" in rows
    assert "300.00" in rows
    assert "Ann" not in rows
    assert any('sum("tolls")' in notice for notice in answer.notices)


def test_what_was_left_out_is_told(harbour):
    assert "empty cells left out: 1" in harbour.query("What is the average of the tolls?").text
    assert "rows of totals left out: 1" in harbour.query("What is the total 2024 catch?").text


def test_units_that_stand_above_a_table_go_for_its_figures(harbour):
    answer = harbour.query("Which dock had the highest dues in 2024?")

    assert answer.text.startswith(
        "[Computed: highest 2024 in “Dues of the mainland”, in thousands: West Dock, 90]"
    )
    assert any("in thousands" in one.quote for one in answer.citations)


@pytest.mark.parametrize(
    "question",
    [
        "How many berths from Chile were returned?",  # nothing says which were
        "What is the total weight of the berths from Chile?",  # no such column
        "How many passengers arrived in April 2025?",
        "What is the average of the tolls in 2019?",
        "How many berths had tolls of more than 2 million?",
        "What was the 2022 catch of South Quay?",
    ],
)
def test_what_a_table_does_not_account_for_is_not_computed(harbour, question):
    answer = harbour.query(question)

    assert "[Computed:" not in answer.text
    assert "[From the table" not in answer.text


def test_two_columns_that_fit_are_both_given(harbour):
    answer = harbour.query("What is the highest catch?")

    assert [one.text[slice(*one.exact[0])] for one in answer.sentences] == [
        "North Quay, 310",
        "North Quay, 295",
    ]
    assert any("More than one column" in notice for notice in answer.notices)


def test_a_figure_on_which_the_two_paths_differ_is_not_shown(harbour, monkeypatch):
    monkeypatch.setattr(table_answers, "compute", lambda *_: Result(count=3, empty=0))

    assert "[Computed:" not in harbour.query("How many berths came from Chile?").text


def test_a_tabulated_sentence_with_another_figure_is_refused(harbour, monkeypatch):
    def changed(*args):
        claim = made(*args)
        return replace(claim, text=claim.text.replace("380.25", "380.26"))

    made = table_answers.tabulated_claim
    monkeypatch.setattr(table_answers, "tabulated_claim", changed)
    answer = harbour.query("What is the total of the tolls from Chile?")

    assert "380.26" not in answer.text
    assert [one.text for one in answer.dropped if "380.26" in one.text]


def test_cells_that_show_less_than_they_hold_are_summed_in_full_and_it_is_said(tmp_path):
    book = openpyxl.Workbook()
    for values in (("Pier", "Tolls"), ("West", 12.4), ("East", 12.4), ("South", 7)):
        book.active.append(values)
    for (cell,) in book.active.iter_rows(min_row=2, min_col=2):
        cell.number_format = "0"
    book.save(tmp_path / "tolls.xlsx")
    with Assistant(tmp_path / "store") as assistant:
        assistant.add(tmp_path / "tolls.xlsx")
        answer = assistant.query("What is the sum of the tolls?")
        assert figure(answer) == "31.8"
        assert "cells of Tolls that hold more than they show count in full: 2" in answer.text
        assert "West | 12\n" in answer.citations[0].quote
