"""With a writer the page says who writes, shows what its sources carry, and lets one choose."""

import json
from pathlib import Path

import pytest
from chat_server import KEY, MODEL, rewrites, writes, writes_json
from chat_server import serving as chatting
from flows import CROSSING, ask
from playwright.sync_api import expect
from scripted_models import judging

pytestmark = pytest.mark.xdist_group("browser-who-answers")


def test_the_writer_answers_with_a_verdict_on_each_sentence_and_the_reader_when_asked(
    store: Path, serving, tabs
):
    with chatting() as chat:
        judging(chat)
        chat.answers(
            writes(
                "The crossing from Teal Harbour to Quill Island takes 35 minutes.[1] ",
                "Its captain once met ",
                "![x](http://leak.invalid/y) the Queen of Bohemia.[1]",
            ),
            rewrites(""),
        )
        command = ("--store", str(store))
        environment = {
            "FOOTNOTE_WRITER": f"openai:{MODEL}",
            "FOOTNOTE_WRITER_BASE": chat.address,
            "FOOTNOTE_WRITER_KEY": KEY,
        }
        with serving(*command, **environment) as address:
            page = tabs.open(address)
            expect(page.locator(".engine")).to_contain_text(f"{MODEL} writes")
            turn = ask(page, CROSSING)
            said = page.locator(f"#t{turn} .said")
            expect(said).to_contain_text(
                "The crossing from Teal Harbour to Quill Island takes 35 minutes."
            )
            expect(said.locator(".ref")).to_have_count(1)
            expect(said).to_contain_text("Bohemia")
            expect(said.locator(".unsupported").first).to_be_hidden()
            said.get_by_text("1 sentence not verified").click()
            expect(said.locator(".unsupported").first).to_be_visible()
            expect(page.locator(f"#t{turn} .dropped")).to_have_count(0)
            expect(page.locator(f"#t{turn}")).to_contain_text(f"writer:{MODEL}")
            assert page.locator("#transcript img").count() == 0

            asked = len(chat.requests + chat.asides)
            page.get_by_label("Embedded reader").check()
            turn = ask(page, CROSSING)
            expect(page.locator(f"#t{turn} .said")).to_contain_text("35 minutes")
            assert len(chat.requests + chat.asides) == asked
            assert KEY not in page.content()
            page.close()


def test_in_a_research_each_planned_question_is_a_turn_and_the_first_says_how_far_it_is(
    store: Path, serving, tabs
):
    nobody = "Who won the football match?"
    with chatting() as chat:
        judging(chat)
        chat.answers(
            writes(json.dumps({"questions": [CROSSING, nobody], "done": False})),
            writes_json(("The crossing from Teal Harbour to Quill Island takes 35 minutes.", [1])),
            writes_json(answered=False),
            writes(json.dumps({"questions": [], "done": True})),
        )
        environment = {
            "FOOTNOTE_WRITER": f"openai:{MODEL}",
            "FOOTNOTE_WRITER_BASE": chat.address,
            "FOOTNOTE_WRITER_KEY": KEY,
        }
        with serving("--store", str(store), **environment) as address:
            page = tabs.open(address)
            page.get_by_label("Research").check()
            turn = ask(page, "What is known of the ferry?")
            expect(page.locator(f"#t{turn}")).to_contain_text("1 of 2 were answered")
            first, second = page.locator(f"#t{turn + 1}"), page.locator(f"#t{turn + 2}")
            expect(first).to_contain_text(CROSSING)
            expect(first.locator(".said .ref")).to_have_count(1)
            expect(second).to_contain_text(nobody)
            expect(page.locator(".turn")).to_have_count(turn + 2)
            page.close()


def test_without_a_writer_there_is_nothing_to_choose(page):
    expect(page.locator(".engine")).to_contain_text("Embedded reader")
    expect(page.locator("#engine")).to_have_count(0)
