"""`make tour`: pictures of the pages at 1280 and 390 pixels, on a demonstration that people have worked in.

Give words to take only the pages whose name holds one of them: `python -m tests.browser.tour service plan`.
"""

import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext

from tests.browser.chromium import chromium
from tests.live.site import Account, Browser, Site

WIDTHS = {"1280": 1280, "390": 390}
FOLDER = Path(__file__).parents[2] / "tour"
SAMPLE = (
    "/vi/inspections/new?name=2027&first_quarter=2027Q1&quarters=1&visits=3&controls=1&most=1&seed=12-345"
)
FORM = {"value": "met", "justification": "Đã vận hành trên Cổng dịch vụ công của Thành phố từ tháng 3/2026."}


def work_a_little(site: Site, agency: str = "") -> dict[str, str]:
    """Answers that raise services, and a published roadmap of the city or one agency; names used in
    addresses.
    """
    officer, planner = Browser(site), Browser(site)
    officer.sign_in(site.person("staff", "STP"))
    offerings = officer.get("/api/v1/offerings?agency=STP&level=2&page_size=100").json()["items"]
    for one in offerings[:3]:
        for criterion in one["missing"]:
            officer.submit(officer.get(f"/vi/work/{one['service']['code']}/{criterion}"), criterion, **FORM)
    codes = [one["service"]["code"] for one in offerings if "3.01" in one["missing"]]
    planner.sign_in(site.person("planner"))
    planner.submit(planner.get("/vi/platform/4.02"), "4.02", **FORM)
    asked = planner.submit(
        planner.get("/vi/plan"),
        "/plan",
        name="Lộ trình nâng mức 2027–2028",
        agency=agency,
        quarters="8",
        seconds="30",
    )
    begun = time.monotonic()
    while 'http-equiv="refresh"' in asked.text and time.monotonic() - begun < 180:
        time.sleep(1)
        asked = planner.get(str(asked.url))
    planner.submit(asked, "approve")
    wanted = {"name": "Đánh giá cuối năm 2026", "whom": "chosen", "agency": "STP"}
    made = planner.submit(planner.get("/vi/rounds/new"), "/rounds/new", **wanted)
    round = str(made.url).rpartition("/")[2]
    roadmap = str(asked.url).rstrip("/").rpartition("/")[2]
    programme, task = set_a_programme(planner)
    kept = planner.submit(planner.get(SAMPLE), "/inspections")
    visit = re.search(r"/vi/inspections/\d+/visits/\d+", kept.text)
    assert visit
    planner.submit(planner.get(visit[0]), visit[0], state="visited", day="2026-01-05")
    return {
        "code": offerings[0]["service"]["code"],
        "open": codes[5],
        "roadmap": roadmap,
        "round": round,
        "visit": visit[0],
        "programme": programme,
        "task": task,
    }


def set_a_programme(planner: Browser) -> tuple[str, str]:
    """A published programme with a target that is measured, one that is not, and a task that is late; the
    numbers of the programme and the task.
    """
    here = "/vi/programmes"
    made = planner.submit(
        planner.get(f"{here}/new"), "/new", name="Chương trình nâng mức 2026–2030", basis="QĐ 1/QĐ-UBND",
        first_day="01/01/2026", last_day="31/12/2030",
    )  # fmt: skip
    programme = str(made.url).partition("?")[0].rpartition("/")[2]
    here += f"/{programme}"
    for known, due in (("hanoi-level-3-2017", "31/12/2027"), ("satisfied-2026", "31/12/2026")):
        planner.submit(planner.get(f"{here}/targets/new?library={known}"), "/targets/new", due=due)
    given = planner.submit(
        planner.get(f"{here}/tasks/new"), "/tasks/new", name="Nối cổng thanh toán", agency="STP",
        due="01/10/2026", proof="Biên bản nghiệm thu",
    )  # fmt: skip
    planner.submit(planner.get(f"{here}/publish"), "/publish")
    return programme, given.text.partition("/vi/tasks/")[2].partition('"')[0]


