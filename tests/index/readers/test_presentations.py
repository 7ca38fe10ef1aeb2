"""PowerPoint: slide by slide, the title first, with tables, charts and notes."""

import io

import pytest
from outcomes import assert_read_or_one_line
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from assistant.answer import locator
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
