"""Scanned pages and pictures: their text is recognised and every word has its place."""

import io
import shutil

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from index.errors import DocumentError, EmptyDocument
from index.layout import rectangles
from index.readers import read

recognising = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed"
)
LINES = ["The gate was shut at nine in the evening.", "Forty people were led to the town hall."]
TOP = 300  # pixels, of the first line
STEP = 70


def picture(lines=LINES, mode="L"):
    """A page of A4 at 200 dots an inch with `lines`."""
    page = Image.new(mode, (1654, 2339), "white")
    font = ImageFont.load_default(size=40)
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((200, TOP + STEP * number), line, "black", font)
    return page


def scanned(path, *pages):
    """A PDF of A4 pages: pictures fill the page, texts are printed."""
    canvas = Canvas(str(path), pagesize=(595, 842))
    for page in pages:
        if isinstance(page, str):
            canvas.drawString(60, 700, page)
        else:
            canvas.drawImage(ImageReader(page), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return path


def words_of(document):
    return document.text.split()


@recognising
def test_a_scanned_page_inside_a_printed_document_is_read(tmp_path):
    path = scanned(tmp_path / "a.pdf", "This page was printed in the usual way.", picture())

    document = read(path)

    assert (
        words_of(document) == f"This page was printed in the usual way. {' '.join(LINES)}".split()
    )
    assert document.page_at(document.text.index("Forty")) == 2


@recognising
def test_a_small_picture_that_is_all_there_is_on_a_page_is_read(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
    canvas.drawImage(ImageReader(picture().crop((0, TOP - 40, 1654, TOP + 300))), 0, 400, 595, 122)
    canvas.save()

    assert words_of(read(tmp_path / "a.pdf"))[:3] == " ".join(LINES).split()[:3]


@recognising
def test_a_recognised_word_is_where_it_is_printed(tmp_path):
    document = read(scanned(tmp_path / "a.pdf", picture()))
    start = document.text.index("Forty")

    (place,) = rectangles(document.layout, start, start + len("Forty"))

    line = (TOP + STEP) * 72 / 200
    assert place.left == pytest.approx(200 * 72 / 200, abs=3)
    assert place.top <= line + 6
    assert line + 10 <= place.bottom <= line + 22


@recognising
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP"])
def test_a_picture_is_read_in_every_format(tmp_path, kind):
    path = tmp_path / f"page.{kind.lower()}"
    picture(mode="RGB").save(path, kind)

    document = read(path)

    assert words_of(document) == " ".join(LINES).split()
    assert document.media_type == f"image/{kind.lower()}"
    assert [page.number for page in document.pages] == [1]


@recognising
def test_each_page_of_a_tiff_is_a_page(tmp_path):
    path = tmp_path / "fax.tiff"
    picture(LINES[:1]).save(path, save_all=True, append_images=[picture(LINES[1:])])

    document = read(path)

    assert [page.number for page in document.pages] == [1, 2]
    assert document.page_at(document.text.index("Forty")) == 2


@recognising
def test_a_photograph_is_read_as_its_camera_was_held(tmp_path):
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a right angle
    picture().rotate(90, expand=True).save(path, exif=exif)

    document = read(path)

    assert words_of(document) == " ".join(LINES).split()
    assert document.layout[0].height > document.layout[0].width


@recognising
def test_a_transparent_picture_is_read_on_white(tmp_path):
    path = tmp_path / "clear.png"
    page = Image.new("RGBA", (1654, 600), (0, 0, 0, 0))
    ImageDraw.Draw(page).text((200, 300), LINES[0], "black", ImageFont.load_default(size=40))
    page.save(path)

    assert words_of(read(path)) == LINES[0].split()


@recognising
def test_a_picture_without_text_says_so(tmp_path):
    path = tmp_path / "blank.png"
    picture([]).save(path)

    with pytest.raises(EmptyDocument, match="No text was recognised"):
        read(path)


@recognising
def test_a_text_layer_under_a_scan_is_used(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.drawImage(ImageReader(picture()), 0, 0, 595, 842)
    layer = canvas.beginText(72, 720)
    layer.setTextRenderMode(3)
    layer.textLine("What the scanner's own program has read.")
    canvas.drawText(layer)
    canvas.save()

    assert read(path).text == "What the scanner's own program has read."


@recognising
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_picture_that_is_cut_off_is_refused_in_one_line(tmp_path, share):
    whole = io.BytesIO()
    picture().save(whole, "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(whole.getvalue()[: int(share * len(whole.getvalue()))])

    with pytest.raises(DocumentError) as caught:
        read(path)

    assert "\n" not in str(caught.value)


@recognising
def test_a_picture_that_would_unpack_to_gigabytes_is_refused(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (12_000, 12_000)).save(path)

    with pytest.raises(DocumentError, match="pixels"):
        read(path)


@pytest.mark.parametrize("name", ["a.pdf", "a.png"])
def test_without_text_recognition_the_command_that_adds_it_is_named(tmp_path, monkeypatch, name):
    path = tmp_path / name
    if name.endswith("pdf"):
        scanned(path, picture())
    else:
        picture().save(path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DocumentError, match="apt install tesseract-ocr"):
        read(path)


def test_pages_that_could_not_be_recognised_are_told(tmp_path, monkeypatch):
    pages = ["This page was printed in the usual way.", picture(), picture()]
    monkeypatch.setenv("PATH", str(tmp_path))

    document = read(scanned(tmp_path / "a.pdf", *pages))

    assert document.text == pages[0]
    assert document.warnings[0].startswith("2 pages are pictures (2, 3) and not read: install")
    assert read(scanned(tmp_path / "b.pdf", pages[0])).warnings == ()


@recognising
@pytest.mark.parametrize(
    ("languages", "said"), [("xyz", "lacks the data for 'xyz'"), ("--help", "must name languages")]
)
def test_a_language_that_is_not_there_is_one_line(tmp_path, languages, said):

    picture().save(tmp_path / "a.png")
    for path in (scanned(tmp_path / "a.pdf", picture()), tmp_path / "a.png"):
        with pytest.raises(DocumentError, match=said):
            read(path, languages=languages)


@recognising
def test_a_reader_asks_nothing_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_OCR_LANGUAGES", "xyz")

    assert words_of(read(scanned(tmp_path / "a.pdf", picture()))) == " ".join(LINES).split()
