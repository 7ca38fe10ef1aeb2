"""Tables in PDF files: rows of cells below what names their columns; other text has no cells."""

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from index.readers import read

BODY = getSampleStyleSheet()["BodyText"]
RULED = ("GRID", (0, 0), (-1, -1), 0.5, "black")
STATIONS = [
    [f"Station {chr(65 + n % 26)}{n}", str(1850 + n), str(1 + n % 6), str(100 + 7 * n)]
    for n in range(120)
]
NAMES = ["Station", "Opened", "Platforms", "Passengers (thousand)"]


def printed(path, *story):
    SimpleDocTemplate(str(path), pagesize=A4).build(list(story))
    return path


def table(rows, *style, **options):
    return Table(rows, style=TableStyle(list(style)), **options)


def tables_of(document):
    """Each table's lines, and the line that names its columns."""
    return [
        (document.text[t.start : t.end].split("\n"), document.text[slice(*t.header)])
        for t in document.tables
    ]


@pytest.mark.parametrize("style", [[], [RULED]], ids=["aligned", "ruled"])
def test_a_table_is_read_into_cells_below_the_names_of_its_columns(tmp_path, style):
    rows = [NAMES, *STATIONS[:9]]
    before, after = Paragraph("Some words before it.", BODY), Paragraph("And some after.", BODY)

    document = read(printed(tmp_path / "a.pdf", before, table(rows, *style), after))

    lines = [" | ".join(row) for row in rows]
    assert document.text == "\n\n".join(
        ["Some words before it.", "\n".join(lines), "And some after."]
    )
    assert tables_of(document) == [(lines, lines[0])]


@pytest.mark.parametrize("style", [[], [RULED]], ids=["aligned", "ruled"])
@pytest.mark.parametrize("repeated", [0, 1], ids=["named once", "named on each page"])
def test_a_table_over_pages_is_one_table_below_one_row_of_names(tmp_path, style, repeated):
    rows = [NAMES, *STATIONS]
    story = table(rows, *style, repeatRows=repeated)

    document = read(printed(tmp_path / "a.pdf", story, Paragraph("The end of it.", BODY)))

    lines = [" | ".join(row) for row in rows]
    assert tables_of(document) == [(lines, lines[0])]
    assert len(document.pages) == 4
    at = document.text.index("Station P119")
    assert document.page_at(at) == 4
    assert document.table_at(at).header == document.tables[0].header
    left_out = [(left.words, left.where) for left in document.left_out]
    assert left_out == ([(lines[0], "pp. 2, 3, 4")] if repeated else [])


def test_the_last_row_of_a_table_may_stand_alone_on_its_page(tmp_path):
    story = table([NAMES, *STATIONS[:37]], rowHeights=19)

    document = read(printed(tmp_path / "a.pdf", story))

    assert [page.number for page in document.pages if document.text[page.start : page.end]] == [
        1,
        2,
    ]
    assert len(document.text[document.pages[1].start :].split("\n")) < 3
    [(lines, _)] = tables_of(document)
    assert lines[-1] == " | ".join(STATIONS[36])


@pytest.mark.parametrize("style", [[], [RULED]], ids=["aligned", "ruled"])
def test_names_over_several_columns_name_each_of_them(tmp_path, style):
    rows = [
        ["Town", "In 2023", "", "In 2024", ""],
        ["", "Ships", "Tons", "Ships", "Tons"],
        ["Arlen", "1,205", "10,400", "2,610", "11,700"],
        ["Borth", "3,815", "12,300", "4,020", "13,900"],
        ["Corve", "5,440", "14,200", "6,735", "15,800"],
    ]
    spans = [
        ("SPAN", (1, 0), (2, 0)),
        ("SPAN", (3, 0), (4, 0)),
        ("ALIGN", (1, 0), (-1, -1), "CENTER"),
    ]

    document = read(printed(tmp_path / "a.pdf", table(rows, *style, *spans, colWidths=90)))

    [(lines, names)] = tables_of(document)
    assert names == "Town | In 2023 Ships | In 2023 Tons | In 2024 Ships | In 2024 Tons"
    assert lines[1:] == [" | ".join(row) for row in rows[2:]]


def test_a_cell_over_several_rows_belongs_to_each_of_them_at_its_place(tmp_path):
    rows = [
        ["Region", "Town", "Ships"],
        ["North", "Arlen", "12"],
        ["", "Borth", "30"],
        ["South", "Corve", "41"],
        ["", "Dunmere", "58"],
        ["Total", "", "141"],
    ]
    spans = [("SPAN", (0, 1), (0, 2)), ("SPAN", (0, 3), (0, 4)), ("SPAN", (0, 5), (1, 5))]

    document = read(printed(tmp_path / "a.pdf", table(rows, RULED, *spans)))

    assert document.text.split("\n")[1:] == [
        "North | Arlen | 12",
        "North | Borth | 30",
        "South | Corve | 41",
        "South | Dunmere | 58",
        "Total |  | 141",
    ]
    first, second = document.text.index("North"), document.text.rindex("North")
    [page] = document.layout
    assert page.rectangles(first, first + 5) == page.rectangles(second, second + 5)


