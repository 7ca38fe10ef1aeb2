import pytest

from assistant.dates import spoken
from assistant.values import Expected, holds, values


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("time", "It rang at 21:40 and at 9.15 am on Friday.", {"21:40", "9:15"}),
        ("time", "It rang at 9 pm.", {"21:00"}),
        ("date", "On 13 November 2025 and in 1974.", {"13 nov 2025", "1974"}),
        ("date", "It met on Thursday.", {"thu"}),
        ("duration", "It took 40 minutes, then three weeks.", {"40 min", "3 week"}),
        ("money", "It cost €6.5 million.", {"6500000 €"}),
        ("money", "It cost 4,000 euros.", {"4000 €"}),
        ("number", "410 people and 231 buildings.", {"410 peopl", "231 build"}),
        ("number", "1,577 people", {"1577 peopl"}),
        ("person", "It was Mayor Oskin who came.", {"mayor", "oskin"}),
        ("place", "It came to Quellhaven.", {"quellhaven"}),
        ("number", "None at all.", set()),
        ("time", "Gate 3 failed.", set()),
        ("money", "Six people.", set()),
        ("time", "The level was 6.92 metres.", set()),
        ("time", "It cost €12.50 a day.", set()),
        ("time", "A share of 14.25 % fell.", set()),
        ("number", "It rang at 21:34 on 13 November.", set()),
        ("number", "Five of them left.", set()),
        ("duration", "It took an hour.", {"1 h"}),
    ],
)
def test_the_values_of_a_kind_are_found(kind: Expected, text: str, found: set[str]):
    assert values(kind, text) == found


def test_equal_values_are_equal_however_they_are_written():
    assert values("number", "1,577 people came") == values("number", "It was 1577 PEOPLE")
    assert values("money", "€ 4,000") == values("money", "€4000")
    assert values("number", "six people") == values("number", "6 people")
    assert values("time", "It rang at 9:15 p.m. on Friday.") == values("time", "It rang at 21.15")
    assert values("duration", "three hours") == values("duration", "a 3-hour visit")
    assert values("money", "€6.5 million") == values("money", "6.5 million euros")
    assert values("date", "November 13, 2025") == values("date", "13 Nov 2025")
    assert values("number", "1,577 people") != values("number", "1,578 people")


def test_a_value_that_the_question_names_is_no_answer():
    assert not holds("person", "It was Mayor Oskin who came.", "When did Mayor Oskin come?")
    assert holds("person", "It was Mayor Oskin who met Ann.", "Whom did Mayor Oskin meet?")


def test_an_article_is_no_name():
    assert values("person", "The Inspectorate corrects one figure.") == {"inspectorate"}
    assert not holds("person", "The Tollmark Barrage was built.", "Who built the Tollmark Barrage?")


def test_a_figure_in_words_answers_how_many():
    assert holds("number", "Six people were hurt.", "How many people were hurt?")
    assert not holds("number", "People were hurt.", "How many people were hurt?")


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2023-03-02", "2 March 2023"),
        ("2023-12-31", "31 December 2023"),
        ("2023-01", "January 2023"),
        ("2023", "2023"),
    ],
)
def test_dates_are_written_out(date: str, shown: str):
    assert spoken(date) == shown
