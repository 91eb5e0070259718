"""The first administrator of a new installation, made with the code that the program printed."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from lenmuc.actions.accounts import first_administrator_waits, make_first_administrator
from lenmuc.actions.attempts import TooManyAttempts
from lenmuc.core.errors import N_, NotFound, Refused
from lenmuc.core.throttle import CODES
from lenmuc.pages.account.sign_in import Errors, errors_of, more_headers, to
from lenmuc.pages.visitors import AnyRequest, client_of
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class FirstForm(msgspec.Struct, frozen=True):
    """What the form sends."""

    code: str
    email: str
    name: str
    password: str


class FirstPage(msgspec.Struct, frozen=True):
    """What `templates/account/first.html` shows."""

    email: str = ""
    name: str = ""
    errors: Errors = ()


@get("/{lang:str}/first-administrator", guards=[anyone])
async def first_page(request: AnyRequest, db: NamedDependency[Database]) -> Response[str]:
    """The form, while there is nobody; afterwards there is no such page."""
    if not await first_administrator_waits(db):
        raise NotFound(N_("There is no such page."))
    return render(request, "account/first.html", FirstPage())


@post(
    "/{lang:str}/first-administrator",
    guards=[anyone],
    status_code=303,
    opt=does("person created", limits=(CODES,)),
)
async def first_here(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[Any]:
    """Make the account and go on to signing in."""
    form = await read_form(request, FirstForm)
    client = client_of(request)
    try:
        await make_first_administrator(db, form.code, form.email, form.name, form.password, client)
    except (Refused, TooManyAttempts) as error:
        page = FirstPage(form.email[:254], form.name[:200], errors_of(error, visit))
        return render(request, "account/first.html", page, status_of(error), more_headers(error))
    return to(f"/{visit.language.code}/sign-in")
