"""The level rule against the law, clause by clause, and its laws as properties."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenmuc.core.answers import Answer
from lenmuc.core.readiness import assess, assess_all, effective, ids, layers, outcomes, settle
from lenmuc.core.services import Service, facts
from tests.core.make import service
from tests.core.published import SCHEMES

SCHEME = SCHEMES["rs-2018"]
LEVEL_3 = ("3.01", "3.03", "3.04", "3.05", "3.06")
LEVEL_4 = ("4.01", "4.04")
FREE = {"fee_online": "free", "fee_post": "free", "fee_in_person": "free", "fee_amounts": ()}


def level_of(record: Service, met: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """The level and what the next one lacks, after these criteria were answered as met for the offering."""
    answers = [(criterion, "STP", record.code, "met") for criterion in met]
    settled = {record.code: settle(SCHEME, facts(record))}
    [result] = assess_all(SCHEME, [(record.code, "STP")], settled, layers(SCHEME, answers))
    return result.level, ids(SCHEME, result.missing)


# Circular 32/2017 Art. 5.1 a–l: each piece of information, taken away in turn
@pytest.mark.parametrize(
    ("clause", "gone", "criterion"),
    [
        ("5.1.b steps", {"has_steps": None}, "1.02"),
        ("5.1.c ways", {"channels": ()}, "1.03"),
        ("5.1.d dossier", {"papers": None}, "1.04"),
        ("5.1.đ time", {"time_online": "", "time_post": "", "time_in_person": ""}, "1.05"),
        ("5.1.e applicants", {"applicants": ()}, "1.06"),
        ("5.1.h result", {"result": ()}, "1.08"),
        ("5.1.i fees", {"fee_online": "", "fee_post": "", "fee_in_person": ""}, "1.09"),
        ("5.1.l legal basis", {"legal": ()}, "1.11"),
        ("5.1.l publication decision", {"decision": ""}, "1.11"),
    ],
)
def test_level_1_needs_each_piece_of_information(
    clause: str, gone: dict[str, object], criterion: str
) -> None:
    level, missing = level_of(service(**gone))
    assert level == 0, clause
    assert criterion in missing, clause


@pytest.mark.parametrize(
    ("clause", "record", "met", "level", "missing"),
    [
        ("5.2 forms published", {}, (), 2, list(LEVEL_3)),
        ("5.2 nothing to download", {"forms": 0}, (), 2, ["3.03", "3.04", "3.05", "3.06"]),
        ("5.3 all five", {}, LEVEL_3, 3, ["4.01", "4.04"]),
        ("5.3.b e-form missing", {}, LEVEL_3[1:], 2, ["3.01"]),
        ("5.3.b no form, none needed", {"forms": 0}, LEVEL_3[1:], 3, ["4.01", "4.04"]),
        ("5.3.c not stored", {}, ("3.01", "3.03", "3.05", "3.06"), 2, ["3.04"]),
        ("5.3.d processing on paper", {}, ("3.01", "3.03", "3.04", "3.06"), 2, ["3.05"]),
        ("5.3.đ payment and result not announced", {}, LEVEL_3[:-1], 2, ["3.06"]),
        ("5.4.b fee paid online, 5.4.c result agreed", {}, LEVEL_3 + LEVEL_4, 4, []),
        ("5.4.b fee not paid online", {}, (*LEVEL_3, "4.04"), 3, ["4.01"]),
        ("5.4.b no fee, nothing to pay", FREE, (*LEVEL_3, "4.04"), 4, []),
        ("5.4.c result not as agreed", FREE, LEVEL_3, 3, ["4.04"]),
        ("no credit above a gap", {}, (*LEVEL_3[1:], *LEVEL_4), 2, ["3.01"]),
    ],
)
def test_the_level_follows_circular_32_of_2017_article_5(
    clause: str, record: dict[str, object], met: tuple[str, ...], level: int, missing: list[str]
) -> None:
    assert level_of(service(**record), met) == (level, missing), clause


def test_duties_never_decide_a_level() -> None:
    duties = tuple(criterion.id for criterion in SCHEME.criteria if criterion.role != "defines")
    assert level_of(service(), duties) == level_of(service())


MASKS = st.integers(min_value=0, max_value=(1 << len(SCHEME.criteria)) - 1)
PLACES = st.integers(min_value=0, max_value=len(SCHEME.criteria) - 1)


@given(MASKS, MASKS, PLACES)
def test_one_more_met_criterion_never_lowers_the_level(not_applicable: int, met: int, more: int) -> None:
    assert assess(SCHEME, not_applicable, met | 1 << more).level >= assess(SCHEME, not_applicable, met).level


@given(MASKS, MASKS)
def test_level_needs_every_level_below(not_applicable: int, met: int) -> None:
    result = assess(SCHEME, not_applicable, met)
    assert not result.lacking(SCHEME, result.level)
    if result.level < 4:
        assert result.missing == result.lacking(SCHEME, result.level + 1) != 0


ANSWERS = st.lists(
    st.tuples(
        st.sampled_from([criterion.id for criterion in SCHEME.criteria if criterion.role == "defines"]),
        st.sampled_from(["", "STP", "SXD"]),
        st.sampled_from(["", "1.000001"]),
        st.sampled_from(["met", "not_met", "unknown"]),
    ),
    unique_by=lambda answer: answer[:3],
    max_size=40,
)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(
    answers: list[tuple[str, str, str, str]], chance: random.Random
) -> None:
    shuffled = list(answers)
    chance.shuffle(shuffled)
    assert layers(SCHEME, answers) == layers(SCHEME, shuffled)


@given(ANSWERS)
def test_fast_readiness_equals_the_plain_reading_of_the_rules(
    answers: list[tuple[str, str, str, str]],
) -> None:
    record = service()
    settled = settle(SCHEME, facts(record))
    [fast] = assess_all(SCHEME, [(record.code, "STP")], {record.code: settled}, layers(SCHEME, answers))
    reaching = [
        Answer(c, a, s, v, "", (), "", 1, "", dt.datetime(2026, 1, 1))
        for c, a, s, v in answers
        if a in ("", "STP") and s in ("", record.code)
    ]
    plain = effective(SCHEME, settled, reaching)
    level = 0
    for rung in (1, 2, 3, 4):
        asked = [c.id for c in SCHEME.criteria if c.role == "defines" and c.level == rung]
        if any(plain[criterion].value not in ("met", "not_applicable") for criterion in asked):
            break
        level = rung
    assert fast.level == level


def test_a_local_exception_wins_over_the_answer_for_all_agencies() -> None:
    record = service()
    answers = [(c, "", record.code, "met") for c in LEVEL_3] + [("3.05", "SXD", record.code, "not_met")]
    settled = {record.code: settle(SCHEME, facts(record))}
    results = assess_all(
        SCHEME, [(record.code, "STP"), (record.code, "SXD")], settled, layers(SCHEME, answers)
    )
    assert [result.level for result in results] == [3, 2]


def test_a_person_who_cannot_confirm_the_record_takes_its_answer_back() -> None:
    record = service()
    settled = {record.code: settle(SCHEME, facts(record))}
    [result] = assess_all(
        SCHEME, [(record.code, "STP")], settled, layers(SCHEME, [("1.05", "", record.code, "unknown")])
    )
    assert (result.level, ids(SCHEME, result.missing)) == (0, ["1.05"])


def test_every_effective_answer_says_where_it_comes_from() -> None:
    record = service(**FREE)
    when = dt.datetime(2026, 1, 1)
    own = Answer("3.05", "STP", record.code, "met", "", (), "", 1, "An", when)
    wide = Answer("4.02", "", "", "met", "", (), "", 1, "Bình", when)
    found = effective(SCHEME, settle(SCHEME, facts(record)), [own, wide])
    assert {c: found[c].source for c in ("1.01", "3.01", "3.05", "3.21", "4.01")} == {
        "1.01": "record", "3.01": "none", "3.05": "offering", "3.21": "none", "4.01": "facts",
    }  # fmt: skip


AGENCIES, CODES = ("STP", "SXD", "X00070"), ("1.1", "1.2", "1.3")


@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from([criterion.id for criterion in SCHEME.criteria]),
            st.sampled_from(("", *AGENCIES)),
            st.sampled_from(("", *CODES)),
        ),
        st.sampled_from(("met", "not_met", "unknown", "not_applicable", "proposed")),
        max_size=30,
    )
)
def test_the_usual_and_the_own_say_what_each_offering_alone_would(
    said: dict[tuple[str, str, str], str],
) -> None:
    records = [service(code=CODES[0]), service(code=CODES[1], **FREE), service(code=CODES[2], has_steps=None)]
    settled = {record.code: settle(SCHEME, facts(record)) for record in records}
    answers = layers(SCHEME, [(*place, value) for place, value in said.items()])
    pairs = [(code, agency) for code in CODES for agency in AGENCIES]
    short = outcomes(SCHEME, settled, answers)
    every = assess_all(SCHEME, pairs, settled, answers)
    for (code, agency), result in zip(pairs, every, strict=True):
        found = short.own.get((code, agency), short.usual[code])
        assert (found.level, found.missing) == (result.level, result.missing)
