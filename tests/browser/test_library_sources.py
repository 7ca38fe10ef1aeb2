"""Documents from elsewhere: web addresses, folders of the server that are kept in step, a drop."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("browser-sources")

WEIR = "The weir of Brindle was built in 1903."
MILL = "The mill of Brindle was built in 1811."
SOON = 30_000


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A site of two pages with a sitemap, which names a page of another one, too."""
    folder = tmp_path / "site"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    address = f"http://127.0.0.1:{server.server_port}"
    for name, text in (("weir", WEIR), ("mill", MILL)):
        page = f"<html><head><title>The {name}</title></head><body><p>{text}</p></body></html>"
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    names = (f"{address}/weir.html", f"{address}/mill.html", "http://192.0.2.1/secret")
    entries = "".join(f"<url><loc>{one}</loc></url>" for one in names)
    (folder / "sitemap.xml").write_text(f"<urlset>{entries}</urlset>", encoding="utf-8")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield address
    server.shutdown()
    server.server_close()


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed" / "papers"
    folder.mkdir(parents=True)
    (folder / "weir.txt").write_text(WEIR, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nthis is no PDF")
    return folder


def opened(tabs, address):
    page = tabs.open(address)
    page.get_by_text("From the web or a folder of this server").click()
    return page


def titles(page):
    return page.locator("#documents li[data-document] > a")


def test_the_pages_of_a_sitemap_are_added_and_what_is_elsewhere_is_told(
    serving, tabs, site, tmp_path
):
    with serving("--store", str(tmp_path / "store")) as address:
        page = opened(tabs, address)
        page.get_by_label("A page, a sitemap or a feed").fill(f"{site}/sitemap.xml")
        page.locator("form[data-bring=address]").get_by_role("button", name="Add").click()
        expect(titles(page)).to_have_text(["The mill", "The weir"], timeout=SOON)
        told = page.locator("#progress")
        expect(told).to_contain_text("2 files ready")
        expect(told).to_contain_text("192.0.2.1/secret passed over: It is on another site")
        expect(page.get_by_text("Folders of the server can be added once")).to_be_visible()
        page.close()


def test_a_path_is_no_address_whatever_the_form_sends(serving, tabs, papers, tmp_path):
    with serving("--store", str(tmp_path / "store")) as address:
        page = opened(tabs, address)
        page.get_by_label("A page, a sitemap or a feed").evaluate("one => (one.type = 'text')")
        page.get_by_label("A page, a sitemap or a feed").fill(str(papers))
        page.locator("form[data-bring=address]").get_by_role("button", name="Add").click()
        expect(page.locator("#progress")).to_contain_text("is no web address")
        expect(titles(page)).to_have_count(0)
        page.close()


def test_a_folder_is_kept_in_step_also_by_the_next_server_until_that_is_stopped(
    serving, tabs, papers, tmp_path
):
    store = str(tmp_path / "store")
    allowed = {"FOOTNOTE_FOLDERS": str(papers.parent)}
    with serving("--store", store, **allowed) as address:
        page = opened(tabs, address)
        page.get_by_label("Within it").fill("papers/../..")
        page.locator("form[data-bring=folder]").get_by_role("button", name="Add").click()
        expect(page.locator("#progress")).to_contain_text("Only folders that are there")
        page.get_by_label("Within it").fill("papers")
        page.locator("form[data-bring=folder]").get_by_role("button", name="Add").click()
        watched = page.locator("#watched li").first
        expect(watched).to_contain_text(str(papers))
        expect(titles(page)).to_have_text(["Weir"], timeout=SOON)
        expect(watched).to_contain_text("1 added")
        watched.get_by_text("1 file is not added").click()
        expect(watched).to_contain_text("broken.pdf The PDF is damaged")
        (papers / "mill.txt").write_text(MILL, encoding="utf-8")
        expect(titles(page)).to_have_text(["Mill", "Weir"], timeout=SOON)
        watched.locator("summary").first.click()
        expect(watched).to_contain_text("mill.txt added")
        page.close()

    (papers / "weir.txt").unlink()
    with serving("--store", store, **allowed) as address:
        page = opened(tabs, address)
        expect(titles(page)).to_have_text(["Mill"], timeout=SOON)
        watched = page.locator("#watched")
        expect(watched).to_contain_text("1 removed", timeout=SOON)
        watched.get_by_role("button", name="Stop").click()
        expect(watched).to_be_hidden()
        (papers / "weir.txt").write_text(WEIR, encoding="utf-8")
        page.wait_for_timeout(2_000)
        page.reload()
        expect(titles(page)).to_have_text(["Mill"])
        page.close()


def test_a_folder_that_is_dropped_brings_all_files_in_it(serving, tabs, tmp_path):
    dropped = tmp_path / "dropped"
    (dropped / "inner").mkdir(parents=True)
    (dropped / "weir.txt").write_text(WEIR, encoding="utf-8")
    (dropped / "inner" / "mill.txt").write_text(MILL, encoding="utf-8")
    with serving("--store", str(tmp_path / "store")) as address:
        page = tabs.open(address)
        box = page.locator("#files button").bounding_box()
        devtools = page.context.new_cdp_session(page)
        data = {"items": [], "files": [str(dropped)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            where = {"x": box["x"] + 20, "y": box["y"] + 20}
            devtools.send("Input.dispatchDragEvent", {"type": kind, "data": data, **where})
        expect(titles(page)).to_have_text(["Mill", "Weir"], timeout=SOON)
        page.close()
