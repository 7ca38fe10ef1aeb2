"""PDF files: what is printed, whole paragraphs and whole rows, each on its page."""

import pytest
from reportlab.lib import pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    PageTemplate,
    Paragraph,
    Table,
)

from index.errors import DocumentError, EmptyDocument, EncryptedDocument
from index.readers import read

STYLES = getSampleStyleSheet()
BODY = STYLES["BodyText"]
WIDTH, HEIGHT = A4
FILLER = "The ministers met again and the talks went on for the whole of the long afternoon. "


def printed(path, story, *, two_columns=False, decorate=None, **properties):
    """A PDF set by reportlab's own typesetter; `decorate(canvas, page)` draws on each page."""
    frames = (
        [Frame(60, 60, 225, 700, id="left"), Frame(310, 60, 225, 700, id="right")]
        if two_columns
        else [Frame(60, 60, 475, 700)]
    )
    document = BaseDocTemplate(str(path), pagesize=A4, **properties)
    drawn = (lambda c, d: decorate(c, d.page)) if decorate else (lambda _canvas, _document: None)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=drawn))
    document.build(list(story))
    return path


def drawn(path, *pages, **options):
    """A PDF of lines (x, y, text), each with 'Helvetica' at 10 points, a list for each page."""
    canvas = Canvas(str(path), pagesize=A4, **options)
    for lines in pages:
        canvas.setFont("Helvetica", 10)
        for x, y, text in lines:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return path


def column(lines, x=60, top=700):
    return [(x, top - 12 * number, line) for number, line in enumerate(lines)]


def texts(document):
    return [document.text[page.start : page.end] for page in document.pages]


def test_pages_that_differ_in_their_numbers_only_are_kept(tmp_path):
    pages = [
        column(
            [f"Certificate {n}", f"Lantern {n} was tested on {n} May 2026.", "It passed all " * 8]
        )
        for n in range(1, 7)
    ]
    document = read(drawn(tmp_path / "certificates.pdf", *pages))
    assert "Lantern 4 was tested on 4 May 2026." in document.text
    assert all(text.strip() for text in texts(document))


def test_lines_of_a_paragraph_are_one_line_and_paragraphs_are_parted(tmp_path):
    story = [Paragraph(f"Paragraph {n} begins. " + FILLER * 5, BODY) for n in (1, 2, 3)]

    document = read(printed(tmp_path / "a.pdf", story))

    assert document.text == "\n\n".join(
        f"Paragraph {n} begins. {(FILLER * 5).strip()}" for n in (1, 2, 3)
    )


def test_every_page_is_a_span_of_the_text_with_its_number(tmp_path):
    numbers = ["one", "two", "three"]
    pages = [column([f"This is page {n}.", f"It says {n}."]) for n in numbers]

    document = read(drawn(tmp_path / "a.pdf", *pages))

    assert [page.number for page in document.pages] == [1, 2, 3]
    assert texts(document) == [f"This is page {n}. It says {n}." for n in numbers]
    assert document.page_at(document.text.index("two")) == 2


def test_a_page_without_text_keeps_its_number(tmp_path):
    document = read(drawn(tmp_path / "a.pdf", column(["First."]), [], column(["Third."])))

    assert texts(document) == ["First.", "", "Third."]
    assert document.page_at(document.text.index("Third")) == 3


def test_a_sentence_that_crosses_a_page_is_one_sentence(tmp_path):
    wide = "The ministers agreed, after a long night of talks in the old town hall, to"
    first = column([wide.replace("agreed", "met"), wide])
    second = column(["meet again in June.", "Nothing else was said."])

    document = read(drawn(tmp_path / "a.pdf", first, second))

    assert "in the old town hall, to meet again in June." in document.text
    start = document.text.index("town hall, to meet")
    assert document.page_at(start) == 1
    assert document.page_at(document.text.index("meet again")) == 2


def test_a_word_broken_at_a_lines_end_is_whole_again(tmp_path):
    lines = ["The ministers exchanged much infor-", "mation about the well-known long-"]
    lines += ["term plan; the long-term plan is kept."]

    document = read(drawn(tmp_path / "a.pdf", column(lines)))

    assert document.text == (
        "The ministers exchanged much information about the well-known long-term plan; "
        "the long-term plan is kept."
    )


def test_ligatures_are_read_as_their_letters(tmp_path):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    path = tmp_path / "a.pdf"
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    canvas = Canvas(str(path))
    canvas.setFont("Vera", 12)
    canvas.drawString(60, 700, "The \ufb01nal of\ufb01ce \ufb02oor.")
    canvas.save()

    assert read(path).text == "The final office floor."


