"""The planners' desk: where agencies stand, where filings gather, what the law bars, what to look into."""

from collections import Counter

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from lenmuc.content.everything import Content
from lenmuc.core.charts import curve
from lenmuc.core.desk import ENOUGH, Freed, Ranked, first_carry, freed, ranking
from lenmuc.core.figures import Ratio
from lenmuc.core.suspicions import REASONS, WORDS
from lenmuc.pages.public.lists import Choice, choices, name_of
from lenmuc.pages.visitors import AnyRequest
from lenmuc.pages.voice import DeskVoice, desk_voice
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import desk as desk_store
from lenmuc.store import suspicions as suspicions_store
from lenmuc.store import tallies as tallies_store
from lenmuc.store.database import Database
from lenmuc.store.desk import Covered, Heavy
from lenmuc.web.access import needs
from lenmuc.web.reviews import today
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

FIRST = 25  # services that the sentence on concentration speaks of
_SHOWN = 10


class Standing(msgspec.Struct, frozen=True):
    """An agency in the heat map, by the name that the page shows."""

    name: str
    row: Ranked


class DeskPage(msgspec.Struct, frozen=True):
    """What `templates/review/desk.html` shows. `carried`: the filings of the `heavy` services of all
    that cannot be made online; `curve`: how that grows service by service. `suspicions`: how many signs there
    are of each kind.
    """

    bodies: tuple[Standing, ...]
    wards: tuple[Standing, ...]
    enough: int
    heavy: tuple[Heavy, ...]
    services: int
    carried: Ratio
    curve: str
    covered: tuple[Covered, ...]
    law: tuple[Freed, ...]
    suspicions: tuple[Choice, ...]
    voice: DeskVoice


@get("/{lang:str}/desk", guards=[needs("planner", "auditor")])
async def desk(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
) -> Response[str]:
    """All of it on one page."""
    async with db.transaction(visit.who, read_only=True) as conn:
        tallies = await tallies_store.tally_by_agency(conn, tallies_store.MAIN)
        agencies = {each.code: each for each in await catalogue_store.agency_names(conn)}
        heavy = await desk_store.heaviest(conn)
        covered = await desk_store.coverage(conn, _SHOWN)
        barred = await desk_store.barred_by_law(conn)
        heard = await desk_voice(conn)
        suspects = await suspicions_store.suspects(conn, content.scheme, today())
    rows = [
        (agencies[row.agency].tier, Standing(name_of(agencies[row.agency], visit.language), row))
        for tier in ("province", "commune")
        for row in ranking({code: tally for code, tally in tallies.items() if agencies[code].tier == tier})
    ]
    filings = [each.filings for each in heavy]
    page = DeskPage(
        bodies=tuple(each for tier, each in rows if tier == "province"),
        wards=tuple(each for tier, each in rows if tier == "commune"),
        enough=ENOUGH,
        heavy=tuple(heavy[:FIRST]),
        services=len(heavy),
        carried=first_carry(filings, FIRST),
        curve=curve(filings, sum(filings)) if filings else "",
        covered=tuple(covered),
        law=tuple(
            freed(
                (each.criterion, each.justification, each.offering, each.service, each.filings)
                for each in barred
            )
        ),
        voice=heard,
        suspicions=choices(
            "reason",
            [(reason, visit.language.gettext(WORDS[reason])) for reason in REASONS],
            Counter(str(each.reason) for each in suspects),
            "",
            f"/{visit.language.code}/suspicions",
            {},
        ),
    )
    return render(request, "review/desk.html", page)


handlers = [desk]
