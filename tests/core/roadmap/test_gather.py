"""From checklists to a problem: where work is done, what it waits for, whom it serves."""

import datetime as dt

import msgspec
import pytest
from checker import best_by_enumeration, must_be_a_plan, must_be_true

from lenmuc.core.checklists import Criterion, Group, LevelMeaning, Role, Scheme, Scope, Words, Work
from lenmuc.core.roadmap.explain import explain
from lenmuc.core.roadmap.gather import HANDLING, Handled, OfferingGap, PlanSettings, gather
from lenmuc.core.roadmap.mistakes import check
from lenmuc.core.roadmap.problem import Item
from lenmuc.core.roadmap.solve import solve

TEXT = Words("chữ", "text")


def criterion(
    id: str, level: int, at: Scope, days: float, *needs: str, role: Role = "defines", group: str = "a"
) -> Criterion:
    work = Work(at, days, "eform", needs)
    return Criterion(
        id, level, role, group, "offering", "must", TEXT, ("Luật 1",), TEXT, TEXT, "verified", work=work
    )


SCHEME = Scheme(
    id="S",
    version=1,
    valid_from=dt.date(2018, 6, 1),
    name=TEXT,
    law=("Luật 1",),
    summary=TEXT,
    levels=tuple(LevelMeaning(n, TEXT, TEXT, "Điều 5") for n in (1, 2, 3, 4)),
    groups=(Group("a", TEXT), Group(HANDLING, TEXT)),
    criteria=(
        criterion("3.01", 3, "service", 6, "3.55"),
        criterion("3.05", 3, "service", 3, "3.79", group=HANDLING),
        criterion("3.06", 3, "offering", 1),
        criterion("3.55", 3, "platform", 120, role="duty"),
        criterion("3.79", 3, "agency", 3, role="duty"),
        criterion("4.01", 4, "service", 2, "4.02"),
        criterion("4.02", 4, "platform", 60, "3.55", role="duty"),
    ),
)
ALL = (1 << len(SCHEME.criteria)) - 1
SETTINGS = PlanSettings(("Q1", "Q2"), central=(500.0, 500.0), others=(50.0, 50.0), agencies={"B": (9.0, 9.0)})


def mask(*ids: str) -> int:
    return sum(1 << SCHEME.index[id] for id in ids)


def gap(service: str, agency: str, unmet: int = ALL, **other: int | None) -> OfferingGap:
    return OfferingGap(service, agency, **{"filings": 400, "level": 2, "unmet": unmet, **other})


def test_work_stands_where_it_is_done_once() -> None:
    problem = gather(SCHEME, [gap("x", "A"), gap("x", "B"), gap("y", "B")], SETTINGS).problem
    check(problem)
    items = {item.id: item for item in problem.items}
    assert {id: item.pool for id, item in items.items()} == {
        "3.01#x": "central", "3.05#x": "central", "4.01#x": "central",
        "3.01#y": "B", "3.05#y": "B", "4.01#y": "B",
        "3.06#x@A": "A", "3.06#x@B": "B", "3.06#y@B": "B",
        "3.79@A": "A", "3.79@B": "B", "3.55": "central", "4.02": "central",
    }  # fmt: skip
    assert items["3.06#x@A"] == Item("3.06#x@A", "A", 1, (), "3.06", "x@A")
    assert [(pool.id, pool.days[0]) for pool in problem.pools] == [("central", 500), ("A", 50), ("B", 9)]


def test_an_item_waits_for_wider_work_and_the_upgrade_for_the_agency_s() -> None:
    problem = gather(SCHEME, [gap("x", "A"), gap("x", "B")], SETTINGS).problem
    items = {item.id: item for item in problem.items}
    assert items["3.01#x"].needs == ("3.55",)
    assert items["4.02"].needs == ("3.55",)
    assert items["3.05#x"].needs == ()  # 3.79 is another agency's for each offering
    upgrades = {upgrade.id: upgrade for upgrade in problem.upgrades}
    assert set(upgrades["L3#x@A"].needs) == {"3.01#x", "3.05#x", "3.06#x@A", "3.79@A"}
    assert upgrades["L4#x@A"].needs == ("4.01#x",)
    assert upgrades["L4#x@A"].after == "L3#x@A"


def test_an_interlinked_service_waits_for_every_agency_that_takes_part() -> None:
    gaps = [gap("x", "A"), gap("y", "P"), gap("z", "A")]
    parts = [gap("x", "P"), gap("x", "A"), gap("x", "Q", ALL & ~mask("3.79")), gap("w", "P")]
    plain = {upgrade.id: upgrade for upgrade in gather(SCHEME, gaps, SETTINGS).problem.upgrades}
    found = gather(SCHEME, gaps, SETTINGS, parts=parts)
    linked = {upgrade.id: upgrade for upgrade in found.problem.upgrades}
    check(found.problem)
    assert set(linked["L3#x@A"].needs) == {*plain["L3#x@A"].needs, "3.79@P"}
    assert [linked[id] for id in plain if id != "L3#x@A"] == [plain[id] for id in plain if id != "L3#x@A"]
    assert {item.pool for item in found.problem.items if item.id == "3.79@P"} == {"P"}


def test_what_a_law_forbids_a_partner_stops_an_interlinked_service() -> None:
    parts = [gap("x", "P", blocked=mask("3.79", "3.06")), gap("y", "P", blocked=mask("3.06"))]
    found = gather(SCHEME, [gap("x", "A"), gap("y", "A")], SETTINGS, parts=parts)
    assert [(each.service, each.criteria) for each in found.blocked] == [("x", ("3.79",))]
    assert [upgrade.id for upgrade in found.problem.upgrades] == ["L3#y@A", "L4#y@A"]


