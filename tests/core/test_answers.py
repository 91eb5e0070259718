"""Who may answer what, and what makes an answer acceptable."""

import pytest

from lenmuc.core.answers import AnswerForm, Identity, Target, faults_of, may_answer, must_answer
from lenmuc.core.errors import NotAllowed
from tests.core.test_readiness import SCHEME

STAFF = Identity("staff", agency="STP")
PLANNER = Identity("planner")
OFFERING = Target("STP", "1.000001")


@pytest.mark.parametrize(
    ("who", "criterion", "target", "allowed"),
    [
        (STAFF, "3.01", OFFERING, True),
        (STAFF, "3.01", Target("SXD", "1.000001"), False),
        (STAFF, "3.01", Target("", "1.000001"), False),
        (STAFF, "3.79", Target("STP"), True),
        (STAFF, "3.79", Target("SXD"), False),
        (STAFF, "4.02", Target(), False),
        (PLANNER, "4.02", Target(), True),
        (PLANNER, "3.01", Target("", "1.000001"), True),
        (PLANNER, "3.01", OFFERING, True),
        (PLANNER, "4.02", OFFERING, False),
        (PLANNER, "3.79", OFFERING, False),
        (Identity("administrator"), "3.01", OFFERING, False),
        (Identity(), "3.01", OFFERING, False),
        (Identity("staff"), "3.01", Target("", "1.000001"), False),
    ],
)
def test_people_answer_for_what_is_theirs(
    who: Identity, criterion: str, target: Target, allowed: bool
) -> None:
    assert may_answer(who, SCHEME.criterion(criterion), target) is allowed


def test_an_answer_for_somebody_else_is_refused() -> None:
    with pytest.raises(NotAllowed):
        must_answer(STAFF, SCHEME.criterion("3.01"), Target("SXD", "1.000001"))


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (AnswerForm("met", "E-form in use since March"), []),
        (AnswerForm("met", evidence=("https://dichvucong.gov.vn/p/1",)), []),
        (AnswerForm("not_met", blocker="law"), []),
        (AnswerForm("unknown"), []),
        (AnswerForm("met"), ["justification"]),
        (AnswerForm("perhaps"), ["value"]),
        (AnswerForm("not_applicable", "No paper is handed in at all"), []),
        (AnswerForm("not_applicable"), ["justification"]),
        (AnswerForm("not_applicable", "because", blocker="law"), ["blocker"]),
        (AnswerForm("met", "x" * 4001), ["justification"]),
        (AnswerForm("met", "a\x00b"), ["justification"]),
        (AnswerForm("met", evidence=("javascript:alert(1)",)), ["evidence"]),
        (AnswerForm("met", evidence=("https://",)), ["evidence"]),
        (AnswerForm("met", evidence=("https://a.vn",) * 11), ["evidence"]),
        (AnswerForm("not_met", blocker="weather"), ["blocker"]),
        (AnswerForm("met", "done", blocker="law"), ["blocker"]),
    ],
)
def test_a_faulty_answer_names_the_field(form: AnswerForm, fields: list[str]) -> None:
    assert [fault.field for fault in faults_of(form)] == fields
