import pytest

from assistant.language.values import find_values
from index.calendar_names import MONTHS, WEEKDAYS, month_numbers
from index.dates import iso_date


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("3 de setembro de 2019", "2019-09-03"),
        ("12 août 2021", "2021-08-12"),
        ("12 aout 2021", "2021-08-12"),
        ("7. Maerz 2020", "2020-03-07"),
        ("21 févr. 2018", "2018-02-21"),
        ("30 giugno 1999", "1999-06-30"),
        ("4 mrt 2022", "2022-03-04"),
        ("17 augusti 2022", "2022-08-17"),
        ("5. maj 2020", "2020-05-05"),
        ("9 stycznia 2017", "2017-01-09"),
        ("28 Sept. 2016", "2016-09-28"),
        ("lokakuuta 2015", "2015-10"),
    ],
)
def test_a_month_is_known_by_the_names_that_its_languages_have(written: str, iso: str):
    assert iso_date(written) == iso


@pytest.mark.parametrize("written", ["3 out 2020", "ago 2020", "set 2020", "3 Pro 2021"])
def test_an_everyday_english_word_is_no_month(written: str):
    assert iso_date(written) is None


def test_no_name_stands_for_two_months():
    assert set(month_numbers().values()) == set(range(1, 13))
    assert all(name == name.lower() and " " not in name for name in month_numbers())


def test_english_names_are_in_the_order_of_the_calendar():
    assert (MONTHS[0], MONTHS[11]) == ("January", "December")
    assert (WEEKDAYS[0], WEEKDAYS[6]) == ("Monday", "Sunday")


@pytest.mark.parametrize("text", ["13 Mayors came.", "It has Marble 5.", "Decker 12 fell."])
def test_a_word_that_only_begins_like_a_month_is_no_date(text: str):
    assert find_values("date", text) == set()
