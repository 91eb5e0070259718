"""A quarter counted for its briefing: levels of its last day, moves within it, the plan, what waits."""

import asyncio
import datetime as dt

import msgspec

from lenmuc.actions.computing import the_task
from lenmuc.actions.figures import kept_as
from lenmuc.actions.following import verified_places
from lenmuc.actions.roadmap_view import Views
from lenmuc.actions.target_values import Day, Forecasts, end_of_day
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity
from lenmuc.core.briefing.count import AgencyIn, bodies_of, levels_of, moves_of, plan_of, with_work
from lenmuc.core.briefing.state import FORM, Aim, Body, Briefing, Decisions, FigureAt, Given, Law, Plan
from lenmuc.core.checklists import Words
from lenmuc.core.desk import freed
from lenmuc.core.errors import N_, NotFound, Refused, fault
from lenmuc.core.figures import value
from lenmuc.core.quarters import before, begin_of, end_of, is_quarter, last_day
from lenmuc.core.reviews import ReviewRules
from lenmuc.core.roadmap.follow import Open
from lenmuc.core.roadmap.gaps import Said
from lenmuc.core.roadmap.reports import standing
from lenmuc.store import answers as answers_store
from lenmuc.store import briefings as briefings_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import desk as desk_store
from lenmuc.store import findings as findings_store
from lenmuc.store import programmes as programmes_store
from lenmuc.store import reviews as reviews_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store import tallies as tallies_store
from lenmuc.store import tasks as tasks_store
from lenmuc.store import work_reports as work_reports_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.findings import Listing
from lenmuc.store.queries import Connection

COUNTER = Identity(
    role="auditor"
)  # who reads all and changes nothing: whoever looks, the figures are the same
_LAWS = 10
NO_QUARTER = N_("Write the quarter as year and number: 2026Q4.")


def checked(quarter: str, today: dt.date) -> str:
    """The name of a quarter that has begun. Raises `NotFound`."""
    if not is_quarter(quarter):
        raise NotFound(NO_QUARTER)
    if begin_of(quarter) > today:
        raise NotFound(N_("This quarter has not begun, so there is nothing to tell of it."))
    return quarter


async def count(
    db: Database, content: Content, views: Views, rules: ReviewRules, quarter: str, now: dt.datetime
) -> Briefing:
    """The briefing of a quarter as it is counted at `now`, which knows its zone; a draft while it lasts.

    Raises `NotFound` for a quarter that has not begun.
    """
    checked(quarter, now.date())
    day = min(last_day(quarter), now.date())
    async with db.transaction(COUNTER, read_only=True) as conn:
        found = await _counted(conn, content, rules, quarter, day, now)
        baseline = await roadmaps_store.baseline_of(conn)
    aims, tasks = await _programmes(db, content, rules, quarter, day, now.date())
    found = msgspec.structs.replace(found, aims=aims, tasks=tasks)
    if baseline is None:
        return found
    plan, bodies = await _against(db, content, views, rules, baseline, found)
    return msgspec.structs.replace(found, plan=plan, bodies=bodies)


async def _programmes(
    db: Database, content: Content, rules: ReviewRules, quarter: str, day: dt.date, today: dt.date
) -> tuple[tuple[Aim, ...], tuple[Given, ...]]:
    """Targets and tasks as they stood at the end of the day; values also at the end of the quarter before."""
    aims, then, forecasts = [], last_day(before(quarter)), Forecasts()
    async with db.transaction(PROGRAM, read_only=True) as conn:  # as `Day` asks for
        here, past = (Day(conn, content, forecasts, rules, today, each) for each in (day, then))
        for programme in await programmes_store.list_programmes(conn):
            for stand in await here.stands(programme):
                target = stand.target
                earlier = await past.stand(programme, target)
                aims.append(
                    Aim(
                        Words(programme.name, programme.name_en or programme.name),
                        Words(target.name, target.name_en or target.name),
                        target.sense, target.unit, target.amount, target.due, stand.judged.state,
                        stand.amount,
                        earlier.amount, programme.published,
                    )
                )  # fmt: skip
        given = await tasks_store.list_tasks(conn, end_of_day(day))
    tasks = [
        Given(
            Words(each.programme_name, each.programme_name_en or each.programme_name),
            each.name,
            Words(each.agency_name, each.agency_name_en or each.agency_name),
            each.due,
            each.judged(day).state,
            each.judged(day).days_late,
        )
        for each in given
    ]
    return tuple(aims), tuple(tasks)


