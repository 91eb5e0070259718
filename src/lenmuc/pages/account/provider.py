"""Signing in through the identity provider of the authority, and the link of one's own account with it."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from lenmuc.actions import provider_sign_in
from lenmuc.actions.attempts import TooManyAttempts
from lenmuc.actions.provider import CALLBACK, Provider, Reply
from lenmuc.actions.provider_token import ProviderFailed
from lenmuc.core.errors import N_, Message, NotFound, Refused
from lenmuc.pages.account.sign_in import WHY, Errors, errors_of, home_of, more_headers, to
from lenmuc.pages.visitors import AnyRequest, client_of, session_of
from lenmuc.settings import Settings
from lenmuc.store import links as links_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.links import Link
from lenmuc.store.people import Session
from lenmuc.web.access import anyone, begin_cookie, cookie_token, signed_in, step_cookie, step_token
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit, own_path


class LinkForm(msgspec.Struct, frozen=True):
    """The password, for opening another way in."""

    password: str


class NoForm(msgspec.Struct, frozen=True):
    """The button alone."""


class LinkPage(msgspec.Struct, frozen=True):
    """What `templates/account/provider.html` shows. `way`: the address there, after the password."""

    name: str
    link: Link | None
    way: str = ""
    done: str = ""
    failed: Message | None = None
    errors: Errors = ()


def why(failed: str) -> Message | None:
    """The sentence for a failure that an address names."""
    return Message(WHY[failed]) if failed in WHY else None


def _set(provider: Provider | None) -> Provider:
    if provider is None:
        raise NotFound(N_("There is no such page."))
    return provider


@get("/{lang:str}/sign-in/provider", guards=[anyone])
async def leave(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    provider: NamedDependency[Provider | None],
    next: FromQuery[str] = "",
) -> Response[None]:
    """Leave for the provider. A link, not a form: our policy lets no form lead to another site."""
    code, back = visit.language.code, own_path(next)
    try:
        begun = await provider_sign_in.begin(db, _set(provider), client_of(request), language=code, next=back)
    except ProviderFailed as failed:
        return _failed(code, failed.why, back)
    headers = {"Cache-Control": "no-store", "Set-Cookie": step_cookie(begun.token, settings.https)}
    return to(begun.address, **headers)


def _failed(code: str, why: str, next: str = "") -> Response[None]:
    after = f"&next={quote(next, safe='/')}" if next else ""
    return to(f"/{code}/sign-in?failed={why}{after}")


@get(CALLBACK, guards=[anyone])
async def back(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    provider: NamedDependency[Provider | None],
    code: FromQuery[str] = "",
    given_state: Annotated[str, QueryParameter(name="state")] = "",
    iss: FromQuery[str] = "",
    error: FromQuery[str] = "",
) -> Response[None]:
    """Back from the provider. It ends in a redirect, so that the code does not stay in the address bar."""
    known = _set(provider)
    headers = request.scope["headers"]
    token = step_token(headers, settings.https)
    step = await provider_sign_in.take(db, token) if token else None
    if step is None:
        return _failed(visit.language.code, "over")
    reply = Reply(code, given_state, iss, error)
    if step.person is not None:
        return await _linked(db, known, visit.session, step.person, step.language, token, reply)
    old = cookie_token(headers, settings.https)
    try:
        entered = await provider_sign_in.sign_in(db, known, token, reply, client_of(request), replaces=old)
    except ProviderFailed as failed:
        return _failed(step.language, failed.why, step.next)
    if entered.code_wanted:
        after = f"?next={quote(step.next, safe='/')}" if step.next else ""
        cookie = {"Set-Cookie": step_cookie(entered.token, settings.https)}
        return to(f"/{step.language}/sign-in/code{after}", **cookie)
    address = own_path(step.next) or home_of(entered.person.role, step.language)
    return to(address, **{"Set-Cookie": begin_cookie(entered.token, settings.https)})


async def _linked(
    db: Database,
    provider: Provider,
    session: Session | None,
    person: int,
    code: str,
    token: str,
    reply: Reply,
) -> Response[None]:
    if session is None or session.person != person:
        return _failed(code, "over")
    try:
        await provider_sign_in.link_own(db, provider, session, token, reply)
    except ProviderFailed as failed:
        return to(f"/{code}/account/provider?failed={failed.why}")
    return to(f"/{code}/account/provider?done=linked")


async def _page(db: Database, provider: Provider, session: Session, **shown: Any) -> LinkPage:
    async with db.transaction(PROGRAM, read_only=True) as conn:
        link = await links_store.find_link(conn, session.person, provider.settings.issuer)
    return LinkPage(provider.settings.name, link, **shown)


@get("/{lang:str}/account/provider", guards=[signed_in])
async def link_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    provider: NamedDependency[Provider | None],
    done: FromQuery[str] = "",
    failed: FromQuery[str] = "",
) -> Response[str]:
    """Whether my account is linked with the provider."""
    page = await _page(db, _set(provider), session_of(visit), done=done, failed=why(failed))
    return render(request, "account/provider.html", page)


@get(
    ["/{lang:str}/account/provider/link", "/{lang:str}/account/provider/unlink"],
    guards=[signed_in],
    sync_to_thread=False,
)
def link_back(visit: NamedDependency[Visit]) -> Response[None]:
    """The language is changed on a page that a form led to."""
    return to(f"/{visit.language.code}/account/provider")


@post(
    "/{lang:str}/account/provider/link",
    guards=[signed_in],
    status_code=200,
    opt=does(nothing="noted when the provider has answered"),
)
async def link(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    provider: NamedDependency[Provider | None],
) -> Response[Any]:
    """Against the password, the link that leads to the provider."""
    known, session = _set(provider), session_of(visit)
    form = await read_form(request, LinkForm)
    try:
        await provider_sign_in.may_link(db, session, form.password)
        begun = await provider_sign_in.begin(
            db, known, client_of(request), language=visit.language.code, person=session.person
        )
    except ProviderFailed as failed:
        page = await _page(db, known, session, failed=why(failed.why))
        return render(request, "account/provider.html", page, 503)
    except (Refused, TooManyAttempts) as error:
        page = await _page(db, known, session, errors=errors_of(error, visit))
        return render(request, "account/provider.html", page, status_of(error), more_headers(error))
    page = await _page(db, known, session, way=begun.address)
    cookie = {"Set-Cookie": step_cookie(begun.token, settings.https)}
    return render(request, "account/provider.html", page, 200, cookie)


@post(
    "/{lang:str}/account/provider/unlink", guards=[signed_in], status_code=303, opt=does("provider unlinked")
)
async def unlink(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    provider: NamedDependency[Provider | None],
) -> Response[None]:
    """Take the link away."""
    await read_form(request, NoForm)
    token = cookie_token(request.scope["headers"], settings.https)
    await provider_sign_in.unlink_own(db, _set(provider), session_of(visit), token)
    return to(f"/{visit.language.code}/account/provider?done=unlinked")
