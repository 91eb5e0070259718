"""Opening links: what passes, what fails, what stays open, and that nothing gets into the inside."""

import asyncio
import datetime as dt
import gzip
from typing import Any

import pytest

from lenmuc.core.checks import Seen
from lenmuc.outside.dialling import NoAnswer, NoSuchName
from lenmuc.outside.fetching import Fetched, Fetcher, Limits
from tests.outside.servers import PUBLIC, STRANGER, World, serving, text, trust

LIMITS = Limits(connect=1.0, total=1.0, redirects=3, body=100_000, pause=0.0)
OTHER = "93.184.215.15"
SITE = "https://site.example/"


@pytest.fixture
def world() -> World:
    """A network of our own."""
    return World()


def fetcher(world: World, limits: Limits = LIMITS) -> Fetcher:
    return Fetcher(limits=limits, resolve=world.resolve, dial=world.dial, trust=trust())


def result(found: Fetched | Seen) -> str:
    return "passed" if isinstance(found, Fetched) else found.result


async def test_a_page_that_answers_passes(world: World) -> None:
    async with serving(world, text("200 OK", body=b"hello"), "site.example"):
        found = await fetcher(world).fetch(f"{SITE}a?b=c", body=True)
    assert isinstance(found, Fetched)
    assert (found.status, found.body) == (200, b"hello")
    assert world.dialled == [(PUBLIC, 443)]
    assert world.heard[0].startswith("GET /a?b=c HTTP/1.1\r\nHost: site.example\r\nUser-Agent: LenMuc/")


async def test_it_sends_no_cookie_and_no_login(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with serving(world, text("302 Found", "Location: /there", "Set-Cookie: a=b"), "site.example"):
        await fetcher(world).fetch(SITE)
    assert len(world.heard) > 1
    assert all("cookie" not in each.lower() and "authorization" not in each.lower() for each in world.heard)
    assert {address for address, _ in world.dialled} == {PUBLIC}


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("200 OK", "passed"), ("204 None", "passed"), ("404 Not Found", "failed"), ("410 Gone", "failed"),
        ("401 Unauthorized", "inconclusive"), ("403 Forbidden", "inconclusive"), ("429 Slow", "inconclusive"),
        ("500 Oh", "inconclusive"), ("503 Busy", "inconclusive"), ("302 Found", "inconclusive"),
    ],
)  # fmt: skip
async def test_the_status_decides(world: World, status: str, wanted: str) -> None:
    async with serving(world, text(status), "site.example"):
        assert result(await fetcher(world).fetch(SITE)) == wanted


async def test_http_fails_without_a_connection(world: World) -> None:
    found = await fetcher(world).fetch("http://site.example/")
    assert isinstance(found, Seen)
    assert found.result == "failed"
    assert "https://" in found.reason
    assert (world.asked, world.dialled) == ([], [])


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a00:1"]
)
async def test_a_name_that_leads_inside_is_not_dialled(world: World, inside: str) -> None:
    world.names["site.example"] = [[inside]]
    assert result(await fetcher(world).fetch(SITE)) == "inconclusive"
    assert world.dialled == []


async def test_one_inside_address_among_public_ones_is_enough_to_refuse(world: World) -> None:
    world.names["site.example"] = [[PUBLIC, "127.0.0.1"]]
    async with serving(world, text("200 OK"), "site.example"):
        assert result(await fetcher(world).fetch(SITE)) == "inconclusive"
    assert world.dialled == []


async def test_a_name_that_is_public_first_and_inside_then_is_refused(world: World) -> None:
    world.names["site.example"] = [[PUBLIC], ["127.0.0.1"]]
    world.ports["127.0.0.1"] = 9
    async with serving(world, text("302 Found", "Location: /again"), "site.example"):
        assert result(await fetcher(world).fetch(SITE)) == "inconclusive"
    assert world.asked == ["site.example", "site.example"]  # once a request
    assert world.dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "https://[::1]/", "http://site.example/",
        "https://a:b@other.example/", "https://other.example:8000/", "file:///etc/passwd", "gopher://other.example/",
    ],
)  # fmt: skip
async def test_a_redirect_into_the_inside_or_out_of_https_fails(world: World, location: str) -> None:
    async with serving(world, text("302 Found", f"Location: {location}"), "site.example"):
        assert result(await fetcher(world).fetch(SITE)) == "failed"
    assert world.dialled == [(PUBLIC, 443)]


async def test_a_redirect_to_another_public_host_is_followed(world: World) -> None:
    async with (
        serving(world, text("301 Moved", "Location: https://other.example/x"), "site.example"),
        serving(world, text("200 OK"), "other.example", address=OTHER),
    ):
        found = await fetcher(world).fetch(SITE)
    assert isinstance(found, Fetched)
    assert found.link.url == "https://other.example/x"
    assert world.dialled == [(PUBLIC, 443), (OTHER, 443)]


async def test_redirects_without_end_stop(world: World) -> None:
    async with serving(world, text("302 Found", "Location: /again"), "site.example"):
        assert result(await fetcher(world).fetch(SITE)) == "inconclusive"
    assert len(world.heard) == LIMITS.redirects + 1


