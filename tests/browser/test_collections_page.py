"""Collections on the page: begun with what is ticked, chosen for a conversation, and left."""

import shutil
from pathlib import Path

import pytest
from axe import violations
from flows import CROSSING, ask
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("browser-kept")


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_ticked_becomes_a_collection_that_a_conversation_is_limited_to(
    store: Path, tmp_path: Path, serving, tabs, width
):
    own = shutil.copytree(store, tmp_path / "store")
    with serving("--store", str(own)) as address:
        page = tabs.open(address, viewport={"width": width, "height": 844})
        if width > 900:
            rows = page.locator("#documents li[data-document]")
            rows.filter(has_text="ferry of Teal Harbour").get_by_role("checkbox").check()
        page.get_by_role("link", name="Collections").click()
        page.get_by_role("textbox", name="Name").fill("Boats")
        if width < 900:
            page.get_by_label("With these documents").select_option(
                label="The ferry of Teal Harbour"
            )
        page.get_by_role("button", name="Begin a collection").click()
        boats = page.get_by_role("region", name="Boats")
        expect(boats).to_contain_text("1 document")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boats.get_by_role("link", name="Ask only these").click()
        expect(page.locator("#note")).to_contain_text("Only documents of “Boats” are read.")
        turn = ask(page, "When was the dam raised?")
        expect(page.locator(f"#t{turn} .ref")).to_have_count(0)
        turn = ask(page, CROSSING)
        expect(page.locator(f"#t{turn} .said").first).to_contain_text("35 minutes")
        page.reload()
        expect(page.locator(".turn")).to_have_count(2)
        page.get_by_role("link", name="Read all documents").click()
        expect(page.locator("#note")).not_to_contain_text("Boats")
        page.close()
    tabs.forgive("ERR_CONNECTION_REFUSED")
    tabs.forgive("ERR_INCOMPLETE_CHUNKED_ENCODING")
