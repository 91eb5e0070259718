"""What the registry that was brought in says, counted: its points, obstacles, ways to pay, and plans."""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from lenmuc.content.everything import Content
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.points import STANDS, Point, PointSet, shares, tallied
from lenmuc.core.stated import POINT_VALUES
from lenmuc.store import stated as stated_store
from lenmuc.store.catalogue import LoadedCatalogue, loaded_catalogue
from lenmuc.store.database import Database
from lenmuc.store.stated import Counted, PointsCount
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.templating import render


class PointRow(msgspec.Struct, frozen=True):
    """A point, and how many services answer yes, no, not applicable, and nothing."""

    point: Point
    counts: tuple[int, int, int, int]


class RegistryPage(msgspec.Struct, frozen=True):
    """What `templates/public/registry.html` shows. `with_void` and `without` are the share of services with
    every point online, as (services, of so many): with those that no point applies to, and without them.
    """

    loaded: LoadedCatalogue
    counted: Counted
    points: PointSet | None
    rows: tuple[PointRow, ...]
    stands: tuple[tuple[str, int], ...]
    with_void: tuple[int, int]
    without: tuple[int, int]


def _point_rows(points: PointSet, counts: Iterable[PointsCount]) -> tuple[PointRow, ...]:
    counts = tuple(counts)
    answers = (*POINT_VALUES, "")

    def of(point: Point) -> tuple[int, ...]:
        return tuple(
            sum(each.services for each in counts if each.points.get(point.id, "") == answer)
            for answer in answers
        )

    return tuple(
        PointRow(point, (found[0], found[1], found[2], found[3]))
        for point in points.points
        for found in (of(point),)
    )


@get("/{lang:str}/registry", guards=[anyone], opt=PUBLIC)
async def show_registry(
    request: Request[Any, Any, Any], db: NamedDependency[Database], content: NamedDependency[Content]
) -> Response[str]:
    """Everything that the registry says beside its records, counted over the services in force."""
    async with db.transaction(read_only=True) as conn:
        loaded = await loaded_catalogue(conn)
        counted = await stated_store.count_stated(conn)
    if loaded is None or not any(getattr(counted, name) for name in counted.__struct_fields__):
        raise NotFound(N_("No registry says more here than its records."))
    known = [each for each in counted.points if each.point_set in content.points]
    points = content.points[known[0].point_set] if known else None
    answers = [each for each in known if points and each.point_set == points.id]
    stood = tallied(points, ((each.points, each.services) for each in answers)) if points else {}
    with_void, without = shares(stood)
    page = RegistryPage(
        loaded=loaded,
        counted=counted,
        points=points,
        rows=_point_rows(points, answers) if points else (),
        stands=tuple((name, stood.get(name, 0)) for name in STANDS),
        with_void=with_void,
        without=without,
    )
    return render(request, "public/registry.html", page)


handlers = [show_registry]
