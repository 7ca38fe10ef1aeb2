"""Two people at once, each in a browser of their own, over one store."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flows import LENS, ask
from playwright.sync_api import Page, expect
from signed_in import ON, PASSWORD

from assistant.assistant import Assistant
from assistant.people.people import People

ANSWERED = "pine resin"
SOON = 60_000
DESK = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def shared(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(store, tmp_path_factory.mktemp("people") / "store"))
    with People(folder) as people:
        people.accounts.add("Ada", PASSWORD)
        people.accounts.add("Bob", PASSWORD)
    with Assistant(folder) as assistant:
        assistant.collections.create("Lights", owner="person:Ada")
        assistant.collections.put("Lights", [one.id for one in assistant.documents()])
        assistant.collections.grant("Lights", "person:Bob", "reader")
    return folder


@pytest.fixture(scope="module")
def signed_in(shared: Path, serving, windows) -> Iterator[Callable[[str], Page]]:
    """A browser in which somebody has signed in by hand."""
    with serving("--store", str(shared), **ON) as address, ExitStack() as closed:

        def begin(name: str) -> Page:
            page = windows.take(DESK)
            closed.callback(windows.give_back, DESK, page)
            page.goto(address)
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_selector("#transcript .welcome")
            return page

        yield begin


def test_two_people_ask_show_and_see_each_their_own(signed_in, shared):
    ada, bob = signed_in("Ada"), signed_in("Bob")
    ask(ada, LENS)
    expect(ada.get_by_role("link", name="Ada")).to_be_visible(timeout=SOON)
    bob.reload()
    bob.wait_for_selector("#transcript .welcome")
    expect(bob.locator("#asked .kept")).to_have_count(0)

    ada.get_by_role("link", name="Ada").click()
    ada.get_by_label("With people, by commas").fill("Bob")
    ada.get_by_role("button", name="Share", exact=True).click()
    expect(ada.get_by_role("status")).to_contain_text(
        "Others find it at this address", timeout=SOON
    )
    bob.goto(ada.locator("code").inner_text())
    expect(bob.locator("body")).to_contain_text(ANSWERED, timeout=SOON)

    ada.get_by_role("link", name="Footnote").click()
    ada.wait_for_selector("#transcript .welcome")
    with People(shared) as people:
        people.accounts.set_active("Ada", active=False)
    ada.fill("#question textarea", LENS)
    ada.keyboard.press("Enter")
    ada.goto(bob.url.partition("/shared/")[0])
    expect(ada.get_by_label("Password")).to_be_visible(timeout=SOON)
    bob.goto(bob.url)
    expect(bob.locator("body")).to_contain_text("Nothing is shared with you", timeout=SOON)
