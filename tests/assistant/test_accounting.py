import pytest

from assistant.accounting import LINES, lines_asked, printed

INCOME = ("Annual report", "CONSOLIDATED STATEMENTS OF OPERATIONS")


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("What was the capex of Tollmark in 2020?", ["capital expenditure"]),
        ("How large was capital spending?", ["capital expenditure"]),
        ("Did the operating margin improve?", ["operating income", "revenue"]),
        ("What was the operating income?", ["operating income"]),
        ("What is the DPO for FY2017?", ["payables", "cost of sales", "inventories"]),
        ("What was net PP&E at year end?", ["fixed assets"]),
        ("What was the cash flow from operations?", ["operating cash"]),
        ("How much are total current liabilities?", ["current liabilities"]),
        ("Who are the shareholders’ representatives?", []),
        ("When did the gate fail?", []),
    ],
)
def test_what_an_analyst_asks_for_is_read_as_lines_of_statements(question, lines):
    assert lines_asked(question) == tuple(LINES[name] for name in lines)


def test_a_line_is_surest_in_its_own_statement():
    row = "Cost of sales 71,651 88,265 111,934"

    assert printed(LINES["cost of sales"], INCOME, row) == 1.0
    assert printed(LINES["cost of sales"], ("Outlook",), row) == 0.5


def test_prose_about_a_line_does_not_print_it():
    text = "Cost of sales rose because of higher freight rates."

    assert printed(LINES["cost of sales"], INCOME, text) == 0.0


def test_a_row_with_another_label_does_not_print_it():
    assert printed(LINES["net income"], INCOME, "Net sales 107,006 135,987 177,866") == 0.0
