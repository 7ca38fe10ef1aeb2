"""PDF files: raised and lowered figures are told from the figures and words beside them."""

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from index.readers import read

BODY = getSampleStyleSheet()["BodyText"]


def typeset(path, *paragraphs):
    SimpleDocTemplate(str(path), pagesize=A4).build([Paragraph(text, BODY) for text in paragraphs])
    return read(path)


@pytest.mark.parametrize(
    ("set_as", "expected"),
    [
        (
            "The grants rose to 2.3 million in 2025<super>12</super> and fell.",
            "in 2025 ¹² and fell",
        ),
        ("The area is 40 m<super>2</super> in all.", "is 40 m² in all"),
        ("They live 31 to a km<super>2</super> there.", "to a km² there"),
        ("It held 5 ft<super>3</super> of air.", "held 5 ft³ of air"),
        ("About 10<super>6</super> cells were counted.", "About 10⁶ cells"),
        ("A rate of 10<super>-3</super> was found.", "rate of 10⁻³ was"),
        ("The CO<sub>2</sub> of the air and H<sub>2</sub>O.", "The CO₂ of the air and H₂O."),
        ("It was paid by the trust<super>3</super> in May.", "the trust ³ in May"),
        ("It left the EU<super>4</super> in May.", "the EU ⁴ in May"),
        ("It fell in spring.<super>7</super> It rose again.", "in spring.⁷ It rose"),
        ("The 1<super>st</super> and the 22<super>nd</super> of May.", "The 1st and the 22nd of"),
        ("Paid 1,250<super>1,2</super> crowns.", "Paid 1,250 ¹,² crowns"),
        ("It was 14<font size=7>2</font> then.", "It was 142 then"),
    ],
)
def test_raised_and_lowered_figures_are_told_from_figures(tmp_path, set_as, expected):
    document = typeset(tmp_path / "a.pdf", set_as, "Nothing else was said of it on that day.")

    assert expected in document.text


def test_a_notes_own_mark_is_the_one_in_the_text(tmp_path):
    note = "<super>12</super>Without the grant to the theatre, 1.9 million crowns."

    document = typeset(tmp_path / "a.pdf", "It rose in 2025<super>12</super> again.", note)

    assert "2025 ¹² again" in document.text
    assert "¹² Without the grant" in document.text


def test_marks_that_are_set_by_themselves_are_raised_too(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    pieces = [(72, 700, 11, "It rose in 2025"), (72, 680, 11, "Nothing was said of it.")]
    pieces += [(142, 704, 6.5, "12"), (153, 700, 11, "and fell again in the spring.")]
    pieces += [(72, 60, 11, "It rose to 40 m"), (72, 40, 11, "Printed."), (None, 64, 6.5, "2")]
    for x, y, size, text in pieces:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x or 72 + canvas.stringWidth("It rose to 40 m", "Helvetica", 11), y, text)
    canvas.save()

    text = read(path).text
    assert "It rose in 2025 ¹² and fell again in the spring." in text
    assert "It rose to 40 m²" in text


def test_a_raised_mark_is_where_it_is_printed(tmp_path):
    document = typeset(tmp_path / "a.pdf", "It rose in 2025<super>12</super> and fell again.")

    start = document.text.index("¹²")
    [mark] = document.layout[0].rectangles(start, start + 2)
    [figure] = document.layout[0].rectangles(start - 5, start - 1)
    assert figure.right <= mark.left + 1 < mark.right
    assert mark.bottom < figure.bottom
