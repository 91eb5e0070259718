"""A programme is set, worded anew, shown to the public and taken back; the library of targets."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions import programmes as doing
from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, Conflict, NotFound, Refused
from lenmuc.core.figures import Figure
from lenmuc.core.programme_forms import ProgrammeForm
from lenmuc.core.programmes import LibraryTarget
from lenmuc.pages.programmes.forms import ConfirmPage, Errors, VersionForm, again, planners, said, to, written
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store.database import Database
from lenmuc.store.programmes import Programme
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class ProgrammeEdit(msgspec.Struct, frozen=True):
    """What `templates/programmes/edit.html` shows; `programme` is `None` for a new one."""

    programme: Programme | None
    form: ProgrammeForm
    errors: Errors = ()


class LibraryPage(msgspec.Struct, frozen=True):
    """What `templates/programmes/library.html` shows: targets, each with the figure that measures it."""

    programme: Programme
    rows: tuple[tuple[LibraryTarget, Figure | None], ...]


@get("/{lang:str}/programmes/new", guards=[planners])
async def new_programme(request: AnyRequest) -> Response[str]:
    """The form of a new programme."""
    return render(request, "programmes/edit.html", ProgrammeEdit(None, ProgrammeForm()))


@post("/{lang:str}/programmes/new", guards=[planners], status_code=303, opt=does("programme"))
async def add_programme(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[Any]:
    """Set a programme; the public does not see it so far."""
    form = await read_form(request, ProgrammeForm)
    try:
        number = await doing.save_programme(db, visit.who, session_of(visit).person, form)
    except Refused as error:
        page = ProgrammeEdit(None, form, said(visit, error))
        return render(request, "programmes/edit.html", page, status_of(error))
    return to(visit, f"programmes/{number}?done=saved")


@get("/{lang:str}/programmes/{id:int}/change", guards=[planners])
async def change_programme_form(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database], id: FromPath[int]
) -> Response[str]:
    """The form of a programme that is there."""
    async with db.transaction(visit.who, read_only=True) as conn:
        programme = await doing.the_programme(conn, id)
    form = ProgrammeForm(
        programme.name, programme.name_en, programme.basis, written(programme.first_day),
        written(programme.last_day), programme.version,
    )  # fmt: skip
    return render(request, "programmes/edit.html", ProgrammeEdit(programme, form))


@post("/{lang:str}/programmes/{id:int}/change", guards=[planners], status_code=303, opt=does("programme"))
async def change_programme(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database], id: FromPath[int]
) -> Response[Any]:
    """Word a programme anew."""
    form = await read_form(request, ProgrammeForm)
    async with db.transaction(visit.who, read_only=True) as conn:
        programme = await doing.the_programme(conn, id)
    try:
        await doing.save_programme(db, visit.who, session_of(visit).person, form, id)
    except (Refused, Conflict) as error:
        wrong = said(visit, error)
        form = again(form, programme.version, error)
        page = ProgrammeEdit(programme, form, wrong)
        return render(request, "programmes/edit.html", page, status_of(error))
    return to(visit, f"programmes/{id}?done=saved")


@get("/{lang:str}/programmes/{id:int}/{deed:str}", guards=[planners])
async def ask_programme(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
    deed: FromPath[str],
) -> Response[str]:
    """The library to choose targets from; or what showing or hiding a programme means, before it is done."""
    async with db.transaction(visit.who, read_only=True) as conn:
        programme = await doing.the_programme(conn, id)
    if deed == "library":
        rows = tuple(
            (each, content.figures[each.measured.figure] if each.measured else None)
            for each in content.targets.values()
        )
        return render(request, "programmes/library.html", LibraryPage(programme, rows))
    if deed not in ("publish", "hide"):
        raise NotFound(N_("There is no such page."))
    back = f"/{visit.language.code}/programmes/{id}"
    page = ConfirmPage(programme, deed, programme.name, programme.version, f"{back}/{deed}", back)
    return render(request, "programmes/confirm.html", page)


@post(
    "/{lang:str}/programmes/{id:int}/{deed:str}",
    guards=[planners],
    status_code=303,
    opt=does("programme published", "programme taken back"),
)
async def do_programme(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    id: FromPath[int],
    deed: FromPath[str],
) -> Response[Any]:
    """Show a programme to the public, or take it back."""
    if deed not in ("publish", "hide"):
        raise NotFound(N_("There is no such page."))
    form = await read_form(request, VersionForm)
    who, person = visit.who, session_of(visit).person
    await doing.publish_programme(db, who, person, id, deed == "publish", form.version)
    return to(visit, f"programmes/{id}?done={'published' if deed == 'publish' else 'hidden'}")


handlers = [
    new_programme,
    add_programme,
    change_programme_form,
    change_programme,
    ask_programme,
    do_programme,
]
