"""The sample of inspections: the same from one seed, the riskier the likelier, and a control beside it."""

from collections import Counter
from decimal import Decimal

import msgspec
import pytest

from lenmuc.core.sampling import POINTS, Asked, Draw, Place, draw, faults_of, key, middle, size, weight
from lenmuc.core.suspicions import Reason, Suspect

ASKED = Asked("Kiểm tra 2027", "", "2027Q1", 2, 4, 1, 2, "2026-12-01")
PLACES = [
    Place(f"{number}.{agency}", f"A{agency}", 10**number, 2) for number in range(6) for agency in range(5)
]


def suspect(service: str, agency: str, reason: Reason = "silent", *criteria: str) -> Suspect:
    return Suspect(service, agency, reason, None, 4, None, criteria)


SUSPECTS = [
    suspect(place.service, place.agency, "jumped") for place in PLACES if place.agency in ("A0", "A1", "A2")
]


def drawn(draw: Draw) -> list[str]:
    return [f"{one.quarter} {one.place.service}" for one in draw.visits]


def test_the_same_inputs_draw_the_same_in_whatever_order_they_come() -> None:
    once = draw(ASKED, PLACES, SUSPECTS)
    assert draw(ASKED, PLACES[::-1], SUSPECTS[::-1]) == once
    assert drawn(once) == ["0 5.1", "0 3.1", "0 5.2", "0 3.3", "1 4.1", "1 0.2", "1 2.2", "1 1.4"]


def test_another_seed_draws_others_from_the_same_frame() -> None:
    once = draw(ASKED, PLACES, SUSPECTS)
    other = draw(msgspec.structs.replace(ASKED, seed="2026-12-02"), PLACES, SUSPECTS)
    assert other.digest == once.digest
    assert drawn(other) != drawn(once)


def test_a_frame_that_weighs_otherwise_has_another_name() -> None:
    once = draw(ASKED, PLACES, SUSPECTS)
    assert draw(ASKED, PLACES, SUSPECTS[1:]).digest != once.digest
    assert draw(ASKED, PLACES[1:], SUSPECTS[1:]).digest != once.digest


def test_each_quarter_has_its_visits_its_controls_and_no_agency_too_often() -> None:
    found = draw(ASKED, PLACES, SUSPECTS).visits
    assert Counter(one.quarter for one in found) == {0: 4, 1: 4}
    assert Counter(one.quarter for one in found if one.control) == {0: 1, 1: 1}
    assert max(Counter((one.quarter, one.place.agency) for one in found).values()) <= ASKED.most
    assert len({(one.place.service, one.place.agency) for one in found}) == len(found)


def test_a_control_is_nobody_who_is_suspected() -> None:
    suspected = {(one.service, one.agency) for one in SUSPECTS}
    for one in draw(ASKED, PLACES, SUSPECTS).visits:
        assert ((one.place.service, one.place.agency) in suspected) is not one.control
        assert bool(one.reasons) is not one.control


def test_controls_fill_what_suspicion_leaves_empty() -> None:
    found = draw(ASKED, PLACES, SUSPECTS[:1]).visits
    assert len(found) == 8
    assert sum(not one.control for one in found) == 1


def test_a_plan_for_one_agency_visits_nobody_else_and_knows_no_bound_for_one() -> None:
    found = draw(msgspec.structs.replace(ASKED, agency="A0", quarters=1), PLACES, SUSPECTS).visits
    assert {one.place.agency for one in found} == {"A0"}
    assert len(found) == 3  # all of its services are suspected, so there is nobody for a control


def test_nothing_is_drawn_from_nothing() -> None:
    assert draw(ASKED, [], SUSPECTS) == Draw((), 0, 0, draw(ASKED, [], []).digest)


def test_a_wide_suspicion_reaches_each_of_its_places_and_that_of_the_platform_none() -> None:
    wide = [suspect("", "A0", "void", "3.05"), suspect("2.1", "", "copied"), suspect("", "", "void")]
    found = draw(msgspec.structs.replace(ASKED, quarters=8, visits=8, most=8), PLACES, wide)
    assert found.suspected == 6 + 1
    reasons = {one.place.service: (one.reasons, one.criteria) for one in found.visits if not one.control}
    assert reasons["2.1"] == (("copied",), ())
    assert reasons["2.0"] == (("void",), ("3.05",))


def test_reasons_add_up_and_size_multiplies() -> None:
    assert [size(filings) for filings in (0, 9, 10, 999, 1_000)] == [1, 1, 2, 3, 4]
    assert weight(["void", "jumped", "void"], 120, 1) == (POINTS["void"] + POINTS["jumped"]) * 3
    assert weight(["silent"], None, 4) == POINTS["silent"] * 4
    assert middle([None, 5, 5_000, 70]) == 2
    assert middle([None]) == 1


def test_keys_are_exact_to_the_last_digit() -> None:
    assert key("2026-12-01", Place("1.001193", "X00070", 1, 2), 8) == Decimal(
        "0.05639829401054055588164791803591136396956"
    )


def test_who_weighs_more_is_drawn_first_as_often_as_the_weights_say() -> None:
    places = [Place("light", "A", 0, 4), Place("heavy", "A", 999, 4)]  # weights 3 and 9
    suspects = [suspect("light", "A"), suspect("heavy", "A")]
    first = Counter(
        draw(msgspec.structs.replace(ASKED, seed=str(seed), most=4), places, suspects).visits[0].place.service
        for seed in range(600)
    )
    assert first["heavy"] / 600 == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("first_quarter", "2027"),
        ("quarters", 0),
        ("visits", 61),
        ("controls", 0),
        ("controls", 5),
        ("most", 0),
        ("seed", ""),
    ],
)
def test_what_cannot_be_asked_for_is_named(field: str, value: object) -> None:
    assert [each.field for each in faults_of(msgspec.structs.replace(ASKED, **{field: value}))] == [field]


def test_what_can_be_asked_for_has_no_fault() -> None:
    assert faults_of(ASKED) == []
