"""Staff assess their services over HTTP, as with a browser without script."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from lenmuc.store import answers as answers_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import PROGRAM
from tests.conftest import PASSWORD, Visitor, person

CODE = "1.013852"  # at STP, without a form and without a fee: levels 1 and 2 come from its record
MISSING = ("3.03", "3.04", "3.05", "3.06")


def words_of(html: str) -> str:
    """The text of a page as somebody reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def field(html: str, name: str) -> str:
    """The value of an input, a textarea, a select or a radio of the first form that has it."""
    area = re.search(rf'<textarea id="{name}"[^>]*>\n?(.*?)</textarea>', html, re.S)
    if area:
        return unescape(area[1])
    chosen = re.search(rf'name="{name}" value="([^"]*)"[^>]*checked', html)
    option = re.search(rf'<select id="{name}".*?<option value="([^"]*)" selected', html, re.S)
    plain = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', html)
    found = chosen or option or plain
    return unescape(found[1]) if found else ""


async def met(staff: Visitor, criterion: str, code: str = CODE, **typed: str) -> Any:
    """Answer one criterion as met; the reply."""
    page = await staff.get(f"/en/work/{code}/{criterion}")
    version = field(page.text, "version")
    fields = {"value": "met", "justification": f"Seen for {criterion}", "version": version, **typed}
    return await staff.post(f"/en/work/{code}/{criterion}", **fields)


async def test_the_list_groups_my_services_by_the_next_level_with_the_least_missing_first(
    as_staff: Visitor,
) -> None:
    page = await as_staff.get("/en/work")
    assert page.status_code == 200
    text = words_of(page.text)
    assert text.index("One step from level 3") < text.index("1.013852")
    lacks = [int(n) for n in re.findall(r"<summary>(\d+) criteri", page.text)]
    assert lacks == sorted(lacks)
    await met(as_staff, "3.03")
    narrowed = words_of((await as_staff.get("/en/work?q=1.013852")).text)
    assert "1 service " in narrowed
    assert "3 criteria missing" in narrowed


async def test_filters_keep_each_other_and_tell_when_nothing_matches(as_staff: Visitor) -> None:
    page = await as_staff.get("/en/work?level=2")
    fields = re.findall(r'href="(/en/work\?[^"]*field=[^"]*)"', page.text)
    assert fields
    assert all("level=2" in link for link in fields)
    empty = await as_staff.get("/en/work?q=qqqqq")
    assert "No service of your agency matches" in empty.text
    assert (await as_staff.get("/en/work?page=999")).status_code == 404
    assert (await as_staff.get("/en/work?level=9")).status_code == 404


async def test_answering_all_that_is_missing_moves_the_service_from_two_to_three_and_says_so(
    as_staff: Visitor, db: Any
) -> None:
    for number, criterion in enumerate(MISSING, start=1):
        reply = await met(as_staff, criterion)
        assert reply.status_code == 303
        said = words_of((await as_staff.get(reply.headers["location"])).text)
        assert f"Saved: {criterion} is now “Met”" in said
        if number < len(MISSING):
            assert "The level stays: Level 2" in said
            left = len(MISSING) - number
            assert f"For level 3, {left} criteri" in said
    assert "The level rises: Level 2 → rises to Level 3" in said
    assert "For level 4, 1 criterion is still missing: 4.04" in said
    async with db.transaction(PROGRAM) as conn:
        offering = await offerings_store.offering_of(conn, CODE, "STP")
        history = await offerings_store.level_history(conn, offering.id, "rs-2018")
    assert (offering.level, offering.missing) == (3, ("4.04",))
    assert (history[0].from_level, history[0].to_level, history[0].cause) == (2, 3, "answer 3.06")


