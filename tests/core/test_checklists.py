"""Schemes as values: masks by level, role and scope, and rules from facts."""

import datetime as dt

import pytest

from lenmuc.core.checklists import (
    FACTS,
    Condition,
    Criterion,
    Group,
    LevelMeaning,
    Role,
    Scheme,
    Scope,
    Words,
    citation,
    holds,
)
from lenmuc.core.services import Service, facts

TEXT = Words("chữ", "text")


def make_criterion(
    id: str,
    level: int,
    role: Role = "defines",
    scope: Scope = "service",
    group: str = "a",
    not_applicable_when: tuple[Condition, ...] = (),
    met_when: tuple[Condition, ...] = (),
) -> Criterion:
    return Criterion(
        id,
        level,
        role,
        group,
        scope,
        "must",
        TEXT,
        ("Luật 1",),
        TEXT,
        TEXT,
        "verified",
        not_applicable_when,
        met_when,
    )


def make_scheme(*criteria: Criterion) -> Scheme:
    levels = tuple(LevelMeaning(number, TEXT, TEXT, "Luật 1") for number in (1, 2, 3))
    groups = (Group("a", Words("nhóm a", "group a")), Group("b", TEXT), Group("empty", TEXT))
    return Scheme("test", 1, dt.date(2018, 6, 1), TEXT, ("Luật 1",), TEXT, levels, groups, criteria)


FREE = Condition("has_fee", False)
NAMED = Condition("name_known", True)
DECIDED = Condition("decision_known", True)

SCHEME = make_scheme(
    make_criterion("1.1", 1, met_when=(NAMED, DECIDED)),
    make_criterion("1.2", 1, role="duty", scope="platform"),
    make_criterion("2.1", 2, scope="offering", group="b"),
    make_criterion("3.1", 3, not_applicable_when=(FREE,)),
    make_criterion("3.2", 3, role="readiness", scope="agency"),
)


def test_bits_stand_in_the_order_of_the_file() -> None:
    assert list(SCHEME.index.items()) == [("1.1", 0), ("1.2", 1), ("2.1", 2), ("3.1", 3), ("3.2", 4)]


def test_only_criteria_that_define_count_towards_a_level() -> None:
    assert SCHEME.defining == 0b01101
    assert [SCHEME.at_level(number) for number in range(5)] == [0, 0b00001, 0b00100, 0b01000, 0]


def test_a_level_asks_for_every_level_below() -> None:
    assert [SCHEME.up_to(number) for number in range(4)] == [0, 0b00001, 0b00101, 0b01101]


def test_every_criterion_has_one_role_and_one_scope() -> None:
    roles: tuple[Role, ...] = ("defines", "duty", "readiness")
    scopes: tuple[Scope, ...] = ("platform", "agency", "service", "offering")
    assert [SCHEME.with_role(role) for role in roles] == [0b01101, 0b00010, 0b10000]
    assert [SCHEME.scope_mask(scope) for scope in scopes] == [0b00010, 0b10000, 0b01001, 0b00100]


def test_a_criterion_is_found_by_its_id() -> None:
    assert SCHEME.criterion("3.1").level == 3
    with pytest.raises(KeyError):
        SCHEME.criterion("9.9")


def test_a_mask_names_its_criteria() -> None:
    assert [criterion.id for criterion in SCHEME.members(0b10100)] == ["2.1", "3.2"]


def test_groups_come_in_order_and_only_with_criteria() -> None:
    assert [(group.id, [c.id for c in members]) for group, members in SCHEME.by_group()] == [
        ("a", ["1.1", "1.2", "3.1", "3.2"]),
        ("b", ["2.1"]),
    ]


def test_a_fact_makes_a_criterion_void() -> None:
    assert SCHEME.not_applicable({"has_fee": False}) == 0b01000


@pytest.mark.parametrize("unknown", [{}, {"has_fee": None}, {"has_fee": True}])
def test_an_unknown_fact_makes_nothing_void(unknown: dict[str, bool | None]) -> None:
    assert SCHEME.not_applicable(unknown) == 0


def test_the_record_answers_only_when_all_its_facts_hold() -> None:
    assert SCHEME.met_by_record({"name_known": True, "decision_known": True}) == 0b00001
    assert SCHEME.met_by_record({"name_known": True, "decision_known": None}) == 0


def test_no_condition_never_holds() -> None:
    assert not holds((), {"has_fee": True})


def test_words_are_vietnamese_or_english() -> None:
    assert (TEXT.in_("vi"), TEXT.in_("en")) == ("chữ", "text")


def test_a_citation_reads_in_both_languages() -> None:
    basis = "Thông tư 32/2017/TT-BTTTT Điều 5.3.đ"
    assert citation(basis, "vi") == basis
    assert citation(basis, "en") == "Circular 32/2017/TT-BTTTT Article 5.3.đ"


def test_every_fact_a_rule_may_ask_about_is_one_the_catalogue_answers() -> None:
    blank = Service(
        code="",
        name="",
        name_en="",
        field="",
        ministry="",
        tiers=(),
        law_kind="",
        decision="",
        applicants=(),
        channels=(),
        time_online="",
        time_post="",
        time_in_person="",
        fee_online="",
        fee_post="",
        fee_in_person="",
        fee_amounts=(),
        papers=None,
        forms=None,
        result=(),
        has_steps=None,
        has_conditions=None,
        legal=(),
    )
    assert set(facts(blank)) == set(FACTS)
