"""On a phone, a wide screen, paper and by ear: what is read has all the room that there is."""

import subprocess

import pytest
from axe import violations
from flows import CROSSING, DAM, ask, first_footnote, marked, printed, words
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

pytestmark = pytest.mark.xdist_group("browser-source")

UPRIGHT, SIDEWAYS = {"width": 390, "height": 844}, {"width": 844, "height": 390}


@pytest.mark.parametrize("size", [UPRIGHT, SIDEWAYS], ids=["upright", "sideways"])
def test_a_printed_page_fits_the_width_of_a_phone_and_its_sheet_fills_the_screen(
    tabs, address, size
):
    page = tabs.open(address, viewport=size)
    ask(page, DAM)
    first_footnote(page).click()
    printed(page)
    sheet = page.locator("#source")
    page.wait_for_function("document.querySelector('#source').getBoundingClientRect().top === 0")
    assert sheet.bounding_box() == {"x": 0, "y": 0, **size}
    expect(page.locator("#source output")).to_have_text("100%")
    paper = page.locator("#source .paper").bounding_box()
    assert paper["x"] >= 0
    assert paper["x"] + paper["width"] <= size["width"]
    assert "1974" in marked(page)


@pytest.mark.parametrize("panel", ["library", "conversations", "draft"])
def test_every_sheet_of_a_phone_fills_the_screen_and_closes(tabs, address, panel):
    page = tabs.open(address, viewport=UPRIGHT)
    page.locator(f'[data-panel-of="{panel}"]').click()
    page.wait_for_function(f"document.querySelector('#{panel}').getBoundingClientRect().top === 0")
    assert page.locator(f"#{panel}").bounding_box() == {"x": 0, "y": 0, **UPRIGHT}
    page.locator(f"#{panel} .close").click()
    expect(page.locator(f"#{panel}")).to_be_hidden()


def test_a_phone_on_its_side_shows_the_answer_and_its_sources_below_a_line_of_head(tabs, address):
    page = tabs.open(address, viewport=SIDEWAYS)
    ask(page, CROSSING)
    head = page.locator(".masthead").bounding_box()
    assert head["height"] < 50
    box = page.locator("#question").bounding_box()
    for part in ("#t1 .question", "#t1 .said", "#t1 .sources"):
        shown = page.locator(part).bounding_box()
        assert shown["y"] >= head["y"] + head["height"]
        assert shown["y"] + shown["height"] <= box["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= SIDEWAYS["width"]


@pytest.mark.parametrize("size", [(320, 640), (820, 1180), (844, 390), (2560, 1440)])
def test_nothing_leaves_the_screen_from_the_smallest_to_the_widest(tabs, varied_address, size):
    width, height = size
    page = tabs.open(varied_address, viewport={"width": width, "height": height})
    ask(page, "How many people were evacuated?")
    first_footnote(page).click()
    marked(page)
    for panel in ("library", "draft", "conversations", "model"):
        page.keyboard.press("Escape")
        page.locator(f'[data-panel-of="{panel}"]').click()
        expect(page.locator(f"#{panel}")).to_be_visible()
        page.wait_for_function(
            """panel => {
                const all = [...document.getElementById(panel).querySelectorAll("*")];
                return all.every((one) => !one.checkVisibility() || one.closest(".unseen")
                    || one.getBoundingClientRect().right <= innerWidth + 1);
            }""",
            arg=panel,
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_a_printed_conversation_is_whole_and_holds_nothing_to_press(tabs, varied_address):
    page = tabs.open(varied_address)
    ask(page, "How many people were evacuated?")
    ask(page, "Why did Gate 3 fail?")
    paper = PdfDocument(page.pdf(format="A4"))
    printed_words = " ".join(words(one.get_textpage().get_text_range()) for one in paper)
    for said in (
        "How many people were evacuated?",
        "About 410 people",
        "left arm had run dry",
        "p. 2",
    ):
        assert said in printed_words
    # The quote of a source that is folded on the screen.
    assert printed_words.count("About 410 people were evacuated.") == 2
    for pressed in ("Ask a question", "Not helpful", "Add a folder", "Conversations"):
        assert pressed not in printed_words
    assert page.locator("#t1 .sources details[open]").count() == 0


def test_who_listens_is_told_each_sentence_once_and_when_the_answer_is_complete(
    tabs, varied_address
):
    page = tabs.open(varied_address)
    ask(page, "How many people were evacuated?")
    told = page.locator("#conversation > .unseen[role=status]")
    expect(told).to_contain_text("The answer is complete. Footnotes: 2.")
    said = told.inner_text()
    assert said.count("About 410 people were evacuated.") == 1
    assert said.count("340 people were evacuated.") == 1
    assert said.index("410 people") < said.index("The answer is complete")
    # It is drawn anew with every step, and would be read out each time.
    assert page.get_by_role("log").get_attribute("aria-live") == "off"
    ask(page, "Who won the football match?")
    expect(told).to_contain_text("do not answer this")
    expect(told).not_to_contain_text("410 people")


def has_font(language: str) -> bool:
    command = ["fc-list", f":lang={language}"]
    return bool(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_letters_for_which_there_is_no_font_are_told_by_their_script(tabs, varied_address):
    page = tabs.open(varied_address)
    told = page.locator(".fontless")
    expect(told).to_have_count(0)
    page.locator(".documents a").filter(has_text="The letters of Saltreach").click()
    expect(page.locator("#source .text")).to_contain_text("船は")
    page.wait_for_timeout(1_000)
    shown = told.inner_text() if told.count() else ""
    assert ("Hiragana" in shown) is not has_font("ja")
    assert ("Hebrew" in shown) is not has_font("he")
    assert "Cyrillic" not in shown