async def test_every_answer_says_where_it_comes_from(
    as_staff: Visitor, as_planner: Visitor, content: Any
) -> None:
    links = "https://dichvucong.hanoi.gov.vn/a\nhttps://dichvucong.hanoi.gov.vn/b"
    platform = next(c.id for c in content.scheme.criteria if c.scope == "platform")
    own = next(c.id for c in content.scheme.criteria if c.scope == "agency")
    given = {"value": "met", "justification": "Seen", "evidence": links, "version": "0"}
    assert (await as_planner.post(f"/en/platform/{platform}", **given)).status_code == 303
    assert (await as_planner.post(f"/en/platform/services/{CODE}/3.04", **given)).status_code == 303
    assert (await as_staff.post(f"/en/work/agency/{own}", **given)).status_code == 303
    assert (await met(as_staff, "3.03")).status_code == 303
    page = words_of((await as_staff.get(f"/en/work/{CODE}")).text)
    assert "From the national record of the procedure" in page
    assert "Does not apply because the procedure has no form to fill in" in page
    assert re.search(r"Answered for the city's portal by Planner, \d+ \w+ \d{4}, 2 links", page)
    assert re.search(r"Answered for the whole agency by Staff STP, .*?, 2 links", page)
    assert re.search(r"Answered for this service at every agency by Planner, .*?, 2 links", page)
    assert re.search(r"Answered for this service at this agency by Staff STP, .*?, no evidence", page)
    one = words_of((await as_staff.get(f"/vi/work/{CODE}/{platform}")).text)
    assert re.search(r"Trả lời cho cổng thành phố bởi Planner, \d\d/\d\d/\d{4}, 2 liên kết", one)


async def test_duties_are_a_share_beside_the_level_with_and_without_those_that_do_not_apply(
    as_staff: Visitor,
) -> None:
    page = words_of((await as_staff.get(f"/en/work/{CODE}")).text)
    first = re.search(r"Duties met, of those that apply \S+ (\d+) of (\d+)", page)
    second = re.search(r"counted as met \S+ (\d+) of (\d+); (\d+) do not apply", page)
    assert first
    assert second
    met_only, applicable = int(first[1]), int(first[2])
    assert (met_only + int(second[3]), applicable + int(second[3])) == (int(second[1]), int(second[2]))


async def test_met_without_reason_or_evidence_is_refused_at_the_field_and_keeps_what_was_typed(
    as_staff: Visitor,
) -> None:
    reply = await as_staff.post(f"/en/work/{CODE}/3.03", value="met", version="0")
    assert reply.status_code == 422
    assert re.search(r'<a href="#justification">Say how the criterion is met', reply.text)
    assert 'id="justification-error"' in reply.text
    assert field(reply.text, "value") == "met"
    reply = await as_staff.post(
        f"/en/work/{CODE}/3.03",
        value="not_met",
        justification="Chưa làm <b>được</b>",
        evidence="không phải liên kết",
        blocker="no_budget",
        version="0",
    )
    assert reply.status_code == 422
    assert 'href="#evidence"' in reply.text
    assert field(reply.text, "justification") == "Chưa làm <b>được</b>"
    assert field(reply.text, "evidence") == "không phải liên kết"
    assert field(reply.text, "blocker") == "no_budget"
    nothing = await as_staff.post(f"/en/work/{CODE}/3.03", version="0")
    assert 'href="#value"' in nothing.text


async def test_two_who_change_one_answer_lose_nothing(as_staff: Visitor) -> None:
    first = {"value": "met", "justification": "Bản của tôi", "version": "0"}
    assert (await as_staff.post(f"/en/work/{CODE}/3.03", **first)).status_code == 303
    second = {
        "value": "not_met",
        "justification": "Bản kia",
        "evidence": "https://a.example/1\nhttps://a.example/2",
        "blocker": "no_system",
        "version": "0",
    }
    reply = await as_staff.post(f"/en/work/{CODE}/3.03", **second)
    assert reply.status_code == 409
    text = words_of(reply.text)
    assert "Stored now, by Staff STP" in text
    assert "Bản của tôi" in text
    assert "There is no system that can do it" in text
    again = {name: field(reply.text, name) for name in second}
    assert again == {**second, "version": "1"}
    assert (await as_staff.post(f"/en/work/{CODE}/3.03", **again)).status_code == 303
    page = await as_staff.get(f"/en/work/{CODE}/3.03")
    assert field(page.text, "justification") == "Bản kia"
    assert field(page.text, "version") == "2"


