"""Figures with their passports: the list of all, and one with its value on any day and its history."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.figures import figure_on, figure_today, kept_as, online_points
from lenmuc.content.everything import Content
from lenmuc.core.charts import Chart, bands, line
from lenmuc.core.checklists import LevelMeaning, Scheme, citation
from lenmuc.core.errors import N_, NotFound
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
    """The value at the end of one day."""

    day: dt.date
    value: Value


class FigurePage(msgspec.Struct, frozen=True):
    """What `templates/public/figure.html` shows. `day` is the day asked for, `None` for today.

    `first` is the day that the history begins, `None` when there is none. `too_early`: the day lies before
    it; `forgets`: no past value of this figure is kept. `agencies` are to choose from.
    """

    figure: Figure
    scheme: Scheme
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
        given = await online_points(conn, content, agency) if part.rule else None
        found.append(PartShown(part, tuple(rows), given))
    return tuple(found)


@get("/{lang:str}/figures", guards=[anyone])
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


@get("/{lang:str}/figures/{id:str}", guards=[anyone])
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
    scheme = content.schemes[figure.scheme]
    async with db.transaction(PROGRAM, read_only=True) as conn:
        whose = await catalogue_store.find_agency(conn, agency) if agency else None
        if agency and whose is None:
            raise NotFound(N_("There is no agency with this code."))
        agencies = tuple(
            Option(each.code, name_of(each, language), None, each.code == agency)
            for each in await catalogue_store.agency_names(conn)
        )
        changes = await tallies_store.tally_changes(conn, kept_as(content, figure.scheme), agency)
        moments = history((change.day, change.level, change) for change in changes)
        if past is None:
            shown = await figure_today(conn, content, figure, now, rules_of(settings), agency)
        elif figure.remembers:
            shown = await figure_on(conn, content, figure, past, agency)
        else:
            shown = Value()
        by_agency = () if agency or past else await _by_agency(conn, content, figure, agencies)
        parts = await _parts(conn, content, figure, settings, agency)
    first = moments[0].day if moments else None
    remembered = moments if figure.remembers else []
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
        forgets=not figure.remembers,
        value=shown,
        rungs=scheme.levels,
        parts=parts,
        chart=_chart(figure, remembered, now),
        days=_days(figure, remembered),
        by_agency=by_agency,
    )
    return render(request, "public/figure.html", page)


handlers = [list_figures, show_figure]
