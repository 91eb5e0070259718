"""How targets stand on a day: their values, what the approved roadmap foresees, and their state."""

import datetime as dt
from collections import OrderedDict

import msgspec

from lenmuc.actions.figures import figure_today, kept_as
from lenmuc.content.everything import Content
from lenmuc.core.figures import Figure, Moment, Ratio, Value, history, on_day, value
from lenmuc.core.programmes import Judged, Rise, foreseen, judge
from lenmuc.core.reviews import ReviewRules
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import programmes as programmes_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store import tallies as tallies_store
from lenmuc.store.programmes import Programme, Reached, Target
from lenmuc.store.queries import Connection
from lenmuc.store.roadmaps import Rises, Roadmap

_KEPT = 8  # plans
_HANOI = dt.timezone(dt.timedelta(hours=7))


class Forecast(msgspec.Struct, frozen=True):
    """What the approved roadmap of a scope foresees at the end of a target's last day, in its unit."""

    roadmap: int
    name: str
    amount: float


class TargetStand(msgspec.Struct, frozen=True):
    """A target at the end of a day. `amount`, `start` (of the programme's first day) and `points` are in its
    unit; `None` and empty where they are not known. `ratio` is what was counted.
    """

    target: Target
    figure: Figure | None
    judged: Judged
    amount: float | None = None
    ratio: Ratio | None = None
    start: float | None = None
    forecast: Forecast | None = None
    points: tuple[tuple[dt.date, float], ...] = ()


