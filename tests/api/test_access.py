"""Every route of the whole program says who may use it, and keeps its word."""

import re
from typing import Any

import pytest
from litestar import Litestar

from lenmuc.web.access import Needs
from lenmuc.web.declared import undeclared
from tests.api.contract import operations
from tests.conftest import PASSWORD, Visitor

ROLES = ("public", "staff", "lead", "planner", "administrator", "auditor")
FILLED = {
    "lang": "vi",
    "id": "999999999",
    "code": "no.such",
    "criterion": "3.01",
    "name": "none.css",
    "deed": "leave",
}


@pytest.fixture
def program(app: Any) -> Litestar:
    """The framework's program behind the gate."""
    found = app._app
    assert isinstance(found, Litestar)
    return found


def routes(program: Litestar) -> list[tuple[str, str, Needs]]:
    """(method, path, guard) of every route."""
    found = []
    for route in program.routes:
        for handler in getattr(route, "route_handlers", []):
            guards = [guard for guard in handler.resolve_guards() if isinstance(guard, Needs)]
            for method in sorted(set(handler.http_methods) - {"OPTIONS"}):
                found.append((method, route.path, guards[0]))
    return found


def test_every_route_declares_who_may_use_it(program: Litestar) -> None:
    assert undeclared(program) == []
    assert len(routes(program)) > 15


def test_a_route_that_declares_nothing_is_found() -> None:
    from litestar import get

    @get("/open", sync_to_thread=False)
    def careless() -> None:
        return None

    assert undeclared(Litestar([careless], logging_config=None, openapi_config=None)) == [
        "GET /open does not say guards=[…]: who may use it"
    ]


async def signed_in(db: Any, role: str, visitor: Visitor) -> Visitor:
    from tests.conftest import person

    if role != "public":
        await visitor.sign_in(await person(db, role, "STP" if role in ("staff", "lead") else ""), PASSWORD)
    return visitor


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_keeps_out_who_is_not_named(
    program: Litestar, db: Any, visit: Any, role: str
) -> None:
    visitor = await signed_in(db, role, visit())
    wrong: list[str] = []
    for method, path, guard in routes(program):
        # Signing out would end the session of this test; the step to the code begins at the sign-in page.
        if path.endswith(("/sign-out", "/sign-in/code")):
            continue
        address = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: FILLED.get(found[1], "1"), path)
        reply = await visitor.http.request(method, address, headers={"X-CSRF-Token": visitor.csrf})
        to_sign_in = reply.status_code == 303 and "/sign-in" in reply.headers["location"]
        kept_out = reply.status_code in (401, 403) or to_sign_in
        let_in = guard.lets_in(role, method)
        if reply.status_code >= 500 or kept_out == let_in:
            wrong.append(f"{role} {method} {address}: {reply.status_code}")
    assert wrong == []


def test_operations_for_signed_in_people_say_so(program: Litestar) -> None:
    guards = {(method.lower(), path): guard for method, path, guard in routes(program)}
    plain = {(method, re.sub(r":\w+", "", path)): guard for (method, path), guard in guards.items()}
    from lenmuc.api.document import document

    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert ("security" in operation) == bool(plain[method, path].roles), operation["operationId"]
    assert len(operations()) >= 15
