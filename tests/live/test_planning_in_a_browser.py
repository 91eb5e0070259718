"""A planner walks with the keyboard alone, from the people there are to what the public sees; axe too."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.browser.chromium import chromium
from tests.browser.keys import Keys
from tests.live.site import Site
from tests.live.test_flow_in_a_browser import SCRIPT, empty_window, sign_in, watched

AGENCY = "SQHKT"  # ten services: quick to plan


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Debian's Chromium."""
    with chromium() as running:
        yield running


def pick(keys: Keys, selector: str, words: str) -> None:
    """Choose in a list by typing how its entry begins, or from the end with "End"."""
    keys.to(selector)
    if words == "End":
        keys.page.keyboard.press("End")
    else:
        keys.page.keyboard.type(words)


def computed(page: Page) -> int:
    """Wait on the page that shows how far it is; the number of the roadmap that is then there."""
    expect(page.locator(".plan-hero")).to_be_visible(timeout=60_000)
    return int(page.url.rpartition("/")[2])


def plans(keys: Keys, name: str) -> Iterator[str]:
    """Capacities, targets, compute, why, two more people, compare, approve, follow, what the public sees."""
    page = keys.page
    page.goto("/en/plan")
    yield "the list of scenarios"
    keys.skip()
    keys.write("#name", name)
    pick(keys, "#agency", "Department of Planning and Arch")
    assert page.locator("#agency").input_value() == AGENCY
    keys.write("#quarters", "4")
    keys.write("#central_days", "40")
    keys.press("button[name='then']")
    keys.skip()
    keys.unfold("#goals summary")
    keys.write("#goal_number", "4")
    pick(keys, "#goal_unit", "offerings")
    pick(keys, "#goal_by", "End")
    keys.choose("goal_strict", "wish", "#goals form[action$='/goals']")
    keys.press("#goals form[action$='/goals'] button")
    expect(page.locator("#goals")).to_contain_text("4 of all offerings at level 3 or above")
    yield "a scenario with a target"
    keys.press("form[action$='/compute'] button")
    first = computed(page)
    expect(page.locator("main")).to_contain_text(re.compile("(Met|Missed): "))
    expect(page.locator("main")).to_contain_text(
        re.compile("person-days; up to .* has only|It waits for|It is done in the first quarter")
    )
    yield "the roadmap and why each item stands where it stands"
    page.goto(f"/en/plan/{first}/why?item=3.55")
    yield "a work item, nothing asked yet"
    keys.skip()
    keys.press("form[action$='/ask'] button")
    expect(page.locator("main")).to_contain_text("Computed for", timeout=30_000)
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0, timeout=30_000)  # both are there
    yield "a work item with what it unlocks and what more days bring"
    page.goto(f"/en/plan/{first}/dependencies")
    yield "what comes first"
    page.goto(f"/en/plan/{first}/timeline?by=enabler")
    keys.skip()
    keys.unfold(".fold:first-of-type > summary")
    expect(page.locator(".fold[open] .plan")).to_be_visible()
    yield "the work by enabler, one unfolded"
    page.goto(f"/en/plan/{first}/concentration")
    yield "how few services carry most filings"
    page.goto(f"/en/plan/{first}/frontier")
    yield "benefit against people, not asked yet"
    page.goto("/en/estimates/3.03")
    yield "what work takes"
    page.goto(f"/en/plan/{first}")
    keys.press("main a[href*='/plan/scenarios/']")
    keys.write("#copy_name", f"{name}, two more people")
    keys.press("form[action$='/copy'] button")
    keys.write("#central_days", "160")
    keys.press("#figures form button")
    expect(page.locator("#central_days")).to_have_value("160")
    keys.press("form[action$='/compute'] button")
    second = computed(page)
    page.goto("/en/plan")
    keys.tick(f"input[name='roadmap'][value='{second}']")
    keys.tick(f"input[name='roadmap'][value='{first}']")
    keys.press("form[action$='/plan/compare'] button")
    expect(page.locator("main")).to_contain_text("Person-days a quarter of the central team")
    yield "two roadmaps side by side"
    page.goto(f"/en/plan/{second}")
    keys.unfold("details:has(form[action$='/approve']) summary")
    keys.press("form[action$='/approve'] button")
    expect(page.locator("main")).to_contain_text("This is the approved roadmap")
    yield "the approved roadmap"
    code = page.locator(".risers a").first.get_attribute("href")
    assert code
    page.goto(f"/en/plan/{second}/work?item=3.55")
    keys.skip()
    pick(keys, "#cause", "There is no system")
    keys.write("#text", "The contract for the portal is not signed")
    keys.press("#late form button")
    expect(page.locator("#history")).to_contain_text("The contract for the portal is not signed")
    yield "a planned item, and what holds it up"
    page.goto(f"/en/plan/{second}/follow")
    yield "plan and reality"
    page.context.clear_cookies()
    page.goto(f"{code}?agency={AGENCY}")
    expect(page.locator("main")).to_contain_text("Planned by the approved roadmap")
    expect(page.locator("main")).to_contain_text("Why then: ")
    yield "the service as the public sees it"


@pytest.mark.parametrize("script", SCRIPT)
def test_a_planner_with_the_keyboard_alone(script: str, site: Site, browser: Chromium) -> None:
    page = empty_window(browser, site, script).new_page()
    keys = Keys(page)
    sign_in(keys, site.person("planner"))
    watched(page, script, plans(keys, f"Walk {script}"))
    page.context.close()
