"""A formula is shown only where it holds and its numbers are stated."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.formula import (
    format_number,
    stated_numbers,
    step,
    steps,
    unfounded,
    value_of,
)
from assistant.verifying.verification import unsupported_spans
from index.document import Span

ROW = "Total revenue $ 17,606 $ 15,785 (12.5)"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1,000 − 1", "999"),
        ("2 + 3 × 4", "14"),
        ("(2 + 3) × 4", "20"),
        ("7 − 4 − 2", "1"),
        ("8 ÷ 4 ÷ 2", "1"),
        ("(−2) − (−5)", "3"),
        ("−(2 + 3)", "-5"),
    ],
)
def test_an_expression_comes_to_what_arithmetic_says(expression: str, value: str):
    assert value_of(expression) == Decimal(value)


@pytest.mark.parametrize("expression", ["", "1 ÷ 0", "(1 + 2", "1 +", "1 2", "1 + x", "__import__"])
def test_what_is_no_expression_has_no_value(expression: str):
    assert value_of(expression) is None


def test_a_rounded_result_is_told_from_an_exact_one():
    assert step("17,606 − 15,785", 0) == "17,606 − 15,785 = 1,821"
    assert step("1 ÷ 3", 1, percent=True) == "1 ÷ 3 ≈ 33.3 %"
    assert step("1 ÷ 8", 1, percent=True) == "1 ÷ 8 = 12.5 %"
    assert step("1 ÷ 0", 1) is None


@pytest.mark.parametrize(
    "formula",
    [
        "17,606 − 15,785 = 1,821",
        "(17,606 − 15,785) ÷ 15,785 ≈ 11.5 %",
        "(17,606 + 15,785) ÷ 2 = 16,695.5",
        "17,606 + (−12.5) = 17,593.5",
    ],
)
def test_a_formula_of_stated_figures_that_holds_is_founded(formula: str):
    assert unfounded(formula, [ROW]) == []


@pytest.mark.parametrize(
    "formula",
    [
        "17,606 − 15,785 = 1,822",  # wrong
        "17,606 − 15,785 ≈ 1,822",
        "(17,606 − 15,785) ÷ 15,785 = 11.5 %",  # rounded, and not said
        "17,606 − 15,786 = 1,820",  # not stated
        "17,606 + 12.5 = 17,618.5",  # the sign is another
        "17,606 × 2 = 35,212",  # nothing is divided for a mean
        "(17,606 + 15,785) ÷ 3 ≈ 11,130.3",
        "no formula",
    ],
)
def test_a_formula_that_does_not_hold_or_is_not_stated_is_refused(formula: str):
    assert unfounded(formula, [ROW])


@given(st.decimals(-10_000, 10_000, places=2), st.decimals(1, 10_000, places=2))
def test_every_step_that_is_made_is_found_to_hold(one: Decimal, other: Decimal):
    first, second = (
        f"({format_number(n, 2)})" if n < 0 else format_number(n, 2) for n in (one, other)
    )
    quotes = [" ".join(f"({abs(n)})" if n < 0 else str(n) for n in (one, other))]
    for operator in "+−×÷":
        made = step(f"{first} {operator} {second}", 2)
        assert made is not None
        assert unfounded(made, quotes) == []
        assert [made[a:b] for a, b in (each.span for each in steps(made))] == [made]


def test_figures_in_parentheses_are_negative():
    assert stated_numbers(["(1,577) and 3 and −4"]) == {Decimal(-1577), Decimal(3), Decimal(-4)}


@pytest.mark.parametrize(
    "text",
    [
        "[Computed: change (Total revenue): 17,606 − 15,785 = 1,820]",
        "[Computed: change (Net profit): 17,606 − 15,785 = 1,821]",
        "[Computed: change (Total revenue 2021): 17,606 − 15,785 = 1,821]",
        "[Computed: change (Total revenue): 17,606 − 15,785 = 1,821 million]",
        "[Computed: change (Total revenue): 17,606 − 15,785 = 1,821, 5; 17,606 + 15,785 = 33,391]",
        "[Computed: change (Total revenue)]",
    ],
)
def test_verification_refuses_a_computation_with_anything_that_is_not_cited(text: str):
    assert unsupported_spans(text, [ROW], added=[Span(0, len(text))])


def test_verification_lets_a_computation_pass_that_holds():
    text = "[Computed: change (Total revenue): 17,606 − 15,785 = 1,821]"
    assert unsupported_spans(text, [ROW], added=[Span(0, len(text))]) == []
    # The same words as a sentence of its own, not marked as the program's, are no quotation.
    assert unsupported_spans(text, [ROW])