def test_a_cell_of_several_lines_is_one_cell(tmp_path):
    duty = "The master walks the quay from one end to the other and writes down what is broken."
    rows = [
        ["Duty", "What is to be done", "Hours"],
        *[[f"Duty {n}", Paragraph(duty, BODY), f"{n}.5"] for n in range(1, 5)],
    ]

    story = table(rows, RULED, ("VALIGN", (0, 0), (-1, -1), "TOP"), colWidths=[70, 200, 50])
    document = read(printed(tmp_path / "a.pdf", story))

    [(lines, _)] = tables_of(document)
    assert lines[1:] == [f"Duty {n} | {duty} | {n}.5" for n in range(1, 5)]


def test_a_cell_of_several_lines_is_one_cell_also_without_drawn_lines(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.setFont("Helvetica", 10)
    for n in range(4):
        for x, text in ((60, f"Duty {n}"), (160, "The master walks the quay"), (360, f"{n}.5")):
            canvas.drawString(x, 700 - 40 * n, text)
        canvas.drawString(160, 688 - 40 * n, "and writes it down.")
    canvas.save()

    assert read(tmp_path / "a.pdf").text.split("\n") == [
        f"Duty {n} | The master walks the quay and writes it down. | {n}.5" for n in range(4)
    ]


def test_a_label_that_goes_on_in_its_second_line_is_one_row(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.setFont("Helvetica", 10)
    lines = [
        ("(Millions)", "2018", "2017"),
        ("Net sales", "$ 7,990", "$ 6,510"),
        ("Net cash provided by or used", "", ""),
        ("in operating activities", "(370)", "—"),
        ("Income", "22.4 %", "19.1 %"),
    ]
    for n, line in enumerate(lines):
        for x, text in zip((60, 300, 400), line, strict=True):
            canvas.drawString(x, 700 - 13 * n, text)
    canvas.save()

    assert read(tmp_path / "a.pdf").text.split("\n") == [
        "(Millions) | 2018 | 2017",
        "Net sales | $ 7,990 | $ 6,510",
        "Net cash provided by or used in operating activities | (370) | —",
        "Income | 22.4 % | 19.1 %",
    ]


def test_figures_set_close_together_stand_in_their_own_cells(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.setFont("Helvetica", 10)
    for n, row in enumerate(
        [
            ("Arlen", "$ 9,793 $", "1,559"),
            ("Borth", "$ 6,590 $", "1,125"),
            ("Corve", "$ 7,244 $", "1,310"),
        ]
    ):
        for x, text in zip((60, 200, 255), row, strict=True):
            canvas.drawString(x, 700 - 13 * n, text)
    canvas.save()

    assert read(tmp_path / "a.pdf").text.split("\n") == [
        "Arlen | $ 9,793 | $ 1,559",
        "Borth | $ 6,590 | $ 1,125",
        "Corve | $ 7,244 | $ 1,310",
    ]


def test_headings_inside_a_table_stand_on_lines_of_their_own(tmp_path):
    rows = [
        ["Item", "2023", "2024"],
        ["Income", "", ""],
        ["Tolls", "1,200", "1,300"],
        ["Rents", "400", "500"],
        ["Costs", "", ""],
        ["Wages", "(700)", "(750)"],
    ]

    document = read(printed(tmp_path / "a.pdf", table(rows, colWidths=100)))

    [(lines, names)] = tables_of(document)
    assert names == "Item | 2023 | 2024"
    assert lines[1:4] == ["Income", "Tolls | 1,200 | 1,300", "Rents | 400 | 500"]


def test_a_turned_table_is_read_as_it_is_seen(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.translate(400, 100)
    canvas.rotate(90)
    story = table([NAMES, *STATIONS[:5]], RULED)
    story.wrapOn(canvas, 500, 300)
    story.drawOn(canvas, 0, 0)
    canvas.save()

    document = read(tmp_path / "a.pdf")

    assert document.text.split("\n") == [" | ".join(row) for row in [NAMES, *STATIONS[:5]]]
    assert len(document.tables) == 1


def test_boxes_with_labels_are_rows_that_nothing_names(tmp_path):
    rows = [["Name:", "Ann Doe", "Date:", "3 May 2024"], ["Ship:", "Ferry", "Tons:", "40"]] * 2

    document = read(printed(tmp_path / "a.pdf", table(rows, RULED)))

    assert document.text.split("\n") == [" | ".join(row) for row in rows]
    assert document.tables == ()


CONTENTS = [
    (f"{n}.", f"Chapter about the {what}", str(3 + 9 * n))
    for n, what in enumerate(["harbour", "ferry", "quay", "tolls", "pilots"], 1)
]
ADDRESSES = [
    ("Anna Doe of the ferry", "came from Arlen"),
    ("Bob Roe of the quay", "came from Borth"),
    ("Cyr Poe of the tolls", "came from Corve"),
    ("Dee Loe the pilot", "came from Eske"),
]
WIDE = [
    ("The master walks the quay", "and writes down in the book what is", "broken or lost there"),
    (
        "on the day, and then he reads",
        "it out to all who stand there on the",
        "quay and wait for it",
    ),
    (
        "until the ferry has come in at",
        "last, late as it may be on that day in",
        "the winter months.",
    ),
]


@pytest.mark.parametrize("rows", [CONTENTS, ADDRESSES, WIDE], ids=["contents", "pairs", "prose"])
def test_what_is_no_table_has_no_cells(tmp_path, rows):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.setFont("Helvetica", 10)
    places = (60, 90, 480) if rows is CONTENTS else (60, 220, 420)
    for n, row in enumerate(rows):
        for x, text in zip(places, row, strict=False):
            canvas.drawString(x, 700 - 12 * n, text)
    canvas.save()

    document = read(tmp_path / "a.pdf")

    assert "|" not in document.text
    assert document.tables == ()


def test_the_lines_of_a_chart_make_no_table_of_its_labels(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.drawString(60, 760, "The chart below shows how many ships came.")
    for n in range(6):
        canvas.line(100, 400 + 40 * n, 400, 400 + 40 * n)
        canvas.drawString(70, 397 + 40 * n, str(20 * n))
        canvas.line(100 + 60 * n, 400, 100 + 60 * n, 600)
        canvas.drawString(90 + 60 * n, 380, str(2015 + n))
    canvas.save()

    document = read(tmp_path / "a.pdf")

    assert document.tables == ()
    assert "The chart below shows how many ships came." in document.text


def test_a_box_around_paragraphs_is_no_table(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.rect(50, 600, 480, 140)
    canvas.line(290, 600, 290, 740)
    canvas.line(50, 670, 530, 670)
    for n in range(5):
        canvas.drawString(60, 725 - 12 * n, f"line {n} of the left paragraph there")
        canvas.drawString(300, 725 - 12 * n, f"line {n} of the right paragraph there")
    canvas.save()

    text = read(tmp_path / "a.pdf").text

    assert " ".join(f"line {n} of the left paragraph there" for n in range(5)) in text


def test_a_page_of_countless_lines_is_read_without_them(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for n in range(4_000):
        canvas.line(50 + n % 90, 100 + n // 90, 60 + n % 90, 100 + n // 90)
    canvas.drawString(60, 760, "A map of the harbour.")
    canvas.save()

    assert read(tmp_path / "a.pdf").text == "A map of the harbour."


def set_at(path, rows, *, lefts, leading=16, bold=0, size=10):
    """A page with words at fixed places: no lines, only columns."""
    canvas = Canvas(str(path), pagesize=A4)
    for number, row in enumerate(rows):
        canvas.setFont("Helvetica-Bold" if number < bold else "Helvetica", size)
        for left, cell in zip(lefts, row, strict=True):
            canvas.drawString(left, 740 - leading * number, cell)
    canvas.save()
    return read(path)


KEEPERS = [
    ("System", "Owner", "Deputy", "Escalation"),
    ("Mail relay", "Ines Rau", "Tom Falk", "Night desk"),
    ("Tide gauge", "Karl Ohm", "Ines Rau", "Duty pilot"),
    ("Lock gates", "Tom Falk", "Eva Brandt", "Harbour master"),
    ("Radar", "Eva Brandt", "Karl Ohm", "Night desk"),
]


def test_a_table_of_nothing_but_words_has_cells_below_the_words_that_no_row_repeats(tmp_path):
    document = set_at(tmp_path / "a.pdf", KEEPERS, lefts=(72, 190, 300, 420))

    lines = [" | ".join(row) for row in KEEPERS]
    assert tables_of(document) == [(lines, lines[0])]


def test_columns_of_words_that_the_file_has_one_behind_the_other_are_no_rows(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for left, column in zip((72, 190, 300, 420), zip(*KEEPERS, strict=True), strict=True):
        for number, cell in enumerate(column):
            canvas.drawString(left, 740 - 16 * number, cell)
    canvas.save()

    assert "|" not in read(tmp_path / "a.pdf").text


def test_rows_are_told_by_the_wider_distance_where_all_of_their_cells_go_on(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    risks = [
        ("Flooding of the/Lower Store", "Sandbags are kept/at both gates", "Karl Ohm"),
        ("Loss of power", "Generator is tested/Every first Monday", "Tom Falk"),
        ("Fire in the/Paint Shed", "Extinguishers and/a second exit", "Eva Brandt"),
    ]
    top = 740
    for number, row in enumerate([("Risk", "Measure", "Owner"), *risks]):
        canvas.setFont("Helvetica" if number else "Helvetica-Bold", 10)
        for left, cell in zip((72, 220, 400), row, strict=True):
            for nth, line in enumerate(cell.split("/")):
                canvas.drawString(left, top - 12 * nth, line)
        top -= 12 * max(cell.count("/") + 1 for cell in row) + 8
    canvas.save()

    [(lines, names)] = tables_of(read(tmp_path / "a.pdf"))
    assert names == "Risk | Measure | Owner"
    assert lines[1:] == [" | ".join(cell.replace("/", " ") for cell in row) for row in risks]


def test_groups_of_whole_rows_with_white_between_them_stay_rows(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    rows = KEEPERS[1:] * 3
    for number, row in enumerate(rows):
        for left, cell in zip((72, 190, 300, 420), row, strict=True):
            canvas.drawString(left, 740 - 13 * number - 8 * (number // 4), cell)
    canvas.save()

    assert read(tmp_path / "a.pdf").text.split("\n") == [" | ".join(row) for row in rows]


def test_a_short_cell_half_way_beside_two_lines_is_in_their_row(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.setFont("Helvetica-Bold", 10)
    for left, name in ((72, "Name"), (170, "Duty"), (420, "Room")):
        canvas.drawString(left, 740, name)
    canvas.setFont("Helvetica", 10)
    people = [("Ines Rau", "Annex"), ("Tom", "Lock"), ("Eva", "Mast")]
    for number, (name, room) in enumerate(people):
        top = 718 - 28 * number
        canvas.drawString(170, top, "Head of pumps and all")
        canvas.drawString(170, top - 12, f"that leaks on floor {number}")
        canvas.drawString(72, top - 6, name)
        canvas.drawString(420, top - 6, room)
    canvas.save()

    [(lines, _)] = tables_of(read(tmp_path / "a.pdf"))
    duty = "Head of pumps and all that leaks on floor {}"
    assert lines[1:] == [
        f"{name} | {duty.format(n)} | {room}" for n, (name, room) in enumerate(people)
    ]


def test_what_stands_above_a_table_is_no_part_of_the_names_of_its_columns(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for nth, (left, right) in enumerate(
        (
            ("Brandt Marine", "Due: 31 August"),
            ("14 Quay Street", "Customer: K-55"),
            ("Falmouth", ""),
        )
    ):
        canvas.drawString(72, 760 - 14 * nth, left)
        canvas.drawString(400, 760 - 14 * nth, right)
    rows = [("Pos", "Description", "Qty", "Amount"), ("1", "Mooring rope", "4", "74.00")]
    rows += [("2", "Fender, large", "2", "64.00"), ("3", "Delivery", "1", "12.00")]
    for number, row in enumerate(rows):
        for left, cell in zip((72, 102, 330, 460), row, strict=True):
            canvas.drawString(left, 700 - 15 * number, cell)
    canvas.save()

    [(lines, names)] = tables_of(read(tmp_path / "a.pdf"))
    assert names == "Pos | Description | Qty | Amount"
    assert lines[1] == "1 | Mooring rope | 4 | 74.00"


def test_a_timetable_has_cells_below_the_names_of_its_columns(tmp_path):
    rows = [("Stop", "Ferry 1", "Ferry 3", "Ferry 5"), ("Bideford", "06:10", "08:10", "10:10")]
    rows += [("Instow", "06:25", "08:25", "—"), ("Appledore", "06:40", "08:40", "10:40")]

    document = set_at(tmp_path / "a.pdf", rows, lefts=(72, 200, 270, 340), bold=1)

    lines = [" | ".join(row) for row in rows]
    assert tables_of(document) == [(lines, lines[0])]


def test_years_from_and_to_are_no_three_cells(tmp_path):
    rows = [("2019 – 2024", "Head of pumps"), ("2015 – 2019", "Engineer of gauges")]
    rows += [("2010 – 2015", "Studies of mud"), ("2008 – 2010", "School of Delft")]

    document = set_at(tmp_path / "a.pdf", rows, lefts=(72, 180))

    assert document.text.split("\n") == [" ".join(row) for row in rows]