def places(names: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Name of a picture → (who looks, where)."""
    return {
        "home": ("public", "/vi/"),
        "home-en": ("public", "/en/"),
        "search": ("public", "/vi/services?q=khai+sinh"),
        "search-all": ("public", "/vi/services"),
        "search-empty": ("public", "/vi/services?q=xyzzy"),
        "service-wards": ("public", "/vi/services/1.001193"),
        "service-raised": ("public", f"/vi/services/{names['code']}"),
        "service-en": ("public", "/en/services/2.000815"),
        "rate": ("public", "/vi/services/1.001193/rate"),
        "wrong": ("public", "/vi/services/1.001193/wrong?agency=X00070"),
        "thanks": ("public", "/vi/services/1.001193/thanks?said=wrong"),
        "agencies": ("public", "/vi/agencies"),
        "agency": ("public", "/vi/agencies/STP"),
        "agency-ward": ("public", "/vi/agencies/X00070"),
        "schemes": ("public", "/vi/schemes"),
        "scheme": ("public", "/vi/schemes/rs-2018"),
        "criterion": ("public", "/vi/schemes/rs-2018/3.01"),
        "roadmaps": ("public", "/vi/roadmaps"),
        "roadmap": ("public", f"/vi/roadmaps/{names['roadmap']}"),
        "roadmap-agency": ("public", f"/vi/roadmaps/{names['roadmap']}?agency=STP"),
        "api": ("public", "/vi/api"),
        "sign-in": ("public", "/vi/sign-in"),
        "error-404": ("public", "/vi/services/9.999999"),
        "account": ("staff", "/vi/account"),
        "work": ("staff", "/vi/work"),
        "work-checklist": ("staff", f"/vi/work/{names['open']}"),
        "work-criterion": ("staff", f"/vi/work/{names['open']}/3.01"),
        "work-submit": ("staff", f"/vi/work/{names['code']}/submit"),
        "review": ("planner", "/vi/review"),
        "disagreements": ("planner", "/vi/disagreements"),
        "suspicions": ("planner", "/vi/suspicions"),
        "rounds": ("planner", "/vi/rounds"),
        "round-new": ("planner", "/vi/rounds/new"),
        "round": ("planner", f"/vi/rounds/{names['round']}"),
        "round-close": ("planner", f"/vi/rounds/{names['round']}/close"),
        "my-round": ("staff", f"/vi/work/rounds/{names['round']}"),
        "my-round-service": ("staff", f"/vi/work/rounds/{names['round']}/{names['code']}"),
        "compare": ("public", "/vi/schemes/rs-2018/compare/rs-2023"),
        "platform": ("planner", "/vi/platform"),
        "platform-criterion": ("planner", "/vi/platform/4.02"),
        "plan": ("planner", "/vi/plan"),
        "audit": ("auditor", "/vi/audit"),
        "inspections": ("planner", "/vi/inspections"),
        "inspection-sample": ("planner", SAMPLE),
        "inspection-plan": ("planner", names["visit"].partition("/visits")[0]),
        "inspection-visit": ("planner", names["visit"]),
        "once-only": ("planner", "/vi/desk/once-only"),
        "once-only-database": ("planner", "/vi/desk/once-only/population"),
        "programmes": ("public", "/vi/programmes"),
        "programme": ("public", f"/vi/programmes/{names['programme']}"),
        "programme-planner": ("planner", f"/vi/programmes/{names['programme']}"),
        "programme-new": ("planner", "/vi/programmes/new"),
        "programme-library": ("planner", f"/vi/programmes/{names['programme']}/library"),
        "programme-publish": ("planner", f"/vi/programmes/{names['programme']}/hide"),
        "target": ("planner", f"/vi/programmes/{names['programme']}/targets/new?library=satisfied-2026"),
        "task-new": ("planner", f"/vi/programmes/{names['programme']}/tasks/new"),
        "tasks": ("staff", "/vi/tasks"),
        "task": ("staff", f"/vi/tasks/{names['task']}"),
        "figures": ("public", "/vi/figures"),
        "figure": ("public", "/vi/figures/level-4"),
        "figure-quarter": ("public", "/vi/figures/on-time"),
        "indices": ("public", "/vi/indices"),
        "index": ("public", "/vi/indices/pci"),
        "open-data": ("public", "/vi/open-data"),
        "briefings": ("public", "/vi/briefings"),
        "desk": ("planner", "/vi/desk"),
        "voice": ("planner", "/vi/voice"),
        "numbers": ("planner", "/vi/numbers"),
        "proposals": ("planner", "/vi/review/proposals"),
        "checks": ("planner", "/vi/checks"),
        "estimates": ("planner", "/vi/estimates"),
        "imports": ("auditor", "/vi/imports"),
        "installation": ("auditor", "/vi/installation"),
        "follow": ("planner", f"/vi/plan/{names['roadmap']}/follow"),
        "timeline": ("public", f"/vi/roadmaps/{names['roadmap']}/timeline"),
        "timeline-enabler": ("public", f"/vi/roadmaps/{names['roadmap']}/timeline?by=enabler"),
        "concentration": ("public", f"/vi/roadmaps/{names['roadmap']}/concentration"),
        "work-plan": ("staff", "/vi/work/plan"),
        "planned-work": ("planner", f"/vi/plan/{names['roadmap']}/work?item=3.55"),
        "team": ("planner", f"/vi/plan/{names['roadmap']}/team?team=central"),
        "plan-ready": ("planner", f"/vi/plan/{names['roadmap']}"),
    }


def people_of(site: Site) -> dict[str, Account | None]:
    """Who looks at the pages."""
    named = {role: site.person(role) for role in ("planner", "auditor")}
    return {"public": None, "staff": site.person("staff", "STP"), **named}


def signed_in(browser: Chromium, site: Site, person: Account | None, width: int) -> BrowserContext:
    """A window of this width; somebody has signed in unless it is the public."""
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site.address)
    if person is not None:
        page = context.new_page()
        page.goto("/vi/sign-in")
        page.fill("input[name=email]", person.email)
        page.fill("input[name=password]", person.password)
        page.click("main button")
        # Closed in the middle of a navigation, a page of Chromium now and then stays open for ever.
        page.locator(".work-nav").wait_for()
        page.close()
    return context


def main(wanted: list[str]) -> None:
    """Take every picture into the folder `tour`, replacing what is there."""
    if not wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder) / "data") as site, chromium() as browser:
        pages = places(work_a_little(site))
        people = people_of(site)
        for width_name, width in WIDTHS.items():
            windows = {who: signed_in(browser, site, person, width) for who, person in people.items()}
            for name, (who, address) in pages.items():
                if wanted and not any(word in name for word in wanted):
                    continue
                page = windows[who].new_page()
                page.goto(address)
                sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                page.screenshot(path=FOLDER / f"{name}-{width_name}.png", full_page=True)
                print(f"{name:<20} {width_name:>5} {address}{'  SCROLLS SIDEWAYS' if sideways > 0 else ''}")
                page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
