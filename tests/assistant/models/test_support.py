"""The trained judge tells what evidence carries from what it does not."""

import pytest

from assistant.models.entailment import EntailmentModel

EVIDENCE = "The ferry left the port of Aldin at 08:15 and carried 212 passengers to Bergen."


@pytest.fixture(scope="module")
def judge() -> EntailmentModel:
    return EntailmentModel()


def test_a_reworded_sentence_is_likelier_carried_than_a_false_one(judge: EntailmentModel):
    true, false = judge.judged(
        [
            ("The ferry left Aldin at 08:15.", EVIDENCE),
            ("The ferry did not leave Aldin at 08:15.", EVIDENCE),
        ]
    )
    assert true.probability > 0.5 > false.probability


def test_the_word_that_is_not_carried_is_doubted_most(judge: EntailmentModel):
    claim = "The ferry carried 912 passengers to Bergen."
    (judged,) = judge.judged([(claim, EVIDENCE)])
    assert claim[slice(*judged.most_doubted)] == "912"


def test_a_claim_longer_than_is_read_is_judged_by_its_beginning(judge: EntailmentModel):
    (judged,) = judge.judged([("ferry " * 2_000, EVIDENCE)])
    assert 0 <= judged.probability <= 1
