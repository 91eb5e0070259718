"""Opening a link as a stranger may: HTTPS, public addresses, few seconds, few bytes, nothing remembered."""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import certifi
import httpcore
import msgspec

from lenmuc import __version__
from lenmuc.core.checks import Seen
from lenmuc.core.errors import N_
from lenmuc.core.links import Link, Unfit, follow, read_link
from lenmuc.outside.dialling import Dial, NoAnswer, NoSuchName, NotPublic, PublicOnly, Resolve, dial, resolve

USER_AGENT = f"LenMuc/{__version__} (check of the links of public services)"
_MOVED = frozenset({301, 302, 303, 307, 308})
_CERTIFICATE = {  # OpenSSL's numbers for what is wrong with a certificate
    10: N_("The certificate of %(host)s has expired, so browsers warn their users away."),
    18: N_("The certificate of %(host)s is its own and no authority vouches for it."),
    62: N_("The certificate is for another host than %(host)s."),
}
_UNFIT = {
    "http": N_("The link does not begin with https://, so nothing protects what is read or sent there."),
    "login": N_("The link holds a user name or password. Nobody may need one, and none is sent."),
    "port": N_("The link names a port of its own. Only the usual one of HTTPS is opened."),
    "inside": N_("The link leads to an address of an internal network, which the public cannot reach."),
    "form": N_("The link is not a full web address."),
}


class Limits(msgspec.Struct, frozen=True):
    """How far a look goes. Seconds and bytes; `pause` lies between two requests to one host."""

    connect: float = 5.0
    total: float = 20.0
    redirects: int = 5
    body: int = 10 * 1024 * 1024
    pause: float = 1.0
    at_once: int = 8


class Fetched(msgspec.Struct, frozen=True):
    """A page or file that came: where from, after all redirects, and its bytes when they were wanted."""

    link: Link
    status: int
    body: bytes = b""


class _Stopped(Exception):
    """Nothing more is to be had; its argument is the `Seen` that says why."""


def trusted() -> ssl.SSLContext:
    """The certificate authorities that browsers trust too, the same on every machine."""
    return ssl.create_default_context(cafile=certifi.where())


