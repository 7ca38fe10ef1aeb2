"""Conversations are kept for the browser that held them, and answers can be taken along."""

import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.assistant import Assistant
from assistant.conversations.conversations import Conversations

pytestmark = pytest.mark.xdist_group("browser-kept")

CROSSING = "How long does the crossing from Teal Harbour to Quill Island take?"
PASSENGERS = "How many passengers did the Marigold carry in its first week?"
LENS = "What did the keeper mend the great lens with?"


def ask(page: Page, question: str) -> None:
    before = page.locator(".actions").count()
    # Enter does nothing until the answer before has ended, which is after its last word.
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".actions")).to_have_count(before + 1, timeout=60_000)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def conversations(page: Page) -> None:
    page.locator('[data-panel-of="conversations"]').click()
    expect(page.locator("#conversations")).to_be_visible()


def test_a_conversation_is_there_again_after_a_reload(page: Page):
    ask(page, CROSSING)
    ask(page, PASSENGERS)
    said = page.locator(".said").all_inner_texts()
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    assert page.locator(".said").all_inner_texts() == said
    # A follow-up still knows what it follows.
    ask(page, "And to where does it take 35 minutes?")
    expect(page.locator(".turn")).to_have_count(3)


def test_a_conversation_is_there_again_after_a_restart(store: Path, serving, tabs):
    command = ("--store", str(store))
    with serving(*command) as address:
        page = tabs.open(address)
        ask(page, CROSSING)
        query = page.url.partition("?")[2]
        cookies = page.context.cookies()
        page.close()
    with serving(*command) as address:
        again = tabs.open(address)
        again.context.add_cookies(
            [{k: c[k] for k in ("name", "value", "domain", "path")} for c in cookies]
        )
        again.goto(f"{address}/?{query}")
        expect(again.locator(".question")).to_have_text(CROSSING)
        again.close()


def test_two_tabs_on_one_conversation_lose_nothing(page: Page):
    ask(page, CROSSING)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".question")).to_have_text([CROSSING])
    ask(other, PASSENGERS)
    ask_here = page.locator("#question textarea")
    ask_here.fill(LENS)
    ask_here.press("Enter")
    expect(page.locator(".actions")).to_have_count(3, timeout=60_000)
    expect(page.locator(".question")).to_have_text([CROSSING, PASSENGERS, LENS])
    for tab in (page, other):
        tab.reload()
        expect(tab.locator(".question")).to_have_text([CROSSING, PASSENGERS, LENS])
    # What one tab asks anew takes the place of what was there, and of nothing that it has not seen.
    page.locator("[data-edit='3']").click()
    expect(page.locator("#editing")).to_contain_text("replaces question 3")
    ask(other, "When did the lantern workshop open?")
    page.locator("#question textarea").press("Enter")
    left = [CROSSING, PASSENGERS, "When did the lantern workshop open?", LENS]
    expect(page.locator("#t4 .actions")).to_be_visible(timeout=60_000)
    expect(page.locator(".question")).to_have_text(left)
    other.reload()
    expect(other.locator(".question")).to_have_text(left)


def test_a_conversation_deleted_in_another_tab_goes_on_as_a_new_one(page: Page):
    ask(page, CROSSING)
    other = page.context.new_page()
    other.goto(page.url)
    conversations(other)
    other.get_by_label(f"Rename, export or delete “{CROSSING}”").click()
    other.locator("[data-discard]:visible").click()
    other.locator("#confirming .danger").click()
    expect(other.locator(".welcome")).to_be_visible()
    page.locator("#question textarea").fill(LENS)
    page.keyboard.press("Enter")
    expect(page.locator("#t2 .actions")).to_be_visible(timeout=60_000)
    page.reload()
    expect(page.locator(".question")).to_have_text([LENS])


def test_another_browser_sees_nothing_of_it(page: Page, tabs, address: str):
    ask(page, CROSSING)
    link = page.url
    export = page.locator(".actions .menu a").first.get_attribute("href")
    other = tabs.open(address)
    other.goto(link)
    expect(other.locator("#transcript .problem")).to_contain_text("belongs to another browser")
    conversations(other)
    expect(other.locator("#asked")).to_contain_text("Nothing has been asked yet.")
    assert other.request.get(f"{address}/{export}").status == 404


def test_the_secret_of_a_browser_is_out_of_reach_of_scripts(page: Page):
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "footnote_visitor"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert page.evaluate("document.cookie") == ""


