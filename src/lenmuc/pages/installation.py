"""The installation for its administrators: versions, requests, work in the background, backups, checks."""

import datetime as dt
import sys
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from lenmuc import __version__
from lenmuc.core.deeds import Action
from lenmuc.settings import Settings
from lenmuc.store import installation as installation_store
from lenmuc.store import mail as mail_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.installation import Job, Kept, Size, Table
from lenmuc.store.mail import Queue
from lenmuc.web import watching
from lenmuc.web.access import needs
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit
from lenmuc.web.watching import Seen

AnyRequest = Request[Any, Any, Any]
BACKUP_DAYS = 7
"""A backup that is older is called old."""
KEPT: tuple[Action, ...] = (
    "backup made", "backup checked", "backup damaged", "audit verified", "audit broken", "figures checked",
    "figures differ",
)  # fmt: skip


class Last(msgspec.Struct, frozen=True):
    """When something was last looked at, and whether it was in order; none: never."""

    at: dt.datetime | None = None
    good: bool = True
    name: str = ""


class InstallationPage(msgspec.Struct, frozen=True):
    """What `templates/people/installation.html` shows."""

    program: str
    python: str
    size: Size
    tables: tuple[Table, ...]
    seen: Seen
    jobs: tuple[Job, ...]
    mail: bool
    queue: Queue
    embedded: bool
    floor_mib: int
    backup: Kept | None
    backup_is_old: bool
    backup_check: Last
    audit_check: Last
    figures_check: Last


def last_of(kept: dict[str, Kept], good: Action, bad: Action) -> Last:
    """The newer of two deeds that are the two ends of the same look."""
    found = [one for one in (kept.get(good), kept.get(bad)) if one]
    if not found:
        return Last()
    one = max(found, key=lambda each: each.at)
    return Last(one.at, one.action == good, str((one.after or {}).get("name", "")))


@get("/{lang:str}/installation", guards=[needs("administrator")])
async def installation_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """How the installation is, for administrators and auditors."""
    async with db.transaction(PROGRAM, read_only=True) as conn:
        size = await installation_store.size(conn)
        tables = await installation_store.largest(conn)
        jobs = await installation_store.jobs(conn)
        queue = await mail_store.queue(conn)
    async with db.transaction(visit.who, read_only=True) as conn:
        kept = await installation_store.upkeep(conn, KEPT)
    made = kept.get("backup made")
    page = InstallationPage(
        program=__version__,
        python=sys.version.split()[0],
        size=size,
        tables=tuple(tables),
        seen=watching.of_request(request).seen(),
        jobs=tuple(jobs),
        mail=settings.mail is not None,
        queue=queue,
        embedded=settings.embedded,
        floor_mib=settings.disk_floor_mib,
        backup=made,
        backup_is_old=made is not None and dt.datetime.now(dt.UTC) - made.at > dt.timedelta(days=BACKUP_DAYS),
        backup_check=last_of(kept, "backup checked", "backup damaged"),
        audit_check=last_of(kept, "audit verified", "audit broken"),
        figures_check=last_of(kept, "figures checked", "figures differ"),
    )
    return render(request, "people/installation.html", page)


handlers = [installation_page]
