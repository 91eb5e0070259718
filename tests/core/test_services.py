"""What a record says, and what it leaves unknown."""

from lenmuc.core.services import facts, has_fee, illustrative_filings
from tests.core.make import service


def test_a_service_charges_when_one_channel_does() -> None:
    assert has_fee(service(fee_online="free", fee_post="", fee_in_person="charged")) is True


def test_a_service_is_free_only_when_every_channel_is_known_to_be_free() -> None:
    assert has_fee(service(fee_online="free", fee_post="free", fee_in_person="free")) is False
    assert has_fee(service(fee_online="free", fee_post="free", fee_in_person="")) is None


def test_a_silent_record_leaves_facts_unknown_rather_than_false() -> None:
    silent = service(
        channels=(), papers=None, forms=None, time_online="", time_post="", time_in_person="",
        fee_online="", fee_post="", fee_in_person="", result=(), legal=(),
        decision="", applicants=(), has_steps=None,
    )  # fmt: skip
    known = {name for name, value in facts(silent).items() if value is not None}
    assert known == {"name_known", "agency_known"}


def test_a_record_without_forms_is_known_to_have_none() -> None:
    assert facts(service(forms=0))["has_forms"] is False
    assert facts(service(forms=None))["has_forms"] is None


def test_illustrative_filings_are_the_same_at_every_run_and_never_negative() -> None:
    figures = [illustrative_filings(f"1.{n:06}", "STP", "province", {}) for n in range(500)]
    assert figures == [illustrative_filings(f"1.{n:06}", "STP", "province", {}) for n in range(500)]
    assert min(figures) >= 0
    assert max(figures) <= 20_000 * 1.4


def test_a_service_everybody_uses_has_its_own_illustrative_figure() -> None:
    assert 540 <= illustrative_filings("1.001193", "X00004", "commune", {"1.001193": 900}) <= 1260
