"""What is asked for one service or one agency does not read the whole city.

A statement that has been used a few times is planned once for whatever it is asked for. Where one condition
says "all, or only this one", that plan is made for all.
"""

from typing import Any

import pytest

from lenmuc.store.queries import queries

OF_FEW = {
    ("offerings", "offerings_of_service"): ("1.001193",),
    ("offerings", "offerings_of_agency"): ("STP", None, None, 50, 0, None),
    ("offerings", "count_offerings_of_agency"): ("STP", None, None, None),
    ("offerings", "list_offerings_of_agency"): (None, "STP", None, 51, 0, "", ""),
    ("offerings", "count_levels"): ("STP",),
    ("offerings", "count_levels_of_service"): ("1.001193", None),
    ("standings", "count_standings"): ("1.001193",),
    ("catalogue", "list_agencies"): (None, None),
}


def read(plan: list[str]) -> int:
    """The most rows that one step of a plan went through, those that it left out among them."""
    counts = [0]
    for line in plan:
        for mark in ("actual rows=", "Rows Removed by Filter: "):
            if mark in line:
                counts.append(int(float(line.split(mark)[1].split()[0].rstrip(")"))))
    return max(counts)


@pytest.mark.parametrize(("noun", "name"), OF_FEW)
async def test_one_service_or_agency_is_found_without_reading_every_offering(
    connection: Any, city: Any, noun: str, name: str
) -> None:
    args = ", ".join(f"'{one}'" if one is not None else "NULL" for one in OF_FEW[noun, name])
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE few AS {queries(noun).by_name[name].sql}")
    try:
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, TIMING OFF) EXECUTE few({args})")
    finally:
        await connection.execute("DEALLOCATE few")
    assert read([row[0] for row in rows]) < 5_000
