"""Problems to measure on: published Next Release Problems, and made-up agencies and cities."""

import random
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade


def next_release(path: Path, ratio: float, seconds: float = 600.0) -> Problem:
    """A Next Release Problem (J. Xuan et al., IEEE TSE 38(5), 2012) as a planner's problem of one quarter.

    A customer is an upgrade, a requirement a work item; the budget is `ratio` of all costs, rounded down.
    The file: for each level the costs of its requirements; pairs (needed, user); customers with their profit.
    """
    numbers: Iterator[int] = iter(map(int, path.read_text().split()))
    costs: list[int] = []
    for _ in range(next(numbers)):
        costs += [next(numbers) for _ in range(next(numbers))]
    needs: list[list[str]] = [[] for _ in costs]
    for _ in range(next(numbers)):
        needed, user = next(numbers), next(numbers)
        needs[user - 1].append(f"r{needed}")
    upgrades = []
    for customer in range(1, next(numbers) + 1):
        profit = next(numbers)
        wanted = tuple(f"r{next(numbers)}" for _ in range(next(numbers)))
        upgrades.append(Upgrade(f"c{customer}", 3, profit, wanted))
    items = tuple(Item(f"r{n}", "team", cost, tuple(needs[n - 1])) for n, cost in enumerate(costs, start=1))
    days = float(int(ratio * sum(costs) + 1e-9))
    return Problem(("now",), (Pool("team", (days,)),), items, tuple(upgrades), gap=0.0, seconds=seconds)


def made_up(
    services: int, agencies: int, quarters: int, seed: int, share: float = 0.55, mark: str = ""
) -> Problem:
    """Agencies with their own people and shared enablers, and a central team with those of the platform.

    The same for the same numbers. Each service of an agency has two upgrades (level 3, then 4), each with two
    to six items of its own (in a city one in eight is the central team's) and one to three enablers of the
    agency and, in a city, one or two of the platform. Gains fall off like filings: few services have most.
    The days of every pool are `share` of all its work. `mark` stands before every name.
    """
    chance = random.Random(seed)
    items: list[Item] = []
    upgrades: list[Upgrade] = []

    def enablers(pool: str, count: int, low: float, high: float) -> list[str]:
        names: list[str] = []
        for n in range(count):
            needs = tuple(chance.sample(names, min(len(names), 1))) if chance.random() < 0.3 else ()
            items.append(Item(f"{pool}:e{n}", pool, round(chance.uniform(low, high), 1), needs))
            names.append(f"{pool}:e{n}")
        return names

    several = agencies > 1
    platform = enablers(f"{mark}central", 10, 60, 400) if several else []
    for a in range(agencies):
        pool = f"{mark}A{a:04}"
        own = enablers(pool, 8 if not several else 4, 10, 60)
        for s in range(services // agencies + (a < services % agencies)):
            before = ""
            size = chance.lognormvariate(4.0, 1.5)
            for level in (3, 4):
                needs = []
                for n in range(chance.randint(2, 6)):
                    central = several and chance.random() < 0.125
                    id = f"{pool}:s{s}:{level}.{n}"
                    days = round(chance.uniform(0.5, 8.0), 1)
                    items.append(Item(id, f"{mark}central" if central else pool, days))
                    needs.append(id)
                needs += chance.sample(own, chance.randint(1, 3))
                if platform:
                    needs += chance.sample(platform, chance.randint(1, 2))
                id = f"{pool}:s{s}:L{level}"
                gain = round(size * (1.0 if level == 3 else 0.6), 2)
                filings = int(4 * size)
                upgrades.append(Upgrade(id, level, gain, tuple(needs), before, agency=pool, filings=filings))
                before = id
    work: dict[str, float] = {}
    for item in items:
        work[item.pool] = work.get(item.pool, 0.0) + item.days
    pools = tuple(Pool(pool, (round(share * days / quarters, 1),) * quarters) for pool, days in work.items())
    names = tuple(f"{2027 + q // 4}Q{q % 4 + 1}" for q in range(quarters))
    return Problem(names, pools, tuple(items), tuple(upgrades), discount=0.02)


def nation(cities: int, services: int, agencies: int, quarters: int, seed: int) -> Problem:
    """Cities side by side, each with a centre and a platform of its own and nothing of a neighbour's.

    `services` and `agencies` are those of one city.
    """
    found = [city_of(number, services, agencies, quarters, seed) for number in range(cities)]
    return replace(
        found[0],
        pools=tuple(pool for city in found for pool in city.pools),
        items=tuple(item for city in found for item in city.items),
        upgrades=tuple(upgrade for city in found for upgrade in city.upgrades),
    )


def city_of(number: int, services: int, agencies: int, quarters: int, seed: int) -> Problem:
    """One city of a nation, made up from a seed of its own."""
    return made_up(services, agencies, quarters, 1000 * seed + number, mark=f"C{number:02}/")
