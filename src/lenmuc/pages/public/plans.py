"""When the published roadmap lifts a service: plans read once and kept, because stored plans never change."""

import asyncio
import datetime as dt
from collections import OrderedDict
from collections.abc import Collection, Mapping

import msgspec

from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store.queries import Connection
from lenmuc.store.roadmaps import PlannedLevels, PlannedUpgrade, Roadmap

KEPT = 8
LEVELS_SHOWN = (3, 4)


class Lift(msgspec.Struct, frozen=True):
    """An upgrade of a plan. `agency` is empty for a group of them, `quarter` when it is not in the plan.

    `last` is the criterion of the work that is finished last, in that very quarter; `shared` says that it is
    done once for many.
    """

    level: int
    agency: str
    offerings: int
    quarter: str
    last: str = ""
    shared: bool = False


class When(msgspec.Struct, frozen=True):
    """In one quarter, so many offerings reach the level; for most of them `last` is what is finished last."""

    year: int
    number: int
    offerings: int
    last: str = ""
    shared: bool = False


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
        last = "" if reached is None else last_of(upgrade, reached, plan.finish)
        lift = Lift(
            upgrade.level, place if upgrade.offerings == 1 else "", upgrade.offerings, quarter,
            last.partition("@")[0].partition("#")[0], bool(last) and not ("@" in last or "#" in last),
        )  # fmt: skip
        found.setdefault(code, []).append(same.setdefault(lift, lift))
    return {code: tuple(lifts) for code, lifts in found.items()}


def last_of(upgrade: PlannedUpgrade, quarter: int, finish: Mapping[str, int]) -> str:
    """The item of an upgrade that is finished in the quarter in which it is reached: shared work before own.

    Empty when all its own work is done before: then it waits for the level below.
    """
    late = [need for need in upgrade.needs if finish.get(need) == quarter]
    return min(late, key=lambda id: (id.count("@") + id.count("#"), id), default="")


def planned_levels(lifts: Collection[Lift]) -> tuple[PlannedLevel, ...]:
    """Levels 3 and 4 with their quarters, the first first."""
    found = []
    for level in LEVELS_SHOWN:
        at: dict[str, int] = {}
        for lift in lifts:
            if lift.level == level:
                at[lift.quarter] = at.get(lift.quarter, 0) + lift.offerings
        outside = at.pop("", 0)
        when = tuple(
            When(int(quarter[:4]), int(quarter[5:]), at[quarter], *_mostly(lifts, level, quarter))
            for quarter in sorted(at)
        )
        if when or outside:
            found.append(PlannedLevel(level, when, outside))
    return tuple(found)


def _mostly(lifts: Collection[Lift], level: int, quarter: str) -> tuple[str, bool]:
    """What most offerings that reach the level in this quarter wait for last, and whether it is shared."""
    count: dict[tuple[str, bool], int] = {}
    for lift in lifts:
        if lift.level == level and lift.quarter == quarter and lift.last:
            count[lift.last, lift.shared] = count.get((lift.last, lift.shared), 0) + lift.offerings
    return max(count, key=lambda key: (count[key], key), default=("", False))


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
