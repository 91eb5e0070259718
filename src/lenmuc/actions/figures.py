"""The value of a figure today or on a past day, of the whole place or one agency, from what is rolled up."""

import datetime as dt

from lenmuc.content.everything import Content
from lenmuc.core.counts import ended_by, quarter_value
from lenmuc.core.figures import Beside, Figure, Ratio, Value, online_services_2018, total, value
from lenmuc.core.readiness import settle
from lenmuc.core.reviews import ReviewRules
from lenmuc.core.satisfaction import Quarter
from lenmuc.core.services import facts
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import counts as counts_store
from lenmuc.store import tallies as tallies_store
from lenmuc.store.queries import Connection


def kept_as(content: Content, scheme: str) -> str:
    """How the rolled-up tables call a scheme."""
    return tallies_store.MAIN if scheme == content.scheme.id else scheme


async def barred(conn: Connection, content: Content, level: int, agency: str = "") -> Ratio:
    """Offerings below a level of the main scheme that the law is said to bar, and their known filings."""
    scheme = content.scheme
    deciding = {c.id for c in scheme.members(scheme.up_to(level))}
    criteria = [id for id in await tallies_store.criteria_of_law(conn, agency) if id in deciding]
    if not criteria:
        return Ratio(0, 0)
    void = [
        (criterion, service.code)
        for service in await catalogue_store.all_services(conn)
        for criterion in criteria
        if settle(scheme, facts(service)).not_applicable >> scheme.index[criterion] & 1
    ]
    rows = await tallies_store.barred(conn, level, criteria, void, agency)
    return Ratio(sum(row.offerings for row in rows), sum(row.filings for row in rows))


async def beside(
    conn: Connection, content: Content, figure: Figure, today: dt.date, rules: ReviewRules, agency: str
) -> Beside:
    """What a figure counts today beside levels; empty for a figure that needs nothing more."""
    if figure.of == "eligible":
        return Beside(barred=await barred(conn, content, figure.level, agency))
    if figure.measure in ("verified", "lapsed"):
        found = await tallies_store.count_verified(conn, content.scheme.id, today, rules.grace, agency)
        return Beside(
            verified=Ratio(found.verified, found.verified_filings),
            lapsed=Ratio(found.lapsed, found.lapsed_filings),
            ever=found.ever,
        )
    return Beside()


async def figure_today(
    conn: Connection, content: Content, figure: Figure, today: dt.date, rules: ReviewRules, agency: str = ""
) -> Value:
    """The value as it stands. The transaction must act for somebody who reads all answers and reviews."""
    if figure.by_quarter:
        return await figure_on(conn, content, figure, today, agency)
    tally = await tallies_store.tally(conn, kept_as(content, figure.scheme), agency)
    return value(figure, tally, await beside(conn, content, figure, today, rules, agency))


async def figure_on(
    conn: Connection, content: Content, figure: Figure, day: dt.date, agency: str = ""
) -> Value:
    """The value at the end of a past day, for a figure that `remembers`; else of the last quarter ended."""
    if figure.by_quarter:
        last = ended_by(await counts_store.quarters(conn, agency), figure, day)
        return quarter_value(figure, last, await _offerings(conn, agency))
    return value(figure, await tallies_store.tally(conn, kept_as(content, figure.scheme), agency, day))


async def _offerings(conn: Connection, agency: str = "") -> int:
    return total((await tallies_store.tally(conn, tallies_store.MAIN, agency)).values()).offerings


async def quarter_days(
    conn: Connection, figure: Figure, today: dt.date, agency: str = ""
) -> list[tuple[Quarter, Value]]:
    """The value of each quarter that has ended and has one, the oldest first."""
    offerings = await _offerings(conn, agency)
    return [
        (counts.quarter, quarter_value(figure, counts, offerings))
        for counts in await counts_store.quarters(conn, agency)
        if ended_by([counts], figure, today)
    ]


async def quarter_by_agency(conn: Connection, figure: Figure, quarter: Quarter) -> dict[str, Value]:
    """The value of one quarter, agency by agency."""
    tallies = await tallies_store.tally_by_agency(conn, tallies_store.MAIN)
    return {
        agency: quarter_value(figure, counts, total(tallies.get(agency, {}).values()).offerings)
        for agency, counts in (await counts_store.by_agency(conn, quarter)).items()
    }


async def late(conn: Connection, today: dt.date, agency: str = "") -> int | None:
    """How many filings were late in the last quarter, where some were; that none was nobody has told us,
    because what is unsettled is not counted.
    """
    ended = [
        each for each in await counts_store.quarters(conn, agency)
        if each.quarter.after <= today and each.parts["on_time"].of
    ]  # fmt: skip
    if not ended:
        return None
    part = ended[-1].parts["on_time"]
    return part.of - part.part or None


async def online_points(conn: Connection, content: Content, today: dt.date, agency: str = "") -> int | None:
    """Points of indicator 9 of Circular 01/2018/TT-VPCP; how many are unsettled nobody tells us."""
    tally = await tallies_store.tally(conn, tallies_store.MAIN, agency)
    there = total(counts for level, counts in tally.items() if level >= 3)
    every = total(tally.values())
    if not every.offerings:
        return None
    out = await barred(conn, content, 3, agency)
    eligible = Ratio(there.offerings, every.offerings - out.part)
    online = Ratio(there.online, there.comparable) if there.comparable else None
    return online_services_2018(there.offerings, eligible, online, await late(conn, today, agency))
