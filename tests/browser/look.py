"""What is wrong with a page that stands in a browser: axe, wide and on a phone; nothing scrolls sideways."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Only violations are asked for: axe is twice as fast when it need not describe what passes.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
WIDTHS = (1280, 390)


def faults(page: Page) -> list[str]:
    """What axe finds and what scrolls sideways, at both widths."""
    said: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if too_wide > 0:
            said.append(f"scrolls {too_wide} px sideways at {width} px")
        for violation in Axe().run(page, options=RULES).response["violations"]:
            where = violation["nodes"][0]["html"][:200]
            said.append(
                f"axe at {width} px, {violation['id']}: {violation['help']} "
                f"({len(violation['nodes'])} times) {where}"
            )
    return said
