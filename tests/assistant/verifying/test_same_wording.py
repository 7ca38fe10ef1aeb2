"""The same words are the same sentence; whatever else may be the same is nobody's guess here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.verifying.wording import says_the_same

SENTENCE = "On Thursday the four gates of the barrage failed at 21:34, Ms Abara said."


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        SENTENCE.replace("four gates", "Four GATES"),
        "on Thursday, the four gates of the barrage failed at 21:34 – Ms Abara said",
        "On Thursday\n  four gates of a barrage failed at 21:34, Ms Abara said!",
        "On Thursday the four gate of barrage fails at 21:34, Ms Abara said.",
    ],
    ids=["itself", "case", "signs", "spaces and articles", "inflection"],
)
def test_spaces_signs_case_articles_and_inflection_are_free(text: str):
    assert says_the_same(text, SENTENCE)
    assert says_the_same(SENTENCE, text)


@pytest.mark.parametrize(
    "text",
    [
        "On Thursday the four gates failed at 21:34, Ms Abara said.",
        "The four gates of the barrage failed at 21:34 on Thursday, Ms Abara said.",
        "On Thursday the four gates of the barrage failed at 21:35, Ms Abara said.",
        "On Thursday the four gates of the barrage failed at 21:34, Mr Abara said.",
        "On Thursday the four gates of the barrage did not fail at 21:34, Ms Abara said.",
        "On Friday the four gates of the barrage failed at 21:34, Ms Abara said.",
        "On Thursday four of the gates of the barrage failed at 21:34, Ms Abara said.",
        "",
    ],
    ids=["left out", "order", "figure", "name", "not", "day", "one more", "nothing"],
)
def test_every_other_word_counts_and_its_place(text: str):
    assert not says_the_same(text, SENTENCE)
    assert not says_the_same(SENTENCE, text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The author signed.", "The authority signed."),
        ("Import rules apply.", "Important rules apply."),
        ("The experiment failed.", "The experience failed."),
        ("The firms are competing.", "The firms are competent."),
        ("The news arrived.", "The new arrived."),
        ("The organ was repaired.", "The organization was repaired."),
    ],
)
def test_words_of_one_stem_are_not_yet_one_word(one: str, other: str):
    assert not says_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It carries freight.", "It carried freight."),
        ("The ferries stopped.", "The ferry stops."),
        ("They are closing the boxes.", "They are closed the box."),
        ("It reached Orléans.", "It reaches Orleans."),
        ("The gate’s bearing ran dry.", "The gate's bearings ran dry."),
    ],
)
def test_forms_of_one_word_are_one(one: str, other: str):
    assert says_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It cost 5 %.", "It cost 5."),
        ("It cost $5.", "It cost €5."),
        ("It fell to -5.", "It fell to 5."),
        ("It was < 5.", "It was > 5."),
        ("It was 1.5 m.", "It was 15 m."),
        ("Vitamin A helps.", "Vitamin helps."),
        ("It was H2O.", "It was H2."),
    ],
)
def test_signs_that_mean_something_are_words(one: str, other: str):
    assert not says_the_same(one, other)


@pytest.mark.parametrize("text", ["", " ", "…", "The", "a the an", "!?"])
def test_what_holds_no_word_says_nothing(text: str):
    assert not says_the_same(text, text)


@given(st.text(max_size=80), st.text(max_size=80))
def test_it_is_the_same_from_both_sides(one: str, other: str):
    assert says_the_same(one, other) == says_the_same(other, one)


@given(st.lists(st.sampled_from(SENTENCE.split()), min_size=1, max_size=12), st.data())
def test_a_word_more_is_never_the_same(words: list[str], data: st.DataObject):
    at = data.draw(st.integers(0, len(words)))
    more = [*words[:at], "never", *words[at:]]
    assert not says_the_same(" ".join(more), " ".join(words))
