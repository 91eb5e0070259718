"""The grid and copying from a sister service over HTTP, as with a browser without script."""

import re
from typing import Any

import pytest

from lenmuc.actions.bulk import stands
from lenmuc.content.everything import load_content
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import PROGRAM
from tests.conftest import Visitor
from tests.pages.bulk import BY_2026, CODE, MISSING, answers, give, hidden, level, page_with
from tests.pages.test_agency import words_of


async def test_whole_services_and_cells_are_answered_at_once_and_taken_back(
    as_staff: Visitor, db: Any
) -> None:
    page = await page_with(as_staff, CODE)
    form = {"level": "2", "page": page, "value": "met", "justification": "Đã làm"}
    preview = await as_staff.post("/en/work/grid", **form, row=CODE, cell=f"{CODE} 3.03")
    text = words_of(preview.text)
    assert "4 answers would be stored" in text
    assert "1 service reaches a higher level" in text
    assert await answers(db) == {}
    done = await as_staff.post("/en/work/apply", **hidden(preview.text, "kind", "packed"))
    assert (await level(db), len(await answers(db))) == (3, 4)
    batch = await as_staff.get(done.headers["location"])
    assert "4 answers given together" in words_of(batch.text)
    assert (await as_staff.post(done.headers["location"])).status_code == 303
    assert (await level(db), await answers(db)) == (2, {})
    assert "Taken back" in words_of((await as_staff.get(done.headers["location"])).text)


async def test_a_whole_criterion_is_answered_for_every_service_on_the_page(
    as_staff: Visitor, db: Any
) -> None:
    await give(as_staff, column="3.03")
    given = await answers(db)
    assert len(given) > 10
    assert {criterion for _, criterion in given} == {"3.03"}


async def test_nothing_chosen_and_a_wrong_answer_are_told_and_keep_what_was_chosen(as_staff: Visitor) -> None:
    page = await page_with(as_staff, CODE)
    nothing = await as_staff.post("/en/work/grid", level="2", page=page, value="met", justification="x")
    assert nothing.status_code == 422
    assert "Nothing is chosen" in words_of(nothing.text)
    wrong = await as_staff.post("/en/work/grid", level="2", page=page, value="met", row=CODE)
    assert wrong.status_code == 422
    assert "Say how the criterion is met" in words_of(wrong.text)
    assert re.search(rf'name="row" value="{CODE}" checked', wrong.text)


async def test_when_somebody_was_faster_nothing_is_stored_until_it_is_sent_again(
    as_staff: Visitor, db: Any
) -> None:
    page = await page_with(as_staff, CODE)
    form = {"level": "2", "page": page, "value": "met", "justification": "Của tôi", "row": CODE}
    preview = await as_staff.post("/en/work/grid", **form)
    packed = hidden(preview.text, "kind", "packed")
    one = {"value": "not_met", "justification": "Bản kia", "version": "0"}
    assert (await as_staff.post(f"/en/work/{CODE}/3.03", **one)).status_code == 303
    met = await as_staff.post("/en/work/apply", **packed)
    assert met.status_code == 409
    assert "Bản kia" in met.text
    assert await answers(db) == {(CODE, "3.03"): ("not_met", "Bản kia")}
    again = await as_staff.post("/en/work/apply", **hidden(met.text, "kind", "packed"))
    assert again.status_code == 303
    assert len(await answers(db)) == 4


async def test_what_somebody_changed_since_is_shown_and_not_taken_back(as_staff: Visitor, db: Any) -> None:
    batch = await give(as_staff, row=CODE)
    one = {"value": "not_met", "justification": "Bản kia", "version": "1"}
    assert (await as_staff.post(f"/en/work/{CODE}/3.03", **one)).status_code == 303
    reply = await as_staff.post(batch.url.path)
    assert reply.status_code == 409
    assert "cannot be taken back together any more" in words_of(reply.text)
    assert (await answers(db))[CODE, "3.04"] == ("met", "Đã làm")


