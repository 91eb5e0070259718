"""An approved roadmap planned anew: near to the one before, its moves accepted one by one."""

import re

from tests.conftest import Visitor
from tests.pages.test_planner import ASKED, rows_of, wait_for, words_of
from tests.pages.test_scenarios import computed, scenario, send


def _place(quarter: str) -> int:
    """Quarters one after the other; left out is after the last one of the plan, Q2 2028."""
    return int(quarter[:4]) * 4 + int(quarter[5:]) if quarter else 2028 * 4 + 3


async def test_an_approved_roadmap_is_planned_anew_from_the_next_quarter_and_its_moves_are_taken_or_not(
    as_planner: Visitor,
) -> None:
    address = await scenario(as_planner, first_quarter="2026Q3", quarters="8", body_days="4")
    number, _ = await computed(as_planner, address)
    assert (await as_planner.post(f"/en/plan/{number}/replan")).status_code == 404
    await as_planner.post(f"/en/plan/{number}/approve")
    before = {
        r["Work item"]: r["Done in quarter"] for r in rows_of(await as_planner.get(f"/en/plan/{number}.csv"))
    }
    reply = await as_planner.post(f"/en/plan/{number}/replan")
    assert reply.status_code == 303, reply.text
    second, page = await wait_for(as_planner, reply.headers["location"])
    assert f"/en/plan/{second}/moves" in page
    assert re.search(r"<h1>[^<]+ · planned anew on [^<]+</h1>", page)
    after = {
        r["Work item"]: r["Done in quarter"] for r in rows_of(await as_planner.get(f"/en/plan/{second}.csv"))
    }
    first = min(quarter for quarter in after.values() if quarter)
    assert first > "2026Q4"
    moved = {
        item for item, quarter in after.items() if before.get(item, "") >= first and before[item] != quarter
    }
    moves = await as_planner.get(f"/en/plan/{second}/moves")
    listed = set(re.findall(r'name="accept" value="([^"]+)"', moves.text))
    assert listed == moved
    assert moved, "what was due before takes the place of what was planned: something has to move"
    assert f"moves {len(moved)} work item" in words_of(moves.text)
    accepted = min(moved, key=lambda item: (after[item] == "", item))
    reply = await as_planner.post(f"/en/plan/{second}/moves", accept=accepted)
    assert reply.status_code == 303, reply.text
    third, page = await wait_for(as_planner, reply.headers["location"])
    rows = rows_of(await as_planner.get(f"/en/plan/{third}.csv"))
    last = {row["Work item"]: row["Done in quarter"] for row in rows}
    assert last[accepted] == after[accepted]
    held = [item for item, quarter in before.items() if quarter >= first and item in after]

    def moves_in(plan: dict[str, str]) -> int:
        return sum(abs(_place(plan.get(item, "")) - _place(before[item])) for item in held)

    assert 0 < moves_in(last) <= moves_in(after)
    page = words_of((await as_planner.get(f"/en/plan/{third}")).text)
    assert "It moves as little as can be before all else" in page


async def test_a_roadmap_that_follows_none_has_no_moves(as_planner: Visitor) -> None:
    address = await scenario(as_planner)
    await send(as_planner, address, "", **ASKED)
    number, page = await computed(as_planner, address)
    assert f"/en/plan/{number}/moves" not in page
    assert (await as_planner.get(f"/en/plan/{number}/moves")).status_code == 404
    assert (await as_planner.post(f"/en/plan/{number}/moves")).status_code == 404
