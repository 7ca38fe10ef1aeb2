"""The page below a path of a real nginx: a person signs in, asks, and opens a source."""

import pytest
from flows import CROSSING, ask, first_footnote, marked
from nginx import free_port, needed, nginx

from assistant.api.tokens import Tokens

pytestmark = [needed, pytest.mark.xdist_group("browser")]


def test_a_person_signs_in_asks_and_opens_a_source(browser, store, serving, tmp_path):
    with Tokens(store) as tokens:
        secret, _ = tokens.make("Ann", ["read", "ask", "write"])
    port = free_port()
    # Not on port 80 or 443, so that browsers name the port: it is set with the name.
    named = {
        "FOOTNOTE_ADDRESS": f"http://localhost:{port}/docs",
        "FOOTNOTE_HOSTS": f"localhost:{port}",
    }
    with serving("--store", str(store), **named) as address, nginx(tmp_path, address, port):
        page = browser.new_context().new_page()
        page.goto(f"http://localhost:{port}/docs/")
        page.fill("input[name=token]", secret)
        page.keyboard.press("Enter")
        page.wait_for_selector("#transcript .welcome", timeout=60_000)
        ask(page, CROSSING)
        first_footnote(page).click()
        assert "crossing" in marked(page)
        assert page.url.startswith(f"http://localhost:{port}/docs/")
