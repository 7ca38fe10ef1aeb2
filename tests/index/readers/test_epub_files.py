"""EPUB books: chapters in order of reading, named as the contents name them."""

import io
import zipfile

import pytest
from outcomes import assert_read_or_one_line

from index.errors import DocumentError, EncryptedDocument
from index.readers import read

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Barrage</dc:title>
<dc:creator>Maren Holt</dc:creator><dc:date>2026-03-01</dc:date><dc:language>en-GB</dc:language>
<dc:publisher>Quay Press</dc:publisher></metadata>
<manifest><item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
<item id="b" href="text/b%20two.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="text/a.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="a"/><itemref idref="b"/></spine></package>"""
NAV = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol><li>'
    '<a href="text/a.xhtml">The storm</a></li>'
    '<li><a href="text/b%20two.xhtml#x">After</a></li></ol></nav></body></html>'
)
FILES = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/nav.xhtml": NAV,
    "OEBPS/text/a.xhtml": (
        '<?xml version="1.0" encoding="utf-8"?><html><body><h1>I</h1><p>It blew.</p></body></html>'
    ),
    "OEBPS/text/b two.xhtml": "<html><body><h1>II</h1><p>It was calm.</p></body></html>",
}
ENCRYPTION = (
    '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
    '<enc:EncryptionMethod Algorithm="{}"/></enc:EncryptedData></encryption>'
)


def packed(**changes):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**FILES, **changes}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def saved(tmp_path):
    def save(data):
        path = tmp_path / "barrage.epub"
        path.write_bytes(data)
        return path

    return save


def test_chapters_stand_in_order_of_reading_named_as_in_the_contents(saved):
    document = read(saved(packed()))
    assert document.text == "I\n\nIt blew.\n\nII\n\nIt was calm."
    assert [(part.kind, part.label) for part in document.parts] == [
        ("chapter", "The storm"),
        ("chapter", "After"),
    ]


def test_the_book_says_what_it_is(saved):
    document = read(saved(packed()))
    assert (document.title, document.author, document.date) == (
        "The Barrage",
        "Maren Holt",
        "2026-03-01",
    )
    assert (document.source, document.language) == ("Quay Press", "en")


def test_a_protected_book_is_refused_and_obfuscated_fonts_are_not(saved):
    protected = ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes256-cbc")
    with pytest.raises(EncryptedDocument, match="protected"):
        read(saved(packed(**{"META-INF/encryption.xml": protected})))
    fonts = ENCRYPTION.format("http://www.idpf.org/2008/embedding")
    assert read(saved(packed(**{"META-INF/encryption.xml": fonts}))).title == "The Barrage"


@pytest.mark.parametrize("name", ["META-INF/container.xml", "OEBPS/book.opf", "OEBPS/nav.xhtml"])
@pytest.mark.parametrize("content", ["", "<x/>", "<x"])
def test_a_book_with_a_damaged_part_is_read_or_refused_in_one_line(saved, name, content):
    assert_read_or_one_line(saved(packed(**{name: content})))


def test_a_book_cut_anywhere_is_refused_in_one_line(saved):
    data = packed()
    for cut in range(8, len(data), len(data) // 40):
        with pytest.raises(DocumentError) as caught:
            read(saved(data[:cut]))
        assert "\n" not in str(caught.value)


def test_a_bomb_is_refused_by_what_it_declares(saved):
    with pytest.raises(DocumentError, match="would unpack"):
        read(saved(packed(**{"OEBPS/text/a.xhtml": b" " * (129 * 2**20)})))


def test_notes_and_asides_of_a_book_stay_and_its_contents_are_left_out(saved):
    noted = (
        '<html xmlns:epub="http://www.idpf.org/2007/ops"><body><h1>I</h1><p>It blew in 1931<a '
        'epub:type="noteref" href="#n">1</a>.</p><aside epub:type="footnote">By night.</aside>'
        "<p hidden='hidden'>Draft</p><footer>The end.</footer></body></html>"
    )
    package = PACKAGE.replace("<spine>", '<spine><itemref idref="nav"/>')
    document = read(saved(packed(**{"OEBPS/text/a.xhtml": noted, "OEBPS/book.opf": package})))
    assert document.text.startswith("I\n\nIt blew in 1931.\n\nBy night.\n\nThe end.")
    assert [(left.words, left.why, left.where) for left in document.left_out] == [
        ("1. The storm 2. After", "contents", "1"),
        ("Draft", "hidden", "The storm"),
        ("1", "note mark", "The storm"),
    ]
