"""Estimates over HTTP: said with a reason, kept with their history, used by the next roadmap."""

import re
from typing import Any

from tests.conftest import Visitor
from tests.pages.test_planner import AGENCY, compute, rows_of, words_of


async def say(visitor: Visitor, criterion: str, place: str = "", /, **typed: str) -> Any:
    """Open the form for a place as somebody does, and send it."""
    address = f"/en/estimates/{criterion}"
    page = (await visitor.get(address + place)).text
    hidden = dict(re.findall(r'type="hidden" name="(version|agency|service)" value="([^"]*)"', page))
    return await visitor.post(address, **{"reason": "Measured at the last upgrade", **hidden, **typed})


async def test_what_a_planner_says_counts_in_the_next_roadmap_and_can_be_taken_back(
    as_planner: Visitor,
) -> None:
    assert (await say(as_planner, "3.55", days="7,5")).status_code == 303
    here = f"?agency={AGENCY}"
    assert (await say(as_planner, "3.03", here, days="0.5", cost="2000000")).status_code == 303
    number, _ = await compute(as_planner)
    rows = rows_of(await as_planner.get(f"/en/plan/{number}.csv"))
    days = {row["Work item"]: row["Person-days"] for row in rows}
    assert float(days["3.55"]) == 7.5
    own = {row["Who does it"] != "Central team": set[float]() for row in rows}
    for row in rows:
        if row["Work item"].startswith("3.03#"):
            own[row["Who does it"] != "Central team"].add(float(row["Person-days"]))
    assert own == {True: {0.5}, False: {2.0}}  # what several agencies share is the central team's
    assert {float(d) for item, d in days.items() if item.startswith("3.04#")} == {1.0}
    said = words_of((await as_planner.get("/en/estimates/3.03")).text)
    assert "0.50 person-days · 2,000,000 dong Measured at the last upgrade" in said
    assert (await say(as_planner, "3.03", here, reason="It was a slip")).status_code == 303
    said = words_of((await as_planner.get("/en/estimates/3.03")).text)
    assert "Nothing: the figure of the set of rules counts everywhere." in said
    assert "The set of rules counts again. It was a slip" in said
    number, _ = await compute(as_planner)
    rows = rows_of(await as_planner.get(f"/en/plan/{number}.csv"))
    assert {float(r["Person-days"]) for r in rows if r["Work item"].startswith("3.03#")} == {2.0}


async def test_an_agency_says_what_its_own_work_takes_and_no_more(as_staff: Visitor) -> None:
    page = words_of((await as_staff.get("/en/estimates/3.79")).text)
    assert "Save the estimate" in page
    assert (await say(as_staff, "3.79", days="4")).status_code == 303
    listed = (await as_staff.get("/en/estimates")).text.partition("3.79 ")[2].partition("</tr>")[0]
    assert re.search(r'Estimated by my agency">\s*4<', listed)
    assert "Planners decide on this one." in words_of((await as_staff.get("/en/estimates/3.55")).text)
    assert (await say(as_staff, "3.55", days="1")).status_code == 403
    assert (await as_staff.get(f"/en/estimates/3.79?agency={AGENCY}")).status_code == 404
    assert (await as_staff.post("/en/estimates/3.79", agency=AGENCY, days="1", reason="x")).status_code == 404


async def test_a_mistake_is_named_at_its_field_and_who_is_late_loses_nothing(as_planner: Visitor) -> None:
    for typed, field in (
        ({"days": "many"}, "days"),
        ({"days": "-1"}, "days"),
        ({"cost": "-5"}, "cost"),
        ({"earliest": "soon"}, "earliest"),
        ({"earliest": "2028Q1", "latest": "2027Q1"}, "latest"),
        ({"days": "1", "reason": " "}, "reason"),
        ({"days": "1", "service": "9.999999"}, "service"),
    ):
        reply = await say(as_planner, "3.04", **typed)
        assert reply.status_code == 422, typed
        assert f'href="#{field}"' in reply.text
    assert (await say(as_planner, "3.04", days="2")).status_code == 303
    late = await as_planner.post("/en/estimates/3.04", version="0", days="9", reason="I was late")
    assert late.status_code == 409
    assert "Somebody else changed this estimate" in late.text
    assert 'value="9"' in late.text
    assert (await as_planner.get("/en/estimates/9.99")).status_code == 404


async def test_the_public_does_not_see_what_work_takes(client: Visitor) -> None:
    assert (await client.get("/en/estimates")).status_code == 303
