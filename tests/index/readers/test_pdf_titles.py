"""PDF files: their title is their own, and what their bookmarks name are headings."""

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from index.readers import read

BODY = [
    "The commission heard the keeper of the lock and the two pilots of the harbour on that day.",
    "Nothing was found that spoke against the plan, and the plan was sent on to the county board.",
]


@pytest.fixture
def printed(tmp_path):
    """A PDF of pages of lines (size, text), and of bookmarks (level, text, page)."""

    def make(*pages, title=None, name="notes-of-may.pdf", bookmarks=()):
        path = tmp_path / name
        canvas = Canvas(str(path), pagesize=A4)
        if title is not None:
            canvas.setTitle(title)
        for number, lines in enumerate(pages):
            for level, text, page in bookmarks:
                if page == number:
                    canvas.bookmarkPage(text)
                    canvas.addOutlineEntry(text, text, level - 1)
            y = 790
            for size, text in lines:
                canvas.setFont("Helvetica-Bold" if size > 11 else "Helvetica", size)
                y -= 2 * size if size > 11 else 14
                canvas.drawString(72, y, text)
                y -= size if size > 11 else 0
            canvas.showPage()
        canvas.save()
        return read(path)

    return make


def body(*words):
    return [(11, f"{word} {line}") for word in words for line in BODY]


def headings(document):
    return [(h.level, document.text[h.start : h.end]) for h in document.headings]


@pytest.mark.parametrize("stale", ["Test25", "Tender for the school of Halden", "Draft"])
def test_a_stated_title_that_nothing_bears_out_is_not_the_documents(printed, stale):
    document = printed([(20, "Reports of the Lock Commission"), *body("First")], title=stale)

    assert document.title == "Reports of the Lock Commission"


def test_a_stated_title_of_which_the_document_speaks_is_its_title(printed):
    document = printed(
        [(20, "First part"), *body("First")], title="The Lock Commission and the harbour, heard"
    )

    assert document.title == "The Lock Commission and the harbour, heard"


def test_the_largest_heading_of_the_first_page_is_the_title(printed):
    lines = [(14, "Preamble"), *body("First"), (24, "Statutes of the Lock Club e.V.")]

    assert printed(lines + body("Second")).title == "Statutes of the Lock Club e.V."


def test_a_tables_caption_is_no_title(tmp_path):
    path = tmp_path / "ships-of-norvik.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(72, 760, "Table 3. Ships by year")
    canvas.setFont("Helvetica", 11)
    for number in range(12):
        canvas.drawString(72, 740 - 14 * number, f"Harbour number {number}")
        canvas.drawString(300, 740 - 14 * number, str(1930 + number))
    for number, line in enumerate(BODY * 4):
        canvas.drawString(72, 500 - 14 * number, line)
    canvas.save()

    assert read(path).title == "Ships of norvik"


def test_a_single_bookmark_above_all_others_is_the_title_that_is_printed(printed):
    document = printed(
        [(11, "Statutes of the Lock Club"), (14, "Preamble"), *body("First")],
        bookmarks=[(1, "Statutes of the Lock Club", 0), (2, "Preamble", 0)],
    )

    assert document.title == "Statutes of the Lock Club"


def test_bookmarks_that_stand_on_their_page_are_headings_with_their_level(printed):
    document = printed(
        [(12, "1. Purpose"), *body("First", "Second"), (12, "1.1 Members"), *body("Third")],
        [(11, "Purpose"), *body("Fourth"), (12, "2 Dues and fees"), *body("Fifth")],
        bookmarks=[
            (1, "1. Purpose", 0),
            (2, "Members", 0),
            (1, "DUES AND FEES", 1),
            (2, "Nowhere printed", 1),
        ],
    )

    assert headings(document) == [(1, "1. Purpose"), (2, "1.1 Members"), (1, "2 Dues and fees")]
    assert document.heading_path(document.text.index("Third")) == ("1. Purpose", "1.1 Members")


def test_headings_without_a_bookmark_stand_below_the_one_before_them(printed):
    document = printed(
        [
            (20, "The lock"),
            *body("First"),
            (14, "Of the gates"),
            *body("Second", "Third", "Fourth"),
        ],
        bookmarks=[(1, "The lock", 0)],
    )

    assert headings(document) == [(1, "The lock"), (2, "Of the gates")]


def test_a_bookmark_is_no_heading_where_its_words_only_begin_a_sentence(printed):
    document = printed([*body("First")], bookmarks=[(1, "First The commission", 0)])

    assert document.headings == ()
