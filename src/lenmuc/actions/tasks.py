"""Tasks are given by planners, reported with evidence by the agency, and accepted or returned."""

import msgspec

from lenmuc.actions.mail import tell_task
from lenmuc.actions.programmes import CHANGED_MEANWHILE, must_plan, the_programme
from lenmuc.core.answers import LINK_LIMIT, Identity, is_link
from lenmuc.core.deeds import Action
from lenmuc.core.errors import N_, Conflict, Fault, Message, NotAllowed, NotFound, Refused, fault
from lenmuc.core.programme_forms import TEXT_LIMIT, TaskForm, read_task, text_faults
from lenmuc.core.programmes import Step
from lenmuc.core.text import clean_line, clean_text
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import tasks as tasks_store
from lenmuc.store.database import Database
from lenmuc.store.queries import Connection
from lenmuc.store.tasks import Task

NO_TASK = N_("There is no such task.")


class ReportForm(msgspec.Struct, frozen=True):
    """What the agency reports: what was done, and where that can be seen. `last` is the number of the step
    that was on the page, 0 for none.
    """

    text: str = ""
    link: str = ""
    last: int = 0


class DecisionForm(msgspec.Struct, frozen=True):
    """What a planner decides on a report: `kind` is accepted or returned."""

    kind: str = ""
    text: str = ""
    last: int = 0


async def the_task(conn: Connection, id: int) -> Task:
    """One task that the one who asks may see and that was not withdrawn. Raises `NotFound`."""
    found = await tasks_store.find_task(conn, id) if 0 < id < 2**63 else None
    if found is None or found.withdrawn is not None:
        raise NotFound(NO_TASK)
    return found


async def save_task(
    db: Database, who: Identity, person: int, programme: int, form: TaskForm, id: int | None = None
) -> int:
    """Give a task, or word it anew; its number. It stays with its agency.

    Raises `NotAllowed`, `Refused`, `NotFound`, or `Conflict` when somebody was faster.
    """
    must_plan(who)
    form = msgspec.structs.replace(form, name=clean_line(form.name), proof=clean_text(form.proof))
    async with db.transaction(who) as conn:
        await the_programme(conn, programme)
        before = None if id is None else await the_task(conn, id)
        if before is not None and before.programme != programme:
            raise NotFound(NO_TASK)
        open_ = {each.code for each in await catalogue_store.agency_names(conn)}
        said, faults = read_task(form, {before.agency} if before else open_)
        if faults:
            raise Refused(faults)
        if before is None:
            number = await tasks_store.add_task(conn, programme, said, person)
            await tell_task(conn, await the_task(conn, number), "given")
        else:
            number = before.id
            if not await tasks_store.change_task(conn, number, said, person, form.version):
                raise Conflict(CHANGED_MEANWHILE)
        await audit_store.record(
            conn, person=person, agency=said.agency, action="task", target=f"task {number}",
            before=_worded(before), after=said,
        )  # fmt: skip
    return number


def _worded(task: Task | None) -> dict[str, object] | None:
    return {"name": task.name, "due": task.due, "proof": task.proof} if task else None


async def withdraw_task(db: Database, who: Identity, person: int, id: int, version: int) -> None:
    """End a task: nobody has to do it any more. Raises as `save_task` does."""
    must_plan(who)
    async with db.transaction(who) as conn:
        task = await the_task(conn, id)
        if not await tasks_store.withdraw_task(conn, id, person, version):
            raise Conflict(CHANGED_MEANWHILE)
        await audit_store.record(
            conn, person=person, agency=task.agency, action="task withdrawn", target=f"task {id}",
            before=_worded(task),
        )  # fmt: skip


async def _step(
    db: Database,
    who: Identity,
    person: int,
    id: int,
    last: int,
    kind: Step,
    action: Action,
    text: str,
    link: str = "",
) -> Task:
    async with db.transaction(who) as conn:
        await tasks_store.lock_task(conn, id)
        task = await the_task(conn, id)
        if (task.last or 0) != last:
            raise Conflict(CHANGED_MEANWHILE)
        wrong = _out_of_turn(task, kind)
        if wrong is not None:
            raise Refused([Fault("", wrong)])
        await tasks_store.add_report(conn, task, kind, text, link, person)
        await tell_task(conn, task, kind)
        await audit_store.record(
            conn, person=person, agency=task.agency, action=action, target=f"task {id}",
            after={"text": text, "link": link},
        )  # fmt: skip
    return task


def _out_of_turn(task: Task, kind: Step) -> Message | None:
    if kind == "reported" and task.step == "accepted":
        return Message(N_("This task was accepted already, so there is nothing to report."))
    if kind == "accepted" and task.step != "reported":
        return Message(N_("There is no report that waits to be accepted."))
    if kind == "returned" and task.step not in ("reported", "accepted"):
        return Message(N_("There is no report that could be returned."))
    return None


async def report(db: Database, who: Identity, person: int, id: int, form: ReportForm) -> Task:
    """The agency reports a task. Raises `NotAllowed`, `Refused`, `NotFound`, or `Conflict`."""
    if not who.of_agency:
        raise NotAllowed(N_("The agency that does the task reports it."))
    text, link = clean_text(form.text), clean_line(form.link)
    faults = text_faults("text", text, TEXT_LIMIT) + text_faults("link", link, LINK_LIMIT, wanted=False)
    if link and not is_link(link) and not faults:
        faults.append(fault("link", N_("The link must be a full address beginning with https://.")))
    if faults:
        raise Refused(faults)
    return await _step(db, who, person, id, form.last, "reported", "task reported", text, link)


async def decide(db: Database, who: Identity, person: int, id: int, form: DecisionForm) -> Task:
    """A planner accepts a report, or returns it with the reason. Raises as `report` does."""
    must_plan(who)
    text = clean_text(form.text)
    if form.kind not in ("accepted", "returned"):
        raise Refused([fault("kind", N_("Choose one of the list."))])
    faults = text_faults("text", text, TEXT_LIMIT, wanted=form.kind == "returned")
    if faults:
        raise Refused(faults)
    if form.kind == "accepted":
        return await _step(db, who, person, id, form.last, "accepted", "task accepted", text)
    return await _step(db, who, person, id, form.last, "returned", "task returned", text)
