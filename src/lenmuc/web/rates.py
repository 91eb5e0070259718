"""How often one address may read the API, and how much of that is left, as each reply says.

A bucket for each address in the memory of this process: it is full at first, each read takes one, and it
fills steadily. Source of the fields: draft-ietf-httpapi-ratelimit-headers-10.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import ceil
from typing import Any, ClassVar

import msgspec

from lenmuc.core.errors import N_, LenMucError
from lenmuc.core.throttle import Limit, network
from lenmuc.web.headers import Header
from lenmuc.web.visits import API

_MOST_ADDRESSES = 10_000
_network = lru_cache(_MOST_ADDRESSES)(network)


class TooManyReads(LenMucError):
    """This address has read enough for now. `retry_after` is in seconds."""

    headers: ClassVar[Mapping[str, str]] = {
        "Cache-Control": "no-store",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "RateLimit, RateLimit-Policy, Retry-After",
    }

    def __init__(self, seconds: int) -> None:
        self.retry_after = seconds
        super().__init__(
            N_("Too many requests came from your connection. Try again in %(seconds)s s."), seconds=seconds
        )


class _Bucket(msgspec.Struct):
    left: float
    at: float


class Rates:
    """`limit.posts` reads within `limit.seconds` for one address; none at all are counted when it is 0."""

    def __init__(self, limit: Limit, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = limit.posts
        self._speed = limit.posts / limit.seconds  # a second
        self._policy = (b"ratelimit-policy", f'"{limit.kind}";q={limit.posts};w={limit.seconds}'.encode())
        self._kind = limit.kind
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def count(self, scope: Mapping[str, Any], told: list[Header]) -> None:
        """Count a read of the API, and add to `told` what its reply says of that. Raises `TooManyReads`.

        A request whose address nobody knows counts as nobody's.
        """
        client = scope.get("client")
        if not self._most or not client or not scope["path"].startswith(API):
            return
        if scope["method"] not in ("GET", "HEAD"):
            return
        bucket = self._bucket(_network(client[0]))
        enough = bucket.left >= 1
        if enough:
            bucket.left -= 1
        full = ceil((self._most - bucket.left) / self._speed)
        told += (self._policy, (b"ratelimit", f'"{self._kind}";r={int(bucket.left)};t={full}'.encode()))
        if not enough:
            raise TooManyReads(max(1, ceil((1 - bucket.left) / self._speed)))

    def _bucket(self, address: str) -> _Bucket:
        """The bucket as it is now. Of too many, the one not used longest is forgotten: it is full again."""
        now = self._clock()
        found = self._buckets.get(address)
        if found is None:
            found = self._buckets[address] = _Bucket(float(self._most), now)
            if len(self._buckets) > _MOST_ADDRESSES:
                self._buckets.popitem(last=False)
            return found
        self._buckets.move_to_end(address)
        found.left = min(float(self._most), found.left + (now - found.at) * self._speed)
        found.at = now
        return found
