"""A batch of answers: given all or not at all, shown with what it did, and taken back."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions.bulk import apply_all, batch_of, changed_since, foresee_all, undo
from lenmuc.content.everything import Content
from lenmuc.core.bulk import Change, Step
from lenmuc.core.errors import N_, Refused, fault
from lenmuc.pages.agency.mine import link
from lenmuc.pages.bulk.shared import (
    PreviewPage,
    Shown,
    batch_link,
    blockers,
    bulk_wish,
    pack,
    preview_page,
    shown,
    unpack,
)
from lenmuc.pages.desks import Wish
from lenmuc.pages.switching import read_by
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store.batches import Batch
from lenmuc.store.database import Database
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class ApplyForm(msgspec.Struct, frozen=True):
    """A batch to give: where it comes from, by which rules, and its changes as `pack` writes them."""

    kind: str
    packed: str
    scheme: str = ""


class BatchPage(msgspec.Struct, frozen=True):
    """What `templates/bulk/batch.html` shows; `changed` are answers that somebody has changed since.

    `refused`: the batch was to be taken back, and could not be.
    """

    batch: Batch
    lines: tuple[Shown, ...]
    changed: tuple[Shown, ...]
    action: str
    blockers: tuple[tuple[str, str], ...]
    refused: bool = False


async def give(
    request: AnyRequest, db: Database, wish: Wish, kind: str, changes: tuple[Change, ...]
) -> Response[Any]:
    """Give a batch and go to its page; or show where somebody was faster, and then nothing was stored."""
    visit = wish.visit
    person = session_of(visit).person
    applied = await apply_all(db, wish.content.kept, visit.who, person, kind, changes)
    if not applied.faster:
        return Response(None, status_code=303, headers={"Location": batch_link(visit, applied.id)})
    page = await _meet(db, wish, kind, changes, applied.faster)
    return render(request, "bulk/preview.html", page, 409)


async def _meet(
    db: Database,
    wish: Wish,
    kind: str,
    changes: tuple[Change, ...],
    faster: tuple[Step, ...],
) -> PreviewPage:
    """The answers that were changed by others, beside mine; sending again puts mine in their place."""
    visit = wish.visit
    now = {step.change.place: step.now.version if step.now else 0 for step in faster}
    seen = tuple(
        msgspec.structs.replace(
            change,
            form=msgspec.structs.replace(change.form, version=now.get(change.place, change.form.version)),
        )
        for change in changes
    )
    async with db.transaction(visit.who, read_only=True) as conn:
        foreseen = await foresee_all(conn, wish.content.kept, wish.scheme, visit.who, seen)
        back = read_by(link(visit, "grid"), wish.scheme, wish.content)
        page = await preview_page(conn, wish, kind, foreseen, back)
        lines = await shown(conn, wish.content, [(s.change.place, s.now, s.change.form) for s in faster])
    return msgspec.structs.replace(page, lines=lines, packed=pack(seen), faster=True)


@post("/{lang:str}/work/apply", guards=[needs("staff")], status_code=303, opt=does("batch", "answer"))
async def apply(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[Any]:
    """Give the batch that a preview has shown."""
    form = await read_form(request, ApplyForm)
    if form.kind not in ("grid", "copy", "workbook"):
        raise Refused([fault("kind", N_("This value is not possible here."))])
    wish = bulk_wish(visit, content, form.scheme)
    return await give(request, db, wish, form.kind, unpack(form.packed))


async def _page(db: Database, content: Content, visit: Visit, id: str, *, refused: bool = False) -> BatchPage:
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await batch_of(conn, visit.who, id)
        changed = () if found.undone else await changed_since(conn, visit.who, found)
        lines = [(one.place, one.before, one.after) for one in found.deed.answers]
        shown_lines = await shown(conn, content, lines)
    late = tuple(one for one in shown_lines if (one.service.code, one.criterion.id) in set(changed))
    action = link(visit, "batches", id)
    return BatchPage(found, shown_lines, late, action, blockers(visit.language), refused)


@get("/{lang:str}/work/batches/{id:str}", guards=[needs("staff")])
async def batch(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[str],
) -> Response[str]:
    """What a batch did, with the way to take it back."""
    return render(request, "bulk/batch.html", await _page(db, content, visit, id))


@post(
    "/{lang:str}/work/batches/{id:str}",
    guards=[needs("staff")],
    status_code=303,
    opt=does("batch undone", "answer"),
)
async def undo_batch(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    id: FromPath[str],
) -> Response[Any]:
    """Put back what stood before, or say which answers somebody has changed since."""
    if await undo(db, content.kept, visit.who, session_of(visit).person, id):
        page = await _page(db, content, visit, id, refused=True)
        return render(request, "bulk/batch.html", page, 409)
    return Response(None, status_code=303, headers={"Location": batch_link(visit, id)})
