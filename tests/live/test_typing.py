"""Search with JavaScript in a real browser: suggestions by keyboard, results that follow, the count told."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import chromium, program
from tests.browser.look import faults
from tests.live.site import Site

try:
    program()
except FileNotFoundError as missing:
    if os.environ.get("CI"):
        raise
    pytest.skip(str(missing), allow_module_level=True)


def test_a_service_is_reached_with_the_keyboard_alone_and_results_follow_typing(site: Site) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(f"{site.address}/vi/")
        box = page.locator("#q-big")
        box.press_sequentially("đăng ký kết h")
        options = page.get_by_role("option")
        expect(options.first).to_be_visible()
        expect(box).to_have_attribute("aria-expanded", "true")
        assert not faults(page)
        box.press("ArrowDown")
        chosen = box.get_attribute("aria-activedescendant")
        expect(page.locator(f"#{chosen}")).to_have_attribute("aria-selected", "true")
        box.press("Escape")
        expect(box).to_have_attribute("aria-expanded", "false")
        box.press("ArrowUp")
        box.press("ArrowDown")
        box.press("Enter")
        expect(page).to_have_url(re.compile(r"/vi/services/\d\.\d{6}$"))

        page.goto(f"{site.address}/vi/services?tier=commune")
        box = page.locator("#q-plain")
        box.press_sequentially("ket hon")
        expect(page.locator("#count")).to_have_text(re.compile(r"^\s*\d+ dịch vụ\s*$"))
        expect(page.get_by_role("link", name="Thủ tục đăng ký kết hôn", exact=True)).to_be_visible()
        expect(page).to_have_url(re.compile(r"tier=commune.*q=ket\+hon|q=ket\+hon.*tier=commune"))
        expect(page.locator("#count")).to_have_attribute("role", "status")
        assert not faults(page)
