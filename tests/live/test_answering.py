"""Answering in a real browser: saved as one goes, nothing lost, the same without script and by keyboard."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.chromium import chromium, program
from tests.browser.tour import signed_in
from tests.live.site import Site
from tests.live.test_browser import look

try:
    program()
except FileNotFoundError as missing:
    if os.environ.get("CI"):
        raise
    pytest.skip(str(missing), allow_module_level=True)

CODE = "1.013852"  # no other test here answers it


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Debian's Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def window(browser: Chromium, site: Site) -> Iterator[BrowserContext]:
    """A window of an officer of the Department of Justice."""
    found = signed_in(browser, site, site.person("staff", "STP"), 1280)
    yield found
    found.close()


def opened(window: BrowserContext, criterion: str) -> Page:
    page = window.new_page()
    page.goto(f"/en/work/{CODE}/{criterion}")
    return page


def answer(page: Page, value: str, why: str) -> None:
    page.check(f"input[name=value][value={value}]")
    page.fill("#justification", why)
    page.locator("#justification").blur()


def stored(window: BrowserContext, criterion: str) -> str:
    page = opened(window, criterion)
    try:
        return page.locator("#justification").input_value()
    finally:
        page.close()


def test_an_answer_is_saved_as_one_goes_and_says_so(window: BrowserContext) -> None:
    page = opened(window, "3.03")
    page.check("input[name=value][value=met]")
    said = page.locator("p.saving")
    expect(said).to_contain_text("Not saved yet. Say how the criterion is met")
    answer(page, "met", "Gửi được tệp")
    expect(said).to_have_text(re.compile(r"^Saved \d\d:\d\d\.$"))
    assert stored(window, "3.03") == "Gửi được tệp"
    held: list[Route] = []  # a save that takes long: it is let go on when the page has said so
    page.route(
        "**/3.03", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    page.fill("#justification", "Gửi được tệp và chữ ký")
    page.locator("#justification").blur()
    expect(said).to_contain_text("Saving…")
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    page.unroute("**/3.03")
    expect(said).to_contain_text("Saved")
    page.click("text=Save the answer")  # its version is the newest, so the button works after the script
    page.wait_for_url(f"**/work/{CODE}?saved=3.03**")
    assert stored(window, "3.03") == "Gửi được tệp và chữ ký"
    page.close()


def test_what_somebody_else_stored_is_never_overwritten(window: BrowserContext) -> None:
    mine, theirs = opened(window, "3.04"), opened(window, "3.04")
    answer(theirs, "not_met", "Của người kia")
    expect(theirs.locator("p.saving")).to_contain_text("Saved")
    answer(mine, "met", "Của tôi")
    expect(mine.locator("p.saving")).to_contain_text("somebody else has changed this answer")
    assert mine.locator("#justification").input_value() == "Của tôi"
    assert stored(window, "3.04") == "Của người kia"
    mine.click("text=Look at both and decide")
    expect(mine.locator("h2", has_text="Decide again")).to_be_visible()
    expect(mine.locator("#justification")).to_have_value("Của tôi")
    expect(mine.locator("#theirs + .given")).to_contain_text("Của người kia")
    mine.close()
    theirs.close()


def test_a_lost_network_loses_no_text_and_is_tried_again(window: BrowserContext) -> None:
    page = opened(window, "3.05")
    window.set_offline(True)
    answer(page, "not_met", "Chưa có phần mềm")
    said = page.locator("p.saving")
    expect(said).to_contain_text("Not saved: no connection")
    # Asked without a real dialog, which would wait for somebody to answer it.
    leaves = "dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert page.evaluate(leaves) is False
    window.set_offline(False)
    expect(said).to_contain_text("Saved", timeout=15_000)
    assert page.evaluate(leaves) is True
    assert stored(window, "3.05") == "Chưa có phần mềm"
    page.close()


def test_an_ended_session_keeps_the_text_until_one_has_signed_in_again(browser: Chromium, site: Site) -> None:
    officer = site.person("staff", "SXD")
    window = signed_in(browser, site, officer, 1280)
    code = site.own_service("SXD", lambda missing: "3.05" in missing)
    address = f"/en/work/{code}/3.05"
    page = window.new_page()
    page.goto(address)
    window.clear_cookies()
    answer(page, "not_met", "Giữ lại")
    said = page.locator("p.saving")
    expect(said).to_contain_text("Not saved: you are signed out")
    with window.expect_page() as tab:
        said.locator("a").click()
    again = tab.value
    again.fill("input[name=email]", officer.email)
    again.fill("input[name=password]", officer.password)
    again.click("main button")
    again.wait_for_url(lambda address: "sign-in" not in address)
    again.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(said).to_contain_text("Saved")
    window.close()


def test_everything_works_the_same_without_script(browser: Chromium, site: Site) -> None:
    first = signed_in(browser, site, site.person("staff", "STP"), 1280)
    window = browser.new_context(
        base_url=site.address, java_script_enabled=False, storage_state=first.storage_state()
    )
    page = opened(window, "3.06")
    expect(page.locator("p.saving")).to_be_hidden()
    answer(page, "not_met", "Không có kịch bản")
    page.click("text=Save and open the next")
    expect(page.locator(".notice--done")).to_contain_text("Saved: 3.06 is now “Not met”")
    page.goto(f"/en/work/{CODE}/all")
    page.fill('[id="justification-3.06"]', "Sửa trên một trang")
    page.click("text=Save all that I changed")
    expect(page.locator(".notice--done")).to_contain_text("1 answer was saved.")
    assert stored(window, "3.06") == "Sửa trên một trang"
    window.close()
    first.close()


def test_a_criterion_is_answered_with_the_keyboard_alone(window: BrowserContext) -> None:
    page = opened(window, "4.04")
    page.locator("input[name=value]").first.focus()
    page.keyboard.press("ArrowDown")  # the second choice: not met
    page.keyboard.press("Tab")
    page.keyboard.type("Bằng bàn phím")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/work/{CODE}?saved=4.04**")
    assert stored(window, "4.04") == "Bằng bàn phím"
    page.close()


PAGES = {
    "one criterion": f"/vi/work/{CODE}/3.03",
    "all on one page": f"/vi/work/{CODE}/all",
    "comments": f"/vi/comments?criterion=3.03&agency=STP&service={CODE}",
    "list of work": "/vi/work?progress=begun",
    "own criteria": "/vi/work/agency",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_where_one_answers_shuts_nobody_out(name: str, window: Any) -> None:
    page = window.new_page()
    try:
        assert look(page, PAGES[name]) == []
    finally:
        page.close()
