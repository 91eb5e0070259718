"""Timelines and concentration over HTTP: every planned item stands there, for planners and for the public."""

import html
import re

from tests.conftest import Visitor
from tests.pages.test_planner import compute, rows_of, words_of


async def test_the_timeline_by_team_shows_every_item_of_the_plan_and_the_public_sees_the_published_one(
    as_planner: Visitor, client: Visitor
) -> None:
    number, _ = await compute(as_planner)
    rows = [r for r in rows_of(await as_planner.get(f"/en/plan/{number}.csv")) if r["Done in quarter"]]
    page = (await as_planner.get(f"/en/plan/{number}/timeline")).text
    shown = re.findall(rf'href="/en/plan/{number}/why\?item=([^"]+)"', page)
    assert sorted(html.unescape(each).replace("%23", "#") for each in shown) == sorted(
        row["Work item"] for row in rows
    )
    by_enabler = words_of((await as_planner.get(f"/en/plan/{number}/timeline?by=enabler")).text)
    assert re.search(r"3\.55 .*? Unlocks \d+ offerings with [\d,]+ filings a year", by_enabler)
    only = words_of((await as_planner.get(f"/en/plan/{number}/timeline?by=enabler&only=3.55")).text)
    assert "3.55" in only
    assert "3.56 " not in only
    for what in ("timeline", "concentration"):
        assert (await client.get(f"/en/roadmaps/{number}/{what}")).status_code == 404
    await as_planner.get(f"/en/plan/{number}")
    await as_planner.post(f"/en/plan/{number}/publish")
    for what in ("timeline", "concentration"):
        reply = await client.get(f"/en/roadmaps/{number}/{what}")
        assert reply.status_code == 200
        assert "/why" not in reply.text
        assert (await client.get(f"/en/plan/{number}/{what}")).status_code == 303


async def test_the_concentration_ends_with_all_filings_and_says_that_they_are_made_up(
    as_planner: Visitor,
) -> None:
    number, _ = await compute(as_planner)
    said = words_of((await as_planner.get(f"/en/plan/{number}/concentration")).text)
    assert "illustrative" in said.lower()
    assert re.search(r"The first \d+ services? carr(y|ies) at least 50\.0% of these filings", said)
    assert "Q4 2027" in said
