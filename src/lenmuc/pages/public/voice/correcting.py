"""'This is wrong' on a level: the form, without an account."""

from textwrap import shorten

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.speaking import correct
from lenmuc.content.everything import Content
from lenmuc.core.corrections import TEXT_LIMIT, WORKING_DAYS, correction_faults
from lenmuc.core.errors import N_, Refused, fault
from lenmuc.core.text import clean_text
from lenmuc.core.throttle import LIMITS, TooManyPosts
from lenmuc.pages.public.voice.forms import About, Errors, about, refusal, thanks
from lenmuc.pages.visitors import AnyRequest, client_of
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.language import Language
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_WORDS = 90


class CorrectionInput(msgspec.Struct, frozen=True):
    """What the form sends; `more` is a trap: people do not see it and leave it empty."""

    agency: str = ""
    criterion: str = ""
    text: str = ""
    more: str = ""


class WrongPage(msgspec.Struct, frozen=True):
    """What `templates/public/wrong.html` shows: `criteria` to choose from, each with its words."""

    about: About
    criteria: tuple[tuple[str, str], ...]
    criterion: str = ""
    text: str = ""
    limit: int = TEXT_LIMIT
    days: int = WORKING_DAYS
    errors: Errors = ()


def criteria_of(content: Content, language: Language) -> tuple[tuple[str, str], ...]:
    """Those that decide a level: each with its number and its first words."""
    return tuple(
        (each.id, shorten(f"{each.id} {language.pick(each.text)}", _WORDS, placeholder="…"))
        for each in content.scheme.criteria
        if each.role == "defines"
    )


@get("/{lang:str}/services/{code:str}/wrong", guards=[anyone], opt=PUBLIC)
async def wrong_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
    agency: FromQuery[str] = "",
) -> Response[str]:
    """The form."""
    page = WrongPage(await about(db, code, agency), criteria_of(content, visit.language))
    return render(request, "public/wrong.html", page)


@post(
    "/{lang:str}/services/{code:str}/wrong",
    guards=[anyone],
    status_code=303,
    opt=does(nothing="nobody is to be found by it", limits=LIMITS),
)
async def say_wrong(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    code: FromPath[str],
) -> Response[str] | Response[None]:
    """Store it for moderation; then to the page that thanks."""
    form = await read_form(request, CorrectionInput)
    place, criteria = await about(db, code, form.agency), criteria_of(content, visit.language)
    if form.more:
        return thanks(visit, code, "wrong", place.agency)
    faults = [] if place.agency else [fault("agency", N_("Choose the agency."))]
    if form.criterion and all(id != form.criterion for id, _ in criteria):
        faults.append(fault("criterion", N_("There is no such criterion in this scheme.")))
    try:
        if faults:
            raise Refused([*faults, *correction_faults(clean_text(form.text))])
        await correct(db, client_of(request), today(), code, place.agency, form.criterion, form.text)
    except (Refused, TooManyPosts) as error:
        errors, status, headers = refusal(error, visit)
        page = WrongPage(place, criteria, form.criterion, form.text, errors=errors)
        return render(request, "public/wrong.html", page, status, dict(headers))
    return thanks(visit, code, "wrong", place.agency)


handlers = [wrong_page, say_wrong]
