"""Evidence is added in a real browser: beside an answer that saves itself, and without script on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.chromium import chromium
from tests.browser.look import faults
from tests.core.make_files import PDF
from tests.live.site import Site
from tests.live.test_flow_in_a_browser import empty_window

FILE: FilePayload = {"name": "Quyết định.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Debian's Chromium."""
    with chromium() as running:
        yield running


def open_criterion(browser: Chromium, site: Site, script: str, criterion: str) -> Page:
    """The page of a criterion, opened by staff of the Department of Construction."""
    page = empty_window(browser, site, script).new_page()
    person = site.person("staff", "SXD")
    page.goto("/vi/sign-in")
    page.locator("#email").fill(person.email)
    page.locator("#password").fill(person.password)
    page.locator("main button").click()
    page.locator(".work-nav").wait_for()
    page.goto(f"/vi/work/{site.own_service('SXD')}/{criterion}")
    return page


def add_file(page: Page, title: str) -> None:
    """Fill in the form that adds evidence, and send it."""
    form = page.locator("#evidence-section form[enctype]")
    if not form.is_visible():
        page.locator("#evidence-section summary").first.click()
    page.locator("#evidence-file").set_input_files(files=[FILE])
    page.locator("#evidence-title").fill(title)
    page.locator("#evidence-expires").fill("31/12/2099")
    form.locator("button").click()


def test_a_file_is_added_beside_an_answer_that_saves_itself(browser: Chromium, site: Site) -> None:
    page = open_criterion(browser, site, "with script", "3.03")
    page.locator("input[name=value][value=met]").first.check()
    page.locator("#justification").fill("Có màn hình nộp hồ sơ")
    expect(page.locator(".saving")).to_have_attribute("data-state", "saved", timeout=15_000)
    add_file(page, "Quyết định 1")
    expect(page.locator("#evidence-pieces")).to_contain_text("Quyết định 1")
    assert page.locator("#justification").input_value() == "Có màn hình nộp hồ sơ"
    assert faults(page) == []
    page.context.close()


def test_a_file_is_added_and_withdrawn_without_script_on_a_phone(browser: Chromium, site: Site) -> None:
    page = open_criterion(browser, site, "without script", "3.04")
    page.locator("#evidence-section summary").first.click()
    page.locator("#evidence-value").check()
    criterion = page.url
    with page.expect_navigation():  # nothing may be asked of a page that is being replaced
        add_file(page, "Quyết định 2")
    page.goto(criterion)
    add_file(page, "Quyết định 3")
    pieces = page.locator("#evidence-pieces > li")
    expect(pieces).to_have_count(2)
    pieces.first.locator("button").click()
    expect(pieces).to_have_count(1)
    expect(page.locator("#evidence-section")).to_contain_text("Đã rút 1 minh chứng ở đây")
    page.context.close()
