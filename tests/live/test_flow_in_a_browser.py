"""Assessing and reviewing with the keyboard alone: wide with script, on a phone without; axe at both
widths.
"""

import re
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import chromium
from tests.browser.keys import Keys
from tests.browser.look import faults
from tests.live.site import Account, Site
from tests.live.town import Town, Walk
from tests.live.walks import WALKS

SCRIPT = {"with script": 1280, "without script": 390}


@pytest.fixture(scope="module")
def town(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A site with people at work."""
    return Town(site, tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Debian's Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def window(browser: Chromium, town: Town) -> Callable[[str, str], BrowserContext]:
    """A window of somebody who is signed in, with script or without."""
    open_: dict[tuple[str, str], BrowserContext] = {}

    def of(script: str, who: str) -> BrowserContext:
        if (script, who) not in open_:
            context = empty_window(browser, town.site, script)
            cookies = town.browsers[who].http.cookies.jar if who in town.browsers else ()
            context.add_cookies(
                [{"name": c.name, "value": c.value or "", "url": town.site.address} for c in cookies]
            )
            open_[script, who] = context
        return open_[script, who]

    return of


def empty_window(browser: Chromium, site: Site, script: str) -> BrowserContext:
    return browser.new_context(
        viewport={"width": SCRIPT[script], "height": 900},
        base_url=site.address,
        java_script_enabled=script == "with script",
    )


def look(page: Page, script: str, stop: str) -> list[str]:
    """What is wrong here. Axe needs script; without it, what has to be there is there."""
    assert page.locator("main h1").is_visible(), stop
    if script == "with script":
        return [f"{stop}: {fault}" for fault in faults(page)]
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{stop}: scrolls {too_wide} px sideways"] if too_wide > 0 else []


def watched(page: Page, script: str, steps: Iterator[str]) -> None:
    """Take the steps and look at every stop; nothing may be wrong, nor anything be told to the console."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(f"script: {error}"))
    page.on("console", lambda m: said.append(f"console: {m.text}") if "Content Security" in m.text else None)
    stops = 0
    for stop in steps:
        said += look(page, script, stop)
        page.set_viewport_size({"width": SCRIPT[script], "height": 900})
        stops += 1
    assert stops
    assert said == []


@pytest.mark.parametrize("script", SCRIPT)
@pytest.mark.parametrize(("who", "walk"), WALKS, ids=lambda part: getattr(part, "__name__", part))
def test_somebody_with_the_keyboard_alone(
    who: str, walk: Walk, script: str, town: Town, window: Callable[[str, str], BrowserContext]
) -> None:
    page = window(script, who).new_page()
    try:
        watched(page, script, walk(Keys(page), town))
    finally:
        page.close()


def sign_in(keys: Keys, person: Account) -> None:
    keys.page.goto("/vi/sign-in")
    keys.skip()
    keys.write("#email", person.email)
    keys.write("#password", person.password)
    keys.press("main form button.button")


def sets_up_a_second_factor(keys: Keys, person: Account) -> Iterator[str]:
    page = keys.page
    page.goto("/vi/sign-in")
    yield "sign-in"
    sign_in(keys, person._replace(password="wrong"))
    assert page.locator(".errors").is_visible()
    yield "sign-in, refused"
    sign_in(keys, person)
    page.goto("/vi/account/second-factor")
    yield "before the second factor"
    keys.skip()
    keys.press("form[action$='/begin'] button")
    yield "the key of the second factor"
    secret = re.sub(r"\s", "", page.locator("code").first.inner_text())
    keys.skip()
    keys.write("#code", pyotp.TOTP(secret).now())
    keys.press("form[action$='/confirm'] button")
    yield "the recovery codes"
    recovery = page.locator(".codes code").first.inner_text()
    keys.skip()
    keys.press("main a.button")
    page.goto("/vi/account/second-factor")
    yield "the second factor, in force"
    keys.press("form[action$='/sign-out'] button")
    sign_in(keys, person)
    yield "the code of the app"
    keys.skip()
    keys.write("#code", "000000")
    keys.press("main form button.button")
    yield "the code of the app, refused"
    keys.write("#code", recovery)
    keys.press("main form button.button")
    assert page.locator(".work-nav").is_visible()


@pytest.mark.parametrize(("script", "agency"), [("with script", "SXD"), ("without script", "X00070")])
def test_a_second_factor_is_set_up_and_asked_for(
    script: str, agency: str, town: Town, browser: Chromium
) -> None:
    page = empty_window(browser, town.site, script).new_page()
    watched(page, script, sets_up_a_second_factor(Keys(page), town.site.person("lead", agency)))
    page.context.close()


def test_a_focus_nobody_sees_and_a_field_nobody_named_are_found(browser: Chromium) -> None:
    page = browser.new_page()
    page.set_content("<style>:focus { outline: none }</style><h1>x</h1><input id=a><b id=b>y</b>")
    with pytest.raises(AssertionError, match="not seen on #a"):
        Keys(page).to("#a")
    with pytest.raises(AssertionError, match="never comes to #b"):
        Keys(page).to("#b")
    found = faults(page)
    assert [f for f in found if "axe at 1280 px, label" in f]
    assert [f for f in found if "axe at 390 px, label" in f]
    page.close()
