"""The work list: what is assessed, what is left, whose it is."""

from typing import Any

import msgspec
import pytest

from lenmuc.core.work import WorkRow, WorkWish, by_field, chosen, facets, next_to_assess


def row(service: str, asked: int = 2, given: int = 0, **other: Any) -> WorkRow:
    made = WorkRow(1, service, service, "", "ho-tich", 2, (), asked, given, False, 0, "", "draft", True)
    return msgspec.structs.replace(made, **other)


@pytest.mark.parametrize(
    ("asked", "given", "progress"),
    [(2, 0, "untouched"), (2, 1, "begun"), (2, 2, "assessed"), (0, 0, "assessed")],
)
def test_a_service_is_assessed_when_all_that_it_lacks_is_answered(
    asked: int, given: int, progress: str
) -> None:
    assert row("a", asked, given).progress == progress


def test_a_service_of_which_only_what_is_met_was_answered_is_begun() -> None:
    assert row("a", 2, 0, touched=True).progress == "begun"


def test_each_facet_is_counted_under_the_other_conditions() -> None:
    rows = [row("a"), row("b", given=2), row("c", given=2, field="dat-dai", person=7)]
    wish = WorkWish(progress="assessed", field="ho-tich")
    assert [each.service for each in chosen(rows, wish)] == ["b"]
    counts = facets(rows, wish)
    assert counts["progress"] == {"untouched": 1, "assessed": 1}
    assert counts["field"] == {"ho-tich": 1, "dat-dai": 1}
    assert counts["assigned"] == {"0": 1}


def test_words_that_do_not_match_leave_nothing() -> None:
    assert chosen([row("a", matches=False)], WorkWish()) == []


def test_the_field_with_the_most_left_stands_first() -> None:
    rows = [row("a", given=2), row("b", field="dat-dai"), row("c", field="dat-dai", given=2)]
    assert [(each.field, each.services, each.assessed, each.left) for each in by_field(rows)] == [
        ("dat-dai", 2, 1, 1),
        ("ho-tich", 1, 1, 0),
    ]


def test_the_next_service_is_my_own_before_others_and_never_the_same_again() -> None:
    rows = [row("a"), row("b", given=2), row("c"), row("d", person=7)]
    assert next_to_assess(rows, me=7) is rows[3]
    assert next_to_assess(rows, me=1, after="a") is rows[2]
    assert next_to_assess(rows, me=1, after="d") is rows[0]
    assert next_to_assess([row("a")], me=1, after="a") is None
