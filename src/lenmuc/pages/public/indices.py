"""Indices that others publish of provinces: the list, one by year and part, and its values as a file."""

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions.indices import standing_points
from lenmuc.content.everything import Content
from lenmuc.core.charts import YearChart, yearly
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.index_rows import COLUMNS, OPTIONAL
from lenmuc.core.indices import (
    WHOLE,
    Compared,
    Component,
    Edition,
    Index,
    Indices,
    Point,
    compare,
    grouped,
    names,
    plain_name,
)
from lenmuc.pages.public.lists import Option
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store.database import Database
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

OTHER = "ho-chi-minh"  # whom the place is compared with unless somebody asks for another
OTHER_OF_IT = "ha-noi"


class IndexLine(msgspec.Struct, frozen=True):
    """An index in the list with the last year that speaks of our province; `values` counts all there are."""

    index: Index
    last: Compared | None
    values: int


class IndicesPage(msgspec.Struct, frozen=True):
    """What `templates/public/indices.html` shows. `ours` is the name of our province."""

    rows: tuple[IndexLine, ...]
    ours: str


class PartLine(msgspec.Struct, frozen=True):
    """A part of an index in one year. `most` is the right end of its scale; `dots` are (whose, per cent)."""

    component: Component
    compared: Compared
    most: float
    dots: tuple[tuple[str, float], ...]


class IndexPage(msgspec.Struct, frozen=True):
    """What `templates/public/index.html` shows. `names` are of provinces by code; `years` the latest first.

    `year` is the one whose parts are shown (none where nothing is known of them), `edition` its edition.
    """

    index: Index
    edition: Edition
    ours: str
    other: str
    names: dict[str, str]
    options: tuple[Option, ...]
    years: tuple[Compared, ...]
    year: int | None
    parts: tuple[PartLine, ...]
    chart: YearChart | None
    values: int


def our_province(content: Content) -> str:
    """The code of the province that this place is, or the first of all where it is none."""
    provinces = content.indices.provinces
    return names(provinces.values()).get(plain_name(content.catalogue.place.name), next(iter(provinces)))


def _named(indices: Indices, language: Language) -> dict[str, str]:
    english = language.code == "en"
    return {code: each.name_en if english else each.name for code, each in indices.provinces.items()}


@get("/{lang:str}/indices", guards=[anyone], opt=PUBLIC)
async def list_indices(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    language: NamedDependency[Language],
    visit: NamedDependency[Visit],
) -> Response[str]:
    """Every index with what it last said about our province."""
    ours, indices = our_province(content), content.indices
    async with db.transaction(visit.who, read_only=True) as conn:
        stands = await standing_points(conn, indices)
    rows = []
    for index in indices.every.values():
        points = [point for point in stands.values() if point.index == index.id]
        years = [p.year for p in points if p.province == ours and p.component == WHOLE]
        groups = grouped(points)
        last = compare(groups, indices.provinces, max(years), WHOLE, ours, ours) if years else None
        rows.append(IndexLine(index, last, len(points)))
    page = IndicesPage(tuple(rows), _named(indices, language)[ours])
    return render(request, "public/indices.html", page)


def _chosen(indices: Indices, code: str, otherwise: str) -> str:
    if code and code not in indices.provinces:
        raise NotFound(N_("There is no province of this name."))
    return code or otherwise


def _year(asked: str, years: Sequence[int]) -> int | None:
    """The year whose parts are shown: the one asked for, else the last."""
    if not asked:
        return max(years, default=None)
    if not (asked.isascii() and asked.isdigit() and int(asked[:4]) in years and len(asked) == 4):
        raise NotFound(N_("There is nothing of that year."))
    return int(asked)


def _part(component: Component, compared: Compared, most: float) -> PartLine:
    cells = (("best", compared.best), ("other", compared.other), ("ours", compared.ours))
    dots = tuple((who, 100 * min(cell.value, most) / most) for who, cell in cells if cell.value is not None)
    return PartLine(component, compared, most, dots)


def _lines(years: Iterable[Compared]) -> YearChart | None:
    every = list(years)
    kinds = (
        {each.year: each.best.value for each in every if each.best.value is not None},
        {each.year: each.other.value for each in every if each.other.value is not None},
        {each.year: each.ours.value for each in every if each.ours.value is not None},
    )
    return yearly(kinds)


@get("/{lang:str}/indices/{id:str}", guards=[anyone], opt=PUBLIC)
async def show_index(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    language: NamedDependency[Language],
    visit: NamedDependency[Visit],
    id: FromPath[str],
    province: FromQuery[str] = "",
    other: FromQuery[str] = "",
    year: FromQuery[str] = "",
) -> Response[str]:
    """One index: by year and, of one year, part by part; ours beside another province and the best known."""
    indices = content.indices
    index = indices.every.get(id)
    if index is None:
        raise NotFound(N_("There is no index of this name."))
    ours = _chosen(indices, province, our_province(content))
    beside = _chosen(indices, other, OTHER if ours != OTHER else OTHER_OF_IT)
    async with db.transaction(visit.who, read_only=True) as conn:
        stands = await standing_points(conn, indices, index.id)
    groups = grouped(stands.values())
    known = sorted({point.year for point in stands.values()}, reverse=True)
    shown = _year(year, known)
    years = tuple(compare(groups, indices.provinces, each, WHOLE, ours, beside) for each in known)
    version = next((point.version for point in stands.values() if point.year == shown), "")
    edition = index.edition(version) or index.editions[-1]
    parts: tuple[PartLine, ...] = ()
    if shown is not None:
        compared = [
            (each, compare(groups, indices.provinces, shown, each.code, ours, beside))
            for each in edition.components
        ]
        values = [cell.value or 0 for _, row in compared for cell in (row.ours, row.other, row.best)]
        widest = max([1.0, *values])
        if any(cell.point for _, row in compared for cell in (row.ours, row.other, row.best)):
            parts = tuple(_part(each, row, each.most or widest) for each, row in compared)
    named = _named(indices, language)
    page = IndexPage(
        index=index,
        edition=edition,
        ours=ours,
        other=beside,
        names=named,
        options=tuple(Option(code, name, None, code == ours) for code, name in named.items()),
        years=years,
        year=shown,
        parts=parts,
        chart=_lines(years),
        values=len(stands),
    )
    return render(request, "public/index.html", page)


def as_csv(points: Iterable[Point]) -> bytes:
    """Values as the file that brings them in."""
    columns = ("index", "version", "year", "component", "province", "value", "rank", "source", "confidence")
    assert set(columns) == {*COLUMNS, *OPTIONAL}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for point in sorted(points, key=lambda each: each.key):
        value = "" if point.value is None else f"{point.value:.{point.digits}f}"
        cells = [value if column == "value" else getattr(point, column) for column in columns]
        writer.writerow("" if cell is None else cell for cell in cells)
    return out.getvalue().encode("utf-8-sig")


@get("/{lang:str}/indices/{id:str}/series.csv", guards=[anyone], opt=PUBLIC)
async def series(
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    visit: NamedDependency[Visit],
    id: FromPath[str],
) -> Response[bytes]:
    """Every value of an index, in the columns by which values are brought in."""
    if id not in content.indices.every:
        raise NotFound(N_("There is no index of this name."))
    async with db.transaction(visit.who, read_only=True) as conn:
        stands = await standing_points(conn, content.indices, id)
    headers = {"Content-Disposition": f'attachment; filename="{id}.csv"'}
    return Response(as_csv(stands.values()), media_type="text/csv", headers=headers)


handlers = [list_indices, show_index, series]
