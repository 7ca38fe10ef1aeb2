"""Page layouts: a span of the text is covered by the rectangles of its printed lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.layout import (
    SOFT_HYPHEN,
    PageLayout,
    Piece,
    Rectangle,
    printed_lines,
    rectangles,
    turned_lines,
)

# 'The gate' on one line, 'was shut.' on the next, then on page 2 'It held.'
FIRST = PageLayout(
    1,
    595.0,
    842.0,
    (
        Piece(0, 3, 50, 100, 70, 112),
        Piece(4, 8, 74, 100, 98, 112),
        Piece(9, 12, 50, 115, 68, 127),
        Piece(13, 18, 72, 115, 99, 127),
    ),
)
SECOND = PageLayout(2, 595.0, 842.0, (Piece(19, 21, 50, 60, 60, 72), Piece(22, 27, 64, 60, 96, 72)))


def test_a_span_has_one_rectangle_for_each_printed_line():
    assert FIRST.rectangles(0, 18) == [
        Rectangle(1, 50, 100, 98, 112),
        Rectangle(1, 50, 115, 99, 127),
    ]


def test_a_span_inside_a_word_is_covered_by_the_word():
    assert FIRST.rectangles(5, 6) == [Rectangle(1, 74, 100, 98, 112)]


def test_what_stands_between_words_covers_nothing():
    assert FIRST.rectangles(3, 4) == []


def test_a_span_over_a_page_break_has_rectangles_on_both_pages():
    assert [r.page for r in rectangles([FIRST, SECOND], 13, 21)] == [1, 2]


def test_the_second_column_of_the_same_height_is_a_line_of_its_own():
    page = PageLayout(1, 600, 800, (Piece(0, 4, 320, 100, 350, 112), Piece(5, 9, 50, 100, 90, 112)))
    assert len(page.rectangles(0, 9)) == 2


pieces = st.lists(
    st.tuples(
        *(st.integers(0, 2**31),) * 2,
        *(st.floats(0, 1_000, width=32),) * 4,
    ).map(Piece._make),
    max_size=20,
)


@given(st.integers(1, 20_000), pieces)
def test_a_layout_comes_back_from_its_bytes(number, some):
    page = PageLayout(number, 612.0, 792.0, tuple(some))
    back = PageLayout.unpacked(page.packed())

    assert back == page
    assert [piece[:2] for piece in back.pieces] == [piece[:2] for piece in some]
    for kept, given_piece in zip(back.pieces, some, strict=True):
        assert kept.left <= given_piece.left + 1e-3
        assert kept.bottom >= given_piece.bottom - 1e-3
        assert kept[2:] == pytest.approx(given_piece[2:], abs=0.101)


def test_a_page_of_words_takes_few_bytes():
    words = [
        Piece(7 * n, 7 * n + 2 + n % 5, x, 100 + 12 * line, x + 17.3 + n % 5, 112 + 12 * line)
        for n, (line, x) in enumerate(
            (line, 50 + 31.7 * k) for line in range(50) for k in range(12)
        )
    ]

    assert len(PageLayout(1, 595, 842, words).packed()) < 6 * len(words)


def test_half_a_word_at_the_end_of_a_line_is_told_from_a_whole_one():
    text = "Its maintenance fell due."
    pieces = [
        Piece(0, 3, 72, 90, 90, 102),
        Piece(4, 10, 94, 90, 130, 102),
        Piece(10, 15, 72, 106, 110, 118),
        Piece(16, 20, 114, 106, 130, 118),
        Piece(21, 25, 72, 122, 95, 134),
    ]
    lines = [words for words, _ in printed_lines(PageLayout(1, 595, 842, pieces), text)]
    assert lines == [f"Its mainte{SOFT_HYPHEN}", "nance fell", "due."]


def test_words_that_run_up_the_page_are_lines_of_their_own_and_known_as_turned():
    text = "The columns of tables were printed"
    heights = [(720, 740), (675, 718), (660, 672), (620, 655)]
    words, at, pieces = text.split(), 0, []
    for word, (top, bottom) in zip(words, heights, strict=False):
        start = text.index(word, at)
        at = start + len(word)
        pieces.append(Piece(start, at, 288, top, 302, bottom))
    # The next turned line begins beside the end of the one before.
    start = text.index("were")
    pieces.append(Piece(start, start + 4, 304, 621, 318, 641))
    lines = printed_lines(PageLayout(1, 595, 842, pieces), text)
    assert [line for line, _ in lines] == ["The", "columns", "of", "tables", "were"]
    assert turned_lines(lines) == [True] * 5
