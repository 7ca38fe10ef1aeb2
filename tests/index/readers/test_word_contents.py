"""Nothing of a Word file is lost in silence: what is printed is read, the rest is told."""

import io

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from index.readers.reading import read_bytes

NAMES = (
    nsdecls("w", "wp", "a", "r")
    + ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    + ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)


def with_body(xml, document=None):
    """A document whose body begins with the elements in `xml`."""
    document = document or docx.Document()
    holder = parse_xml(f"<w:body {NAMES}>{xml}</w:body>")
    for at, element in enumerate(list(holder)):
        document.element.body.insert(at, element)
    return document


def read(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return read_bytes(buffer.getvalue(), "file.docx")


def paragraph(inside):
    return read(with_body(f"<w:p>{inside}</w:p>"))


def run(text, marks=""):
    return f'<w:r><w:rPr>{marks}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def field(instruction, shown):
    kinds = ("begin", "separate", "end")
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in kinds)
    asked = f"<w:r><w:instrText> {instruction} </w:instrText></w:r>"
    return begin + asked + separate + run(shown) + end


def left(document):
    return [(one.words, one.why) for one in document.left_out]


def test_what_is_deleted_struck_or_hidden_is_left_out_and_told():
    document = paragraph(
        run("The toll is ")
        + "<w:del><w:r><w:delText>one</w:delText></w:r></w:del>"
        + run("two ", "<w:strike/>")
        + run("four ", "<w:vanish/>")
        + run("three", '<w:strike w:val="0"/>')
        + "<w:ins>" + run(" crowns.") + "</w:ins>"
        + "<w:moveFrom>" + run("moved") + "</w:moveFrom>"
    )  # fmt: skip

    assert document.text == "The toll is three crowns."
    assert left(document) == [("one", "deleted"), ("two", "struck through"), ("four", "hidden")]


def test_raised_figures_never_run_into_those_before_them():
    document = paragraph(
        run("In 2025")
        + run("12", '<w:vertAlign w:val="superscript"/>')
        + run(" it was 40 m")
        + run("2", '<w:vertAlign w:val="superscript"/>')
        + run(" of H")
        + run("2", '<w:vertAlign w:val="subscript"/>')
        + run("O.")
    )

    assert document.text == "In 2025 ¹² it was 40 m² of H₂O."


def omml(inside):
    return f"<m:oMath>{inside}</m:oMath>"


def said(text):
    return f"<m:r><m:t>{text}</m:t></m:r>"


C_SQUARED = f"<m:sSup><m:e>{said('c')}</m:e><m:sup>{said('2')}</m:sup></m:sSup>"
X_I = f"<m:sSub><m:e>{said('x')}</m:e><m:sub>{said('i')}</m:sub></m:sSub>"
SUM = f"""<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{said("i=1")}</m:sub>
<m:sup>{said("n")}</m:sup><m:e>{X_I}</m:e></m:nary>"""
ROWS = [f"<m:mr><m:e>{said(a)}</m:e><m:e>{said(b)}</m:e></m:mr>" for a, b in ("10", "01")]
FRACTION = f"<m:f><m:fPr/><m:num>{said('a + b')}</m:num><m:den>{said('2')}</m:den></m:f>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (said("E=5.2 kWh"), "E=5.2 kWh"),
        (said("E = m") + C_SQUARED, "E = mc²"),
        (FRACTION, "(a + b)/2"),
        (SUM, "∑_(i=1)ⁿ x_i"),
        (f"<m:rad><m:radPr/><m:deg/><m:e>{said('x + 1')}</m:e></m:rad>", "√(x + 1)"),
        (f"<m:rad><m:deg>{said('3')}</m:deg><m:e>{said('x')}</m:e></m:rad>", "³√x"),
        (f"<m:d><m:dPr/><m:e>{said('a')}</m:e></m:d>", "(a)"),
        (f"<m:func><m:fName>{said('sin')}</m:fName><m:e>{said('x')}</m:e></m:func>", "sin x"),
        (f"<m:m>{''.join(ROWS)}</m:m>", "1, 0; 0, 1"),
    ],
)
def test_a_formula_of_word_is_a_line_of_text(formula, text):
    assert paragraph(run("So ") + omml(formula) + run(".")).text == f"So {text}."


