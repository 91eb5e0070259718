"""What a registry says of one service, read beside its levels; it moves none of them."""

import msgspec

from lenmuc.content.everything import Content
from lenmuc.core.points import Point, PointSet, Reach, reach, stands
from lenmuc.core.readiness import settle
from lenmuc.core.services import Service, facts
from lenmuc.core.stated import Stated


class PointsSaid(msgspec.Struct, frozen=True):
    """The points of a registry as it answers them of one service (an empty text: not known), how they stand,
    and between which levels they leave it.
    """

    points: PointSet
    answers: tuple[tuple[Point, str], ...]
    stands: str
    reach: Reach


def points_said(content: Content, service: Service, stated: Stated) -> PointsSaid | None:
    """The points of the service; `None` when its registry answers none that are known here."""
    points = content.points.get(stated.point_set)
    if points is None:
        return None
    scheme = content.schemes[points.scheme]
    return PointsSaid(
        points,
        tuple((point, stated.points.get(point.id, "")) for point in points.points),
        stands(points, stated.points),
        reach(points, scheme, settle(scheme, facts(service)), stated.points),
    )
