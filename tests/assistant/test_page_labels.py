"""A page is cited by what is printed on it, and found by its place in the file."""

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant.locators import locator
from assistant.web.rendering.places import Place
from assistant.web.rendering.source_pane import render_pane
from index.readers import read


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book whose preface has Roman numbers; its first chapter begins with page 1."""
    path = tmp_path_factory.mktemp("book") / "book.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    said = ["The keeper Agnes Torp wrote the preface.", "She thanked the pilots of Norvik."]
    said += ["The lock was opened in 1931.", "The lock was closed in 1957."]
    for number, text in enumerate(said):
        style = {0: ("ROMAN_LOWER", 1), 2: ("ARABIC", 1)}.get(number)
        if style:
            canvas.addPageLabel(number, style=style[0], start=style[1])
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return path


def test_what_the_file_calls_a_page_is_its_label(book):
    pages = read(book).pages

    assert [(page.number, page.label) for page in pages] == [
        (1, "i"),
        (2, "ii"),
        (3, "1"),
        (4, "2"),
    ]


def test_a_page_that_is_called_by_its_number_has_no_label(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.addPageLabel(0, style="ARABIC", start=1)
    canvas.drawString(72, 700, "The lock was opened.")
    canvas.save()

    assert [page.label for page in read(tmp_path / "a.pdf").pages] == [None]


def test_a_footnote_names_the_printed_page_first_and_links_the_files_own(assistant, book):
    assistant.add([book])

    answer = assistant.query("When was the lock opened?")

    citation = answer.citations[0]
    assert (citation.page, citation.page_label) == (3, "1")
    assert citation.locator == "p. 1 (3 of 4)"
    assert "p. 1 (3 of 4)" in answer.to_markdown()
    assert "p. 1 (3 of 4)" in answer.to_html()
    passage = assistant.search("Who wrote the preface?", k=1)[0]
    assert passage.locator == "pp. i–2 (1–4 of 4)"
    shown = render_pane(assistant, Place.of(passage).data, own=False)
    assert "Page i (1 of 4)" in shown
    assert passage.page == 1
    text = render_pane(assistant, {**Place.of(passage).data, "view": "text"}, own=False)
    assert "Page 1 (3 of 4)" in text


@pytest.mark.parametrize(
    ("page", "page_end", "label", "count", "shown"),
    [
        (4, 4, "iv", 80, "p. iv (4 of 80)"),
        (4, 6, "iv–vi", 80, "pp. iv–vi (4–6 of 80)"),
        (4, 4, "A-3", None, "p. A-3 (4)"),
        (4, 4, None, 80, "p. 4"),
    ],
)
def test_a_place_is_named_by_the_printed_page_first(page, page_end, label, count, shown):
    assert locator(page, page_end, (), label=label, count=count) == shown


def test_a_label_that_is_no_label_is_none(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.addPageLabel(0, style="ARABIC", prefix="An endless name of a page that nobody prints ")
    canvas.drawString(72, 700, "The lock was opened.")
    canvas.save()

    assert [page.label for page in read(tmp_path / "a.pdf").pages] == [None]
