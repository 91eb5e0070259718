"""Reads of the API are counted by address, said in each reply, and refused with the time to come back."""

from pathlib import Path
from typing import Any

import pytest

from lenmuc.core.throttle import CODES, LIMITS, READS, SIGN_IN, Limit
from lenmuc.settings import Settings
from lenmuc.web.rates import _MOST_ADDRESSES, Rates, TooManyReads
from tests.conftest import Visitor

FEW = Limit("reads", 3, 60)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def read(rates: Rates, address: str = "192.0.2.1", path: str = "/api/v1/x", method: str = "GET") -> str:
    told: list[tuple[bytes, bytes]] = []
    rates.count({"client": (address, 1), "path": path, "method": method}, told)
    return b" ".join(value for _, value in told).decode()


def test_the_limits_are_those_that_were_agreed() -> None:
    agreed = {
        "sign-in": (10, 300),
        "codes": (5, 300),
        "short": (10, 600),
        "long": (50, 86_400),
        "reads": (3_000, 60),
    }
    assert {each.kind: (each.posts, each.seconds) for each in (SIGN_IN, CODES, *LIMITS, READS)} == agreed


def test_what_is_left_is_said_and_comes_back_steadily() -> None:
    clock = Clock()
    rates = Rates(FEW, clock=clock)
    assert [read(rates) for _ in range(3)] == [
        '"reads";q=3;w=60 "reads";r=2;t=20',
        '"reads";q=3;w=60 "reads";r=1;t=40',
        '"reads";q=3;w=60 "reads";r=0;t=60',
    ]
    with pytest.raises(TooManyReads) as told:
        read(rates)
    assert told.value.retry_after == 20
    clock.now += 20
    assert read(rates).endswith("r=0;t=60")
    clock.now += 10_000
    assert read(rates).endswith("r=2;t=20")


def test_each_address_has_its_own_and_a_network_of_one_customer_is_one() -> None:
    rates = Rates(FEW, clock=Clock())
    seen = [read(rates, each)[-6] for each in ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2")]
    assert seen == ["2", "2", "2", "1"]


def test_changes_pages_and_whoever_has_no_limit_are_not_counted() -> None:
    rates = Rates(FEW, clock=Clock())
    assert read(rates, path="/vi/") == read(rates, method="PUT") == read(Rates(Limit("reads", 0, 60))) == ""


def test_many_addresses_do_not_fill_the_memory() -> None:
    rates = Rates(FEW, clock=Clock())
    for number in range(_MOST_ADDRESSES + 50):
        read(rates, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(rates._buckets) == _MOST_ADDRESSES


async def test_a_shared_reply_stays_shared_and_the_next_read_is_told_its_own_rest(client: Visitor) -> None:
    address = "/api/v1/suggestions?q=khai"
    await client.get(address)  # the first search makes the index
    first = await client.get(address)
    again = await client.get(address, headers={"If-None-Match": first.headers["etag"]})
    head = await client.http.head(address)
    assert (again.status_code, again.headers["cache-control"]) == (304, first.headers["cache-control"])
    assert "public" in first.headers["cache-control"]
    assert "RateLimit" in first.headers["access-control-expose-headers"]
    assert head.headers["etag"] == first.headers["etag"]
    for reply in (first, again, head):
        assert reply.headers["ratelimit-policy"] == '"reads";q=1000000;w=60'
        assert reply.headers["ratelimit"].startswith('"reads";r=9')
    assert "ratelimit" not in (await client.get("/vi/")).headers


async def test_who_reads_too_much_is_told_when_to_come_back(one: Any) -> None:
    from tests.web.conftest import Site

    site = Site(one, Settings(data=Path("unused"), api_reads=2))
    async with site.browser as browser:
        replies = [
            await browser.get("/api/v1/text?q=a", headers={"origin": "https://x.test"}) for _ in range(3)
        ]
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        last = replies[-1]
        assert last.headers["content-type"] == "application/problem+json"
        assert last.headers["retry-after"] == "30"
        assert last.headers["ratelimit"] == '"reads";r=0;t=60'
        assert last.headers["cache-control"] == "no-store"
        assert last.headers["access-control-allow-origin"] == "*"
        assert (await browser.get("/vi/open")).status_code == 200
        assert (await browser.put("/api/v1/things", json={"number": 1})).status_code == 200
