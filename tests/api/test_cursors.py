"""Lists are read to their end by cursors, also while something is added to them."""

import re
from typing import Any

import pytest

from lenmuc.store import roadmaps
from lenmuc.store.database import PROGRAM
from tests.api.conftest import ASKED, PLANNER, SERVICE, WARD
from tests.api.contract import must_fit
from tests.conftest import Visitor

API = "/api/v1"
LISTS = {
    "list_services": (f"{API}/services?q=khai+sinh&page_size=9", "code"),
    "list_offerings": (f"{API}/offerings?agency={WARD}&level=2&page_size=150", "id"),
    "list_agencies": (f"{API}/agencies?page_size=60", "code"),
}


def following(reply: Any) -> str:
    found = re.search(r'<([^>]+)>; rel="next"', reply.headers.get("link", ""))
    return found[1] if found else ""


@pytest.mark.parametrize("id", list(LISTS))
async def test_a_list_read_by_its_cursors_is_the_whole_list(client: Visitor, id: str) -> None:
    address, key = LISTS[id]
    seen, total, pages = [], 0, 0
    address += "&cursor="
    while address:
        reply = await client.get(address)
        page = must_fit(reply, id)
        seen += [each[key] for each in page["items"]]
        total, pages, address = page["total"], pages + 1, following(reply)
        assert bool(address) == bool(page["next"])
        assert page.get("page") is None
    assert (len(seen), len(set(seen))) == (total, total)
    assert pages > 1


async def test_what_is_added_before_the_place_moves_nothing(client: Visitor, db: Any) -> None:
    address = f"{API}/offerings?agency={WARD}&page_size=5"
    first = must_fit(await client.get(address), "list_offerings")
    then = [each["id"] for each in must_fit(await client.get(f"{address}&page=2"), "list_offerings")["items"]]
    async with db.transaction(PROGRAM) as conn:
        added = await conn.fetchval(
            "INSERT INTO offering (service, agency, level, missing) "
            "SELECT min(code), $1, 1, '{}' FROM service s WHERE NOT EXISTS "
            "(SELECT FROM offering o WHERE o.service = s.code AND o.agency = $1) RETURNING service",
            WARD,
        )
    assert added < first["items"][-1]["service"]["code"]
    now = must_fit(await client.get(f"{address}&cursor={first['next']}"), "list_offerings")
    assert [each["id"] for each in now["items"]] == then
    shifted = must_fit(await client.get(f"{address}&page=2"), "list_offerings")
    assert [each["id"] for each in shifted["items"]] != then


async def test_roadmaps_beyond_the_first_hundred_are_read_too(
    as_planner: Visitor, db: Any, somebody: int
) -> None:
    async with db.transaction(PLANNER) as conn:
        made = [await roadmaps.start_roadmap(conn, ASKED, "rs-2018", somebody) for _ in range(7)]
    seen: list[int] = []
    address = f"{API}/roadmaps?agency={WARD}&page_size=3"
    while address:
        reply = await as_planner.get(address)
        seen += [each["id"] for each in must_fit(reply, "list_roadmaps")["items"]]
        address = following(reply)
    assert seen == made[::-1]


@pytest.mark.parametrize("id", [*LISTS, "list_roadmaps"])
async def test_a_damaged_cursor_and_one_beside_a_page_are_refused(client: Visitor, id: str) -> None:
    address = LISTS.get(id, (f"{API}/roadmaps?agency={WARD}",))[0]
    other = must_fit(await client.get(f"{API}/agencies?q=ph&page_size=1"), "list_agencies")["next"]
    for cursor in ("damaged", other, "null"):
        told = must_fit(await client.get(f"{address}&cursor={cursor}"), id)
        assert (told["status"], told["errors"][0]["field"]) == (422, "cursor")
    told = must_fit(await client.get(f"{address}&page=1&cursor="), id)
    assert (told["status"], told["errors"][0]["field"]) == (422, "page")


async def test_pages_by_number_say_where_a_cursor_would_go_on(client: Visitor) -> None:
    address = f"{API}/services?q=khai+sinh&page_size=3"
    one, two = [must_fit(await client.get(f"{address}&page={n}"), "list_services") for n in (1, 2)]
    by_cursor = must_fit(await client.get(f"{address}&cursor={one['next']}"), "list_services")
    assert by_cursor["items"] == two["items"]
    assert (one["page"], by_cursor["page"]) == (1, None)
    assert one["items"][0]["code"] == SERVICE
