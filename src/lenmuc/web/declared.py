"""What every route declares where it stands, read together: who, whose rows, proof of origin, limits, the
audit log, and who shares a reply.

Who may come in is a guard (`access`), and whose rows follows from it; the database holds to both. Replies
are shared with `opt=PUBLIC` or `opt=EVERYBODY` (`caching`). Changes say `opt=does(…)`. Reads of the API are
counted, changes must come from our own pages: that holds for all, at the gate. Where something is left out,
the program does not start.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import BaseRouteHandler

from lenmuc.core.deeds import Action
from lenmuc.core.throttle import READS, Limit
from lenmuc.web.access import SAFE_METHODS, Needs
from lenmuc.web.caching import kept_for
from lenmuc.web.visits import API

_OPTION = "does"


class Does(msgspec.Struct, frozen=True):
    """What a change leaves in the audit log, any of `actions`, or `nothing` for a reason; and its limits."""

    actions: tuple[Action, ...] = ()
    nothing: str = ""
    limits: tuple[Limit, ...] | None = None


class Declared(msgspec.Struct, frozen=True):
    """One route with one method, as it declares itself."""

    method: str
    path: str
    needs: Needs
    does: Does
    kept: str

    @property
    def changes(self) -> bool:
        """Does it change anything?"""
        return self.method not in SAFE_METHODS

    @property
    def origin(self) -> str:
        """What shows that a change comes from one of our own pages."""
        if not self.changes:
            return ""
        return "origin, token" if self.needs.roles else "origin, token of a session"

    @property
    def limits(self) -> tuple[Limit, ...]:
        """How often one may come."""
        if not self.changes and self.path.startswith(API):
            return (READS,)
        return self.does.limits or ()


class Undeclared(RuntimeError):
    """A route leaves something out; nothing is served then."""


def does(*actions: Action, nothing: str = "", limits: tuple[Limit, ...] | None = None) -> dict[str, Any]:
    """The option of a route that changes something: `@post(…, opt=does("answer"))`.

    `nothing` says why the audit log has no entry of it. Who is open to everybody names `limits` too.
    """
    if bool(actions) == bool(nothing):
        raise ValueError("name what the audit log keeps, or say why it keeps nothing")
    return {_OPTION: Does(actions, nothing, limits)}


def _handlers(app: Litestar) -> Iterator[tuple[str, BaseRouteHandler, str]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            for method in sorted(set(handler.http_methods) - {"OPTIONS"}):
                yield route.path, handler, method


def _missing(handler: BaseRouteHandler, method: str) -> str:
    """What this route leaves out, as the one who wrote it should read it."""
    guards = [guard for guard in handler.resolve_guards() if isinstance(guard, Needs)]
    if not guards:
        return "guards=[…]: who may use it"
    if method in SAFE_METHODS:
        return ""
    found = handler.opt.get(_OPTION)
    if not isinstance(found, Does):
        return "opt=does(…): what the audit log keeps of it"
    if found.limits is None and not any(guard.roles for guard in guards):
        return "opt=does(…, limits=(…)): how often one may do it without an account"
    return ""


def undeclared(app: Litestar) -> list[str]:
    """Routes that leave something out, and what. A program that is whole has none."""
    found = ((method, path, _missing(handler, method)) for path, handler, method in _handlers(app))
    return [f"{method} {path} does not say {missing}" for method, path, missing in found if missing]


def must_be_declared(app: Litestar) -> None:
    """Raise `Undeclared` with the names of the routes."""
    found = undeclared(app)
    if found:
        raise Undeclared("; ".join(found))


def declarations(app: Litestar) -> list[Declared]:
    """Every route with each of its methods, by path."""
    found = []
    for path, handler, method in _handlers(app):
        needs = next(guard for guard in handler.resolve_guards() if isinstance(guard, Needs))
        given = handler.opt.get(_OPTION, Does())
        kept = kept_for(handler.opt) if method in SAFE_METHODS else ""
        found.append(Declared(method, path, needs, given, kept))
    return sorted(found, key=lambda one: (one.path, one.method))
