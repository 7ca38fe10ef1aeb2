"""axe-core finds nothing wrong with the page, light and dark, on a wide screen and a phone."""

import pytest
from axe import violations
from flows import CROSSING, ask, first_footnote, marked, printed
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("browser-accessibility")


@pytest.fixture(params=[1280, 390])
def width(request) -> int:
    return request.param


@pytest.fixture(params=["light", "dark"])
def page(request, tabs, address, width):
    viewport = {"width": width, "height": 844}
    return tabs.open(address, viewport=viewport, color_scheme=request.param)


def test_before_the_first_question(page):
    assert violations(page) == []


def test_an_answer_and_the_source_of_its_footnote(page):
    ask(page, CROSSING)
    assert violations(page) == []
    first_footnote(page).click()
    marked(page)
    assert violations(page) == []


def test_a_printed_page_and_what_is_cited_beside_it(page):
    ask(page, "Summarise The reservoir of Upper Fennel")
    first_footnote(page).click()
    printed(page)
    expect(page.locator("#source .steps")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator("#source .text")).to_be_visible()
    assert violations(page) == []


def test_accounts_that_differ_the_quote_of_one_and_what_confidence_means(
    tabs, varied_address, width
):
    page = tabs.open(varied_address, viewport={"width": width, "height": 844})
    ask(page, "How many people were evacuated?")
    page.locator(".colophon summary").click()
    first_footnote(page).hover()
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert violations(page) == []


def test_a_table_in_a_source(tabs, varied_address, width):
    page = tabs.open(varied_address, viewport={"width": width, "height": 844})
    ask(page, "How many boats paid the toll of Saltreach in 2022?")
    first_footnote(page).click()
    expect(page.locator("#source table")).to_be_visible()
    assert violations(page) == []


def test_what_the_documents_do_not_hold(page):
    ask(page, "What is the melting point of tungsten?")
    assert violations(page) == []


def test_the_documents(page, width):
    if width < 900:
        page.locator("[data-panel-of='library']").click()
    assert violations(page) == []


def test_kept_conversations_and_what_can_be_done_with_them(page):
    ask(page, CROSSING)
    page.locator(".actions .menu summary").click()
    page.get_by_role("button", name="Not helpful").click()
    assert violations(page) == []
    page.locator("[data-panel-of='conversations']").click()
    page.locator(".kept details summary").first.click()
    assert violations(page) == []


def test_a_draft_and_what_was_found_about_it(page):
    page.locator("[data-panel-of='draft']").click()
    draft = page.get_by_placeholder("Paste your text")
    draft.fill("The crossing takes 50 minutes. Her captain sings arias at night.")
    assert violations(page) == []
    page.get_by_role("button", name="Set footnotes").click()
    expect(page.locator(".actions")).to_be_visible(timeout=30_000)
    assert violations(page) == []


LOOKS = """
field => {
    const looks = () => {
        const found = [];
        for (let one = field, n = 0; n < 4; one = one.parentElement, n++) {
            const style = getComputedStyle(one);
            const ring = style.outlineStyle === "none" ? "" : style.outlineColor;
            found.push(style.borderTopColor, style.boxShadow, ring);
        }
        return found.join();
    };
    field.blur();
    const before = looks();
    field.focus();
    return before !== looks();
}
"""


def test_every_field_shows_that_it_has_the_keyboard(page):
    seen = 0
    for panel in (None, "draft", "conversations", "library"):
        if panel is not None:
            # On a phone a sheet fills the screen, so that the one before has to be closed.
            page.keyboard.press("Escape")
            page.locator(f'[data-panel-of="{panel}"]').click()
            expect(page.locator(f"#{panel}")).to_be_visible()
        # On a phone a panel lies over the conversation, which is out of reach meanwhile.
        for field in page.locator(":is(input, textarea):visible:not([inert] *)").all():
            name = field.get_attribute("aria-label") or field.get_attribute("placeholder")
            assert field.evaluate(LOOKS), f"{panel}: {name}"
            seen += 1
    assert seen >= 4


def test_the_view_of_matrices_before_and_after_it_is_asked(page):
    page.goto(f"{page.url.split('?')[0].rstrip('/')}/matrix")
    assert violations(page) == []
    page.get_by_label("Questions").fill("How long does the crossing to Quill Island take?")
    page.get_by_role("button", name="Ask every document").click()
    expect(page.locator("#said")).to_contain_text("cells;", timeout=30_000)
    page.locator("td summary").first.click()
    assert violations(page) == []
