"""'I need this online': one press; and the page that thanks for whatever was said."""

import datetime as dt

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.speaking import want
from lenmuc.core.corrections import WORKING_DAYS, working_days_after
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.satisfaction import ENOUGH, Quarter, quarter_of
from lenmuc.core.throttle import LIMITS
from lenmuc.pages.public.voice.forms import About, about, thanks
from lenmuc.pages.visitors import AnyRequest, client_of
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

SAID = ("rate", "wrong", "need")


class NeedInput(msgspec.Struct, frozen=True):
    """What the button sends: where it stood, and a trap that people leave empty."""

    agency: str = ""
    more: str = ""


class ThanksPage(msgspec.Struct, frozen=True):
    """What `templates/public/thanks.html` shows: what was said (one of `SAID`), and what happens by when."""

    about: About
    said: str
    quarter: Quarter
    shown: dt.date
    due: dt.date
    days: int = WORKING_DAYS
    enough: int = ENOUGH


@post(
    "/{lang:str}/services/{code:str}/need",
    guards=[anyone],
    status_code=303,
    opt=does(nothing="nobody is to be found by it", limits=LIMITS),
)
async def need(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database], code: FromPath[str]
) -> Response[None]:
    """Count it; then to the page that thanks."""
    form = await read_form(request, NeedInput)
    place = await about(db, code, form.agency)
    if not form.more:
        await want(db, client_of(request), today(), code)
    return thanks(visit, code, "need", form.agency and place.agency)


@get("/{lang:str}/services/{code:str}/thanks", guards=[anyone], opt=PUBLIC)
async def thanks_page(
    request: AnyRequest,
    db: NamedDependency[Database],
    code: FromPath[str],
    said: FromQuery[str] = "",
    agency: FromQuery[str] = "",
) -> Response[str]:
    """What happens next; the same for everybody, and nothing of what was said."""
    if said not in SAID:
        raise NotFound(N_("There is no such page."))
    day = today()
    quarter = quarter_of(day)
    page = ThanksPage(
        await about(db, code, agency), said, quarter, quarter.after, working_days_after(day, WORKING_DAYS)
    )
    return render(request, "public/thanks.html", page)


handlers = [need, thanks_page]