class Fetcher:
    """Opens links, at most `at_once` at a time and one at a time per host."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        resolve: Resolve = resolve,
        dial: Dial = dial,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._backend = PublicOnly(resolve, dial)
        self._trust = trust or trusted()
        self._slots = asyncio.Semaphore(self.limits.at_once)
        self._hosts: dict[str, asyncio.Lock] = {}
        self._last: dict[str, float] = {}

    async def fetch(self, url: str, *, body: bool = False) -> Fetched | Seen:
        """What came, with its bytes if `body`; or why nothing did, as `failed` or `inconclusive`.

        Failed is what any visitor meets too: no HTTPS, a bad certificate, no such host, no such page. Trouble
        that may pass, or be with us, is inconclusive: 5xx, time-outs, a refusal to talk to a program.
        """
        try:
            return await self._through(_fit(read_link(url)), body)
        except _Stopped as stopped:
            seen: Seen = stopped.args[0]
            return seen

    async def _through(self, link: Link, body: bool) -> Fetched:
        left = self.limits.total
        for _ in range(self.limits.redirects + 1):
            async with self._turn(link.host):
                began = asyncio.get_running_loop().time()
                found = await self._once(link, body, left)
                left -= asyncio.get_running_loop().time() - began
            if isinstance(found, Fetched):
                return found
            link = found
            if left <= 0:
                raise _Stopped(_late(link, self.limits.total))
        said = N_("The link leads from address to address without end; %(host)s was the last.")
        raise _Stopped(Seen("inconclusive", said, {"host": link.host}))

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        """One request to a host at a time, with a pause; never a slot held while waiting for a host."""
        clock = asyncio.get_running_loop().time
        async with self._hosts.setdefault(host, asyncio.Lock()):
            if host in self._last:
                await asyncio.sleep(max(0.0, self._last[host] + self.limits.pause - clock()))
            try:
                async with self._slots:
                    yield
            finally:
                self._last[host] = clock()

    async def _once(self, link: Link, body: bool, seconds: float) -> Fetched | Link:
        """One request. A `Link` is where it redirects to. Raises `_Stopped`."""
        params = {"host": link.host}
        try:
            async with asyncio.timeout(seconds):
                return await self._request(link, body)
        except (TimeoutError, httpcore.TimeoutException):
            raise _Stopped(_late(link, self.limits.total)) from None
        except NotPublic:
            said = N_("%(host)s leads into a network that is not public. It was not opened from here.")
            raise _Stopped(Seen("inconclusive", said, params)) from None
        except NoSuchName:
            raise _Stopped(Seen("failed", N_("There is no host called %(host)s."), params)) from None
        except NoAnswer:
            said = N_("The name %(host)s could not be looked up at that time.")
            raise _Stopped(Seen("inconclusive", said, params)) from None
        except httpcore.ConnectError as wrong:
            raise _Stopped(_unconnected(wrong, link.host)) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError):
            said = N_("%(host)s broke off before its answer was whole.")
            raise _Stopped(Seen("inconclusive", said, params)) from None

    async def _request(self, link: Link, body: bool) -> Fetched | Link:
        url = httpcore.URL(
            scheme=b"https", host=link.host.encode(), port=None, target=link.target.encode("ascii")
        )
        named = f"[{link.host}]" if ":" in link.host else link.host
        headers = [
            ("Host", named), ("User-Agent", USER_AGENT), ("Accept", "*/*"), ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        ]  # fmt: skip
        waits = {"connect": self.limits.connect, "read": None, "write": None, "pool": None}
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._trust, max_connections=1, max_keepalive_connections=0, http2=False,
                retries=0, network_backend=self._backend,
            ) as pool,
            pool.stream("GET", url, headers=headers, extensions={"timeout": waits}) as response,
        ):  # fmt: skip
            given = {name.lower(): value for name, value in response.headers}
            if response.status in _MOVED and b"location" in given:
                location = given[b"location"].decode("latin-1")
                return _fit(follow(link, location))
            _must_be_there(response.status, link.host)
            if not body:
                return Fetched(link, response.status)
            packed = given.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
            return Fetched(link, response.status, await self._body(response, packed, link.host))

    async def _body(self, response: httpcore.Response, packed: str, host: str) -> bytes:
        """The body, unpacked, never more than the limit in memory. Raises `_Stopped`."""
        if packed not in ("identity", "", "gzip", "x-gzip"):
            said = N_("%(host)s packs the file in a way that is not read here.")
            raise _Stopped(Seen("inconclusive", said, {"host": host}))
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packed not in ("identity", "") else None
        most, whole = self.limits.body, bytearray()
        async for piece in response.aiter_stream():
            try:
                whole += unpack.decompress(piece, most + 1 - len(whole)) if unpack else piece
            except zlib.error:
                said = N_("%(host)s broke off before its answer was whole.")
                raise _Stopped(Seen("inconclusive", said, {"host": host})) from None
            if len(whole) > most:
                said = N_("The file is larger than the %(size)s MiB that are read.")
                raise _Stopped(Seen("inconclusive", said, {"size": most // (1024 * 1024)}))
        return bytes(whole)


def _fit(read: Link | Unfit) -> Link:
    if isinstance(read, Unfit):
        raise _Stopped(Seen("failed", _UNFIT[read.why], {}))
    return read


def _late(link: Link, seconds: float) -> Seen:
    said = N_("%(host)s did not answer in %(seconds)s seconds.")
    return Seen("inconclusive", said, {"host": link.host, "seconds": round(seconds)})


def _must_be_there(status: int, host: str) -> None:
    """Raise `_Stopped` unless the status says that the page is there."""
    params = {"host": host, "status": status}
    if 200 <= status < 300:
        return
    if status in (404, 410):
        raise _Stopped(Seen("failed", N_("%(host)s says that there is no such page (%(status)s)."), params))
    if status >= 500:
        # A server in trouble may be well tomorrow, and a wall before it often answers a program like this.
        said = N_("%(host)s answers that it has trouble of its own (%(status)s).")
        raise _Stopped(Seen("inconclusive", said, params))
    said = N_("%(host)s does not show the page to a program (%(status)s). A person has to look.")
    raise _Stopped(Seen("inconclusive", said, params))


def _unconnected(wrong: Exception, host: str) -> Seen:
    """Why there was no connection: the certificate, which visitors meet too, or something else."""
    cause: BaseException | None = wrong
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            other = N_("The certificate of %(host)s is not one that browsers trust.")
            return Seen("failed", _CERTIFICATE.get(cause.verify_code, other), {"host": host})
        if isinstance(cause, ssl.SSLError):
            said = N_("No safe connection to %(host)s came about.")
            return Seen("inconclusive", said, {"host": host})
        cause = cause.__cause__ or cause.__context__
    return Seen("inconclusive", N_("%(host)s takes no connection at port 443."), {"host": host})
