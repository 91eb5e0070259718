"""Satisfaction: three steps, four contents, and sums that show nobody."""

import datetime as dt
import random
from itertools import product

import pytest

from lenmuc.core.satisfaction import (
    ENOUGH,
    Place,
    Quarter,
    Sums,
    Tally,
    quarter_of,
    rating_of,
    shown,
    shown_agencies,
    shown_place,
    total,
)


def cells(**counts: int) -> dict[Place, Tally]:
    """`a_x=3`: three satisfied answers about service x at agency a."""
    return {(name[2:], name[0]): Tally(satisfied=count) for name, count in counts.items()}


def summed(cells: dict[Place, Tally]) -> dict[str, Sums]:
    """What the database sums up by agency."""
    agencies = {agency for _, agency in cells}
    return {
        agency: Sums(
            total(tally for place, tally in cells.items() if place[1] == agency),
            total(tally for place, tally in shown(cells).items() if place[1] == agency),
        )
        for agency in agencies
    }


def sums(**counts: int) -> dict[str, Sums]:
    return summed(cells(**counts))


@pytest.mark.parametrize(
    ("day", "quarter"),
    [("2026-01-01", (2026, 1)), ("2026-06-30", (2026, 2)), ("2026-12-31", (2026, 4))],
)
def test_a_day_is_in_its_quarter(day: str, quarter: tuple[int, int]) -> None:
    found = quarter_of(dt.date.fromisoformat(day))
    assert (found.year, found.number) == quarter
    assert found.first <= dt.date.fromisoformat(day) < found.after
    assert found.after - dt.timedelta(days=1) in (
        dt.date(found.year, *end) for end in ((3, 31), (6, 30), (9, 30), (12, 31))
    )


def test_fewer_than_five_answers_show_nothing() -> None:
    assert shown(cells(a_x=4, a_y=5)) == cells(a_y=5)
    assert shown_agencies(sums(a_x=4)) == {}
    assert shown_place(sums(a_x=4)) is None


def test_an_agency_shows_no_rest_of_fewer_than_five() -> None:
    assert shown_agencies(sums(a_x=10, a_y=4))["a"].answers == 10
    assert shown_agencies(sums(a_x=10, a_y=4, a_z=1))["a"].answers == 15
    assert shown_agencies(sums(a_y=3, a_z=3))["a"].answers == 6


def test_the_city_shows_no_agency_by_what_is_missing() -> None:
    assert total(shown_agencies(sums(a_x=10, b_x=4)).values()).answers == 10
    found = shown_place(sums(a_x=10, b_x=4))
    assert found is not None
    assert found.answers == 10
    found = shown_place(sums(a_x=10, b_x=4, c_x=4))
    assert found is not None
    assert found.answers == 18


def test_whatever_is_taken_from_a_sum_leaves_nothing_or_five_answers_of_several() -> None:
    dice = random.Random(7)
    for _ in range(300):
        made = {
            (service, agency): Tally(*(dice.choice((0, 0, 1, 2, 4)) for _ in range(3)))
            for service, agency in product("xyz", "abcd")
        }
        seen, agencies, city = shown(made), shown_agencies(summed(made)), shown_place(summed(made))
        assert all(each.answers >= ENOUGH for each in (*seen.values(), *agencies.values()))
        for agency in "abcd":
            here = total(each for place, each in made.items() if place[1] == agency)
            parts = total(each for place, each in seen.items() if place[1] == agency)
            told = agencies.get(agency, Tally())
            assert told.answers <= here.answers
            assert told.answers - parts.answers not in range(1, ENOUGH)
            if told.answers > parts.answers:
                hidden = [
                    each.answers
                    for place, each in made.items()
                    if place[1] == agency and place not in seen and each.answers
                ]
                assert len(hidden) > 1
        rest = (city or Tally()).answers - total(agencies.values()).answers
        assert rest not in range(1, ENOUGH)
        assert (city or Tally()).answers - total(seen.values()).answers not in range(1, ENOUGH)


def test_only_the_overall_answer_has_to_be_given() -> None:
    rating, faults = rating_of({"overall": "2", "attitude": "1"})
    assert not faults
    assert rating is not None
    assert (rating.overall, rating.convenience, rating.timeliness, rating.attitude) == (2, None, None, 1)
    assert [each.field for each in rating_of({"attitude": "1"})[1]] == ["overall"]


@pytest.mark.parametrize("typed", ["0", "4", "5", "x", "-1", "２"])
def test_there_are_three_steps_and_no_other(typed: str) -> None:
    rating, faults = rating_of({"overall": "3", "convenience": typed})
    assert rating is None
    assert [each.field for each in faults] == ["convenience"]
    assert [each.field for each in rating_of({"overall": typed})[1]] == ["overall"]


def test_quarters_come_in_order() -> None:
    assert sorted([Quarter(2026, 1), Quarter(2025, 4)]) == [Quarter(2025, 4), Quarter(2026, 1)]
