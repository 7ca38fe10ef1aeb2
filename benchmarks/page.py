"""How long a reader waits at the page: until it is usable, and from a footnote to its passage.

    python benchmarks/page.py [--pdf FILE --questions FILE] [--clicks N] [--turns N]

Needs Chromium. Without `--pdf` a report of 300 pages is made: forty lines of prose a page, a table
on every third, a drawing on every fifth, and on each page one fact that a question asks for. Each
question is asked in a fresh tab, and its first footnote clicked. Time runs in the page, from the
click until the picture of the page is drawn, the cited words are marked, and the mark is in view.
Every passage is on a page that has not been shown before. `--questions` names a file of questions
about FILE, one a line. Besides, a conversation of so many turns is opened and goes on, in turn with
one that has just begun: from the question until its answer is complete. Last, over a store of so
many documents and in such a conversation: the first paint, each key typed until the frame that
shows it, and by how much what stands there shifts until an answer is complete (the sum of the
browser's own scores).
"""

import argparse
import random
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant import Assistant
from assistant.web.session import COOKIE

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests" / "support"))

from crowd import crowd  # noqa: E402 - the tests' own

PAGES = 300
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
OPENINGS = 9
ASKED = ("How many people were evacuated?", "Why did Gate 3 fail?", "Was it a controlled release?")
PLACES = ("Alder", "Brook", "Cedar", "Dale", "Elm", "Fern", "Grove", "Hazel", "Iris", "Juniper")
WORDS = (
    *("water", "gate", "level", "river", "stone", "quay", "report", "winter", "crew", "signal"),
    *("morning", "engine", "harbour", "north", "bank", "wall", "record", "clerk", "season"),
    *("repair", "notice", "bridge", "channel", "survey", "wind", "timber", "cargo", "keeper"),
)

CLICK = """() => new Promise((resolve) => {
    const began = performance.now();
    document.querySelector(".turn .ref").click();
    const look = () => {
        const pane = document.querySelector("#source");
        const image = pane.querySelector(".paper img");
        const mark = pane.querySelector("mark");
        const box = pane.querySelector(".sheet, .text");
        if (!mark || !box || pane.classList.contains("waiting")) return requestAnimationFrame(look);
        if (image && !(image.complete && image.naturalWidth)) return requestAnimationFrame(look);
        const at = mark.getBoundingClientRect(), view = box.getBoundingClientRect();
        if (at.bottom < view.top || at.top > view.bottom) return requestAnimationFrame(look);
        resolve([performance.now() - began, image !== null]);
    };
    requestAnimationFrame(look);
})"""

USABLE = """() => new Promise((resolve) => {
    const look = () => {
        const field = document.querySelector("#question textarea");
        const there = document.querySelector("#transcript .welcome") && field && !field.disabled;
        if (there) resolve(performance.now());
        else requestAnimationFrame(look);
    };
    look();
})"""


TYPING = """() => {
    window.typed = [];
    document.querySelector("#question textarea").addEventListener("keydown", () => {
        const began = performance.now();
        requestAnimationFrame(() => setTimeout(() => typed.push(performance.now() - began)));
    }, true);
}"""

SHIFTS = """() => {
    window.shifts = 0;
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) shifts += one.value;
    }).observe({ type: "layout-shift" });
}"""

PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def station(number: int) -> str:
    """The name of what page `number` tells of."""
    return f"{PLACES[number % 10]}{PLACES[number // 10 % 10].lower()} {number}"


def report(path: Path) -> list[str]:
    """Write the report; its questions."""
    chance = random.Random(7)
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setTitle("The stations of the river, a survey")
    for number in range(1, PAGES + 1):
        canvas.setFont("Times-Roman", 11)
        fact = f"The lock of {station(number)} was built by {chance.randint(20, 900)} masons."
        lines = [" ".join(chance.choices(WORDS, k=13)).capitalize() + "." for _ in range(40)]
        lines[chance.randrange(40)] = fact
        for row, line in enumerate(lines):
            canvas.drawString(60, 780 - 15 * row, line)
        if number % 3 == 0:
            for row in range(4):
                for column in range(5):
                    canvas.rect(60 + 90 * column, 80 + 18 * row, 90, 18)
                    canvas.drawString(64 + 90 * column, 85 + 18 * row, str(chance.random())[:6])
        if number % 5 == 0:
            for _ in range(200):
                canvas.circle(chance.uniform(400, 540), chance.uniform(80, 160), 6)
        canvas.showPage()
    canvas.save()
    return [f"Who built the lock of {station(n)}?" for n in range(1, PAGES + 1)]


