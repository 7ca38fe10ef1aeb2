"""Two figures of a table set against one another, places, periods, two tables: computed, cited."""

from collections.abc import Iterator

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.messages import DAYS_IN_TWO_WAYS, FIGURES_IN_TWO_WAYS

BERTHS = """berth_id,vessel,flag,tolls,arrived,refrigerated
1,Ann,Norway,120.50,2025-03-01,yes
2,Bob,Chile,80.25,2025-03-09,no
3,Ann,Norway,99.00,2025-04-02,yes
4,Eve,Denmark,,2025-04-11,no
5,Ivy,Chile,300.00,2024-12-30,yes
6,Eve,Denmark,41.75,2025-04-30,no
"""
VESSELS = """vessel,owner,built
Ann,North Line,1998
Bob,Harbour Trust,2011
Eve,North Line,2015
Ivy,Harbour Trust,2003
"""
ACCOUNTS = """# Accounts of the island

| | 2023 | 2024 |
|---|---|---|
| Pilot fees | 310 | 248 |
| Mooring | 120 | 150 |
| Total | 430 | 398 |
"""


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("quay")
    (folder / "berths.csv").write_text(BERTHS)
    (folder / "vessels.csv").write_text(VESSELS)
    (folder / "accounts.md").write_text(ACCOUNTS)
    with Assistant(folder / "store") as assistant:
        assert not assistant.add(sorted(folder.glob("*.*"))).failed
        yield assistant


def figures(answer: Answer) -> list[str]:
    (sentence,) = answer.sentences
    assert sentence.supported
    return [sentence.text[start:end] for start, end in sentence.exact]


@pytest.mark.parametrize(
    ("question", "formula", "expected"),
    [
        ("What share of the berths were refrigerated?", "3 ÷ 6 = 50.0 %", ["50.0 %"]),
        (
            "What share of the total tolls came from Chile?",
            "380.25 ÷ 641.50 ≈ 59.3 %",
            ["59.3 %"],
        ),
        ("What percentage of the berths from Norway were refrigerated?", "2 ÷ 2", ["100.0 %"]),
        ("What is the ratio of the tolls from Chile to Norway?", "380.25 ÷ 219.50", ["1.73"]),
        (
            "How much higher are the average tolls from Chile than from Norway?",
            "190.125 − 109.75 = 80.375",
            ["80.375"],
        ),
        (
            "By how much did the total tolls grow from 2024 to 2025?",
            "341.50 − 300.00 = 41.50",
            ["41.50", "13.8 %"],
        ),
        ("Um wie viel sind die Tolls von 2024 auf 2025 gestiegen?", "341.50", ["41.50", "13.8 %"]),
    ],
)
def test_two_figures_are_set_against_one_another(quay, question, formula, expected):
    answer = quay.query(question)

    assert figures(answer) == expected
    assert formula in answer.text
    assert all(one.quote for one in answer.citations)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which vessel has the highest total tolls?", "Ivy 300.00"),
        ("Which 2 flags have the highest total tolls?", "Chile 380.25; Norway 219.50"),
        ("What are the total tolls per month in 2025?", "2025-03 200.75; 2025-04 140.75"),
        ("In which month of 2025 were there the most berths?", "2025-04 3"),
        ("How many berths were there per year?", "2024 1; 2025 5"),
        ("Which flag ranks second by total tolls?", "Norway 219.50"),
        ("What rank does Denmark have by total tolls?", "3"),
        ("Which flag has the lowest average tolls?", "Denmark 41.75"),
    ],
)
def test_groups_periods_and_places_are_told(quay, question, expected):
    assert figures(quay.query(question)) == [expected]


def test_of_two_things_that_may_be_meant_both_are_told(quay):
    answer = quay.query("Which flag has the lowest tolls in 2025?")

    assert [one.text[slice(*one.exact[0])] for one in answer.sentences] == ["Denmark, 41.75"]
    answer = quay.query("Which flag has the highest tolls in 2025?")
    assert [one.text[slice(*one.exact[0])] for one in answer.sentences] == [
        "Norway 219.50",
        "Norway, 120.50",
    ]
    assert any("More than one" in notice for notice in answer.notices)


def test_two_tables_answer_together_where_one_names_rows_of_the_other(quay):
    answer = quay.query("What are the total tolls of the owner North Line?")

    assert figures(answer) == ["261.25"]
    cited = {one.title for one in answer.citations}
    assert cited == {"Berths", "Vessels"}
    rows = "\n".join(one.quote for one in answer.citations)
    assert "Ann | North Line" in rows
    assert "Ivy" not in rows


@pytest.mark.parametrize(
    "question",
    [
        "What share of the berths was leased?",
        "What share of the average tolls came from Chile?",
        "By how much did the total tolls grow from 2019 to 2020?",
        "What is the ratio of tolls to tonnage?",
        "What rank does Peru have by total tolls?",
        "Which owner has the highest wages?",
    ],
)
def test_what_tables_do_not_account_for_is_not_set_against_anything(quay, question):
    answer = quay.query(question)

    assert "[Computed:" not in answer.text
    assert "[From the table" not in answer.text


def test_what_a_table_lacks_is_named(quay):
    answer = quay.query("What is the average tonnage of the berths?")

    assert answer.abstained
    assert "“Berths” has no column or value “tonnage”" in answer.message
    assert "berth_id, vessel, flag" in answer.message


def test_a_column_in_doubt_is_told_and_not_computed(tmp_path):
    days = ["03/04/2025", "28/03/2025", "12/31/2024", "05/06/2025"]
    rows = "".join(f"{n};{day};{n}0\n" for n, day in enumerate(days))
    (tmp_path / "landings.csv").write_text(f"landing;landed;crates\n{rows}")
    with Assistant(tmp_path / "store") as assistant:
        assistant.add(tmp_path / "landings.csv")
        answer = assistant.query("How many landings were landed per month?")

    assert "[Computed:" not in answer.text
    assert DAYS_IN_TWO_WAYS in answer.message


def test_figures_of_two_conventions_in_one_column_are_told(tmp_path):
    figures = ["1.234,56", "1,234.56", "1.234", "12,5", "7.25"]
    rows = "".join(f"{n};{figure}\n" for n, figure in enumerate(figures))
    (tmp_path / "landings.csv").write_text(f"landing;dues\n{rows}")
    with Assistant(tmp_path / "store") as assistant:
        assistant.add(tmp_path / "landings.csv")
        answer = assistant.query("What is the sum of the dues of all landings?")

    assert "[Computed:" not in answer.text
    assert FIGURES_IN_TWO_WAYS in answer.message


def test_of_many_columns_that_fit_it_is_asked_which_is_meant(tmp_path):
    names = ["north", "south", "east", "west", "inner"]
    header = ",".join(["harbour", *(f"{name} tolls" for name in names)])
    (tmp_path / "tolls.csv").write_text(f"{header}\nHull,1,2,3,4,5\nLeith,6,7,8,9,10\n")
    with Assistant(tmp_path / "store") as assistant:
        assistant.add(tmp_path / "tolls.csv")
        answer = assistant.query("What are the total tolls?")

    assert answer.abstained
    assert "More than one column fits" in answer.message
    assert "“inner tolls”" in answer.message
