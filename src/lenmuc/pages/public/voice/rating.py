"""How satisfied somebody is with a service at an agency: the form, without an account."""

from collections.abc import Mapping

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.speaking import rate
from lenmuc.core.errors import N_, Fault, Refused, fault
from lenmuc.core.satisfaction import CONTENTS, rating_of
from lenmuc.core.throttle import LIMITS, TooManyPosts
from lenmuc.pages.public.voice.forms import About, Errors, about, refusal, thanks
from lenmuc.pages.visitors import AnyRequest, client_of
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class RatingInput(msgspec.Struct, frozen=True):
    """What the form sends; `more` is a trap: people do not see it and leave it empty."""

    agency: str = ""
    overall: str = ""
    convenience: str = ""
    timeliness: str = ""
    attitude: str = ""
    more: str = ""


class RatePage(msgspec.Struct, frozen=True):
    """What `templates/public/rate.html` shows; `typed` by content."""

    about: About
    contents: tuple[str, ...] = CONTENTS
    typed: Mapping[str, str] = {}
    errors: Errors = ()


@get("/{lang:str}/services/{code:str}/rate", guards=[anyone], opt=PUBLIC)
async def rate_page(
    request: AnyRequest, db: NamedDependency[Database], code: FromPath[str], agency: FromQuery[str] = ""
) -> Response[str]:
    """The form."""
    return render(request, "public/rate.html", RatePage(await about(db, code, agency)))


@post(
    "/{lang:str}/services/{code:str}/rate",
    guards=[anyone],
    status_code=303,
    opt=does(nothing="nobody is to be found by it", limits=LIMITS),
)
async def rate_here(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database], code: FromPath[str]
) -> Response[str] | Response[None]:
    """Store it; then to the page that thanks."""
    form = await read_form(request, RatingInput)
    typed = {content: str(getattr(form, content)) for content in CONTENTS}
    place = await about(db, code, form.agency)
    if form.more:
        return thanks(visit, code, "rate", place.agency)
    rating, faults = rating_of(typed)
    try:
        if rating is None or not place.agency:
            raise Refused([*_which(place), *faults])
        await rate(db, client_of(request), today(), code, place.agency, rating)
    except (Refused, TooManyPosts) as error:
        errors, status, headers = refusal(error, visit)
        page = RatePage(place, typed=typed, errors=errors)
        return render(request, "public/rate.html", page, status, dict(headers))
    return thanks(visit, code, "rate", place.agency)


def _which(place: About) -> list[Fault]:
    return [] if place.agency else [fault("agency", N_("Choose the agency."))]


handlers = [rate_page, rate_here]
