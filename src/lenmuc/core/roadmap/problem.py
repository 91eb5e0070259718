"""What a roadmap is asked: people, money, work, upgrades, targets, quarters; and what it answers."""

import math
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

# Sums of days are compared with this allowance (person-days; about a third of a second of work), so that
# 0.1 + 0.2 fits into 0.3. Wider than the solver's own tolerance of 1e-6, so its plans stay within it.
ALLOWANCE = 1e-5

PERSON_DAYS: Final = "person-days"
Measure = Literal["gain", "filings", "offerings", "targets", "moves"]
Denominator = Literal["all", "eligible", "with_filings"]


class Pool(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """People who share their time: the team in the centre, or those of one agency."""

    id: Annotated[str, Meta(description="Its name: central, or an agency's code.")]
    days: Annotated[tuple[float, ...], Meta(description="Person-days there are in each quarter.")]
    unit: Annotated[str, Meta(description="The unit of all its days: always person-days.")] = PERSON_DAYS
    kinds: Annotated[
        dict[str, tuple[float, ...]],
        Meta(
            description="Person-days in each quarter of those who do one kind of work only. Items of that "
            "kind take these days, and no others."
        ),
    ] = {}
    items: Annotated[
        tuple[float, ...],
        Meta(
            description="How many items may be finished in each quarter. What one quarter leaves over, "
            "later ones may use. Empty: as many as the days allow."
        ),
    ] = ()


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Work to do once: `days` person-days of one pool, after all of `needs` (the same quarter is allowed)."""

    id: Annotated[str, Meta(description="Its name: criterion, then #service and @agency where it has them.")]
    pool: Annotated[str, Meta(description="Whose days it takes.")]
    days: Annotated[float, Meta(description="Person-days, an estimate.")]
    needs: Annotated[tuple[str, ...], Meta(description="Items that come first, or together.")] = ()
    criterion: Annotated[str, Meta(description="The criterion it meets.")] = ""
    target: Annotated[str, Meta(description="Where it meets it: service, @agency, both, or nothing.")] = ""
    confirm: Annotated[bool, Meta(description="Nobody knows whether it is met: confirm first.")] = False
    earliest: Annotated[int, Meta(description="Index of the first quarter it may be finished in.")] = 0
    kind: Annotated[str, Meta(description="The kind of work; see `kinds` of a pool.")] = ""
    cost: Annotated[float, Meta(description="Money it takes, due when it is finished.")] = 0.0
    latest: Annotated[int | None, Meta(description="Index of the quarter it must be finished by.")] = None
    pin: Annotated[int | None, Meta(description="Index of the quarter it must be finished in.")] = None
    excluded: Annotated[bool, Meta(description="It must not be in the plan.")] = False
    done: Annotated[
        bool, Meta(description="It was finished before the plan begins, and takes neither days nor money.")
    ] = False


class Upgrade(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A lift of one offering, or of a group of alike ones, to a level: reached when all its items are
    finished.
    """

    id: Annotated[str, Meta(description="Its name.")]
    level: Annotated[int, Meta(description="The level reached.")]
    gain: Annotated[float, Meta(description="Trips saved a quarter, from the quarter it is reached in on.")]
    needs: Annotated[tuple[str, ...], Meta(description="Items that must be finished.")] = ()
    after: Annotated[str, Meta(description="The upgrade that must be reached first: 3 before 4.")] = ""
    offerings: Annotated[int, Meta(description="How many offerings it lifts.")] = 1
    filings: Annotated[int, Meta(description="Their filings a year.")] = 0
    agencies: Annotated[
        dict[str, int], Meta(description="Filings a year by agency, where there are several.")
    ] = {}
    agency: Annotated[str, Meta(description="Whose offering it is, where there is one agency.")] = ""
    field: Annotated[str, Meta(description="The field of its service.")] = ""
    eligible: Annotated[
        bool, Meta(description="Whether its offerings count where a target counts the eligible ones.")
    ] = True
    latest: Annotated[
        int | None, Meta(description="Index of the quarter it must be reached by, such as by law.")
    ] = None


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A quarter in which there are fewer days: a holiday, a freeze, an election."""

    quarter: Annotated[int, Meta(description="Index of the quarter.")]
    share: Annotated[float, Meta(description="The share of the days that is left: 0 for none.")] = 0.0
    pool: Annotated[str, Meta(description="Whose days; empty: everybody's.")] = ""


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Money for the costs of items. What one quarter leaves over, later ones may spend."""

    id: Annotated[str, Meta(description="Its name.")]
    amounts: Annotated[
        tuple[float, ...],
        Meta(description="What each quarter brings; or one number for the whole plan."),
    ]
    pools: Annotated[
        tuple[str, ...], Meta(description="The pools whose items it pays; empty: those of all pools.")
    ] = ()
    unit: Annotated[str, Meta(description="The currency; that of the problem.")] = "VND"


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A share or a number of offerings to have at a level, or above it, by the end of a quarter.

    An offering counts once. Its scope is an agency, a field, named upgrades, or what all of them given say.
    """

    id: Annotated[str, Meta(description="Its name.")]
    level: Annotated[int, Meta(description="The level to be at, or above.")]
    by: Annotated[int, Meta(description="Index of the quarter at whose end it must be met.")]
    share: Annotated[float | None, Meta(description="The share of the denominator; this or `count`.")] = None
    count: Annotated[float | None, Meta(description="The number of offerings; this or `share`.")] = None
    of: Annotated[
        Denominator, Meta(description="What counts: all, only the eligible, only those with filings.")
    ] = "all"
    agency: Annotated[str, Meta(description="Only offerings of this agency; empty: of all.")] = ""
    field: Annotated[str, Meta(description="Only services of this field; empty: of all.")] = ""
    upgrades: Annotated[tuple[str, ...], Meta(description="Only these upgrades; empty: all.")] = ()
    already: Annotated[
        int, Meta(description="Offerings of the scope at the level before the plan: no upgrade lifts them.")
    ] = 0
    total: Annotated[
        int | None,
        Meta(description="The denominator. Without it: the offerings to be lifted, and those there already."),
    ] = None
    weight: Annotated[
        float | None,
        Meta(
            description="What each offering that is missing costs, in the unit of gain. Without it the "
            "target must be met."
        ),
    ] = None


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to aim for. Gain, filings and offerings count in every quarter from the lift on."""

    measure: Annotated[
        Measure,
        Meta(
            description="gain (trips saved, or hours: what `gain` of the upgrades says), filings (moved "
            "online), offerings (lifted), targets (less of what the soft ones miss, at their "
            "weights), moves (fewer quarters by which items move from the baseline)."
        ),
    ]
    weight: Annotated[float, Meta(description="How much one unit of it counts.")] = 1.0


class Problem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole question, as stored and as read by `lenmuc plan`. Quarters are named by index, from 0.

    Work finished by the end of quarter t uses the days of quarters 1..t of its pool: work may start in
    earlier quarters, nothing is borrowed from later ones. An upgrade reached in quarter t counts its gain in
    t and in every later quarter, divided by (1 + discount) ** index of the quarter.
    """

    quarters: Annotated[tuple[str, ...], Meta(description="Names of the quarters, in order.")]
    pools: Annotated[tuple[Pool, ...], Meta(description="The people there are.")]
    items: Annotated[tuple[Item, ...], Meta(description="The work.")]
    upgrades: Annotated[tuple[Upgrade, ...], Meta(description="What the work makes possible.")]
    discount: Annotated[float, Meta(description="How much less a quarter later counts, as a share.")] = 0.0
    gap: Annotated[float, Meta(description="The proven gap at which the solver may stop: a share.")] = 0.001
    seconds: Annotated[float, Meta(description="The most computing time, in seconds.")] = 60.0
    holidays: Annotated[tuple[Holiday, ...], Meta(description="Quarters with fewer days.")] = ()
    budgets: Annotated[tuple[Budget, ...], Meta(description="The money there is; none: no limit.")] = ()
    currency: Annotated[str, Meta(description="The unit of all money.")] = "VND"
    targets: Annotated[tuple[Target, ...], Meta(description="What has to be reached by when.")] = ()
    objectives: Annotated[
        tuple[Objective, ...],
        Meta(description="What to aim for; empty: gain, less what soft targets miss."),
    ] = ()
    in_order: Annotated[
        bool,
        Meta(
            description="Aim for the objectives one after the other, each without giving up what those "
            "before reached, instead of for their weighted sum."
        ),
    ] = False
    baseline: Annotated[
        dict[str, int], Meta(description="The approved plan: quarter in which each item is finished.")
    ] = {}


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was reached for one objective of several aimed for in order, and the proof."""

    measure: Annotated[str, Meta(description="The measure.")]
    value: Annotated[float, Meta(description="What the plan of this stage reached.")]
    bound: Annotated[float, Meta(description="No plan that keeps to the stages before can have more.")]


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item that stands elsewhere than in the baseline. `None`: not in the plan."""

    item: Annotated[str, Meta(description="The item.")]
    was: Annotated[int | None, Meta(description="Its quarter in the baseline.")]
    now: Annotated[int | None, Meta(description="Its quarter in this plan.")]


class Solution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan and its proof. Quarters are named by index; what is absent is not in the plan."""

    finish: Annotated[dict[str, int], Meta(description="Quarter in which each planned item is finished.")]
    reached: Annotated[dict[str, int], Meta(description="Quarter in which each upgrade is reached.")]
    value: Annotated[float, Meta(description="What the plan reaches: trips saved over its quarters.")]
    bound: Annotated[float, Meta(description="No plan can reach more than this.")]
    gap: Annotated[float, Meta(description="The best plan is at most this share of the value better.")]
    status: Annotated[str, Meta(description="optimal, gap reached, time limit, or stopped.")]
    seconds: Annotated[float, Meta(description="Computing time of the solver, in seconds.")]
    columns: Annotated[int, Meta(description="Columns of the model that was solved.")] = 0
    rows: Annotated[int, Meta(description="Rows of the model that was solved.")] = 0
    measures: Annotated[
        dict[str, float], Meta(description="Every measure of the plan, whether aimed for or not.")
    ] = {}
    met: Annotated[
        dict[str, float], Meta(description="By target: offerings at the level when it is due.")
    ] = {}
    missed: Annotated[
        dict[str, float], Meta(description="By target that is not met: offerings missing.")
    ] = {}
    moves: Annotated[tuple[Move, ...], Meta(description="What stands elsewhere than in the baseline.")] = ()
    stages: Annotated[tuple[Stage, ...], Meta(description="The objectives, when aimed for in order.")] = ()


def weights(problem: Problem) -> tuple[float, ...]:
    """The (discounted) quarters of gain an upgrade brings when it is reached in quarter t, for each t."""
    each = [(1.0 + problem.discount) ** -t for t in range(len(problem.quarters))]
    return tuple(math.fsum(each[t:]) for t in range(len(each)))


def first_quarter(problem: Problem, item: Item) -> int:
    """The first quarter in which an item may be finished; the number of quarters when it may never."""
    if item.excluded:
        return len(problem.quarters)
    return max(item.earliest, item.pin or 0)


def last_quarter(item: Item) -> int | None:
    """The quarter by which an item must be finished, if there is one."""
    return item.pin if item.pin is not None else item.latest


def value_of(problem: Problem, reached: Mapping[str, int]) -> float:
    """Gain over the horizon when upgrades are reached in these quarters."""
    weight = weights(problem)
    return math.fsum(u.gain * weight[reached[u.id]] for u in problem.upgrades if u.id in reached)
