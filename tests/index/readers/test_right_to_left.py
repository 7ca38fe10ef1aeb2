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
