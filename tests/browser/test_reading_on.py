"""Reading on: documents opened without a question, asked about, and what follows an answer."""

import pytest
from axe import violations
from flows import CROSSING, DAM, ask, first_footnote, marked, printed
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("browser-source")

REPORT = "Preliminary report on the failure"
NOBODY = "Who won the football match?"


def open_report(page: Page, title: str = REPORT) -> None:
    if page.viewport_size["width"] < 900:
        page.locator('[data-panel-of="library"]').click()
    page.locator(".documents a").filter(has_text=title).click()
    expect(page.locator("#source h2")).to_contain_text(title)
    printed(page)


@pytest.fixture(params=[1280, 390])
def page(request, tabs, varied_address):
    return tabs.open(varied_address, viewport={"width": request.param, "height": 844})


def test_the_outline_of_a_document_opens_its_sections(page):
    open_report(page)
    page.locator("#source .outline summary").click()
    assert violations(page) == []
    page.locator("#source .outline a").filter(has_text="Alarm").click()
    assert marked(page).endswith("Alarm")
    expect(page.locator("#source article")).to_have_attribute("data-page", "2")
    page.locator("#source .outline summary").click()
    page.keyboard.press("Escape")
    expect(page.locator("#source .outline")).not_to_have_attribute("open", "")
    expect(page.locator("#source")).to_be_visible()


def test_words_are_found_in_all_of_a_document_from_place_to_place(page):
    open_report(page)
    field, told = page.get_by_role("searchbox"), page.locator("#source .finding output")
    field.fill("SIRENS   sounded")
    field.press("Enter")
    expect(told).to_have_text("1 of 1")
    assert marked(page) == "sirens sounded"
    field.fill("gate 3")
    field.press("Enter")
    expect(told).to_contain_text(" of 7")
    expect(field).to_be_focused()
    seen = set()
    for _ in range(7):
        before = told.inner_text()
        seen.add(before)
        page.locator("#found-after").press("Enter")
        expect(told).not_to_have_text(before)
        expect(page.locator("#found-after")).to_be_focused()
        assert marked(page).lower() == "gate 3"
    assert len(seen) == 7
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator("#source .text mark")).to_have_text("Gate 3")
    field.fill("<b>no such</b> words")
    field.press("Enter")
    expect(told).to_have_text("not there")
    assert violations(page) == []


def test_a_document_is_asked_about_until_all_are_asked_again(page):
    open_report(page)
    page.get_by_role("button", name="Ask about this document").click()
    expect(page.locator(".about")).to_contain_text(f"About “{REPORT}")
    expect(page.locator("#question textarea")).to_be_focused()
    assert violations(page) == []
    turn = ask(page, "How many people were evacuated?")
    expect(page.locator(f"#t{turn} .notice").first).to_contain_text(f"Limited to “{REPORT}")
    titles = page.locator(f"#t{turn} .sources strong").all_inner_texts()
    assert titles
    assert all(title.startswith(REPORT) for title in titles)
    page.get_by_role("button", name="Ask all documents").click()
    expect(page.locator(".about")).to_have_count(0)
    turn = ask(page, "How many people were evacuated?")
    expect(page.locator(f"#t{turn}")).not_to_contain_text("Limited to")


def test_selected_words_are_asked_about(page):
    open_report(page)
    line = page.locator("#source svg.words tspan").filter(has_text="controlled release").first
    line.select_text()
    page.get_by_role("button", name="Ask about these words").click()
    expect(page.locator(".about")).to_contain_text("There was no controlled release")
    turn = ask(page, "Who says so?")
    expect(page.locator(f"#t{turn} .question")).to_contain_text("Who says so? (“")
    expect(page.locator(f"#t{turn} .notice").first).to_contain_text("Limited to")
    # The document stays, the words do not.
    expect(page.locator(".about")).to_contain_text(f"About “{REPORT}")