def test_an_interlinked_service_waits_until_each_part_is_handled_online() -> None:
    gaps = [gap("x", "A"), gap("x", "B"), gap("p", "P"), gap("p", "Q")]
    plain = gather(SCHEME, gaps, SETTINGS).problem
    found = gather(SCHEME, gaps, SETTINGS, handled=[Handled("x", "", gap("p", "P"))]).problem
    check(found)
    assert found.items == plain.items  # the part's own work, once
    before = {upgrade.id: set(upgrade.needs) for upgrade in plain.upgrades}
    after = {upgrade.id: set(upgrade.needs) for upgrade in found.upgrades}
    assert {id: after[id] - before[id] for id in after if after[id] != before[id]} == {
        "L3#x@A": {"3.05#p", "3.79@P"},
        "L3#x@B": {"3.05#p", "3.79@P"},
    }
    here = gather(SCHEME, gaps, SETTINGS, handled=[Handled("x", "B", gap("p", "B", mask("3.05")))]).problem
    assert {u.id for u in here.upgrades if set(u.needs) != before[u.id]} == {"L3#x@B"}


def test_an_interlinked_service_comes_no_sooner_than_the_handling_of_its_part() -> None:
    gaps = [gap("x", "A", mask("3.06")), gap("p", "P", mask("3.01", "3.05", "3.79"), filings=0)]
    settings = msgspec.structs.replace(SETTINGS, agencies={"P": (2.0, 5.0), "A": (5.0, 5.0)})
    alone = solve(gather(SCHEME, gaps, settings).problem)
    problem = gather(SCHEME, gaps, settings, handled=[Handled("x", "", gaps[1])]).problem
    plan = solve(problem)
    assert alone.reached["L3#x@A"] == 0
    assert plan.reached["L3#x@A"] == plan.finish["3.05#p"] == 1
    assert "3.01#p" not in plan.finish  # nobody waits for the part's own form
    must_be_a_plan(problem, plan)
    for id, reason in explain(problem, plan).items():
        must_be_true(problem, plan, id, reason)
    assert plan.value == pytest.approx(best_by_enumeration(problem))


def test_what_a_law_forbids_in_the_handling_of_a_part_stops_the_whole_and_its_forms_do_not() -> None:
    gaps = [gap("x", "A")]
    stopped = gather(SCHEME, gaps, SETTINGS, handled=[Handled("x", "", gap("p", "P", blocked=mask("3.05")))])
    assert [(each.service, each.criteria) for each in stopped.blocked] == [("x", ("3.05",))]
    free = gather(SCHEME, gaps, SETTINGS, handled=[Handled("x", "", gap("p", "P", blocked=mask("3.01")))])
    assert free.blocked == ()


def test_what_is_met_asks_for_no_work() -> None:
    problem = gather(SCHEME, [gap("x", "A", mask("3.01", "4.01", "4.02"))], SETTINGS).problem
    assert [item.id for item in problem.items] == ["3.01#x", "4.01#x", "4.02"]
    assert problem.items[0].needs == ()


def test_alike_offerings_of_a_service_are_one_upgrade_with_their_number() -> None:
    wards = [gap("x", f"W{n}", mask("3.01", "3.55"), filings=n) for n in range(126)]
    found = gather(SCHEME, [*wards, gap("y", "W0", mask("3.01"))], SETTINGS)
    upgrade = found.problem.upgrades[0]
    assert (upgrade.offerings, upgrade.filings, upgrade.gain) == (126, 7875, 7875 / 4)
    assert len(found.members[upgrade.id]) == 126
    assert len(found.problem.upgrades) == 4


def test_unknown_filings_count_nothing_and_their_number_is_told() -> None:
    found = gather(SCHEME, [gap("x", "A", filings=None), gap("y", "A", filings=100)], SETTINGS)
    assert found.unknown_filings == 1
    assert [upgrade.gain for upgrade in found.problem.upgrades] == [0, 0, 25, 25]


def test_what_the_law_forbids_is_not_work() -> None:
    found = gather(SCHEME, [gap("x", "A", blocked=mask("4.02")), gap("y", "A", blocked=ALL)], SETTINGS)
    assert [upgrade.id for upgrade in found.problem.upgrades] == ["L3#x@A"]
    assert [(b.service, b.level, b.criteria) for b in found.blocked][0] == ("x", 4, ("4.02",))
    assert found.blocked[1].level == 3


def test_work_on_an_unknown_answer_is_marked_until_somebody_says_not_met() -> None:
    found = gather(SCHEME, [gap("x", "A", unknown=ALL), gap("x", "B", unknown=ALL & ~mask("3.01"))], SETTINGS)
    confirm = {item.id: item.confirm for item in found.problem.items}
    assert not confirm["3.01#x"]
    assert confirm["3.05#x"]


def test_settings_replace_the_days_of_a_criterion_and_the_target() -> None:
    settings = msgspec.structs.replace(SETTINGS, days={"3.55": 7.5}, target=3)
    problem = gather(SCHEME, [gap("x", "A")], settings).problem
    assert next(item.days for item in problem.items if item.id == "3.55") == 7.5
    assert [upgrade.level for upgrade in problem.upgrades] == [3]


def test_a_service_of_one_agency_alone_may_be_shared_outside_the_plan() -> None:
    problem = gather(SCHEME, [gap("x", "A", mask("3.01"))], SETTINGS, shared={"x"}).problem
    assert [item.pool for item in problem.items] == ["central"]


def test_what_was_gathered_can_be_planned() -> None:
    offerings = [gap(f"s{n}", agency) for n in range(8) for agency in "AB"]
    found = gather(SCHEME, offerings, SETTINGS)
    solution = solve(found.problem)
    assert set(solution.reached) == set(found.members)
