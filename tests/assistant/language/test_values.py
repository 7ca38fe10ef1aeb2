import pytest

from assistant.language.dates import spoken_date
from assistant.language.values import Expected, find_values, has_value


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
    assert find_values(kind, text) == found


def test_equal_values_are_equal_however_they_are_written():
    assert find_values("number", "1,577 people came") == find_values("number", "It was 1577 PEOPLE")
    assert find_values("money", "€ 4,000") == find_values("money", "€4000")
    assert find_values("number", "six people") == find_values("number", "6 people")
    assert find_values("time", "It rang at 9:15 p.m. on Friday.") == find_values(
        "time", "It rang at 21.15"
    )
    assert find_values("duration", "three hours") == find_values("duration", "a 3-hour visit")
    assert find_values("money", "€6.5 million") == find_values("money", "6.5 million euros")
    assert find_values("date", "November 13, 2025") == find_values("date", "13 Nov 2025")
    assert find_values("number", "1,577 people") != find_values("number", "1,578 people")


def test_a_value_that_the_question_names_is_no_answer():
    assert not has_value("person", "It was Mayor Oskin who came.", "When did Mayor Oskin come?")
    assert has_value("person", "It was Mayor Oskin who met Ann.", "Whom did Mayor Oskin meet?")


def test_an_article_is_no_name():
    assert find_values("person", "The Inspectorate corrects one figure.") == {"inspectorate"}
    assert not has_value(
        "person", "The Tollmark Barrage was built.", "Who built the Tollmark Barrage?"
    )


def test_a_figure_in_words_answers_how_many():
    assert has_value("number", "Six people were hurt.", "How many people were hurt?")
    assert not has_value("number", "People were hurt.", "How many people were hurt?")


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
    assert spoken_date(date) == shown
