"""Machine checks: what is looked at, in which order, what is kept. They never touch an answer or a level."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from lenmuc.actions.background import Background
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.checklists import Criterion, holds
from lenmuc.core.checks import FORM_CRITERIA, Seen, look_at_record, recorded
from lenmuc.core.errors import N_, Busy, Conflict, NotAllowed, NotFound
from lenmuc.core.services import facts
from lenmuc.core.text import clean_line
from lenmuc.outside.fetching import Fetched
from lenmuc.outside.forms import look_at_form
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import findings as findings_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.findings import LinkedAnswer, New

log = logging.getLogger(__name__)
OFF = N_("Automatic checks are turned off here. The operator turns them on with LENMUC_CHECKS=on.")
_OTHER = N_("A check is under way already. Wait until it is done, or stop it.")
MOST_LINKS = 500
_KEEP_EVERY = 2.0  # seconds between two notes of progress


class Opens(Protocol):
    """What opens links: `Fetcher`, or a stand-in."""

    async def fetch(self, url: str, *, body: bool = False) -> Fetched | Seen:
        """See `Fetcher.fetch`."""
        ...


class Wanted(msgspec.Struct, frozen=True):
    """What a run looks at: empty means every agency, every service. At most `links` links."""

    agency: str = ""
    service: str = ""
    links: int = MOST_LINKS


class Done(msgspec.Struct, frozen=True):
    """How a run ended (done or stopped), and how many findings it kept by result."""

    state: str
    counts: dict[str, int]


async def start(db: Database, on: bool, who: Identity, person: int | None, wanted: Wanted) -> int:
    """Note a run as begun; its number. `person` is `None` for the command line.

    Raises `Conflict` where checks are turned off, `NotAllowed`, `NotFound` for a service or agency that
    is not there, `Busy` while one is under way.
    """
    if who.role not in ("planner", "administrator", "program"):
        raise NotAllowed(N_("Only planners and administrators start checks."))
    if not on:
        raise Conflict(OFF)
    wanted = msgspec.structs.replace(
        wanted, agency=clean_line(wanted.agency), service=clean_line(wanted.service)
    )
    async with db.transaction(PROGRAM) as conn:
        if wanted.agency and await catalogue_store.find_agency(conn, wanted.agency) is None:
            raise NotFound(N_("There is no such service or agency."))
        if wanted.service and await catalogue_store.find_service(conn, wanted.service) is None:
            raise NotFound(N_("There is no such service or agency."))
        run = await findings_store.start_run(conn, wanted.agency, wanted.service, person)
        if run is None:
            raise Busy(_OTHER)
        await audit_store.record(
            conn, person=person, agency=wanted.agency, action="check", target=f"run {run}", after=wanted
        )
    return run


async def stop(db: Database, who: Identity, person: int, run: int) -> None:
    """Ask a run to stop; what it has found stays. Raises `NotAllowed` or `NotFound`."""
    if who.role not in ("planner", "administrator"):
        raise NotAllowed(N_("Only planners and administrators stop checks."))
    async with db.transaction(PROGRAM) as conn:
        if not await findings_store.stop_run(conn, run):
            raise NotFound(N_("There is no such check under way."))
        await audit_store.record(conn, person=person, action="stop check", target=f"run {run}")


def criteria_of_records(content: Content) -> tuple[Criterion, ...]:
    """Every criterion that the record may answer, once, whichever of the kept schemes have it."""
    found = {criterion.id: criterion for scheme in reversed(content.kept) for criterion in recorded(scheme)}
    return tuple(found[id] for id in sorted(found))


async def look_at_records(db: Database, content: Content, run: int, wanted: Wanted) -> dict[str, int]:
    """Keep what the records of the services give now, where that is another than before; counts by result."""
    asked = criteria_of_records(content)
    async with db.transaction(PROGRAM) as conn:
        codes = await findings_store.services_to_check(conn, wanted.agency, wanted.service)
        known = {
            (one.service, one.criterion): (one.subject, one.result)
            for one in await findings_store.newest_of_record(conn, codes)
        }
        services = {service.code: service for service in await catalogue_store.all_services(conn)}
        new: list[New] = []
        for code in codes:
            said = facts(services[code])
            for criterion in asked:
                if holds(criterion.not_applicable_when, said):
                    continue  # no forms: nothing to be published
                subject, seen = look_at_record(criterion, said)
                if known.get((code, criterion.id)) != (subject, seen.result):
                    new.append(New("record", criterion.id, "", code, subject, seen))
        await findings_store.add_findings(conn, run, new)
    return _count(new)


def _count(found: Sequence[New]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in found:
        counts[each.seen.result] = counts.get(each.seen.result, 0) + 1
    return counts


async def look_at_link(opens: Opens, link: str, forms: bool) -> tuple[Seen, Seen | None]:
    """Whether the link answers over HTTPS and, if `forms`, whether what it gives is a form to fill in."""
    found = await opens.fetch(link, body=forms)
    if isinstance(found, Seen):
        return found, None
    seen = Seen(
        "passed",
        N_("%(host)s answers over HTTPS (%(status)s)."),
        {"host": found.link.host, "status": found.status},
    )
    return seen, await look_at_form(found.body) if forms else None


class _Links:
    """The links of a run: each is opened once, however many answers name it. No connection is held then."""

    def __init__(self, db: Database, run: int, opens: Opens, answers: Sequence[LinkedAnswer]) -> None:
        self._db = db
        self._run = run
        self._opens = opens
        self._where: dict[str, list[LinkedAnswer]] = {}
        for answer in answers:
            self._where.setdefault(answer.link, []).append(answer)
        self._found: list[New] = []
        self._looked = 0
        self.counts: dict[str, int] = {}

    async def look(self) -> bool:
        """Look at all of them; false when somebody asked to stop."""
        tasks = [asyncio.create_task(self._one(link)) for link in self._where]
        try:
            waiting = set(tasks)
            while True:
                going = await self._keep()
                if not going or not waiting:
                    return going
                done, waiting = await asyncio.wait(waiting, timeout=_KEEP_EVERY)
                for task in done:
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, link: str) -> None:
        answers = self._where[link]
        of_forms = any(answer.criterion in FORM_CRITERIA for answer in answers)
        link_seen, form_seen = await look_at_link(self._opens, link, of_forms)
        for at in answers:
            self._found.append(New("link", at.criterion, at.agency, at.service, link, link_seen))
            if form_seen is not None and at.criterion in FORM_CRITERIA:
                self._found.append(New("form", at.criterion, at.agency, at.service, link, form_seen))
        self._looked += 1

    async def _keep(self) -> bool:
        """Store what was found since the last time, and the progress; false when somebody asked to stop."""
        new, self._found = self._found, []
        async with self._db.transaction(PROGRAM) as conn:
            await findings_store.add_findings(conn, self._run, new)
            going = await findings_store.note_progress(conn, self._run, len(self._where), self._looked)
        for result, count in _count(new).items():
            self.counts[result] = self.counts.get(result, 0) + count
        return going


async def carry_out(db: Database, content: Content, opens: Opens, run: int, wanted: Wanted) -> Done:
    """Do the run that `start` noted, to its end. A failure is noted and raised."""
    try:
        counts = await look_at_records(db, content, run, wanted)
        async with db.transaction(PROGRAM) as conn:
            answers = await findings_store.links_to_check(conn, wanted.agency, wanted.service, wanted.links)
        links = _Links(db, run, opens, answers)
        state = "done" if await links.look() else "stopped"
    except asyncio.CancelledError:
        await _end(db, run, "stopped")
        raise
    except Exception:
        await _end(db, run, "failed")
        raise
    await _end(db, run, state)
    results = counts.keys() | links.counts.keys()
    return Done(state, {result: counts.get(result, 0) + links.counts.get(result, 0) for result in results})


async def _end(db: Database, run: int, state: str) -> None:
    async with db.transaction(PROGRAM) as conn:
        await findings_store.end_run(conn, run, state)


class Checker(Background):
    """Runs checks in the background of the site."""

    def __init__(self, db: Database, content: Content, on: bool, opens: Callable[[], Opens]) -> None:
        super().__init__()
        self.on = on
        self._db = db
        self._content = content
        self._opens = opens

    def start(self, run: int, wanted: Wanted) -> None:
        """Carry out a run that was noted, in the background."""
        self.begin(f"check {run}", self._carry_out(run, wanted))

    async def _carry_out(self, run: int, wanted: Wanted) -> None:
        try:
            await carry_out(self._db, self._content, self._opens(), run, wanted)
        except Exception:
            log.exception("check %s failed", run)
