"""The classes of 2022 and 2026 against the law, why an offering is only partly online, one answer for all."""

import datetime as dt

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from lenmuc.core.answers import Answer
from lenmuc.core.checklists import Scheme
from lenmuc.core.partial import PartialReason, names_article, partial_reasons
from lenmuc.core.readiness import Readiness, assess, assess_all, effective, ids, layers, settle
from lenmuc.core.services import Service, facts
from tests.core.make import service
from tests.core.published import SCHEMES

OLD, NEW, NOW = SCHEMES["rs-2018"], SCHEMES["rs-2023"], SCHEMES["rs-2026"]
FREE = {"fee_online": "free", "fee_post": "free", "fee_in_person": "free", "fee_amounts": ()}
LEVEL_4 = ("3.01", "3.03", "3.04", "3.05", "3.06", "4.01", "4.04")
GATE = ("G.01", "G.02", "G.03", "G.04", "G.05", "G.06")


def given(criterion: str, value: str, justification: str = "", blocker: str = "") -> Answer:
    at = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    return Answer(criterion, "STP", "1.000001", value, justification, (), blocker, 1, "Lan", at)


def yes(*criteria: str) -> list[Answer]:
    return [given(criterion, "met") for criterion in criteria]


def readiness(scheme: Scheme, record: Service, answers: list[Answer]) -> Readiness:
    rows = [(answer.criterion, "STP", record.code, answer.value) for answer in answers]
    settled = {record.code: settle(scheme, facts(record))}
    [result] = assess_all(scheme, [(record.code, "STP")], settled, layers(scheme, rows))
    return result


def class_of(scheme: Scheme, answers: list[Answer], **record: object) -> tuple[int, list[str]]:
    """The class, 1 information, 2 partly online, 3 end to end, and what the next one lacks."""
    result = readiness(scheme, service(**record), answers)
    return result.level, ids(scheme, result.missing)


def why_partial(scheme: Scheme, answers: list[Answer], **record: object) -> dict[str, PartialReason]:
    subject = service(**record)
    counting = effective(scheme, settle(scheme, facts(subject)), answers)
    found = partial_reasons(scheme, readiness(scheme, subject, answers), counting)
    return {reason.criterion: reason for reason in found}


def reason_ids(reason: PartialReason) -> list[str]:
    return [each.id for each in reason.reasons]


# Circular 01/2023 Art. 13.1 a-h and 13.3, each condition taken away in turn
@pytest.mark.parametrize(
    ("condition", "gone", "expected"),
    [
        ("13.1.c e-form", "3.01", 1),
        ("13.1.c filing", "3.03", 1),
        ("13.1.d whole dossier", "G.03", 2),
        ("13.1.đ payment of fees", "4.01", 2),
        ("13.1.đ payment of dues", "G.04", 2),
        ("13.1.e presence", "G.01", 2),
        ("13.1.e on site", "G.02", 2),
        ("13.1.g electronic result", "G.05", 2),
        ("13.1.h no visit", "G.06", 2),
    ],
)
def test_end_to_end_needs_each_condition(condition: str, gone: str, expected: int) -> None:
    everything = ("3.01", "3.03", "4.01", *GATE)
    assert class_of(NEW, yes(*everything)) == (3, [])
    assert class_of(NEW, yes(*(id for id in everything if id != gone))) == (expected, [gone]), condition


def test_information_and_forms_alone_are_not_an_online_service() -> None:
    """Circular 01/2023 Art. 13.3."""
    assert class_of(NEW, []) == (1, ["3.01", "3.03"])


def test_information_with_a_gap_is_no_class_at_all() -> None:
    """Circular 01/2023 Art. 13.1.a and 13.1.b."""
    assert class_of(NEW, yes("3.01", "3.03", "4.01", *GATE), legal=()) == (0, ["1.11"])


def test_level_4_with_the_result_in_person_is_not_end_to_end() -> None:
    """Circular 32/2017 Art. 5.4.c admits it; Circular 01/2023 Art. 13.1.h does not."""
    answers = [*yes(*LEVEL_4, *GATE[:-1]), given("G.06", "not_met", "Trả tại Bộ phận Một cửa")]
    assert readiness(OLD, service(), answers).level == 4
    for scheme in (NEW, NOW):
        assert class_of(scheme, answers) == (2, ["G.06"])


