"""Evidence: added to an answer, withdrawn from it, and a file of it handed out to be kept."""

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from lenmuc.actions.evidence import Added, Incoming, add, find_file, read_file, withdraw
from lenmuc.core.errors import Conflict, Fault, Refused, fault
from lenmuc.core.evidence import PieceForm, plain_name, size_fault
from lenmuc.pages.adding import Adding, said
from lenmuc.pages.answering import at_desk, criterion_page, stored
from lenmuc.pages.confirming import after
from lenmuc.pages.desks import Desk, Open, Wish
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store.database import Database
from lenmuc.store.evidence import Stored
from lenmuc.web.access import needs
from lenmuc.web.forms import read_form
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.uploads import File, uploaded, was_uploaded
from lenmuc.web.visits import Visit


class Withdrawing(msgspec.Struct, frozen=True):
    """What the button that withdraws evidence sends."""

    withdraw: int
    version: int = 0


def _incoming(file: File | None) -> Incoming | None:
    if file is None:
        return None
    if file.over:
        raise Refused([size_fault(file.limit)])
    return Incoming(file.name, file.body, file.size, file.sha256)


async def _again(
    request: AnyRequest,
    db: Database,
    open_desk: Open,
    wish: Wish,
    id: str,
    typed: PieceForm,
    faults: list[Fault],
    status: int,
) -> Response[str]:
    """The page of the criterion with what was typed and what is wrong; only a file has to be chosen again."""
    desk, place = await at_desk(db, open_desk, wish, id)
    language = wish.visit.language
    errors = said([(each.field, language.message(each.message)) for each in faults])
    version = place.own.version if place.own else 0
    adding = Adding(msgspec.structs.replace(typed, version=version), errors)
    page = criterion_page(desk, place, stored(place), adding=adding)
    return render(request, "agency/criterion.html", page, status)


async def change_evidence(
    request: AnyRequest, db: Database, open_desk: Open, wish: Wish, id: str
) -> Response[Any]:
    """Add what the form holds, or withdraw what its button names; or show again what was typed."""
    async with db.transaction(wish.visit.who, read_only=True) as conn:
        desk = await open_desk(conn, wish)
    typed = PieceForm()
    try:
        if not was_uploaded(request):
            return await _withdraw(request, db, desk, id)
        typed, file = uploaded(request, PieceForm, "file")
        if file is not None and file.over:
            return await _again(request, db, open_desk, wish, id, typed, [size_fault(file.limit)], 413)
        return _added(desk, id, await _add(db, desk, id, typed, file))
    except Refused as refused:
        return await _again(request, db, open_desk, wish, id, typed, refused.faults, 422)
    except Conflict as conflict:
        faults = [fault("file", conflict.message.text, **conflict.message.params)]
        return await _again(request, db, open_desk, wish, id, typed, faults, 409)


async def _add(db: Database, desk: Desk, id: str, typed: PieceForm, file: File | None) -> Added:
    visit, criterion = desk.wish.visit, desk.criterion(id)
    return await add(
        db,
        desk.wish.content.kept,
        visit.who,
        session_of(visit).person,
        id,
        desk.target_of(criterion),
        typed,
        _incoming(file),
        today(),
    )


def _added(desk: Desk, id: str, added: Added) -> Response[None]:
    list_page = after(desk.list_href, desk, desk.criterion(id), added.saved)
    to = list_page if added.first else _here(desk, id, "added")
    return Response(None, status_code=303, headers={"Location": to})


def _here(desk: Desk, id: str, done: str) -> str:
    href = desk.href(desk.criterion(id))
    return f"{href}{'&' if '?' in href else '?'}evidence={done}#evidence-section"


async def _withdraw(request: AnyRequest, db: Database, desk: Desk, id: str) -> Response[None]:
    visit = desk.wish.visit
    form = await read_form(request, Withdrawing)
    await withdraw(
        db,
        desk.wish.content.kept,
        visit.who,
        session_of(visit).person,
        id,
        desk.target_of(desk.criterion(id)),
        form.withdraw,
        form.version,
    )
    return Response(None, status_code=303, headers={"Location": _here(desk, id, "withdrawn")})


def download_headers(file: Stored) -> dict[str, str]:
    """What a file is handed out with: to be kept and never shown as a page of this site.

    Source: RFC 6266, 4.3 and appendix D; RFC 8187 for the name in UTF-8.
    """
    name = quote(file.name, safe="")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain_name(file.name)}\"; filename*=UTF-8''{name}",
        "Content-Length": str(file.size),
        "Content-Type": file.media_type,
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }


@get("/evidence/{id:int}", guards=[needs("staff", "planner", "auditor")])
async def download(visit: NamedDependency[Visit], db: NamedDependency[Database], id: FromPath[int]) -> Stream:
    """A file of evidence, for those who may read the answers of its agency."""
    file = await find_file(db, visit.who, id)
    headers = download_headers(file)
    media_type = headers.pop("Content-Type")
    return Stream(read_file(db, visit.who, file), headers=headers, media_type=media_type)


handlers = [download]