async def test_another_agencys_service_is_answered_like_one_that_does_not_exist(
    as_staff: Visitor, as_planner: Visitor
) -> None:
    def without_number(reply: Any) -> str:
        text = reply.text.replace(reply.headers["x-request-id"], "")
        return re.sub(r"/(1\.001193|9\.999999)", "/CODE", text)

    for path in ("", "/3.03"):
        foreign = await as_staff.get(f"/en/work/1.001193{path}")
        missing = await as_staff.get(f"/en/work/9.999999{path}")
        assert foreign.status_code == missing.status_code == 404
        assert without_number(foreign) == without_number(missing)
    given = {"value": "met", "justification": "x", "version": "0"}
    assert (await as_staff.post("/en/work/1.001193/3.03", **given)).status_code == 404
    assert (await as_staff.get(f"/en/work/{CODE}/9.99")).status_code == 404
    assert (await as_planner.get("/en/work")).status_code == 403


@pytest.mark.parametrize("path", ["work", "work/agency", f"work/{CODE}", f"work/{CODE}/3.03", "platform"])
async def test_the_public_is_asked_to_sign_in(client: Visitor, path: str) -> None:
    reply = await client.get(f"/vi/{path}")
    assert reply.status_code == 303
    assert reply.headers["location"].startswith("/vi/sign-in?next=")


async def test_an_agencys_criterion_is_answered_once_from_wherever_it_is_opened(
    as_staff: Visitor, content: Any, db: Any
) -> None:
    own = next(c.id for c in content.scheme.criteria if c.scope == "agency")
    page = await as_staff.get(f"/en/work/{CODE}/{own}")
    assert "This answers for all services of your agency" in page.text
    assert "It counts for 152 services." in page.text
    assert (await met(as_staff, own)).status_code == 303
    listed = await as_staff.get("/en/work/agency")
    assert "Answered for the whole agency by Staff STP" in listed.text
    reply = await as_staff.post(f"/en/work/agency/{own}", value="not_met", version="1")
    said = words_of((await as_staff.get(reply.headers["location"])).text)
    assert "The answer counts for 152 offerings. No level has changed." in said
    assert (await as_staff.get("/en/work/agency/3.03")).status_code == 404


async def test_staff_read_but_do_not_answer_for_the_portal(as_staff: Visitor, content: Any) -> None:
    platform = next(c.id for c in content.scheme.criteria if c.scope == "platform")
    page = await as_staff.get(f"/en/work/{CODE}/{platform}")
    assert "Not yours to answer" in page.text
    assert 'name="justification"' not in page.text
    given = {"value": "met", "justification": "x", "version": "0"}
    assert (await as_staff.post(f"/en/work/{CODE}/{platform}", **given)).status_code == 403
    assert (await as_staff.post(f"/en/platform/{platform}", **given)).status_code == 403


async def test_what_the_facts_settle_needs_no_answer(as_staff: Visitor) -> None:
    page = await as_staff.get(f"/en/work/{CODE}/3.01")
    assert "No answer is needed" in page.text
    assert "Does not apply because the procedure has no form to fill in" in page.text
    assert 'name="justification"' not in page.text


async def test_a_saved_confirmation_cannot_be_made_up(as_staff: Visitor) -> None:
    for query in ("saved=3.03&before=2", "saved=%3Cb%3E&before=x", "saved=3.03&before=99999999999"):
        page = await as_staff.get(f"/en/work/{CODE}?{query}")
        assert page.status_code == 200
        assert "Saved:" not in page.text


