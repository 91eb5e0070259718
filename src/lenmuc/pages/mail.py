"""The mail queue for administrators: what waits, what was refused, and a test."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.core.errors import N_, NotFound
from lenmuc.pages.visitors import session_of
from lenmuc.settings import Settings
from lenmuc.settings_outside import MailSettings
from lenmuc.store import audit as audit_store
from lenmuc.store import mail as mail_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.mail import Failure, Queue
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

AnyRequest = Request[Any, Any, Any]


class NoForm(msgspec.Struct, frozen=True):
    """The button alone."""


class MailPage(msgspec.Struct, frozen=True):
    """What `templates/people/mail.html` shows; `server` is None where no mail server is set."""

    server: MailSettings | None
    queue: Queue
    failures: tuple[Failure, ...]
    may_change: bool
    email: str
    done: str = ""


@get("/{lang:str}/people/mail", guards=[needs("administrator")])
async def queue_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    done: FromQuery[str] = "",
) -> Response[str]:
    """What waits, and what the mail server refused."""
    session = session_of(visit)
    async with db.transaction(PROGRAM, read_only=True) as conn:
        queue, failures = await mail_store.queue(conn), await mail_store.failures(conn)
    may_change = visit.who.role == "administrator"
    page = MailPage(settings.mail, queue, tuple(failures), may_change, session.email, done)
    return render(request, "people/mail.html", page)


@post(
    "/{lang:str}/people/mail/test",
    guards=[needs("administrator")],
    status_code=303,
    opt=does("test mail asked for"),
)
async def test_mail(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[None]:
    """Queue a test for whoever asks."""
    await read_form(request, NoForm)
    if settings.mail is None:
        raise NotFound(N_("There is no such page."))
    session = session_of(visit)
    async with db.transaction(PROGRAM) as conn:
        await mail_store.add_test(conn, session.person)
        target = f"person {session.person}"
        await audit_store.record(conn, person=session.person, action="test mail asked for", target=target)
    return Response(
        None, status_code=303, headers={"Location": f"/{visit.language.code}/people/mail?done=test"}
    )


handlers = [queue_page, test_mail]
