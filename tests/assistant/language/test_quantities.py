import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.quantities import quantities


@pytest.mark.parametrize(
    ("text", "value", "unit", "whole"),
    [
        ("It cost €6.5 million.", "6500000", "€", "€6.5 million"),
        ("It cost 6.5 million euros.", "6500000", "€", "6.5 million euros"),
        ("It cost US$5bn.", "5000000000", "$", "US$5bn"),
        ("It cost €5m.", "5000000", "€", "€5m"),
        ("It fell to -5 degrees.", "-5", "°", "-5 degrees"),
        ("It fell to minus 5 °C.", "-5", "°C", "minus 5 °C"),
        ("It ran at 95 m³/s.", "95", "m3/s", "95 m³/s"),
        ("It ran at 95 cubic metres per second.", "95", "m3/s", "95 cubic metres per second"),
        ("A 5-metre wave came.", "5", "m", "5-metre"),
        ("Some 1 577 people left.", "1577", "", "1 577"),
        ("Some 1,577 people left.", "1577", "", "1,577"),
        ("It took 3½ hours.", "3.5", "h", "3½ hours"),
        ("It rang at 9:15 a.m. today.", "9:15", "am", "9:15 a.m."),
        ("It took two hundred and five days.", "205", "day", "two hundred and five days"),
        ("Twenty-one people left.", "21", "", "Twenty-one"),
        ("On page 3.50 of it.", "3.5", "", "3.50"),
        ("See report 2026/04.", "2026/04", "", "2026/04"),
        ("It is covid-19.", "19", "", "19"),
    ],
)
def test_a_figure_is_its_value_and_its_unit(text: str, value: str, unit: str, whole: str):
    (figure,) = quantities(text)
    assert (figure.value, figure.unit) == (value, unit)
    assert text[figure.span.start : figure.span.end] == whole


def test_a_figure_of_any_length_is_exact():
    digits = "1234567890" * 1_000
    (figure,) = quantities(f"It has {digits} parts.")
    assert figure.value == digits


PARTS = st.sampled_from([*"0123456789½.,:/-−€$%²³ kmſKıİ°", "two", "hundred", " million", " per "])


@given(st.lists(PARTS).map("".join))
def test_every_number_lies_in_its_figure(text: str):
    for figure in quantities(text):
        assert figure.span.start <= figure.number.start < figure.number.end <= figure.span.end
