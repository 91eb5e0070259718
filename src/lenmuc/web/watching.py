"""What the program sees of itself: requests counted and timed, how many at once, how much disk is left."""

import datetime as dt
import logging
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
from litestar import Request

from lenmuc.core.errors import N_, Busy
from lenmuc.web.visits import Visit

log = logging.getLogger("lenmuc.requests")

MOST_AT_ONCE = 200
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; the upper ends of the classes in which times are counted."""
_LOOK_EVERY = 5.0  # seconds


_KEY = "lenmuc.watching"


class SeenKind(msgspec.Struct, frozen=True):
    """Requests of one kind since the start. `half` and `most` are seconds within which half and 95 of 100
    were answered; infinite where that is longer than the longest class.
    """

    kind: str
    count: int
    refused: int
    failed: int
    half: float
    most: float


class Seen(msgspec.Struct, frozen=True):
    """What the program has seen of itself since `since`."""

    since: dt.datetime
    kinds: tuple[SeenKind, ...]
    at_once: int
    free: int
    read_only: bool


def kind_of(path: str) -> str:
    """The kind of a page, few enough to be counted apart."""
    for start, kind in (
        ("/static/", "static"),
        ("/api/", "api"),
        ("/healthz", "watch"),
        ("/readyz", "watch"),
    ):
        if path.startswith(start):
            return kind
    return "page"


def free_bytes(folder: Path) -> int:
    """Bytes free for the data, where the folder is or would be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


class Watching:
    """Figures since the start. `floor` is in bytes; 0 where the data are on another machine."""

    def __init__(
        self, data: Path, floor: int, *, most: int = MOST_AT_ONCE, free: Callable[[Path], int] = free_bytes
    ) -> None:
        self._data = data
        self._floor = floor
        self._most = most
        self._free = free
        self._looked = float("-inf")
        self._left = 0
        self._at_once = 0
        self._began = time.time()
        self._count: Counter[tuple[str, str, int]] = Counter()
        self._times: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def enter(self) -> None:
        """A request comes in."""
        self._at_once += 1

    def must_have_room(self, visit: Visit) -> None:
        """Raises `Busy` (503, with the time to come back) rather than let everybody wait behind too many."""
        if self._at_once > self._most and kind_of(visit.path) in ("page", "api"):
            raise Busy(N_("Many people are here at the moment. Try again in a minute."))

    def must_have_disk(self) -> None:
        """Raises `Busy` for a change while the disk is nearly full: PostgreSQL stops when it is full."""
        if self.read_only:
            raise Busy(N_("The disk is nearly full, so nothing can be saved at the moment. Reading goes on."))

    @property
    def read_only(self) -> bool:
        """Is there less room for the data than the floor?"""
        if not self._floor:
            return False
        now = time.monotonic()
        if now - self._looked >= _LOOK_EVERY:
            self._looked, was = now, self._left
            self._left = self._free(self._data)
            if self._left < self._floor and was >= self._floor:
                log.warning("only %d MiB are left for the data: nothing is saved", self._left // 1024**2)
        return self._left < self._floor

    def leave(self, visit: Visit, status: int, seconds: float) -> None:
        """A request has been answered with `status`, 0 if its client went away before."""
        self._at_once -= 1
        kind = kind_of(visit.path)
        self._count[
            kind, visit.method if visit.method.isalpha() and len(visit.method) < 8 else "?", status
        ] += 1
        times = self._times.setdefault(kind, [0] * (len(_BOUNDS) + 1))
        times[next((n for n, bound in enumerate(_BOUNDS) if seconds <= bound), len(_BOUNDS))] += 1
        self._seconds[kind] = self._seconds.get(kind, 0.0) + seconds
        log.info(
            "%s %s %s %d %.0f ms", visit.request_id, visit.method, ascii(visit.path), status, seconds * 1000,
            extra={"request": {
                "request_id": visit.request_id, "method": visit.method, "path": visit.path, "status": status,
                "ms": round(seconds * 1000, 1), "person": visit.session.person if visit.session else None,
            }},
        )  # fmt: skip

    def seen(self) -> Seen:
        """All of it for a page."""
        kinds = []
        for kind, times in sorted(self._times.items()):
            statuses: Counter[int] = Counter()
            for (of, _, status), count in self._count.items():
                statuses[status // 100] += count if of == kind else 0
            half, most = (_within(times, part) for part in (0.5, 0.95))
            kinds.append(SeenKind(kind, sum(times), statuses[4], statuses[5], half, most))
        since = dt.datetime.fromtimestamp(self._began, dt.UTC)
        return Seen(since, tuple(kinds), self._at_once, self._free(self._data), self.read_only)

    def figures(self) -> str:
        """All of it in the text form of Prometheus."""
        lines = [
            "# TYPE lenmuc_requests_total counter",
            *(
                f'lenmuc_requests_total{{kind="{kind}",method="{method}",status="{status}"}} {count}'
                for (kind, method, status), count in sorted(self._count.items())
            ),
            "# TYPE lenmuc_request_seconds histogram",
        ]
        for kind, times in sorted(self._times.items()):
            total = 0
            for bound, count in zip([*map(str, _BOUNDS), "+Inf"], times, strict=True):
                total += count
                lines.append(f'lenmuc_request_seconds_bucket{{kind="{kind}",le="{bound}"}} {total}')
            lines.append(f'lenmuc_request_seconds_sum{{kind="{kind}"}} {self._seconds[kind]:.6f}')
            lines.append(f'lenmuc_request_seconds_count{{kind="{kind}"}} {total}')
        gauges = {
            "requests_at_once": self._at_once,
            "read_only": int(self.read_only),
            "disk_free_bytes": self._free(self._data),
            "start_time_seconds": f"{self._began:.0f}",
        }
        for name, value in gauges.items():
            lines += [f"# TYPE lenmuc_{name} gauge", f"lenmuc_{name} {value}"]
        return "\n".join([*lines, ""])


def _within(times: list[int], part: float) -> float:
    """The upper end of the class of times in which this part of all is reached."""
    wanted, reached = part * sum(times), 0
    for bound, count in zip((*_BOUNDS, float("inf")), times, strict=True):
        reached += count
        if reached >= wanted:
            return bound
    return float("inf")


def put(scope: dict[str, Any], watching: Watching) -> None:
    """Keep it with the request."""
    scope.setdefault("state", {})[_KEY] = watching


def of_request(request: Request[Any, Any, Any]) -> Watching:
    """What watches the program that answers this request."""
    return cast(Watching, cast(dict[str, Any], request.scope)["state"][_KEY])
