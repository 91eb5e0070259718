"""My second factor: set up, recovery codes, taken away."""

from io import BytesIO
from typing import Any

import msgspec
import segno
from litestar import Response, get, post
from litestar.di import NamedDependency
from markupsafe import Markup

from lenmuc.actions import second_factor
from lenmuc.actions.attempts import TooManyAttempts
from lenmuc.actions.second_factor import WrongCode
from lenmuc.core.errors import Refused
from lenmuc.core.throttle import CODES
from lenmuc.pages.account.sign_in import Errors, errors_of, more_headers, to
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.settings import Settings
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.people import Session
from lenmuc.web.access import begin_cookie, cookie_token, signed_in, signed_in_at_once
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class CodeForm(msgspec.Struct, frozen=True):
    """A code of the authenticator."""

    code: str


class OffForm(msgspec.Struct, frozen=True):
    """The password, for taking the second factor away."""

    password: str


class FactorPage(msgspec.Struct, frozen=True):
    """What `templates/account/second-factor.html` shows.

    `secret`, `address` and `picture` are set between the beginning and the first code.
    """

    session: Session
    secret: str = ""
    address: str = ""
    picture: Markup = Markup("")
    errors: Errors = ()


class RecoveryPage(msgspec.Struct, frozen=True):
    """What `templates/account/recovery-codes.html` shows, once."""

    codes: tuple[str, ...]


def picture(address: str) -> Markup:
    """The QR code of an address as SVG without any style, dark on light."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, svgclass="qr__svg", lineclass=None,
        light="#fff", nl=False,
    )  # fmt: skip
    return Markup(out.getvalue().decode())


async def _page(db: Database, session: Session, errors: Errors = ()) -> FactorPage:
    async with db.transaction(PROGRAM, read_only=True) as conn:
        begun = await second_factor.enrolment(conn, session)
    if begun is None:
        return FactorPage(session, errors=errors)
    return FactorPage(session, begun.secret, begun.address, picture(begun.address), errors)


@get("/{lang:str}/account/second-factor", guards=[signed_in_at_once])
async def factor_page(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[str]:
    """Begin, type the first code, or change what is in force."""
    return render(request, "account/second-factor.html", await _page(db, session_of(visit)))


@get(
    [f"/{{lang:str}}/account/second-factor/{step}" for step in ("confirm", "recovery-codes", "off")],
    guards=[signed_in_at_once],
    sync_to_thread=False,
)
def back(visit: NamedDependency[Visit]) -> Response[None]:
    """The language is changed on a page that a form led to: what was shown once is not shown again."""
    return to(f"/{visit.language.code}/account/second-factor")


@post(
    "/{lang:str}/account/second-factor/begin",
    guards=[signed_in_at_once],
    status_code=303,
    opt=does(nothing="noted when it is confirmed"),
)
async def begin(visit: NamedDependency[Visit], db: NamedDependency[Database]) -> Response[None]:
    """Make a secret, which the next page shows."""
    await second_factor.begin(db, session_of(visit))
    return to(f"/{visit.language.code}/account/second-factor")


@post(
    "/{lang:str}/account/second-factor/confirm",
    guards=[signed_in_at_once],
    status_code=200,
    opt=does("second factor on", limits=(CODES,)),
)
async def confirm(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Put the second factor in force and show the recovery codes, or ask for the code again."""
    session = session_of(visit)
    form = await read_form(request, CodeForm)
    token = cookie_token(request.scope["headers"], settings.https)
    try:
        codes, fresh = await second_factor.confirm(db, session, form.code, token)
    except (WrongCode, TooManyAttempts) as error:
        page = await _page(db, session, errors_of(error, visit))
        return render(request, "account/second-factor.html", page, status_of(error), more_headers(error))
    cookie = {"Set-Cookie": begin_cookie(fresh, settings.https)}
    return render(request, "account/recovery-codes.html", RecoveryPage(tuple(codes)), 200, cookie)


@post(
    "/{lang:str}/account/second-factor/recovery-codes",
    guards=[signed_in],
    status_code=200,
    opt=does("recovery codes renewed", limits=(CODES,)),
)
async def recovery_codes(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[Any]:
    """Ten new recovery codes, against a code."""
    session = session_of(visit)
    form = await read_form(request, CodeForm)
    try:
        codes = await second_factor.renew_recovery_codes(db, session, form.code)
    except (WrongCode, TooManyAttempts) as error:
        page = await _page(db, session, errors_of(error, visit))
        return render(request, "account/second-factor.html", page, status_of(error), more_headers(error))
    return render(request, "account/recovery-codes.html", RecoveryPage(tuple(codes)))


@post(
    "/{lang:str}/account/second-factor/off",
    guards=[signed_in],
    status_code=303,
    opt=does("second factor off"),
)
async def off(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[Any]:
    """Go on without, against the password, where the role allows it."""
    session = session_of(visit)
    form = await read_form(request, OffForm)
    try:
        await second_factor.turn_off(db, session, form.password)
    except (Refused, TooManyAttempts) as error:
        page = await _page(db, session, errors_of(error, visit))
        return render(request, "account/second-factor.html", page, status_of(error), more_headers(error))
    return to(f"/{visit.language.code}/account?done=off")
