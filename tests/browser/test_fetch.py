"""A page's own scripts may ask the interface as docs/http.md shows it; nothing else is sent."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("browser")

DOCS = Path(__file__).parents[2] / "docs" / "http.md"


def test_a_script_of_the_page_asks_as_the_documentation_shows(page):
    shown = re.search(r"^```js\n(.*?)^```\n\n```text\n(.*?)\n```", DOCS.read_text(), re.M | re.S)
    assert shown is not None
    answer = page.evaluate(f"async () => {{ {shown[1]} }}")
    assert str(answer).lower() == shown[2]


def test_the_description_of_the_interface_is_shown_without_another_server(page, address):
    page.goto(f"{address}/api/docs")
    page.get_by_text("/api/v1/ask/events").wait_for()
