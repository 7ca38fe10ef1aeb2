"""What is typed is sent once, whole, and lost by nothing."""

import pytest
from flows import CROSSING, ask
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("browser-sending")


def test_what_is_typed_while_a_question_is_sent_stays_in_the_box(page: Page):
    box = page.locator("#question textarea")
    box.press_sequentially(CROSSING)
    page.keyboard.press("Enter")
    page.keyboard.type("Who is the keeper?", delay=70)
    expect(page.locator("#t1 .question")).to_have_text(CROSSING)
    expect(box).to_have_value("Who is the keeper?")
    expect(page.locator("#t1 .said")).to_contain_text("35 minutes", timeout=60_000)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(box).to_have_value("Who is the keeper?")


def test_a_question_that_cannot_be_sent_comes_back_into_the_box(page: Page, tabs):
    busy = {"status": 503, "json": {"detail": "Too many questions wait for an answer."}}
    page.route("**/gradio_api/queue/join*", lambda route: route.fulfill(**busy))
    box = page.locator("#question textarea")
    box.fill(CROSSING)
    box.press("Enter")
    expect(page.locator(".unsent")).to_contain_text("has not been sent")
    expect(box).to_have_value(CROSSING)
    tabs.forgive("503")
    page.unroute_all()
    ask(page, CROSSING)
    expect(page.locator("#t1 .said")).to_contain_text("35 minutes")


def test_a_question_that_is_too_long_is_told_before_it_is_sent(page: Page):
    box, told = page.locator("#question textarea"), page.locator(".unsent")
    long = "Why? " * 900
    box.fill(long)
    expect(told).to_contain_text("4,499 characters; at most 4,000 are taken")
    box.press("Enter")
    expect(box).to_have_value(long)
    expect(page.locator(".turn")).to_have_count(0)
    expect(told).to_be_in_viewport()
    box.fill(CROSSING)
    expect(told).to_have_count(0)
