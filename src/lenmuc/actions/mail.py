"""What is told by mail, queued in the transaction of the deed, and how the queue is emptied."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from lenmuc.core.answers import Answer
from lenmuc.store import mail as mail_store
from lenmuc.store import tasks as tasks_store
from lenmuc.store.corrections import Correction
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.mail import Addressee, Event
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Review
from lenmuc.store.tasks import Task

DAYS_BEFORE = 30  # a verified level that comes to its end is told so early
_LONGEST_WAIT = 6 * 3600  # seconds between two attempts
_WORDS = 300  # characters of what a mail server says

# Gives what waits for somebody to the mail server. Raises `NotTaken`.
Hand = Callable[[Addressee, Sequence[Event]], Awaitable[None]]


class NotTaken(Exception):
    """The mail server did not take a mail. `for_good`: it will not take it later either."""

    def __init__(self, said: str, *, for_good: bool = False) -> None:
        super().__init__(said)
        self.for_good = for_good


async def _called(conn: Connection, service: str, agency: str) -> dict[str, Any]:
    names = await mail_store.names_of(conn, service, agency)
    called = {name: getattr(names, name) for name in names.__struct_fields__} if names else {}
    return {"service": service, **called}


async def _about(conn: Connection, review: Review) -> dict[str, Any]:
    return {"review": review.id, **await _called(conn, review.service, review.agency)}


async def tell_submitted(conn: Connection, review: Review, verifier: str) -> None:
    """Those who may verify it hear that a checklist was submitted."""
    people = await mail_store.reviewers_of(conn, verifier, review.agency, review.submitted_by)
    await mail_store.add(conn, people, "submitted", await _about(conn, review))


async def tell_decided(conn: Connection, review: Review, kind: str, by: int) -> None:
    """Whoever submitted it hears that it was `returned` or `verified`."""
    people = [review.submitted_by] if review.submitted_by != by else []
    await mail_store.add(conn, people, kind, await _about(conn, review))


async def tell_answered(conn: Connection, answer: Answer, decision: str) -> None:
    """Whoever said that a service does not need a criterion hears what became of it."""
    if not (answer.service and answer.agency):
        return
    about = {**await _called(conn, answer.service, answer.agency), "criterion": answer.criterion}
    writer = await mail_store.writer_of(conn, answer.criterion, answer.agency, answer.service)
    await mail_store.add(conn, writer, decision, about)


async def tell_accepted(conn: Connection, correction: Correction) -> None:
    """The leads of an agency hear that the public has a question to it."""
    people = await mail_store.leads_of(conn, correction.agency)
    about = await _called(conn, correction.service, correction.agency)
    await mail_store.add(conn, people, "correction", {**about, "correction": correction.id})


async def tell_task(conn: Connection, task: Task, kind: str) -> None:
    """The people of the agency hear of a task `given`, and of a report `returned` or `accepted`; the planner
    who set it hears that it was `reported`.
    """
    if kind == "reported":
        people = await tasks_store.giver_of(conn, task.id)
    else:
        people = await tasks_store.people_of(conn, task.agency)
    about = {
        "task": task.id,
        "name": task.name,
        "until": task.due.isoformat(),
        "agency_name": task.agency_name,
        "agency_name_en": task.agency_name_en,
    }
    await mail_store.add(conn, people, f"task_{kind}", about)


async def tell_ending(db: Database, today: dt.date) -> int:
    """Those who submitted a level that comes to its end hear of it, and the leads of the agency; how many."""
    told = 0
    async with db.transaction(PROGRAM) as conn:
        for one in await mail_store.ending(conn, today + dt.timedelta(days=DAYS_BEFORE)):
            if not await mail_store.note_told(conn, one.id, one.until):
                continue
            people = {one.submitted_by, *await mail_store.leads_of(conn, one.agency)}
            about = {
                "review": one.id,
                "service": one.service,
                "until": one.until.isoformat(),
                "service_name": one.service_name,
                "service_name_en": one.service_name_en,
                "agency_name": one.agency_name,
                "agency_name_en": one.agency_name_en,
            }
            told += await mail_store.add(conn, sorted(people), "due", about)
    return told


def wait_after(tries: int) -> int:
    """Seconds until the next attempt: one minute, then twice as long each time, six hours at most."""
    return int(min(60 * 2 ** min(tries, 20), _LONGEST_WAIT))


async def send_next(db: Database, minutes: int, hand: Hand) -> bool:
    """Send one person what waits; False when nobody waits.

    The person is held while the server is asked. Whoever dies between the server's yes and the end of the
    transaction leaves the queue as it was: the mail is sent once more, under the same Message-ID.
    """
    async with db.transaction(PROGRAM) as conn:
        person = await mail_store.next_person(conn, minutes)
        if person is None:
            return False
        events = await mail_store.events_of(conn, person.id)
        tests = [event for event in events if event.kind == "test"]
        upto = events[-1].id
        if not person.wanted and not tests:
            await mail_store.delete_events(conn, person.id, upto)
            return True
        try:
            await hand(person, events if person.wanted else tests)
        except NotTaken as refused:
            await mail_store.note_failure(conn, person.id, wait_after(person.tries), str(refused)[:_WORDS])
            if refused.for_good:
                await mail_store.delete_events(conn, person.id, upto)
            return True
        await mail_store.delete_events(conn, person.id, upto)
        await mail_store.note_sent(conn, person.id)
        return True
