"""How far behind the public may be, and which kept replies stay while something else changes."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from lenmuc.store.changes import Changes, Journal, Place, Version
from lenmuc.web.caching import Kept, Made, Replies
from lenmuc.web.states import States

BIRTH = "/vi/services/1.001193"
LIST = "/vi/services"


class Told(Changes):
    """Versions as the test tells them."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.version = Version("r", "l", "v1", 1)

    async def now(self) -> Version:
        return self.version

    def change(self, *touched: tuple[int, str, str]) -> None:
        """Something changed: these offerings alone, or anything."""
        number = self.version.number + 1
        self.version = Version("r", f"l{number}", f"v{number}", number)
        self.journal.note(number, touched or None)


class Shop:
    """Replies with a clock and versions in the hands of the test; each reply says how many were made."""

    def __init__(self, program: Any, lag: float) -> None:
        self.seconds, self.day = 100.0, dt.date(2026, 11, 30)
        self.changes, self.made = Told(), 0
        self.searched: Version | None = None
        self.states = States(
            self.changes, "stamp", lambda: self.searched, lag,
            clock=lambda: self.seconds, today=lambda: self.day,
        )  # fmt: skip
        self.replies = Replies(program.inner, self.states, clock=lambda: self.seconds)
        self.ready = asyncio.Event()
        self.ready.set()
        self.status = 200

    async def make(self) -> Made:
        self.made += 1
        number = self.made
        await self.ready.wait()
        if self.status == 0:
            raise OSError("away")
        return Made(self.status, [(b"content-type", b"text/html")], b"%d" % number)

    async def ask(self, address: str, token: str = "") -> Kept | Made:
        path, _, query = address.partition("?")
        scope = {"path": path, "method": "GET", "query_string": query.encode(), "headers": []}
        asked = await self.replies.asked(scope, token)
        assert asked is not None
        return await self.replies.get(asked, self.make)

    async def body(self, address: str, token: str = "") -> int:
        return int((await self.ask(address, token)).body)


async def test_with_no_lag_the_public_sees_each_change_at_once(program: Any) -> None:
    shop = Shop(program, lag=0)
    assert [await shop.body(LIST), await shop.body(LIST)] == [1, 1]
    shop.changes.change()
    assert await shop.body(LIST) == 2


async def test_with_a_lag_the_public_sees_changes_when_it_is_over(program: Any) -> None:
    shop = Shop(program, lag=5)
    first = await shop.ask(LIST)
    assert isinstance(first, Kept)
    shop.changes.change()
    shop.seconds += 4.9
    again = await shop.ask(LIST)
    assert again is first
    shop.seconds += 0.2
    new = await shop.ask(LIST)
    assert isinstance(new, Kept)
    assert (new.body, new.tag != first.tag) == (b"2", True)


async def test_who_is_signed_in_sees_a_change_within_the_lag(program: Any) -> None:
    shop = Shop(program, lag=5)
    address = "/api/v1/services/1.001193"
    assert await shop.body(address) == 1
    shop.changes.change()
    assert await shop.body(address, "token") == 2
    assert await shop.body(address) == 2, "what is newer than it has to be is shown as well"


async def test_a_new_day_does_not_wait_for_the_lag(program: Any) -> None:
    shop = Shop(program, lag=5)
    assert await shop.body(LIST) == 1
    shop.day = dt.date(2026, 12, 1)
    assert await shop.body(LIST) == 2


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        (BIRTH, True),
        (f"{BIRTH}?agency=X00070", True),
        ("/vi/agencies/X00070", True),
        ("/api/v1/services/1.001193", True),
        ("/api/v1/agencies/X00070", True),
        ("/api/v1/offerings?agency=X00070", True),
        ("/api/v1/offerings?service=1.001193", False),
        ("/api/v1/offerings?agency=X00070&agency=STP", False),
        (f"{BIRTH}/rate", False),
        (LIST, False),
        ("/vi/agencies", False),
        ("/vi/", False),
    ],
)
async def test_a_reply_about_one_service_or_agency_stays_while_others_change(
    program: Any, address: str, stays: bool
) -> None:
    shop = Shop(program, lag=0)
    first = await shop.ask(address)
    assert isinstance(first, Kept)
    shop.changes.change((1, "1.000894", "STP"))
    assert (await shop.ask(address) is first) == stays
    made = shop.made
    shop.changes.change((2, "1.001193", "X00070"))
    new = await shop.ask(address)
    assert shop.made == made + 1
    assert isinstance(new, Kept)
    assert new.tag != first.tag
    shop.changes.change()
    await shop.ask(address)
    assert shop.made == made + 2


