"""The list of programmes, and one of them: its targets with their progress, its tasks for those inside."""

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.programmes import the_programme
from lenmuc.actions.target_values import Day, Forecasts, TargetStand, end_of_day
from lenmuc.content.everything import Content
from lenmuc.core.charts import Course, course
from lenmuc.core.checklists import Words
from lenmuc.core.programmes import TARGET_STATES, TASK_STATES, TargetState, TaskJudged, TaskState
from lenmuc.pages.visitors import AnyRequest
from lenmuc.settings import Settings
from lenmuc.store import programmes as programmes_store
from lenmuc.store import tasks as tasks_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.programmes import Programme
from lenmuc.store.tasks import Task
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.reviews import rules_of, today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_ROWS = 12  # days of a history that the table under a chart shows, the latest
_FIRST = ("late", "at_risk", "unknown", "on_course", "reached")  # what needs somebody stands above
DONE = ("saved", "target", "withdrawn", "published", "hidden", "task", "ended")


class Listed(msgspec.Struct, frozen=True):
    """A programme in the list with how many of its targets are in each state."""

    programme: Programme
    counts: tuple[tuple[TargetState, int], ...]
    total: int


class ProgrammesPage(msgspec.Struct, frozen=True):
    """What `templates/programmes/list.html` shows."""

    rows: tuple[Listed, ...]
    may_change: bool


class Shown(msgspec.Struct, frozen=True):
    """A target with its drawing and the table beside it; `missing` is what nobody has given us."""

    stand: TargetStand
    chart: Course | None
    days: tuple[tuple[dt.date, float], ...]
    missing: Words | None


class TaskRow(msgspec.Struct, frozen=True):
    """A task with how it stands today."""

    task: Task
    judged: TaskJudged


class OfAgency(msgspec.Struct, frozen=True):
    """The tasks of one agency, late ones first."""

    code: str
    name: str
    name_en: str
    late: int
    rows: tuple[TaskRow, ...]


class ProgrammePage(msgspec.Struct, frozen=True):
    """What `templates/programmes/programme.html` shows. `inside`: who looks may see tasks at all; `filings`:
    a target counts made-up filings; `done` is what was done a moment ago.
    """

    programme: Programme
    today: dt.date
    targets: tuple[Shown, ...]
    counts: tuple[tuple[TargetState, int], ...]
    agencies: tuple[OfAgency, ...]
    task_counts: tuple[tuple[TaskState, int], ...]
    inside: bool
    may_change: bool
    filings: bool
    done: str


def counted(stands: Iterable[TargetStand]) -> tuple[tuple[TargetState, int], ...]:
    """How many targets are in each state, states without any left out."""
    states = [each.judged.state for each in stands]
    return tuple((state, states.count(state)) for state in TARGET_STATES if state in states)


def in_order(tasks: Iterable[Task], now: dt.date) -> list[TaskRow]:
    """Late ones first, the latest of them at the top; then what waits, is open, is done, by the day."""
    rows = [TaskRow(task, task.judged(now)) for task in tasks]
    place = {state: at for at, state in enumerate(("late", "returned", "reported", "open", "done"))}
    return sorted(rows, key=lambda row: (place[row.judged.state], row.task.due, row.task.id))


def by_agency(rows: Sequence[TaskRow]) -> tuple[OfAgency, ...]:
    """One group an agency: those with the most late tasks first, then by name."""
    found: dict[str, list[TaskRow]] = {}
    for row in rows:
        found.setdefault(row.task.agency, []).append(row)
    groups = [
        OfAgency(
            code,
            mine[0].task.agency_name,
            mine[0].task.agency_name_en,
            sum(row.judged.state == "late" for row in mine),
            tuple(mine),
        )
        for code, mine in found.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.late, group.name)))


def _shown(content: Content, programme: Programme, stand: TargetStand, now: dt.date) -> Shown:
    target = stand.target
    chart = course(
        stand.points if stand.amount is not None else (),
        programme.first_day,
        target.due,
        now,
        target.amount,
        stand.forecast.amount if stand.forecast else None,
        100.0 if target.unit == "percent" else None,
    )
    changed: list[tuple[dt.date, float]] = []
    for day, amount in stand.points:
        if not changed or changed[-1][1] != amount:
            changed.append((day, amount))
    known = content.targets.get(target.library)
    return Shown(stand, chart, tuple(reversed(changed[-_ROWS:])), known.missing if known else None)


@get("/{lang:str}/programmes", guards=[anyone], opt=PUBLIC)
async def list_programmes(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    forecasts: NamedDependency[Forecasts],
) -> Response[str]:
    """The programmes with the state of their targets."""
    async with db.transaction(visit.who, read_only=True) as conn:
        programmes = await programmes_store.list_programmes(conn)
    rows = []
    async with db.transaction(PROGRAM, read_only=True) as conn:
        look = Day(conn, content, forecasts, rules_of(settings), today())
        for programme in programmes:
            stands = await look.stands(programme)
            rows.append(Listed(programme, counted(stands), len(stands)))
    page = ProgrammesPage(tuple(rows), visit.who.role == "planner")
    return render(request, "programmes/list.html", page)


@get("/{lang:str}/programmes/{id:int}", guards=[anyone], opt=PUBLIC)
async def show_programme(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    forecasts: NamedDependency[Forecasts],
    id: FromPath[int],
    done: FromQuery[str] = "",
) -> Response[str]:
    """One programme: where each target stands, what is foreseen, and who has to do what."""
    now, who = today(), visit.who
    async with db.transaction(who, read_only=True) as conn:
        programme = await the_programme(conn, id)
        tasks = await tasks_store.list_tasks(conn, end_of_day(now), id)
    async with db.transaction(PROGRAM, read_only=True) as conn:
        look = Day(conn, content, forecasts, rules_of(settings), now)
        stands = await look.stands(programme)
    stands.sort(key=lambda each: (_FIRST.index(each.judged.state), each.target.due, each.target.id))
    rows = in_order(tasks, now)
    states = [row.judged.state for row in rows]
    page = ProgrammePage(
        programme=programme,
        today=now,
        targets=tuple(_shown(content, programme, stand, now) for stand in stands),
        counts=counted(stands),
        agencies=by_agency(rows),
        task_counts=tuple((state, states.count(state)) for state in TASK_STATES if state in states),
        inside=who.role in ("planner", "auditor") or who.of_agency,
        may_change=who.role == "planner",
        filings=any("filings" in stand.figure.inputs for stand in stands if stand.figure),
        done=done if done in DONE else "",
    )
    return render(request, "programmes/programme.html", page)


handlers = [list_programmes, show_programme]
