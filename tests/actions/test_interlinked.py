"""In the city as loaded, what several agencies handle together waits for work of each of them."""

from typing import Any

import msgspec

from lenmuc.actions.computing import handled_parts, the_task
from lenmuc.content.catalogue import Part
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.roadmap.gather import OfferingGap, gather
from lenmuc.core.roadmap.inputs import PlanRequest

PLANNER = Identity(role="planner")
ASKED = PlanRequest("Kế hoạch", "", "2027Q1", 2, 400, 60, 6)


async def items(db: Any, content: Content, upgrade: str) -> set[str]:
    """The work items that the upgrades whose name begins so wait for."""
    task = await the_task(db, content.scheme, PLANNER, ASKED, content.catalogue.partners)
    problem = gather(task.scheme, task.gaps, task.settings, task.shared, task.parts, task.handled).problem
    return {id for each in problem.upgrades if each.id.startswith(upgrade) for id in each.needs}


async def needs(db: Any, content: Content, service: str, request: PlanRequest = ASKED) -> set[str]:
    """The agencies that the upgrade of a service to level 3 waits for work of."""
    task = await the_task(db, content.scheme, PLANNER, request, content.catalogue.partners)
    problem = gather(task.scheme, task.gaps, task.settings, task.shared, task.parts, task.handled).problem
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


async def test_the_handling_of_each_part_comes_first_and_its_forms_do_not(db: Any, content: Content) -> None:
    residence, card = "1.004222", "1.001939"
    alone = await items(db, content, f"L3#{residence}@") | await items(db, content, f"L3#{card}@")
    assert {"3.01#1.001939", "3.05#1.004222", "3.05#1.001939"} <= alone
    for whole, parts in (("2.000986", {residence, card}), ("2.001023", {card})):
        waits = {id for id in await items(db, content, f"L3#{whole}@") if f"#{whole}" not in id}
        assert {id.partition("#")[2] for id in waits if "#" in id} == parts
        assert {id.partition("#")[0] for id in waits if "#" in id} == {"3.04", "3.05"}


def test_a_part_is_handled_by_who_takes_part_or_else_where_the_whole_is_offered() -> None:
    def gap(service: str, agency: str) -> OfferingGap:
        return OfferingGap(service, agency, None, 2, 1)

    linked = [
        Part("whole", "P", "", "", "part"),
        Part("whole", "Q", "", "", "other"),
        Part("whole", "P", "", ""),
    ]
    offered = [("whole", "A"), ("whole", "B"), ("part", "P"), ("part", "A"), ("other", "A"), ("other", "C")]
    found = handled_parts(linked, [gap(*each) for each in offered])
    assert [(each.whole, each.at, each.part.service, each.part.agency) for each in found] == [
        ("whole", "", "part", "P"),
        ("whole", "A", "other", "A"),
    ]
