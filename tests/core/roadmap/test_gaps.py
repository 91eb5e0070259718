"""What does not apply is no work in a roadmap; what is only proposed so is work to be confirmed."""

from lenmuc.core.readiness import ids, settle
from lenmuc.core.roadmap.gaps import Said, offering_gaps
from lenmuc.core.roadmap.gather import OfferingGap
from lenmuc.core.services import facts
from tests.core.make import service
from tests.core.published import SCHEMES

SCHEME = SCHEMES["rs-2018"]


def gap_of(value: str) -> OfferingGap:
    """The gap of one offering after this was said of 3.05 there."""
    record = service()
    settled = {record.code: settle(SCHEME, facts(record))}
    said = [Said("3.05", "STP", record.code, value, "")]
    [gap] = offering_gaps(SCHEME, [(record.code, "STP", 10)], settled, said)
    return gap


def test_what_a_reviewer_accepted_as_not_applicable_is_no_work() -> None:
    assert "3.05" not in ids(SCHEME, gap_of("not_applicable").unmet)


def test_what_is_only_proposed_as_not_applicable_is_work_to_be_confirmed_like_unknown() -> None:
    assert gap_of("proposed") == gap_of("unknown")
    assert "3.05" in ids(SCHEME, gap_of("proposed").unknown)
    assert "3.05" not in ids(SCHEME, gap_of("not_met").unknown)