async def test_answers_are_copied_from_a_sister_service_where_there_are_none(
    as_staff: Visitor, db: Any
) -> None:
    await give(as_staff, row=CODE)
    async with db.transaction(PROGRAM) as conn:
        rows = await offerings_store.every_offering(conn, agency="STP")
    to = next(r["service"] for r in rows if r["service"] != CODE and set(r["missing"]) == set(MISSING))
    one = {"value": "not_met", "justification": "Riêng", "version": "0"}
    assert (await as_staff.post(f"/en/work/{to}/3.03", **one)).status_code == 303
    listed = await as_staff.get(f"/en/work/copy?to={to}")
    assert "3 of 4 answers can be copied" in words_of(listed.text)
    preview = await as_staff.get(f"/en/work/copy?to={to}&source={CODE}")
    done = await as_staff.post("/en/work/apply", **hidden(preview.text, "kind", "packed"))
    assert done.status_code == 303
    given = await answers(db)
    assert given[to, "3.03"] == ("not_met", "Riêng")
    assert given[to, "3.04"] == ("met", "Đã làm")
    again = await as_staff.get(f"/en/work/copy?to={to}&source={CODE}")
    assert "no answer that is missing here" in words_of(again.text)


async def test_a_foreign_service_is_answered_like_a_missing_one(as_staff: Visitor) -> None:
    for path in ("copy?to={}", f"copy?to={CODE}&source={{}}", "batches/{}"):
        foreign = await as_staff.get(f"/en/work/{path.format('1.001193')}")
        missing = await as_staff.get(f"/en/work/{path.format('9.999999')}")
        assert foreign.status_code == missing.status_code == 404


@pytest.mark.parametrize("packed", ["", "x", "eJwDAAAAAAE=", "ệ", "eJyLjgUAARUAuQ=="])
async def test_a_damaged_form_is_refused(as_staff: Visitor, packed: str) -> None:
    await as_staff.get("/en/work/grid")
    assert (await as_staff.post("/en/work/apply", kind="grid", packed=packed)).status_code == 422


async def test_the_grid_of_other_rules_shows_what_they_lack_and_answers_count_in_both(
    as_staff: Visitor, db: Any
) -> None:
    async with db.transaction(PROGRAM) as conn:
        stand = await stands(conn, load_content().scheme, load_content().schemes[BY_2026], "STP")
    page = await as_staff.get(f"/en/work/grid?scheme={BY_2026}")
    cells = re.findall(r'name="cell" value="([^ "]+) ([^"]+)"', page.text)
    assert cells
    assert all(criterion in stand[service].missing for service, criterion in cells)
    shared = next(one for one in cells if one[1] in load_content().scheme.index)
    chosen = {"cell": " ".join(shared), "value": "not_met", "justification": "Chưa có", "scheme": BY_2026}
    preview = await as_staff.post("/en/work/grid", **chosen)
    assert preview.status_code == 200, words_of(preview.text)
    assert load_content().schemes[BY_2026].name.en in words_of(preview.text)
    reply = await as_staff.post("/en/work/apply", **hidden(preview.text, "kind", "packed", "scheme"))
    assert reply.status_code == 303
    assert (await answers(db))[shared] == ("not_met", "Chưa có")
    checklist = await as_staff.get(f"/en/work/{shared[0]}/{shared[1]}")
    assert "Chưa có" in checklist.text


async def test_rules_whose_levels_are_not_kept_are_not_answered_in_bulk(as_staff: Visitor) -> None:
    for path in ("grid?scheme=rs-2011", "workbook?scheme=no-such", f"copy?to={CODE}&scheme=rs-2011"):
        assert (await as_staff.get(f"/en/work/{path}")).status_code == 404
    for scheme in ("rs-2023", BY_2026, "proactive-2026"):
        for path in (f"grid?scheme={scheme}", f"workbook?scheme={scheme}", f"copy?to={CODE}&scheme={scheme}"):
            assert (await as_staff.get(f"/en/work/{path}")).status_code == 200, path
