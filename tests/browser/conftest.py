"""A real server with a real store, and a real browser that may talk to nothing else."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import warm
from papers import FERRY, HOSTILE, LETTERS, PAPER, TOLLS, filler
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from reportlab.pdfgen.canvas import Canvas

from assistant.assistant import Assistant

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCAL = re.compile(r"(https?://(127\.0\.0\.1|localhost)[:/]|data:|blob:)")


def write_files(folder: Path) -> None:
    (folder / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (folder / "lanterns.txt").write_text(HOSTILE, encoding="utf-8")
    (folder / "log.txt").write_text(
        f"The log of the Ostrel light\n\n{filler('wind from the west', 900)}\n\n"
        "The keeper of the Ostrel light mended the great lens with pine resin.\n\n"
        f"{filler('wind from the east', 900)}\n",
        encoding="utf-8",
    )
    paper = Canvas(str(folder / "reservoir.pdf"))
    paper.setTitle("The reservoir of Upper Fennel")
    for line in PAPER:
        paper.drawString(72, 720, line)
        paper.showPage()
    paper.save()


@contextmanager
def started(*command: str, folder: Path = ROOT, **environment: str) -> Iterator[str]:
    """The address of a server started by `command` in a folder, ended as a person would end it."""
    server = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        said = server.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, f"the server said {said!r}"
        yield found[0]
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with four small documents."""
    files = tmp_path_factory.mktemp("files")
    write_files(files)
    folder = tmp_path_factory.mktemp("store") / "store"
    assistant = Assistant(folder)
    report = assistant.add([files])
    assistant.close()
    assert len(report.added) == 4, report
    return folder


@pytest.fixture(scope="session")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the demo documents, whose accounts differ, and with letters of many kinds."""
    files = tmp_path_factory.mktemp("varied")
    (files / "letters.txt").write_text(LETTERS, encoding="utf-8")
    (files / "tolls.md").write_text(TOLLS, encoding="utf-8")
    folder = tmp_path_factory.mktemp("store") / "store"
    with Assistant(folder) as assistant:
        report = assistant.add([ROOT / "seeds", files])
        assert len(report.added) == 9, report
    return folder


def served(*options: str, folder: Path = ROOT, **environment: str) -> AbstractContextManager[str]:
    """The address of a server with these options, which need not load what it uses."""
    command = warm.started("serve", "--no-browser", "--port", 0, *options)
    return started(*command, folder=folder, **environment)


@pytest.fixture(scope="session")
def starting() -> Callable[..., AbstractContextManager[str]]:
    """Starts a server by a command of the test's own."""
    return started


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[str]]:
    """Starts a server of the test's own."""
    return served


@pytest.fixture(scope="session")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the server receives files."""
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="package")
def address(store: Path, uploads: Path) -> Iterator[str]:
    command = (sys.executable, "app.py", "--store", str(store), "--port", "0")
    with started(*command, GRADIO_TEMP_DIR=str(uploads)) as address:
        yield address


@pytest.fixture(scope="package")
def varied_address(varied: Path) -> Iterator[str]:
    with served("--store", str(varied)) as address:
        yield address


# Not longer: while it lives, its event loop keeps other tests of the process from running one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser to test the page with: install one of {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


class Windows:
    """Windows of one browser: one that was used before has the page's scripts compiled already."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: list[tuple[dict[str, Any], Page]] = []

    def take(self, options: dict[str, Any]) -> Page:
        """An empty window with these options, with nobody's cookies."""
        for at, (fitting, page) in enumerate(self._free):
            if fitting == options:
                del self._free[at]
                return page
        return self._browser.new_context(**options).new_page()

    def give_back(self, options: dict[str, Any], page: Page) -> None:
        """Forget what happened in a window; one that cannot be emptied is closed."""
        try:
            for other in page.context.pages:
                if other is not page:
                    other.close()
            page.evaluate("localStorage.clear(), sessionStorage.clear()")
            page.unroute_all()
            page.emulate_media(forced_colors="null")
            page.goto("about:blank")
            page.context.clear_cookies()
            page.context.clear_permissions()
        except PlaywrightError:
            page.context.close()
        else:
            self._free.append((options, page))


class Tabs:
    """Opens tabs, each with a profile of its own, and notes what none of them may do."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._taken: list[tuple[dict[str, Any], Page]] = []
        self._watched: dict[str, Callable[[Any], None]] = {
            "request": lambda request: self._local(request.url),
            "websocket": lambda socket: self.faults.append(f"socket {socket.url}"),
            "console": lambda line: self._calm(line.type, line.text),
            "pageerror": lambda error: self.faults.append(f"error {error}"),
            # What a page sent off just before it is loaded anew loses its connection, and says so.
            "load": lambda _: self.forgive("Connection errored out"),
        }
        self.faults: list[str] = []

    def open(self, address: str, **options: Any) -> Page:
        options = {"viewport": {"width": 1280, "height": 800}} | options
        page = self._windows.take(options)
        self._taken.append((options, page))
        for event, noted in self._watched.items():
            page.on(event, noted)
        page.goto(address)
        page.wait_for_selector("#transcript .welcome")
        return page

    def close(self) -> None:
        """Give every window back."""
        for options, page in self._taken:
            for event, noted in self._watched.items():
                page.remove_listener(event, noted)
            self._windows.give_back(options, page)

    def forgive(self, text: str) -> None:
        """Forget the faults that a test has brought about itself."""
        self.faults = [fault for fault in self.faults if text not in fault]

    def _local(self, url: str) -> None:
        if not LOCAL.match(url):
            self.faults.append(f"request {url}")

    def _calm(self, kind: str, text: str) -> None:
        # A tab that is left or loaded anew gives up what it was waiting for, and says so.
        if kind == "error" and not text.startswith("AbortError: signal is aborted"):
            self.faults.append(f"console {text}")


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def tabs(windows: Windows) -> Iterator[Tabs]:
    """Tabs that fail the test on any request to elsewhere and on any error of the page."""
    tabs = Tabs(windows)
    yield tabs
    tabs.close()
    assert tabs.faults == []


@pytest.fixture
def page(tabs: Tabs, address: str) -> Page:
    return tabs.open(address)
