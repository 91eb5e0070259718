"""Figures of requests since the start: counted in one process, told to its siblings, and written as text."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; the upper ends of the classes in which times are counted."""


class Figures(msgspec.Struct):
    """What one process counted: requests by kind, method and status, times by kind, and how many now."""

    began: float
    count: dict[str, int] = {}
    times: dict[str, list[int]] = {}
    seconds: dict[str, float] = {}
    at_once: int = 0

    def add(self, kind: str, method: str, status: int, seconds: float) -> None:
        """One request was answered."""
        key = f"{kind} {method} {status}"
        self.count[key] = self.count.get(key, 0) + 1
        times = self.times.setdefault(kind, [0] * (len(BOUNDS) + 1))
        times[next((n for n, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1
        self.seconds[kind] = self.seconds.get(kind, 0.0) + seconds


class Board:
    """A folder in which the processes of one site leave their figures; those of a dead one still count."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / f"{os.getpid()}.json"

    def leave(self, figures: Figures) -> None:
        """Our figures as they are now."""
        fresh = self._own.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(figures))
        fresh.replace(self._own)

    def together(self) -> Figures:
        """What all of them counted."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            one = msgspec.json.decode(path.read_bytes(), type=Figures)
            if not _alive(int(path.stem)):
                one.at_once = 0
            found.append(one)
        return summed(found)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def summed(some: Iterable[Figures]) -> Figures:
    """The figures of several processes as those of one."""
    total = Figures(float("inf"))
    for one in some:
        total.began = min(total.began, one.began)
        total.at_once += one.at_once
        for key, count in one.count.items():
            total.count[key] = total.count.get(key, 0) + count
        for kind, times in one.times.items():
            before = total.times.get(kind, [0] * len(times))
            total.times[kind] = [mine + theirs for mine, theirs in zip(before, times, strict=True)]
            total.seconds[kind] = total.seconds.get(kind, 0.0) + one.seconds[kind]
    return total


def written(figures: Figures, gauges: dict[str, int]) -> str:
    """All of it in the text form of Prometheus, with what is measured now."""
    lines = ["# TYPE lenmuc_requests_total counter"]
    for key, count in sorted(figures.count.items()):
        kind, method, status = key.split(" ")
        lines.append(f'lenmuc_requests_total{{kind="{kind}",method="{method}",status="{status}"}} {count}')
    lines.append("# TYPE lenmuc_request_seconds histogram")
    for kind, times in sorted(figures.times.items()):
        total = 0
        for bound, count in zip([*map(str, BOUNDS), "+Inf"], times, strict=True):
            total += count
            lines.append(f'lenmuc_request_seconds_bucket{{kind="{kind}",le="{bound}"}} {total}')
        lines.append(f'lenmuc_request_seconds_sum{{kind="{kind}"}} {figures.seconds[kind]:.6f}')
        lines.append(f'lenmuc_request_seconds_count{{kind="{kind}"}} {total}')
    now = {"requests_at_once": figures.at_once, **gauges, "start_time_seconds": f"{figures.began:.0f}"}
    for name, value in now.items():
        lines += [f"# TYPE lenmuc_{name} gauge", f"lenmuc_{name} {value}"]
    return "\n".join([*lines, ""])
