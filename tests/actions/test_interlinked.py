"""In the city as loaded, what several agencies handle together waits for work of each of them."""

from typing import Any

import msgspec

from lenmuc.actions.computing import the_task
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.roadmap.gather import gather
from lenmuc.core.roadmap.inputs import PlanRequest

PLANNER = Identity(role="planner")
ASKED = PlanRequest("Kế hoạch", "", "2027Q1", 2, 400, 60, 6)


async def needs(db: Any, content: Content, service: str, request: PlanRequest = ASKED) -> set[str]:
    """The agencies that the upgrade of a service to level 3 waits for work of."""
    task = await the_task(db, content.scheme, PLANNER, request, content.catalogue.partners)
    problem = gather(task.scheme, task.gaps, task.settings, task.shared, task.parts).problem
    named = {id for each in problem.upgrades if each.id.startswith(f"L3#{service}@") for id in each.needs}
    return {id.partition("@")[2] for id in named if "@" in id and "#" not in id}


async def test_each_agency_that_takes_part_has_its_share_of_the_work(db: Any, content: Content) -> None:
    wards = {agency.code for agency in content.catalogue.agencies if agency.tier == "commune"}
    assert await needs(db, content, "2.000986") == {"CATP", "BHXH", *wards}
    assert await needs(db, content, "2.001023") == {"BHXH", *wards}
    assert await needs(db, content, "1.001193") == wards


async def test_the_roadmap_of_one_agency_has_its_own_people_only(db: Any, content: Content) -> None:
    ward = msgspec.structs.replace(ASKED, agency="X00004")
    assert await needs(db, content, "2.000986", ward) == {"X00004"}
