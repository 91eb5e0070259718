"""Points of a registry: what their answers say about levels, and what stays unknown."""

import msgspec
import pytest

from lenmuc import paths
from lenmuc.content.points import FOLDER, load_points
from lenmuc.core.points import Reach, reach, shares, stands, tallied
from lenmuc.core.readiness import settle
from lenmuc.core.services import facts
from tests.core.make import service
from tests.core.published import SCHEMES

POINTS = load_points(paths.assessments() / FOLDER, SCHEMES)["ca-2024"]
SCHEME = SCHEMES[POINTS.scheme]
SIX = POINTS.ids


def between(**answers: str) -> Reach:
    """What the points leave possible for a service with a whole record (level 2 by itself) and a fee."""
    return reach(POINTS, SCHEME, settle(SCHEME, facts(service())), answers)


def answers(**given: str) -> dict[str, str]:
    return dict.fromkeys(SIX, "yes") | given


def test_nothing_said_leaves_everything_above_the_record_open() -> None:
    found = between()
    assert (found.lowest, found.highest, found.said) == (2, 4, ())


def test_no_application_online_puts_level_3_out_of_reach_and_says_why() -> None:
    found = between(application="no")
    assert (found.lowest, found.highest) == (2, 2)
    assert [c.id for c in found.against] == ["3.03"]
    assert [each.why.en for each in found.said]


def test_an_application_online_is_one_criterion_of_level_3_and_not_the_level() -> None:
    found = between(**answers())
    assert (found.lowest, found.highest) == (2, 4)
    assert [c.id for c in found.lacking] == ["3.01", "3.04", "3.05", "3.06"]


def test_not_applicable_counts_for_the_highest_level_only_because_nobody_reviewed_it() -> None:
    found = between(application="not_applicable")
    assert (found.lowest, found.highest) == (2, 4)
    assert "3.03" in [c.id for c in found.lacking]


def test_points_move_nothing_where_the_facts_have_settled_it() -> None:
    [implied] = [e for e in POINTS.implies if e.answer == "no"]
    against = msgspec.structs.replace(POINTS, implies=(msgspec.structs.replace(implied, criterion="4.01"),))
    free = service(fee_online="free", fee_post="free", fee_in_person="free", fee_amounts=())
    found = reach(against, SCHEME, settle(SCHEME, facts(free)), {"application": "no"})
    assert (found.highest, found.against) == (4, ())  # no fee, so paying it online is not asked for


@pytest.mark.parametrize(
    ("given", "stood"),
    [
        (answers(), "all"),
        (answers(account="not_applicable"), "all"),
        (answers(decision="no"), "some"),
        (answers(decision="no", account=""), "some"),
        (answers(account=""), "unknown"),
        (dict.fromkeys(SIX, "no"), "none"),
        (dict.fromkeys(SIX, "not_applicable"), "void"),
        ({}, "unknown"),
    ],
)
def test_points_stand_together(given: dict[str, str], stood: str) -> None:
    assert stands(POINTS, given) == stood


def test_the_share_is_counted_with_and_without_those_that_no_point_applies_to() -> None:
    rows = [(answers(), 2), (answers(decision="no"), 3), (dict.fromkeys(SIX, "not_applicable"), 5), ({}, 7)]
    assert shares(tallied(POINTS, rows)) == ((7, 10), (2, 5))