def test_two_columns_are_read_one_after_the_other(tmp_path):
    story = [Paragraph(f"Paragraph {n} begins. " + FILLER * 6, BODY) for n in range(1, 8)]

    document = read(printed(tmp_path / "a.pdf", story, two_columns=True))

    assert [document.text.index(f"Paragraph {n} ") for n in range(1, 8)] == sorted(
        document.text.index(f"Paragraph {n} ") for n in range(1, 8)
    )
    assert document.text.count(FILLER.strip()) == 42


def test_columns_printed_line_by_line_across_the_page_are_still_columns(tmp_path):
    left = [f"left column line number {n} of the text here" for n in "abcdefgh"]
    right = [f"right column line number {n} of the text too" for n in "abcdefgh"]
    title = [(60, 730, "A title that runs across both columns of this page, from end to end")]
    rows = [line for pair in zip(column(left), column(right, x=310), strict=True) for line in pair]

    text = read(drawn(tmp_path / "a.pdf", title + rows)).text

    assert text.index("A title") < text.index("left column line number h")
    assert text.index("left column line number h") < text.index("right column line number a")


def test_a_tables_row_keeps_label_and_figures_on_one_line(tmp_path):
    rows = [
        ["", "2018", "2017"],
        ["Net cash provided by operating activities", "6,439", "6,240"],
        ["Purchases of property, plant and equipment", "(1,577)", "(1,373)"],
        ["Dividends paid to shareholders", "(3,193)", "(2,803)"],
        ["Net increase (decrease) in cash", "$ (200)", "$ 655"],
    ]

    document = read(printed(tmp_path / "a.pdf", [Table(rows, colWidths=[300, 80, 80])]))

    assert document.text.splitlines()[1:] == [" | ".join(row) for row in rows[1:]]


def test_rows_set_wide_apart_are_one_table(tmp_path):
    rows = [("Net product sales", "79,268"), ("Net service sales", "27,738"), ("Total", "107,006")]
    lines = [
        (x, 700 - 22 * number, text)
        for number, row in enumerate(rows)
        for x, text in zip((60, 400), row, strict=True)
    ]

    text = read(drawn(tmp_path / "a.pdf", lines)).text

    assert text == "Net product sales 79,268\nNet service sales 27,738\nTotal 107,006"


def test_an_item_of_a_list_goes_on_over_its_lines(tmp_path):
    item = [(60, 700, "•"), (80, 700, "Earnings were in line with the outlook that was given in")]
    item += [(80, 688, "May. They rose."), (60, 676, "•"), (80, 676, "Sales did not.")]

    text = read(drawn(tmp_path / "a.pdf", item)).text

    assert text == (
        "• Earnings were in line with the outlook that was given in May. They rose.\n"
        "• Sales did not."
    )


def test_running_heads_feet_and_page_numbers_are_left_out(tmp_path):
    def decorate(canvas, page):
        canvas.drawString(60, 800, "Annual Report of the Example Company")
        canvas.drawCentredString(300, 30, str(page + 1))

    story = [Paragraph(f"Paragraph {n} begins. " + FILLER * 12, BODY) for n in range(20)]

    document = read(printed(tmp_path / "a.pdf", story, decorate=decorate))

    assert len(document.pages) > 3
    assert document.text.count("Annual Report of the Example Company") == 1
    assert [left.why for left in document.left_out] == ["running title", "page number"]
    assert not any(line.strip().isdecimal() for line in document.text.splitlines())
    assert document.text.count("begins.") == 20


def test_a_figure_at_the_foot_that_is_no_page_number_stays(tmp_path):
    pages = [column(["The sum of the year in figures was", figure]) for figure in "739"]

    assert [text[-1] for text in texts(read(drawn(tmp_path / "a.pdf", *pages)))] == ["7", "3", "9"]


def test_large_and_bold_lines_are_headings_with_their_level(tmp_path):
    story = [Paragraph("The year", STYLES["Heading1"]), Paragraph(FILLER * 8, BODY)]
    story += [Paragraph("Sales by region", STYLES["Heading2"]), Paragraph(FILLER * 8, BODY)]
    bold = ParagraphStyle("bold", BODY, fontName="Helvetica-Bold")
    story += [Paragraph("Europe", bold), Paragraph(FILLER * 8, BODY)]

    document = read(printed(tmp_path / "a.pdf", story))

    assert [(h.level, document.text[h.start : h.end]) for h in document.headings] == [
        (1, "The year"),
        (2, "Sales by region"),
        (3, "Europe"),
    ]
    assert document.title == "The year"


