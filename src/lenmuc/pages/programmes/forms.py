"""What the forms of programmes, targets and tasks share: faults, days as typed, the question before."""

import datetime as dt
from typing import TypeVar

import msgspec
from litestar import Response

from lenmuc.core.errors import Conflict, Refused
from lenmuc.store.programmes import Programme
from lenmuc.web.access import needs
from lenmuc.web.visits import Visit

planners = needs("planner")
Errors = tuple[tuple[str, str], ...]
Options = tuple[tuple[str, str], ...]
F = TypeVar("F", bound=msgspec.Struct)


class VersionForm(msgspec.Struct, frozen=True):
    """A deed that is confirmed: the version that was on the page."""

    version: int


class ConfirmPage(msgspec.Struct, frozen=True):
    """What `templates/programmes/confirm.html` asks. `deed` is publish, hide, target or task; `name` is what
    it is done to, `action` where the form goes, `back` where a no leads.
    """

    programme: Programme
    deed: str
    name: str
    version: int
    action: str
    back: str


def said(visit: Visit, error: Refused | Conflict) -> Errors:
    """What is wrong, in the language of the visit."""
    if isinstance(error, Conflict):
        return (("", visit.language.message(error.message)),)
    return tuple((fault.field, visit.language.message(fault.message)) for fault in error.faults)


def again(form: F, version: int, error: Refused | Conflict) -> F:
    """What was typed; after a conflict it may be sent again, over what is there now."""
    return msgspec.structs.replace(form, version=version) if isinstance(error, Conflict) else form


def written(day: dt.date) -> str:
    """A day as forms take it."""
    return f"{day:%d/%m/%Y}"


def to(visit: Visit, path: str) -> Response[None]:
    """On to another page after a change."""
    return Response(None, status_code=303, headers={"Location": f"/{visit.language.code}/{path}"})
