"""PDF files: words broken over lines and pages, and words set with wide spaces, are whole words."""

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from index.readers import read
from index.readers.pdf.hyphens import joint, known_words

OPENING = "The line was set up by the town and its merchants when the harbour was built in"


def printed(path, *pages, space=0.0):
    canvas = Canvas(str(path), pagesize=A4)
    for lines in pages:
        for number, line in enumerate(lines):
            text = canvas.beginText(72, 700 - 14 * number)
            text.setFont("Helvetica", 11)
            text.setCharSpace(space)
            text.textOut(line)
            canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return path


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ("a well-", "known builder drew it.", "a well-known builder drew it."),
        ("a state-", "owned yard built it.", "a state-owned yard built it."),
        ("the con-", "tract was signed there.", "the contract was signed there."),
        ("some infor-", "mation was given out.", "some information was given out."),
        ("the Rhine-", "Danube canal was dug.", "the Rhine-Danube canal was dug."),
        ("the fare of 1,200-", "crowns was paid.", "the fare of 1,200-crowns was paid."),
        ("the kernel-", "driven pumps ran.", "the kernel-driven pumps ran."),
        ("the uncon-", "taminated well ran.", "the uncontaminated well ran."),
    ],
)
def test_only_a_hyphen_that_broke_a_word_goes(tmp_path, above, below, expected):
    document = read(printed(tmp_path / "a.pdf", [OPENING, f"{OPENING} {above}", below]))

    assert document.text.endswith(expected)


def test_a_word_of_the_document_tells_what_a_hyphen_is_in_any_language():
    words = {"der", "bundesland", "fluss", "kiel-kanal", "neubau"}

    assert joint("das Bundes-", "land hat", words) == "-\n"
    assert joint("der Kiel-", "kanal", words) == ""
    assert joint("das Schleusen-", "tor", words, known_words(words)) == "-\n"


def test_a_word_broken_over_a_page_is_whole_and_stands_on_both(tmp_path):
    first = [OPENING, OPENING, "which they said in the report that was read and gave much infor-"]
    second = ["mation about the lock.", "Nothing else was said of it."]

    document = read(printed(tmp_path / "a.pdf", first, second))

    assert "gave much information about the lock." in document.text
    start = document.text.index("information")
    assert [document.page_at(start), document.page_at(start + 6)] == [1, 2]
    assert document.text[document.pages[1].start :].startswith("mation about")
    boxes = [page.rectangles(start, start + 11) for page in document.layout]
    assert [len(one) for one in boxes] == [1, 1]
    assert all(piece.end <= document.pages[0].end for piece in document.layout[0].pieces)


@pytest.mark.parametrize("space", [2.5, 4, 6, 8])
def test_print_with_wide_letters_is_read_as_words(tmp_path, space):
    path = printed(tmp_path / "a.pdf", ["The keeper was Agnes Torp until May"], space=space)

    assert read(path).text == "The keeper was Agnes Torp until May"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("T h e   d i r e c t o r   w a s   A g n e s", "The director was Agnes"),
        ("It was e n t i r e l y their own choice.", "It was entirely their own choice."),
        ("C O N T E N T S", "CONTENTS"),
        ("A N N U A L   R E P O R T   2 0 2 4", "ANNUAL REPORT 2024"),
        ("The vitamins A B C D were in it.", "The vitamins A B C D were in it."),
        ("a b c d e f", "a b c d e f"),
        ("7 3 9 1 2 5 8", "7 3 9 1 2 5 8"),
        ("Let x, y and z be lengths, x > y.", "Let x, y and z be lengths, x > y."),
    ],
)
def test_spaces_between_the_letters_of_a_word_go_and_others_stay(tmp_path, line, expected):
    assert read(printed(tmp_path / "a.pdf", [line])).text == expected


def test_words_with_wide_letters_are_where_they_are_printed(tmp_path):
    document = read(printed(tmp_path / "a.pdf", ["T h e   d i r e c t o r   l e f t   i t"]))

    start = document.text.index("director")
    [box] = document.layout[0].rectangles(start, start + 8)
    [before] = document.layout[0].rectangles(0, 3)
    assert before.right < box.left < box.right - 40
