"""Word documents: everything that is printed in the body, in its order."""

import io
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from index.errors import DocumentError, EmptyDocument, EncryptedDocument, UnsupportedFormat
from index.readers import read
from index.readers.office.office_zip import MAX_TEXT


def saved(document, path):
    document.save(str(path))
    return path


def repacked(source, target, change):
    """A copy of the archive `source` with each part's bytes changed by `change(name, bytes)`."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for part in before.infolist():
            after.writestr(part.filename, change(part.filename, before.read(part)))
    return target


@pytest.fixture
def report():
    document = docx.Document()
    document.add_heading("The report", 0)
    document.add_heading("Results", 1)
    document.add_paragraph("Sales rose in all regions.")
    for text in ("first", "second"):
        document.add_paragraph(text, style="List Bullet")
    document.add_heading("By year", 2)
    for text in ("alpha", "beta"):
        document.add_paragraph(text, style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Year", "Sum", "2022", "5"), strict=True):
        cell.text = text
    document.add_paragraph("After the table.\nA new line.")
    return document


def test_the_body_is_read_in_its_order_with_labels_and_rows(tmp_path, report):
    document = read(saved(report, tmp_path / "report.docx"))

    assert document.text == (
        "The report\n\nResults\n\nSales rose in all regions.\n\n• first\n• second\n\n"
        "By year\n\n1. alpha\n2. beta\n\nYear | Sum\n2022 | 5\n\nAfter the table.\nA new line."
    )
    assert [(h.level, document.text[h.start : h.end]) for h in document.headings] == [
        (1, "The report"),
        (1, "Results"),
        (2, "By year"),
    ]


def test_the_template_of_a_library_states_nothing(tmp_path, report):
    document = read(saved(report, tmp_path / "report.docx"))

    assert (document.author, document.date) == (None, None)
    assert document.title == "The report"


def test_properties_that_state_something_are_taken(tmp_path, report):
    report.core_properties.title = "Results of the year"
    report.core_properties.author = "Jane Roe"

    document = read(saved(report, tmp_path / "report.docx"))

    assert (document.title, document.author) == ("Results of the year", "Jane Roe")


@pytest.mark.parametrize(
    ("stated", "date"), [("Spring, March 2023", "2023-03-02"), ("Founded in 2023", None)]
)
def test_the_day_a_file_was_made_counts_only_if_the_text_names_its_month(tmp_path, stated, date):
    document = docx.Document()
    document.core_properties.created = datetime(2023, 3, 2, tzinfo=UTC)
    document.add_paragraph(f"Sales rose. {stated}.")

    assert read(saved(document, tmp_path / "report.docx")).date == date


def test_the_date_in_the_text_outranks_the_day_the_file_was_made(tmp_path):
    document = docx.Document()
    document.core_properties.created = datetime(2023, 3, 5, tzinfo=UTC)
    document.add_paragraph("Date: 2 March 2023")
    document.add_paragraph("Sales rose.")

    read_back = read(saved(document, tmp_path / "report.docx"))

    assert read_back.date == "2023-03-02"
    assert read_back.text[slice(*read_back.date_span)] == "2 March 2023"


def test_inserted_text_and_content_controls_are_read_and_deleted_text_is_not(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("Kept ")
    for xml in (
        f"<w:ins {nsdecls('w')}><w:r><w:t>inserted</w:t></w:r></w:ins>",
        f"<w:del {nsdecls('w')}><w:r><w:delText>deleted</w:delText></w:r></w:del>",
        f"<w:sdt {nsdecls('w')}><w:sdtContent><w:r><w:t> box</w:t></w:r></w:sdtContent></w:sdt>",
    ):
        paragraph._p.append(parse_xml(xml))
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>Block control</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )

    assert read(saved(document, tmp_path / "a.docx")).text == ("Block control\n\nKept inserted box")


def test_footnotes_follow_the_text(tmp_path):
    document = docx.Document()
    document.add_paragraph("A claim.")
    notes = (
        f"<w:footnotes {nsdecls('w')}>"
        '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>---</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="1"><w:p><w:r><w:t>Its evidence.</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )
    part = Part(
        PackURI("/word/footnotes.xml"),
        CONTENT_TYPE.WML_FOOTNOTES,
        notes.encode(),
        document.part.package,
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    assert read(saved(document, tmp_path / "a.docx")).text == "A claim.\n\nIts evidence."


def test_a_cell_that_holds_a_table_stays_one_row(tmp_path):
    document = docx.Document()
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "left"
    inner = outer.cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "a", "b"

    assert read(saved(document, tmp_path / "a.docx")).text == "left | a, b"


def test_a_word_file_named_pdf_is_read_as_a_word_file(tmp_path, report):
    assert read(saved(report, tmp_path / "report.pdf")).text.startswith("The report")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_truncated_word_file_is_refused(tmp_path, report, share):
    data = saved(report, tmp_path / "report.docx").read_bytes()
    path = tmp_path / "cut.docx"
    path.write_bytes(data[: int(len(data) * share)])

    with pytest.raises(DocumentError, match="damaged or cut off"):
        read(path)


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("word/document.xml", b"<not xml"),
        ("word/document.xml", b""),
        ("word/document.xml", b"<a/>"),
        ("[Content_Types].xml", b"<a/>"),
        ("word/_rels/document.xml.rels", b"<"),
        ("_rels/.rels", b""),
    ],
)
def test_a_word_file_with_a_broken_part_is_refused(tmp_path, report, part, content):
    source = saved(report, tmp_path / "report.docx")
    path = repacked(source, tmp_path / "broken.docx", lambda n, b: content if n == part else b)

    with pytest.raises(DocumentError, match="damaged or cut off"):
        read(path)


def test_damaged_bytes_inside_a_part_are_refused(tmp_path, report):
    data = bytearray(saved(report, tmp_path / "report.docx").read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.getinfo("word/document.xml").header_offset
    data[start + 80 : start + 140] = b"\xff" * 60
    path = tmp_path / "broken.docx"
    path.write_bytes(data)

    with pytest.raises(DocumentError, match="damaged or cut off"):
        read(path)


def test_a_word_file_that_would_unpack_beyond_the_limit_is_refused(tmp_path, report):
    source = saved(report, tmp_path / "report.docx")
    bomb = tmp_path / "bomb.docx"
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as to:
        for part in before.infolist():
            to.writestr(part.filename, before.read(part))
        with to.open("word/extra.xml", "w") as extra:
            for _ in range(MAX_TEXT // 2**20 + 1):
                extra.write(bytes(2**20))

    assert bomb.stat().st_size < 2**20
    with pytest.raises(DocumentError, match="unpack to more than 128 MiB"):
        read(bomb)


def test_entities_of_a_hostile_word_file_are_not_expanded(tmp_path, report):
    source = saved(report, tmp_path / "report.docx")
    hostile = (
        b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "bbbb">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b"<w:body><w:p><w:r><w:t>Seen &a;&b;.</w:t></w:r></w:p></w:body></w:document>"
    )
    path = repacked(
        source, tmp_path / "x.docx", lambda n, b: hostile if n == "word/document.xml" else b
    )

    assert read(path).text == "Seen"


def test_a_word_file_without_text_is_empty(tmp_path):
    with pytest.raises(EmptyDocument):
        read(saved(docx.Document(), tmp_path / "a.docx"))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def test_an_old_word_file_is_refused_with_the_way_out(tmp_path):
    path = tmp_path / "old.doc"
    path.write_bytes(OLE + "WordDocument".encode("utf-16-le") + bytes(100))

    with pytest.raises(UnsupportedFormat, match=r"save it as \.docx"):
        read(path)


def test_an_encrypted_word_file_asks_for_a_copy_without_password(tmp_path):
    path = tmp_path / "secret.docx"
    path.write_bytes(OLE + "EncryptedPackage".encode("utf-16-le") + bytes(100))

    with pytest.raises(EncryptedDocument, match="password"):
        read(path)


def archive_of(tmp_path, part):
    path = tmp_path / "file.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, b"x")
    return path


def test_another_archive_is_named_for_what_it_is(tmp_path):
    with pytest.raises(UnsupportedFormat, match="ZIP"):
        read(archive_of(tmp_path, "a.txt"))


@pytest.mark.parametrize("part", ["word/document.xml", "xl/workbook.xml", "ppt/presentation.xml"])
def test_an_office_file_without_its_other_parts_is_damaged(tmp_path, part):
    with pytest.raises(DocumentError, match="damaged") as caught:
        read(archive_of(tmp_path, part))
    assert "\n" not in str(caught.value)


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


@pytest.mark.parametrize(
    ("suffix", "variant"),
    [
        (".docm", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        (".dotm", "application/vnd.ms-word.template.macroEnabledTemplate.main+xml"),
        (
            ".dotx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        ),
    ],
)
def test_documents_with_macros_and_templates_are_read(tmp_path, report, suffix, variant):
    source = saved(report, tmp_path / "report.docx")
    path = repacked(
        source,
        tmp_path / f"report{suffix}",
        lambda n, b: b.replace(WORD.encode(), variant.encode()) if n.startswith("[") else b,
    )

    assert read(path).text == read(source).text


def test_a_document_in_the_strict_form_of_the_standard_is_read(tmp_path, report):
    source = saved(report, tmp_path / "report.docx")

    def strict(_, content):
        for family in (b"wordprocessingml", b"officeDocument", b"drawingml"):
            content = content.replace(
                b"http://schemas.openxmlformats.org/" + family + b"/2006/",
                b"http://purl.oclc.org/ooxml/" + family + b"/",
            )
        return content

    path = repacked(source, tmp_path / "strict.docx", strict)

    assert b"purl.oclc.org" in zipfile.ZipFile(path).read("word/document.xml")
    assert read(path).text == read(source).text


def test_the_main_part_may_have_any_name(tmp_path, report):
    source = saved(report, tmp_path / "report.docx")
    moved = tmp_path / "moved.docx"
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(moved, "w") as after:
        for part in before.infolist():
            name = part.filename.replace("document.xml", "document2.xml")
            after.writestr(
                name, before.read(part).replace(b"word/document.xml", b"word/document2.xml")
            )

    assert read(moved).text == read(source).text
