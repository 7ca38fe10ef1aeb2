"""PDF files: what was filled into forms, and comments with their author, is read with its page."""

import pypdfium2
import pytest
from pypdfium2 import raw
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from index.document import LeftOut
from index.readers import read


def wide(text):
    """UTF-16 as pdfium takes it."""
    return (raw.FPDF_WCHAR * (len(text) + 1))(*map(ord, text), 0)


def commented(path, *notes):
    """The PDF with annotations: page, kind, author, contents, flags."""
    with pypdfium2.PdfDocument(path) as file:
        for index, kind, author, contents, flags in notes:
            page = file[index]
            note = raw.FPDFPage_CreateAnnot(page.raw, kind)
            raw.FPDFAnnot_SetRect(note, raw.FS_RECTF(300, 720, 320, 700))
            raw.FPDFAnnot_SetStringValue(note, b"Contents", wide(contents))
            raw.FPDFAnnot_SetStringValue(note, b"T", wide(author))
            raw.FPDFAnnot_SetFlags(note, flags)
            raw.FPDFPage_CloseAnnot(note)
        made = path.with_name("commented.pdf")
        file.save(made)
    return made


@pytest.fixture
def form(tmp_path):
    """A page whose fields are drawn by a function of the canvas."""

    def make(*draw, pages=1):
        path = tmp_path / "form.pdf"
        canvas = Canvas(str(path), pagesize=A4)
        for _ in range(pages):
            canvas.setFont("Helvetica", 11)
            canvas.drawString(72, 780, "The lease is made between the town and its tenant.")
            for one in draw:
                one(canvas)
            canvas.showPage()
        canvas.save()
        return path

    return make


def field(name, value, x=200, y=690, **more):
    return lambda canvas: canvas.acroForm.textfield(
        name=name, value=value, x=x, y=y, width=200, height=20, **more
    )


def label(text, x=72, y=696):
    return lambda canvas: canvas.drawString(x, y, text)


def test_a_field_is_told_by_the_label_of_its_form(form):
    document = read(form(field("f1", "Ada Brun", tooltip="Name of the tenant")))

    assert "Name of the tenant: Ada Brun" in document.text.splitlines()


@pytest.mark.parametrize(
    ("text", "x", "y", "told"),
    [
        ("Monthly rent:", 72, 696, "Monthly rent: 610 euros"),
        ("Monthly rent ......", 90, 696, "Monthly rent: 610 euros"),
        ("Monthly rent", 200, 714, "Monthly rent: 610 euros"),
        ("Far away", 72, 400, "rent: 610 euros"),
    ],
)
def test_a_field_without_a_label_has_the_words_printed_beside_it(form, text, x, y, told):
    document = read(form(label(text, x, y), field("lease.rent", "610 euros")))

    assert told in document.text.splitlines()


def test_ticks_and_choices_are_values(form):
    def boxes(canvas):
        canvas.drawString(100, 620, "Pets allowed")
        canvas.acroForm.checkbox(name="c1", checked=True, x=72, y=615, size=16)
        canvas.drawString(300, 620, "Furnished")
        canvas.acroForm.checkbox(name="c2", checked=False, x=272, y=615, size=16)
        for x, value in ((72, "one year"), (150, "two years")):
            canvas.acroForm.radio(
                name="r", tooltip="Term", value=value, selected=value == "two years", x=x, y=560
            )
        canvas.acroForm.choice(
            name="t", tooltip="Town", value="Norvik", options=["Norvik", "Halden"], x=72, y=520
        )

    lines = read(form(boxes)).text.splitlines()

    assert {"Pets allowed: yes", "Furnished: no", "Term: two years", "Town: Norvik"} <= {*lines}
    assert not any("one year" in line or "Halden" in line for line in lines)


def test_an_empty_field_and_a_value_that_is_printed_are_not_told_twice(form):
    document = read(
        form(
            field("f1", "", tooltip="Name"),
            field("f2", "Ada Brun", y=600, tooltip="Tenant"),
            label("Ada Brun", 204, 606),
        )
    )

    assert "Name" not in document.text
    assert document.text.count("Ada Brun") == 1


def test_a_field_that_is_on_every_page_is_told_once(form):
    document = read(form(field("f1", "Ada Brun", tooltip="Tenant"), pages=3))

    assert document.text.count("Tenant: Ada Brun") == 1


def test_a_value_is_where_it_stands_on_its_page(form):
    document = read(form(field("f1", "Ada Brun", tooltip="Tenant")))

    start = document.text.index("Ada Brun")
    [box] = document.layout[0].rectangles(start, start + 8)
    assert (round(box.left), round(box.right)) == (200, 400)
    assert 841 - 690 - 20 - 2 < box.top < box.bottom < 841 - 690 + 2


def test_comments_are_read_on_their_page_with_their_author(form):
    made = commented(
        form(pages=2),
        (1, raw.FPDF_ANNOT_TEXT, "Carl Dyhr", "The rent is too high.", 0),
        (0, raw.FPDF_ANNOT_HIGHLIGHT, "Eva Fisk", "who agreed to this?", 0),
        (0, raw.FPDF_ANNOT_FREETEXT, "", "Not yet signed.", 0),
    )

    document = read(made)

    first, second = (document.text[page.start : page.end] for page in document.pages)
    assert "Comment by Carl Dyhr: The rent is too high." in second
    assert "Comment by Eva Fisk: who agreed to this?" in first.splitlines()
    assert "Comment: Not yet signed." in first.splitlines()


def test_what_cannot_be_seen_is_left_out_and_told(form):
    hidden = raw.FPDF_ANNOT_FLAG_HIDDEN
    made = commented(form(), (0, raw.FPDF_ANNOT_TEXT, "Carl Dyhr", "An old remark.", hidden))

    document = read(made)

    assert "old remark" not in document.text
    assert document.left_out == (
        LeftOut("Comment by Carl Dyhr: An old remark.", "hidden comment", "p. 1"),
    )


def test_a_password_in_a_form_is_not_read(form):
    document = read(form(field("f1", "opensesame", tooltip="Password", fieldFlags="password")))

    assert "opensesame" not in document.text


def test_links_are_no_comments(form):
    path = form(lambda canvas: canvas.linkURL("https://example.org", (72, 700, 200, 720)))

    assert "Comment" not in read(path).text


def test_a_form_without_print_is_read(tmp_path):
    path = tmp_path / "form.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    field("f1", "Ada Brun", tooltip="Tenant")(canvas)
    canvas.showPage()
    canvas.save()

    assert read(path).text == "Tenant: Ada Brun"
