"""Lines and bands of a chart over time, in hundredths of its width and height. Pure geometry."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

HIGH = 1000  # both sides of the drawing, stretched to the room there is


class Band(msgspec.Struct, frozen=True):
    """One part of a whole over time: its outline, where its name fits at the right end, its last share.

    `middle` is in per cent from the top, `None` where the band is too thin to write in.
    """

    level: int
    outline: str
    middle: float | None
    share: float


class Tick(msgspec.Struct, frozen=True):
    """A day on the lower edge, `x` in per cent from the left; `end`: the text goes to the left of it."""

    x: float
    day: dt.date
    end: bool


class Chart(msgspec.Struct, frozen=True):
    """A chart over the days from the first to the last. A line, or bands that add up to the whole.

    `line` and outlines are paths in a square of `HIGH`; `last_y` is the end of the line in per cent from the
    top. `top` is the share (0 to 1) at the upper edge.
    """

    ticks: tuple[Tick, ...]
    line: str = ""
    last_y: float = 0.0
    bands: tuple[Band, ...] = ()
    top: float = 1.0


def _across(days: Sequence[dt.date], until: dt.date) -> list[int]:
    first, length = days[0], max(1, (until - days[0]).days)
    return [round(HIGH * (day - first).days / length) for day in days]


def _ticks(first: dt.date, until: dt.date) -> tuple[Tick, ...]:
    half = first + (until - first) / 2
    days = [first, half, until] if (until - first).days >= 4 else [first, until]
    return tuple(
        Tick(100 * (day - first).days / max(1, (until - first).days), day, day == until) for day in days
    )


def _stairs(xs: Sequence[int], ys: Sequence[int]) -> str:
    """A value holds until it changes: steps, never a slope between two days that were counted."""
    path = f"M{xs[0]} {ys[0]}"
    for x, y in zip(xs[1:], ys[1:], strict=True):
        path += f"H{x}V{y}"
    return f"{path}H{HIGH}"


def line(points: Sequence[tuple[dt.date, float]], until: dt.date) -> Chart | None:
    """The steps of a share (0 to 1) over time; `None` for fewer than two days, where a table says it all."""
    if not points or points[0][0] >= until:
        return None
    highest = max(share for _, share in points)
    top = next(step for step in (0.05, 0.1, 0.25, 0.5, 1.0) if highest <= step)
    ys = [round(HIGH * (1 - share / top)) for _, share in points]
    xs = _across([day for day, _ in points], until)
    return Chart(_ticks(points[0][0], until), _stairs(xs, ys), ys[-1] * 100 / HIGH, top=top)


def spans(values: Sequence[tuple[dt.date, dt.date, float]]) -> Chart | None:
    """Shares (0 to 1), each from its first day to the day after its last; what lies between two is left open.

    `None` for fewer than two of them, where a table says it all.
    """
    if len(values) < 2:
        return None
    until = values[-1][1]
    top = next(step for step in (0.05, 0.1, 0.25, 0.5, 1.0) if max(share for *_, share in values) <= step)
    xs = _across([first for first, *_ in values], until)
    path, after = "", None
    for x, (first, end, share) in zip(xs, values, strict=True):
        y = round(HIGH * (1 - share / top))
        [_, right] = _across([values[0][0], end], until)
        path += f"{f'V{y}' if after == first else f'M{x} {y}'}H{right}"
        after = end
    last = HIGH * (1 - values[-1][2] / top)
    return Chart(_ticks(values[0][0], until - dt.timedelta(days=1)), path, last * 100 / HIGH, top=top)


def bands(points: Sequence[tuple[dt.date, Sequence[float]]], until: dt.date) -> Chart | None:
    """Shares (0 to 1, together 1) of levels 0, 1, … over time, stacked from below; `None` as for `line`."""
    if not points or points[0][0] >= until:
        return None
    xs = _across([day for day, _ in points], until)
    found: list[Band] = []
    lower = [0.0] * len(points)
    for level in range(len(points[0][1])):
        upper = [below + shares[level] for below, (_, shares) in zip(lower, points, strict=True)]
        tops = [round(HIGH * (1 - at)) for at in upper]
        bottoms = [round(HIGH * (1 - at)) for at in lower]
        back = f"V{bottoms[-1]}"
        for before, x in zip(reversed(bottoms[:-1]), reversed(xs[1:]), strict=True):
            back += f"H{x}V{before}"
        share = points[-1][1][level]
        middle = 100 * (1 - (upper[-1] + lower[-1]) / 2) if share >= 0.1 else None
        if any(shares[level] for _, shares in points):
            found.append(Band(level, f"{_stairs(xs, tops)}{back}H{xs[0]}Z", middle, share))
        lower = upper
    return Chart(_ticks(points[0][0], until), bands=tuple(found))


def curve(values: Sequence[int], whole: int) -> str:
    """How much the first 1, 2, … of `values` (largest first) are of the whole: a rising path."""
    path, running = f"M0 {HIGH}", 0
    for place, each in enumerate(values, start=1):
        running += each
        path += f"L{round(HIGH * place / len(values))} {round(HIGH * (1 - running / whole))}"
    return path


class YearMark(msgspec.Struct, frozen=True):
    """Where one value stands, in per cent from the left and the top."""

    x: float
    y: float


class YearLine(msgspec.Struct, frozen=True):
    """One line over years: a path in a square of `HIGH`, broken where years are missing, and its marks."""

    path: str
    marks: tuple[YearMark, ...]


class YearChart(msgspec.Struct, frozen=True):
    """Lines over years on one scale, which need not begin at 0.

    `years` are (per cent from the left, year), `grid` are (per cent from the top, value).
    """

    lines: tuple[YearLine, ...]
    years: tuple[tuple[float, int], ...]
    grid: tuple[tuple[float, float], ...]


_MOST_YEARS = 10  # written below a chart


def _scale(low: float, high: float) -> list[float]:
    """Round values from at most `low` to at least `high`, three to six of them."""
    reach = (high - low) or abs(high) or 1.0
    power = 10.0 ** (len(str(int(reach))) if reach >= 1 else 0)
    steps = [power * part for part in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)]
    step = next((each for each in steps if reach / each <= 4), power)
    first, last = int(low // step), -int(-high // step)
    return [round(place * step, 6) for place in range(first, max(last, first + 2) + 1)]


def yearly(series: Sequence[Mapping[int, float]]) -> YearChart | None:
    """A line for each of `series` (values by year); `None` where none has two years to draw between."""
    years = sorted({year for one in series for year in one})
    if all(len(one) < 2 for one in series):
        return None
    grid = _scale(
        min(min(one.values()) for one in series if one), max(max(one.values()) for one in series if one)
    )
    first, length = years[0], years[-1] - years[0]

    def mark(year: int, value: float) -> YearMark:
        return YearMark(100 * (year - first) / length, 100 * (grid[-1] - value) / (grid[-1] - grid[0]))

    lines: list[YearLine] = []
    for one in series:
        path, marks = "", []
        for year in sorted(one):
            at = mark(year, one[year])
            path += f"{'L' if year - 1 in one else 'M'}{round(HIGH * at.x / 100)} {round(HIGH * at.y / 100)}"
            marks.append(at)
        lines.append(YearLine(path, tuple(marks)))
    every = -(-(length + 1) // _MOST_YEARS)
    told = [year for year in range(years[-1], first - 1, -1) if (years[-1] - year) % every == 0]
    return YearChart(
        tuple(lines),
        tuple((100 * (year - first) / length, year) for year in reversed(told)),
        tuple((100 * (grid[-1] - value) / (grid[-1] - grid[0]), value) for value in grid),
    )


class Curve(msgspec.Struct, frozen=True):
    """Values and their bounds against shares of something, as paths in a square of `HIGH`.

    `marks` are the points of the values: share, across and down in per cent. `top` is the value at the upper
    edge.
    """

    line: str
    bound: str
    marks: tuple[tuple[float, float, float], ...]
    top: float


def against(points: Sequence[tuple[float, float, float]]) -> Curve:
    """Straight lines through (share, value, bound), shares rising; the first is at the left edge, the last
    at the right. The lower edge is 0.
    """
    top = max((bound for *_, bound in points), default=0.0) or 1.0
    first, last = points[0][0], points[-1][0]
    across = [(share - first) / ((last - first) or 1.0) for share, *_ in points]

    def path(values: Sequence[float]) -> str:
        ys = [1 - each / top for each in values]
        return "M" + "L".join(f"{HIGH * x:.0f} {HIGH * y:.0f}" for x, y in zip(across, ys, strict=True))

    return Curve(
        path([value for _, value, _ in points]),
        path([bound for *_, bound in points]),
        tuple(
            (share, 100 * x, 100 * (1 - value / top))
            for x, (share, value, _) in zip(across, points, strict=True)
        ),
        top,
    )


class Course(msgspec.Struct, frozen=True):
    """The way of a value to its goal: `line` so far, `way` is the even pace from the first day to the goal.

    `top` is what the upper edge stands for, in the unit of the values; `*_y` are in per cent from the top and
    `*_x` from the left, `goal_x` that of its day. `forecast_y` is where a plan ends then, `None` without one.
    """

    ticks: tuple[Tick, ...]
    line: str
    way: str
    top: float
    goal_x: float
    goal_y: float
    now_y: float
    now_x: float
    forecast_y: float | None = None


def course(
    points: Sequence[tuple[dt.date, float]],
    begin: dt.date,
    due: dt.date,
    today: dt.date,
    goal: float,
    forecast: float | None = None,
    whole: float | None = None,
) -> Course | None:
    """A value (its days in order, from 0 up) against its goal; `None` where there is nothing to draw.

    What stood on the first day is the value of the last day before it. `whole`: the most there can be.
    """
    here = [(max(day, begin), value) for day, value in points if day <= today]
    shown = [each for at, each in enumerate(here) if at + 1 == len(here) or here[at + 1][0] > each[0]]
    last = max(due, min(today, due + dt.timedelta(days=366)))
    if not shown or shown[0][0] >= last or due <= begin:
        return None
    highest = max([goal, forecast or 0.0, *(value for _, value in shown)])
    top = _top(highest, whole)
    first = min(begin, shown[0][0])
    length = (last - first).days

    def x(day: dt.date) -> int:
        return round(HIGH * (min(day, last) - first).days / length)

    def y(value: float) -> int:
        return round(HIGH * (1 - value / top))

    path = f"M{x(shown[0][0])} {y(shown[0][1])}"
    for day, value in shown[1:]:
        path += f"H{x(day)}V{y(value)}"
    path += f"H{x(today)}"
    way = f"M{x(shown[0][0])} {y(shown[0][1])}L{x(due)} {y(goal)}"
    ends = [Tick(0.0, first, False), Tick(100.0, last, True)]
    middle = 100 * (today - first).days / length
    if 35 <= middle <= 65:  # the three days stand beside each other on a phone too
        ends.insert(1, Tick(middle, today, False))
    return Course(
        tuple(ends), path, way, top, x(due) * 100 / HIGH, y(goal) * 100 / HIGH, y(shown[-1][1]) * 100 / HIGH,
        x(today) * 100 / HIGH, None if forecast is None else y(forecast) * 100 / HIGH,
    )  # fmt: skip


def _top(highest: float, whole: float | None) -> float:
    """A round number that is not below the highest value, nor above all there can be."""
    step = 1.0
    while step < highest:
        step *= 10
    top = next(part * step for part in (0.1, 0.2, 0.25, 0.5, 1.0) if highest <= part * step)
    return top if whole is None else max(min(top, whole), highest)
