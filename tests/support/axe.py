"""What axe-core finds on a page: the rules of WCAG 2.2 A and AA, and its own best practices."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Colours = Literal["light", "dark"]
COLOURS: tuple[Colours, ...] = ("light", "dark")

# Colours are judged as they are shown: what fades in must have arrived.
_PAINTED = """
    dark => document.body.classList.contains("dark") === dark
        && document.getAnimations().length === 0
"""
_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def paint(page: Page, colours: Colours) -> None:
    """Show the page as someone sees it whose system is set to these colours."""
    page.emulate_media(color_scheme=colours)
    page.wait_for_function(_PAINTED, arg=colours == "dark")


def violations(page: Page) -> list[str]:
    """One line for each rule that is broken, light or dark, with the elements that break it."""
    return [line for colours in COLOURS for line in _broken(page, colours)]


def _broken(page: Page, colours: Colours) -> list[str]:
    paint(page, colours)
    found = Axe().run(page, options=_OPTIONS).response["violations"]
    return [
        f"{colours}: {rule['impact']} {rule['id']}: {[node['target'] for node in rule['nodes']]}"
        for rule in found
    ]