async def test_a_reply_made_from_an_older_index_goes_when_the_index_has_what_touches_it(program: Any) -> None:
    shop = Shop(program, lag=0)
    shop.searched = shop.changes.version
    shop.changes.change((2, "1.001193", "X00070"))
    assert await shop.body("/vi/agencies/X00070") == 1  # its levels may be those of the index before
    assert await shop.body("/vi/agencies/STP") == 2
    shop.searched = shop.changes.version
    assert await shop.body("/vi/agencies/X00070") == 3
    assert await shop.body("/vi/agencies/STP") == 2


async def test_only_one_request_makes_a_reply_anew_and_others_get_the_one_before(program: Any) -> None:
    shop = Shop(program, lag=2)
    assert await shop.body(LIST) == 1
    shop.changes.change()
    shop.seconds += 1.5
    assert await shop.body(LIST) == 1
    shop.seconds += 1
    shop.ready.clear()
    first = asyncio.create_task(shop.body(LIST))
    await asyncio.sleep(0)
    assert await shop.body(LIST) == 1
    shop.seconds += 1.1  # now that would be too old
    waiting = asyncio.create_task(shop.body(LIST))
    await asyncio.sleep(0)
    shop.ready.set()
    assert [await first, await waiting, shop.made] == [2, 2, 2]


async def test_with_no_lag_those_who_come_meanwhile_wait_for_the_new_one(program: Any) -> None:
    shop = Shop(program, lag=0)
    assert await shop.body(LIST) == 1
    shop.changes.change()
    shop.ready.clear()
    asking = [asyncio.create_task(shop.body(LIST)) for _ in range(3)]
    await asyncio.sleep(0)
    shop.ready.set()
    assert await asyncio.gather(*asking) == [2, 2, 2]


async def test_a_change_while_a_reply_is_made_is_not_missed_by_who_asks_after_it(program: Any) -> None:
    shop = Shop(program, lag=0)
    shop.ready.clear()
    first = asyncio.create_task(shop.body(LIST))
    await asyncio.sleep(0)
    shop.changes.change()
    second = asyncio.create_task(shop.body(LIST))
    await asyncio.sleep(0)
    shop.ready.set()
    assert [await first, await second] == [1, 2]


async def test_a_reply_that_fails_for_one_is_made_for_the_others(program: Any) -> None:
    shop = Shop(program, lag=0)
    shop.ready.clear()
    shop.status = 0
    first = asyncio.create_task(shop.ask(LIST))
    await asyncio.sleep(0)
    second = asyncio.create_task(shop.ask(LIST))
    await asyncio.sleep(0)
    shop.ready.set()
    with pytest.raises(OSError, match="away"):
        await first
    shop.status = 404
    reply = await second
    assert isinstance(reply, Made)
    assert reply.status == 404


async def test_who_gives_up_waiting_takes_the_reply_from_nobody(program: Any) -> None:
    shop = Shop(program, lag=0)
    shop.ready.clear()
    asking = [asyncio.create_task(shop.body(LIST)) for _ in range(3)]
    await asyncio.sleep(0)
    asking[1].cancel()
    await asyncio.sleep(0)
    shop.ready.set()
    assert [await asking[0], await asking[2]] == [1, 1]


def test_what_is_about_one_place_names_it(program: Any) -> None:
    shop = Shop(program, lag=0)
    places = shop.replies._places
    assert places.of("/en/services/1.001193", "") == Place("service", "1.001193")
    assert places.of("/api/v1/offerings", "agency=STP&level=2") == Place("agency", "STP")
    assert places.of("/api/v1/offerings", "agency=") is None
