"""What is said not to apply and waits for somebody to accept it: at any criterion, at any scope."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.actions.proposals import Decision, decide_alone
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity, Target
from lenmuc.core.checklists import Criterion, Scheme
from lenmuc.core.errors import N_, Conflict, Message, NotAllowed, NotFound, Refused
from lenmuc.pages.public.lists import Paging, page_number, paging
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import proposals as proposals_store
from lenmuc.store.database import Database
from lenmuc.store.proposals import Proposal
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 20


class Row(msgspec.Struct, frozen=True):
    """A proposal, its criterion with the scheme that has it, and what the reader can do.

    `own`: the reader gave it; `mine`: the reader may decide it. `reason` and `error` are of a refused form.
    """

    proposal: Proposal
    criterion: Criterion
    scheme: Scheme
    own: bool
    mine: bool
    reason: str = ""
    error: str = ""


class ProposalsPage(msgspec.Struct, frozen=True):
    """What `templates/review/proposals.html` shows, the longest wait first; `done` was just decided."""

    rows: tuple[Row, ...]
    total: int
    paging: Paging
    done: str = ""
    said: Message | None = None


class DecisionInput(msgspec.Struct, frozen=True):
    """What the form of one proposal sends."""

    criterion: str = ""
    agency: str = ""
    service: str = ""
    version: int = 0
    decision: str = ""
    reason: str = ""

    def wanted(self) -> Decision:
        """As the rules read it."""
        target = Target(self.agency, self.service)
        return Decision(self.criterion, target, self.version, self.decision, self.reason)


def _row(who: Identity, content: Content, found: Proposal, typed: DecisionInput, error: str) -> Row | None:
    """The row of a proposal; `None` when no scheme has its criterion any more."""
    scheme = next((each for each in content.schemes.values() if found.criterion in each.index), None)
    if content.scheme.index.get(found.criterion) is not None:
        scheme = content.scheme
    if scheme is None:
        return None
    own = str(found.person) == who.person
    here = (typed.criterion, typed.agency, typed.service) == (found.criterion, found.agency, found.service)
    return Row(
        proposal=found,
        criterion=scheme.criterion(found.criterion),
        scheme=scheme,
        own=own,
        mine=not own and (who.role == "planner" or (who.role == "lead" and found.agency == who.agency)),
        reason=typed.reason if here else "",
        error=error if here else "",
    )


async def _page(
    db: Database,
    visit: Visit,
    content: Content,
    number: int,
    done: str = "",
    typed: DecisionInput | None = None,
    error: str = "",
    said: Message | None = None,
) -> ProposalsPage:
    agency = visit.who.agency
    async with db.transaction(visit.who, read_only=True) as conn:
        total = await proposals_store.count_proposals(conn, agency)
        found = await proposals_store.open_proposals(conn, agency, number, PAGE_SIZE)
    rows = (_row(visit.who, content, each, typed or DecisionInput(), error) for each in found)
    return ProposalsPage(
        rows=tuple(row for row in rows if row is not None),
        total=total,
        paging=paging(number, total, PAGE_SIZE, f"/{visit.language.code}/review/proposals", {}),
        done=done if done in ("accepted", "declined") else "",
        said=said,
    )


@get("/{lang:str}/review/proposals", guards=[needs("planner", "lead", "auditor")])
async def list_proposals(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    page: FromQuery[str] = "1",
    done: FromQuery[str] = "",
) -> Response[str]:
    """What waits: for planners all of it, for a lead that of the agency."""
    return render(request, "review/proposals.html", await _page(db, visit, content, page_number(page), done))


@post(
    "/{lang:str}/review/proposals",
    guards=[needs("planner", "lead")],
    status_code=303,
    opt=does("not applicable accepted", "not applicable declined"),
)
async def decide_proposal(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[Any]:
    """Accept one or decline it with a reason."""
    typed = await read_form(request, DecisionInput)
    if visit.who.role == "lead" and typed.agency != visit.who.agency:
        raise NotFound(N_("There is no such service or agency."))
    try:
        await decide_alone(db, content.kept, visit.who, typed.wanted())
    except Refused as refused:
        said = visit.language.message(refused.faults[0].message)
        return render(
            request, "review/proposals.html", await _page(db, visit, content, 1, "", typed, said), 422
        )
    except (Conflict, NotAllowed) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 403
        page = await _page(db, visit, content, 1, said=refusal.message)
        return render(request, "review/proposals.html", page, status)
    address = f"/{visit.language.code}/review/proposals?done={typed.decision}"
    return Response(None, status_code=303, headers={"Location": address})


handlers = [list_proposals, decide_proposal]
