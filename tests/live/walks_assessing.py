"""Walks with the keyboard alone through the assessing and reviewing of services."""

from collections.abc import Iterator

import openpyxl

from tests.browser.keys import Keys
from tests.live.town import ANSWER, SAVE, Town


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
