"""What nobody wrote down is computed from figures that are cited, and shown with its formula."""

from collections.abc import Iterator

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant

TABLES = """# Accounts of the Marrow Island Ferry

Income (in millions)

| | 2023 | 2022 | 2021 |
|---|---|---|---|
| Ferry tickets | 48.5 | 41.2 | 30.0 |
| Harbour dues | 7.9 | 8.4 | 8.1 |
| Total revenue | 56.4 | 49.6 | 38.1 |
| Gross profit | 22.0 | 20.1 | 12.2 |
| Subsidies | — | 2.5 | 4.0 |
| Profit or loss | 1.5 | (0.5) | (2.0) |
| Share of season tickets | 31% | 28% | 27% |

Staff (in thousands)

| | 2023 | 2022 |
|---|---|---|
| Hours of deckhands | 310 | 295 |
| Total current assets | 120 | 110 |
| Total current liabilities | 80 | 88 |
"""


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("ferry")
    (folder / "accounts.md").write_text(TABLES)
    with Assistant(folder / "store") as assistant:
        assert not assistant.add(folder / "accounts.md").failed
        yield assistant


def exact(answer: Answer) -> list[str]:
    return [s.text[start:end] for s in answer.sentences for start, end in s.exact]


@pytest.mark.parametrize(
    ("question", "formula", "results"),
    [
        (
            "By how much did total revenue grow from 2021 to 2023?",
            "56.4 − 38.1 = 18.3; (56.4 − 38.1) ÷ 38.1 ≈ 48.0 %",
            ["18.3", "48.0 %"],
        ),
        (
            "What was the growth rate of ferry tickets in 2023?",
            "48.5 − 41.2 = 7.3; (48.5 − 41.2) ÷ 41.2 ≈ 17.7 %",
            ["17.7 %"],
        ),
        (
            "What is the difference between ferry tickets and harbour dues in 2022?",
            "41.2 − 8.4 = 32.8",
            ["32.8"],
        ),
        (
            "What percentage of total revenue came from harbour dues in 2023?",
            "7.9 ÷ 56.4 ≈ 14.0 %",
            ["14.0 %"],
        ),
        (
            "What is the ratio of ferry tickets to harbour dues in 2021?",
            "30.0 ÷ 8.1 ≈ 3.70",
            ["3.70"],
        ),
        (
            "What was the sum of ferry tickets and harbour dues in 2021?",
            "30.0 + 8.1 = 38.1",
            ["38.1"],
        ),
        (
            "What was the average of total revenue from 2021 to 2023?",
            "(38.1 + 49.6 + 56.4) ÷ 3 ≈ 48.03",
            ["48.03"],
        ),
        (
            "By how much did the profit or loss change from 2021 to 2022?",
            "(−0.5) − (−2.0) = 1.5; ((−0.5) − (−2.0)) ÷ (−2.0) = −75.0 %",
            ["1.5", "−75.0 %"],
        ),
        (
            "By how much did the profit or loss change from 2022 to 2023?",
            "1.5 − (−0.5) = 2.0",  # a share of a loss that became a profit says nothing
            ["2.0"],
        ),
    ],
)
def test_the_program_computes_from_cited_figures_and_shows_how(
    ferry: Assistant, question: str, formula: str, results: list[str]
):
    answer = ferry.query(question)
    (sentence,) = answer.sentences
    assert sentence.text.endswith(f": {formula}]")
    assert sentence.added == ((0, len(sentence.text)),)
    assert exact(answer) == results
    text = ferry.document(answer.citations[0].document_id).text
    for citation in answer.citations:
        assert text[citation.start : citation.end] == citation.quote
    assert not answer.dropped


def test_the_change_of_a_percentage_is_in_percentage_points(ferry: Assistant):
    answer = ferry.query("By how much did the share of season tickets rise from 2022 to 2023?")
    assert "percentage points" in answer.text
    assert exact(answer) == ["3"]


@pytest.mark.parametrize(
    ("question", "why", "stated"),
    [
        ("By how much did ferry tickets grow from 2019 to 2023?", "ferry tickets, 2019", "48.5"),
        (
            "What is the difference between pilot fees and harbour dues in 2023?",
            "pilot fees, 2023",
            "7.9",
        ),
        ("What was the sum of harbour dues and subsidies in 2023?", "a dash", "7.9"),
        (
            "What is the ratio of hours of deckhands to ferry tickets in 2023?",
            "different units",
            "310",
        ),
    ],
)
def test_where_a_figure_is_missing_nothing_is_computed_and_the_others_are_given(
    ferry: Assistant, question: str, why: str, stated: str
):
    answer = ferry.query(question)
    assert answer.message.startswith("This is not computed")
    assert why in answer.message
    assert stated in exact(answer)
    assert not any("Computed" in sentence.text for sentence in answer.sentences)


def test_a_difference_of_things_that_are_no_figures_is_not_computed(ferry: Assistant):
    answer = ferry.query("What is the difference between civil law and criminal law?")
    assert "omputed" not in answer.text


def test_the_parts_of_a_figure_are_no_single_cell(ferry: Assistant):
    answer = ferry.query("What are the parts of the total revenue?")
    assert exact(answer) != ["56.4"]


def test_of_several_years_each_has_its_cell(ferry: Assistant):
    answer = ferry.query("What was the gross profit in 2023 and 2021 respectively?")
    assert exact(answer) == ["22.0", "12.2"]


def test_a_measure_of_one_row_is_not_taken_of_a_column(ferry: Assistant):
    answer = ferry.query("Which year had the lowest harbour dues?")
    assert "[Computed:" not in answer.text
