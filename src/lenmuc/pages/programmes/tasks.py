"""Tasks: those of my agency or those that wait for a planner, and one with its reports and decisions."""

import datetime as dt
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.target_values import end_of_day
from lenmuc.actions.tasks import DecisionForm, ReportForm, decide, report, the_task
from lenmuc.core.errors import Conflict, Refused
from lenmuc.core.programmes import TASK_STATES, TaskJudged, TaskState
from lenmuc.pages.programmes.forms import Errors, said, to
from lenmuc.pages.programmes.shown import TaskRow, in_order
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import tasks as tasks_store
from lenmuc.store.database import Database
from lenmuc.store.tasks import Report, Task
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

workers = needs("staff", "planner")
DONE = ("reported", "accepted", "returned", "task")


class TaskSent(msgspec.Struct, frozen=True):
    """What the forms of a task send: `kind` is reported, accepted or returned."""

    kind: str = ""
    text: str = ""
    link: str = ""
    last: int = 0


class TasksPage(msgspec.Struct, frozen=True):
    """What `templates/programmes/tasks.html` shows; `own`: those of the reader's agency alone."""

    rows: tuple[TaskRow, ...]
    counts: tuple[tuple[TaskState, int], ...]
    own: bool
    today: dt.date


class TaskPage(msgspec.Struct, frozen=True):
    """What `templates/programmes/task.html` shows; `form` is what was typed and not taken."""

    task: Task
    judged: TaskJudged
    reports: tuple[Report, ...]
    form: TaskSent
    may_report: bool
    may_decide: bool
    may_change: bool
    done: str
    errors: Errors = ()


@get("/{lang:str}/tasks", guards=[workers])
async def list_tasks(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[str]:
    """The tasks of my agency; for planners those of all agencies."""
    now = today()
    async with db.transaction(visit.who, read_only=True) as conn:
        rows = in_order(await tasks_store.list_tasks(conn, end_of_day(now), agency=visit.who.agency), now)
    if not visit.who.of_agency:  # what waits for the planner stands above
        rows.sort(key=lambda row: row.judged.state != "reported")
    states = [row.judged.state for row in rows]
    counts = tuple((state, states.count(state)) for state in TASK_STATES if state in states)
    page = TasksPage(tuple(rows), counts, visit.who.of_agency, now)
    return render(request, "programmes/tasks.html", page)


async def _page(
    db: Database, visit: Visit, id: int, done: str = "", form: TaskSent | None = None, errors: Errors = ()
) -> TaskPage:
    who = visit.who
    async with db.transaction(who, read_only=True) as conn:
        task = await the_task(conn, id)
        reports = await tasks_store.reports(conn, id)
    return TaskPage(
        task=task,
        judged=task.judged(today()),
        reports=tuple(reports),
        form=form or TaskSent(),
        may_report=who.of_agency and task.step != "accepted",
        may_decide=who.role == "planner" and task.step in ("reported", "accepted"),
        may_change=who.role == "planner",
        done=done if done in DONE else "",
        errors=errors,
    )


@get("/{lang:str}/tasks/{id:int}", guards=[workers])
async def show_task(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    id: FromPath[int],
    done: FromQuery[str] = "",
) -> Response[str]:
    """One task: what is asked, what proves it, and what became of it."""
    return render(request, "programmes/task.html", await _page(db, visit, id, done))


@post(
    "/{lang:str}/tasks/{id:int}",
    guards=[workers],
    status_code=303,
    opt=does("task reported", "task accepted", "task returned"),
)
async def send_task(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database], id: FromPath[int]
) -> Response[Any]:
    """The agency reports; a planner accepts the report, or returns it."""
    form = await read_form(request, TaskSent)
    who, person = visit.who, session_of(visit).person
    async with db.transaction(who, read_only=True) as conn:
        await the_task(conn, id)  # a task of others is none, whatever is sent for it
    try:
        if form.kind == "reported":
            await report(db, who, person, id, ReportForm(form.text, form.link, form.last))
        else:
            await decide(db, who, person, id, DecisionForm(form.kind, form.text, form.last))
    except (Refused, Conflict) as error:
        page = await _page(db, visit, id, "", form, said(visit, error))
        return render(request, "programmes/task.html", page, status_of(error))
    return to(visit, f"tasks/{id}?done={form.kind}")


handlers = [list_tasks, show_task, send_task]
