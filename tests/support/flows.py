"""What a person does at the page, and what is then to be seen."""

from playwright.sync_api import Locator, Page, expect

CROSSING = "How long does the crossing from Teal Harbour to Quill Island take?"
DAM = "When was the dam raised?"
LENS = "What did the keeper mend the great lens with?"
LANTERNS = "When did the lantern workshop open?"


def ask(page: Page, question: str) -> int:
    """Ask, wait for the whole answer, and return the number of its turn."""
    turn = page.locator(".turn").count() + 1
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator(f"#t{turn}[aria-busy=false]")).to_be_visible(timeout=60_000)
    return turn


def first_footnote(page: Page, turn: int = 1) -> Locator:
    return page.locator(f"#t{turn} .ref").first


def words(text: str) -> str:
    return " ".join(text.split())


def marked(page: Page) -> str:
    page.wait_for_selector("#source mark")
    return words(" ".join(page.locator("#source mark").all_inner_texts()))


def printed(page: Page) -> Locator:
    """The picture of a page, once it is there."""
    page.wait_for_function(
        """() => {
            const image = document.querySelector("#source .paper img");
            return image && image.complete && image.naturalWidth > 0;
        }"""
    )
    return page.locator("#source .paper img")


def in_view(page: Page) -> bool:
    """Whether the marked passage lies inside the visible part of the source's text."""
    return page.evaluate(
        """() => {
            const passage = document.querySelector("#source mark").getBoundingClientRect();
            const text = document.querySelector(
                "#source :is(.text, .sheet)",
            ).getBoundingClientRect();
            return passage.top >= text.top && passage.top < Math.min(text.bottom, innerHeight);
        }"""
    )
