"""The history of an answer: who, when, from what, to what and why, on its page and through the API."""

from typing import Any

import pytest

from lenmuc.core.answers import Identity
from lenmuc.store.offerings import offering_of
from tests.api.contract import must_fit
from tests.conftest import Visitor
from tests.pages.test_agency import words_of

CODE = "1.013852"  # offered by the Department of Justice
PLACES = {
    "platform": ("planner", "/en/platform/{criterion}", "3.18"),
    "service": ("planner", f"/en/platform/services/{CODE}/{{criterion}}", "3.01"),
    "agency": ("staff", "/en/work/agency/{criterion}", ""),
    "offering": ("staff", f"/en/work/{CODE}/{{criterion}}", "3.01"),
}


@pytest.mark.parametrize("scope", PLACES)
async def test_every_change_is_told_with_its_reason_at_every_scope(
    scope: str, as_planner: Visitor, as_staff: Visitor, db: Any, content: Any
) -> None:
    role, path, criterion = PLACES[scope]
    criterion = criterion or next(c.id for c in content.scheme.criteria if c.scope == "agency")
    visitor = as_planner if role == "planner" else as_staff
    address = path.format(criterion=criterion)
    page = await visitor.get(address)
    assert "History:" not in words_of(page.text)
    for version, (value, why) in enumerate((("met", "Seen on site"), ("not_met", "It broke down"))):
        reply = await visitor.post(address, value=value, justification=why, version=str(version))
        assert reply.status_code == 303, reply.text
    text = words_of((await visitor.get(address)).text)
    assert "History: 2 changes" in text
    told = text[text.index("History: 2 changes") :]
    assert told.index("It broke down") < told.index("Seen on site")
    assert "No answer" in told
    async with db.transaction(Identity("planner")) as conn:
        offering = await offering_of(conn, CODE, "STP")
    said = await visitor.get(f"/api/v1/offerings/{offering.id}/answers/{criterion}/history?at={scope}")
    items = must_fit(said, "read_history")["items"]
    steps = [(item["was"], item["became"], item["why"], item["version"]) for item in items]
    assert steps == [("met", "not_met", "It broke down", 2), (None, "met", "Seen on site", 1)]
    assert all(item["by"] for item in items)


async def test_staff_read_the_history_of_what_counts_for_all_and_not_of_another_agency(
    as_planner: Visitor, as_staff: Visitor, db: Any
) -> None:
    await as_planner.get("/en/platform/3.18")
    await as_planner.post("/en/platform/3.18", value="met", justification="Seen", version="0")
    async with db.transaction(Identity("staff", "1", "STP")) as conn:
        own = await offering_of(conn, CODE, "STP")
        foreign = await conn.fetchval("SELECT id FROM offering WHERE agency = 'SXD' LIMIT 1")
    api = "/api/v1/offerings/{}/answers/{}/history?at={}"
    seen = await as_staff.get(api.format(own.id, "3.18", "platform"))
    assert len(seen.json()["items"]) == 1
    assert (await as_staff.get(api.format(foreign, "3.01", "offering"))).status_code == 404