def test_level_4_alone_says_nothing_about_the_gate() -> None:
    assert class_of(NEW, yes(*LEVEL_4)) == (2, list(GATE))


def test_no_fee_leaves_other_dues_to_be_asked() -> None:
    """Decree 224/2026 Art. 15.1.đ speaks of fees, charges and other financial obligations."""
    all_but_dues = yes("3.01", "3.03", *(id for id in GATE if id != "G.04"))
    assert class_of(NEW, all_but_dues, **FREE) == (2, ["G.04"])


def test_no_form_does_not_make_a_service_online() -> None:
    for scheme in (NEW, NOW):
        assert class_of(scheme, [], forms=0, **FREE)[0] == 1


def test_a_rule_of_law_is_the_reason_and_its_article_is_named() -> None:
    law = given("G.01", "not_met", "Điều 18 Luật Hộ tịch: hai bên cùng có mặt", "law")
    articles = ((NEW, "Nghị định 42/2022/NĐ-CP Điều 11"), (NOW, "Nghị định 224/2026/NĐ-CP Điều 14"))
    for scheme, article in articles:
        found = why_partial(scheme, [*yes(*LEVEL_4, *GATE[1:]), law])
        assert list(found) == ["G.01"]
        assert reason_ids(found["G.01"]) == ["presence"]
        assert found["G.01"].reasons[0].basis == article
        assert found["G.01"].publishable


def test_on_site_verification_is_its_own_reason() -> None:
    survey = given("G.02", "not_met", "Khoản 3 Điều 40 Nghị định về đất đai", "law")
    found = why_partial(NOW, [*yes(*LEVEL_4, *(id for id in GATE if id != "G.02")), survey])
    assert [(reason.criterion, reason_ids(reason), reason.publishable) for reason in found.values()] == [
        ("G.02", ["on_site"], True)
    ]


def test_a_legal_reason_without_its_article_cannot_be_published() -> None:
    vague = given("G.01", "not_met", "Luật yêu cầu có mặt", "law")
    found = why_partial(NOW, [*yes(*LEVEL_4, *GATE[1:]), vague])
    assert (found["G.01"].article, found["G.01"].publishable) == (False, False)


def test_before_2026_no_technical_reason_is_lawful() -> None:
    """Decree 42/2022 Art. 11 admits presence and on-site verification; Decree 224/2026 Art. 14 four."""
    answers = [*yes(*LEVEL_4, *GATE[:4], "G.06"), given("G.05", "not_met", "Chưa ký số", "no_system")]
    assert reason_ids(why_partial(NEW, answers)["G.05"]) == []
    assert reason_ids(why_partial(NOW, answers)["G.05"]) == ["technical"]


@pytest.mark.parametrize(
    ("blocker", "reasons", "publishable"),
    [
        ("", ["fault", "technical"], False),
        ("other", ["fault", "technical"], False),
        ("no_budget", ["technical"], True),
        ("law", [], False),
    ],
)
def test_the_obstacle_tells_which_technical_reason_fits(
    blocker: str, reasons: list[str], publishable: bool
) -> None:
    answers = [*yes(*LEVEL_4, *GATE[:-1]), given("G.06", "not_met", "", blocker)]
    found = why_partial(NOW, answers)["G.06"]
    assert (reason_ids(found), found.publishable) == (reasons, publishable)


def test_what_nobody_answered_is_not_yet_a_reason() -> None:
    found = why_partial(NOW, [*yes(*LEVEL_4, *GATE[1:]), given("G.01", "unknown", "Điều 1")])
    assert (found["G.01"].known, found["G.01"].publishable) == (False, False)
    assert not why_partial(NOW, yes(*LEVEL_4, *GATE[1:]))["G.01"].known


def test_every_gap_of_a_partly_online_service_has_its_line() -> None:
    for scheme in (NEW, NOW):
        found = why_partial(scheme, yes(*LEVEL_4))
        assert list(found) == [id for id in GATE if id in scheme.index]


def test_only_what_is_partly_online_is_explained() -> None:
    assert why_partial(NEW, []) == {}
    assert why_partial(NEW, yes(*LEVEL_4, *GATE)) == {}
    assert why_partial(OLD, yes("3.01", "3.03", "3.04", "3.05", "3.06")) == {}


