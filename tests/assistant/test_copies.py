"""In what is nearly a copy, names and figures in the place of others are found."""

import pytest

from assistant.copies import miscopied

SOURCE = "In 1939 the mill of Aldin was sold by Ann Lee to Bob Moor, who paid 400 crowns."


def words(text: str, *quotes: str) -> list[str]:
    return [text[slice(*span)] for span in miscopied(text, quotes)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "In 1939 the mill of Aldin was sold by Bob Moor to Ann Lee, who paid 400 crowns.",
            ["Bob Moor", "Ann Lee"],
        ),
        (
            "In 400 the mill of Aldin was sold by Ann Lee to Bob Moor, who paid 1939 crowns.",
            ["400", "1939"],
        ),
    ],
)
def test_names_and_figures_that_change_places_are_found(text, found):
    assert words(text, "Nothing of it here.", SOURCE) == found


@pytest.mark.parametrize(
    "text",
    [
        SOURCE,
        "The mill of Aldin was sold by Ann Lee to Bob Moor, who paid 400 crowns, in 1939.",
        "The mill of Aldin was sold by Ann Lee to Bob Moor in 1939.",
        "Bob Moor bought the mill of Aldin from Ann Lee in 1939.",
        "Ann Lee",
    ],
)
def test_what_moves_with_a_neighbour_or_has_words_of_its_own_is_not(text):
    assert not words(text, SOURCE)


OTHER = "Carl Dorn had built the mill in 1912, when Aldin was a village."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In 1939 the mill of Aldin was sold by Carl Dorn to Bob Moor.", ["Carl Dorn"]),
        ("In 1939 the mill of Aldin was sold by Ann Lee to Carl Dorn.", ["Carl Dorn"]),
    ],
)
def test_a_name_from_elsewhere_in_the_place_of_the_copied_one_is_found(text, found):
    assert words(text, OTHER, SOURCE) == found


@pytest.mark.parametrize(
    "text",
    [
        "The mill of Aldin, which Carl Dorn had built in 1912, was sold by Ann Lee to Bob Moor.",
        "Carl Dorn had built the mill, which Ann Lee sold to Bob Moor in 1939.",
    ],
)
def test_what_is_told_of_both_sentences_is_not(text):
    assert not words(text, OTHER, SOURCE)


def test_a_name_may_stand_for_a_pronoun():
    assert not words("Ann Lee sold the mill for 400 crowns.", "She sold the mill for 400 crowns.")
