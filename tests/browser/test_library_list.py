"""The list of documents on the page: found, filtered, ticked and corrected, also of 20,000."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from crowd import crowd
from flows import ask
from playwright.sync_api import expect

from assistant.assistant import Assistant

pytestmark = pytest.mark.xdist_group("browser-library")

MANY = 20_000
OPENS, FOLLOWS = 20_000, 10_000
"""Milliseconds, many times what it takes on a machine with nothing else to do."""

GATE = "The gate of Marl held until noon."
WEIR = "The weir of Brindle was built in 1903."


@pytest.fixture(scope="module")
def many(serving, tmp_path_factory) -> Iterator[str]:
    """The address of a server whose store has 20,001 documents."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "gate.txt").write_text(GATE, encoding="utf-8")
    with Assistant(folder / "store") as assistant:
        assistant.add(folder / "gate.txt")
    crowd(folder / "store", MANY)
    with serving("--store", str(folder / "store")) as address:
        yield address


@pytest.fixture
def small(serving, tmp_path: Path) -> Iterator[str]:
    """The address of a server whose store has six documents."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "gate.txt").write_text(GATE, encoding="utf-8")
    for number, name in enumerate(("weir", "mill", "quay", "lock")):
        text = (
            f"---\ntitle: The {name}\ndate: 200{number}-05-01\ntags: water, {name}\n---\n{WEIR}\n"
        )
        (files / f"{name}.md").write_text(text, encoding="utf-8")
    head = "<html><head><title>The ferry</title></head><body><nav>Home | Fares</nav>"
    (files / "ferry.html").write_text(f"{head}<p>{WEIR}</p></body></html>", encoding="utf-8")
    with Assistant(tmp_path / "store") as assistant:
        assert len(assistant.add(files).added) == 6
    with serving("--store", str(tmp_path / "store")) as address:
        yield address


def rows(page):
    return page.locator("#documents li[data-document]")


def row(page, title):
    return rows(page).filter(has_text=title)


def opened(page, title):
    row(page, title).locator("summary").click()
    expect(row(page, title).locator("form")).to_be_visible()
    return row(page, title).locator("form")


def test_twenty_thousand_documents_open_are_found_and_scrolled_without_slowing(many, tabs):
    page = tabs.open(many)
    expect(rows(page)).to_have_count(100, timeout=OPENS)
    found = page.locator("#library .found")
    page.get_by_label("Search the list").fill("meeting 00777")
    expect(found).to_have_text("1 of 20,001 documents", timeout=FOLLOWS)
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Search the list").fill("")
    expect(rows(page)).to_have_count(100, timeout=FOLLOWS)
    page.locator("#library .filters summary").click()
    page.get_by_label("Status").select_option("draft")
    expect(found).to_have_text("5,000 of 20,001 documents", timeout=FOLLOWS)
    page.get_by_label("Kind").select_option("text")
    expect(found).to_have_text("5,000 of 20,001 documents", timeout=FOLLOWS)
    page.get_by_label("Status").select_option("")
    page.get_by_label("Kind").select_option("")
    page.get_by_label("State").select_option("gone")
    expect(found).to_have_text("20,000 of 20,001 documents", timeout=FOLLOWS)
    page.get_by_label("Order").select_option("title")
    expect(rows(page).first).to_contain_text("Minutes of meeting 00000", timeout=FOLLOWS)
    rows(page).last.scroll_into_view_if_needed()
    expect(rows(page)).to_have_count(200, timeout=FOLLOWS)
    expect(rows(page).nth(150)).to_contain_text("Minutes of meeting 00150")


def test_what_a_filter_leaves_can_be_asked_alone(many, tabs):
    page = tabs.open(many)
    page.get_by_label("Search the list").fill("gate")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Ask only these").click()
    limited = page.locator("#library .limited")
    expect(limited).to_contain_text("Answers come from 1 document.")
    ask(page, "Until when did the gate of Marl hold?")
    expect(page.locator("#t1 .said")).to_contain_text("until noon")
    expect(page.locator("#t1 .notice")).to_contain_text("Limited to “Gate”.")
    limited.get_by_role("button", name="Ask all again").click()
    expect(limited).to_be_hidden()
    ask(page, "Until when did the gate of Marl hold?")
    expect(page.locator("#t2 .said")).to_contain_text("until noon")
    expect(page.locator("#t2 .notice").filter(has_text="Limited")).to_have_count(0)


def test_a_few_documents_are_sorted_and_filtered_by_tag_year_and_what_was_left_out(small, tabs):
    page = tabs.open(small)
    expect(rows(page).first).to_contain_text("The lock")
    page.get_by_label("Order").select_option("oldest")
    expect(rows(page).first).to_contain_text("The weir")
    page.locator("#library .filters summary").click()
    page.get_by_label("Tag").select_option("water")
    expect(rows(page)).to_have_count(4)
    page.get_by_label("Year").select_option("2001")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("The mill")
    page.get_by_label("Year").select_option("")
    page.get_by_label("Tag").select_option("")
    page.get_by_label("State").select_option("partial")
    expect(rows(page)).to_have_count(1)
    opened(page, "The ferry")
    expect(rows(page).locator(".left-out")).to_contain_text("Home | Fares")
    page.get_by_label("Search the list").fill("nothing like it")
    expect(page.locator("#library .found")).to_have_text("No document matches.")


def test_a_document_is_corrected_by_hand_which_counts_and_can_be_taken_back(small, tabs):
    page = tabs.open(small)
    form = opened(page, "The mill")
    form.get_by_label("Date").fill("soon")
    form.get_by_role("button", name="Save").click()
    expect(form.locator(".told")).to_contain_text("is no date")
    form.get_by_label("Date").fill("May 2024")
    form.get_by_label("Title").fill("The mill of Brindle")
    form.get_by_label("Status").fill("archived")
    form.get_by_role("button", name="Save").click()
    expect(form.locator(".told")).to_have_text("Saved.")
    expect(row(page, "The mill of Brindle")).to_contain_text("archived · May 2024")
    expect(form).to_contain_text("read: 1 May 2001")

    page.reload()
    expect(rows(page).first).to_contain_text("The mill of Brindle")
    form = opened(page, "The mill of Brindle")
    form.get_by_role("button", name="Undo the correction of the date").click()
    expect(row(page, "The mill of Brindle")).to_contain_text("archived · 1 May 2001")
    expect(form.get_by_role("button", name="Undo the correction of the date")).to_have_count(0)
    expect(form.get_by_role("textbox", name="Status")).to_have_value("archived")


def test_the_list_has_no_fault_that_axe_finds_and_fits_a_phone(small, tabs):
    from axe import violations

    for width in (1280, 390):
        page = tabs.open(small, viewport={"width": width, "height": 844})
        if width < 900:
            page.locator("[data-panel-of='library']").click()
        page.locator("#library .filters summary").click()
        opened(page, "The mill")
        assert violations(page) == []
        wide = "document.querySelector('#library').scrollWidth"
        assert page.evaluate(wide) <= page.evaluate(
            "document.querySelector('#library').clientWidth"
        )