def test_every_condition_that_may_be_lacking_in_2026_has_a_reason() -> None:
    explained = {id for reason in NOW.reasons for id in reason.criteria}
    assert explained == {criterion.id for criterion in NOW.members(NOW.at_level(3))}


@pytest.mark.parametrize("text", ["Điều 18 Luật Hộ tịch", "theo khoản 2", "Article 5", "ĐIỀU 7"])
def test_an_article_is_recognised(text: str) -> None:
    assert names_article(text)


@pytest.mark.parametrize("text", ["", "Luật yêu cầu", "điều kiện 3 năm", "điều tra 5 hộ"])
def test_other_words_are_no_article(text: str) -> None:
    assert not names_article(text)


def test_one_answer_counts_in_every_scheme_that_has_the_criterion() -> None:
    for id in {id for scheme in SCHEMES.values() for id in scheme.index}:
        holders = [scheme for scheme in SCHEMES.values() if id in scheme.index]
        for scheme in SCHEMES.values():
            met = layers(scheme, [(id, "", "1.000001", "met")]).services.get("1.000001")
            assert (met is not None) == (scheme in holders)
            assert met is None or ids(scheme, met.met) == [id]


def test_answers_given_once_raise_the_offering_in_several_schemes() -> None:
    answers = yes("3.01", "3.03", "3.05", "4.01", "4.04")
    levels = {id: readiness(scheme, service(), answers).level for id, scheme in SCHEMES.items()}
    assert levels == {"rs-2011": 4, "rs-2018": 2, "rs-2023": 2, "rs-2026": 2, "proactive-2026": 0}


@whatever(st.sampled_from(list(SCHEMES.values())), st.data())
def test_one_more_met_criterion_never_lowers_a_level(scheme: Scheme, data: st.DataObject) -> None:
    void = data.draw(st.integers(0, scheme.defining)) & scheme.defining
    met = data.draw(st.integers(0, scheme.defining))
    more = 1 << data.draw(st.integers(0, len(scheme.criteria) - 1))
    before, after = assess(scheme, void, met), assess(scheme, void, met | more)
    assert before.level <= after.level
    assert all(before.lacking(scheme, level) == 0 for level in range(before.level + 1))


# Decree 43/2011 Art. 3.4, clause by clause
@pytest.mark.parametrize(
    ("clause", "met", "record", "expected"),
    [
        ("3.4.a information", (), {"forms": None}, (1, ["2.01"])),
        ("3.4.a a document missing", (), {"legal": ()}, (0, ["1.11"])),
        ("3.4.a no publication decision asked", (), {"decision": ""}, (2, ["3.01", "3.03", "3.05"])),
        ("3.4.b forms", (), {}, (2, ["3.01", "3.03", "3.05"])),
        ("3.4.b no forms", (), {"forms": 0}, (2, ["3.03", "3.05"])),
        ("3.4.c filed and processed online", ("3.01", "3.03", "3.05"), {}, (3, ["4.01", "4.04"])),
        ("3.4.c processed on paper", ("3.01", "3.03"), {}, (2, ["3.05"])),
        ("3.4.d fee paid online", ("3.01", "3.03", "3.05", "4.01", "4.04"), {}, (4, [])),
        ("3.4.d fee paid in person", ("3.01", "3.03", "3.05", "4.04"), {}, (3, ["4.01"])),
        ("3.4.d no fee", ("3.01", "3.03", "3.05", "4.04"), FREE, (4, [])),
    ],
)
def test_the_levels_of_2011_clause_by_clause(
    clause: str, met: tuple[str, ...], record: dict[str, object], expected: tuple[int, list[str]]
) -> None:
    assert class_of(SCHEMES["rs-2011"], yes(*met), **record) == expected, clause


# Decree 224/2026 Art. 16.1 to 16.4: each step presumes the one before
@pytest.mark.parametrize(
    ("met", "level"),
    [
        ((), 0),
        (("P.01",), 1),
        (("P.01", "P.02"), 2),
        (("P.01", "P.02", "P.03"), 3),
        (("P.01", "P.02", "P.03", "P.04"), 4),
        (("P.02", "P.03", "P.04"), 0),
    ],
)
def test_proactive_levels_are_steps_of_their_own(met: tuple[str, ...], level: int) -> None:
    assert class_of(SCHEMES["proactive-2026"], yes(*met, *LEVEL_4))[0] == level
