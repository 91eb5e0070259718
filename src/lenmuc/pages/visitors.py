"""Who looks at a page."""

from typing import Any

from litestar import Request

from lenmuc.core.errors import N_, SignInNeeded
from lenmuc.store.people import Session
from lenmuc.web.visits import Visit

AnyRequest = Request[Any, Any, Any]


def session_of(visit: Visit) -> Session:
    """Whose visit it is. Raises `SignInNeeded`; behind a guard that never happens."""
    if visit.session is None:
        raise SignInNeeded(N_("This is for people with an account. Sign in to go on."))
    return visit.session


def client_of(request: AnyRequest) -> str:
    """The address that the request came from; behind a proxy that the server trusts, the one it names."""
    return request.client.host if request.client else ""