@contextmanager
def serving(store: Path) -> Iterator[str]:
    """The address of a server of this store."""
    command = [sys.executable, "app.py", "--store", str(store), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            found = re.search(r"http://\S+", server.stdout.readline())
            if found is None:
                raise SystemExit("the server did not start")
            yield found[0]
        finally:
            server.terminate()


def tab(browser: Browser, address: str) -> Page:
    """A tab with a profile of its own, once it is usable."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address)
    page.wait_for_selector("#transcript .welcome")
    return page


def opening(browser: Browser, address: str) -> float:
    """Milliseconds until the page can be used, from the beginning of its navigation."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address, wait_until="commit")
    usable: float = page.evaluate(USABLE)
    page.context.close()
    return usable


def clicking(browser: Browser, address: str, question: str) -> tuple[float, bool] | None:
    """Milliseconds from the click to the passage, and whether it is on a printed page."""
    page = tab(browser, address)
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector('#t1[aria-busy="false"]', timeout=60_000)
    found = page.evaluate(CLICK) if page.locator(".turn .ref").count() else None
    page.context.close()
    return None if found is None else (float(found[0]), bool(found[1]))


def long(folder: Path, turns: int) -> tuple[str, str]:
    """The owner and the id of a kept conversation of so many turns about the demo."""
    owner = secrets.token_urlsafe(24)
    with Assistant(folder) as assistant:
        answers = [assistant.query(question) for question in ASKED]
        kept: str | None = None
        for number in range(turns):
            kept, _ = assistant.conversations.keep(owner, kept, answers[number % len(answers)], 0.1)
    assert kept is not None
    return owner, kept


def going_on(browser: Browser, address: str, query: str, owner: str) -> list[float]:
    """Milliseconds until a conversation shows, and those that further questions in it take."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": COOKIE, "value": owner, "url": address}])
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"{address}{query}")
    page.wait_for_selector(".turn .actions" if query else "#transcript .welcome")
    times = [1000 * (time.perf_counter() - began)]
    for question in ASKED:
        shown = page.locator(".turn .actions").count()
        began = time.perf_counter()
        page.fill("#question textarea", question)
        page.keyboard.press("Enter")
        page.wait_for_function(
            f"document.querySelectorAll('.turn .actions').length > {shown}", timeout=60_000
        )
        times.append(1000 * (time.perf_counter() - began))
    context.close()
    return times


def feeling(browser: Browser, address: str, query: str, owner: str) -> tuple[list[float], float]:
    """Milliseconds of the first paint and of each key, and how far the page shifts."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": COOKIE, "value": owner, "url": address}])
    page = context.new_page()
    page.goto(f"{address}{query}")
    page.wait_for_selector(".turn .actions")
    times = [float(page.evaluate(PAINT))]
    page.evaluate(TYPING)
    page.focus("#question textarea")
    page.keyboard.type(ASKED[0], delay=40)
    page.wait_for_timeout(200)
    times += page.evaluate("typed")
    page.evaluate(SHIFTS)
    shown = page.locator(".turn .actions").count()
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('.turn .actions').length > {shown}")
    page.wait_for_timeout(1000)
    shift = float(page.evaluate("shifts"))
    context.close()
    return times, shift


def line(name: str, times: Sequence[float]) -> str:
    """Median, ninth decile and the longest."""
    ordered = sorted(times)
    return (
        f"{name:34} {len(times):3} times: median {statistics.median(times):5.0f} ms, "
        f"p90 {ordered[int(0.9 * (len(ordered) - 1))]:5.0f} ms, longest {ordered[-1]:5.0f} ms"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pdf", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--clicks", type=int, default=30)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--documents", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = Path(scratch)
        pdf = options.pdf or folder / "stations.pdf"
        if options.pdf is None:
            questions = report(pdf)
            random.Random(3).shuffle(questions)
        else:
            questions = options.questions.read_text(encoding="utf-8").splitlines()
        for name, files in (("demo", ROOT / "seeds"), ("report", pdf)):
            with Assistant(folder / name) as assistant:
                assistant.add(files)
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=FLAGS
        )
        with serving(folder / "demo") as address:
            opening(browser, address)
            times = [opening(browser, address) for _ in range(OPENINGS)]
            print(line("page open to usable, demo store", times))
        owner, kept = long(folder / "demo", options.turns)
        with serving(folder / "demo") as address:
            both: dict[str, list[float]] = {"": [], f"?conversation={kept}": []}
            for _ in range(3):
                for query, found_ in both.items():
                    found_ += going_on(browser, address, query, owner)
        for query, times in both.items():
            name = f"{options.turns} turns" if query else "a new conversation"
            print(line(f"{name}: open", times[:: len(ASKED) + 1]))
            asked = [one for n, one in enumerate(times) if n % (len(ASKED) + 1)]
            print(line(f"{name}: a further question", asked))
        crowd(folder / "demo", options.documents)
        with serving(folder / "demo") as address:
            felt = [feeling(browser, address, f"?conversation={kept}", owner) for _ in range(4)][1:]
        print(line("first paint", [paint for (paint, *_), _ in felt]))
        print(line("a key typed", [key for (_, *keys), _ in felt for key in keys]))
        print(f"shifted while an answer comes: {max(shift for _, shift in felt):.3f}")
        with serving(folder / "report") as address:
            found = [
                clicking(browser, address, question) for question in questions[: options.clicks]
            ]
        browser.close()
        printed = [milliseconds for milliseconds, page in filter(None, found) if page]
        print(f"{len(found)} asked, {len(printed)} with a footnote on a printed page")
        print(f"the first one (a process is started): {printed[0]:.0f} ms")
        print(line("footnote clicked to its passage", printed))


if __name__ == "__main__":
    main()
