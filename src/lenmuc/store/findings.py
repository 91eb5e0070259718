"""What machines found, each finding kept; and the runs that found it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from lenmuc.core.checks import Finding, Seen
from lenmuc.store.queries import Connection, queries

Q = queries("findings")


class CheckRun(msgspec.Struct, frozen=True):
    """A run: running, stopping, done, stopped or failed. `by` is empty for the command line."""

    id: int
    agency: str
    service: str
    by: str
    state: str
    planned: int
    done: int
    started: dt.datetime
    finished: dt.datetime | None

    @property
    def going(self) -> bool:
        """Is it under way?"""
        return self.state in ("running", "stopping")


class LinkedAnswer(msgspec.Struct, frozen=True):
    """A link where an answer gives it as evidence."""

    criterion: str
    agency: str
    service: str
    link: str


class RecordFinding(msgspec.Struct, frozen=True):
    """What was last seen in the record of a service for one criterion."""

    service: str
    criterion: str
    subject: str
    result: str


class New(msgspec.Struct, frozen=True):
    """A finding to keep."""

    kind: str
    criterion: str
    agency: str
    service: str
    subject: str
    seen: Seen


class FoundRow(msgspec.Struct, frozen=True):
    """A finding in a list, beside the answer there: `value` is empty when nobody has answered. `total` counts
    the whole list.
    """

    id: int
    kind: str
    criterion: str
    agency: str
    service: str
    subject: str
    result: str
    reason: str
    params: dict[str, Any]
    at: dt.datetime
    value: str
    at_agency: str
    differs: bool
    service_name: str
    service_name_en: str
    agency_name: str
    agency_name_en: str
    filings: int
    total: int

    @property
    def finding(self) -> Finding:
        """What was found, without the answer."""
        return Finding(
            self.id, self.kind, self.criterion, self.agency, self.service, self.subject, self.result,
            self.reason, self.params, self.at,
        )  # fmt: skip


class Listing(msgspec.Struct, frozen=True):
    """Which findings are wanted; empty text means all. Pages count from 1."""

    result: str = ""
    kind: str = ""
    service: str = ""
    agency: str = ""
    differing: bool = False
    page: int = 1


async def start_run(conn: Connection, agency: str, service: str, person: int | None) -> int | None:
    """Note a run as begun; its number, or `None` while another one is under way."""
    await Q.rows(conn, "hold_runs")
    found = await Q.value(conn, "start_run", agency, service, person)
    return None if found is None else int(found)


async def note_progress(conn: Connection, run: int, planned: int, done: int) -> bool:
    """Note how far a run is; false when somebody asked it to stop."""
    return bool(await Q.value(conn, "note_progress", run, planned, done) == "running")


async def end_run(conn: Connection, run: int, state: str) -> None:
    """Note how a run ended: done, stopped or failed."""
    await Q.run(conn, "end_run", run, state)


async def stop_run(conn: Connection, run: int) -> bool:
    """Ask a run to stop; false when it does not run."""
    return await Q.run(conn, "stop_run", run) == 1


async def latest_run(conn: Connection) -> CheckRun | None:
    """The run that was started last."""
    return await Q.one(conn, "latest_run", CheckRun)


async def links_to_check(conn: Connection, agency: str, service: str, limit: int) -> list[LinkedAnswer]:
    """Links of answers, those not looked at for the longest time first."""
    return await Q.all(conn, "links_to_check", LinkedAnswer, agency or None, service or None, limit)


async def services_to_check(conn: Connection, agency: str, service: str) -> list[str]:
    """The codes of all services, of those of an agency, or of one."""
    return [row["code"] for row in await Q.rows(conn, "services_to_check", agency or None, service or None)]


async def newest_of_record(conn: Connection, services: Sequence[str]) -> list[RecordFinding]:
    """What was last seen in the records of these services."""
    return await Q.all(conn, "newest_of_record", RecordFinding, list(services))


async def add_findings(conn: Connection, run: int, found: Sequence[New]) -> None:
    """Keep findings; each takes the place of the one before as the newest."""
    if not found:
        return
    where = [
        [getattr(each, name) for each in found]
        for name in ("kind", "criterion", "agency", "service", "subject")
    ]
    await Q.rows(conn, "hold_runs")
    await Q.run(conn, "outdate", *where)
    await Q.run(
        conn, "add_findings", run, *where, [each.seen.result for each in found],
        [each.seen.reason for each in found],
        [msgspec.json.encode(each.seen.params).decode() for each in found],
    )  # fmt: skip


async def findings_reaching(
    conn: Connection, agency: str, service: str, criterion: str = ""
) -> list[Finding]:
    """The newest findings that reach a place, of one criterion or of all."""
    return await Q.all(conn, "findings_reaching", Finding, agency, service, criterion or None)


async def history_reaching(conn: Connection, agency: str, service: str, criterion: str) -> list[Finding]:
    """Up to twenty earlier findings of a criterion that reach a place, the newest first."""
    return await Q.all(conn, "history_reaching", Finding, agency, service, criterion)


async def list_findings(conn: Connection, wanted: Listing, size: int) -> list[FoundRow]:
    """One page of findings, worst first: those that differ, then failed, inconclusive, passed."""
    return await Q.all(
        conn, "list_findings", FoundRow, wanted.result or None, wanted.kind or None, wanted.service or None,
        wanted.agency or None, wanted.differing, size, (wanted.page - 1) * size,
    )  # fmt: skip
