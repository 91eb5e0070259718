"""The review of a checklist: every step from every status, who verifies, and what dates do."""

import datetime as dt
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenmuc.core.answers import Answer, Identity, Target
from lenmuc.core.errors import Refused
from lenmuc.core.readiness import assess_all, effective, layers, settle
from lenmuc.core.reviews import (
    ReviewRules,
    Standing,
    State,
    Status,
    Step,
    Verifier,
    allowed,
    claim,
    ends,
    facts_touch,
    holds_until,
    in_use,
    may_decide,
    may_submit,
    months_later,
    public,
    shown,
    status,
    taken,
    undone,
    verifier,
    why_not_verify,
)
from lenmuc.core.services import facts
from tests.core.make import service
from tests.core.published import SCHEMES

SCHEME = SCHEMES["rs-2018"]
RULES = ReviewRules()
DAY = dt.date(2026, 3, 12)
AT = dt.datetime(2026, 3, 12, 2, tzinfo=dt.UTC)
VERIFIED = Standing(3, "verified", AT, dt.date(2027, 3, 11), 3)

LEGAL = {
    ("self_assessed", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("due", "submit"): "submitted",
    ("lapsed", "submit"): "submitted",
    ("submitted", "withdraw"): "draft",
    ("submitted", "return"): "returned",
    ("submitted", "verify"): "verified",
}


@pytest.mark.parametrize("step", get_args(Step))
@pytest.mark.parametrize("now", get_args(Status))
def test_each_step_is_taken_or_refused(now: Status, step: Step) -> None:
    after = LEGAL.get((now, step))
    assert allowed(now, step) == (after is not None)
    if after:
        assert taken(now, step) == after
    else:
        with pytest.raises(Refused):
            taken(now, step)


def test_withdrawing_goes_back_to_what_stood_before() -> None:
    assert undone(Standing(3, "submitted")) == "draft"
    assert undone(Standing(3, "submitted", AT, dt.date(2027, 3, 11), 3)) == "verified"


@pytest.mark.parametrize(
    ("standing", "day", "expected"),
    [
        (Standing(2), DAY, "self_assessed"),
        (Standing(2, "submitted"), DAY, "submitted"),
        (Standing(2, "returned"), DAY, "returned"),
        (VERIFIED, DAY, "verified"),
        (VERIFIED, dt.date(2027, 3, 11), "verified"),
        (VERIFIED, dt.date(2027, 3, 12), "due"),
        (VERIFIED, dt.date(2027, 6, 9), "due"),
        (VERIFIED, dt.date(2027, 6, 10), "lapsed"),
        (
            Standing(3, "verified", AT, dt.date(2027, 3, 11), 3, dt.date(2026, 5, 1), "answer"),
            DAY,
            "verified",
        ),
        (Standing(3, "verified", AT, dt.date(2027, 3, 11), 3, DAY, "answer"), DAY, "due"),
        (Standing(3, "verified", AT, dt.date(2027, 3, 11), 3, DAY, "facts"), dt.date(2026, 6, 10), "lapsed"),
        # another level than the verified one is nobody's word but the agency's
        (Standing(4, "verified", AT, dt.date(2027, 3, 11), 3), DAY, "self_assessed"),
        (Standing(2, "verified", AT, dt.date(2027, 3, 11), 3), DAY, "self_assessed"),
        (Standing(3, "submitted", AT, dt.date(2027, 3, 11), 3), DAY, "submitted"),
    ],
)
def test_the_status_of_a_level_on_a_day(standing: Standing, day: dt.date, expected: Status) -> None:
    assert status(standing, day, RULES) == expected


def test_the_public_does_not_read_what_is_between_an_agency_and_its_reviewer() -> None:
    assert {public(one) for one in get_args(Status)} == {
        "self_assessed",
        "submitted",
        "verified",
        "due",
        "lapsed",
    }


_DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2030, 12, 31))
_STANDINGS = st.builds(
    Standing,
    level=st.integers(0, 4),
    state=st.sampled_from(get_args(State)),
    verified_at=st.just(AT),
    verified_until=_DAYS,
    verified_level=st.integers(1, 4),
    changed=st.none() | _DAYS,
)


@given(_STANDINGS, _DAYS, _DAYS)
def test_a_date_moves_the_word_one_way_only_and_never_the_level(
    standing: Standing, one: dt.date, other: dt.date
) -> None:
    order = ["verified", "due", "lapsed"]
    first, later = (status(standing, day, RULES) for day in sorted((one, other)))
    if standing.state == "verified" and standing.level == standing.verified_level:
        assert order.index(first) <= order.index(later)
    else:
        assert first == later
    assert shown(standing, one, RULES).verified_level == shown(standing, other, RULES).verified_level


