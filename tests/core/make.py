"""Makes values for tests: complete by default, changed where the test says so."""

from typing import Any

import msgspec

from lenmuc.core.services import Service

COMPLETE = Service(
    code="1.000001",
    name="Đăng ký khai sinh",
    name_en="Birth registration",
    field="ho-tich",
    ministry="btp",
    tiers=("commune",),
    law_kind="",
    decision="163/QĐ-BTP",
    applicants=("citizen",),
    channels=("online", "post", "in_person"),
    time_online="1 wd",
    time_post="1 wd",
    time_in_person="1 wd",
    fee_online="charged",
    fee_post="charged",
    fee_in_person="charged",
    fee_amounts=("8000 VND",),
    papers=3,
    forms=1,
    result=("Giấy khai sinh",),
    has_steps=True,
    has_conditions=None,
    legal=("60/2014/QH13",),
)


def service(**changes: Any) -> Service:
    """A service whose record is complete, with a fee and a form."""
    return msgspec.structs.replace(COMPLETE, **changes)