def test_what_the_documents_answer_too_is_offered_behind_an_answer_and_was_tried(page):
    turn = ask(page, "Why did Gate 3 fail?")
    offered = page.locator("#further button")
    expect(offered).to_have_count(3, timeout=60_000)
    assert violations(page) == []
    questions = offered.all_inner_texts()
    assert len({*questions}) == 3
    offered.first.click()
    expect(page.locator(f"#t{turn + 1}[aria-busy=false]")).to_be_visible(timeout=60_000)
    expect(page.locator(f"#t{turn + 1} .question")).to_have_text(questions[0])
    expect(page.locator(f"#t{turn + 1} .ref").first).to_be_visible()
    for question in questions[1:]:
        turn_number = ask(page, question)
        expect(page.locator(f"#t{turn_number} .ref").first).to_be_visible()


def test_nothing_is_offered_behind_a_refusal_which_is_sent_on_in_one_click(page):
    turn = ask(page, NOBODY)
    page.wait_for_timeout(2_000)
    expect(page.locator("#further button")).to_have_count(0)
    assert violations(page) == []
    expect(page.get_by_role("button", name="Ask the writer")).to_have_count(0)
    only = page.locator(f"#t{turn} .sent-on button:visible").first
    title = only.inner_text().removeprefix("Only “").removesuffix("”")
    only.click()
    expect(page.locator(f"#t{turn + 1}[aria-busy=false]")).to_be_visible(timeout=60_000)
    expect(page.locator(f"#t{turn + 1} .question")).to_have_text(NOBODY)
    expect(page.locator(f"#t{turn + 1}")).to_contain_text(f"Limited to “{title}”")
    page.locator(f"#t{turn + 1}").get_by_role("button", name="Search all documents").click()
    expect(page.locator(f"#t{turn + 2}[aria-busy=false]")).to_be_visible(timeout=60_000)
    expect(page.locator(f"#t{turn + 2}")).not_to_contain_text("Limited to")


def test_pinned_conversations_stand_first_and_are_found_by_the_words_of_their_answers(
    tabs, address
):
    page = tabs.open(address)
    ask(page, CROSSING)
    page.locator('[data-panel-of="conversations"]').click()
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector("#transcript .welcome")
    ask(page, DAM)
    rows = page.locator("#asked .kept > li")
    expect(rows.first).to_contain_text(DAM)
    rows.nth(1).locator("details > summary").first.click()
    page.get_by_role("button", name="Pin to the top").locator("visible=true").click()
    expect(rows.first).to_contain_text(CROSSING)
    expect(rows.first).to_contain_text("Pinned")
    assert violations(page) == []
    page.reload()
    page.locator('[data-panel-of="conversations"]').click()
    expect(rows.first).to_contain_text(CROSSING)
    page.get_by_placeholder("Find a conversation").fill("1974")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(DAM)
    page.get_by_placeholder("Find a conversation").fill("")
    expect(rows).to_have_count(2)
    rows.first.locator("details > summary").first.click()
    page.get_by_role("button", name="Pin no longer").locator("visible=true").click()
    expect(rows.first).to_contain_text(DAM)
    tabs.forgive("Connection errored out")


def test_the_keys_are_told_under_the_question_mark_and_can_be_turned_off(tabs, address):
    page = tabs.open(address)
    ask(page, DAM)
    page.locator("#question textarea").press("?")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("#question textarea").fill("")
    page.locator("#question textarea").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("c")
    expect(page.locator("#conversations")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#question textarea").blur()
    first_footnote(page).click()
    marked(page)
    page.keyboard.press("f")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#question textarea").blur()
    page.keyboard.press("/")
    expect(page.locator("#question textarea")).to_be_focused()
    expect(page.locator("#question textarea")).to_have_value("")
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single keys work outside of fields").uncheck()
    page.get_by_role("button", name="Close", exact=True).click()
    page.locator("#question textarea").blur()
    page.keyboard.press("c")
    page.wait_for_timeout(200)
    expect(page.locator("#conversations")).to_be_hidden()
