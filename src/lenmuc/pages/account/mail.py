"""My mail: wanted or not, and in which language."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from lenmuc.core.errors import N_, NotFound
from lenmuc.pages.account.sign_in import to
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.settings import LANGUAGES, Settings
from lenmuc.store import mail as mail_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.mail import Wishes
from lenmuc.web.access import signed_in
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class MailForm(msgspec.Struct, frozen=True):
    """What the form sends: yes or no, and a language."""

    wanted: str = "no"
    language: str = ""


class MailPage(msgspec.Struct, frozen=True):
    """What `templates/account/mail.html` shows."""

    wishes: Wishes
    email: str
    language: str


@get("/{lang:str}/account/mail", guards=[signed_in])
async def mail_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """What I wish."""
    session = session_of(visit)
    if settings.mail is None:
        raise NotFound(N_("There is no such page."))
    async with db.transaction(PROGRAM, read_only=True) as conn:
        wishes = await mail_store.wishes(conn, session.person)
    page = MailPage(wishes, session.email, wishes.language or settings.language)
    return render(request, "account/mail.html", page)


@post(
    "/{lang:str}/account/mail", guards=[signed_in], status_code=303, opt=does(nothing="a wish of one's own")
)
async def wish(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Wish otherwise."""
    session = session_of(visit)
    if settings.mail is None:
        raise NotFound(N_("There is no such page."))
    form = await read_form(request, MailForm)
    language = form.language if form.language in LANGUAGES else visit.language.code
    async with db.transaction(PROGRAM) as conn:
        await mail_store.set_wishes(conn, session.person, form.wanted == "yes", language)
    return to(f"/{visit.language.code}/account?done=mail")
