"""What the tests of answering in bulk share."""

from typing import Any

from lenmuc.store import batches as batches_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import PROGRAM
from tests.conftest import Visitor
from tests.pages.test_agency import field, words_of

CODE = "1.013852"
MISSING = ("3.03", "3.04", "3.05", "3.06")


async def answers(db: Any, agency: str = "STP") -> dict[tuple[str, str], tuple[str, str]]:
    """All that an agency has said for its services."""
    async with db.transaction(PROGRAM) as conn:
        rows = await offerings_store.every_offering(conn, agency=agency)
        found = await batches_store.answers_of(conn, agency, [row["service"] for row in rows])
    return {one.place: (one.value, one.justification) for one in found}


async def level(db: Any, code: str = CODE) -> int:
    async with db.transaction(PROGRAM) as conn:
        return int((await offerings_store.offering_of(conn, code, "STP")).level)


async def page_with(staff: Visitor, code: str) -> str:
    """The page of the grid that has this service."""
    for number in range(1, 20):
        page = await staff.get(f"/en/work/grid?level=2&page={number}")
        if f'value="{code}"' in page.text:
            return str(number)
    raise AssertionError(code)


def hidden(html: str, *names: str) -> dict[str, str]:
    return {name: field(html, name) for name in names}


async def give(staff: Visitor, **chosen: Any) -> Any:
    """Choose on the grid, preview, store; the page of the batch."""
    page = await page_with(staff, CODE)
    form = {"level": "2", "page": page, "value": "met", "justification": "Đã làm", **chosen}
    preview = await staff.post("/en/work/grid", **form)
    assert preview.status_code == 200, words_of(preview.text)
    reply = await staff.post("/en/work/apply", **hidden(preview.text, "kind", "packed"))
    assert reply.status_code == 303
    return await staff.get(reply.headers["location"])


BY_2026 = "rs-2026"
