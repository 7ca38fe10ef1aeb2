"""PowerPoint: slide by slide, the title first, with tables, charts and notes."""

import copy
import io

import pytest
from outcomes import assert_read_or_one_line
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.util import Inches

from assistant.locators import locator
from index.readers.reading import read_bytes


@pytest.fixture
def talk():
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Results"
    frame = slide.placeholders[1].text_frame
    frame.text = "First"
    second = frame.add_paragraph()
    second.text, second.level = "Second", 1
    slide.notes_slide.notes_text_frame.text = "Say hello."
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Sales"
    table = slide.shapes.add_table(2, 2, 0, 0, Inches(3), Inches(2)).table
    for at, text in enumerate(["Region", "Sum", "North", "4"]):
        table.cell(at // 2, at % 2).text = text
    slide.shapes.add_group_shape().shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Grouped"
    data = CategoryChartData()
    data.categories = ["Q1", "Q2"]
    data.add_series("Boats", (1.5, 2.5))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), data)
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def test_slides_read_in_order_with_all_they_hold(talk):
    document = read_bytes(talk, "talk.pptx")

    assert document.text.startswith(
        "Results\n\n• First\n  • Second\n\nNotes\n\nSay hello.\n\nSales"
    )
    assert "Region | Sum\nNorth | 4\n\nGrouped" in document.text
    assert document.text.endswith("Category | Boats\nQ1 | 1.5\nQ2 | 2.5")
    assert (document.title, document.author, document.date) == ("Results", None, None)
    north = document.text.index("North")
    assert locator(None, None, (), document.parts_at(north, north + 5)) == "slide 2"


def test_a_truncated_presentation_is_refused_in_one_line(tmp_path, talk):
    for cut in range(1, len(talk), len(talk) // 40):
        (tmp_path / "a.pptx").write_bytes(talk[:cut])
        assert_read_or_one_line(tmp_path / "a.pptx")


NAMES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
BOX = """<p:sp><p:nvSpPr><p:cNvPr id="{id}" name="Box" descr="{alt}"/>
<p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>{paragraphs}</p:txBody></p:sp>"""


def boxes(*paragraphs, alt="", around="{}"):
    """The document of a slide that holds a text box with these paragraphs (DrawingML)."""
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    box = BOX.format(id=90, alt=alt, paragraphs="".join(f"<a:p>{one}</a:p>" for one in paragraphs))
    for shape in parse_xml(f"<p:spTree {NAMES}>{around.format(box)}</p:spTree>"):
        slide.shapes._spTree.append(shape)
    buffer = io.BytesIO()
    deck.save(buffer)
    return read_bytes(buffer.getvalue(), "talk.pptx")


def run(text, marks=""):
    return f"<a:r><a:rPr {marks}/><a:t>{text}</a:t></a:r>"


def test_raised_figures_stay_apart_and_struck_words_are_told():
    raised, struck = run("2", 'baseline="30000"'), run("two", 'strike="sngStrike"')
    document = boxes(run("In 2025") + raised + run(" the toll is ") + struck + run(" three."))

    assert document.text == "In 2025 ² the toll is three."
    assert [(one.words, one.why) for one in document.left_out] == [("two", "struck through")]


def test_words_for_pictures_and_numbers_of_lists_are_read():
    number = '<a:pPr><a:buAutoNum type="alphaLcParenR" startAt="2"/></a:pPr>'
    document = boxes(run("Rules"), number + run("pay"), number + run("wash"), alt="The pier")

    assert document.text == "Rules\n\nb) pay\nc) wash\n\nThe pier"


def test_a_formula_is_read_where_older_programs_show_a_picture():
    squared = (
        "<m:sSup><m:e><m:r><m:t>c</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    )
    formula = f"<a14:m><m:oMath><m:r><m:t>E=m</m:t></m:r>{squared}</m:oMath></a14:m>"
    around = (
        '<mc:AlternateContent><mc:Choice Requires="a14">{}</mc:Choice><mc:Fallback>'
        + BOX.format(id=91, alt="", paragraphs="<a:p><a:r><a:t>picture</a:t></a:r></a:p>")
        + "</mc:Fallback></mc:AlternateContent>"
    )

    assert boxes(run("So ") + formula, around=around).text == "So E=mc²"


def test_a_footer_is_told_and_not_repeated():
    deck = Presentation()
    for text in ("One", "Two"):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
        for shape in slide.slide_layout.placeholders:
            if shape.placeholder_format.type in (15, 13):  # a footer, a slide's number
                slide.shapes._spTree.append(copy.deepcopy(shape._element))
        for shape in slide.placeholders:
            if shape.placeholder_format.type == 15:
                shape.text_frame.text = "Harbour Office"
    buffer = io.BytesIO()
    deck.save(buffer)
    document = read_bytes(buffer.getvalue(), "talk.pptx")

    assert document.text == "One\n\nTwo"
    assert [(one.words, one.why) for one in document.left_out] == [("Harbour Office", "footer")]