def test_conversations_are_found_renamed_and_deleted(page: Page):
    ask(page, CROSSING)
    conversations(page)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, LENS)
    expect(page.locator(".kept > li")).to_have_count(2)

    page.get_by_label("Find a conversation").press_sequentially("35 minutes")
    expect(page.locator(".kept > li")).to_have_count(1)
    page.locator(".kept .resume").click()
    expect(page.locator(".question")).to_have_text(CROSSING)

    page.get_by_label("Find a conversation").fill("")
    page.get_by_label(f"Rename, export or delete “{CROSSING}”").click()
    page.locator(".kept input:visible").fill("Crossings")
    page.locator("[data-rename]:visible").click()
    expect(page.get_by_role("button", name="Crossings", exact=True)).to_be_visible()

    page.get_by_label("Rename, export or delete “Crossings”").click()
    page.locator("[data-discard]:visible").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete “Crossings” with all its answers?")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".kept > li")).to_have_count(2)
    page.locator("[data-discard]:visible").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("#asked [role=status]")).to_have_text("“Crossings” has been deleted.")
    expect(page.locator(".kept > li")).to_have_count(1)
    expect(page.locator(".welcome")).to_be_visible()
    assert "conversation=" not in page.url


def test_a_question_is_edited_and_asked_again(page: Page):
    ask(page, CROSSING)
    ask(page, PASSENGERS)
    page.locator("#question textarea").fill("begun")
    page.locator("[data-edit='1']").click()
    expect(page.locator("#question textarea")).to_have_value(CROSSING)
    expect(page.locator("#question textarea")).to_be_focused()
    expect(page.locator("#editing")).to_contain_text("replaces question 1")
    page.locator("#editing").get_by_role("button", name="Cancel").click()
    expect(page.locator("#editing")).to_have_text("")
    expect(page.locator("#question textarea")).to_have_value("begun")

    page.locator("[data-edit='1']").click()
    expect(page.locator("#editing")).to_contain_text("replaces question 1")
    page.locator("#question textarea").fill(LENS)
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_have_text([LENS])
    expect(page.locator(".actions")).to_have_count(1)
    page.reload()
    expect(page.locator(".question")).to_have_text([LENS])


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("Markdown", "[^1]"),
        ("Web page (HTML)", "<html"),
        ("BibTeX", "@"),
        ("CSL-JSON", '"title"'),
        ("JSON", '"schema_version"'),
    ],
)
def test_an_answer_is_taken_along(page: Page, name: str, holds: str):
    ask(page, CROSSING)
    page.locator(".actions .menu summary").click()
    with page.expect_download() as coming:
        page.locator(".actions .menu").get_by_role("link", name=name, exact=True).click()
    text = Path(coming.value.path()).read_text()
    assert holds in text
    assert coming.value.suggested_filename.startswith(CROSSING.rstrip("?"))


