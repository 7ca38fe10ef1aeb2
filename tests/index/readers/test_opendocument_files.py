"""OpenDocument: texts and spreadsheets as LibreOffice shows them."""

import io
import zipfile

import pytest
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from odf.table import Table, TableCell, TableRow
from odf.text import H, List, ListItem, P
from outcomes import assert_read_or_one_line

from assistant.answer import locator
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
