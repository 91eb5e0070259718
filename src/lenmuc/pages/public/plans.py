"""When the published roadmap lifts a service: plans read once and kept, because stored plans never change."""

import asyncio
import datetime as dt
from collections import OrderedDict
from collections.abc import Collection, Mapping

import msgspec

from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.queries import Connection
from lenmuc.store.roadmaps import PlannedLevels, Roadmap

KEPT = 8
LEVELS_SHOWN = (3, 4)


class Lift(msgspec.Struct, frozen=True):
    """An upgrade of a plan. `agency` is empty for a group of them, `quarter` when it is not in the plan."""

    level: int
    agency: str
    offerings: int
    quarter: str


class When(msgspec.Struct, frozen=True):
    """In one quarter, so many offerings reach the level."""

    year: int
    number: int
    offerings: int


class PlannedLevel(msgspec.Struct, frozen=True):
    """When a level is reached; `outside` counts the offerings that the plan does not bring there."""

    level: int
    when: tuple[When, ...]
    outside: int


class Planned(msgspec.Struct, frozen=True):
    """What a published roadmap says about a service."""

    roadmap: Roadmap
    levels: tuple[PlannedLevel, ...]


Index = Mapping[str, tuple[Lift, ...]]


def lifts_by_service(plan: PlannedLevels) -> Index:
    """The upgrades to levels 3 and 4 by service. Ids are `L3#code@agency`, with `+2` for a group of three."""
    found: dict[str, list[Lift]] = {}
    same: dict[Lift, Lift] = {}  # a city has 150,000 upgrades and a few thousand different ones
    for upgrade in plan.upgrades:
        if upgrade.level not in LEVELS_SHOWN:
            continue
        code, _, place = upgrade.id.partition("#")[2].partition("@")
        reached = plan.reached.get(upgrade.id)
        quarter = "" if reached is None else plan.quarters[reached]
        lift = Lift(upgrade.level, place if upgrade.offerings == 1 else "", upgrade.offerings, quarter)
        found.setdefault(code, []).append(same.setdefault(lift, lift))
    return {code: tuple(lifts) for code, lifts in found.items()}


def planned_levels(lifts: Collection[Lift]) -> tuple[PlannedLevel, ...]:
    """Levels 3 and 4 with their quarters, the first first."""
    found = []
    for level in LEVELS_SHOWN:
        at: dict[str, int] = {}
        for lift in lifts:
            if lift.level == level:
                at[lift.quarter] = at.get(lift.quarter, 0) + lift.offerings
        outside = at.pop("", 0)
        when = tuple(When(int(quarter[:4]), int(quarter[5:]), at[quarter]) for quarter in sorted(at))
        if when or outside:
            found.append(PlannedLevel(level, when, outside))
    return tuple(found)


def lifts_at(lifts: Collection[Lift], agency: str) -> list[Lift]:
    """Those of one agency; where it has none, those of groups, whose members a plan does not name."""
    own = [lift for lift in lifts if lift.agency == agency]
    return own or [lift for lift in lifts if not lift.agency]


class Plans:
    """The last few plans that were asked for, by the number of the roadmap and when it was finished."""

    def __init__(self) -> None:
        self._read: OrderedDict[tuple[int, dt.datetime | None], Index] = OrderedDict()

    async def index(self, conn: Connection, roadmap: Roadmap) -> Index:
        """The upgrades of a roadmap by service code; empty when its plan cannot be seen."""
        key = (roadmap.id, roadmap.finished)
        if key not in self._read:
            plan = await roadmaps_store.read_planned_levels(conn, roadmap.id)
            self._read[key] = await asyncio.to_thread(lifts_by_service, plan) if plan else {}
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
        self._read.move_to_end(key)
        return self._read[key]

    async def of_service(
        self, conn: Connection, service: str, agencies: Collection[str], agency: str
    ) -> Planned | None:
        """What the approved roadmap, or else the newest published one, says of a service: for one agency
        where that is known.

        `agencies` offer the service; a roadmap of another agency says nothing about it.
        """
        for roadmap in await roadmaps_store.list_roadmaps(conn, published=True):
            if roadmap.agency and roadmap.agency not in ({agency} if agency else agencies):
                continue
            lifts = (await self.index(conn, roadmap)).get(service, ())
            levels = planned_levels(lifts_at(lifts, agency) if agency else lifts)
            if levels:
                return Planned(roadmap, levels)
        return None
