"""Small made-up problems for hypothesis."""

from hypothesis import strategies as st

from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade

days = st.sampled_from([0.0, 0.5, 1.0, 1.0, 2.0, 3.0, 0.1, 0.2, 0.3])
gains = st.sampled_from([0.0, 1.0, 2.0, 5.0, 10.0, 0.25])


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