def test_a_status_in_words_says_until_when_and_why() -> None:
    assert shown(None, DAY, RULES).status == "self_assessed"
    early = shown(
        Standing(3, "verified", AT, dt.date(2027, 3, 11), 3, dt.date(2026, 5, 2), "facts"), DAY, RULES
    )
    assert (early.until, early.changed_what) == (dt.date(2026, 5, 1), "facts")
    full = shown(VERIFIED, DAY, RULES)
    assert (full.holds, full.until, full.changed_what) == (True, dt.date(2027, 3, 11), "")
    assert ends(Standing(3)) is None


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (dt.date(2026, 3, 12), 12, dt.date(2027, 3, 12)),
        (dt.date(2026, 12, 31), 2, dt.date(2027, 2, 28)),
        (dt.date(2028, 2, 29), 12, dt.date(2029, 2, 28)),
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
    ],
)
def test_months_are_counted_by_the_calendar(day: dt.date, months: int, later: dt.date) -> None:
    assert months_later(day, months) == later


def test_a_verification_holds_for_the_months_of_the_rules_or_until_evidence_expires() -> None:
    assert holds_until(DAY, RULES) == dt.date(2027, 3, 11)
    assert holds_until(DAY, RULES, [dt.date(2026, 8, 1), dt.date(2028, 1, 1)]) == dt.date(2026, 8, 1)
    assert holds_until(DAY, RULES, [dt.date(2025, 1, 1)]) == DAY


@pytest.mark.parametrize(
    ("filings", "leads", "who"),
    [
        (1001, 1, "planner"),
        (1000, 1, "lead"),
        (0, 2, "lead"),
        (10, 0, "planner"),
        (None, 1, "planner"),
    ],
)
def test_who_verifies_depends_on_how_many_use_the_service(filings: int | None, leads: int, who: str) -> None:
    assert verifier(filings, leads, RULES) == who


PLANNER, LEAD = Identity("planner", "1"), Identity("lead", "2", "STP")


@pytest.mark.parametrize(
    ("who", "wanted", "submitted_by", "own", "may"),
    [
        (PLANNER, "planner", 9, 0, True),
        (PLANNER, "planner", 9, 1, False),
        (PLANNER, "planner", 1, 0, False),
        (PLANNER, "lead", 9, 0, False),
        (LEAD, "lead", 9, 0, True),
        (LEAD, "lead", 2, 0, False),
        (LEAD, "lead", 9, 3, False),
        (LEAD, "planner", 9, 0, False),
        (Identity("lead", "3", "SXD"), "lead", 9, 0, False),
        (Identity("staff", "4", "STP"), "lead", 9, 0, False),
        (Identity("administrator", "5"), "planner", 9, 0, False),
        (Identity("auditor", "6"), "planner", 9, 0, False),
        (Identity(), "planner", 9, 0, False),
    ],
)
def test_nobody_verifies_their_own_answers_or_anothers_part(
    who: Identity, wanted: Verifier, submitted_by: int, own: int, may: bool
) -> None:
    assert (why_not_verify(who, "STP", wanted, submitted_by, own) == "") == may


def test_only_those_who_answer_for_an_agency_submit() -> None:
    roles = ("public", "staff", "lead", "planner", "administrator", "auditor")
    assert [role for role in roles if may_submit(Identity(role, "1", "STP"), "STP")] == ["staff", "lead"]
    assert not may_submit(Identity("staff", "1", "SXD"), "STP")
    assert not may_submit(Identity("staff", "1"), "")


def given_answer(criterion: str, value: str, decision: str = "", target: Target | None = None) -> Answer:
    where = target or Target("STP", "1.000001")
    return Answer(criterion, where.agency, where.service, value, "x", (), "", 1, "Lan", AT, decision)


def test_a_lead_decides_on_answers_of_the_own_agency_only() -> None:
    own, wide = (
        given_answer("3.05", "not_applicable"),
        given_answer("3.05", "not_applicable", "", Target("", "1.1")),
    )
    assert may_decide(LEAD, own)
    assert not may_decide(LEAD, wide)
    assert may_decide(PLANNER, wide)
    assert not may_decide(Identity("lead", "3", "SXD"), own)
    assert not may_decide(Identity("staff", "3", "STP"), own)


