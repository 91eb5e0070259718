"""Small made-up problems for hypothesis."""

import os

from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lenmuc.core.roadmap.problem import Budget, Holiday, Item, Objective, Pool, Problem, Target, Upgrade

# The suite looks at a quarter of them, `make problems` at all.
_PERCENT = int(os.environ.get("LENMUC_PROBLEMS", "25"))

days = st.sampled_from([0.0, 0.5, 1.0, 1.0, 2.0, 3.0, 0.1, 0.2, 0.3])
gains = st.sampled_from([0.0, 1.0, 2.0, 5.0, 10.0, 0.25])


def so_many(all_of_them: int) -> settings:
    """The share of these problems that this run looks at; always the same ones, however long each takes."""
    return settings(max_examples=all_of_them * _PERCENT // 100, deadline=None, derandomize=True)


@st.composite
def problems(draw: st.DrawFn, items: int = 5, upgrades: int = 6, quarters: int = 3) -> Problem:
    horizon = draw(st.integers(1, quarters))
    capacity = st.sampled_from([0.0, 0.3, 1.0, 1.0, 2.0, 3.0, 4.0])
    pools = tuple(
        Pool(f"p{n}", tuple(draw(capacity) for _ in range(horizon))) for n in range(draw(st.integers(1, 3)))
    )
    made: list[Item] = []
    for n in range(draw(st.integers(0, items))):
        before = [item.id for item in made]
        needs = draw(st.lists(st.sampled_from(before), unique=True, max_size=2)) if before else []
        made.append(
            Item(
                f"i{n}",
                draw(st.sampled_from([pool.id for pool in pools])),
                draw(days),
                tuple(needs),
                earliest=draw(st.sampled_from([0, 0, 0, 0, 1, 3])),
            )
        )
    ids = [item.id for item in made]
    lifts: list[Upgrade] = []
    for n in range(draw(st.integers(0, upgrades))):
        wanted = draw(st.lists(st.sampled_from(ids), unique=True, max_size=3)) if ids else []
        after = draw(st.sampled_from(["", *(u.id for u in lifts)]))
        lifts.append(
            Upgrade(f"u{n}", 4 if after else 3, draw(gains), tuple(wanted), after, draw(st.integers(1, 9)), 4)
        )
    names = tuple(f"Q{n}" for n in range(horizon))
    discount = draw(st.sampled_from([0.0, 0.0, 0.1]))
    return Problem(names, pools, tuple(made), tuple(lifts), discount=discount, gap=0.0)


@st.composite
def bound_problems(draw: st.DrawFn, items: int = 5, upgrades: int = 5, quarters: int = 3) -> Problem:
    """Small problems with everything a planner can ask for, many of them impossible."""
    plain = draw(problems(items, upgrades, quarters))
    horizon = len(plain.quarters)
    quarter = st.integers(0, horizon - 1)
    rarely = st.sampled_from([True, False, False, False, False])

    def series(*numbers: float) -> tuple[float, ...]:
        return tuple(draw(st.sampled_from(numbers)) for _ in range(horizon))

    made = [
        replace(
            item,
            kind=draw(st.sampled_from(["", "", "law"])),
            cost=draw(st.sampled_from([0.0, 0.0, 1.0, 2.0])),
            latest=draw(quarter) if draw(rarely) else None,
            pin=draw(quarter) if draw(rarely) and draw(rarely) else None,
            excluded=draw(rarely) and draw(rarely),
            done=draw(rarely) and draw(rarely),
        )
        for item in plain.items
    ]
    lifts = [
        replace(
            upgrade,
            agency=(agency := draw(st.sampled_from(["", "A", "B"]))),
            offerings=1 if agency else upgrade.offerings,
            field=draw(st.sampled_from(["", "F"])),
            eligible=draw(st.booleans()),
            filings=draw(st.sampled_from([0, 4])),
            latest=draw(quarter) if draw(rarely) and draw(rarely) else None,
        )
        for upgrade in plain.upgrades
    ]
    soft = st.sampled_from([None, 1.0, 5.0])
    targets = tuple(
        Target(
            f"t{n}", draw(st.sampled_from([3, 4])), draw(quarter), draw(st.sampled_from([0.3, 0.5, 1.0])),
            of=draw(st.sampled_from(["all", "eligible", "with_filings"])),
            agency=draw(st.sampled_from(["", "A"])), already=draw(st.sampled_from([0, 1])), weight=draw(soft),
        )
        for n in range(draw(st.integers(0, 2)))
    )  # fmt: skip
    baseline = {item.id: draw(quarter) for item in made if draw(st.booleans())}
    aims = [Objective("gain")]
    if draw(st.booleans()):
        aims.append(Objective("filings", 0.5))
    if any(target.weight is not None for target in targets):
        aims.append(Objective("targets", draw(st.sampled_from([1.0, 3.0]))))
    if baseline and draw(st.booleans()):
        aims.append(Objective("moves", draw(st.sampled_from([0.25, 2.0]))))
    return replace(
        plain,
        pools=tuple(
            replace(
                pool,
                kinds={"law": series(0.0, 1.0, 2.0)} if draw(st.booleans()) else {},
                items=series(0.0, 1.0, 2.0) if draw(rarely) else (),
            )
            for pool in plain.pools
        ),
        items=tuple(made),
        upgrades=tuple(lifts),
        holidays=(Holiday(draw(quarter), 0.5),) if draw(rarely) else (),
        budgets=(Budget("b", series(0.0, 2.0, 3.0)),) if draw(rarely) else (),
        targets=targets,
        baseline=baseline,
        objectives=tuple(aims),
    )
