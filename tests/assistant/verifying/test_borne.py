"""What a judge has confirmed is still held against the words that it quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.verifying.borne import unborne_spans

LOG = ("The sirens sounded at 21:58.", "Gate 3 failed at 21:34, and 410 people left.")
TABLE = ("Date | Level (m)\n13 May | 6.92",)


def marked(text: str, quotes=LOG, around=()) -> list[str]:
    return [text[start:end] for start, end in unborne_spans(text, list(quotes), list(around))]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("The sirens were heard 24 minutes after the gate broke.", LOG),
        ("Between the two lay 0.4 hours.", LOG),
        ("Three firms replied.", ("Ottermoor replied.", "Corvell did too.", "So did Penrose.")),
        ("Together they were 60.", ("40 adults left.", "20 children left.")),
        ("That is half as many, or 50 percent.", ("40 adults left.", "20 children left.")),
        ("It rose by 25 %.", ("It was 40 in May.", "It was 50 in June.")),
        ("It rose by 10.", ("It was 40 in May.", "It was 50 in June.")),
        ("It cost 2 million crowns.", ("It cost 2,000,000 crowns.",)),
        ("It failed in 2025.", ("It failed on 13 November 2025.",)),
        ("On 13 May the level was 6.92 metres.", TABLE),
    ],
    ids=[
        "minutes",
        "hours",
        "counted",
        "sum",
        "share",
        "change",
        "difference",
        "scale",
        "part of a date",
        "a row",
    ],
)
def test_figures_may_follow_from_those_quoted(text: str, quotes):
    assert marked(text, quotes) == []


@pytest.mark.parametrize(
    ("text", "quotes", "wrong"),
    [
        ("The sirens were heard 25 minutes later.", LOG, "25"),
        ("About 450 people left.", LOG, "450"),
        ("At least 410 people left.", LOG, "410"),
        ("Thirteen firms replied.", ("Ottermoor replied.",), "Thirteen"),
        ("3 firms replied.", ("Ottermoor replied.", "Corvell did too.", "So did Penrose."), "3"),
        ("It rose by 26 %.", ("It was 40 in May.", "It was 50 in June."), "26"),
        ("It rose by 6.92 kilometres.", ("It rose by 6.92 metres.",), "6.92"),
        ("On 13 May the level was 6.29 metres.", TABLE, "6.29"),
        ("They led 412 people away.", ("410 adults and 1 child were led away.",), "412"),
        ("It failed in 2026.", ("It failed on 13 November 2025.",), "2026"),
    ],
)
def test_a_figure_that_follows_from_nothing_quoted_is_marked(text: str, quotes, wrong: str):
    assert any(wrong in one for one in marked(text, quotes))


def test_figures_of_a_title_may_stand_and_those_of_the_passage_around_may_not():
    title, passage = "Log of 13 November 2025", "It began with 17 boats."
    assert marked("It failed on 13 November 2025.", ["It failed."], [title, passage]) == []
    assert marked("17 boats came.", ["Boats came."], [title, passage]) == ["17"]


def test_nothing_follows_from_how_many_pages_a_document_has():
    assert marked("411 people left.", ["410 people left."], ["Report 1 pages"]) == ["411"]


@pytest.mark.parametrize(
    ("said", "borne"), [("12.35", True), ("12.346", True), ("12.3457", True), ("12.34", False)]
)
def test_what_follows_may_be_rounded_to_its_last_place(said: str, borne: bool):
    quotes = ["It cost 1,000,000 crowns.", "81,000 boats came."]
    assert marked(f"That is {said} crowns a boat.", quotes) == ([] if borne else [said])


def test_a_name_must_be_known():
    said = ["Lee said that it held."]
    assert marked("Ann Lee said that it held.", said) == ["Ann"]
    assert marked("Ann Lee said that it held.", said, ["Report by Ann Lee"]) == []
    around = ["Report", "Ann Lee is the mayor."]
    assert marked("Ann Lee said that it held.", said, around) == []
    assert marked("Bob Lee said that it held.", said, around) == ["Bob"]
    assert marked("Ms Lee said that it held.", said, around) == []
    # Whom 'she' stands for is named around.
    assert marked("Ann Lee said that it held.", ["She said that it held."], around) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("She said “410 people”.", []),
        ("She said “400 people”.", ["“400 people”", "400"]),
        ("She said “people left 410”.", ["“people left 410”"]),
        ("It is told at https://a.example/b.", ["https://a.example/b"]),
    ],
)
def test_quoted_words_and_addresses_stand_there_exactly(text: str, wrong: list[str]):
    assert marked(text) == wrong


def test_words_are_the_judges_to_judge():
    assert marked("They had to go when it gave way, and nobody slept.") == []


@given(st.text(max_size=120), st.lists(st.text(max_size=80), max_size=3))
def test_whatever_is_said_the_marks_lie_inside_it(text: str, quotes: list[str]):
    spans = unborne_spans(text, quotes, [])
    assert spans == sorted(set(spans))
    assert all(0 <= start < end <= len(text) for start, end in spans)


GERMAN = ("Die Kündigung bedarf der Schriftform und wirkt nach drei Monaten.",)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Nein, der Austritt wirkt nach drei Monaten.", []),
        ("Der Vertrag endet mit der Kündigung nach drei Monaten.", []),
        ("Die Kündigung an Helga Brandt wirkt nach drei Monaten.", ["Helga", "Brandt"]),
        ("Die Kündigung wirkt nach 40 Monaten.", ["40"]),
    ],
)
def test_a_german_noun_is_no_name_but_two_beside_each_other_are(text: str, wrong: list[str]):
    assert marked(text, GERMAN) == wrong


@pytest.mark.parametrize("text", ["Non, la porte est fermée.", "Sí, la puerta está cerrada."])
def test_yes_and_no_name_nobody(text: str):
    assert marked(text, ("La porte est fermée.", "La puerta está cerrada.")) == []
