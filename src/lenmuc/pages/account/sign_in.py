"""Signing in, with a second step where there is a second factor, and signing out."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions.accounts import (
    Entered,
    StepOver,
    WrongPassword,
    code_is_wanted,
    first_administrator_waits,
    sign_in,
    sign_in_code,
    sign_out,
)
from lenmuc.actions.attempts import TooManyAttempts
from lenmuc.actions.second_factor import WrongCode
from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, LenMucError, Message, Refused
from lenmuc.core.throttle import CODES, SIGN_IN
from lenmuc.pages.visitors import AnyRequest, client_of
from lenmuc.settings import Settings
from lenmuc.store.database import Database
from lenmuc.web.access import anyone, begin_cookie, cookie_token, end_cookie, step_token
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit, own_path

Errors = tuple[tuple[str, str], ...]
_HOMES = {"staff": "work", "lead": "work", "planner": "plan", "administrator": "people"}
NO_STORE = {"Cache-Control": "no-store"}
# Why nobody came in through the identity provider: the address names it, the page says it.
WHY = {
    "away": N_("The provider cannot be reached now. Try again in a few minutes, or use your password."),
    "refused": N_("The provider did not let you in, or you stopped on the way. Nothing was changed."),
    "over": N_(
        "This took longer than ten minutes, was used before, or began in another browser. Begin again."
    ),
    "clock": N_("The clocks of this site and of the provider do not agree. Tell your administrator."),
    "untrusted": N_("What the provider sent could not be trusted. Tell your administrator."),
    "unverified": N_("The provider has not verified your e-mail address. Have it verified there first."),
    "nobody": N_("The provider knows you, but no account here is linked with you. Ask your administrator."),
    "taken": N_("This name at the provider, or this person, is linked already."),
}


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

    `first`: nobody has an account yet, and the code for the first one was printed. `provider`: the name of
    the identity provider, if there is one; `failed`: why nobody came in through it.
    """

    email: str = ""
    next: str = ""
    errors: Errors = ()
    first: bool = False
    provider: str = ""
    failed: Message | None = None


class CodePage(msgspec.Struct, frozen=True):
    """What `templates/account/code.html` shows."""

    step: str
    next: str = ""
    errors: Errors = ()


def provider_name(settings: Settings) -> str:
    """What the identity provider is called; empty when there is none."""
    return settings.provider.name if settings.provider else ""


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


@get("/{lang:str}/sign-in", guards=[anyone])
async def sign_in_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    next: FromQuery[str] = "",
    failed: FromQuery[str] = "",
) -> Response[Any]:
    """The form; whoever is signed in already goes on at once."""
    if visit.session:
        return to(own_path(next) or home_of(visit.session.role, visit.language.code))
    first = await first_administrator_waits(db)
    why = Message(WHY[failed]) if settings.provider and failed in WHY else None
    page = SignInPage(next=own_path(next), first=first, provider=provider_name(settings), failed=why)
    return render(request, "account/sign-in.html", page)


def _let_in(entered: Entered, next: str, visit: Visit, settings: Settings) -> Response[None]:
    address = own_path(next) or home_of(entered.person.role, visit.language.code)
    return to(address, **NO_STORE, **{"Set-Cookie": begin_cookie(entered.token, settings.https)})


@post(
    "/{lang:str}/sign-in",
    guards=[anyone],
    status_code=303,
    opt=does("sign-in", "sign-in failed", limits=(SIGN_IN,)),
)
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
        said = errors_of(error, visit)
        page = SignInPage(form.email[:254], own_path(form.next), said, provider=provider_name(settings))
        return render(request, "account/sign-in.html", page, status_of(error), more_headers(error))
    if entered.code_wanted:
        asked = CodePage(entered.token, own_path(form.next))
        return render(request, "account/code.html", asked, 200, NO_STORE)
    return _let_in(entered, form.next, visit, settings)


@get("/{lang:str}/sign-in/code", guards=[anyone])
async def code_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    next: FromQuery[str] = "",
) -> Response[Any]:
    """The way to the code leads over the password, or over the identity provider, which ends here."""
    token = step_token(request.scope["headers"], settings.https)
    if not token or not await code_is_wanted(db, token):
        return to(f"/{visit.language.code}/sign-in")
    return render(request, "account/code.html", CodePage(token, own_path(next)), 200, NO_STORE)


@post(
    "/{lang:str}/sign-in/code",
    guards=[anyone],
    status_code=303,
    opt=does("sign-in", "sign-in code wrong", limits=(CODES,)),
)
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
        said = errors_of(error, visit)
        page = SignInPage(next=own_path(form.next), errors=said, provider=provider_name(settings))
        return render(request, "account/sign-in.html", page, 422, NO_STORE)
    except (WrongCode, TooManyAttempts) as error:
        asked = CodePage(form.step[:100], own_path(form.next), errors_of(error, visit))
        headers = {**NO_STORE, **more_headers(error)}
        return render(request, "account/code.html", asked, status_of(error), headers)
    return _let_in(entered, form.next, visit, settings)


@post("/{lang:str}/sign-out", guards=[anyone], status_code=303, opt=does("sign-out", limits=()))
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
