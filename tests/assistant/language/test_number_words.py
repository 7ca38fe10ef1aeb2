"""Figures in words, in several languages: read whole, and never carried by a part of another."""

import pytest

from assistant.language.quantities import quantities
from assistant.verifying.verification import unsupported_spans


def refused(text: str, *quotes: str) -> list[str]:
    return [text[start:end] for start, end in unsupported_spans(text, quotes)]


def read(text: str) -> list[tuple[str, str]]:
    return [(figure.value, figure.unit) for figure in quantities(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two thousand five hundred people fled.", [("2500", "")]),
        ("Half a million trees fell.", [("500000", "")]),
        ("It lost half a dozen boats.", [("6", "")]),
        ("One and a half million litres leaked.", [("1500000", "l")]),
        ("It took two and a half years.", [("2.5", "year")]),
        ("The twenty-first boat sank.", [("21", "")]),
        ("It was built in nineteen eighty-four.", [("1984", "")]),
        ("A hundred and twelve geese came.", [("112", "")]),
        ("Three quarters of the roof burned.", [("0.75", "")]),
        ("Two-thirds of the ewes and a fifth of the rams died.", [("2/3", ""), ("0.2", "")]),
        ("The price doubled.", [("2", "×")]),
        ("It is thrice as deep.", [("3", "×")]),
        ("Output rose fivefold.", [("5", "×")]),
        ("Sixty-five thousand two hundred and one euros.", [("65201", "€")]),
        ("Nine point seven metres.", [("9.7", "m")]),
        ("In the first half of the match it rained.", []),
        ("It opens at half past.", []),
        ("Hundreds came.", [("100s", "")]),
        ("Five and a quarter per cent of the flour.", [("5.25", "%")]),
        ("All sums are in thousands of euros.", []),
        ("Two or three hundred people fled.", [("200", ""), ("300", "")]),
        ("It lost twenty to thirty thousand boats.", [("20000", ""), ("30000", "")]),
        ("Between two and three million fled.", [("2000000", ""), ("3000000", "")]),
        ("Two and a half or three million fled.", [("2500000", ""), ("3000000", "")]),
        ("It has 2 or 3 million books.", [("2000000", ""), ("3000000", "")]),
        ("It cost €2.5–3 million.", [("2500000", "€"), ("3000000", "")]),
        ("Two or three boats and a hundred geese.", [("2", ""), ("3", ""), ("100", "")]),
        ("Two of three hundred boats sank.", [("2", ""), ("300", "")]),
        (
            "Nine of ten, or forty to three hundred.",
            [("9", ""), ("10", ""), ("40", ""), ("300", "")],
        ),
        ("One hundred or two hundred boats.", [("100", ""), ("200", "")]),
        ("Es sind zwei bis dreihundert Boote in der Stadt.", [("200", ""), ("300", "")]),
        ("Three boats \ud800 sank.", [("3", "")]),
        ("A dozen hens laid for a third time.", [("12", ""), ("3", "")]),
        ("Die Stadt zählt zweitausendfünfhundert Häuser.", [("2500", "")]),
        ("Eine halbe Million Menschen sind in der Stadt.", [("500000", "")]),
        ("Das kostete anderthalb Millionen Euro.", [("1500000", "€")]),
        ("Der Damm hat 1.234,56 Meter und 2.500 Tore.", [("1234.56", "m"), ("2500", "")]),
        ("Die Firma hat drei Viertel der Boote und ein Haus.", [("0.75", "")]),
        ("La ville a perdu deux mille cinq cents arbres.", [("2500", "")]),
        ("Il a vendu un million et demi de livres dans la ville.", [("1500000", "")]),
        ("Les deux tiers des maisons sont vides.", [("2/3", "")]),
        ("Une douzaine de barques est dans le port.", [("12", "")]),
        ("El puerto perdió medio millón de cajas.", [("500000", "")]),
        ("La mitad de los barcos y dos mil quinientos remos.", [("0.5", ""), ("2500", "")]),
        ("Il comune ha perso duemilacinquecento alberi.", [("2500", "")]),
        ("A cidade tem dois mil e quinhentos barcos.", [("2500", "")]),
        ("De stad heeft anderhalf miljoen bomen.", [("1500000", "")]),
        ("Het dorp verloor tweeduizend vijfhonderd bomen.", [("2500", "")]),
    ],
)
def test_a_figure_in_words_is_read_whole(text: str, found: list[tuple[str, str]]):
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("2,000 people fled.", "Two thousand five hundred people fled.", ["2,000"]),
        ("500 people fled.", "Two thousand five hundred people fled.", ["500"]),
        ("Two people fled.", "Two or three hundred people fled.", ["Two"]),
        ("2,000 people fled.", "Two thousand\nfive hundred people fled.", ["2,000"]),
        ("Half a million fled.", "Two million fled.", ["Half a million"]),
        ("A million fled.", "Half a million fled.", ["A million"]),
        ("Two million fled.", "Two and a half million fled.", ["Two million"]),
        ("The twentieth boat sank.", "The twenty-first boat sank.", ["twentieth"]),
        ("Three boats sank.", "The third boat sank.", ["Three"]),
        ("The second boat sank.", "The third boat sank.", ["second"]),
        ("The price tripled.", "The price doubled.", ["tripled"]),
        ("It came twice a week.", "It came three times a week.", ["twice"]),
        ("A dozen boats sank.", "Two dozen boats sank.", ["A dozen"]),
        ("A quarter of the wheat rotted.", "A third of the wheat rotted.", ["A quarter"]),
        ("Three boats sank.", "Three quarters of the boats sank.", ["Three"]),
        ("Hundreds of geese came.", "Thousands of geese came.", ["Hundreds"]),
        ("Forty boats sank.", "One hundred and forty boats sank.", ["Forty"]),
        ("It was built in 1984.", "It was built in nineteen eighty-three.", ["1984"]),
        ("Die Flut nahm 2.000 Häuser.", "Die Flut nahm zweitausendfünfhundert Häuser.", ["2.000"]),
        ("Le port a perdu 500 barques.", "Le port a perdu deux mille cinq cents barques.", ["500"]),
        ("El precio se triplicó en la ciudad.", "El precio se duplicó en la ciudad.", ["triplicó"]),
        ("The dam holds 1.234 litres.", "The dam holds 1,234 litres.", ["1.234"]),
        ("It cost 1,234.56 euros.", "Es kostete die Stadt 1.234,57 Euro.", ["1,234.56"]),
        ("It sank 1'200 boats.", "It sank 1 and 200 boats.", ["1'200"]),
    ],
)
def test_no_figure_is_carried_by_a_part_of_another(text: str, quote: str, wrong: list[str]):
    assert [one for one in refused(text, quote) if one != "boats"] == wrong


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("2,500 people fled.", "Two thousand five hundred people fled."),
        ("Two thousand five hundred people fled.", "2500 people fled."),
        ("500,000 people fled.", "Half a million people fled."),
        ("1.5 million people fled.", "One and a half million people fled."),
        ("The 21st boat sank.", "The twenty-first boat sank."),
        ("Two million people fled.", "2 to 3 million people fled."),
        ("200 boats sank.", "Two or three hundred boats sank."),
        ("Twelve boats sank.", "A dozen boats sank."),
        ("24 boats sank.", "Two dozen boats sank."),
        ("The price was twice as high.", "The price was two times as high."),
        ("Half of the boats sank.", "50 % of the boats sank."),
        ("25 percent of the boats sank.", "A quarter of the boats sank."),
        ("1,234.56 litres leaked.", "1.234,56 litres leaked."),
        ("1.234 litres leaked.", "1.234 litres leaked on Monday."),
        ("1,234,567 litres leaked.", "1.234.567 litres leaked."),
        ("12,34,567 rupees were lost.", "1234567 rupees were lost."),
        ("1'200 boats sank.", "1,200 boats sank."),
        ("It was built in 1984.", "It was built in nineteen eighty-four."),
        ("It rose in the third quarter.", "It rose in Q3."),
    ],
)
def test_the_same_figure_may_be_in_words_or_in_digits(text: str, quote: str):
    assert refused(text, quote) == []


def test_the_decimal_mark_is_that_of_the_passages_language():
    german = "Der Hafen hat 1.234 Boote, und die Stadt ist 2,5 km entfernt."
    assert read("The harbour has 1,234 boats and lies 2.5 km away.") == [
        ("1234", ""),
        ("2.5", "km"),
    ]
    assert read(german) == [("1234", ""), ("2.5", "km")]