def test_fields_show_their_values_and_pages_are_not_counted():
    document = paragraph(
        run("See rule ")
        + field("REF rule \\h", "2.1")
        + run(" of ")
        + '<w:fldSimple w:instr=" DATE "><w:r><w:t>May</w:t></w:r></w:fldSimple>'
        + run(".")
        + field("PAGE", "17")
        + '<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>40</w:t></w:r></w:fldSimple>'
    )

    assert document.text == "See rule 2.1 of May."


def test_content_controls_symbols_and_form_fields_are_read():
    box = "<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>"
    chosen = (
        '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="dry"/>'
        '<w:listEntry w:val="wet"/></w:ddList></w:ffData>'
    )
    document = paragraph(
        f'<w:r><w:fldChar w:fldCharType="begin">{box}</w:fldChar></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run("It was ")
        + f'<w:r><w:fldChar w:fldCharType="begin">{chosen}</w:fldChar></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        '<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>' + run("Click here")
        + "</w:sdtContent></w:sdt>"
        "<w:sdt><w:sdtContent>" + run(" at 20 ") + "</w:sdtContent></w:sdt>"
        '<w:r><w:sym w:font="Symbol" w:char="F06D"/></w:r>' + run("m.")
    )  # fmt: skip

    assert document.text == "☒ It was wet at 20 μm."
    assert left(document) == [("Click here", "placeholder")]


def test_words_that_stand_for_a_picture_are_read():
    drawing = (
        '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr="The fallen pier"/>'
        "</wp:inline></w:drawing></w:r>"
    )

    assert paragraph(run("Seen:") + drawing).text == "Seen: The fallen pier"


def test_text_boxes_follow_their_paragraph_once():
    inner = f"<w:txbxContent><w:p>{run('Boxed.')}</w:p></w:txbxContent>"
    box = (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{inner}</w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict>{inner}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )

    assert paragraph(run("Before.") + box).text == "Before.\n\nBoxed."


def test_running_headers_are_told_once_and_those_of_a_first_page_are_read():
    document = docx.Document()
    document.add_paragraph("Dear all.")
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "Harbour Office, 3 May 1931"
    section.header.paragraphs[0].text = "The Harbour Rules"
    section.footer.paragraphs[0]._p.append(parse_xml(f"<w:r {NAMES}><w:t>Page </w:t></w:r>"))
    for piece in parse_xml(f"<w:p {NAMES}>{field('PAGE', '7')}</w:p>"):
        section.footer.paragraphs[0]._p.append(piece)
    other = document.add_section()
    other.header.is_linked_to_previous = False
    other.header.paragraphs[0].text = "The Harbour Rules"

    found = read(document)

    assert found.text == "Harbour Office, 3 May 1931\n\nDear all."
    assert left(found) == [("The Harbour Rules", "header"), ("Page", "footer")]


def test_comments_stand_under_their_title_with_author_day_and_the_words_they_hang_on():
    document = docx.Document()
    text = document.add_paragraph("The fee is ")
    marked = text.add_run("145 crowns")
    text.add_run(".")
    document.add_comment([marked], text="Too high?", author="Ilse Korn", initials="IK")
    found = read(document)

    body, title, comment = found.text.split("\n\n")
    assert (body, title) == ("The fee is 145 crowns.", "Comments")
    assert comment.startswith("Ilse Korn, 20")
    assert comment.endswith(", on “145 crowns”: Too high?")
    assert found.heading_path(found.text.index("Too high")) == ("Comments",)


def numbered(text, number, depth=0):
    place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{place}</w:pPr>{run(text)}</w:p>"


NUMBERING = """<w:abstractNum w:abstractNumId="90">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="§ %1"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/>
</w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1.%2.%3"/>
</w:lvl></w:abstractNum>
<w:num w:numId="91"><w:abstractNumId w:val="90"/></w:num>
<w:num w:numId="92"><w:abstractNumId w:val="90"/></w:num>
<w:num w:numId="93"><w:abstractNumId w:val="90"/><w:lvlOverride w:ilvl="0"><w:startOverride
w:val="7"/></w:lvlOverride></w:num>"""


