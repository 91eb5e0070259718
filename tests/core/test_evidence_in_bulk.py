"""Evidence in bulk: who says nothing of it leaves it as it is."""

from lenmuc.core.answers import AnswerForm, faults_of
from lenmuc.core.bulk import OwnAnswer, says_same


def test_who_says_nothing_of_evidence_says_the_same() -> None:
    stored = AnswerForm("met", "Seen", version=3, pieces=(4, 5))
    assert says_same(AnswerForm("met", "Seen"), stored)
    assert not says_same(AnswerForm("met", "Seen", pieces=()), stored)
    assert not says_same(AnswerForm("not_met", "Seen"), stored)


def test_a_copied_answer_names_the_same_evidence() -> None:
    assert OwnAnswer("1.1", "3.01", "met", "", (), "", 2, (7,)).form.pieces == (7,)


def test_evidence_alone_shows_that_a_criterion_is_met() -> None:
    assert faults_of(AnswerForm("met", pieces=(1,))) == []
    assert faults_of(AnswerForm("met"), kept=True) == []
    assert faults_of(AnswerForm("met", pieces=()), kept=True)
    assert faults_of(AnswerForm("met"))
