"""The checklist of one service at my agency, and one criterion of it."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions.cases import Case, open_case
from lenmuc.actions.classes import Class, class_of, of_main
from lenmuc.content.everything import Content
from lenmuc.core.answers import Target
from lenmuc.core.checklists import LevelMeaning
from lenmuc.core.errors import N_
from lenmuc.core.reviews import LevelStatus, allowed, shown
from lenmuc.core.services import Agency, Service, facts
from lenmuc.pages.agency.mine import WHO, link, my_agency, my_offering
from lenmuc.pages.agency.submitting import Mend, to_mend
from lenmuc.pages.assigning import Assignee, assignee_of
from lenmuc.pages.checklist import Checklist, Line, Tally, checklist, tallies
from lenmuc.pages.confirming import Confirmation, confirmation
from lenmuc.pages.criteria import criterion_routes, remember, wish_of
from lenmuc.pages.desks import Desk, Wish, counted, named
from lenmuc.pages.looking import Looks, differing, looks_at
from lenmuc.pages.public.lists import address
from lenmuc.pages.switching import SchemeChoice, read_by
from lenmuc.pages.together import together_routes
from lenmuc.pages.visitors import AnyRequest
from lenmuc.pages.walking import Lacking, Step, first_step, lacking
from lenmuc.settings import Settings
from lenmuc.store import comments as comments_store
from lenmuc.store import standings as standings_store
from lenmuc.store.assignments import Work
from lenmuc.store.database import Database
from lenmuc.store.offerings import Offering
from lenmuc.store.queries import Connection
from lenmuc.web.access import needs
from lenmuc.web.reviews import rules_of, today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class ChecklistPage(msgspec.Struct, frozen=True):
    """What `templates/agency/checklist.html` shows; `missing` are the lines that the next level lacks,
    `lacking` the same by who has to do them, `step` what to do first. `together` is the address of all
    criteria on one page, `is_together` whether that was wished last.

    `remarks` are those still open; `done` is the step of the review that was just taken, if any. `found` is
    the level by the set of rules that is shown, `main` whether that is the one that reviews are about.
    `differing` is what machines found where it is not what the answers say.
    """

    agency: Agency
    service: Service
    offering: Offering
    next: LevelMeaning | None
    missing: tuple[Line, ...]
    lacking: tuple[Lacking, ...]
    step: Step
    tallies: tuple[Tally, ...]
    checklist: Checklist
    together: str
    alone: str
    is_together: bool
    assignee: Assignee
    saved: Confirmation | None
    case: Case
    status: LevelStatus
    remarks: tuple[Mend, ...]
    done: str
    found: Class
    schemes: tuple[SchemeChoice, ...]
    main: bool
    differing: Looks

    @property
    def can_submit(self) -> bool:
        """Whether the checklist may be sent to review now."""
        return allowed(self.status.status, "submit")


class Mine(msgspec.Struct, frozen=True):
    """One service of mine: its desk, and what only its own page shows."""

    desk: Desk
    offering: Offering
    case: Case
    remarks: tuple[Mend, ...]
    classes: dict[str, Class]


async def _open(conn: Connection, wish: Wish) -> Mine:
    visit, content, code = wish.visit, wish.content, wish.code
    service, offering, answers = await my_offering(conn, visit, code)
    case = await open_case(conn, content.scheme, code, offering.agency)
    remarks = to_mend(visit, content.scheme, case)
    stored = await standings_store.standings_of(conn, offering.id)
    stored[content.scheme.id] = of_main(offering, content.scheme)
    classes = {
        each.id: class_of(each, service, offering, answers, stored.get(each.id))
        for each in content.schemes.values()
    }
    known, here = facts(service), link(visit, code)
    desk = Desk(
        wish,
        Target(offering.agency, code),
        known,
        tuple(answers),
        counted(wish.scheme, known, answers),
        here,
        (
            (visit.language.gettext(N_("My services")), link(visit)),
            (named(visit.language, service), read_by(here, wish.scheme, content)),
        ),
        WHO,
        service=service,
        level=classes[wish.scheme.id].level,
        remarks=tuple(mend.remark for mend in remarks),
        comments=await comments_store.count_comments(conn, Target(offering.agency, code)),
    )
    return Mine(desk, offering, case, remarks, classes)


async def at_offering(conn: Connection, wish: Wish) -> Desk:
    """The desk of one service at my agency. Raises `NotFound` when my agency does not offer it."""
    return (await _open(conn, wish)).desk


@get("/{lang:str}/work/{code:str}", guards=[needs("staff")])
async def one_checklist(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    review: FromQuery[str] = "",
    scheme: FromQuery[str] = "",
    view: FromQuery[str] = "",
) -> Response[str]:
    """What one service of mine lacks for its next level, then its whole checklist."""
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await my_agency(conn, visit)
        mine = await _open(conn, wish_of(request, content, scheme, view))
        looks = await looks_at(conn, mine.desk.found, mine.offering.agency, mine.offering.service)
        work = Work(agency.code, mine.offering.service)
        assignee = await assignee_of(conn, visit, work, mine.desk.list_href)
    desk, found = mine.desk, mine.classes[mine.desk.scheme.id]
    whole, status = checklist(desk), shown(mine.case.standing, today(), rules_of(settings))
    lines = {line.criterion.id: line for block in whole.steps for line in block.lines}
    missing = tuple(lines[criterion.id] for criterion in found.missing)
    to_mend = [mend.criterion.id for mend in mine.remarks if not mend.answered]
    page = ChecklistPage(
        agency=agency,
        service=mine.case.service,
        offering=mine.offering,
        next=found.next,
        missing=missing,
        lacking=lacking(missing),
        step=first_step(whole.lines, missing, to_mend, desk.wish.main and allowed(status.status, "submit")),
        tallies=tallies(whole.lines),
        checklist=whole,
        together=desk.together,
        alone=address(desk.home, {"scheme": scheme}, view="one"),
        is_together=desk.wish.together,
        assignee=assignee,
        saved=confirmation(desk, desk.said),
        case=mine.case,
        status=status,
        remarks=mine.remarks,
        done=_step_done(review, status),
        found=found,
        schemes=desk.choices({id: each.level for id, each in mine.classes.items()}),
        main=desk.wish.main,
        differing=differing(looks),
    )
    return render(request, "agency/checklist.html", page, headers=remember(request, view))


def _step_done(said: str, status: LevelStatus) -> str:
    """The step that an address says was taken, when that can be so."""
    waits = status.status == "submitted"
    return said if said == ("submitted" if waits else "withdrawn") else ""


handlers = [
    one_checklist,
    *together_routes("/work/{code:str}", needs("staff"), at_offering),
    *criterion_routes("/work/{code:str}", needs("staff"), at_offering),
]
