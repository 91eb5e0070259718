"""The address of every page, with parameters that are there, and what has to be done at a site before."""

import csv
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import html5lib
import httpx

from lenmuc.core.quarters import before, quarter_of
from lenmuc.web.reviews import today
from tests.browser.tour import SAMPLE
from tests.live.site import Browser, Site

FILE = re.compile(r"\.(csv|pdf|xlsx)$")
MATRIX = Path(__file__).parents[1] / "web" / "access_matrix.csv"
ROLES = ("public", "staff", "lead", "planner", "administrator", "auditor")
LANG = "/{lang:str}"
SHAPING = ("class", "type", "role", "hidden", "open", "scope", "disabled")
NAMED = re.compile(r"\{(\w+):\w+\}")

# Routes that show no page here, and why.
LEFT_OUT = {
    "/work/next": "leads to the next service",
    "/work/agency/{criterion:str}/evidence": "leads back to the criterion",
    "/work/{code:str}/{criterion:str}/evidence": "leads back to the criterion",
    "/platform/{criterion:str}/evidence": "leads back to the criterion",
    "/platform/services/{code:str}/{criterion:str}/evidence": "leads back to the criterion",
    "/registry": "needs a registry of another country: tests/pages/test_registry.py",
    "/account/mail": "leads to the account where no mail is set up",
    "/account/provider": "needs an identity provider: tests/pages/test_provider.py",
    "/account/provider/link": "needs an identity provider",
    "/account/provider/unlink": "needs an identity provider",
    "/account/second-factor/confirm": "in test_flow_in_a_browser.py",
    "/account/second-factor/off": "needs a second factor",
    "/account/second-factor/recovery-codes": "in test_flow_in_a_browser.py",
    "/first-administrator": "needs an installation without people",
    "/sign-in/code": "in test_flow_in_a_browser.py",
    "/sign-in/provider": "needs an identity provider",
    "/saving/{id:str}": "shows while an answer is saved that takes longer than two seconds",
}


