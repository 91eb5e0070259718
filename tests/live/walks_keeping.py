"""Walks with the keyboard alone through keeping: people, registries, accounts, reports, briefings, tasks."""

from collections.abc import Iterator

from lenmuc.core.quarters import before, quarter_of
from lenmuc.web.reviews import today
from tests.browser.keys import Keys
from tests.browser.tour import set_a_programme
from tests.live.site import Browser
from tests.live.town import Town, new_words


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
