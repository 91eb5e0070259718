"""Walks through the assessing and reviewing of services with the keyboard alone.

Each walk is one person's; at every `yield` it stands on a page that is then looked at. `WALKS` says who
walks.
"""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl

from lenmuc.core.quarters import before, quarter_of
from lenmuc.web.reviews import today
from tests.browser.keys import Keys
from tests.browser.tour import set_a_programme
from tests.live.site import Browser, Site

Walk = Callable[[Keys, "Town"], Iterator[str]]
ANSWER = "main form:has(textarea[name=justification])"
SAVE = f"{ANSWER} button.button"


class Town:
    """A running site with what the walks begin from: services nobody has touched, checklists that wait."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.people = {
            "staff": site.person("staff", "STP"),
            "lead": site.person("lead", "STP"),
            "planner": site.person("planner"),
            "administrator": site.person("administrator"),
        }
        self.browsers = {who: Browser(site) for who in self.people}
        for who, browser in self.browsers.items():
            browser.sign_in(self.people[who])
        self.worked = self.untouched()
        self.answer("staff", self.worked, "3.05")

    def untouched(self) -> str:
        """The code of a service of the Department of Justice that nobody has answered for."""
        return self.site.own_service("STP", {"3.03", "3.05"}.issubset)

    def small_field(self) -> str:
        """The code of a field of few services at level 2: a page of fifty rows is a hundred stops for Tab."""
        listed = self.browsers["staff"].get("/api/v1/services?agency=STP&level=2&page_size=1").json()
        counts: dict[str, int] = listed["facets"]["field"]
        return min((field for field, count in counts.items() if count >= 8), key=lambda field: counts[field])

    def answer(self, who: str, code: str, criterion: str, words: str = "Đã vận hành trên cổng") -> None:
        """Somebody answers a criterion as met, without this browser."""
        browser = self.browsers[who]
        page = browser.get(f"/vi/work/{code}/{criterion}")
        browser.submit(page, f"/{code}/{criterion}", value="met", justification=words)

    def unfrozen(self) -> str:
        """The latest quarter that has ended, has no frozen briefing, and the one before has none either."""
        quarter, planner = before(quarter_of(today())), self.browsers["planner"]
        while "/freeze" not in planner.get(f"/vi/briefing/{quarter}").text:
            quarter = before(quarter)
        return quarter

    def ready(self) -> str:
        """The code of a service whose level 3 is answered and not submitted. A planner will review it: the
        one lead of the agency has an answer in it.
        """
        code = self.untouched()
        [found] = self.browsers["staff"].get(f"/api/v1/offerings?agency=STP&service={code}").json()["items"]
        missing = found["missing"]
        for criterion in missing[:-1]:
            self.answer("staff", code, criterion)
        self.answer("lead", code, missing[-1])
        return code

    def waiting(self) -> tuple[str, str]:
        """A checklist that waits for review: the code of its service, the address of its review."""
        code, staff = self.ready(), self.browsers["staff"]
        staff.submit(staff.get(f"/vi/work/{code}/submit"), f"/{code}/submit")
        listed = self.browsers["planner"].get("/vi/review").text.partition(f"<li>{code}</li>")
        assert listed[1], f"{code} does not wait"
        number = listed[0].rpartition("/vi/review/")[2].partition('"')[0]
        return code, f"/vi/review/{number}"


def new_words(text: str) -> str:
    """The text as nobody has said it yet: the same one from one address counts once a day."""
    return f"{text} ({secrets.token_hex(3)})"


def answers(keys: Keys, town: Town) -> Iterator[str]:
    page, code = keys.page, town.untouched()
    page.goto("/vi/work")
    yield "the work list"
    page.goto("/vi/work?q=qqqqq")
    yield "a work list without any service"
    page.goto(f"/vi/work/{code}")
    yield "the checklist"
    keys.skip()
    keys.press(f"main a[href='/vi/work/{code}/3.05']")
    yield "a criterion"
    keys.skip()
    keys.choose("value", "met", ANSWER)
    keys.press(SAVE)
    assert page.locator(".errors").is_visible()
    yield "a criterion, refused"
    keys.write("textarea[name=justification]", "Quy trình nội bộ 12/QT-STP")
    keys.press(SAVE)
    assert page.locator(".notice--done").is_visible()
    yield "the checklist, answered"


def meets_a_conflict(keys: Keys, town: Town) -> Iterator[str]:
    page, code = keys.page, town.untouched()
    page.goto(f"/vi/work/{code}/3.03")
    town.answer("lead", code, "3.03", "Trưởng phòng đã trả lời trước")
    keys.skip()
    keys.choose("value", "not_met", ANSWER)
    keys.write("textarea[name=justification]", "Chưa có biểu mẫu")
    keys.press(SAVE)
    assert "Trưởng phòng đã trả lời trước" in page.inner_text("main")
    assert page.input_value("textarea[name=justification]") == "Chưa có biểu mẫu"
    yield "the conflict"
    keys.press(SAVE)
    yield "the checklist, decided again"


def answers_for_the_agency(keys: Keys, _: Town) -> Iterator[str]:
    page = keys.page
    page.goto("/vi/work/agency")
    yield "the criteria of the agency"
    page.goto("/vi/work/agency/3.79")
    assert page.locator(".notice--warning").is_visible()
    yield "a criterion of the agency with its effect"
    keys.skip()
    keys.choose("value", "met", ANSWER)
    keys.write("textarea[name=justification]", "Phân công tại Quyết định 3/QĐ-STP")
    keys.press(SAVE)
    yield "the criteria of the agency, answered"


def answers_in_bulk(keys: Keys, town: Town) -> Iterator[str]:
    page = keys.page
    page.goto(f"/vi/work/grid?level=2&field={town.small_field()}")
    yield "the grid"
    keys.skip()
    keys.press(SAVE)
    assert page.locator(".errors").is_visible()
    yield "the grid, refused"
    keys.tick("input[name=row]")
    keys.choose("value", "met", ANSWER)
    keys.write("textarea[name=justification]", "Đã vận hành")
    keys.press(SAVE)
    yield "the preview"
    keys.skip()
    keys.press("form[action$='/apply'] button")
    yield "what was given together"
    keys.skip()
    keys.press("main form button")
    assert page.locator("main form button").count() == 0
    yield "what was taken back"


def copies_from_a_sister(keys: Keys, town: Town) -> Iterator[str]:
    page, code = keys.page, town.untouched()
    page.goto(f"/vi/work/copy?to={code}")
    yield "the sister services"
    keys.skip()
    keys.press(f"main a[href*='source={town.worked}']")
    yield "what would be copied"
    keys.skip()
    keys.press("form[action$='/apply'] button")
    yield "what was copied"


def brings_a_workbook(keys: Keys, town: Town) -> Iterator[str]:
    page = keys.page
    page.goto("/vi/work/workbook?level=2")
    yield "the workbook"
    keys.skip()
    keys.press("form[enctype] button.button")
    yield "the workbook, refused"
    address = page.locator("main a[href*='.xlsx']").get_attribute("href")
    path = town.folder / "answers.xlsx"
    path.write_bytes(town.browsers["staff"].get(address).content)
    filled = openpyxl.load_workbook(path)
    sheet = filled.worksheets[1]
    sheet["G2"], sheet["H2"] = "Đạt", f"Đã vận hành từ tháng 3, xem tại {page.url}#{id(page)}"
    filled.save(path)
    filled.close()
    keys.attach("input[type=file]", path)
    keys.press("form[enctype] button.button")
    yield "the comparison"
    keys.skip()
    keys.press("main form button.button")
    yield "what the workbook gave"


def submits(keys: Keys, town: Town) -> Iterator[str]:
    page, code = keys.page, town.ready()
    page.goto(f"/vi/work/{code}")
    keys.skip()
    keys.press(f"main a[href='/vi/work/{code}/submit']")
    yield "the look before it is submitted"
    keys.skip()
    keys.press("form[action$='/submit'] button")
    yield "the checklist, submitted"
    keys.skip()
    keys.press("form[action$='/withdraw'] button")
    yield "the checklist, withdrawn"


def returns(keys: Keys, town: Town) -> Iterator[str]:
    page, (code, review) = keys.page, town.waiting()
    page.goto("/vi/review")
    yield "the inbox"
    keys.skip()
    keys.press(f"main a[href='{review}']")
    yield "a checklist under review"
    keys.skip()
    keys.press("button[value=return]")
    assert page.locator(".errors").is_visible()
    yield "a return without a remark"
    keys.unfold("#at-3\\.05 summary")
    keys.write("#remark-3\\.05", "Chưa thấy quy trình nội bộ")
    keys.press("button[value=return]")
    yield "the inbox, returned"
    as_staff = town.browsers["staff"].get(f"/vi/work/{code}/3.05")
    assert "Chưa thấy quy trình nội bộ" in as_staff.text


def verifies(keys: Keys, town: Town) -> Iterator[str]:
    page, (code, review) = keys.page, town.waiting()
    page.goto(review)
    keys.skip()
    keys.press("button[value=verify]")
    yield "the question before it is verified"
    keys.skip()
    keys.press("button[value=confirm]")
    yield "the inbox, verified"
    page.goto(f"/vi/services/{code}?agency=STP")
    assert page.locator("#behind").is_visible()
    yield "the public page, verified"


def finds_it_is_not_theirs(keys: Keys, town: Town) -> Iterator[str]:
    _, review = town.waiting()
    keys.page.goto(review)
    assert keys.page.locator("button[value=verify]").count() == 0
    yield "a checklist with answers of the reader's own"


def mends(keys: Keys, town: Town) -> Iterator[str]:
    page, (code, review), planner = keys.page, town.waiting(), town.browsers["planner"]
    planner.submit(planner.get(review), review, step="return", **{"remark-3.05": "Thiếu quy trình"})
    page.goto(f"/vi/work/{code}")
    assert "Thiếu quy trình" in page.inner_text("main")
    yield "the checklist, returned"
    keys.skip()
    keys.press(f"main .remark a[href='/vi/work/{code}/3.05']")
    yield "the criterion with its remark"


def reads_where_levels_differ(keys: Keys, _: Town) -> Iterator[str]:
    keys.page.goto("/vi/disagreements")
    yield "declared, assessed, in use"


def answers_for_the_portal(keys: Keys, _: Town) -> Iterator[str]:
    page = keys.page
    page.goto("/vi/platform")
    yield "the criteria of the portal"
    page.goto("/vi/platform/3.20")
    assert page.locator(".notice--warning").is_visible()
    yield "a criterion of the portal with its effect"
    keys.skip()
    keys.choose("value", "met", ANSWER)
    keys.write("textarea[name=justification]", "Xác thực qua VNeID")
    keys.press(SAVE)
    assert page.locator(".notice--done").is_visible()
    yield "the criteria of the portal, answered"


def answers_for_every_agency(keys: Keys, _: Town) -> Iterator[str]:
    page = keys.page
    page.goto("/vi/platform/services?q=khai+sinh")
    yield "the services to answer for"
    keys.skip()
    keys.press("main ol.results a")
    yield "a service at every agency"
    keys.skip()
    keys.press("main .tasks a[href*='/2.02']")
    yield "a criterion of a service at every agency"


def keeps_people(keys: Keys, town: Town) -> Iterator[str]:
    page = keys.page
    page.goto("/vi/people")
    yield "the people"
    page.goto("/vi/people?q=qqqqq")
    yield "nobody found"
    page.goto("/vi/installation")
    yield "the installation"
    page.goto("/vi/people/new")
    yield "a new account"
    keys.skip()
    keys.write("#email", f"moi{id(page)}@example.org")
    keys.write("#name", "Nguyễn Thị Mới")
    keys.choose("role", "auditor")
    keys.press("main form button.button")
    yield "a one-time password"
    keys.skip()
    keys.press("main a.button")
    yield "a person"
    person = page.url.partition("?")[0]
    for deed in ("password", "leave"):
        page.goto(f"{person}/{deed}")
        yield f"the question before: {deed}"


OWN_LIST = """\
name = "Danh mục riêng"
offered = "nobody"
[place]
code = "H26"
name = "Thành phố Hà Nội"
name_en = "Hà Nội City"
[source]
format = "csv"
[fields]
code = "code"
name = "name"
time_in_person = { from = "days", unit = "wd" }
"""


def brings_a_registry(keys: Keys, town: Town) -> Iterator[str]:
    page, code = keys.page, f"9.{id(keys) % 1_000_000:06}"
    page.goto("/vi/imports")
    yield "nothing brought in yet"
    keys.skip()
    keys.press("form[enctype] button.button")
    yield "an import, refused"
    mapping, path = town.folder / "danh-muc-rieng.toml", town.folder / "danh-muc.csv"
    mapping.write_text(OWN_LIST, encoding="utf-8")
    path.write_text(f"code,name,days\n{code},Cấp giấy thử nghiệm,sớm\n,Không mã,5\n", encoding="utf-8")
    keys.unfold("form[enctype] summary")
    for field, file in (("#files", path), ("#toml", mapping)):
        keys.attach(field, file)
    keys.press("form[enctype] button.button")
    page.wait_for_selector("form[action$='/confirm']", timeout=30_000)
    yield "what an import would change"
    keys.skip()
    keys.press("form[action$='/confirm'] button")
    page.wait_for_selector(".notice--done", timeout=30_000)
    yield "the report of an import"
    page.goto("/vi/imports")
    yield "what was brought in"


def keeps_the_own_account(keys: Keys, _: Town) -> Iterator[str]:
    page = keys.page
    page.goto("/vi/account")
    yield "the own account with its sessions"
    page.goto("/vi/account/password")
    yield "another password"
    keys.skip()
    keys.write("#old", "wrong")
    keys.write("#new", "short")
    keys.write("#again", "other")
    keys.press("main form button.button")
    yield "another password, refused"


def moderates_a_report(keys: Keys, town: Town) -> Iterator[str]:
    page, public, words = keys.page, Browser(town.site), new_words("Không nộp được hồ sơ qua mạng")
    form = f"/vi/services/{town.worked}/wrong"
    public.submit(public.get(form), "/wrong", agency="STP", text=words)
    page.goto("/vi/corrections")
    yield "the reports that wait"
    keys.skip()
    keys.press("main ol.results a")
    keys.press("button[value=refuse]")
    assert page.locator(".errors").is_visible()
    yield "a report, refused without a reason"
    keys.skip()
    keys.press("button[value=accept]")
    yield "the reports, none waits"
    page.goto(f"/vi/services/{town.worked}?agency=STP")
    assert words in page.inner_text("#questions ~ ul")
    yield "the service with a report"
    page.goto("/vi/voice")
    yield "what people say"
    page.goto("/vi/desk")
    yield "the desk"


def answers_a_report(keys: Keys, town: Town) -> Iterator[str]:
    page, public = keys.page, Browser(town.site)
    form = f"/vi/services/{town.worked}/wrong"
    public.submit(public.get(form), "/wrong", agency="STP", text=new_words("Chỉ tải được tệp Word"))
    page.goto("/vi/corrections")
    yield "the reports to one's agency"
    keys.skip()
    keys.press("main ol.results a")
    keys.write("textarea[name=answer]", "Đã mở lại biểu mẫu điện tử")
    keys.press("main form button.button")
    yield "the reports, answered"


def briefs(keys: Keys, town: Town) -> Iterator[str]:
    page = keys.page
    page.goto(f"/vi/briefing/{quarter_of(today())}")
    yield "the draft of a briefing"
    last = town.unfrozen()
    for quarter in (before(last), last):
        page.goto(f"/vi/briefing/{quarter}")
        keys.skip()
        keys.press(f"main a[href='/vi/briefing/{quarter}/freeze']")
        if quarter == last:
            yield "the question before a briefing is frozen"
        keys.skip()
        keys.press("main form button.button")
    keys.skip()
    keys.write("textarea[name=text]", "Thiếu số liệu của một phường")
    keys.press("main form[action$='/corrections'] button.button")
    assert page.locator("#corrections").is_visible()
    yield "a frozen briefing with a correction"
    keys.skip()
    keys.press("main form[action$='/publish'] button.button")
    page.goto(f"/vi/briefings/{last}")
    yield "the briefing as the public reads it"
    page.goto("/vi/briefing")
    yield "the briefings"
    keys.skip()
    keys.press("main form[action$='/closing-review'] button.button")
    assert "/vi/closing-review/" in page.url
    yield "a closing review"


def reports_a_task(keys: Keys, town: Town) -> Iterator[str]:
    page, (_, task) = keys.page, set_a_programme(town.browsers["planner"])
    page.goto("/vi/tasks")
    yield "the tasks of the agency"
    keys.skip()
    keys.press(f"main a[href='/vi/tasks/{task}']")
    yield "a task"
    keys.skip()
    keys.press("main form button.button")
    assert page.locator(".errors").is_visible()
    yield "a report, refused"
    keys.write("#text", "Đã nối cổng thanh toán")
    keys.press("main form button.button")
    assert page.locator(".notice--done").is_visible()
    yield "a task, reported"


def decides_on_a_report(keys: Keys, town: Town) -> Iterator[str]:
    page, (programme, task) = keys.page, set_a_programme(town.browsers["planner"])
    staff = town.browsers["staff"]
    staff.submit(staff.get(f"/vi/tasks/{task}"), f"/tasks/{task}", text="Đã nối cổng thanh toán")
    page.goto(f"/vi/programmes/{programme}")
    keys.skip()
    keys.press(f"main a[href='/vi/tasks/{task}']")
    yield "a task with a report"
    keys.skip()
    keys.press("button[value=returned]")
    assert page.locator(".errors").is_visible()
    keys.write("#text", "Thiếu biên bản")
    keys.press("button[value=returned]")
    assert page.locator(".notice--done").is_visible()
    yield "a task, returned"
    page.goto(f"/vi/programmes/{programme}/targets/new")
    keys.skip()
    keys.press("main form button.button")
    assert page.locator(".errors").is_visible()
    yield "a target, refused"


WALKS = (
    ("staff", answers),
    ("staff", meets_a_conflict),
    ("staff", answers_for_the_agency),
    ("staff", answers_in_bulk),
    ("staff", copies_from_a_sister),
    ("staff", brings_a_workbook),
    ("staff", submits),
    ("planner", returns),
    ("staff", mends),
    ("planner", verifies),
    ("lead", finds_it_is_not_theirs),
    ("planner", moderates_a_report),
    ("staff", answers_a_report),
    ("planner", reads_where_levels_differ),
    ("planner", answers_for_the_portal),
    ("planner", briefs),
    ("planner", answers_for_every_agency),
    ("staff", reports_a_task),
    ("planner", decides_on_a_report),
    ("administrator", keeps_people),
    ("administrator", brings_a_registry),
    ("staff", keeps_the_own_account),
)
