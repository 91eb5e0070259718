"""Imports begun on a page: files are kept, read apart and shown; then written, or dropped."""

import asyncio
import contextlib
import datetime as dt
import logging
import secrets
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from lenmuc import paths
from lenmuc.actions.background import Background, GivenUp, watched
from lenmuc.actions.importing import Report, nameable, write
from lenmuc.content.errors import ContentError
from lenmuc.content.everything import Content
from lenmuc.content.mappings import at_home, read_mapping
from lenmuc.content.reading import Reading, spelled
from lenmuc.content.reading_child import Asked, read_apart
from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, Busy, Conflict, LenMucError, Message, NotAllowed, NotFound, Refused, fault
from lenmuc.core.evidence import clean_name
from lenmuc.core.mappings import Mapping
from lenmuc.store import audit as audit_store
from lenmuc.store import import_jobs as jobs_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.import_jobs import Found, Job, Shown, Why
from lenmuc.store.queries import Connection

log = logging.getLogger(__name__)
MOST_FILES = 20
MOST_BYTES = 100 * 1024 * 1024
"""Of one file as it is sent; packed files hold more."""
SAMPLE = 5
_STRAY = 3600.0  # seconds after which a folder that no job knows is removed
BROKEN_OFF = Why(
    "", "", Message(N_("The program was stopped meanwhile. Nothing was written; send it again."))
)
CRASHED = Why("", "", Message(N_("The import ended in an error. Nothing was written; tell the operator.")))
_GONE = N_("There is no such import.")


class Sent(msgspec.Struct, frozen=True):
    """A file as it arrived: the name its sender gave it, and its bytes."""

    name: str
    body: BinaryIO


class Chosen(msgspec.Struct, frozen=True):
    """By which mapping: the name of one that comes with the program, or `text` with a name of its own."""

    name: str
    text: str = ""


def _must_keep(who: Identity) -> None:
    if who.role != "administrator":
        raise NotAllowed(N_("Only administrators bring registries in."))


