"""Signing in, with a second step where there is a second factor, and signing out."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions.accounts import (
    Entered,
    StepOver,
    WrongPassword,
    first_administrator_waits,
    sign_in,
    sign_in_code,
    sign_out,
)
from lenmuc.actions.attempts import TooManyAttempts
from lenmuc.actions.second_factor import WrongCode
from lenmuc.core.answers import Identity
from lenmuc.core.errors import LenMucError, Refused
from lenmuc.settings import Settings
from lenmuc.store.database import Database
from lenmuc.web.access import anyone, begin_cookie, cookie_token, end_cookie
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit, own_path

AnyRequest = Request[Any, Any, Any]
Errors = tuple[tuple[str, str], ...]
_HOMES = {"staff": "work", "lead": "work", "planner": "plan", "administrator": "people"}
NO_STORE = {"Cache-Control": "no-store"}


class SignInForm(msgspec.Struct, frozen=True):
    """What the form of the sign-in page sends; `next` is where the person wanted to go."""

    email: str
    password: str
    next: str = ""


class CodeForm(msgspec.Struct, frozen=True):
    """What the page for the code sends; `step` names the sign-in that waits for it."""

    code: str
    step: str
    next: str = ""


class SignInPage(msgspec.Struct, frozen=True):
    """What `templates/account/sign-in.html` shows; `errors` are (field, sentence) pairs.

    `first`: nobody has an account yet, and the code for the first one was printed.
    """

    email: str = ""
    next: str = ""
    errors: Errors = ()
    first: bool = False


class CodePage(msgspec.Struct, frozen=True):
    """What `templates/account/code.html` shows."""

    step: str
    next: str = ""
    errors: Errors = ()


def home_of(role: str, code: str) -> str:
    """Where somebody's work begins."""
    return f"/{code}/{_HOMES.get(role, '')}"


def to(address: str, **headers: str) -> Response[None]:
    """On to another page, with GET."""
    return Response(None, status_code=303, headers={"Location": address, **headers})


def errors_of(error: LenMucError, visit: Visit) -> Errors:
    """A failure as (field, sentence) pairs for the form it belongs to."""
    faults = error.faults if isinstance(error, Refused) else []
    said = tuple((fault.field, visit.language.message(fault.message)) for fault in faults)
    return said or (("", visit.language.message(error.message)),)


def more_headers(error: LenMucError) -> dict[str, str]:
    """Headers that go with a form that is shown again."""
    return {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyAttempts) else {}


def client_of(request: AnyRequest) -> str:
    """The address that the request came from."""
    return request.client.host if request.client else ""


@get("/{lang:str}/sign-in", guards=[anyone])
async def sign_in_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    next: FromQuery[str] = "",
) -> Response[Any]:
    """The form; whoever is signed in already goes on at once."""
    if visit.session:
        return to(own_path(next) or home_of(visit.session.role, visit.language.code))
    first = await first_administrator_waits(db)
    return render(request, "account/sign-in.html", SignInPage(next=own_path(next), first=first))


def _let_in(entered: Entered, next: str, visit: Visit, settings: Settings) -> Response[None]:
    address = own_path(next) or home_of(entered.person.role, visit.language.code)
    return to(address, **NO_STORE, **{"Set-Cookie": begin_cookie(entered.token, settings.https)})


@post("/{lang:str}/sign-in", guards=[anyone], status_code=303)
async def sign_in_here(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Begin a session, ask for the code, or show the form again with what is wrong."""
    form = await read_form(request, SignInForm)
    old = cookie_token(request.scope["headers"], settings.https)
    try:
        entered = await sign_in(db, form.email, form.password, client_of(request), replaces=old)
    except (WrongPassword, TooManyAttempts) as error:
        page = SignInPage(form.email[:254], own_path(form.next), errors_of(error, visit))
        return render(request, "account/sign-in.html", page, status_of(error), more_headers(error))
    if entered.code_wanted:
        asked = CodePage(entered.token, own_path(form.next))
        return render(request, "account/code.html", asked, 200, NO_STORE)
    return _let_in(entered, form.next, visit, settings)


@get("/{lang:str}/sign-in/code", guards=[anyone], sync_to_thread=False)
def code_page(visit: NamedDependency[Visit]) -> Response[None]:
    """The way to the code leads over the password."""
    return to(f"/{visit.language.code}/sign-in")


@post("/{lang:str}/sign-in/code", guards=[anyone], status_code=303)
async def code_here(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Begin the session, or ask for the code again."""
    form = await read_form(request, CodeForm)
    old = cookie_token(request.scope["headers"], settings.https)
    try:
        entered = await sign_in_code(db, form.step, form.code, client_of(request), replaces=old)
    except StepOver as error:
        page = SignInPage(next=own_path(form.next), errors=errors_of(error, visit))
        return render(request, "account/sign-in.html", page, 422, NO_STORE)
    except (WrongCode, TooManyAttempts) as error:
        asked = CodePage(form.step[:100], own_path(form.next), errors_of(error, visit))
        headers = {**NO_STORE, **more_headers(error)}
        return render(request, "account/code.html", asked, status_of(error), headers)
    return _let_in(entered, form.next, visit, settings)


@post("/{lang:str}/sign-out", guards=[anyone], status_code=303)
async def sign_out_here(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """End the session, here and on the server, and go to the home page."""
    home = home_of(Identity().role, visit.language.code)
    if visit.session is None:
        return to(home)
    await sign_out(db, visit.session, cookie_token(request.scope["headers"], settings.https))
    return to(home, **{"Set-Cookie": end_cookie(settings.https), "Clear-Site-Data": '"cache", "storage"'})
