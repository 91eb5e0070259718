"""The pages in a real browser: nobody is shut out, nothing scrolls sideways, nothing is refused by our own
rules.
"""

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import html5lib
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import chromium, program
from tests.browser.look import faults
from tests.browser.tour import people_of, places, signed_in, work_a_little
from tests.live import every_page
from tests.live.site import Browser, Site

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
Window = Callable[[str, bool], BrowserContext]
MISSING = places(NO_NAMES)["error-404"][1]
# the pages whose colours change with the width, and one with the bar of those who work
COLOURS_TWICE = {"home", "roadmap", "desk"}
NAMES = tuple(name for name in places(NO_NAMES) if name not in TWINS | WALKED)


@pytest.fixture(scope="module")
def names(site: Site) -> dict[str, str]:
    """What addresses name, after people have worked at the site."""
    return work_a_little(site, agency="STP")


@pytest.fixture(scope="module")
def worked(names: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Where each page is."""
    return places(names)


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


@pytest.fixture(scope="module")
def people(site: Site) -> dict[str, Browser]:
    """Somebody of each role."""
    return every_page.people_of(site)


@pytest.fixture(scope="module")
def stops(
    names: dict[str, str], worked: dict[str, tuple[str, str]], people: dict[str, Browser]
) -> list[every_page.Stop]:
    """The pages that each role is shown."""
    return every_page.stops(people, every_page.addresses(every_page.work_more(people, names)))


@pytest.fixture(scope="module")
def window(browser: Chromium, site: Site, people: dict[str, Browser]) -> Window:
    """A window of somebody: wide with script, on a phone without."""

    @cache
    def of(role: str, script: bool) -> BrowserContext:
        size = {"width": 1280 if script else 390, "height": 900}
        made = browser.new_context(viewport=size, base_url=site.address, java_script_enabled=script)
        jar = people[role].http.cookies.jar
        made.add_cookies([{"name": c.name, "value": c.value or "", "url": site.address} for c in jar])
        return made

    return of


@pytest.mark.parametrize("role", every_page.ROLES)
def test_every_page_that_a_role_is_shown_shuts_nobody_out(
    role: str,
    stops: list[every_page.Stop],
    worked: dict[str, tuple[str, str]],
    window: Window,
) -> None:
    page, said = window(role, True).new_page(), []
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    for stop in stops:
        if stop.role == role and (role, stop.address) not in worked.values():
            page.goto(stop.address)
            said += [f"{stop.address}: {fault}" for fault in faults(page, (1280,), colours=stop.first)]
    page.close()
    assert said == []


@pytest.mark.parametrize("role", every_page.ROLES)
def test_without_script_no_page_that_a_role_is_shown_scrolls_sideways(
    role: str, stops: list[every_page.Stop], window: Window
) -> None:
    page, said = window(role, False).new_page(), []
    for stop in stops:
        if stop.role == role:
            page.goto(stop.address)
            too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            said += [f"{stop.address}: {too_wide} px"] if too_wide > 0 else []
    page.close()
    assert said == []


def test_a_page_that_is_left_out_is_a_route() -> None:
    assert set(every_page.LEFT_OUT) <= {route for route, _ in every_page.pages()}


def test_pages_that_differ_in_their_words_only_are_one_and_a_button_more_is_another() -> None:
    def shape(inside: str) -> str:
        return every_page.shape_of(html5lib.parse(f"<main>{inside}</main>", namespaceHTMLElements=False))

    rows = "<ul><li>a<li>b</ul>"
    assert shape(rows) == shape("<ul><li>c</ul>")
    assert shape(rows) != shape(f"{rows}<button>d</button>")
