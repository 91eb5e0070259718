"""Tasks of a programme given to agencies, and what became of each, step by step."""

import datetime as dt

import msgspec

from lenmuc.core.programme_forms import TaskSaid
from lenmuc.core.programmes import Step, TaskJudged, judge_task
from lenmuc.store.queries import Connection, queries

Q = queries("tasks")


class Task(msgspec.Struct, frozen=True):
    """A task with its last step at some moment: `moved` is when that was taken and `last` its number, both
    `None` while it is open; `reported` is the day in Viet Nam on which the agency last reported.
    """

    id: int
    programme: int
    programme_name: str
    programme_name_en: str
    agency: str
    agency_name: str
    agency_name_en: str
    name: str
    due: dt.date
    proof: str
    version: int
    created: dt.datetime
    withdrawn: dt.datetime | None
    step: Step
    last: int | None
    moved: dt.datetime | None
    reported: dt.date | None

    def judged(self, today: dt.date) -> TaskJudged:
        """How it stands at the end of a day in Viet Nam."""
        return judge_task(self.step, self.due, self.reported, today)


class Report(msgspec.Struct, frozen=True):
    """One step: `reported` by the agency with its evidence, `returned` or `accepted` by a planner."""

    id: int
    kind: Step
    text: str
    link: str
    by: str
    at: dt.datetime


async def add_task(conn: Connection, programme: int, said: TaskSaid, person: int) -> int:
    """Give a task to an agency; its number."""
    fields = (said.agency, said.name, said.due, said.proof)
    return int(await Q.value(conn, "add_task", programme, *fields, person))


async def change_task(conn: Connection, id: int, said: TaskSaid, person: int, version: int) -> bool:
    """Word it anew, for the same agency; false when it was changed or withdrawn since `version`."""
    return await Q.run(conn, "change_task", id, said.name, said.due, said.proof, person, version) == 1


async def withdraw_task(conn: Connection, id: int, person: int, version: int) -> bool:
    """End it: nobody has to do it any more; false when it was changed since `version`."""
    return await Q.run(conn, "withdraw_task", id, person, version) == 1


async def lock_task(conn: Connection, id: int) -> None:
    """Let nobody else report or decide on it until this transaction ends."""
    await Q.run(conn, "lock_task", id)


async def list_tasks(
    conn: Connection, moment: dt.datetime, programme: int | None = None, agency: str = ""
) -> list[Task]:
    """The tasks that stood at a moment and that the one who asks may see, the first due first."""
    return await Q.all(conn, "list_tasks", Task, moment, programme, agency or None)


async def find_task(conn: Connection, id: int) -> Task | None:
    """The task with this number as it stands, if the one who asks may see it."""
    return await Q.one(conn, "find_task", Task, id)


async def add_report(conn: Connection, task: Task, kind: Step, text: str, link: str, person: int) -> None:
    """Add a step to what became of a task."""
    await Q.run(conn, "add_report", task.id, task.agency, kind, text, link, person)


async def reports(conn: Connection, task: int) -> list[Report]:
    """What became of a task, the last first."""
    return await Q.all(conn, "reports", Report, task)


async def people_of(conn: Connection, agency: str) -> list[int]:
    """Those who may report for an agency."""
    return [row["id"] for row in await Q.rows(conn, "people_of", agency)]


async def giver_of(conn: Connection, task: int) -> list[int]:
    """The planner who last worded a task."""
    return [row["person"] for row in await Q.rows(conn, "giver_of", task)]
