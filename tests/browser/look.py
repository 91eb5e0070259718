"""What is wrong with a page that stands in a browser: axe, wide and on a phone; nothing scrolls sideways."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Only violations are asked for: axe is twice as fast when it need not describe what passes. Nor need it read
# the style sheets once more: that is for an experimental rule, which is not among these, and takes a fifth.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}
WIDTHS = (1280, 390)
# Looking at colours takes longer than all other rules together, and few change with the width of the window:
# tests/web/test_colours.py. So on a phone they are looked at where asked for.
NO_COLOURS = RULES | {"rules": {"color-contrast": {"enabled": False}}}


def faults(
    page: Page, widths: tuple[int, ...] = WIDTHS, *, colours: bool = True, colours_twice: bool = False
) -> list[str]:
    """What axe finds and what scrolls sideways, at these widths; colours at the first of them."""
    said: list[str] = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if too_wide > 0:
            said.append(f"scrolls {too_wide} px sideways at {width} px")
        rules = RULES if colours_twice or (colours and width == widths[0]) else NO_COLOURS
        for violation in page.evaluate(f"axe.run({json.dumps(rules)}).then(found => found.violations)"):
            where = violation["nodes"][0]["html"][:200]
            said.append(
                f"axe at {width} px, {violation['id']}: {violation['help']} "
                f"({len(violation['nodes'])} times) {where}"
            )
    return said
