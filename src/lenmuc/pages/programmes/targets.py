"""A target is set, from the library or by hand, set anew and withdrawn."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions import programmes as doing
from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, Conflict, Refused
from lenmuc.core.programme_forms import TIERS, TargetForm
from lenmuc.core.programmes import LibraryTarget, ways
from lenmuc.pages.programmes.forms import (
    ConfirmPage,
    Errors,
    Options,
    VersionForm,
    again,
    planners,
    said,
    to,
    written,
)
from lenmuc.pages.public.lists import name_of
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store.database import Database
from lenmuc.store.programmes import Programme, Target
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

_TIER_WORDS: Mapping[str, str] = {
    "province": N_("Bodies of the city"),
    "commune": N_("Wards and communes"),
    "ministry": N_("National bodies"),
}


class TargetEdit(msgspec.Struct, frozen=True):
    """What `templates/programmes/target.html` shows; `target` is `None` for a new one. `known` is what was
    chosen from the library.
    """

    programme: Programme
    target: Target | None
    form: TargetForm
    figures: Options
    scopes: Options
    known: LibraryTarget | None
    errors: Errors = ()


async def _target_page(
    db: Database,
    visit: Visit,
    content: Content,
    id: int,
    target: int | None,
    form: TargetForm | None = None,
    errors: Errors = (),
    known: str = "",
) -> TargetEdit:
    language = visit.language
    async with db.transaction(visit.who, read_only=True) as conn:
        programme = await doing.the_programme(conn, id)
        there = await doing.the_target(conn, id, target) if target is not None else None
        agencies = await catalogue_store.agency_names(conn)
    if form is None:
        form = _typed(there) if there else _chosen(content.targets.get(known), programme)
    tiers = {each.tier for each in agencies}
    return TargetEdit(
        programme=programme,
        target=there,
        form=form,
        figures=(
            ("", language.gettext(N_("None: nothing here measures it"))),
            *((each.id, language.pick(each.name)) for each in content.figures.values() if ways(each)),
        ),
        scopes=(
            ("", language.gettext(N_("The whole city"))),
            *((f"tier:{tier}", language.gettext(_TIER_WORDS[tier])) for tier in TIERS if tier in tiers),
            *(
                (f"agency:{code}", name)
                for code, name in ((each.code, name_of(each, language)) for each in agencies)
            ),
        ),
        known=content.targets.get(form.library),
        errors=errors,
    )


def _amount(amount: float) -> str:
    return f"{amount:.6f}".rstrip("0").rstrip(".").replace(".", ",")


def _typed(target: Target) -> TargetForm:
    scope = f"agency:{target.agency}" if target.agency else f"tier:{target.tier}" if target.tier else ""
    return TargetForm(
        target.name, target.name_en, target.library, target.figure, target.counted, target.sense, target.unit,
        _amount(target.amount), written(target.due), scope, target.document, target.version,
    )  # fmt: skip


def _chosen(known: LibraryTarget | None, programme: Programme) -> TargetForm:
    """A new target: empty, or as the library has it; its day only while it lies in the programme."""
    if known is None:
        return TargetForm(due=written(programme.last_day))
    inside = known.due if known.due and known.due >= programme.first_day else programme.last_day
    kept = known.measured
    return TargetForm(
        name=known.name.vi,
        name_en=known.name.en,
        library=known.id,
        figure=kept.figure if kept else "",
        counted=kept.counted if kept else "services",
        sense=kept.sense if kept else known.sense,
        unit=kept.unit if kept else ("percent" if max(known.values, default=0) <= 100 else "count"),
        amount=_amount(kept.amount) if kept else _amount(known.values[0]) if known.values else "",
        due=written(inside),
        document=known.document.vi,
    )


@get("/{lang:str}/programmes/{id:int}/targets/new", guards=[planners])
async def new_target(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
    library: FromQuery[str] = "",
) -> Response[str]:
    """The form of a new target, filled in from the library when one was chosen."""
    page = await _target_page(db, visit, content, id, None, known=library)
    return render(request, "programmes/target.html", page)


@post("/{lang:str}/programmes/{id:int}/targets/new", guards=[planners], status_code=303, opt=does("target"))
async def add_target(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
) -> Response[Any]:
    """Set a target."""
    form = await read_form(request, TargetForm)
    try:
        number = await doing.save_target(db, content, visit.who, session_of(visit).person, id, form)
    except Refused as error:
        page = await _target_page(db, visit, content, id, None, form, said(visit, error))
        return render(request, "programmes/target.html", page, status_of(error))
    return to(visit, f"programmes/{id}?done=target#target-{number}")


@get("/{lang:str}/programmes/{id:int}/targets/{target:int}", guards=[planners])
async def change_target_form(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
    target: FromPath[int],
) -> Response[str]:
    """The form of a target that is there."""
    page = await _target_page(db, visit, content, id, target)
    return render(request, "programmes/target.html", page)


@post(
    "/{lang:str}/programmes/{id:int}/targets/{target:int}",
    guards=[planners],
    status_code=303,
    opt=does("target"),
)
async def change_target(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[int],
    target: FromPath[int],
) -> Response[Any]:
    """Set a target anew."""
    form = await read_form(request, TargetForm)
    try:
        await doing.save_target(db, content, visit.who, session_of(visit).person, id, form, target)
    except (Refused, Conflict) as error:
        wrong = said(visit, error)
        page = await _target_page(db, visit, content, id, target, form, wrong)
        if page.target is not None:
            page = msgspec.structs.replace(page, form=again(form, page.target.version, error))
        return render(request, "programmes/target.html", page, status_of(error))
    return to(visit, f"programmes/{id}?done=target#target-{target}")


@get("/{lang:str}/programmes/{id:int}/targets/{target:int}/withdraw", guards=[planners])
async def ask_target(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    id: FromPath[int],
    target: FromPath[int],
) -> Response[str]:
    """What withdrawing a target means, before it is done."""
    async with db.transaction(visit.who, read_only=True) as conn:
        programme = await doing.the_programme(conn, id)
        there = await doing.the_target(conn, id, target)
    back = f"/{visit.language.code}/programmes/{id}"
    action = f"{back}/targets/{target}/withdraw"
    name = there.name if visit.language.code == "vi" else there.name_en or there.name
    page = ConfirmPage(programme, "target", name, there.version, action, f"{back}#target-{target}")
    return render(request, "programmes/confirm.html", page)


@post(
    "/{lang:str}/programmes/{id:int}/targets/{target:int}/withdraw",
    guards=[planners],
    status_code=303,
    opt=does("target withdrawn"),
)
async def withdraw_target(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    id: FromPath[int],
    target: FromPath[int],
) -> Response[Any]:
    """End a target."""
    form = await read_form(request, VersionForm)
    await doing.withdraw_target(db, visit.who, session_of(visit).person, id, target, form.version)
    return to(visit, f"programmes/{id}?done=withdrawn")


handlers = [
    new_target,
    add_target,
    change_target_form,
    change_target,
    ask_target,
    withdraw_target,
]
