"""Rules about the records themselves: each finds its broken example and leaves a whole record alone."""

import msgspec
import pytest

from lenmuc.core.quality import Volume, flaws
from lenmuc.core.services import Service

WHOLE = Service(
    code="1.1", name="Cấp phiếu", name_en="", field="ho-tich", ministry="", tiers=("province",), law_kind="",
    decision="", applicants=(), channels=("online",), time_online="5 wd", time_post="", time_in_person="",
    fee_online="free", fee_post="", fee_in_person="", fee_amounts=(), papers=None, forms=None, result=(),
    has_steps=None, has_conditions=None, legal=(),
)  # fmt: skip


def test_a_whole_record_has_no_flaw() -> None:
    assert flaws([WHOLE], [Volume("1.1", "STP", 5, 5), Volume("1.1", "SXD", None, 3)]) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"time_online": ""}, "no time"),
        ({"fee_online": ""}, "no fee"),
        ({"channels": ()}, "no channel"),
        ({"field": "unknown"}, "no field"),
        ({"fee_amounts": ("50000 VND",)}, "broken fee"),
        ({"fee_online": "charged", "fee_amounts": ("50 VND",)}, "broken fee"),
    ],
)
def test_what_is_broken_is_found_with_what_to_do(change: dict[str, object], rule: str) -> None:
    found = flaws([msgspec.structs.replace(WHOLE, **change)], [])
    assert [flaw.rule for flaw in found] == [rule]
    assert found[0].remedy.text


def test_twins_are_of_one_name_in_one_field() -> None:
    twin = msgspec.structs.replace(WHOLE, code="1.2", name="CẤP PHIẾU")
    other = msgspec.structs.replace(WHOLE, code="1.3", field="dat-dai")
    found = flaws([twin, WHOLE, other], [])
    assert [(flaw.rule, flaw.services) for flaw in found] == [("twins", ("1.1", "1.2"))]


def test_more_online_than_in_all_cannot_be() -> None:
    found = flaws([WHOLE], [Volume("1.1", "STP", 5, 6)])
    assert [flaw.rule for flaw in found] == ["impossible volume"]
    assert found[0].what.text % found[0].what.params == "6 came online at STP, of 5 in all"
