"""The planners' desk: where agencies stand, where filings gather, what the law bars, what to look into."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from markupsafe import Markup

from lenmuc.actions.desk import Counted, Desks
from lenmuc.core.charts import curve
from lenmuc.core.desk import ENOUGH, Freed, Ranked, first_carry, ranking
from lenmuc.core.figures import Ratio
from lenmuc.core.suspicions import REASONS, WORDS
from lenmuc.pages.public.lists import Choice, choices, name_of
from lenmuc.pages.visitors import AnyRequest
from lenmuc.pages.voice import DeskVoice, desk_voice
from lenmuc.store.database import Database
from lenmuc.store.desk import Covered, Heavy
from lenmuc.web.access import needs
from lenmuc.web.language import Language
from lenmuc.web.reviews import today
from lenmuc.web.templating import fragment, render
from lenmuc.web.visits import Visit

FIRST = 25  # services that the sentence on concentration speaks of


class Standing(msgspec.Struct, frozen=True):
    """An agency in the heat map, by the name that the page shows."""

    name: str
    row: Ranked


class DeskCounts(msgspec.Struct, frozen=True):
    """What `templates/review/_desk.html` shows. `carried`: the filings of the `heavy` services of all
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


class DeskPage(msgspec.Struct, frozen=True):
    """What `templates/review/desk.html` shows: the counts as text, and what the public says."""

    counts: Markup
    voice: DeskVoice


def _counts(counted: Counted, language: Language) -> DeskCounts:
    agencies, tallies, heavy = counted.agencies, counted.tallies, counted.heavy
    rows = [
        (agencies[row.agency].tier, Standing(name_of(agencies[row.agency], language), row))
        for tier in ("province", "commune")
        for row in ranking({code: tally for code, tally in tallies.items() if agencies[code].tier == tier})
    ]
    filings = [each.filings for each in heavy]
    return DeskCounts(
        bodies=tuple(each for tier, each in rows if tier == "province"),
        wards=tuple(each for tier, each in rows if tier == "commune"),
        enough=ENOUGH,
        heavy=heavy[:FIRST],
        services=len(heavy),
        carried=first_carry(filings, FIRST),
        curve=curve(filings, sum(filings)) if filings else "",
        covered=counted.covered,
        law=counted.law,
        suspicions=choices(
            "reason",
            [(reason, language.gettext(WORDS[reason])) for reason in REASONS],
            dict(counted.suspects),
            "",
            f"/{language.code}/suspicions",
            {},
        ),
    )


@get("/{lang:str}/desk", guards=[needs("planner", "auditor")])
async def desk(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    desks: NamedDependency[Desks],
) -> Response[str]:
    """All of it on one page."""
    counted, code = await desks.now(today()), visit.language.code
    if code not in counted.written:
        counted.written[code] = fragment(request, "review/_desk.html", _counts(counted, visit.language))
    async with db.transaction(visit.who, read_only=True) as conn:
        heard = await desk_voice(conn)
    return render(request, "review/desk.html", DeskPage(Markup(counted.written[code]), heard))


handlers = [desk]