def claim_of(*answers: Answer) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    record = service()
    settled = settle(SCHEME, facts(record))
    said = claim(SCHEME, settled, effective(SCHEME, settled, list(answers)))
    return said.level, said.rests_on, said.proposals


def test_a_claim_counts_proposals_as_if_they_were_accepted() -> None:
    met = [given_answer(id, "met") for id in ("3.01", "3.03", "3.04", "3.06")]
    assert claim_of(*met)[0] == 2
    level, rests_on, proposals = claim_of(*met, given_answer("3.05", "not_applicable"))
    assert (level, proposals) == (3, ("3.05",))
    assert {"1.01", "2.01", "3.05", "3.06"} <= set(rests_on)
    assert "4.01" not in rests_on
    assert claim_of(*met, given_answer("3.05", "not_applicable", "accepted"))[0::2] == (3, ())
    assert claim_of(*met, given_answer("3.05", "not_applicable", "declined"))[0::2] == (2, ())


_VALUES = ["met", "not_met", "unknown", "not_applicable"]
_DEFINING = [criterion.id for criterion in SCHEME.members(SCHEME.defining)]
_PLACES = [Target("STP", "1.000001"), Target("", "1.000001"), Target("STP"), Target()]
_ROWS = st.lists(
    st.tuples(st.sampled_from(_DEFINING), st.sampled_from(_PLACES), st.sampled_from([*_VALUES, "proposed"])),
    unique_by=lambda row: row[:2],
)


def level_of(rows: list[tuple[str, Target, str]]) -> tuple[int, int]:
    record = service()
    settled = {record.code: settle(SCHEME, facts(record))}
    answers = [(id, where.agency, where.service, value) for id, where, value in rows]
    [result] = assess_all(SCHEME, [(record.code, "STP")], settled, layers(SCHEME, answers))
    return result.level, result.missing


@given(_ROWS)
def test_not_applicable_that_nobody_accepted_counts_exactly_like_unknown(
    rows: list[tuple[str, Target, str]],
) -> None:
    as_unknown = [(id, where, "unknown" if value == "proposed" else value) for id, where, value in rows]
    assert level_of(rows) == level_of(as_unknown)


@given(_ROWS)
def test_accepting_never_lowers_a_level(rows: list[tuple[str, Target, str]]) -> None:
    accepted = [(id, where, "not_applicable" if value == "proposed" else value) for id, where, value in rows]
    assert level_of(accepted)[0] >= level_of(rows)[0]


@given(_ROWS)
def test_bits_and_the_shown_answers_agree_on_what_does_not_apply(rows: list[tuple[str, Target, str]]) -> None:
    record = service()
    settled = settle(SCHEME, facts(record))
    answers = [
        given_answer(
            id,
            "not_applicable" if value == "proposed" else value,
            "" if value == "proposed" else "accepted",
            where,
        )
        for id, where, value in rows
    ]
    found = effective(SCHEME, settled, answers)
    bits = layers(SCHEME, [(id, where.agency, where.service, value) for id, where, value in rows])
    void = settled.not_applicable | bits.void(record.code, "STP")
    met = bits.met(settled.met, record.code, "STP")
    for place, criterion in enumerate(SCHEME.criteria):
        value = found[criterion.id].value
        assert (value == "not_applicable") == bool(void >> place & 1)
        assert (value == "met") == bool(met >> place & 1) or value == "not_applicable"


def test_a_changed_record_touches_what_rests_on_it() -> None:
    full, no_fee_known = settle(SCHEME, facts(service())), settle(SCHEME, facts(service(decision="")))
    assert facts_touch(SCHEME, ("1.01", "1.11"), full, no_fee_known)
    assert not facts_touch(SCHEME, (), full, no_fee_known)
    assert not facts_touch(SCHEME, ("1.01",), full, full)
    free = settle(SCHEME, facts(service(fee_online="free", fee_post="free", fee_in_person="free")))
    assert not facts_touch(SCHEME, ("3.03",), full, free)  # payment is asked at level 4 only
    assert facts_touch(SCHEME, ("4.04",), full, free)


@pytest.mark.parametrize(
    ("level", "online", "used"),
    [(2, None, 2), (3, None, None), (3, 0, 0), (4, 12, 4), (0, 0, 0)],
)
def test_the_level_in_use_is_unknown_until_somebody_counts(
    level: int, online: int | None, used: int | None
) -> None:
    assert in_use(level, online) == used
