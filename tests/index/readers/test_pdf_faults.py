"""PDF files that are locked, broken or empty inside say so in one clear line, and hide nothing."""

import re

import pypdfium2
import pytest
from reportlab.lib import pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from index.errors import DocumentError, EncryptedDocument
from index.readers import read
from index.readers.pdf import ocr

SAID = "The keeper of the lock was Agnes Torp."


def lettered(path, *, code=None, first=None):
    """A page in an embedded font; with `code`, what the font says of its letters is changed so."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    canvas = Canvas(str(path), pagesize=A4, pageCompression=0)
    if first is not None:
        canvas.setFont("Helvetica", 14)
        canvas.drawString(72, 720, first)
        canvas.showPage()
    canvas.setFont("Vera", 16)
    canvas.drawString(72, 700, SAID)
    canvas.showPage()
    canvas.save()
    data = path.read_bytes()
    start = data.index(b"beginbfchar")
    end = data.index(b"endbfchar", start)
    if code is not None:
        told = re.sub(
            rb"> <([0-9A-F]{4})>",
            lambda found: b"> <%04X>" % code(int(found[1], 16)),
            data[start:end],
        )
        path.write_bytes(data[:start] + told + data[end:])
    return path


def made_of(*objects):
    """A PDF of these objects, numbered from 1; the first is its catalog."""
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    ends = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n"
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return body + head + table + ends % (len(objects) + 1, len(body))


@pytest.mark.skipif(not ocr.available(), reason="tesseract is not installed")
def test_a_text_layer_without_letters_is_told_and_read_from_the_picture(tmp_path):
    document = read(lettered(tmp_path / "a.pdf", code=lambda letter: 0xE000 + letter))

    assert SAID in document.text
    [told] = document.warnings
    assert told.startswith("Page 1 has a text layer of signs that are no letters; what they say")
    assert told.endswith("was recognised on a picture of the page.")


@pytest.mark.parametrize(
    "code", [lambda letter: 0xE000 + letter, lambda _: 0xFFFD], ids=["private", "unknown"]
)
def test_without_text_recognition_a_text_layer_without_letters_is_told(tmp_path, monkeypatch, code):
    monkeypatch.setenv("PATH", str(tmp_path))
    path = lettered(tmp_path / "a.pdf", code=code, first="The first page has its letters.")

    document = read(path)

    assert "The first page has its letters." in document.text
    [told] = document.warnings
    assert told.startswith("Page 2 has a text layer of signs that are no letters; what they say co")
    assert "tesseract" in told


def test_a_text_layer_with_letters_and_bullets_of_a_sign_font_is_no_fault(tmp_path):
    letters = lettered(tmp_path / "a.pdf", code=lambda one: one if one != ord(".") else 0xF0B7)

    document = read(letters)

    assert document.warnings == ()
    assert document.text.startswith("The keeper of the lock")


@pytest.mark.parametrize(
    "kids", [b"[2 0 R]", b"[3 0 R 2 0 R]", b"[5 0 R]"], ids=["itself", "a page and itself", "below"]
)
def test_a_tree_of_pages_that_leads_back_to_itself_is_refused_in_one_line(tmp_path, kids):
    path = tmp_path / "a.pdf"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R>>"
    path.write_bytes(
        made_of(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 3/Kids" + kids + b">>",
            page,
            b"<</Length 0>>stream\n\nendstream",
            b"<</Type/Pages/Count 3/Parent 2 0 R/Kids[2 0 R 3 0 R]>>",
        )
    )

    with pytest.raises(DocumentError) as caught:
        read(path)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("strength", [40, 128])
def test_a_file_that_only_its_owners_password_locks_opens_and_another_says_so(tmp_path, strength):
    for name, password in (("open.pdf", ""), ("locked.pdf", "secret")):
        lock = pdfencrypt.StandardEncryption(
            password, ownerPassword="owner", canCopy=0, strength=strength
        )
        canvas = Canvas(str(tmp_path / name), encrypt=lock)
        canvas.drawString(72, 700, SAID)
        canvas.save()

    assert read(tmp_path / "open.pdf").text == SAID
    with pytest.raises(EncryptedDocument, match="needs a password"):
        read(tmp_path / "locked.pdf")


def test_files_that_are_attached_are_told(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(72, 700, SAID)
    canvas.save()
    with pypdfium2.PdfDocument(path) as file:
        file.new_attachment("fares.csv").set_data(b"Year,Fare")
        file.save(tmp_path / "b.pdf")

    assert read(tmp_path / "b.pdf").warnings == (
        "The PDF has a file attached and not read: fares.csv.",
    )