def end_of_day(day: dt.date) -> dt.datetime:
    """The moment at which a day in Viet Nam ends."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), _HANOI)


class Forecasts:
    """What approved plans bring, by level, agency and quarter. A plan never changes, so the last are kept."""

    def __init__(self) -> None:
        self._rises: OrderedDict[int, Rises] = OrderedDict()
        self._before: dict[tuple[int, int, str, str], Reached] = {}

    async def rises(self, conn: Connection, roadmap: Roadmap) -> Rises:
        """What a plan brings; nothing when it cannot be read."""
        if roadmap.id not in self._rises:
            self._rises[roadmap.id] = await roadmaps_store.read_planned_rises(conn, roadmap.id) or {}
            while len(self._rises) > _KEPT:
                gone, _ = self._rises.popitem(last=False)
                self._before = {key: had for key, had in self._before.items() if key[0] != gone}
        self._rises.move_to_end(roadmap.id)
        return self._rises[roadmap.id]

    async def before(self, conn: Connection, roadmap: Roadmap, level: int, agency: str, tier: str) -> Reached:
        """What a scope had at a level or above when the plan was made."""
        key = (roadmap.id, level, agency, tier)
        if key not in self._before:
            self._before[key] = await programmes_store.reached_at(
                conn, level, roadmap.scheme, roadmap.created, agency, tier
            )
        return self._before[key]


class Day:
    """One look at targets on one day: what several of them need is read once.

    The transaction must act for the program: what is counted is public, the answers behind it are not.
    """

    def __init__(
        self,
        conn: Connection,
        content: Content,
        forecasts: Forecasts,
        rules: ReviewRules,
        today: dt.date,
        day: dt.date | None = None,
    ) -> None:
        self._conn, self._content, self._forecasts, self._rules = conn, content, forecasts, rules
        self.today, self.day = today, day or today
        self._moments: dict[tuple[str, str, str], list[Moment]] = {}
        self._today: dict[tuple[str, str], Value] = {}
        self._baselines: dict[str, Roadmap] | None = None
        self._tiers: dict[str, str] | None = None

    async def stands(self, programme: Programme) -> list[TargetStand]:
        """The targets of a programme that stood on the day, the first due first."""
        targets = await programmes_store.list_targets(self._conn, end_of_day(self.day), programme.id)
        return [await self.stand(programme, target) for target in targets]

    async def stand(self, programme: Programme, target: Target) -> TargetStand:
        """How one target stands."""
        figure = self._content.figures.get(target.figure)
        if figure is None:
            return TargetStand(target, None, Judged("unknown"))
        goal = target.goal
        moments = await self._history(figure, target) if figure.remembers else []
        shown = await self._value(figure, target, moments)
        amount = goal.of(shown)
        points = []
        for moment in moments:
            if moment.day <= self.day and (here := goal.of(value(figure, moment.tally))) is not None:
                points.append((moment.day, here))
        start = None
        first = on_day(moments, programme.first_day)
        if first is not None and programme.first_day <= self.day:
            start = goal.of(value(figure, first))
        elif points:  # the history begins later: the line begins with it
            start = points[0][1]
        ratio = shown.offerings if goal.counted == "services" else shown.filings
        forecast = await self._forecast(figure, target, ratio) if ratio and amount is not None else None
        judged = judge(
            goal, self.begin(programme, points), target.due, self.day, amount,
            start=start, forecast=forecast.amount if forecast else None,
        )  # fmt: skip
        return TargetStand(target, figure, judged, amount, ratio, start, forecast, tuple(points))

    def begin(self, programme: Programme, points: list[tuple[dt.date, float]]) -> dt.date:
        """The day from which the pace of a target is counted: the programme's first, or the first known."""
        return max(programme.first_day, points[0][0]) if points else programme.first_day

    async def _history(self, figure: Figure, target: Target) -> list[Moment]:
        scheme = kept_as(self._content, figure.scheme)
        key = (scheme, target.agency, target.tier)
        if key not in self._moments:
            if target.tier:
                changes = await tallies_store.tally_changes_of_tier(self._conn, scheme, target.tier)
            else:
                changes = await tallies_store.tally_changes(self._conn, scheme, target.agency)
            self._moments[key] = history((each.day, each.level, each) for each in changes)
        return self._moments[key]

    async def _value(self, figure: Figure, target: Target, moments: list[Moment]) -> Value:
        if figure.remembers:
            return value(figure, on_day(moments, self.day) or {})
        if self.day != self.today or target.tier:
            return Value()
        key = (figure.id, target.agency)
        if key not in self._today:
            self._today[key] = await figure_today(
                self._conn, self._content, figure, self.today, self._rules, target.agency
            )
        return self._today[key]

    async def _baseline(self, agency: str) -> Roadmap | None:
        """The approved roadmap of the agency, else of the whole city, if it was approved by the day."""
        if self._baselines is None:
            every = await roadmaps_store.list_roadmaps(self._conn)
            self._baselines = {each.agency: each for each in every if each.baseline}
        found = [self._baselines[scope] for scope in (agency, "") if scope in self._baselines]
        end = end_of_day(self.day)
        return next((each for each in found if each.approved is not None and each.approved < end), None)

    async def _forecast(self, figure: Figure, target: Target, ratio: Ratio) -> Forecast | None:
        if figure.measure != "reached" or figure.scheme != self._content.scheme.id or self.day > target.due:
            return None
        roadmap = await self._baseline(target.agency)
        if roadmap is None or roadmap.scheme != figure.scheme:
            return None
        lifts = await self._forecasts.rises(self._conn, roadmap)
        if target.tier and self._tiers is None:
            every = await catalogue_store.agency_names(self._conn)
            self._tiers = {each.code: each.tier for each in every}
        rises: list[Rise] = []
        for (level, agency), some in lifts.items():
            if level != figure.level or (target.agency and agency != target.agency):
                continue
            if not target.tier or (self._tiers or {}).get(agency) == target.tier:
                rises += some
        had = await self._forecasts.before(self._conn, roadmap, figure.level, target.agency, target.tier)
        before = had.services if target.counted == "services" else had.filings
        count = foreseen(rises, target.counted, before, ratio.part, self.day, target.due)
        amount = 100 * min(count, ratio.whole) / ratio.whole if target.unit == "percent" else float(count)
        return Forecast(roadmap.id, roadmap.name, amount)