class Importer(Background):
    """Reads and writes in the background. Until then the files lie in a folder under the data."""

    def __init__(self, db: Database, content: Content, data: Path) -> None:
        super().__init__()
        self._db = db
        self._content = content
        self._home = data / "imports"

    async def take(
        self, db: Database, who: Identity, person: int, chosen: Chosen, files: Sequence[Sent], today: dt.date
    ) -> int:
        """Keep the files, begin to read them; the number of the job, which is noted in `db`.

        Raises `NotAllowed`, `Refused` with the fields mapping, text or files, `Busy` while another is at
        work.
        """
        _must_keep(who)
        if not 1 <= len(files) <= MOST_FILES:
            text = N_("Choose the files of the registry: at least one, at most %(most)s.")
            raise Refused([fault("files", text, most=MOST_FILES)])
        folder = self._home / f"new-{secrets.token_hex(8)}"
        try:
            mapping = await asyncio.to_thread(self._keep, folder, chosen, files)
            names = [clean_name(file.name) for file in files]
            await self.tidy()
            async with db.transaction(PROGRAM) as conn:
                id = await jobs_store.add_job(conn, mapping.id, names, person)
                if id is None:
                    raise Busy(N_("Another import is at work. Wait until it is done."))
                after = {"mapping": mapping.id, "files": names}
                await audit_store.record(
                    conn, person=person, action="import sent", target=f"import job {id}", after=after
                )
            folder.rename(self._home / str(id))
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        self._begin(id, None, today)
        return id

    def _keep(self, folder: Path, chosen: Chosen, files: Sequence[Sent]) -> Mapping:
        """Copy everything into `folder`; the mapping, checked. Raises `Refused`."""
        shipped = None if chosen.text else at_home(chosen.name, paths.catalogue())
        if shipped is None and not chosen.text.strip():
            raise Refused([fault("mapping", N_("Choose a mapping, or give one of your own."))])
        name = clean_name(chosen.name) or "unnamed"
        folder.mkdir(parents=True, mode=0o700)
        self._home.chmod(0o700)
        path = folder / f"{name}.toml"
        path.write_bytes(shipped.read_bytes() if shipped else chosen.text.encode())
        try:
            mapping = read_mapping(path, nameable(self._content))
        except ContentError as wrong:
            text = N_("The mapping has a mistake. %(where)s: %(why)s")
            where = wrong.where or wrong.file
            raise Refused([fault("text", text, where=where, why=wrong.message)]) from wrong
        for number, file in enumerate(files):
            place = folder / str(number)
            place.mkdir()
            file.body.seek(0)
            with (place / (clean_name(file.name) or "file")).open("wb") as kept:
                shutil.copyfileobj(file.body, kept, 1024 * 1024)
        return mapping

    async def confirm(self, db: Database, who: Identity, person: int, id: int, today: dt.date) -> None:
        """Have what was shown written. Raises `NotAllowed`, `NotFound`, `Conflict`, `Busy`."""
        _must_keep(who)
        job = await self.find(who, id)
        async with db.transaction(PROGRAM) as conn:
            if job.state != "ready" or not (self._home / str(id)).is_dir():
                raise Conflict(N_("This import can no longer be written. Send its files again."))
            if not await jobs_store.begin_writing(conn, id):
                raise Busy(N_("Another import is at work. Wait until it is done."))
        self._begin(id, person, today)

    async def drop(self, db: Database, who: Identity, person: int, id: int) -> None:
        """Give a job up and remove its files. Raises `NotAllowed`, `NotFound`, `Conflict` when it is late."""
        _must_keep(who)
        await self.find(who, id)
        async with db.transaction(PROGRAM) as conn:
            if not await jobs_store.drop_job(conn, id):
                raise Conflict(N_("This import is being written or is over; it can no longer be dropped."))
            await audit_store.record(conn, person=person, action="import dropped", target=f"import job {id}")
        self.stop(f"import {id}")
        await asyncio.to_thread(shutil.rmtree, self._home / str(id), ignore_errors=True)

    async def find(self, who: Identity, id: int) -> Job:
        """One job. Raises `NotFound`."""
        async with self._db.transaction(who, read_only=True) as conn:
            found = await jobs_store.find_job(conn, id) if 0 < id < 2**63 else None
        if found is None:
            raise NotFound(_GONE)
        return found

    async def tidy(self) -> None:
        """Give up what died or nobody decided, and remove files that no job needs."""
        async with self._db.transaction(PROGRAM) as conn:
            living = await jobs_store.tidy(conn, BROKEN_OFF)
        await asyncio.to_thread(self._sweep, {str(id) for id in living})

    def _sweep(self, living: set[str]) -> None:
        for folder in self._home.iterdir() if self._home.is_dir() else ():
            with contextlib.suppress(OSError):
                fresh = time.time() - folder.stat().st_mtime < _STRAY
                if folder.name not in living and not (folder.name.startswith("new-") and fresh):
                    shutil.rmtree(folder, ignore_errors=True)

    def _begin(self, id: int, person: int | None, today: dt.date) -> None:
        self.begin(f"import {id}", self._work(id, person, today))

    async def _work(self, id: int, person: int | None, today: dt.date) -> None:
        """Read the files; show what they would do or, for `person`, write it. A failure is kept."""
        rows = [0]

        async def beat() -> bool:
            async with self._db.transaction(PROGRAM) as conn:
                return await jobs_store.beat(conn, id, rows[0])

        why = BROKEN_OFF
        try:
            async with watched(self._do(id, person, today, rows), beat) as working:
                failed = await working
            if failed is None:
                return
            why = failed
        except (asyncio.CancelledError, GivenUp):
            pass  # the program stops, or it was dropped: then it is at work no more, and stays as it is
        except LenMucError as refused:
            why = Why("", "", refused.message)
        except Exception:
            log.exception("import %s failed", id)
            why = CRASHED
        async with self._db.transaction(PROGRAM) as conn:
            failed_now = await jobs_store.fail_job(conn, id, why)
        if failed_now:
            await asyncio.to_thread(shutil.rmtree, self._home / str(id), ignore_errors=True)

    async def _do(self, id: int, person: int | None, today: dt.date, rows: list[int]) -> Why | None:
        job = await self.find(PROGRAM, id)
        folder = self._home / str(id)
        known = nameable(self._content)
        path = folder / f"{job.mapping}.toml"
        files = [next((folder / str(number)).iterdir()) for number in range(len(job.files))]

        def seen(number: int) -> None:
            rows[0] = number

        asked = Asked(str(path), tuple(str(file) for file in files), known, SAMPLE)
        answer = await read_apart(asked, seen)
        if answer.reading is None:
            failed = answer.failed or Why("", "", CRASHED.why)
            return Why(failed.file, failed.where, failed.why)
        mapping = await asyncio.to_thread(read_mapping, path, known)
        sample = _shown(answer.reading)
        if person is None or job.report is None:
            await self._show(id, mapping, answer.reading, job.files, today, sample)
        else:
            await self._write(job, mapping, answer.reading, person, today, sample)
        return None

    async def _show(
        self,
        id: int,
        mapping: Mapping,
        reading: Reading,
        names: Sequence[str],
        today: dt.date,
        sample: tuple[Shown, ...],
    ) -> None:
        async def keep(conn: Connection, report: Report) -> None:
            await jobs_store.show_job(conn, id, _found(report, sample), report.notes)

        await write(self._db, self._content, mapping, reading, names, today, dry=True, keep=keep)

    async def _write(
        self,
        job: Job,
        mapping: Mapping,
        reading: Reading,
        person: int,
        today: dt.date,
        sample: tuple[Shown, ...],
    ) -> None:
        expected = job.report.counts if job.report else None

        async def keep(conn: Connection, report: Report) -> None:
            found = _found(report, sample)
            if report.counts != expected:
                await jobs_store.show_job(conn, job.id, found, report.notes, moved=True)
            else:
                await jobs_store.end_job(conn, job.id, report.run or None, found)

        done = await write(
            self._db, self._content, mapping, reading, job.files, today,
            person=person, expected=expected, keep=keep,
        )  # fmt: skip
        if done.counts == expected:
            await asyncio.to_thread(shutil.rmtree, self._home / str(job.id), ignore_errors=True)


def _shown(reading: Reading) -> tuple[Shown, ...]:
    return tuple(
        Shown(row.file, row.number, tuple(spelled(record)) if record else ())
        for row, record in reading.sample.rows
    )


def _found(report: Report, sample: tuple[Shown, ...]) -> Found:
    return Found(report.total, report.counts, report.refused, report.repaired, len(report.notes), sample)
