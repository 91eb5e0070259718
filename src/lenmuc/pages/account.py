"""Signing in and out."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions.accounts import TooManyAttempts, WrongPassword, sign_in, sign_out
from lenmuc.core.answers import Identity
from lenmuc.core.errors import LenMucError
from lenmuc.settings import Settings
from lenmuc.store.database import Database
from lenmuc.web.access import anyone, begin_cookie, cookie_token, end_cookie
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit, own_path

AnyRequest = Request[Any, Any, Any]
_HOMES = {"staff": "work", "planner": "plan"}


class SignInForm(msgspec.Struct, frozen=True):
    """What the form of the sign-in page sends; `next` is where the person wanted to go."""

    email: str
    password: str
    next: str = ""


class SignInPage(msgspec.Struct, frozen=True):
    """What `templates/account/sign-in.html` shows; `errors` are (field, sentence) pairs."""

    email: str = ""
    next: str = ""
    errors: tuple[tuple[str, str], ...] = ()


def home_of(role: str, code: str) -> str:
    """Where somebody's work begins."""
    return f"/{code}/{_HOMES.get(role, '')}"


def _to(address: str, **headers: str) -> Response[None]:
    return Response(None, status_code=303, headers={"Location": address, **headers})


def _refused(error: LenMucError, visit: Visit) -> tuple[tuple[str, str], ...]:
    faults = error.faults if isinstance(error, WrongPassword) else []
    said = tuple((fault.field, visit.language.message(fault.message)) for fault in faults)
    return said or (("", visit.language.message(error.message)),)


@get("/{lang:str}/sign-in", guards=[anyone])
async def sign_in_page(
    request: AnyRequest, visit: NamedDependency[Visit], next: FromQuery[str] = ""
) -> Response[Any]:
    """The form; whoever is signed in already goes on at once."""
    if visit.session:
        return _to(own_path(next) or home_of(visit.session.role, visit.language.code))
    return render(request, "account/sign-in.html", SignInPage(next=own_path(next)))


@post("/{lang:str}/sign-in", guards=[anyone], status_code=303)
async def sign_in_here(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Begin a session, or show the form again with what is wrong."""
    form = await read_form(request, SignInForm)
    client = request.client.host if request.client else ""
    old = cookie_token(request.scope["headers"], settings.https)
    try:
        person, token = await sign_in(db, form.email, form.password, client, replaces=old)
    except (WrongPassword, TooManyAttempts) as error:
        page = SignInPage(form.email[:254], own_path(form.next), _refused(error, visit))
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyAttempts) else None
        return render(request, "account/sign-in.html", page, status_of(error), headers)
    to = own_path(form.next) or home_of(person.role, visit.language.code)
    return _to(to, **{"Set-Cookie": begin_cookie(token, settings.https), "Cache-Control": "no-store"})


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
        return _to(home)
    await sign_out(db, visit.session, cookie_token(request.scope["headers"], settings.https))
    return _to(home, **{"Set-Cookie": end_cookie(settings.https), "Clear-Site-Data": '"cache", "storage"'})


handlers = [sign_in_page, sign_in_here, sign_out_here]
