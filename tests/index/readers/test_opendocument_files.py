"""OpenDocument: texts and spreadsheets as LibreOffice shows them."""

import io
import zipfile

import pytest
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from odf.table import Table, TableCell, TableRow
from odf.text import H, List, ListItem, P
from outcomes import assert_read_or_one_line

from assistant.locators import locator
from index.errors import DocumentError, EncryptedDocument
from index.readers.office.office_zip import MAX_TEXT
from index.readers.reading import read_bytes


def saved(document):
    buffer = io.BytesIO()
    document.write(buffer)
    return buffer.getvalue()


def table(name, rows):
    found = Table(name=name)
    for cells in rows:
        line = TableRow()
        for text in cells:
            cell = TableCell()
            cell.addElement(P(text=text))
            line.addElement(cell)
        found.addElement(line)
    return found


def with_part(data, part, content):
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return buffer.getvalue()


@pytest.fixture
def costs():
    book = OpenDocumentSpreadsheet()
    sheet = table("Costs", [["Region", "Sum"], ["North", "1,234.50"]])
    padding = TableRow(numberrowsrepeated=1_000_000)
    padding.addElement(TableCell(numbercolumnsrepeated=1000))
    sheet.addElement(padding)
    day = TableCell(valuetype="date", datevalue="2023-03-02")
    day.addElement(P(text="02.03.23"))
    line = TableRow()
    line.addElement(day)
    sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    return saved(book)


def test_a_text_keeps_headings_lists_and_tables():
    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text="Results"))
    items = List()
    for text in "ab":
        item = ListItem()
        item.addElement(P(text=text))
        items.addElement(item)
    document.text.addElement(items)
    document.text.addElement(table("T", [["North", "4"]]))

    read_back = read_bytes(saved(document), "a.odt")
    assert read_back.text == "Results\n\n• a\n• b\n\nNorth | 4"
    assert [heading.level for heading in read_back.headings] == [1]


def test_a_sheet_is_read_as_shown_and_cited_by_row(costs):
    document = read_bytes(costs, "costs.ods")

    assert document.text == "Region | Sum\nNorth | 1,234.50\n\n2023-03-02"
    day = document.text.index("2023")
    assert locator(None, None, (), document.parts_at(day, day + 4)) == "sheet “Costs”, row 1000003"


def test_truncated_encrypted_and_swollen_files_get_one_line(tmp_path, costs):
    for cut in range(1, len(costs), len(costs) // 40):
        (tmp_path / "a.ods").write_bytes(costs[:cut])
        assert_read_or_one_line(tmp_path / "a.ods")
    manifest = b"<m xmlns='x'><file-entry><encryption-data/></file-entry></m>"
    with pytest.raises(EncryptedDocument):
        read_bytes(with_part(costs, "META-INF/manifest.xml", manifest), "a.ods")
    with pytest.raises(DocumentError, match="unpack to more"):
        read_bytes(with_part(costs, "content.xml", bytes(MAX_TEXT + 1)), "a.ods")


NAMES = (
    " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in [
            *(("office", "office"), ("text", "text"), ("table", "table"), ("style", "style")),
            *(("draw", "drawing"), ("svg", "svg-compatible"), ("meta", "meta")),
        ]
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
STYLES = """<office:automatic-styles>
<style:style style:name="S1"><style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="S2"><style:text-properties style:text-line-through-style="solid"/>
</style:style>
<style:style style:name="S3"><style:text-properties text:display="none"/></style:style>
<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-prefix="§ "
style:num-format="1"/><text:list-level-style-number text:level="2" style:num-format="a"
style:num-suffix=")"/></text:list-style></office:automatic-styles>"""
FORMULA = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>E</mi><mo>=</mo>'
    "<mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></mrow><annotation>E = mc^2</annotation>"
    "</semantics></math>"
)


def text(body, **parts):
    """The document of an OpenDocument text with this body."""
    parts["content.xml"] = (
        f"<office:document-content {NAMES}>{STYLES}<office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        for name, content in parts.items():
            archive.writestr(name, content)
    return read_bytes(buffer.getvalue(), "a.odt")


def left(document):
    return [(one.words, one.why) for one in document.left_out]


def test_raised_figures_stay_apart_and_what_is_struck_or_hidden_is_told():
    document = text(
        '<text:p>In 2025<text:span text:style-name="S1">12</text:span> the toll is '
        '<text:span text:style-name="S2">two</text:span><text:span text:style-name="S3">four'
        "</text:span> three.</text:p>"
    )

    assert document.text == "In 2025 ¹² the toll is three."
    assert left(document) == [("two", "struck through"), ("four", "hidden")]


def test_deleted_words_and_running_heads_are_told():
    region = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>one</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
    )
    look = (
        f"<office:document-styles {NAMES}><office:master-styles><style:master-page><style:header>"
        "<text:p>The Rules, page <text:page-number>1</text:page-number></text:p></style:header>"
        "</style:master-page></office:master-styles></office:document-styles>"
    )
    document = text(f"{region}<text:p>Kept.</text:p>", **{"styles.xml": look})

    assert document.text == "Kept."
    assert left(document) == [("The Rules, page", "header"), ("one", "deleted")]