def test_escape_closes_the_menu_that_is_open_and_nothing_else(page: Page):
    ask(page, CROSSING)
    page.locator(".ref").first.click()
    expect(page.locator("#source mark").first).to_be_visible()
    menu = page.locator(".actions .menu")
    menu.locator("summary").click()
    expect(menu.get_by_role("link", name="Markdown", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Markdown", exact=True)).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    expect(page.locator("#source")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()


def test_back_and_forward_close_and_open_what_was_opened(page: Page):
    ask(page, CROSSING)
    first = page.url
    page.locator(".ref").first.click()
    expect(page.locator("#source mark").first).to_be_visible()
    page.go_back()
    expect(page.locator("#source")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#source mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    conversations(page)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, LENS)
    second = page.url
    assert second != first
    page.go_back()
    expect(page.locator(".question")).to_have_text([CROSSING])
    assert page.url == first
    page.go_forward()
    expect(page.locator(".question")).to_have_text([LENS])
    assert page.url == second


def test_a_conversation_is_found_by_words_that_are_pasted(page: Page, address: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    ask(page, CROSSING)
    conversations(page)
    page.evaluate("navigator.clipboard.writeText('no such words')")
    page.get_by_label("Find a conversation").press("Control+v")
    expect(page.locator("#asked")).to_contain_text("No conversation matches.")


def test_a_conversation_is_taken_along_as_one_word_document(page: Page):
    ask(page, CROSSING)
    ask(page, PASSENGERS)
    conversations(page)
    page.get_by_label(re.compile("^Rename, export or delete")).click()
    page.locator(".kept .menu summary").click()
    with page.expect_download() as coming:
        page.locator(".kept .menu").get_by_role("link", name="Word (DOCX)").click()
    with zipfile.ZipFile(coming.value.path()) as word:
        body, notes = (word.read(f"word/{n}.xml").decode() for n in ("document", "footnotes"))
    assert CROSSING in body
    assert PASSENGERS in body
    assert "35 minutes" in notes


def test_an_answer_is_copied_with_its_footnotes(page: Page, address: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    ask(page, CROSSING)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[^1]" in copied
    assert "The crossing from Teal Harbour to Quill Island takes 35 minutes." in copied


def test_the_link_to_an_answer_opens_it_in_its_conversation(page: Page, address: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    ask(page, CROSSING)
    ask(page, PASSENGERS)
    page.locator("[data-link]").first.click()
    expect(page.locator("[data-link]").first).to_have_text("Link copied")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".question").first).to_be_in_viewport()


def reasons(store: Path) -> list[str]:
    kept = Conversations(store)
    try:
        return [one.feedback.reason for one in kept.rated()]
    finally:
        kept.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for what the page has sent off to be done: a tab that is left meanwhile gives it up."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_feedback_with_a_reason_reaches_the_store(page: Page, store: Path):
    ask(page, LENS)
    page.get_by_role("button", name="Not helpful").click()
    page.locator(".reason textarea").fill("It names no glass.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("button", name="Thank you")).to_be_visible()
    until(lambda: "It names no glass." in reasons(store))
    page.reload()
    thumb = page.get_by_role("button", name="Not helpful")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "false")
    until(lambda: "It names no glass." not in reasons(store))


def test_a_hostile_title_is_only_text(page: Page):
    ask(page, '<img src=x onerror="window.injected = 9"> "quoted" </script>')
    conversations(page)
    expect(page.locator(".kept .resume").first).to_contain_text("<img src=x")
    assert page.evaluate("window.injected") is None


def test_an_export_runs_nothing(page: Page, address: str):
    ask(page, "What does a brass lantern cost?")
    href = page.locator(".actions .menu a").nth(1).get_attribute("href")
    answer = page.request.get(f"{address}/{href}")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert json.dumps(answer.text()).count("<script") == 0


def test_it_works_on_a_phone(tabs, address: str):
    page = tabs.open(address, viewport={"width": 390, "height": 844})
    ask(page, CROSSING)
    conversations(page)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#conversations")).to_be_hidden()
    expect(page.locator(".welcome")).to_be_visible()


def test_a_long_conversation_shows_its_end_and_more_when_asked(
    store: Path, page: Page, address: str
):
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "footnote_visitor"]
    with Assistant(store) as assistant:
        answer = assistant.query(CROSSING)
        id_, first = assistant.conversations.keep(cookie["value"], None, answer, 0.1)
        for _ in range(59):
            assistant.conversations.keep(cookie["value"], id_, answer, 0.1)
    page.goto(f"{address}/?conversation={id_}")
    expect(page.locator(".turn")).to_have_count(12)
    expect(page.locator("#t60")).to_be_in_viewport()
    ask(page, LENS)
    expect(page.locator("#t61 .question")).to_be_in_viewport()
    page.get_by_role("button", name="Show earlier questions (48)").click()
    expect(page.locator(".turn")).to_have_count(43)
    page.goto(f"{address}/?answer={first}")
    expect(page.locator(".turn")).to_have_count(61)
    expect(page.locator("#t1 .question")).to_be_in_viewport()


def test_the_link_of_an_answer_opens_it_alone_for_somebody_else(page: Page, tabs, address: str):
    ask(page, CROSSING)
    ask(page, LENS)
    link = page.locator("#t2 [data-link]").get_attribute("data-link")
    other = tabs.open(address)
    other.goto(link if "://" in link else f"{address}/{link}")
    expect(other.locator(".question")).to_have_text([LENS])
    expect(other.locator("#t1 .said")).to_contain_text(page.locator("#t2 .said").inner_text()[:40])
    expect(other.locator("#t1 .actions")).to_have_count(0)
    ask(other, CROSSING)
    conversations(other)
    expect(other.locator("#asked [data-discard]")).to_have_count(1)
    expect(page.locator(".question")).to_have_text([CROSSING, LENS])
