"""PDF files set in columns: each is read to its foot before the next, whatever stands beside it."""

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer

from index.readers import read

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=9, leading=11, spaceAfter=4)
SMALL = ParagraphStyle("small", fontName="Helvetica", fontSize=7, leading=8)
CENTRED = ParagraphStyle("centred", parent=BODY, alignment=1, fontName="Times-Bold")
FILLER = "the harbour council met again and the talks went on for the whole of the afternoon. "


def in_frames(path, frames, story):
    """A PDF whose story runs through `frames` (left, foot, width, height) in turn."""
    document = BaseDocTemplate(str(path), pagesize=A4)
    placed = [
        Frame(*frame, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0, id=str(n))
        for n, frame in enumerate(frames)
    ]
    document.addPageTemplates(PageTemplate(frames=placed))
    document.build(list(story))
    return path


def side_by_side(count, foot=60, height=700):
    width = (475 - 14 * (count - 1)) / count
    return [(60 + n * (width + 14), foot, width, height) for n in range(count)]


def in_order(text, marks):
    places = [text.index(mark) for mark in marks]
    return places == sorted(places)


def test_short_notices_in_three_columns_are_read_one_after_another(tmp_path):
    story = []
    for n in range(1, 31):
        story += [
            Paragraph(f"NOTICE {n} OF 2024", CENTRED),
            Paragraph(f"Notice {n} says that {FILLER}", BODY),
            Paragraph(f"Dated this day, clerk {n}", BODY),
        ]

    text = read(in_frames(tmp_path / "a.pdf", side_by_side(3), story)).text

    marks = [m for n in range(1, 31) for m in (f"NOTICE {n} OF", f"Notice {n} says", f"clerk {n}")]
    assert in_order(text, marks)
    assert text.count(FILLER.strip()) == 30


def test_four_columns_are_read_one_after_another(tmp_path):
    story = [Paragraph(f"Entry {n} says that {FILLER}" * 2, BODY) for n in range(1, 41)]

    text = read(in_frames(tmp_path / "a.pdf", side_by_side(4), story)).text

    assert text.count(FILLER.strip()) == 80
    assert in_order(text, [f"Entry {n} " for n in range(1, 41)])


def test_a_list_of_names_in_columns_is_read_one_column_after_another(tmp_path):
    names = [f"Elector number {n}, ferry clerk" for n in range(1, 121)]
    story = [Paragraph(name, BODY) for name in names]

    text = read(in_frames(tmp_path / "a.pdf", side_by_side(3), story)).text

    assert in_order(text, [f"number {n}," for n in range(1, 121)])


def test_columns_below_a_long_text_across_the_page_are_columns(tmp_path):
    frames = [(60, 400, 475, 360), *side_by_side(2, height=320)]
    story = [Paragraph(f"Opening {n}: " + FILLER * 5, BODY) for n in range(1, 10)]
    story += [Paragraph(f"Column part {n}: " + FILLER * 3, BODY) for n in range(1, 10)]

    text = read(in_frames(tmp_path / "a.pdf", frames, story)).text

    assert text.count(FILLER.strip()) == 72
    assert in_order(text, [f"Opening {n}:" for n in range(1, 10)])


