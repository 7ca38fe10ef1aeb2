"""axe-core finds nothing wrong with the page, light and dark, on a wide screen and a phone."""

import pytest
from axe import violations
from flows import CROSSING, ask, first_footnote, marked

pytestmark = pytest.mark.xdist_group("browser")


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


def test_what_the_documents_do_not_hold(page):
    ask(page, "What is the melting point of tungsten?")
    assert violations(page) == []


def test_the_documents(page, width):
    if width < 900:
        page.locator("[data-panel-of='library']").click()
    assert violations(page) == []
