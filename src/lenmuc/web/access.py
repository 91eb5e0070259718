"""Who may come in: the session cookie, the roles a route needs, and proof that a form is our own."""

import re
from collections.abc import Iterable
from hashlib import sha256
from hmac import compare_digest

import msgspec
from litestar.handlers import BaseRouteHandler

from lenmuc.core.errors import N_, LenMucError, NotAllowed, NotFound, SignInNeeded
from lenmuc.settings import LANGUAGES
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.people import Session
from lenmuc.web.visits import AnyConnection, visit_of

ROLES = ("staff", "lead", "planner", "administrator", "auditor")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
COOKIE = "lenmuc"
STEP_COOKIE = "lenmuc-step"
_TEN_MINUTES = 10 * 60
_TWELVE_HOURS = 12 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

Headers = Iterable[tuple[bytes, bytes]]


class ForeignForm(LenMucError):
    """A change was asked for that does not come from one of our own pages."""


class Unfinished(LenMucError):
    """Something of the account comes first. `due`: password or second-factor, as in `Session.due`."""

    def __init__(self, due: str) -> None:
        text = N_("Your account has to be made safe first. Sign in on the site and follow its steps.")
        super().__init__(text)
        self.due = due


class Needs(msgspec.Struct, frozen=True):
    """A guard of a route: who may use it. Every route declares one, `anyone` included.

    `at_once`: also for those who still have to choose a password or set up a second factor.
    """

    roles: tuple[str, ...] = ()
    at_once: bool = False

    @property
    def rows(self) -> str:
        """Whose rows are read and changed there; row-level security holds to it."""
        if not self.roles:
            return "what is public"
        if self.roles == ROLES:
            return "one's own"
        if {"staff", "lead"}.isdisjoint(self.roles):
            return "all agencies"
        return "own agency" if set(self.roles) <= {"staff", "lead"} else "own agency; planners all"

    def lets_in(self, role: str, method: str) -> bool:
        """May somebody of this role, or the public, come in with this method?

        A lead comes in where staff do. An auditor may read whatever planners or administrators may read.
        """
        if not self.roles or role in self.roles:
            return True
        if role == "lead":
            return "staff" in self.roles
        reading = method in SAFE_METHODS and not {"planner", "administrator"}.isdisjoint(self.roles)
        return role == "auditor" and reading

    async def __call__(self, connection: AnyConnection, _: BaseRouteHandler) -> None:
        """Raise `SignInNeeded`, `Unfinished` or `NotAllowed`."""
        visit = visit_of(connection)
        if self.roles and visit.session and visit.session.due and not self.at_once:
            raise Unfinished(visit.session.due)
        role = visit.session.role if visit.session else "public"
        if self.lets_in(role, visit.method):
            return
        if role == "public":
            raise SignInNeeded(N_("This is for people with an account. Sign in to go on."))
        raise NotAllowed(N_("Your account has no permission for this. Ask the administrator if you need it."))


anyone = Needs()
signed_in = Needs(ROLES)
signed_in_at_once = Needs(ROLES, at_once=True)


def needs(*roles: str) -> Needs:
    """The guard that lets in people with one of `roles` (staff, planner, administrator)."""
    if not roles or not set(roles) <= set(ROLES):
        raise ValueError(f"not roles: {roles}")
    return Needs(roles)


async def known_language(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """A guard for the whole site: /{lang}/ is one of our languages, or there is no such page."""
    if connection.path_params.get("lang", LANGUAGES[0]) not in LANGUAGES:
        raise NotFound(N_("There is no such page."))


def cookie_name(https: bool, name: str = COOKIE) -> str:
    """`__Host-` binds the cookie to this host and to HTTPS; browsers refuse that prefix without HTTPS."""
    return f"__Host-{name}" if https else name


def begin_cookie(token: str, https: bool, name: str = COOKIE, seconds: int = _TWELVE_HOURS) -> str:
    """The Set-Cookie value that begins a session, or a step on the way to one."""
    secure = "; Secure" if https else ""
    return f"{cookie_name(https, name)}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def step_cookie(token: str, https: bool) -> str:
    """The Set-Cookie value of a step: somebody left for the identity provider, or a code is still wanted."""
    return begin_cookie(token, https, STEP_COOKIE, _TEN_MINUTES)


def step_token(headers: Headers, https: bool) -> str:
    """The token of a step that the browser sent, or an empty string."""
    return cookie_token(headers, https, STEP_COOKIE)


def end_cookie(https: bool) -> str:
    """The Set-Cookie value that makes the browser forget the session."""
    secure = "; Secure" if https else ""
    return f"{cookie_name(https)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}"


def header(headers: Headers, name: bytes) -> str:
    """The first header of that lower-case name, or an empty string."""
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), "")


def cookie_token(headers: Headers, https: bool, name: str = COOKIE) -> str:
    """The session token that the browser sent, or an empty string when there is none of our shape."""
    wanted = cookie_name(https, name)
    for key, value in headers:
        if key.lower() != b"cookie":
            continue
        for part in value.decode("latin-1").split(";"):
            name, _, token = part.strip().partition("=")
            if name == wanted and _TOKEN.fullmatch(token):
                return token
    return ""


def hash_of(token: str) -> bytes:
    """What the database keeps of a token."""
    return sha256(token.encode()).digest()


async def session_of(db: Database, token: str) -> Session | None:
    """The living session of a token, noted as in use; None when there is none."""
    token_hash = hash_of(token)
    async with db.transaction(PROGRAM, read_only=True) as conn:
        session = await people_store.find_session(conn, token_hash)
    if session is not None and session.touch_due:
        async with db.transaction(PROGRAM) as conn:
            await people_store.touch_session(conn, token_hash)
    return session


def must_be_our_page(headers: Headers, https: bool) -> None:
    """Raise `ForeignForm` when the browser says that another site asks for this change.

    Programs that send neither header pass: they carry no cookie that somebody else could use, or must show
    the token of the session as well.
    """
    site = header(headers, b"sec-fetch-site")
    origin = header(headers, b"origin")
    ours = f"{'https' if https else 'http'}://{header(headers, b'host')}"
    if (site and site not in ("same-origin", "none")) or (origin and origin.lower() != ours.lower()):
        raise ForeignForm(
            N_("This was sent from another site, so nothing was done. Open the page here first.")
        )


def must_carry_token(session: Session | None, given: list[str]) -> None:
    """Raise `ForeignForm` unless exactly one token was given and it is the session's."""
    if session is None:
        return
    if len(given) != 1 or not compare_digest(given[0].encode("utf-8", "replace"), session.csrf.encode()):
        raise ForeignForm(N_("This form is out of date, so nothing was done. Reload the page and try again."))
