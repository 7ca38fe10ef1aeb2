"""Pages as pictures: what is printed, where the rectangles say, and only of the very file."""

import io
import os
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas
from shelf import worker_processes

from index.errors import PageError, UnknownDocument
from index.pages import drawing
from index.pages import images as pages
from index.pages.images import WIDTHS, PageImages
from index.readers.pdf import ocr

WORDS = ("gate", "barrage", "evening")


@pytest.fixture
def images():
    images = PageImages()
    yield images
    images.close()


def printed(path, *, rotation=0, crop=None, pages=1, size=(500, 500)):
    canvas = Canvas(str(path), pagesize=size)
    for page in range(pages):
        canvas.setPageRotation(rotation)
        if crop:
            canvas.setCropBox(crop)
        for number, word in enumerate(WORDS):
            canvas.drawString(100 + 60 * number, 300 - 40 * number + 50 * page, word)
        canvas.showPage()
    canvas.save()
    return path


def opened(image):
    picture = Image.open(io.BytesIO(image.data))
    assert picture.format == "JPEG"
    assert picture.size == (image.width, image.height)
    return np.array(picture.convert("L"))


def added(shelf, path):
    shelf.add(path)
    (info,) = shelf.store.documents()
    return info


def refused(shelf, images, info, page=1):
    with pytest.raises(PageError) as error:
        images.image(shelf.store.origin(info.id, info.version), page, 800)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (40, 70, 480, 470)])
def test_the_rectangles_of_a_documents_words_lie_on_their_print(
    shelf, files, images, rotation, crop
):
    info = added(shelf, printed(files / "a.pdf", rotation=rotation, crop=crop))
    image = images.image(shelf.store.origin(info.id), 1, 1_200)
    ink = opened(image) < 128
    text = shelf.store.document(info.id).text
    for word in WORDS:
        start = text.index(word)
        (place,) = shelf.store.rectangles(info.id, info.version, start, start + len(word))
        left, top, right, bottom = (round(edge * image.scale) for edge in place[1:])
        assert ink[top:bottom, left:right].any()
        ink[top - 2 : bottom + 2, left - 2 : right + 2] = False
    assert not ink.any()


@pytest.mark.skipif(not ocr.available(), reason="tesseract is not installed")
def test_a_scanned_picture_is_shown_as_it_is_and_its_words_are_found_on_it(shelf, files, images):
    picture = Image.new("RGB", (1_240, 400), "white")
    ImageDraw.Draw(picture).text((100, 150), "The gate failed at noon.", fill="black", font_size=60)
    picture.save(files / "a.png", dpi=(150, 150))
    info = added(shelf, files / "a.png")
    image = images.image(shelf.store.origin(info.id), 1, 800)
    text = shelf.store.document(info.id).text
    ink = opened(image) < 128
    for place in shelf.store.rectangles(info.id, info.version, 0, len(text)):
        left, top, right, bottom = (round(edge * image.scale) for edge in place[1:])
        ink[top - 4 : bottom + 4, left - 4 : right + 4] = False
    assert not ink.any()


def test_a_page_is_drawn_as_wide_as_it_is_needed_and_never_wider_than_the_widest(
    shelf, files, images
):
    info = added(shelf, printed(files / "a.pdf"))
    origin = shelf.store.origin(info.id)
    for wanted, got in [(1, WIDTHS[0]), (801, WIDTHS[1]), (100_000, WIDTHS[-1])]:
        assert images.image(origin, 1, wanted).width == got


def test_a_page_of_any_size_makes_a_picture_of_bounded_size(files):
    for number, size in enumerate([(14_400, 14_400), (3, 14_400), (14_400, 3)]):
        path = files / f"{number}.pdf"
        canvas = Canvas(str(path), pagesize=size)
        canvas.rect(0, 0, *size, fill=1)
        canvas.save()
        _, width, height, _ = drawing.draw(str(path), drawing.PDF, 1, WIDTHS[-1])
        assert width * height <= 1.1 * drawing._MOST_PIXELS
        assert max(width, height) <= drawing._LONGEST_SIDE + 1


def test_what_is_filled_into_a_form_is_shown(files):
    path = files / "form.pdf"
    canvas = Canvas(str(path), pagesize=(300, 300))
    canvas.acroForm.textfield(value="Forty", x=50, y=150, width=200, height=40, fontSize=30)
    canvas.showPage()
    canvas.save()
    data, *_ = drawing.draw(str(path), drawing.PDF, 1, 800)
    grey = np.array(Image.open(io.BytesIO(data)).convert("L"))
    inside = grey[310:390, 150:400]
    assert (inside < 100).any()


