import pytest

from assistant.causes import causes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It fell because it was old.", ["it was old"]),
        ("It closed due to ice, but the shop stayed open.", ["ice"]),
        ("“It was shut because of the flood,” said Ann Lee.", ["the flood"]),
        ("Because it rained, they stayed.", ["it rained"]),
        ("Since nobody came, the hall was shut.", ["nobody came"]),
        ("They won, as it was their day.", ["it was their day"]),
        ("The reason for the delay was that no bus ran.", ["no bus ran"]),
        ("It ended as the programme was believed unfair.", ["the programme was believed unfair"]),
        ("It matters as this is the first one.", ["this is the first one"]),
        ("They left in order to save fuel.", ["save fuel"]),
        ("It cracked because of frost and broke due to age.", ["frost and broke due to age"]),
    ],
)
def test_a_cause_is_what_stands_behind_the_word_that_says_so(text: str, found: list[str]):
    assert [text[start:end] for start, end in causes(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "Since 2016 it has been shut.",
        "He works as a guard.",
        "It was as high as before.",
        "The bridge is closed to all traffic.",
    ],
)
def test_a_time_or_a_comparison_is_no_cause(text: str):
    assert causes(text) == []
