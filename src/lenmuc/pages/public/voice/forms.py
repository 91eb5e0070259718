"""What the forms of the public share: the service they are about, the trap for programs, the way on."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from litestar import Response

from lenmuc.core.errors import N_, LenMucError, NotFound, Refused
from lenmuc.core.services import Service
from lenmuc.core.throttle import TooManyPosts
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import Database
from lenmuc.store.offerings import OfferingRow
from lenmuc.web.visits import Visit

Errors = tuple[tuple[str, str], ...]


class About(msgspec.Struct, frozen=True):
    """The service of a form and who offers it; `agency` is the one that was chosen, or the only one."""

    service: Service
    rows: tuple[OfferingRow, ...]
    agency: str

    @property
    def chosen(self) -> OfferingRow | None:
        """The offering of the chosen agency."""
        return next((row for row in self.rows if row.agency == self.agency), None)


async def about(db: Database, code: str, agency: str) -> About:
    """Raises `NotFound` for a service that is not there or that nobody offers."""
    async with db.transaction(read_only=True) as conn:
        service = await catalogue_store.find_service(conn, code)
        rows = await offerings_store.offerings_of_service(conn, code) if service else []
    if service is None or not rows:
        raise NotFound(N_("There is no service with this code."))
    if agency and all(row.agency != agency for row in rows):
        raise NotFound(N_("No agency with this code offers this service."))
    return About(service, tuple(rows), agency or (rows[0].agency if len(rows) == 1 else ""))


def thanks(visit: Visit, code: str, said: str, agency: str = "") -> Response[None]:
    """On to the page that says what happens next."""
    query = urlencode({name: value for name, value in (("said", said), ("agency", agency)) if value})
    to = f"/{visit.language.code}/services/{code}/thanks?{query}"
    return Response(None, status_code=303, headers={"Location": to})


def refusal(error: LenMucError, visit: Visit) -> tuple[Errors, int, Mapping[str, str]]:
    """Errors for the form that is shown again, the status of the reply, and its headers."""
    if isinstance(error, TooManyPosts):
        said = (("", visit.language.message(error.message)),)
        return said, 429, {"Retry-After": str(error.retry_after)}
    faults = error.faults if isinstance(error, Refused) else []
    return tuple((each.field, visit.language.message(each.message)) for each in faults), 422, {}