def pages() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each route of a page, without its language, and who may read it."""
    with MATRIX.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            path = row["path"].removeprefix(LANG)
            if row["method"] == "GET" and row["path"].startswith(LANG) and not FILE.search(path):
                yield path, tuple(role for role in ROLES if row[role] == "yes")


def people_of(site: Site) -> dict[str, Browser]:
    """Somebody of each role, signed in."""
    found = {role: Browser(site) for role in ROLES}
    for role, browser in found.items():
        if role != "public":
            browser.sign_in(site.person(role, "STP" if role in ("staff", "lead") else ""))
    return found


def number(address: httpx.URL | str) -> str:
    """The last number in an address."""
    return re.findall(r"\d+", str(address).partition("?")[0])[-1]


def work_more(people: dict[str, Browser], names: dict[str, str]) -> dict[str, str]:
    """Do what `work_a_little` leaves to be done: review, report, scenario, imports, batch, briefings."""
    public, staff, planner, admin = (people[role] for role in ("public", "staff", "planner", "administrator"))
    found = dict(names)
    code = names["code"]
    staff.submit(staff.get(f"/vi/work/{code}/submit"), f"/{code}/submit")
    found["review"] = re.findall(r"/vi/review/(\d+)", planner.get("/vi/review").text)[-1]
    public.submit(
        public.get(f"/vi/services/{code}/wrong?agency=STP"), "/wrong", text="Không nộp được hồ sơ qua mạng"
    )
    found["report"] = re.findall(r"/vi/corrections/(\d+)", planner.get("/vi/corrections").text)[-1]
    kept = planner.submit(
        planner.get("/vi/plan"), "/plan", name="Kịch bản", agency="STP", quarters="4", then="scenario"
    )
    found["scenario"] = number(kept.url)
    grid = staff.get("/vi/work/grid?level=2&criterion=3.05")
    first = re.findall(r'name="row" value="([^"]+)"', grid.text)[0]
    seen = staff.submit(grid, "/grid", row=first, value="met", justification="Đã vận hành")
    found["batch"] = str(staff.submit(seen, "/apply").url).partition("?")[0].rpartition("/")[2]
    planner.submit(planner.get(f"/vi/plan/{names['roadmap']}/follow"), "/replan")
    again = re.findall(r'href="/vi/plan/(\d+)"', planner.get("/vi/plan").text)
    found["replanned"] = max(again, key=int)
    found["item"] = re.findall(r"/work\?item=([^\"#&]+)", staff.get("/vi/work/plan").text)[0]
    quarter = before(quarter_of(today()))
    for each in (before(quarter), quarter):
        planner.submit(planner.get(f"/vi/briefing/{each}/freeze"), "/freeze")
    planner.submit(planner.get(f"/vi/briefing/{quarter}"), "/publish")
    found["quarter"], found["term"] = str(quarter), f"{before(quarter)}-{quarter}"
    found["open quarter"] = str(before(before(quarter)))
    found["person"] = re.findall(r"/vi/people/(\d+)", admin.get("/vi/people").text)[0]
    done = bring_a_list(admin)
    admin.submit(admin.get(f"/vi/imports/{done}"), "/confirm")
    found["run"] = number(settled(admin, f"/vi/imports/{done}").url)
    found["import"] = bring_a_list(admin, "9.000002")
    programme = planner.get(f"/vi/programmes/{names['programme']}").text
    found["target"] = re.findall(r"/targets/(\d+)", programme)[0]
    return found


def settled(admin: Browser, address: str) -> httpx.Response:
    """The page of an import once nothing moves there any more."""
    begun = time.monotonic()
    while 'http-equiv="refresh"' in (page := admin.get(address)).text:
        assert time.monotonic() - begun < 60
        time.sleep(0.2)
    return page


def addresses(n: dict[str, str]) -> dict[str, str]:
    """By route the address of a page that is there; routes without a blank are their own address."""
    plan, programme, code = f"/plan/{n['roadmap']}", f"/programmes/{n['programme']}", n["code"]
    given = {
        "/agencies/{code:str}": "/agencies/STP",
        "/briefing/{name:str}": f"/briefing/{n['quarter']}",
        "/briefing/{quarter:str}/freeze": f"/briefing/{n['open quarter']}/freeze",
        "/briefings/{name:str}": f"/briefings/{n['quarter']}",
        "/closing-review": f"/closing-review/{n['term']}",
        "/closing-review/{name:str}": f"/closing-review/{n['term']}",
        "/comments": f"/comments?criterion=3.05&agency=STP&service={n['open']}",
        "/corrections/{id:int}": f"/corrections/{n['report']}",
        "/desk/once-only/{code:str}": "/desk/once-only/population",
        "/estimates/{criterion:str}": "/estimates/3.04",
        "/figures/{id:str}": "/figures/level-4",
        "/imports/runs/{id:int}": f"/imports/runs/{n['run']}",
        "/imports/{id:int}": f"/imports/{n['import']}",
        "/indices/{id:str}": "/indices/pci",
        "/inspections/new": SAMPLE.removeprefix("/vi"),
        "/inspections/{id:int}": n["visit"].partition("/visits")[0].removeprefix("/vi"),
        "/inspections/{plan:int}/visits/{id:int}": n["visit"].removeprefix("/vi"),
        "/people/{id:int}": f"/people/{n['person']}",
        "/people/{id:int}/{deed:str}": f"/people/{n['person']}/password",
        "/plan/compare": f"/plan/compare?roadmap={n['roadmap']}&roadmap={n['replanned']}",
        "/plan/scenarios/{id:int}": f"/plan/scenarios/{n['scenario']}",
        "/plan/{id:int}/moves": f"/plan/{n['replanned']}/moves",
        "/plan/{id:int}/team": f"{plan}/team?team=central",
        "/plan/{id:int}/why": f"{plan}/why?item=3.55",
        "/plan/{id:int}/work": f"{plan}/work?item={n['item']}",
        "/plan/{name:str}": plan,
        "/platform/{criterion:str}": "/platform/3.20",
        "/platform/services/{code:str}": f"/platform/services/{code}",
        "/platform/services/{code:str}/{criterion:str}": f"/platform/services/{code}/2.02",
        "/programmes/{id:int}/{deed:str}": f"{programme}/hide",
        "/roadmaps/{name:str}": f"/roadmaps/{n['roadmap']}",
        "/review/{id:int}": f"/review/{n['review']}",
        "/rounds/{id:int}": f"/rounds/{n['round']}",
        "/rounds/{id:int}/close": f"/rounds/{n['round']}/close",
        "/schemes/{id:str}": "/schemes/rs-2018",
        "/schemes/{id:str}/compare/{other:str}": "/schemes/rs-2018/compare/rs-2023",
        "/schemes/{id:str}/{number:str}": "/schemes/rs-2018/3.01",
        "/services/{code:str}/thanks": f"/services/{code}/thanks?said=wrong",
        "/tasks/{id:int}": f"/tasks/{n['task']}",
        "/work/agency/{criterion:str}": "/work/agency/3.79",
        "/work/batches/{id:str}": f"/work/batches/{n['batch']}",
        "/work/copy": f"/work/copy?to={n['open']}",
        "/work/rounds/{id:int}": f"/work/rounds/{n['round']}",
        "/work/rounds/{id:int}/{code:str}": f"/work/rounds/{n['round']}/{code}",
    }
    blanks = {
        "/services": {"code": code},
        "/work": {"code": n["open"], "criterion": "3.01"},
        "/plan": {"id": n["roadmap"]},
        "/roadmaps": {"id": n["roadmap"]},
        "/programmes": {"id": n["programme"], "target": n["target"], "task": n["task"]},
    }

    def at(path: str) -> str:
        named = blanks.get("/" + path.split("/")[1], {}) if path else {}
        return given.get(path) or NAMED.sub(lambda blank: named.get(blank[1], blank[0]), path)

    return {path: f"/vi{at(path)}" if path else "/vi/" for path, _ in pages()}


def bring_a_list(admin: Browser, code: str = "9.000001") -> str:
    """The number of an import that waits to be confirmed."""
    page = admin.get("/vi/imports")
    mapping = (
        'name = "Danh mục riêng"\noffered = "nobody"\n[place]\ncode = "H26"\nname = "Hà Nội"\n'
        'name_en = "Hà Nội"\n[source]\nformat = "csv"\n[fields]\ncode = "code"\nname = "name"\n'
    )
    files = {
        "toml": ("danh-muc-rieng.toml", mapping.encode()),
        "files": ("danh-muc.csv", f"code,name\n{code},Cấp giấy thử nghiệm\n".encode()),
    }
    sent = admin.http.post("/vi/imports", data={"csrf": admin.csrf}, files=files)
    assert sent.status_code == 200, page.text
    settled(admin, str(sent.url))
    return number(sent.url)


class Stop(NamedTuple):
    """A page to be looked at, as somebody sees it; `first` of its route."""

    role: str
    route: str
    address: str
    first: bool


def stops(people: dict[str, Browser], where: dict[str, str]) -> list[Stop]:
    """Every page as every role sees it; where several are shown the same but for its words, one of them."""
    found: list[Stop] = []
    for route, roles in pages():
        seen: set[str] = set()
        for role in roles if route not in LEFT_OUT else ():
            reply = people[role].http.get(where[route], follow_redirects=False)
            if route == "/sign-in" and role != "public":
                continue
            assert reply.status_code == 200, f"{role} {where[route]}: {reply.status_code}"
            main = html5lib.parse(reply.text, namespaceHTMLElements=False).find(".//main")
            shape = shape_of(main)
            if shape not in seen:
                found.append(Stop(role, route, where[route], not seen))
            seen.add(shape)
    return found


def shape_of(element: ElementTree.Element) -> str:
    """The page without its words: elements and what they are; of the same ones in a row, the first."""
    parts: list[str] = []
    for each in element:
        part = shape_of(each) if isinstance(each.tag, str) else ""
        if not parts or part != parts[-1]:
            parts.append(part)
    about = [f"{name}={each}" for name, each in sorted(element.items()) if name in SHAPING]
    return f"<{element.tag} {' '.join(about)}>{''.join(parts)}</>"
