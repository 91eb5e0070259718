"""Figures with their passports: the list of all, and one with its value on any day and its history."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.figures import (
    figure_on,
    figure_today,
    kept_as,
    online_points,
    quarter_by_agency,
    quarter_days,
)
from lenmuc.content.everything import Content
from lenmuc.core.charts import Chart, bands, line, spans
from lenmuc.core.checklists import LevelMeaning, Scheme, citation
from lenmuc.core.counts import quarter_said
from lenmuc.core.errors import N_, Message, NotFound
from lenmuc.core.figures import Counts, Figure, Moment, Part, Value, history, value
from lenmuc.core.services import Agency
from lenmuc.pages.public.lists import Option, name_of
from lenmuc.pages.visitors import AnyRequest
from lenmuc.settings import Settings
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import tallies as tallies_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.queries import Connection
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.reviews import rules_of, today
from lenmuc.web.templating import render

_ROWS = 30  # days of the history that the table shows, the latest


class Listed(msgspec.Struct, frozen=True):
    """A figure in the list with its value for the whole place today."""

    figure: Figure
    value: Value


class FiguresPage(msgspec.Struct, frozen=True):
    """What `templates/public/figures.html` shows."""

    rows: tuple[Listed, ...]
    today: dt.date


class PartShown(msgspec.Struct, frozen=True):
    """A line of an official set with the values of the figures that speak of it; `given` points if known."""

    part: Part
    rows: tuple[Listed, ...]
    given: int | None


class OfAgency(msgspec.Struct, frozen=True):
    """The value of one agency."""

    agency: Option
    value: Value


class OnDay(msgspec.Struct, frozen=True):
    """The value at the end of one day; `quarter` names the one that it is of, where it is of one."""

    day: dt.date
    value: Value
    quarter: Message | None = None


class FigurePage(msgspec.Struct, frozen=True):
    """What `templates/public/figure.html` shows. `day` is the day asked for, `None` for today.

    `first` is the day that the history begins, `None` when there is none. `too_early`: the day lies before
    it; `forgets`: no past value of this figure is kept. `agencies` are to choose from. `quarter` is the one
    that the value is of; `scheme` is `None` for a figure of a quarter.
    """

    figure: Figure
    scheme: Scheme | None
    law: tuple[str, ...]
    agency: Agency | None
    agencies: tuple[Option, ...]
    day: dt.date | None
    today: dt.date
    first: dt.date | None
    too_early: bool
    forgets: bool
    value: Value
    rungs: tuple[LevelMeaning, ...]
    parts: tuple[PartShown, ...]
    chart: Chart | None
    days: tuple[OnDay, ...]
    by_agency: tuple[OfAgency, ...]
    quarter: Message | None


def _day_asked(text: str, now: dt.date) -> dt.date | None:
    """The past day that an address asks for. Raises `NotFound` for what is no day, or has not come."""
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise NotFound(N_("Write the day as year, month, day: 2026-11-22.")) from None
    if day > now:
        raise NotFound(N_("This day has not come yet, so there is no value for it."))
    return None if day == now else day


def _chart(figure: Figure, moments: Sequence[Moment], now: dt.date) -> Chart | None:
    if figure.measure == "levels":
        top = max((level for moment in moments for level in moment.tally), default=0)
        points: list[tuple[dt.date, list[float]]] = []
        for moment in moments:
            whole = sum(counts.offerings for counts in moment.tally.values())
            if whole:
                at = [moment.tally.get(level, Counts()).offerings / whole for level in range(top + 1)]
                points.append((moment.day, at))
        return bands(points, now)
    shares = [(moment.day, value(figure, moment.tally).share) for moment in moments]
    return line([(day, share) for day, share in shares if share is not None], now)


def _days(figure: Figure, moments: Sequence[Moment]) -> tuple[OnDay, ...]:
    """The days on which the value changed, the latest first."""
    found: list[OnDay] = []
    for moment in moments:
        here = value(figure, moment.tally)
        if here.known and (not found or found[-1].value != here):
            found.append(OnDay(moment.day, here))
    return tuple(reversed(found[-_ROWS:]))


class Past(msgspec.Struct, frozen=True):
    """The history of a figure: the day that it begins, its chart, the days or quarters with their values."""

    first: dt.date | None
    chart: Chart | None
    days: tuple[OnDay, ...]


async def _by_day(conn: Connection, content: Content, figure: Figure, now: dt.date, agency: str) -> Past:
    changes = await tallies_store.tally_changes(conn, kept_as(content, figure.scheme), agency)
    moments = history((change.day, change.level, change) for change in changes)
    remembered = moments if figure.remembers else []
    first = moments[0].day if moments else None
    return Past(first, _chart(figure, remembered, now), _days(figure, remembered))


async def _by_quarter(conn: Connection, figure: Figure, now: dt.date, agency: str) -> Past:
    found = await quarter_days(conn, figure, now, agency)
    last = dt.timedelta(days=1)
    days = tuple(
        OnDay(each.after - last, value, quarter_said(each)) for each, value in reversed(found[-_ROWS:])
    )
    shares = [(each.first, each.after, value.share) for each, value in found]
    chart = spans([(first, after, share) for first, after, share in shares if share is not None])
    return Past(found[0][0].after - last if found else None, chart, days)


async def _of_quarter(
    conn: Connection, figure: Figure, shown: Value, agencies: Sequence[Option]
) -> tuple[OfAgency, ...]:
    if shown.quarter is None:
        return ()
    found = await quarter_by_agency(conn, figure, shown.quarter)
    return tuple(OfAgency(agency, found[agency.value]) for agency in agencies if agency.value in found)


async def _by_agency(
    conn: Connection, content: Content, figure: Figure, agencies: Sequence[Option]
) -> tuple[OfAgency, ...]:
    if not figure.remembers:
        return ()
    found = await tallies_store.tally_by_agency(conn, kept_as(content, figure.scheme))
    return tuple(
        OfAgency(agency, value(figure, found[agency.value])) for agency in agencies if agency.value in found
    )


async def _parts(
    conn: Connection, content: Content, figure: Figure, settings: Settings, agency: str
) -> tuple[PartShown, ...]:
    found: list[PartShown] = []
    for part in figure.parts:
        rows = []
        for id in part.figures:
            one = content.figures[id]
            rows.append(
                Listed(one, await figure_today(conn, content, one, today(), rules_of(settings), agency))
            )
        given = await online_points(conn, content, today(), agency) if part.rule else None
        found.append(PartShown(part, tuple(rows), given))
    return tuple(found)


@get("/{lang:str}/figures", guards=[anyone], opt=PUBLIC)
async def list_figures(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """Every figure with its value for the whole place today."""
    now, rules = today(), rules_of(settings)
    # as the program: what is counted is public, the answers behind it are not
    async with db.transaction(PROGRAM, read_only=True) as conn:
        rows = [
            Listed(figure, await figure_today(conn, content, figure, now, rules))
            for figure in content.figures.values()
        ]
    return render(request, "public/figures.html", FiguresPage(tuple(rows), now))


@get("/{lang:str}/figures/{id:str}", guards=[anyone], opt=PUBLIC)
async def show_figure(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    settings: NamedDependency[Settings],
    language: NamedDependency[Language],
    id: FromPath[str],
    agency: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Response[str]:
    """A figure: its passport, its value today or on a past day, its history, agency by agency."""
    figure = content.figures.get(id)
    if figure is None:
        raise NotFound(N_("There is no figure with this name."))
    now = today()
    past = _day_asked(day, now)
    scheme = content.schemes.get(figure.scheme)
    async with db.transaction(PROGRAM, read_only=True) as conn:
        whose = await catalogue_store.find_agency(conn, agency) if agency else None
        if agency and whose is None:
            raise NotFound(N_("There is no agency with this code."))
        agencies = tuple(
            Option(each.code, name_of(each, language), None, each.code == agency)
            for each in await catalogue_store.agency_names(conn)
        )
        if past is None:
            shown = await figure_today(conn, content, figure, now, rules_of(settings), agency)
        elif figure.remembers or figure.by_quarter:
            shown = await figure_on(conn, content, figure, past, agency)
        else:
            shown = Value()
        whole = not agency and past is None
        if figure.by_quarter:
            past_of = await _by_quarter(conn, figure, now, agency)
            by_agency = await _of_quarter(conn, figure, shown, agencies) if whole else ()
        else:
            past_of = await _by_day(conn, content, figure, now, agency)
            by_agency = await _by_agency(conn, content, figure, agencies) if whole else ()
        parts = await _parts(conn, content, figure, settings, agency)
    first = past_of.first
    page = FigurePage(
        figure=figure,
        scheme=scheme,
        law=tuple(citation(each, language.code) for each in figure.source),
        agency=whose,
        agencies=agencies,
        day=past,
        today=now,
        first=first,
        too_early=past is not None and (first is None or past < first),
        forgets=not (figure.remembers or figure.by_quarter),
        value=shown,
        rungs=scheme.levels if scheme else (),
        parts=parts,
        chart=past_of.chart,
        days=past_of.days,
        by_agency=by_agency,
        quarter=quarter_said(shown.quarter) if shown.quarter else None,
    )
    return render(request, "public/figure.html", page)


handlers = [list_figures, show_figure]
