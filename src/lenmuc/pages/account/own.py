"""My account: the password, the sessions."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions import own_account
from lenmuc.actions.attempts import TooManyAttempts
from lenmuc.actions.passwords import SHORTEST, SHORTEST_BESIDE_CODE
from lenmuc.core.errors import Refused
from lenmuc.pages.account.sign_in import Errors, errors_of, home_of, more_headers, provider_name, to
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.settings import Settings
from lenmuc.store import factors as factors_store
from lenmuc.store import links as links_store
from lenmuc.store import mail as mail_store
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.mail import Wishes
from lenmuc.store.people import ListedSession, Session
from lenmuc.web.access import begin_cookie, cookie_token, signed_in, signed_in_at_once
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class PasswordForm(msgspec.Struct, frozen=True):
    """What the form of another password sends."""

    old: str
    new: str
    again: str


class AccountPage(msgspec.Struct, frozen=True):
    """What `templates/account/own.html` shows; `done` names what was just done.

    `provider`: the identity provider, if there is one, and whether this account is `linked` with it.
    `wishes`: of mail, where a mail server is set.
    """

    session: Session
    sessions: tuple[ListedSession, ...]
    recovery_codes: int
    done: str = ""
    provider: str = ""
    linked: bool = False
    wishes: Wishes | None = None


class PasswordPage(msgspec.Struct, frozen=True):
    """What `templates/account/password.html` shows; `due`: it has to be done before anything else."""

    least: int
    due: bool
    email: str
    errors: Errors = ()


@get("/{lang:str}/account", guards=[signed_in])
async def account_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    done: FromQuery[str] = "",
) -> Response[str]:
    """Who I am here, and where I am signed in."""
    session = session_of(visit)
    async with db.transaction(PROGRAM, read_only=True) as conn:
        sessions = await people_store.list_sessions(conn, session.person)
        codes = await factors_store.count_recovery_codes(conn, session.person)
        link = settings.provider and await links_store.find_link(
            conn, session.person, settings.provider.issuer
        )
        wishes = await mail_store.wishes(conn, session.person) if settings.mail else None
    linked = link is not None
    page = AccountPage(session, tuple(sessions), codes, done, provider_name(settings), linked, wishes)
    return render(request, "account/own.html", page)


def _password_page(session: Session, errors: Errors = ()) -> PasswordPage:
    least = SHORTEST_BESIDE_CODE if session.second_factor else SHORTEST
    return PasswordPage(least, session.password_due, session.email, errors)


@get("/{lang:str}/account/password", guards=[signed_in_at_once], sync_to_thread=False)
def password_page(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    """The form of another password."""
    return render(request, "account/password.html", _password_page(session_of(visit)))


@post(
    "/{lang:str}/account/password", guards=[signed_in_at_once], status_code=303, opt=does("password changed")
)
async def password_here(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Put another password in force, or show the form again."""
    session = session_of(visit)
    form = await read_form(request, PasswordForm)
    token = cookie_token(request.scope["headers"], settings.https)
    try:
        fresh = await own_account.change_password(db, session, token, (form.old, form.new, form.again))
    except (Refused, TooManyAttempts) as error:
        page = _password_page(session, errors_of(error, visit))
        return render(request, "account/password.html", page, status_of(error), more_headers(error))
    code = visit.language.code
    after = home_of(session.role, code) if session.password_due else f"/{code}/account?done=password"
    return to(after, **{"Set-Cookie": begin_cookie(fresh, settings.https)})


@post(
    "/{lang:str}/account/sessions/{id:int}/end",
    guards=[signed_in],
    status_code=303,
    opt=does("session ended"),
)
async def end_one(
    visit: NamedDependency[Visit], db: NamedDependency[Database], id: FromPath[int]
) -> Response[None]:
    """End one of my sessions."""
    await own_account.end_session(db, session_of(visit), id)
    return to(f"/{visit.language.code}/account?done=session")


@post(
    "/{lang:str}/account/sessions/end-others",
    guards=[signed_in],
    status_code=303,
    opt=does("other sessions ended"),
)
async def end_others(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[None]:
    """End all of my sessions but this one."""
    token = cookie_token(request.scope["headers"], settings.https)
    await own_account.end_other_sessions(db, session_of(visit), token)
    return to(f"/{visit.language.code}/account?done=sessions")