def test_text_that_goes_on_below_a_box_is_not_cut_by_it(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica", 8)
    for n in range(8):
        canvas.drawString(400, 700 - 10 * n, f"Box line {n} tells a term of it")
    canvas.setFont("Times-Roman", 10)
    beside = [f"beside the box stands line {n} of a text which runs on" for n in range(8)]
    below = [
        f"and below the box, line {n} of it fills the page from one margin to the other one"
        for n in range(20)
    ]
    for n, line in enumerate(beside + below):
        canvas.drawString(60, 700 - 12 * n, line)
    canvas.save()

    text = read(path).text

    assert " ".join(beside + below) in text
    assert in_order(text, [f"Box line {n}" for n in range(8)])


def test_a_caption_does_not_cut_a_paragraph_in_two(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    above = [f"the sentence stands in line {n} above the picture and it goes on" for n in range(6)]
    below = [f"below that picture without a stop in line {n} until its end" for n in range(6)]
    for n, line in enumerate(above + below):
        canvas.setFont("Times-Roman", 10)
        canvas.drawString(60, 700 - 12 * n - 120 * (n >= 6), line)
    canvas.setFont("Helvetica", 7)
    canvas.drawString(90, 580, "Figure 1. Ships in the harbour")
    canvas.save()

    text = read(path).text

    assert " ".join(above + below) in text
    assert text.endswith("Figure 1. Ships in the harbour")


def test_a_label_that_runs_up_the_page_is_read_as_words(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    lines = [f"line {n} of a text which runs down the whole of this page" for n in range(30)]
    for n, line in enumerate(lines):
        canvas.drawString(80, 760 - 14 * n, line)
    for x, y, angle, label in (
        (60, 400, 90, "Share of households"),
        (560, 700, -90, "Printed by the county"),
    ):
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.drawString(0, 0, label)
        canvas.restoreState()
    canvas.save()

    document = read(path)

    assert " ".join(lines) in document.text
    at = document.text.index("households")
    assert "Share of households" in document.text
    assert "Printed by the county" in document.text
    [place] = document.layout[0].rectangles(at, at + len("households"))
    assert place.right - place.left < 20 < place.bottom - place.top


def test_chart_labels_beside_a_text_do_not_stand_in_its_lines(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Times-Roman", 10)
    lines = [f"line {n} of a text beside a chart that has numbers on it" for n in range(24)]
    for n, line in enumerate(lines):
        canvas.drawString(60, 700 - 12 * n, line)
    canvas.setFont("Helvetica", 7)
    for n in range(6):
        canvas.drawString(340, 690 - 37 * n, f"{10 * n}.5")
        canvas.drawString(360 + 25 * n, 470, str(2015 + n))
    canvas.save()

    assert " ".join(lines) in read(path).text


def test_a_spacer_between_columns_and_a_heading_keeps_their_order(tmp_path):
    frames = [
        (60, 720, 475, 40),
        *side_by_side(2, foot=420, height=290),
        (60, 380, 475, 35),
        *side_by_side(2, height=310),
    ]
    story = []
    for part in ("First", "Second"):
        story += [Paragraph(f"{part} heading", CENTRED), Spacer(1, 30)]
        story += [Paragraph(f"{part} part {n} says that {FILLER}" * 3, BODY) for n in range(1, 9)]

    text = read(in_frames(tmp_path / "a.pdf", frames, story)).text

    marks = [
        f"{part} {word}"
        for part in ("First", "Second")
        for word in ("heading", *(f"part {n} says" for n in range(1, 9)))
    ]
    assert in_order(text, marks)


def boxed(path, *boxes, size=11):
    """A page of boxes of lines, one drawn behind the other: left edge, top, lines."""
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica", size)
    for left, top, lines in boxes:
        for number, line in enumerate(lines):
            canvas.drawString(left, top - 14 * number, line)
    canvas.save()
    return read(path).text


def test_two_boxes_of_a_few_lines_are_read_one_after_the_other(tmp_path):
    text = boxed(
        tmp_path / "a.pdf",
        (72, 780, ["What the year will cost"]),
        (72, 720, ["The pumps are worn and will", "be replaced in the spring"]),
        (330, 715, ["The office needs ten people", "more for the whole summer"]),
        (72, 640, ["Nothing else was decided on that day by anyone of the harbour council at all"]),
    )

    assert in_order(text, ["will", "be replaced", "ten people", "more for", "Nothing else"])


def test_addresses_beside_each_other_are_read_one_after_the_other(tmp_path):
    text = boxed(
        tmp_path / "a.pdf",
        (72, 760, ["Invoice of the harbour"]),
        (72, 700, ["Bill to Ines Rau", "Lock House number 3", "Bideford EX39 2AB"]),
        (320, 700, ["Ship to Tide Gauge Works", "Dock Road number 9", "Appledore EX39 1NX"]),
    )

    assert in_order(text, ["Ines Rau", "Lock House", "Bideford", "Tide Gauge", "Dock", "Appledore"])


def test_a_raised_mark_stays_in_its_line_above_columns(tmp_path):
    words = [
        "the",
        "marsh",
        "holds",
        "the",
        "mud",
        "of",
        "the",
        "river",
        "and",
        "the",
        "waves",
        "lose",
        "their",
        "height",
    ]
    lines = [" ".join(words[n % 5 : n % 5 + 9]) for n in range(12)]
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    pieces = [(240, 11, 0, "Ines Rau"), (285.5, 7, 5, "1"), (289.5, 11, 0, " and Tom Falk")]
    for left, size, rise, piece in [*pieces, (358.5, 7, 5, "2")]:
        canvas.setFont("Helvetica", size)
        canvas.drawString(left, 760 + rise, piece)
    canvas.setFont("Helvetica", 9)
    for left in (60, 305):
        for number, line in enumerate(lines):
            canvas.drawString(left, 720 - 12 * number, line)
    canvas.save()

    assert read(tmp_path / "a.pdf").text.startswith("Ines Rau ¹ and Tom Falk ²\n")
