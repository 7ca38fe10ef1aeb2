"""Measures against values worked out by hand, and what must hold for any input."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluating import metrics

FOUND = [set(), {0}, {0}, {1}, set()]
ANSWERS = [(0.9, True), (0.8, False), (0.8, True), (0.3, False)]
judged = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)
hits = st.lists(st.sets(st.integers(0, 3)), max_size=12)


def test_normalisation_is_squads():
    assert metrics.normalised_answer("The  Tower, of a “Bridge”!") == "tower of bridge"


def test_token_f1_takes_the_best_gold():
    assert metrics.token_f1("in the year 1929", ["1930", "year 1929"]) == pytest.approx(0.8)
    assert metrics.token_f1("", ["1929"]) == 0
    assert metrics.token_f1("no", ["No."]) == 1


def test_a_text_holds_whole_words_only():
    assert metrics.contains_gold("It was 4,331 then.", ["4,331"])
    assert not metrics.contains_gold("It was 14,331 then.", ["4,331"])
    assert not metrics.contains_gold("anything", ["the"])


def test_ranking_measures_by_hand():
    assert [metrics.recall_at(FOUND, 2, k) for k in (1, 2, 4)] == [0, 0.5, 1]
    assert metrics.reciprocal_rank(FOUND) == 0.5
    gained = 1 / math.log2(3) + 1 / math.log2(5)
    assert metrics.ndcg_at(FOUND, 2, 10) == pytest.approx(gained / (1 + 1 / math.log2(3)))


def test_wilson_by_hand():
    value, low, high = metrics.wilson(8, 10)
    assert (value, round(low, 4), round(high, 4)) == (0.8, 0.4902, 0.9433)


def test_the_curve_takes_answers_of_one_confidence_together():
    assert metrics.risk_coverage(ANSWERS, 5) == [
        (0.2, 0.0, 0.9),
        (0.6, pytest.approx(1 / 3), 0.8),
        (0.8, 0.5, 0.3),
    ]


def test_reliability_by_hand():
    table = metrics.reliability(ANSWERS, bins=2)
    assert table == [(0.0, 0.5, 1, 0.3, 0.0), (0.5, 1.0, 3, pytest.approx(2.5 / 3), 2 / 3)]
    expected = (0.3 + 3 * abs(2.5 / 3 - 2 / 3)) / 4
    assert metrics.calibration_error(table) == pytest.approx(expected)


def test_the_threshold_that_answers_a_share_refuses_what_lies_below_it():
    there, absent = [0.9, 0.8, 0.6, 0.2], [0.1, 0.5, 0.6, 0.7]
    assert [metrics.refused_at(there, absent, part) for part in (0.5, 0.75, 1)] == [1, 0.5, 0.25]


def test_a_paired_difference_has_the_sign_of_the_gain():
    gain = metrics.paired_difference([1.0] * 30, [0.0, 1.0] * 15)
    assert gain.value == 0.5
    assert 0 < gain.low < 0.5 < gain.high < 1
    assert gain == metrics.paired_difference([1.0] * 30, [0.0, 1.0] * 15)


@given(hits)
def test_recall_never_falls_with_depth_and_scores_stay_shares(found):
    depths = [metrics.recall_at(found, 4, k) for k in range(1, 12)]
    assert depths == sorted(depths)
    assert 0 <= metrics.ndcg_at(found, 4, 10) <= 1 + 1e-9
    assert (metrics.reciprocal_rank(found) == 0) == (not any(found))


@given(st.text(max_size=30))
def test_a_text_is_its_own_best_answer(text):
    assert metrics.token_f1(text, [text]) == 1
    assert metrics.contains_gold(text, [text]) == bool(metrics.normalised_answer(text))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_an_interval_holds_its_value(values):
    value, low, high = metrics.interval(values)
    assert low - 1e-9 <= value <= high + 1e-9


@given(judged)
def test_bins_hold_every_answer_and_the_curve_ends_with_all(answers):
    assert sum(row.answers for row in metrics.reliability(answers)) == len(answers)
    last = metrics.risk_coverage(answers, len(answers))[-1]
    assert last.coverage == 1
    assert last.risk == pytest.approx(sum(not right for _, right in answers) / len(answers))