async def _counted(
    conn: Connection, content: Content, rules: ReviewRules, quarter: str, day: dt.date, now: dt.datetime
) -> Briefing:
    scheme, main = content.scheme, tallies_store.MAIN
    then = last_day(before(quarter))
    since, until = (
        dt.datetime.combine(each, dt.time(), now.tzinfo) for each in (begin_of(quarter), end_of(quarter))
    )
    moved = await briefings_store.moved(conn, scheme.id, since, until)
    verified = await briefings_store.verified_by_agency(conn, since, until)
    moves = moves_of(moved)
    agencies = [
        AgencyIn(each.code, Words(each.name, each.name_en or each.name), each.tier)
        for each in await catalogue_store.agency_names(conn)
    ]
    place = content.catalogue.place
    loaded = await catalogue_store.loaded_catalogue(conn)
    if loaded and loaded.name:
        named = Words(loaded.name, loaded.name_en or loaded.name)
    else:
        named = Words(place.name, place.name_en)
    return Briefing(
        form=FORM,
        quarter=quarter,
        day=day,
        draft=end_of(quarter) > now.date(),
        made=now,
        place=named,
        scheme=scheme.id,
        scheme_name=scheme.name,
        first=await briefings_store.first_day(conn, main),
        now=levels_of(await tallies_store.tally(conn, main, day=day)),
        before=levels_of(await tallies_store.tally(conn, main, day=then)),
        illustrative=await briefings_store.filings_are_illustrative(conn),
        figures=await figures_at(conn, content, day, then),
        moves=moves,
        rose=sum(each.offerings for each in moves if each.became > each.was),
        fell=sum(each.offerings for each in moves if each.became < each.was),
        entered=sum(each.fresh for each in moved),
        verified=sum(verified.values()),
        bodies=bodies_of(
            agencies,
            await tallies_store.tally_by_agency(conn, main, day),
            await tallies_store.tally_by_agency(conn, main, then),
            moved,
            verified,
        ),
        plan=None,
        decisions=await _decisions(conn, scheme.id, rules, now.date()),
    )


async def figures_at(conn: Connection, content: Content, day: dt.date, then: dt.date) -> tuple[FigureAt, ...]:
    """The figures that remember past days, in their order, except the distribution of levels."""
    figures = [each for each in content.figures.values() if each.remembers and each.measure != "levels"]
    tallies = {
        (scheme, each): await tallies_store.tally(conn, kept_as(content, scheme), day=each)
        for scheme in dict.fromkeys(figure.scheme for figure in figures)
        for each in {day, then}
    }
    found = []
    for figure in figures:
        now, past = [value(figure, tallies[figure.scheme, each]) for each in (day, then)]
        by_filings = figure.measure == "online"
        found.append(
                FigureAt(
                    figure.id, figure.name, now.filings if by_filings else now.offerings,
                    past.filings if by_filings else past.offerings, by_filings,
                )
            )  # fmt: skip
    return tuple(found)


async def _decisions(conn: Connection, scheme: str, rules: ReviewRules, today: dt.date) -> Decisions:
    law = freed(
        (each.criterion, each.justification, each.offering, each.service, each.filings)
        for each in await desk_store.barred_by_law(conn)
    )
    waits = await briefings_store.waiting_reviews(conn, scheme)
    reviewed = await tallies_store.count_verified(conn, scheme, today, rules.grace)
    differing = await reviews_store.count_disagreeing(conn)
    clashes = await findings_store.list_findings(conn, Listing(differing=True), 1)
    return Decisions(
        tuple(Law(e.article, e.criteria, e.offerings, e.services, e.filings) for e in law[:_LAWS]),
        len(law),
        waits.waiting,
        waits.oldest,
        reviewed.ever - reviewed.verified - reviewed.lapsed,
        reviewed.lapsed,
        differing.differing,
        differing.declared,
        clashes[0].total if clashes else 0,
    )


async def _against(
    db: Database, content: Content, views: Views, rules: ReviewRules, baseline: int, found: Briefing
) -> tuple[Plan | None, tuple[Body, ...]]:
    """The approved roadmap against the quarter, and the agencies with what it asks of them."""
    roadmap, view = await views.open(COUNTER, baseline)
    scheme = content.schemes.get(roadmap.scheme)
    if view is None or scheme is None or roadmap.approved is None:
        return None, found.bodies
    task = await the_task(db, scheme, COUNTER, roadmap.settings)
    async with db.transaction(COUNTER, read_only=True) as conn:
        said = [Said(*row) for row in await answers_store.every_value(conn)]
        reports = standing(await work_reports_store.current_reports(conn))
        verified = await verified_places(conn, scheme, "", found.day, rules)
    approved = roadmap.approved.astimezone(found.made.tzinfo).date()
    open_ = await asyncio.to_thread(Open, scheme, task.gaps)
    plan, late, asked = await asyncio.to_thread(
        plan_of, baseline, roadmap.name, approved, scheme, view, found.quarter, found.day, open_, said,
        reports, verified, found.made.tzinfo,
    )  # fmt: skip
    return plan, with_work(found.bodies, late, asked)


def must_have_ended(quarter: str, today: dt.date) -> None:
    """Raise `Refused` for a quarter that still lasts: what can still change is not frozen."""
    if end_of(quarter) > today:
        text = N_("The quarter ends on %(day)s. Its briefing can be frozen from the day after.")
        raise Refused([fault("quarter", text, day=last_day(quarter))])
