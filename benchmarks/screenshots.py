"""Pictures of the page in its eight main states, made anew into `docs/screens/`.

    python benchmarks/screenshots.py

Needs Chromium. The demo documents are indexed in a folder that is deleted afterwards.
"""

import io
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from page import BROWSERS, FLAGS, ROOT, serving
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from assistant import Assistant

SCREENS = ROOT / "docs" / "screens"
COLOURS = 256
SETTLED = 400  # milliseconds that what fades or slides in takes at most
EVACUATED = "How many people were evacuated?"


class Screen(NamedTuple):
    """A state of the page: its name, how it comes about, and on what it is shown."""

    name: str
    made: Callable[[Page], object]
    width: int = 1_280
    dark: bool = False


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the whole answer."""
    turn = page.locator(".turn").count() + 1
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f'#t{turn}[aria-busy="false"]', timeout=60_000)


def answered(page: Page) -> None:
    """Accounts that differ, and the quote of a footnote."""
    ask(page, EVACUATED)
    page.hover("#t1 .ref >> nth=1")


def opened(page: Page) -> None:
    """The printed page of a footnote."""
    ask(page, EVACUATED)
    page.click("#t1 .ref")
    page.wait_for_function("document.querySelector('#source .paper img')?.naturalWidth > 0")


def in_text(page: Page) -> None:
    """The text of a source, with a table, and the steps through what is cited of it."""
    ask(page, "What did the correction change?")
    page.click("#t1 .ref")
    page.wait_for_selector("#source .text mark")


def unanswered(page: Page) -> None:
    """What the documents do not hold, and the nearest passages."""
    ask(page, "Who won the football match?")


def followed_up(page: Page) -> None:
    """A conversation, and the list of those that are kept."""
    ask(page, "Why did Gate 3 fail?")
    ask(page, "When was its bearing last greased?")
    page.click('[data-panel-of="conversations"]')
    page.click("#t2 .colophon summary")


def documents(page: Page) -> None:
    """The documents, on a phone."""
    page.click('[data-panel-of="library"]')


SCREENS_OF = (
    Screen("welcome", lambda _: None),
    Screen("answer", answered),
    Screen("page", opened),
    Screen("text", in_text, dark=True),
    Screen("unanswered", unanswered),
    Screen("conversations", followed_up, dark=True),
    Screen("phone-page", opened, width=390),
    Screen("phone-documents", documents, width=390, dark=True),
)


def main() -> None:
    """Make all of them."""
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        store = Path(scratch) / "store"
        with Assistant(store) as assistant:
            assistant.add(ROOT / "seeds")
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=FLAGS
        )
        with serving(store) as address:
            for screen in SCREENS_OF:
                context = browser.new_context(
                    viewport={"width": screen.width, "height": 844},
                    color_scheme="dark" if screen.dark else "light",
                )
                page = context.new_page()
                page.goto(address)
                page.wait_for_selector("#transcript .welcome")
                screen.made(page)
                page.wait_for_timeout(SETTLED)
                taken = Image.open(io.BytesIO(page.screenshot()))
                # Few colours are enough for type on paper, and a third of the bytes.
                file = SCREENS / f"{screen.name}.png"
                taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
                    file, optimize=True
                )
                print(f"{file.relative_to(ROOT)}, {file.stat().st_size // 1024} KiB")
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