async def test_a_bad_certificate_fails_and_says_why(world: World) -> None:
    past = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
    for words, options in [
        ("expired", {"until": past}),
        ("another host", {"issued_to": "wrong.example"}),
        ("not one that browsers trust", {"ca": STRANGER}),
    ]:
        kind: dict[str, Any] = options
        async with serving(world, text("200 OK"), "site.example", **kind):
            found = await fetcher(world).fetch(SITE)
        assert isinstance(found, Seen)
        assert found.result == "failed"
        assert words in found.reason
    assert world.heard == []  # nothing was sent to a host that could not show who it is


async def test_an_endless_body_is_not_read(world: World) -> None:
    async def endless(_: str, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            out.write(b"x" * 65536)
            await out.drain()

    async with serving(world, endless, "site.example"):
        assert result(await fetcher(world).fetch(SITE)) == "passed"  # only whether it answers
        found = await fetcher(world).fetch(SITE, body=True)
    assert isinstance(found, Seen)
    assert found.result == "inconclusive"
    assert "larger" in found.reason


async def test_a_server_that_drips_is_left(world: World) -> None:
    async def drip(_: str, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            out.write(b"x")
            await out.drain()
            await asyncio.sleep(0.05)

    began = asyncio.get_running_loop().time()
    async with serving(world, drip, "site.example"):
        assert result(await fetcher(world).fetch(SITE)) == "inconclusive"
    assert asyncio.get_running_loop().time() - began < 3


async def test_a_server_that_says_nothing_is_inconclusive(world: World) -> None:
    async def silence(_: str, out: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with serving(world, silence, "site.example"):
        found = await fetcher(world).fetch(SITE)
    assert isinstance(found, Seen)
    assert (found.result, found.params) == ("inconclusive", {"host": "site.example", "seconds": 1})


async def test_endless_headers_are_not_read(world: World) -> None:
    async def endless(_: str, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            out.write(b"X-A: " + b"a" * 8000 + b"\r\n")
            await out.drain()

    async with serving(world, endless, "site.example"):
        assert result(await fetcher(world).fetch(SITE)) == "inconclusive"


async def test_a_small_file_that_unpacks_to_a_big_one_is_not_unpacked(world: World) -> None:
    bomb = gzip.compress(b"\0" * 60_000_000)
    async with serving(world, text("200 OK", "Content-Encoding: gzip", body=bomb), "site.example"):
        found = await fetcher(world).fetch(SITE, body=True)
    assert isinstance(found, Seen)
    assert "larger" in found.reason


async def test_a_packed_file_is_unpacked(world: World) -> None:
    async with serving(
        world, text("200 OK", "Content-Encoding: gzip", body=gzip.compress(b"form")), "site.example"
    ):
        found = await fetcher(world).fetch(SITE, body=True)
    assert isinstance(found, Fetched)
    assert found.body == b"form"


async def test_what_is_no_http_is_inconclusive(world: World) -> None:
    async def other(_: str, out: asyncio.StreamWriter) -> None:
        out.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    async with serving(world, other, "site.example"):
        assert result(await fetcher(world).fetch(SITE)) == "inconclusive"


@pytest.mark.parametrize(("wrong", "wanted"), [(NoSuchName, "failed"), (NoAnswer, "inconclusive")])
async def test_a_name_that_does_not_exist_fails_and_one_not_looked_up_stays_open(
    world: World, wrong: type[Exception], wanted: str
) -> None:
    async def resolve(host: str) -> list[str]:
        raise wrong(host)

    found = await Fetcher(limits=LIMITS, resolve=resolve, dial=world.dial, trust=trust()).fetch(SITE)
    assert result(found) == wanted


async def test_a_host_that_takes_no_connection_is_inconclusive(world: World) -> None:
    world.names["site.example"] = [[PUBLIC]]
    assert result(await fetcher(world).fetch(SITE)) == "inconclusive"


async def test_a_host_is_asked_once_at_a_time_and_with_a_pause(world: World) -> None:
    at_once = most = 0
    times: list[float] = []

    async def slow(_: str, out: asyncio.StreamWriter) -> None:
        nonlocal at_once, most
        times.append(asyncio.get_running_loop().time())
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        at_once -= 1
        out.write(b"HTTP/1.1 204 Nothing\r\n\r\n")

    async with serving(world, slow, "site.example"):
        one = fetcher(world, Limits(connect=1, total=2, pause=0.1))
        found = await asyncio.gather(*(one.fetch(f"{SITE}{n}") for n in range(3)))
    assert [result(each) for each in found] == ["passed"] * 3
    assert most == 1
    assert all(later - earlier >= 0.1 for earlier, later in zip(times, times[1:], strict=False))


async def test_the_real_look_up_refuses_names_that_mean_this_machine() -> None:
    for host in ("localhost", "127.1", "0x7f000001", "2130706433", "017700000001"):
        found = await Fetcher(limits=LIMITS).fetch(f"https://{host}/")
        assert result(found) != "passed", host
        assert isinstance(found, Seen)
        assert "port 443" not in found.reason, f"{host} was dialled"
