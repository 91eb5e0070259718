"""The criteria that an agency answers once for all of its services."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.content.everything import Content
from lenmuc.core.services import Agency
from lenmuc.pages.agency.mine import at_agency, my_agency
from lenmuc.pages.checklist import Block, Tally, lines_in, own_blocks, tallies
from lenmuc.pages.confirming import Confirmation, confirmation
from lenmuc.pages.criteria import criterion_routes, wish_of
from lenmuc.pages.switching import SchemeChoice
from lenmuc.pages.visitors import AnyRequest
from lenmuc.pages.walking import Step, first_step
from lenmuc.store.database import Database
from lenmuc.web.access import needs
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class OwnPage(msgspec.Struct, frozen=True):
    """What `templates/agency/own.html` shows: the criteria answered once for an agency."""

    agency: Agency
    offerings: int
    blocks: tuple[Block, ...]
    step: Step
    tallies: tuple[Tally, ...]
    saved: Confirmation | None
    schemes: tuple[SchemeChoice, ...]


@get("/{lang:str}/work/agency", guards=[needs("staff")])
async def own_criteria(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    scheme: FromQuery[str] = "",
) -> Response[str]:
    """The criteria that my agency answers once, with their status."""
    async with db.transaction(visit.who, read_only=True) as conn:
        agency = await my_agency(conn, visit)
        desk = await at_agency(conn, wish_of(request, content, scheme))
    blocks, done = own_blocks(desk), confirmation(desk, desk.said)
    lines = lines_in(blocks)
    page = OwnPage(agency, desk.reaches, blocks, first_step(lines, ()), tallies(lines), done, desk.choices())
    return render(request, "agency/own.html", page)


handlers = [own_criteria, *criterion_routes("/work/agency", needs("staff"), at_agency)]
