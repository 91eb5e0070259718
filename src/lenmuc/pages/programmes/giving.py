"""A task is given to an agency, worded anew and withdrawn."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions import programmes as doing
from lenmuc.actions import tasks as doing_tasks
from lenmuc.core.errors import Conflict, NotFound, Refused
from lenmuc.core.programme_forms import TaskForm
from lenmuc.pages.programmes.forms import (
    ConfirmPage,
    Errors,
    Options,
    VersionForm,
    again,
    planners,
    said,
    to,
    written,
)
from lenmuc.pages.public.lists import name_of
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store.database import Database
from lenmuc.store.programmes import Programme
from lenmuc.store.tasks import Task
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class TaskEdit(msgspec.Struct, frozen=True):
    """What `templates/programmes/task-edit.html` shows; `task` is `None` for a new one."""

    programme: Programme
    task: Task | None
    form: TaskForm
    agencies: Options
    errors: Errors = ()


async def _task_page(
    db: Database,
    visit: Visit,
    id: int,
    task: int | None,
    form: TaskForm | None = None,
    errors: Errors = (),
) -> TaskEdit:
    async with db.transaction(visit.who, read_only=True) as conn:
        programme = await doing.the_programme(conn, id)
        there = await doing_tasks.the_task(conn, task) if task is not None else None
        agencies = await catalogue_store.agency_names(conn)
    if there is not None and there.programme != id:
        raise NotFound(doing_tasks.NO_TASK)
    if form is None and there is not None:
        form = TaskForm(there.name, there.agency, written(there.due), there.proof, there.version)
    options = tuple(
        (each.code, name_of(each, visit.language))
        for each in agencies
        if there is None or each.code == there.agency
    )
    return TaskEdit(programme, there, form or TaskForm(), options, errors)


@get("/{lang:str}/programmes/{id:int}/tasks/new", guards=[planners])
async def new_task(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database], id: FromPath[int]
) -> Response[str]:
    """The form of a new task."""
    return render(request, "programmes/task-edit.html", await _task_page(db, visit, id, None))


@post("/{lang:str}/programmes/{id:int}/tasks/new", guards=[planners], status_code=303, opt=does("task"))
async def add_task(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database], id: FromPath[int]
) -> Response[Any]:
    """Give a task to an agency."""
    form = await read_form(request, TaskForm)
    try:
        await doing_tasks.save_task(db, visit.who, session_of(visit).person, id, form)
    except Refused as error:
        page = await _task_page(db, visit, id, None, form, said(visit, error))
        return render(request, "programmes/task-edit.html", page, status_of(error))
    return to(visit, f"programmes/{id}?done=task#tasks")


@get("/{lang:str}/programmes/{id:int}/tasks/{task:int}", guards=[planners])
async def change_task_form(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    id: FromPath[int],
    task: FromPath[int],
) -> Response[str]:
    """The form of a task that is there."""
    return render(request, "programmes/task-edit.html", await _task_page(db, visit, id, task))


@post(
    "/{lang:str}/programmes/{id:int}/tasks/{task:int}", guards=[planners], status_code=303, opt=does("task")
)
async def change_task(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    id: FromPath[int],
    task: FromPath[int],
) -> Response[Any]:
    """Word a task anew."""
    form = await read_form(request, TaskForm)
    try:
        await doing_tasks.save_task(db, visit.who, session_of(visit).person, id, form, task)
    except (Refused, Conflict) as error:
        wrong = said(visit, error)
        page = await _task_page(db, visit, id, task, form, wrong)
        if page.task is not None:
            page = msgspec.structs.replace(page, form=again(form, page.task.version, error))
        return render(request, "programmes/task-edit.html", page, status_of(error))
    return to(visit, f"tasks/{task}?done=task")


@get("/{lang:str}/programmes/{id:int}/tasks/{task:int}/withdraw", guards=[planners])
async def ask_task(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    id: FromPath[int],
    task: FromPath[int],
) -> Response[str]:
    """What withdrawing a task means, before it is done."""
    found = await _task_page(db, visit, id, task)
    there = found.task
    if there is None:
        raise NotFound(doing_tasks.NO_TASK)
    here = f"/{visit.language.code}/programmes/{id}/tasks/{task}/withdraw"
    back = f"/{visit.language.code}/tasks/{task}"
    page = ConfirmPage(found.programme, "task", there.name, there.version, here, back)
    return render(request, "programmes/confirm.html", page)


@post(
    "/{lang:str}/programmes/{id:int}/tasks/{task:int}/withdraw",
    guards=[planners],
    status_code=303,
    opt=does("task withdrawn"),
)
async def withdraw_task(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    id: FromPath[int],
    task: FromPath[int],
) -> Response[Any]:
    """End a task."""
    form = await read_form(request, VersionForm)
    await doing_tasks.withdraw_task(db, visit.who, session_of(visit).person, task, form.version)
    return to(visit, f"programmes/{id}?done=ended#tasks")


handlers = [
    new_task,
    add_task,
    change_task_form,
    change_task,
    ask_task,
    withdraw_task,
]
