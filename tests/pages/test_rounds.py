"""Rounds in the browser of planners and of agencies: made, worked through, closed."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest

from lenmuc.web.reviews import today
from tests.conftest import PASSWORD, Visitor, person

CODE = "1.013852"  # offered by the Department of Justice
MONTH = dt.timedelta(days=30)
ROUND = {
    "name": "Đợt cuối năm",
    "scheme": "rs-2018",
    "opens": str(today()),
    "due": str(today() + MONTH),
    "whom": "province",
}


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def boxes(html: str, name: str) -> list[str]:
    return [unescape(value) for value in re.findall(rf'name="{name}" value="([^"]+)"', html)]


def version(html: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', html)
    assert found
    return found[1]


@pytest.fixture
async def answered(as_staff: Visitor, connection: Any) -> Visitor:
    """Staff of the Department of Justice with two answers of last week, at two services."""
    other = await connection.fetchval(
        "SELECT service FROM offering WHERE agency = 'STP' AND service > $1 AND '3.03' = ANY (missing)"
        " ORDER BY service LIMIT 1",
        CODE,
    )
    for code in (CODE, other):
        await as_staff.get(f"/en/work/{code}/3.03")
        await as_staff.post(f"/en/work/{code}/3.03", value="met", justification="Đã có", version="0")
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', true)")
    await connection.execute("UPDATE answer SET at = at - interval '7 days'")
    return as_staff


async def make(planner: Visitor, **fields: Any) -> str:
    await planner.get("/en/rounds/new")
    reply = await planner.post("/en/rounds/new", **{**ROUND, **fields})
    assert reply.status_code == 303, words(reply.text)
    return str(reply.headers["location"])


async def test_a_planner_makes_a_round_and_sees_each_agency(as_planner: Visitor, connection: Any) -> None:
    assert "No round so far" in words((await as_planner.get("/en/rounds")).text)
    where = await make(as_planner)
    page = (await as_planner.get(where)).text
    bodies = await connection.fetchval(
        "SELECT count(DISTINCT agency) FROM offering WHERE agency IN"
        " (SELECT code FROM agency WHERE tier = 'province' AND valid_to IS NULL)"
    )
    assert f"{bodies} of {bodies} agencies have nothing left" in words(page)
    assert page.count('<th scope="row">') == bodies
    listed = words((await as_planner.get("/en/rounds")).text)
    assert "Đợt cuối năm" in listed
    assert "30 days left" in listed


async def test_a_wrong_round_is_shown_again_with_what_was_typed(as_planner: Visitor) -> None:
    await as_planner.get("/en/rounds/new")
    sent = {**ROUND, "due": ROUND["opens"], "whom": "chosen", "agency": ["STP"]}
    reply = await as_planner.post("/en/rounds/new", **sent)
    assert reply.status_code == 422
    assert 'id="due-error"' in reply.text
    assert re.search(r'value="STP"[^>]* checked', reply.text)


async def test_a_round_is_given_another_last_day_unless_somebody_was_faster(as_planner: Visitor) -> None:
    where = await make(as_planner)
    seen = version((await as_planner.get(where)).text)
    later = str(today() + 2 * MONTH)
    assert (await as_planner.post(where, name="Đợt hai", due=later, version=seen)).status_code == 303
    assert "60 days left" in words((await as_planner.get(where)).text)
    reply = await as_planner.post(where, name="Đợt ba", due=later, version=seen)
    assert reply.status_code == 409
    assert (await as_planner.post(where, name="", due="soon", version="2")).status_code == 422


async def test_staff_confirm_one_by_one_and_whole_services(answered: Visitor, as_planner: Visitor) -> None:
    where = (await make(as_planner)).replace("/en/rounds", "/en/work/rounds")
    assert "Đợt cuối năm , 0 of 2 answers looked at, 30 days left" in words(
        (await answered.get("/en/work")).text
    )

    page = (await answered.get(where)).text
    assert len(boxes(page, "service")) == 2
    reply = await answered.post(where, service=boxes(page, "service")[:1])
    assert reply.status_code == 422
    assert 'id="agreed-error"' in reply.text
    assert reply.text.count(" checked") == 1

    reply = await answered.post(where, service=boxes(page, "service")[:1], agreed="yes")
    assert reply.status_code == 303
    page = (await answered.get(reply.headers["location"])).text
    assert "1 answer was confirmed as it is." in words(page)
    [left] = boxes(page, "service")
    one = f"{where}/{left.partition('~')[0]}"
    service = (await answered.get(f"{one}?all=1")).text
    assert "Đã có" in words(service)
    assert service.count(" checked") == 1
    reply = await answered.post(one, answer=boxes(service, "answer"), agreed="yes", then="next")
    assert reply.headers["location"].startswith(f"{where}?")
    assert "Nothing is left to look at" in words((await answered.get(where)).text)
    planner = words((await as_planner.get(where.replace("/work", ""))).text)
    assert re.search(r"Department of Justice 100% 0 2 0 0", planner), planner


async def test_what_somebody_changed_meanwhile_is_not_confirmed(
    answered: Visitor, as_planner: Visitor
) -> None:
    where = (await make(as_planner)).replace("/en/rounds", "/en/work/rounds")
    seen = boxes((await answered.get(where)).text, "service")
    await answered.get(f"/en/work/{CODE}/3.03")
    await answered.post(f"/en/work/{CODE}/3.03", value="not_met", justification="Hỏng", version="1")
    reply = await answered.post(where, service=seen, agreed="yes")
    assert reply.status_code == 409
    assert "so nothing was confirmed" in words(reply.text)
    assert len(boxes(reply.text, "service")) == 1


async def test_a_round_is_closed_after_a_question_and_then_stays(
    answered: Visitor, as_planner: Visitor
) -> None:
    where = await make(as_planner)
    asked = (await as_planner.get(f"{where}/close")).text
    assert "1 agency still has answers to look at" in words(asked)
    assert (await as_planner.post(f"{where}/close", version=version(asked))).status_code == 303
    page = words((await as_planner.get(where)).text)
    assert "do not change any more" in page
    assert "Close the round" not in page
    assert (await as_planner.post(f"{where}/close", version="2")).status_code == 409
    mine = words((await answered.get(where.replace("/en/", "/en/work/"))).text)
    assert "Closed on" in mine
    assert "Confirm the chosen" not in mine
    assert "Assessment round:" not in words((await answered.get("/en/work")).text)


async def test_an_agency_outside_the_round_does_not_find_it(as_planner: Visitor, visit: Any, db: Any) -> None:
    where = (await make(as_planner)).replace("/en/rounds", "/en/work/rounds")
    ward = visit()
    await ward.sign_in(await person(db, "staff", "X00004"), PASSWORD)
    assert (await ward.get(where)).status_code == 404
    assert (await ward.get(f"{where}/{CODE}")).status_code == 404
    await ward.get("/en/account")
    assert (await ward.post(where, answer="~3.03~1", agreed="yes")).status_code == 404


@pytest.mark.parametrize("answer", ["", "x", "~~1", "s~3.03~x", "s~3.03~99999999999"])
async def test_a_box_with_nonsense_confirms_nothing(
    answered: Visitor, as_planner: Visitor, answer: str
) -> None:
    where = (await make(as_planner)).replace("/en/rounds", "/en/work/rounds")
    await answered.get(where)
    assert (await answered.post(where, answer=answer, agreed="yes")).status_code == 404


async def test_staff_make_no_round_and_planners_do_not_confirm(
    as_staff: Visitor, as_planner: Visitor
) -> None:
    assert (await as_staff.get("/vi/rounds")).status_code == 403
    assert (await as_staff.get("/vi/rounds/new")).status_code == 403
    where = await make(as_planner)
    assert (await as_planner.get(where.replace("/en/", "/en/work/"))).status_code == 403


async def test_the_audit_log_says_who_made_confirmed_and_closed_it(
    answered: Visitor, as_planner: Visitor, visit: Any, db: Any
) -> None:
    where = await make(as_planner)
    mine = where.replace("/en/", "/en/work/")
    boxed = boxes((await answered.get(mine)).text, "service")
    await answered.post(mine, service=boxed, agreed="yes")
    await as_planner.get(f"{where}/close")
    await as_planner.post(f"{where}/close", version="1")
    auditor = visit()
    await auditor.sign_in(await person(db, "auditor"), PASSWORD)
    page = await auditor.get("/en/audit?what=rounds")
    told = words(page.text)
    for deed in ("Made an assessment round", "Confirmed answers as they are", "Closed an assessment round"):
        assert deed in told.partition("Show")[2], deed
    assert "Answers confirmed as they are: 2" in told
    assert "Answers not confirmed: 0" in told
    assert f'href="{where}"' in page.text


async def test_before_it_opens_there_is_nothing_to_count_or_confirm(
    answered: Visitor, as_planner: Visitor
) -> None:
    where = await make(as_planner, opens=str(today() + dt.timedelta(days=2)))
    assert "Counting begins when the round opens" in words((await as_planner.get(where)).text)
    assert (await as_planner.get(f"{where}/close")).status_code == 303
    page = words((await answered.get(where.replace("/en/", "/en/work/"))).text)
    assert "Opens on" in page
    assert "Confirm the chosen" not in page
