"""Lines from right to left are read in the order in which they are written."""

import numpy as np
import pytest

from index.readers.pdf.lines import Glyphs, columns

WIDTH, HEIGHT = 6.0, 10.0
HEBREW = "הספינה יצאה מנמל חיפה בשעה 21:40 עם 17 נוסעים."
ARABIC = "غادرت السفينة الميناء مع ٤٥ راكبا."
ENGLISH = "He left Haifa at 21:40 with 17 others."


def written(text, *, top=700.0, leftward):
    """The glyphs of a line in the order of its text: figures run to the right in any line."""
    codes, boxes = [], []
    at = 500.0 if leftward else 60.0
    words = text.split(" ")
    for word in words:
        backwards = leftward and word[0].isdecimal()
        for letter in reversed(word) if backwards else word:
            at -= WIDTH if leftward else 0
            codes.append(ord(letter))
            boxes.append((at, top - HEIGHT, at + WIDTH, top))
            at += 0 if leftward else WIDTH
        if backwards:
            codes[-len(word) :] = codes[-len(word) :][::-1]
            boxes[-len(word) :] = boxes[-len(word) :][::-1]
        at -= WIDTH if leftward else 0
        codes.append(32)
        boxes.append((at, top - HEIGHT, at + WIDTH, top))
        at += 0 if leftward else WIDTH
    codes[-1] = 10
    return codes, boxes


def line(text, *, leftward):
    codes, boxes = written(text, leftward=leftward)
    glyphs = Glyphs(np.array(codes), np.array(boxes), np.zeros(len(codes), bool))
    ((found,),) = columns(glyphs)
    return found


@pytest.mark.parametrize(
    ("text", "leftward"), [(HEBREW, True), (ARABIC, True), (ENGLISH, False)], ids=["he", "ar", "en"]
)
def test_a_line_is_read_as_it_is_written(text, leftward):
    found = line(text, leftward=leftward)
    assert found.text == text
    assert found.cells == 1


def test_every_word_from_right_to_left_is_where_it_is_printed():
    found = line(HEBREW, leftward=True)
    words = [found.text[int(start) : int(end)] for start, end in found.words[:, :2]]
    assert words == HEBREW.split(" ")
    right = 500.0
    for word, (_, _, left, _, there, _) in zip(words, found.words, strict=True):
        assert there == right
        assert there - left == len(word) * WIDTH
        right = left - WIDTH


def drawn(*lines, order=None):
    """A page on which each line's letters are printed from the left: their text, edge and top."""
    codes, boxes = [], []
    for text, left, top in lines:
        found = [(ord(sign), left + n * WIDTH) for n, sign in enumerate(text)]
        for code, at in sorted(found, key=order) if order else found:
            if code > 32:
                codes.append(code)
                boxes.append((at, top - HEIGHT, at + WIDTH, top))
        codes.append(10)
        boxes.append(boxes[-1])
    return Glyphs(np.array(codes), np.array(boxes), np.zeros(len(codes), bool))


def texts(glyphs):
    return [line.text for column in columns(glyphs) for line in column]


@pytest.mark.parametrize("order", [None, lambda sign: sign[0]], ids=["as drawn", "in disorder"])
@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("םולש בוט", "טוב שלום"),
        (".2019 תנשב", "בשנת 2019."),
        (")ןשיה( למנה", "הנמל (הישן)"),
        ("(ןשיה) למנה", "הנמל (הישן)"),
        ("דבלב 45% הלע", "עלה 45% בלבד"),
        ("דבלב Tide Gauge Ltd תרבח", "חברת Tide Gauge Ltd בלבד"),
        ("12:30 העשב 3.5.2021 ךיראתב", "בתאריך 3.5.2021 בשעה 12:30"),
    ],
)
def test_letters_are_read_from_where_they_are_printed(printed, read, order):
    above = ("הנולצמ הרזח אל הניפסה", 100.0, 720.0)
    assert texts(drawn(above, (printed, 100.0, 700.0), order=order))[1:] == [read]


def test_one_sign_for_lam_and_alef_is_read_lam_first():
    letters = [("ا", 40.0), ("إ", 34.0), ("ل", 34.0), ("س", 28.0), ("م", 22.0)]
    codes = np.array([*(ord(sign) for sign, _ in letters), 10])
    boxes = np.array([(at, 690.0, at + WIDTH, 700.0) for _, at in [*letters, letters[-1]]])
    assert texts(Glyphs(codes, boxes, np.zeros(6, bool))) == ["الإسم"]


def test_vowel_signs_stay_with_the_letters_that_they_are_set_on():
    letters = [("ש", 40.0), ("\u05b8", 42.0), ("ל", 34.0), ("ו", 28.0)]
    letters += [("\u05b9", 27.0), ("ם", 22.0)]
    codes = np.array([*(ord(sign) for sign, _ in reversed(letters)), 10])
    boxes = np.array([(at, 690.0, at + WIDTH, 700.0) for _, at in [*reversed(letters), letters[0]]])
    assert texts(Glyphs(codes, boxes, np.zeros(7, bool))) == ["ש\u05b8לו\u05b9ם"]


CITIES = [("ריע", "םיבשות", "חטש"), ("הפיח", "285000", "63"), ("םילשורי", "980000", "125")]
CITIES += [("דודשא", "226000", "47"), ("הדצע", "1000", "9")]
IN_ORDER = ["עיר | תושבים | שטח", "חיפה | 285000 | 63", "ירושלים | 980000 | 125"]
IN_ORDER += ["אשדוד | 226000 | 47", "עצדה | 1000 | 9"]


def cities():
    """Columns from the right: the names of cities, then two of figures."""
    lines = []
    for number, row in enumerate(CITIES):
        for right, cell in zip((500.0, 350.0, 200.0), row, strict=True):
            lines.append((cell, right - WIDTH * len(cell), 700.0 - 16 * number))
    return drawn(*lines)


def test_the_first_column_of_a_table_is_the_one_at_the_right():
    assert texts(cities()) == IN_ORDER


def test_the_first_column_of_a_ruled_table_is_the_one_at_the_right():
    level = [(100.0, 703.0 - 16 * n, 510.0, 703.0 - 16 * n) for n in range(6)]
    upright = [(x, 703.0 - 80, x, 703.0) for x in (100.0, 240.0, 390.0, 510.0)]
    [column] = columns(cities(), np.array(level + upright))
    assert [line.text for line in column] == IN_ORDER
    assert column[0].header
    first = column[1].words[0]
    assert column[1].text.startswith("חיפה")
    assert (first[2], first[4]) == (500.0 - 4 * WIDTH, 500.0)
