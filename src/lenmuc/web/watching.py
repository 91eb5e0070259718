"""What the program sees of itself: requests counted and timed, how many at once, how much disk is left."""

import asyncio
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
from lenmuc.web.requests import BOUNDS, Board, Figures, written
from lenmuc.web.visits import Visit

log = logging.getLogger("lenmuc.requests")

MOST_AT_ONCE = 200
DISK_FULL = N_("The disk is nearly full, so nothing can be saved at the moment. Reading goes on.")
_LOOK_EVERY = 5.0  # seconds
_TELL_EVERY = 1.0  # seconds


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
    """Figures since the start. `floor` is in bytes; 0 where the data are on another machine.

    `board` is where several processes of one site find each other's figures.
    """

    def __init__(
        self,
        data: Path,
        floor: int,
        *,
        most: int = MOST_AT_ONCE,
        free: Callable[[Path], int] = free_bytes,
        board: Board | None = None,
    ) -> None:
        self._data = data
        self._floor = floor
        self._most = most
        self._free = free
        self._looked = float("-inf")
        self._left = 0
        self._figures = Figures(time.time())
        self._board = board
        self._telling = False

    def enter(self) -> None:
        """A request comes in."""
        self._figures.at_once += 1

    def must_have_room(self, visit: Visit) -> None:
        """Raises `Busy` (503, with the time to come back) rather than let everybody wait behind too many."""
        if self._figures.at_once > self._most and kind_of(visit.path) in ("page", "api"):
            raise Busy(N_("Many people are here at the moment. Try again in a minute."))

    def must_have_disk(self) -> None:
        """Raises `Busy` for a change while the disk is nearly full: PostgreSQL stops when it is full."""
        if self.read_only:
            raise Busy(DISK_FULL)

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
        self._figures.at_once -= 1
        method = visit.method if visit.method.isalpha() and len(visit.method) < 8 else "?"
        self._figures.add(kind_of(visit.path), method, status, seconds)
        if self._board is not None and not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_later(_TELL_EVERY, self._tell, self._board)
        log.info(
            "%s %s %s %d %.0f ms", visit.request_id, visit.method, ascii(visit.path), status, seconds * 1000,
            extra={"request": {
                "request_id": visit.request_id, "method": visit.method, "path": visit.path, "status": status,
                "ms": round(seconds * 1000, 1), "person": visit.session.person if visit.session else None,
            }},
        )  # fmt: skip

    def _tell(self, board: Board) -> None:
        self._telling = False
        board.leave(self._figures)

    def _together(self) -> Figures:
        if self._board is None:
            return self._figures
        self._board.leave(self._figures)
        return self._board.together()

    def seen(self) -> Seen:
        """All of it for a page; of all processes together where there are several."""
        figures = self._together()
        kinds = []
        for kind, times in sorted(figures.times.items()):
            statuses: Counter[int] = Counter()
            for key, count in figures.count.items():
                of, _, status = key.split(" ")
                statuses[int(status) // 100] += count if of == kind else 0
            half, most = (_within(times, part) for part in (0.5, 0.95))
            kinds.append(SeenKind(kind, sum(times), statuses[4], statuses[5], half, most))
        since = dt.datetime.fromtimestamp(figures.began, dt.UTC)
        return Seen(since, tuple(kinds), figures.at_once, self._free(self._data), self.read_only)

    def figures(self) -> str:
        """The same in the text form of Prometheus."""
        gauges = {"read_only": int(self.read_only), "disk_free_bytes": self._free(self._data)}
        return written(self._together(), gauges)


def _within(times: list[int], part: float) -> float:
    """The upper end of the class of times in which this part of all is reached."""
    wanted, reached = part * sum(times), 0
    for bound, count in zip((*BOUNDS, float("inf")), times, strict=True):
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
