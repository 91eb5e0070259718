"""All criteria of one offering on one page: one form, of which each changed answer is saved by itself."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from lenmuc.actions.answering import answer
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, AnswerForm
from lenmuc.core.checklists import Criterion
from lenmuc.core.errors import N_, Conflict, Refused, fault
from lenmuc.core.services import Service
from lenmuc.pages.answering import blocker_words
from lenmuc.pages.checklist import Line, all_lines
from lenmuc.pages.criteria import remember, wish_of
from lenmuc.pages.desks import Desk, Open, Wish
from lenmuc.pages.visitors import AnyRequest, session_of
from lenmuc.store.database import Database
from lenmuc.web.access import Needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render


class ManyInput(msgspec.Struct, frozen=True):
    """The form: the fields of each criterion in turn, so that the first of each belong together."""

    criterion: tuple[str, ...] = ()
    version: tuple[int, ...] = ()
    value: tuple[str, ...] = ()
    justification: tuple[str, ...] = ()
    blocker: tuple[str, ...] = ()

    def rows(self) -> list["Typed"]:
        """What was typed at each criterion. Raises `Refused` when a field is missing somewhere."""
        columns = (self.criterion, self.value, self.justification, self.blocker, self.version)
        if len({len(column) for column in columns}) > 1:
            raise Refused([fault("criterion", N_("Something in the form is missing. Reload the page."))])
        return [Typed(*row) for row in zip(*columns, strict=True)]


class Typed(msgspec.Struct, frozen=True):
    """What a person typed at one criterion; links and files stay as they are stored."""

    criterion: str
    value: str = ""
    justification: str = ""
    blocker: str = ""
    version: int = 0

    def same_as(self, own: Answer | None) -> bool:
        """Does it say what is stored?"""
        stored = (own.value, own.justification, own.blocker) if own else ("", "", "")
        return (self.value, "\n".join(self.justification.splitlines()), self.blocker) == stored


class Row(msgspec.Struct, frozen=True):
    """One criterion to answer: `own` is what is stored here, `theirs` what somebody stored meanwhile."""

    line: Line
    typed: Typed
    own: Answer | None
    theirs: Answer | None = None
    error: str = ""


class Part(msgspec.Struct, frozen=True):
    """The criteria of one level: `wide` ones are answered on pages of their own."""

    level: int
    rows: tuple[Row, ...]
    wide: tuple[Line, ...]


class TogetherPage(msgspec.Struct, frozen=True):
    """What `templates/agency/together.html` shows. `left` criteria of `of` have no answer; `done` were saved.

    `open_only`: those without an answer only. `action` is where the form goes.
    """

    service: Service
    crumbs: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    blockers: tuple[tuple[str, str], ...]
    back: str
    action: str
    open_only: bool
    left: int
    of: int
    done: int
    errors: tuple[tuple[str, str], ...] = ()


def _own(desk: Desk, criterion: Criterion) -> Answer | None:
    target = desk.target_of(criterion)
    return next((a for a in desk.answers if a.criterion == criterion.id and a.target == target), None)


def _stored(desk: Desk, criterion: Criterion) -> Typed:
    own = _own(desk, criterion)
    if own is None:
        return Typed(criterion.id)
    return Typed(criterion.id, own.value, own.justification, own.blocker, own.version)


def _page(
    desk: Desk, open_only: bool, done: int, failed: dict[str, tuple[Typed, str, bool]] | None = None
) -> TogetherPage:
    """The page; `failed` are criteria not saved: what was typed, why, and whether somebody was faster."""
    failed = failed or {}
    lines = [line for line in all_lines(desk) if line.value != "not_applicable" or line.mine]
    here = [line for line in lines if line.mine and desk.target_of(line.criterion) == desk.target]
    chosen = [line for line in here if not open_only or line.open or line.criterion.id in failed]

    def row(line: Line) -> Row:
        own = _own(desk, line.criterion)
        if line.criterion.id not in failed:
            return Row(line, _stored(desk, line.criterion), own)
        typed, why, faster = failed[line.criterion.id]
        if faster and own is not None:
            return Row(line, msgspec.structs.replace(typed, version=own.version), own, own, why)
        return Row(line, typed, own, None, why)

    service = desk.service
    if service is None:
        raise ValueError("all criteria on one page are those of a service")
    return TogetherPage(
        service,
        desk.crumbs,
        tuple(
            Part(
                level.number,
                tuple(row(line) for line in chosen if line.criterion.level == level.number),
                tuple(line for line in lines if line not in here and line.criterion.level == level.number),
            )
            for level in desk.scheme.levels
        ),
        blocker_words(desk.wish.visit.language),
        desk.list_href,
        desk.together,
        open_only,
        sum(line.open for line in here),
        len(here),
        done,
        tuple((f"value-{id}", f"{id}: {why}") for id, (_, why, _) in failed.items()),
    )


async def _save(
    db: Database, desk: Desk, typed: list[Typed]
) -> tuple[int, dict[str, tuple[Typed, str, bool]]]:
    """Save each changed answer by itself: how many were saved, and those that were not."""
    visit, done = desk.wish.visit, 0
    failed: dict[str, tuple[Typed, str, bool]] = {}
    for each in typed:
        criterion = desk.criterion(each.criterion)
        own, target = _own(desk, criterion), desk.target_of(criterion)
        if each.same_as(own) or target != desk.target:
            continue
        evidence = own.evidence if own else ()
        form = AnswerForm(each.value, each.justification, evidence, each.blocker, each.version)
        person, kept = session_of(visit).person, desk.wish.content.kept
        try:
            await answer(db, kept, visit.who, person, criterion.id, target, form)
            done += 1
        except Refused as refused:
            said = " ".join(visit.language.message(one.message) for one in refused.faults)
            failed[each.criterion] = (each, said, False)
        except Conflict as conflict:
            failed[each.criterion] = (each, visit.language.message(conflict.message), True)
    return done, failed


def together_routes(path: str, guard: Needs, open_desk: Open) -> list[HTTPRouteHandler]:
    """The routes of the page that shows all criteria of the desk at `path`."""

    async def desk_of(db: Database, wish: Wish) -> Desk:
        async with db.transaction(wish.visit.who, read_only=True) as conn:
            return await open_desk(conn, wish)

    @get(f"/{{lang:str}}{path}/all", guards=[guard])
    async def all_criteria(
        request: AnyRequest,
        db: NamedDependency[Database],
        content: NamedDependency[Content],
        scheme: FromQuery[str] = "",
        only: FromQuery[str] = "",
        done: FromQuery[str] = "",
    ) -> Response[str]:
        """Every criterion that is answered for this offering, in one form."""
        desk = await desk_of(db, wish_of(request, content, scheme, "all"))
        count = int(done) if done.isascii() and done.isdigit() and len(done) < 4 else 0
        page = _page(desk, only == "open", count)
        return render(request, "agency/together.html", page, headers=remember(request, "all"))

    @post(f"/{{lang:str}}{path}/all", guards=[guard], status_code=303, opt=does("answer"))
    async def answer_all(
        request: AnyRequest,
        db: NamedDependency[Database],
        content: NamedDependency[Content],
        scheme: FromQuery[str] = "",
        only: FromQuery[str] = "",
    ) -> Response[Any]:
        """Save what was changed; what cannot be saved comes back with what was typed and why."""
        wish = wish_of(request, content, scheme, "all")
        typed = (await read_form(request, ManyInput)).rows()
        saved, failed = await _save(db, await desk_of(db, wish), typed)
        if failed:
            page = _page(await desk_of(db, wish), only == "open", saved, failed)
            faster = any(conflict for _, _, conflict in failed.values())
            return render(request, "agency/together.html", page, 409 if faster else 422)
        to = f"{request.url.path}?{'&'.join((f'done={saved}', *query_kept(scheme, only)))}"
        return Response(None, status_code=303, headers={"Location": to})

    return [all_criteria, answer_all]


def query_kept(scheme: str, only: str) -> list[str]:
    """The parts of the query that the page after saving keeps."""
    kept = [f"scheme={scheme}"] if scheme else []
    return [*kept, "only=open"] if only == "open" else kept