def test_numbers_of_lists_are_read_as_printed():
    inner = "<text:list><text:list-item><text:p>members</text:p></text:list-item></text:list>"
    document = text(
        '<text:list text:style-name="L1"><text:list-item><text:p>Fees</text:p>'
        f"{inner}</text:list-item><text:list-item><text:p>Tolls</text:p></text:list-item></text:list>"
        '<text:p>So.</text:p><text:list text:style-name="L1" text:continue-numbering="true">'
        "<text:list-item><text:p>Fines</text:p></text:list-item></text:list>"
    )

    assert document.text == "§ 1 Fees\n  a) members\n§ 2 Tolls\n\nSo.\n\n§ 3 Fines"


def test_comments_formulas_and_words_for_pictures_are_read():
    comment = (
        '<office:annotation office:name="c1"><dc:creator>Ilse Korn</dc:creator>'
        "<dc:date>2025-03-02T10:00:00</dc:date><text:p>Too high?</text:p></office:annotation>"
    )
    document = text(
        f'<text:p>The fee is {comment}145 crowns<office:annotation-end office:name="c1"/>.</text:p>'
        '<text:p>So <draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>.</text:p>'
        "<text:p>Seen: <draw:frame><draw:image/><svg:desc>The fallen pier</svg:desc></draw:frame>"
        "</text:p>",
        **{"Object 1/content.xml": FORMULA},
    )

    assert document.text == (
        "The fee is 145 crowns.\n\nSo E = mc².\n\nSeen: The fallen pier\n\nComments\n\n"
        "Ilse Korn, 2025-03-02, on “145 crowns”: Too high?"
    )


def test_what_is_hidden_on_sheets_and_comments_on_cells_are_told():
    def cell(words, inside="", more=""):
        return f"<table:table-cell {more}>{inside}<text:p>{words}</text:p></table:table-cell>"

    def row(cells, more=""):
        return f"<table:table-row {more}>{cells}</table:table-row>"

    comment = (
        "<office:annotation><dc:creator>Ilse Korn</dc:creator><text:p>Too high?</text:p>"
        "</office:annotation>"
    )
    away = '<style:table-properties table:display="false"/>'
    shown = (
        row(
            cell("Year", more='table:number-rows-spanned="2"')
            + cell("Traffic", more='table:number-columns-spanned="2"')
            + "<table:covered-table-cell/>"
        )
        + row("<table:covered-table-cell/>" + cell("Cars") + cell("Boats"))
        + row(cell("2024") + cell("7", comment) + cell("9"))
        + row(cell("secret"), 'table:visibility="collapse"')
    )
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles><style:style style:name='T2'>"
        f"{away}</style:style></office:automatic-styles><office:body><office:spreadsheet>"
        f"<table:table table:name='A'>{shown}</table:table><table:table table:name='B' "
        f"table:style-name='T2'>{row(cell('hidden words'))}</table:table></office:spreadsheet>"
        "</office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    document = read_bytes(buffer.getvalue(), "a.ods")

    assert document.text == (
        "A\n\nYear | Traffic: Cars | Traffic: Boats\n2024 | 7 | 9\n\nComments\n\n"
        "Ilse Korn: Too high?"
    )
    assert [(one.words, one.why, one.where) for one in document.left_out] == [
        ("secret", "hidden row", "sheet “A”"),
        ("hidden words", "hidden sheet", "sheet “B”"),
    ]


def test_a_table_inside_a_cell_of_a_text_adds_no_columns():
    document = OpenDocumentText()
    outer = table("Outer", [["Gate", "Day"], ["Parts", "May"]])
    outer.childNodes[1].childNodes[0].addElement(table("Inner", [["Bolt", "4"], ["Seal", "2"]]))
    document.text.addElement(outer)

    text = read_bytes(saved(document), "a.odt").text
    assert text.split("\n") == ["Gate | Day", "Parts Bolt, 4; Seal, 2 | May"]