async def test_my_answers_are_not_seen_by_another_agency(
    as_staff: Visitor, visit: Callable[[], Visitor], db: Any
) -> None:
    async with db.transaction(PROGRAM) as conn:
        rows = await offerings_store.every_offering(conn)
    mine = {row["service"] for row in rows if row["agency"] == "STP"}
    shared = next(row for row in rows if row["service"] in mine and row["agency"] != "STP")
    code, other = shared["service"], shared["agency"]
    assert (await met(as_staff, "3.03", code, justification="bí mật của STP")).status_code == 303
    neighbour = visit()
    await neighbour.sign_in(await person(db, "staff", other), PASSWORD)
    page = await neighbour.get(f"/en/work/{code}/3.03")
    assert page.status_code == 200
    assert "bí mật của STP" not in page.text
    async with db.transaction(PROGRAM) as conn:
        assert len(await answers_store.answers_reaching(conn, "STP", code)) == 1


async def test_every_page_of_the_work_opens_in_both_languages(
    as_staff: Visitor, as_planner: Visitor, content: Any
) -> None:
    own = next(c.id for c in content.scheme.criteria if c.scope == "agency")
    portal = next(c.id for c in content.scheme.criteria if c.scope == "platform")
    assert (await met(as_staff, "3.03")).status_code == 303
    mine = ["", "?q=qqqqq", "/agency", f"/agency/{own}", f"/{CODE}", f"/{CODE}?saved=3.03&before=2"]
    mine += [f"/{CODE}/{id}" for id in ("1.05", "3.01", "3.03", own, portal)]
    city = ["", f"/{portal}", "/services", f"/services/{CODE}", f"/services/{CODE}/3.03"]
    for lang in ("vi", "en"):
        pages = [await as_staff.get(f"/{lang}/work{path}") for path in mine]
        pages += [await as_planner.get(f"/{lang}/platform{path}") for path in city]
        pages.append(await as_staff.post(f"/{lang}/work/{CODE}/3.03", value="not_met", version="0"))
        pages.append(await as_staff.post(f"/{lang}/work/{CODE}/3.04", value="met", version="0"))
        assert [page.status_code for page in pages] == [200] * (len(mine) + len(city)) + [409, 422]
        for page in pages:
            text = words_of(page.text)
            assert "%(" not in text
            assert not re.search(r"\b(not_met|not_applicable|no_system|defines)\b", text)


async def test_the_list_says_how_many_services_are_assessed_and_leads_to_the_next(as_staff: Visitor) -> None:
    page = await as_staff.get("/en/work")
    before = re.search(r"(\d+) services: (\d+) assessed, (\d+) left", words_of(page.text))
    assert before
    assert int(before[1]) == int(before[2]) + int(before[3])
    first = (await as_staff.get("/en/work/next")).headers["location"]
    assert f'href="{first}">Next service to assess' in page.text
    code = first.rpartition("/")[2]
    for criterion in MISSING:
        await met(as_staff, criterion, value="not_met")
    after = re.search(r"services: (\d+) assessed", words_of((await as_staff.get("/en/work")).text))
    assert after
    assert int(after[1]) == int(before[2]) + 1
    other = (await as_staff.get(f"/en/work/next?after={code}")).headers["location"]
    assert other != first


async def test_the_list_is_filtered_by_who_has_the_work_and_how_far_it_is(as_staff: Visitor, db: Any) -> None:
    async with db.transaction(PROGRAM) as conn:
        me = str(await conn.fetchval("SELECT id FROM person WHERE email = 'staffstp@example.org'"))
    await as_staff.get("/en/account")
    assert (await as_staff.post("/en/assignments", service=CODE, person=me, version="0")).status_code == 303
    await met(as_staff, "3.03")
    page = words_of((await as_staff.get("/en/work?assigned=me")).text)
    assert "1 service is assigned to you, 1 left to assess" in page
    assert "Assigned to Staff STP" in page
    assert "3 left to answer" in page
    assert (await as_staff.get("/en/work/next")).headers["location"] == f"/en/work/{CODE}"
    begun = words_of((await as_staff.get("/en/work?progress=begun&assigned=me")).text)
    assert CODE in begun
    assert CODE not in words_of((await as_staff.get("/en/work?assigned=nobody")).text)
    assert (
        "No service of your agency matches"
        in (await as_staff.get("/en/work?progress=assessed&assigned=me")).text
    )
