"""What axe-core finds on a page: the rules of WCAG 2.2 A and AA, and its own best practices."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    """One line for each rule that is broken, with the elements that break it."""
    # Colours are judged as they are shown: what fades in must have arrived.
    page.wait_for_function("document.getAnimations().length === 0")
    found = Axe().run(page, options=_OPTIONS).response["violations"]
    return [
        f"{rule['impact']} {rule['id']}: {[node['target'] for node in rule['nodes']]}"
        for rule in found
    ]