def test_automatic_numbers_are_read_as_printed():
    document = docx.Document()
    part = document.part.numbering_part.element
    for element in parse_xml(f"<w:numbering {NAMES}>{NUMBERING}</w:numbering>"):
        part.insert(0, element) if element.tag.endswith("abstractNum") else part.append(element)
    with_body(
        numbered("Fees", 91)
        + numbered("members", 91, 1)
        + numbered("guests", 91, 1)
        + numbered("boats", 91, 2)
        + numbered("Tolls", 92)
        + numbered("Fines", 93)
        + numbered("Ends", 93),
        document,
    )

    assert read(document).text.splitlines() == [
        "§ 1 Fees",
        "  a) members",
        "  b) guests",
        "    1.b.i boats",
        "§ 2 Tolls",
        "§ 7 Fines",
        "§ 8 Ends",
    ]


def test_merged_cells_stand_below_the_names_of_their_columns():
    document = docx.Document()
    table = document.add_table(4, 3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Year"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "Traffic"
    table.cell(1, 1).text, table.cell(1, 2).text = "Cars", "Bicycles"
    table.cell(2, 0).merge(table.cell(3, 0)).text = "2024"
    for row, cells in ((2, ("0", "310")), (3, ("7", "9"))):
        table.cell(row, 1).text, table.cell(row, 2).text = cells
    found = read(document)

    assert found.text.splitlines() == [
        "Year | Traffic: Cars | Traffic: Bicycles",
        "2024 | 0 | 310",
        "2024 | 7 | 9",
    ]
    assert found.text[slice(*found.tables[0].header)].startswith("Year | Traffic: Cars")


def test_an_embedded_object_that_cannot_be_read_is_told():
    document = paragraph(
        run("The sheet:") + '<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>'
    )

    assert document.text == "The sheet:"
    assert document.warnings == ("An embedded object (Excel.Sheet.12) could not be read.",)


CHART = """<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p>
<a:r><a:t>Ships a year</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser>
<c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Ships</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>1931</c:v></c:pt></c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:numCache><c:formatCode>General</c:formatCode><c:pt idx="0"><c:v>12</c:v></c:pt>
</c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"""


def test_a_charts_figures_are_read_as_a_table():
    document = docx.Document()
    part = Part(
        PackURI("/word/charts/chart1.xml"),
        CONTENT_TYPE.DML_CHART,
        CHART.encode(),
        document.part.package,
    )
    identifier = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    chart = (
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        f'r:id="{identifier}"/>'
    )
    drawn = f"<w:r><w:drawing><wp:inline>{chart}</wp:inline></w:drawing></w:r>"
    with_body(f"<w:p>{run('See.')}{drawn}</w:p>", document)

    assert read(document).text == "See.\n\nShips a year\n\nCategory | Ships\n1931 | 12"


def test_an_initial_set_large_is_the_first_letter_of_its_word():
    initial = f'<w:p><w:pPr><w:framePr w:dropCap="drop"/></w:pPr>{run("O")}</w:p>'

    assert read(with_body(f"{initial}<w:p>{run('nce it blew.')}</w:p>")).text == "Once it blew."


def test_what_a_file_states_about_itself_is_kept():
    document = with_body(f"<w:p>{run('Words.')}</w:p>")
    document.core_properties.keywords = "port, tolls"
    document.core_properties.content_status = "Final"

    assert read(document).properties == (("tags", "port, tolls"), ("status", "Final"))


def test_a_table_inside_a_cell_adds_no_columns_to_the_one_around_it():
    letter = docx.Document()
    table = letter.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "What the gate needs", "By when it is needed"
    table.cell(1, 0).text, table.cell(1, 1).text = "Parts of the gate", "Before the first of May"
    inner = table.cell(1, 0).add_table(2, 2)
    for number, words in enumerate(("Bolt", "4", "Seal", "2")):
        inner.cell(number // 2, number % 2).text = words

    assert read(letter).text.split("\n") == [
        "What the gate needs | By when it is needed",
        "Parts of the gate Bolt, 4; Seal, 2 | Before the first of May",
    ]


def test_a_table_that_only_lays_out_others_leaves_them_their_columns():
    letter = docx.Document()
    table = letter.add_table(1, 2)
    for cell, names in zip(table.rows[0].cells, (("Bolt", "Seal"), ("Rope", "Lamp")), strict=True):
        inner = cell.add_table(2, 2)
        for number, name in enumerate(names):
            inner.cell(number, 0).text, inner.cell(number, 1).text = name, str(number + 4)

    text = read(letter).text
    assert text.split("\n\n") == ["Bolt | 4\nSeal | 5", "Rope | 4\nLamp | 5"]
