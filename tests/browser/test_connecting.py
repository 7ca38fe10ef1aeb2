"""Whoever runs the server connects a model on the page: it is found, tried, taken and left."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from axe import violations
from chat_server import KEY, MODEL, ChatServer, refuses, rewrites, writes
from chat_server import serving as chatting
from flows import CROSSING, ask
from playwright.sync_api import Page, expect
from scripted_models import judging

from assistant.connecting import SERVERS

pytestmark = pytest.mark.xdist_group("browser-connecting")

SLOW = 60_000
"""Milliseconds within which what a model needs is imported, also where much else is done."""
SAID = "The crossing from Teal Harbour to Quill Island takes 35 minutes."


@contextmanager
def usual() -> Iterator[ChatServer]:
    """A server of models at one of the ports where they usually are."""
    for _, port in SERVERS:
        try:
            server = chatting(port)
            chat = server.__enter__()
        except OSError:
            continue
        try:
            judging(chat)
            chat.answers(writes(f"{SAID}[1]"), rewrites(""))
            yield chat
        finally:
            server.__exit__(None, None, None)
        return
    pytest.skip("something listens at every port where models usually are")


@pytest.fixture
def place(store: Path, tmp_path: Path) -> Path:
    """A folder in which a server may keep its settings, with a store."""
    shutil.copytree(store, tmp_path / "store")
    (tmp_path / ".env").write_text("# mine\nFOOTNOTE_WAITING=31\nexport FOOTNOTE_WRITER_BASE=old")
    return tmp_path


def sheet(page: Page) -> None:
    page.locator('[data-panel-of="model"]').click()
    expect(page.locator("#model .main").first).to_be_visible()


def forgive(tabs) -> None:
    tabs.forgive("ERR_CONNECTION_REFUSED")
    tabs.forgive("ERR_INCOMPLETE_CHUNKED_ENCODING")


def test_a_model_on_this_machine_is_found_when_asked_and_writes_two_clicks_later(
    place, serving, tabs
):
    with usual() as chat, serving("--store", str(place / "store"), folder=place) as address:
        page = tabs.open(address)
        expect(page.locator(".engine")).to_contain_text("Embedded reader")
        sheet(page)
        assert chat.headers == []
        page.get_by_role("button", name="Look for models").click()
        expect(page.locator("#model .found")).to_contain_text(MODEL)
        assert violations(page) == []
        page.get_by_role("button", name=f"Use {MODEL}").click()
        expect(page.locator(".engine")).to_contain_text(f"{MODEL} writes", timeout=SLOW)
        page.keyboard.press("Escape")
        turn = ask(page, CROSSING)
        expect(page.locator(f"#t{turn} .said")).to_contain_text(SAID)
        expect(page.locator(f"#t{turn}")).to_contain_text(f"writer:{MODEL}")
        kept = (place / ".env").read_text()
        assert kept.startswith("# mine\nFOOTNOTE_WAITING=31\n")
        assert f"FOOTNOTE_WRITER='openai:{MODEL}'" in kept
        assert "old" not in kept
        assert (place / ".env").stat().st_mode & 0o777 == 0o600
        page.close()
    forgive(tabs)


def test_what_only_a_model_can_do_leads_to_where_one_is_connected(place, serving, tabs):
    with serving("--store", str(place / "store"), folder=place) as address:
        page = tabs.open(address)
        turn = ask(page, "Translate the log of the light into German.")
        page.locator(f"#t{turn}").get_by_role("button", name="Connect a model").click()
        expect(page.get_by_role("button", name="Look for models")).to_be_visible()
        turn = ask(page, "Who won the football match?")
        expect(page.locator(f"#t{turn}").get_by_text("Connect a model")).to_have_count(0)
        page.close()
    forgive(tabs)


def test_what_was_connected_writes_after_the_next_start_until_it_is_left(place, serving, tabs):
    with usual() as chat:
        (place / ".env").write_text(
            f"FOOTNOTE_WRITER='openai:{MODEL}'\nFOOTNOTE_WRITER_BASE='{chat.address}'\n"
        )
        with serving("--store", str(place / "store"), folder=place) as address:
            page = tabs.open(address)
            expect(page.locator(".engine")).to_contain_text(f"{MODEL} writes", timeout=SLOW)
            sheet(page)
            page.get_by_role("button", name="Use it no longer").click()
            expect(page.locator(".engine")).to_contain_text("Embedded reader", timeout=SLOW)
            page.keyboard.press("Escape")
            turn = ask(page, CROSSING)
            expect(page.locator(f"#t{turn}")).not_to_contain_text("writer:")
            assert "WRITER" not in (place / ".env").read_text()
            page.close()
    forgive(tabs)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_model_at_an_address_is_tried_before_it_is_taken(place, serving, tabs, width):
    with chatting() as chat, serving("--store", str(place / "store"), folder=place) as address:
        judging(chat)
        chat.answers(writes(f"{SAID}[1]"), rewrites(""))
        page = tabs.open(address, viewport={"width": width, "height": 844})
        sheet(page)
        page.get_by_role("textbox", name="Address").fill(chat.address)
        page.get_by_role("button", name="List its models").click()
        expect(page.get_by_label("Model", exact=True)).to_have_value(MODEL)
        page.get_by_label("A question to try a model with").fill(CROSSING)
        page.get_by_role("button", name="Try it").last.click()
        trial = page.locator("#model .trial")
        expect(trial).to_contain_text("Its answer to the question", timeout=SLOW)
        expect(trial).to_contain_text("It passes as a judge")
        expect(trial).to_contain_text("let 0 of 66 wrong sentences pass")
        expect(trial.locator(".said")).to_contain_text(SAID)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # It was tried, and nothing more.
        assert page.locator(".engine").inner_text().startswith("Embedded reader")
        assert "WRITER='" not in (place / ".env").read_text()
        page.close()
    forgive(tabs)


def test_a_key_is_sent_to_its_address_alone_and_shown_nowhere(place, serving, tabs, capfd):
    told: list[str] = []
    with (
        chatting() as chat,
        chatting() as another,
        serving("--store", str(place / "store"), folder=place) as address,
    ):
        judging(chat)
        chat.answers(writes(f"{SAID}[1]"), rewrites(""))
        page = tabs.open(address)
        page.on("response", lambda one: told.append(one.url))
        sheet(page)
        page.get_by_role("textbox", name="Address").fill(chat.address)
        page.get_by_role("textbox", name="Key").fill(KEY)
        page.get_by_label("Model", exact=True).fill(MODEL)
        page.get_by_role("button", name="Use it").last.click()
        expect(page.locator(".engine")).to_contain_text(f"{MODEL} writes", timeout=SLOW)
        assert KEY in (place / ".env").read_text()
        expect(page.locator("#model")).to_contain_text("with a key")
        assert page.get_by_role("textbox", name="Key").input_value() == ""
        # At its address the key goes on to be sent; at another one it is not.
        for where in (chat.address, another.address):
            page.get_by_role("textbox", name="Address").fill(where)
            page.get_by_role("button", name="List its models").click()
            expect(page.get_by_label("Model", exact=True)).to_have_value(MODEL)
            page.get_by_label("Model", exact=True).fill("")
        assert chat.headers[-1]["authorization"] == f"Bearer {KEY}"
        assert all(KEY not in str(headers) for headers in another.headers)
        # Nor is it repeated where a server does so.
        another.answers(refuses(401))
        page.get_by_role("textbox", name="Address").fill(another.address)
        page.get_by_role("textbox", name="Key").fill(KEY)
        page.get_by_label("Model", exact=True).fill(MODEL)
        page.get_by_role("button", name="Try it").last.click()
        expect(page.locator("#model .trial")).to_contain_text("refuses the key", timeout=SLOW)
        assert KEY not in page.content()
        assert all(KEY not in url for url in told)
        page.close()
    assert KEY not in "".join(capfd.readouterr())
    forgive(tabs)


def test_nothing_is_connected_by_others_than_this_machine(place, serving):
    said = {"model": MODEL, "base": "http://127.0.0.1:9/v1"}
    with serving("--store", str(place / "store"), folder=place) as address:
        own = {"Origin": address}
        refused = [
            httpx.post(f"{address}/model/use", json=said, headers={"Origin": "http://evil.test"}),
            httpx.post(f"{address}/model/use", json=said, headers={"Host": "evil.test"}),
            httpx.post(
                f"{address}/model/use", json=said, headers=own | {"X-Forwarded-For": "203.0.113.9"}
            ),
            httpx.get(f"{address}/model", headers={"X-Forwarded-For": "203.0.113.9"}),
        ]
        assert [one.status_code for one in refused] == [403, 400, 403, 403]
        bad = httpx.post(f"{address}/model/use", json=said | {"base": "http://me:key@x/v1"})
        assert bad.status_code == 409
        assert "key@" not in bad.text
        line = httpx.post(f"{address}/model/use", json=said | {"key": "a'\nFOOTNOTE_PORT=1"})
        assert line.status_code == 409
        assert "FOOTNOTE_PORT" not in (place / ".env").read_text()
    with serving(
        "--store", str(place / "store"), folder=place, FOOTNOTE_ADDRESS="https://notes.example"
    ) as address:
        assert httpx.get(f"{address}/model").status_code == 403
        assert httpx.post(f"{address}/model/use", json=said).status_code == 403
    assert "WRITER='" not in (place / ".env").read_text()


def test_a_writer_that_the_environment_names_is_not_overruled_in_silence(place, serving):
    environment = {"FOOTNOTE_WRITER": f"openai:{MODEL}"}
    with serving("--store", str(place / "store"), folder=place, **environment) as address:
        said = {"model": "another", "base": "http://127.0.0.1:9/v1"}
        told = httpx.post(f"{address}/model/use", json=said)
        assert told.status_code == 409
        assert "The environment of this server sets FOOTNOTE_WRITER" in told.text
