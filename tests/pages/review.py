"""What the tests of reviewing share."""

from typing import Any

from lenmuc.store import reviews as reviews_store
from lenmuc.store.database import PROGRAM
from tests.conftest import Visitor
from tests.pages.test_agency import CODE, MISSING, field, met

CHECKLIST = f"/en/work/{CODE}"
PUBLIC = f"/en/services/{CODE}?agency=STP"


async def review_number(db: Any) -> int:
    async with db.transaction(PROGRAM) as conn:
        review = await reviews_store.review_of(conn, CODE, "STP", "rs-2018")
    assert review is not None
    return review.id


async def status_in_api(client: Visitor) -> dict[str, Any]:
    [one] = (await client.get(f"/api/v1/offerings?agency=STP&service={CODE}")).json()["items"]
    same = (await client.get(f"/api/v1/offerings/{one['id']}")).json()
    names = ("level", "status", "verified_at", "verified_until")
    assert [same[name] for name in names] == [one[name] for name in names]
    return {name: one[name] for name in names}


async def set_filings(db: Any, filings: int | None) -> None:
    async with db.transaction(PROGRAM) as conn:
        await conn.execute(
            "UPDATE offering SET filings = $1 WHERE service = $2 AND agency = 'STP'", filings, CODE
        )


async def submit(staff: Visitor) -> Any:
    page = await staff.get(f"{CHECKLIST}/submit")
    return await staff.post(f"{CHECKLIST}/submit", version=field(page.text, "version"))


async def answer_and_submit(staff: Visitor) -> None:
    for criterion in MISSING:
        assert (await met(staff, criterion)).status_code == 303
    assert (await submit(staff)).status_code == 303


async def step(reviewer: Visitor, number: int, name: str, **typed: str) -> Any:
    page = await reviewer.get(f"/en/review/{number}")
    return await reviewer.post(
        f"/en/review/{number}", version=field(page.text, "version"), step=name, **typed
    )


async def verified(staff: Visitor, planner: Visitor, db: Any) -> int:
    await set_filings(db, 5000)
    await answer_and_submit(staff)
    number = await review_number(db)
    sure = await step(planner, number, "verify")
    done = await planner.post(f"/en/review/{number}", version=field(sure.text, "version"), step="confirm")
    assert done.status_code == 303
    return number
