"""The languages of scanned pages are a setting like all others, and reach what recognises them."""

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from assistant.assistant import Assistant
from assistant.settings import Settings, load
from index.errors import SettingsError

recognising = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed"
)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A picture of a page with one line; no machine has the data of a language named 'xyz'."""
    page = Image.new("L", (1654, 600), "white")
    words = "The gate was shut at nine in the evening."
    ImageDraw.Draw(page).text((200, 200), words, "black", ImageFont.load_default(size=40))
    page.save(tmp_path / "scan.png")
    return tmp_path / "scan.png"


def said_of(scan: Path, settings: Settings | None = None) -> str:
    with Assistant(scan.parent / "store", settings=settings) as assistant:
        (failed,) = assistant.add(scan).failed
        return str(failed.reason)


@recognising
def test_the_languages_given_to_an_assistant_reach_tesseract(scan, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_OCR_LANGUAGES", "eng")

    assert "lacks the data for 'xyz'" in said_of(scan, load(ocr_languages="xyz"))


@recognising
@pytest.mark.parametrize(
    ("name", "content"),
    [("footnote.toml", 'ocr_languages = "xyz"\n'), (".env", "FOOTNOTE_OCR_LANGUAGES=xyz\n")],
)
def test_the_languages_in_a_file_of_settings_reach_tesseract(scan, surroundings, name, content):
    (surroundings / name).write_text(content)

    assert "lacks the data for 'xyz'" in said_of(scan)


@recognising
def test_without_the_setting_scans_are_read_in_english(scan):
    with Assistant(scan.parent / "store") as assistant:
        assert len(assistant.add(scan).added) == 1


@pytest.mark.parametrize("value", ["--help", "", "eng+", "eng deu", "../eng"])
def test_languages_that_are_none_are_told_before_any_file_is_read(monkeypatch, value):
    monkeypatch.setenv("FOOTNOTE_OCR_LANGUAGES", value)

    with pytest.raises(SettingsError, match=r"FOOTNOTE_OCR_LANGUAGES.*eng\+deu"):
        Assistant()
