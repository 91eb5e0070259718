"""One request as pages and API see it: who asks, in which language, where, under which number."""

from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from litestar.connection import ASGIConnection

from lenmuc.core.answers import Identity
from lenmuc.settings import LANGUAGES
from lenmuc.store.people import Session
from lenmuc.web.language import Language, of_path

AnyConnection = ASGIConnection[Any, Any, Any, Any]
_KEY = "lenmuc.visit"
_SHARED = "lenmuc.shared"
API = "/api/"
DATA = "/data/"
WATCHED = ("/healthz", "/readyz")


class Visit(msgspec.Struct, frozen=True):
    """`query` is without its question mark; `session` is None for the public; `request_id` is ours."""

    request_id: str
    method: str
    path: str
    query: str
    language: Language
    session: Session | None = None

    @property
    def who(self) -> Identity:
        """For whom the database acts. Whoever has to make the account safe first is the public until then."""
        return self.session.who if self.session and not self.session.due else Identity()

    @property
    def csrf(self) -> str:
        """What every form of a signed-in person carries in its field `csrf`; empty for the public."""
        return self.session.csrf if self.session else ""

    @property
    def is_api(self) -> bool:
        """Is a program asking, which wants JSON and no pages?"""
        return self.path.startswith((API, DATA)) or self.path + "/" == API or self.path in WATCHED

    @property
    def address(self) -> str:
        """Path and query, as a link within this site."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def address_in(self, code: str) -> str:
        """The same page in another language; its home where the page has no language."""
        ours = of_path(self.path)
        if not ours:
            return f"/{code}/"
        return f"/{code}{self.address[len(ours) + 1 :]}"

    @property
    def other_language(self) -> str:
        """The code of the language to switch to."""
        return next(code for code in LANGUAGES if code != self.language.code)


def put(scope: dict[str, Any], visit: Visit) -> None:
    """Keep the visit with the request."""
    scope.setdefault("state", {})[_KEY] = visit


def of_scope(scope: dict[str, Any]) -> Visit:
    """The visit of an ASGI request that came through the gate."""
    return cast(Visit, scope["state"][_KEY])


def share(scope: dict[str, Any]) -> None:
    """A reply is being made that is the same for everybody: what it shows may come from a standby."""
    scope.setdefault("state", {})[_SHARED] = True


def is_shared(connection: AnyConnection) -> bool:
    """Whether the reply that is being made is the same for everybody."""
    return bool(connection.scope["state"].get(_SHARED))


def visit_of(connection: AnyConnection) -> Visit:
    """The visit of a Litestar request."""
    return of_scope(cast(dict[str, Any], connection.scope))


def own_path(address: str) -> str:
    """`address` when it is a path of this site, or an empty string: nobody is sent elsewhere.

    Browsers read `//host` and `/\\host` as another site and drop tabs and line ends, so those are refused.
    """
    if len(address) > 2_000 or not address.startswith("/") or address.startswith("//"):
        return ""
    if "\\" in address or any(ord(char) <= 0x20 or ord(char) == 0x7F for char in address):
        return ""
    parts = urlsplit(address)
    return "" if parts.scheme or parts.netloc else address