def test_a_document_all_in_large_type_has_no_headings(tmp_path):
    story = [Paragraph("Short. " + FILLER, STYLES["Heading1"]) for _ in range(4)]
    story += [Paragraph(FILLER * 8, BODY)]

    assert read(printed(tmp_path / "a.pdf", story)).headings == ()


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_seen(tmp_path, rotation):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setPageRotation(rotation)
    # reportlab swaps the sides of a page that is turned by a right angle.
    canvas.translate(*{90: (HEIGHT, 0), 180: (WIDTH, HEIGHT), 270: (0, WIDTH)}[rotation])
    canvas.rotate(rotation)
    for number, line in enumerate(["Net sales 5,363 4,869", "Net income 222 111", "The end."]):
        canvas.drawString(60, 400 - 14 * number, line)
    canvas.save()

    text = read(path).text

    assert "Net sales 5,363 4,869" in text
    assert text.index("Net sales") < text.index("Net income 222 111") < text.index("The end.")


@pytest.mark.parametrize(
    ("title", "author", "expected"),
    [
        ("Results of the year", "Jane Roe", ("Results of the year", "Jane Roe")),
        ("Microsoft Word - final_v2.doc", "Administrator", ("Minutes", None)),
        ("untitled", "anonymous", ("Minutes", None)),
        ("report_2023.indd", "jroe2", ("Minutes", None)),
        ("", "", ("Minutes", None)),
    ],
)
def test_only_sensible_properties_are_statements(tmp_path, title, author, expected):
    path = tmp_path / "minutes.pdf"
    canvas = Canvas(str(path))
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.drawString(60, 700, "They met for ten minutes and left.")
    canvas.save()

    document = read(path)

    assert (document.title, document.author) == expected
    assert document.date is None


def test_a_pdf_under_a_password_asks_for_a_copy_without(tmp_path):
    locked = pdfencrypt.StandardEncryption("secret", canPrint=1)
    path = drawn(tmp_path / "a.pdf", column(["Hidden."]), encrypt=locked)

    with pytest.raises(EncryptedDocument, match="password"):
        read(path)


def test_a_pdf_that_only_restricts_printing_is_read(tmp_path):
    open_to_all = pdfencrypt.StandardEncryption("", ownerPassword="owner", canPrint=0)
    path = drawn(tmp_path / "a.pdf", column(["Open."]), encrypt=open_to_all)

    assert read(path).text == "Open."


def test_a_pdf_of_pictures_is_said_to_look_scanned(tmp_path):
    path = tmp_path / "scan.pdf"
    canvas = Canvas(str(path))
    canvas.rect(60, 60, 200, 200, fill=1)
    canvas.showPage()
    canvas.save()

    with pytest.raises(EmptyDocument, match="only pictures"):
        read(path)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.995])
def test_a_truncated_pdf_is_refused_rather_than_half_read(tmp_path, share):
    path = printed(tmp_path / "a.pdf", [Paragraph(FILLER * 90, BODY)] * 3)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])

    with pytest.raises(DocumentError, match="damaged or cut off") as caught:
        read(path)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF\n",
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 1 0 R>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    ],
)
def test_a_broken_pdf_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "a.pdf"
    path.write_bytes(content)

    with pytest.raises(DocumentError) as caught:
        read(path)

    assert "\n" not in str(caught.value)


def test_a_pdf_named_txt_is_read_as_a_pdf(tmp_path):
    path = drawn(tmp_path / "note.txt", column(["Printed."]))

    assert read(path).media_type == "application/pdf"


def test_bytes_before_and_after_a_pdf_do_not_hide_it(tmp_path):
    path = drawn(tmp_path / "a.pdf", column(["Printed."]))
    path.write_bytes(b"\r\n\r\n" + path.read_bytes() + b"\0" * 5000)

    assert read(path).text == "Printed."


def test_pages_are_read_alike_by_many_threads(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    path = printed(tmp_path / "a.pdf", [Paragraph(FILLER * 60, BODY)] * 6)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: read(path).version, range(12)))

    assert len(set(found)) == 1


def test_a_labelled_line_behind_a_sentence_begins_a_line(tmp_path):
    lines = [
        "Seen on 3 March 2026 by Dr. Rask, who asked for rest.",
        "Blood group: A",
        "Remarks: none.",
    ]
    path = drawn(tmp_path / "a.pdf", column(lines))

    assert read(path).text.splitlines() == lines
