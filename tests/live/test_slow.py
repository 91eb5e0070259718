"""Clients that are slow or silent, at the server as it is shipped: they are cut and others are served."""

import contextlib
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.live.site import Site

CUT = 35.0  # seconds
EACH = 40
P95 = 0.5  # seconds


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("slow") / "data") as running:
        yield running


def dial(site: Site) -> socket.socket:
    return socket.create_connection(("127.0.0.1", site.port), timeout=CUT + 10)


def drip(site: Site, first: bytes, piece: bytes) -> float:
    """Send `first`, then `piece` every half second; the seconds until the server closes the connection."""
    began = time.monotonic()
    with dial(site) as sock:
        sock.sendall(first)
        sock.settimeout(0.5)
        while time.monotonic() - began < CUT + 10:
            try:
                if not sock.recv(65536):
                    break
            except TimeoutError:
                pass
            except OSError:
                break
            try:
                if piece:
                    sock.sendall(piece)
            except OSError:
                break
    return time.monotonic() - began


def silent(site: Site) -> float:
    return drip(site, b"", b"")


def slow_headers(site: Site) -> float:
    return drip(site, b"GET /vi/ HTTP/1.1\r\nHost: a\r\n", b"X-A: b\r\n")


def slow_body(site: Site) -> float:
    head = b"POST /vi/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return drip(site, head + b"Content-Length: 900000\r\n\r\n", b"a")


def body_after_the_reply(site: Site) -> float:
    return drip(site, b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n", b"a")


def line_ends_after_the_reply(site: Site) -> float:
    return drip(site, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"\r\n")


def held(site: Site, port: int) -> bool:
    """Does the server still hold the connection from this port? Linux says so; a reader cannot see it."""
    ends = f":{site.port:04X} 0100007F:{port:04X} 01 "
    return ends in Path("/proc/net/tcp").read_text()


def slow_reader(site: Site) -> float:
    """Asks for page after page and takes none of them."""
    began = time.monotonic()
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", site.port))
        sock.settimeout(2)
        with contextlib.suppress(OSError):
            sock.sendall(b"GET /vi/services HTTP/1.1\r\nHost: a\r\n\r\n" * 400)
        port = sock.getsockname()[1]
        while held(site, port) and time.monotonic() - began < CUT + 10:
            time.sleep(0.25)
    return time.monotonic() - began


SHAPES: list[Callable[[Site], float]] = [
    silent,
    slow_headers,
    slow_body,
    body_after_the_reply,
    line_ends_after_the_reply,
    slow_reader,
]


def test_slow_clients_are_cut_and_others_are_served_meanwhile(own_site: Site) -> None:
    took: dict[str, list[float]] = {shape.__name__: [] for shape in SHAPES}
    attackers = [
        threading.Thread(target=lambda s=shape: took[s.__name__].append(s(own_site)), daemon=True)
        for shape in SHAPES
        for _ in range(EACH if shape is not slow_reader else 5)
    ]
    for attacker in attackers:
        attacker.start()
    served: list[float] = []
    with httpx.Client(base_url=own_site.address, timeout=10) as visitor:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            began = time.monotonic()
            assert visitor.get("/vi/").status_code == 200
            served.append(time.monotonic() - began)
            time.sleep(0.05)
    for attacker in attackers:
        attacker.join(CUT + 15)
    p95 = statistics.quantiles(served, n=20)[-1]
    longest = {name: max(seconds, default=999.0) for name, seconds in took.items()}
    print(f"\n{len(attackers)} slow clients; others: {len(served)} pages, p95 {p95 * 1000:.0f} ms")
    print("\n".join(f"  {name}: cut after {seconds:.1f} s at most" for name, seconds in longest.items()))
    assert max(longest.values()) <= CUT
    assert all(len(took[shape.__name__]) >= 5 for shape in SHAPES)
    assert p95 <= P95


def said(site: Site, request: bytes) -> bytes:
    """The whole answer to these bytes."""
    with dial(site) as sock:
        sock.sendall(request)
        got = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := sock.recv(65536):
                got += piece
        return got


WIRE = {
    "no host": (b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", b"400"),
    "two hosts": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", b"400"),
    "two lengths": (
        b"POST /vi/sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"
    ),
    "length, chunks": (
        b"POST /vi/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"400",
    ),
    "bad chunk": (
        b"POST /vi/sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", b"400"
    ),
    "long header": (b"GET / HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n", b"431"),
    "endless header": (b"GET / HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 400_000, b"431"),
    "no http": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"400"),
    "trace": (b"TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"405"),
}  # fmt: skip


@pytest.mark.parametrize("name", WIRE)
def test_what_is_no_proper_request_is_refused_with_the_headers_of_every_reply(
    own_site: Site, name: str
) -> None:
    request, status = WIRE[name]
    got = said(own_site, request)
    assert got.split(b" ")[1] == status, got[:300]
    for header in (
        b"content-security-policy: default-src 'none'",
        b"x-content-type-options: nosniff",
        b"x-request-id: ",
    ):
        assert header in got


def test_a_site_full_of_silent_connections_lets_the_next_one_in(own_site: Site) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(950):
            stack.enter_context(dial(own_site))
        began = time.monotonic()
        assert httpx.get(f"{own_site.address}/vi/", timeout=10).status_code == 200
        assert time.monotonic() - began < 5


def test_a_long_file_read_slowly_but_steadily_arrives(own_site: Site) -> None:
    """The cut is for who reads nothing, not for a thin line: here about 100 KB in a second."""
    whole = httpx.get(f"{own_site.address}/api/v1/offerings?page_size=200", timeout=20).content
    assert Path(own_site.data).exists()
    assert len(whole) > 50_000
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(10)
        sock.connect(("127.0.0.1", own_site.port))
        sock.sendall(b"GET /api/v1/offerings?page_size=200 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        got = b""
        while piece := sock.recv(5_000):
            got += piece
            time.sleep(0.05)
    assert got.endswith(whole)
