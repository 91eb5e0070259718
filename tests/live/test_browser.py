"""The pages in a real browser: nobody is shut out, nothing scrolls sideways, nothing is refused by our own
rules.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.browser.chromium import chromium, program
from tests.browser.look import faults
from tests.browser.tour import people_of, places, signed_in, work_a_little
from tests.live.site import Site

try:
    program()
except FileNotFoundError as missing:
    if os.environ.get("CI"):
        raise
    pytest.skip(str(missing), allow_module_level=True)

# one address a template: the tour has more of them
TWINS = {"home-en", "search-all", "search-empty", "service-en", "agency-ward", "roadmap-agency", "plan-ready"}
# test_flow_in_a_browser.py stops there
WALKED = {
    "sign-in", "account", "work", "work-checklist", "work-criterion", "work-submit", "review",
    "disagreements", "platform", "platform-criterion",
    "tasks", "task",
}  # fmt: skip
NO_NAMES = {"code": "", "open": "", "roadmap": "", "round": "", "visit": "", "programme": "", "task": ""}
MISSING = places(NO_NAMES)["error-404"][1]
# the pages whose colours change with the width, and one with the bar of those who work
COLOURS_TWICE = {"home", "roadmap", "desk"}
NAMES = tuple(name for name in places(NO_NAMES) if name not in TWINS | WALKED)


@pytest.fixture(scope="module")
def worked(site: Site) -> dict[str, tuple[str, str]]:
    """Where each page is, after people have worked at the site."""
    return places(work_a_little(site, agency="STP"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Debian's Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def windows(browser: Chromium, site: Site, worked: object) -> dict[str, Any]:
    """A window for each person."""
    return {who: signed_in(browser, site, person, 1280) for who, person in people_of(site).items()}


def look(page: Page, address: str, *, colours_twice: bool = False) -> list[str]:
    """What is wrong with a page, wide and on a phone."""
    said: list[str] = []

    def told(kind: str, text: str) -> None:
        if kind == "error":
            said.append(f"console: {text}")

    page.on("console", lambda message: told(message.type, message.text))
    page.on("pageerror", lambda error: told("error", str(error)))
    reply = page.goto(address)
    if address == MISSING:
        said = [line for line in said if "status of 404" not in line]
    elif reply is not None and reply.status >= 400:
        said.append(f"the reply is {reply.status}")
    return said + faults(page, colours_twice=colours_twice)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shuts_nobody_out(
    name: str, worked: dict[str, tuple[str, str]], windows: dict[str, Any]
) -> None:
    who, address = worked[name]
    page = windows[who].new_page()
    try:
        assert look(page, address, colours_twice=name in COLOURS_TWICE) == []
    finally:
        page.close()


def test_a_service_is_found_with_the_keyboard_alone(browser: Chromium, site: Site) -> None:
    window = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site.address)
    page = window.new_page()
    page.goto("/vi/")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type("dang ky khai sinh")
    page.keyboard.press("Enter")
    page.wait_for_url("**/services?**")
    first = page.locator("ol.results a").first
    assert first.inner_text() == "Thủ tục đăng ký khai sinh"
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/1.001193")
    window.close()
