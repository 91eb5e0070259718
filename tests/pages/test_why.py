"""Why, on demand: a work item, a team's days and the frontier of a roadmap, computed once and kept."""

import asyncio
import re
from typing import Any

import pytest

from lenmuc.actions import studying
from tests.conftest import Visitor
from tests.pages.test_planner import AGENCY, compute, rows_of, words_of


async def answered(planner: Visitor, address: str, number: int, what: str, subject: str = "") -> str:
    """Ask on a page and wait for the answer; the page."""
    await planner.get(address)
    reply = await planner.post(f"/en/plan/{number}/ask", what=what, subject=subject)
    assert reply.status_code == 303, reply.text
    for _ in range(600):
        page = (await planner.get(reply.headers["location"])).text
        if 'http-equiv="refresh"' not in page:
            return page
        await asyncio.sleep(0.2)
    raise AssertionError("no answer")


async def late_item(planner: Visitor, number: int) -> dict[str, str]:
    """A work item of the agency itself that is not done in the first quarter."""
    rows = rows_of(await planner.get(f"/en/plan/{number}.csv"))
    return next(row for row in rows if row["Done in quarter"] > "2027Q1" and "#" in row["Work item"])


async def test_the_page_of_an_item_says_why_then_what_it_unlocks_and_a_quarter_sooner(
    as_planner: Visitor,
) -> None:
    number, plan = await compute(as_planner)
    row = await late_item(as_planner, number)
    item = row["Work item"]
    address = f"/en/plan/{number}/why?item={item.replace('#', '%23').replace('@', '%40')}"
    assert address.replace("%40", "@") in plan.replace("&amp;", "&").replace("%40", "@")
    said = words_of((await as_planner.get(address)).text)
    assert row["Why"] in said
    assert "filings a year need it; the plan lifts" in said
    assert "Work it out" in said
    said = words_of(await answered(as_planner, address, number, "item", item))
    assert "Work it out" not in said
    assert "It could be finished in" in said or "There is no plan in which it is finished in" in said
    assert "Each person-day more in Q" in said or "More days of this team bring nothing" in said
    assert "Computed for" in said
    again = await as_planner.post(f"/en/plan/{number}/ask", what="item", subject=item)
    assert 'http-equiv="refresh"' not in (await as_planner.get(again.headers["location"])).text


async def test_the_frontier_goes_through_the_plan_as_it_is(as_planner: Visitor) -> None:
    number, _ = await compute(as_planner)
    before = words_of((await as_planner.get(f"/en/plan/{number}/frontier")).text)
    assert "By what this roadmap took, that is less than a minute." in before
    page = await answered(as_planner, f"/en/plan/{number}/frontier", number, "frontier")
    said = words_of(page)
    assert "100%, as in this roadmap" in said
    shares = [int(each) for each in re.findall(r"([\d,]+)%", said.partition("The same in figures")[2])[1::2]]
    assert shares == sorted(shares)
    assert "chart__mark--now" in page


async def test_days_of_a_team_are_worked_out_by_themselves(as_planner: Visitor) -> None:
    number, _ = await compute(as_planner)
    page = await answered(as_planner, f"/en/plan/{number}/team?team={AGENCY}", number, "days", AGENCY)
    assert words_of(page).count("2027") >= 4


@pytest.mark.parametrize(
    ("address", "status"),
    [("/why?item=9.99", 404), ("/why", 404), ("/team?team=NOBODY", 404), ("/team", 200), ("/frontier", 200)],
)
async def test_a_question_about_what_is_not_there_is_not_found(
    as_planner: Visitor, address: str, status: int
) -> None:
    number, _ = await compute(as_planner)
    assert (await as_planner.get(f"/en/plan/{number}{address}")).status_code == status
    for what in ("item", "days", "nothing"):
        reply = await as_planner.post(f"/en/plan/{number}/ask", what=what, subject="9.99")
        assert reply.status_code == 404
    assert (await as_planner.get("/en/plan/99999/frontier")).status_code == 404


def _stops(answer: Any, task: object) -> None:
    raise SystemExit(3)


async def test_a_study_whose_process_died_is_told_and_asked_again(
    as_planner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = await compute(as_planner)
    with monkeypatch.context() as broken:
        broken.setattr(studying, "_child", _stops)
        page = await answered(as_planner, f"/en/plan/{number}/team", number, "days", "central")
    assert "The computation ended in an error." in page
    page = await answered(as_planner, f"/en/plan/{number}/team", number, "days", "central")
    assert "however many there are" in page or "That holds for" in page


async def test_only_planners_ask(as_staff: Visitor) -> None:
    for address in ("/why?item=1", "/team", "/frontier"):
        assert (await as_staff.get(f"/en/plan/1{address}")).status_code == 403


async def test_what_comes_first_is_drawn_and_stands_in_a_table(as_planner: Visitor) -> None:
    number, _ = await compute(as_planner)
    page = (await as_planner.get(f"/en/plan/{number}/dependencies")).text
    rows = rows_of(await as_planner.get(f"/en/plan/{number}.csv"))
    criteria = {row["Work item"].partition("#")[0].partition("@")[0] for row in rows}
    table = page.partition("The same as a table")[2]
    boxes = re.findall(r'class="deps__name"[^>]*>([^<]+)<', page)
    assert sorted(boxes) == sorted(criteria)
    for criterion in criteria:
        mine = [row for row in rows if re.split("[#@]", row["Work item"])[0] == criterion]
        inside = sum(bool(row["Done in quarter"]) for row in mine)
        said = words_of("<main" + table.partition(f">{criterion} ")[2].partition("</tr>")[0])
        assert f"{inside} of {len(mine)} planned" in said
    assert page.count('class="deps__arrow"') > 3
