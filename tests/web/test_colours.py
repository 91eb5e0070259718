"""Colours and the width of the window: only where the browser tests look at both widths may they meet."""

import re

from lenmuc import paths

# Of the home page and of a roadmap, whose colours tests/live/test_browser.py looks at wide and on a phone.
LOOKED_AT_TWICE = {".hero", ".stairs", ".plan"}
COLOUR = re.compile(r"(?<![\w-])(?:color|background(?:-color|-image)?|opacity)\s*:")


def blocks(css: str) -> list[str]:
    """What stands within each rule for a width of the window."""
    found = []
    for start in re.finditer(r"@media[^{]*width[^{]*\{", css):
        depth, at = 1, start.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(css[at], 0)
            at += 1
        found.append(css[start.end() : at - 1])
    return found


def coloured(css: str) -> set[str]:
    """The first names of the selectors whose colours change with the width of the window."""
    return {
        match[1].split()[0].split(":")[0]
        for block in blocks(css)
        for match in re.finditer(r"([^{};]+)\{([^{}]*)\}", block.replace("{\n", "{"))
        if COLOUR.search(match[2]) and "::" not in match[1]
    }


def test_no_colour_changes_with_the_width_but_where_both_are_looked_at() -> None:
    css = (paths.static() / "site.css").read_text(encoding="utf-8")
    assert len(blocks(css)) > 20
    assert coloured(css) <= LOOKED_AT_TWICE


def test_a_colour_that_changes_with_the_width_is_found() -> None:
    css = "@media (min-width: 9rem) { .a { margin: 0; } .b :is(i, b) { padding: 0; background: red; } }"
    assert coloured(css + " .c { color: red; } @media print { .d { color: #000; } }") == {".b"}