def test_a_page_is_drawn_once(shelf, files, images, monkeypatch):
    info = added(shelf, printed(files / "a.pdf"))
    origin = shelf.store.origin(info.id)
    first = images.image(origin, 1, 800)
    monkeypatch.setattr(pages.Process, "call", lambda *_, **__: pytest.fail("was drawn again"))
    assert images.image(origin, 1, 700) is first


def test_pictures_are_kept_within_a_limit(shelf, files, images, monkeypatch):
    info = added(shelf, printed(files / "a.pdf", pages=2))
    origin = shelf.store.origin(info.id)
    first = images.image(origin, 1, 800)
    monkeypatch.setattr(pages, "_KEPT", len(first.data) + 10)
    images.image(origin, 2, 800)
    assert images.image(origin, 1, 800) is not first


# The very file ------------------------------------------------------------------------------------


def test_a_file_touched_without_a_change_is_still_shown(shelf, files, images):
    info = added(shelf, printed(files / "a.pdf"))
    os.utime(files / "a.pdf", (1, 1))
    assert images.image(shelf.store.origin(info.id), 1, 800).data


def test_a_file_that_has_changed_or_gone_is_not_shown(shelf, files, images):
    path = printed(files / "a.pdf")
    info = added(shelf, path)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"%%EOF", b"%%EoF"))
    assert "has changed" in refused(shelf, images, info)
    path.write_bytes(data + b"\n")
    assert "has changed" in refused(shelf, images, info)
    path.unlink()
    assert "no longer where it was" in refused(shelf, images, info)
    path.mkdir()
    assert refused(shelf, images, info)


def test_an_upload_is_shown_from_the_stores_own_copy(shelf, files, images):
    path = printed(files / "a.pdf")
    shelf.add(path, uploads=True)
    path.unlink()
    (info,) = shelf.store.documents()
    assert images.image(shelf.store.origin(info.id), 1, 800).data


def test_another_place_of_the_same_file_will_do(shelf, files, images):
    path = printed(files / "a.pdf")
    (files / "b.pdf").write_bytes(path.read_bytes())
    shelf.add(files)
    (info,) = shelf.store.documents()
    path.unlink()
    assert images.image(shelf.store.origin(info.id), 1, 800).data


def test_a_replaced_version_is_not_shown_with_the_pages_of_the_new_one(shelf, files, images):
    before = added(shelf, printed(files / "a.pdf"))
    canvas = Canvas(str(files / "a.pdf"))
    canvas.drawString(100, 300, "Something else.")
    canvas.save()
    after = added(shelf, files / "a.pdf")
    assert after.id == before.id
    assert "replaced" in refused(shelf, images, before)
    assert images.image(shelf.store.origin(after.id, after.version), 1, 800).data


def test_documents_without_pages_and_pages_that_are_not_there_are_told(shelf, files, images):
    info = added(shelf, printed(files / "a.pdf"))
    for page in (0, 2, -1):
        assert f"no page {page}" in refused(shelf, images, info, page)
    with pytest.raises(UnknownDocument):
        shelf.store.origin(info.id, "other")
    with pytest.raises(UnknownDocument):
        shelf.store.origin("other")
    (files / "a.pdf").unlink()
    (files / "b.txt").write_text("The gate failed at noon.", encoding="utf-8")
    shelf.add(files)
    (text,) = [one for one in shelf.store.documents() if one.title != info.title]
    assert "no printed pages" in refused(shelf, images, text)


# Files that go wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["crash", "hang", "swell", "bad"])
def test_a_page_that_breaks_what_draws_it_costs_that_page_only(shelf, files, monkeypatch, fault):
    before = worker_processes()
    good = added(shelf, printed(files / "a.pdf"))
    printed(files / f"{fault}.pdf", size=(400, 400))
    shelf.add(files)
    (bad,) = [one for one in shelf.store.documents() if one.id != good.id]
    images = PageImages("bad_readers:draw")
    try:
        with monkeypatch.context() as strict:
            strict.setattr(pages, "_SECONDS", 1.0 if fault == "hang" else 60.0)
            strict.setattr(pages, "_MEMORY", 300)
            assert "cannot be shown as printed" in refused(shelf, images, bad)
        assert images.image(shelf.store.origin(good.id), 1, 800).width == 800
    finally:
        images.close()
    assert worker_processes() <= before


def test_a_page_of_a_file_inside_another_is_drawn_from_there(shelf, files, images, tmp_path):
    page = printed(tmp_path / "page.pdf").read_bytes()
    path = files / "report.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("annex/page.pdf", page)
        archive.writestr("other.zip", b"PK")
    info = added(shelf, path)

    image = images.image(shelf.store.origin(info.id, info.version), 1, 800)

    assert opened(image).min() < 100
    path.write_bytes(path.read_bytes() + b"x")
    assert "changed since" in refused(shelf, images, info)
    path.unlink()
    assert "no longer where it was" in refused(shelf, images, info)
