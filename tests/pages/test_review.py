"""A checklist is submitted, returned, mended and verified over HTTP, as with a browser without script."""

import datetime as dt
import re
from typing import Any

from lenmuc.core.answers import Identity
from lenmuc.store import offerings as offerings_store
from lenmuc.store.database import PROGRAM
from tests.conftest import Visitor
from tests.pages.review import (
    CHECKLIST,
    PUBLIC,
    answer_and_submit,
    review_number,
    set_filings,
    status_in_api,
    step,
    submit,
    verified,
)
from tests.pages.test_agency import CODE, MISSING, field, met, words_of


async def test_from_answer_to_a_verified_level_that_the_public_reads(
    as_staff: Visitor, as_planner: Visitor, client: Visitor, db: Any
) -> None:
    await set_filings(db, 5000)
    for criterion in MISSING:
        assert (await met(as_staff, criterion)).status_code == 303
    before = words_of((await as_staff.get(f"{CHECKLIST}/submit")).text)
    assert "What is claimed Level 3 : Filed online" in before
    assert "A planner reviews it" in before
    assert "What is missing for level 4" in before
    reply = await submit(as_staff)
    assert "Submitted for review" in words_of((await as_staff.get(reply.headers["location"])).text)
    assert "submitted for review by the agency" in words_of((await client.get(PUBLIC)).text)
    assert (await status_in_api(client))["status"] == "submitted"

    listed = await as_planner.get("/en/review")
    number = await review_number(db)
    assert f'href="/en/review/{number}"' in listed.text
    assert "5000 filings a year" in words_of(listed.text).replace(",", "")
    page = words_of((await as_planner.get(f"/en/review/{number}")).text)
    assert "Seen for 3.05" in page
    assert "Answered for this service at this agency by Staff STP" in page

    bare = await step(as_planner, number, "return")
    assert bare.status_code == 422
    assert "Write at least one remark" in bare.text
    returned = await step(
        as_planner, number, "return", about="3.05", remark="Chưa thấy quy trình nội bộ <b>nào</b>"
    )
    assert returned.status_code == 303
    assert "Returned with remarks" in words_of((await as_planner.get(returned.headers["location"])).text)
    assert "self-assessed" in words_of((await client.get(PUBLIC)).text)
    assert "nội bộ" not in (await client.get(PUBLIC)).text

    at_criterion = words_of((await as_staff.get(f"{CHECKLIST}/3.05")).text)
    assert "Remarks of the reviewer Chưa thấy quy trình nội bộ <b>nào</b>" in at_criterion
    assert "Chưa thấy" in (await as_staff.get(CHECKLIST)).text
    # a test is one transaction, in which no time passes
    async with db.transaction(Identity("planner")) as conn:
        await conn.execute("UPDATE remark SET at = at - interval '1 minute'")
    assert (await met(as_staff, "3.05", justification="Quy trình 12/QT-STP")).status_code == 303
    assert "The answer was changed after it" in words_of((await as_staff.get(CHECKLIST)).text)
    assert (await submit(as_staff)).status_code == 303

    sure = await step(as_planner, number, "verify")
    assert sure.status_code == 200
    assert "Verify this level?" in sure.text
    done = await as_planner.post(f"/en/review/{number}", version=field(sure.text, "version"), step="confirm")
    assert done.status_code == 303
    assert "Verified" in words_of((await as_planner.get(done.headers["location"])).text)
    public = words_of((await client.get(PUBLIC)).text)
    assert "Level 3" in public
    assert re.search(r"Status: verified on \d+ \w+ \d{4}; holds until \d+ \w+ \d{4}\.", public)
    in_vi = words_of((await client.get(PUBLIC.replace("/en/", "/vi/"))).text)
    assert re.search(r"Tình trạng: đã được xác nhận ngày \d\d/\d\d/\d{4}", in_vi)
    api = await status_in_api(client)
    assert (api["level"], api["status"]) == (3, "verified")
    assert api["verified_until"] > api["verified_at"][:10]
    assert "Verified: 1" in words_of((await client.get("/en/agencies/STP")).text)
    assert "Settled" in words_of((await as_planner.get(f"/en/review/{number}")).text)


async def test_a_changed_answer_ends_a_verification_and_says_so(
    as_staff: Visitor, as_planner: Visitor, client: Visitor, db: Any
) -> None:
    await verified(as_staff, as_planner, db)
    assert (await met(as_staff, "3.03", justification="Only other words")).status_code == 303
    assert (await met(as_staff, "4.04", value="unknown", justification="x")).status_code == 303
    assert (await status_in_api(client))["status"] == "verified"
    changed = await met(as_staff, "3.03", evidence="https://dichvucong.hanoi.gov.vn/moi")
    assert changed.status_code == 303
    assert (await status_in_api(client))["status"] == "due"
    said = words_of((await client.get(PUBLIC)).text)
    assert "due for renewal" in said
    assert "An answer under it has changed since." in said
    assert (await met(as_staff, "3.03", value="not_met", justification="x")).status_code == 303
    assert (await status_in_api(client)) | {"verified_at": "", "verified_until": ""} == {
        "level": 2,
        "status": "self_assessed",
        "verified_at": "",
        "verified_until": "",
    }
    assert "Level 3 was verified on" in words_of((await client.get(PUBLIC)).text)
    assert (await met(as_staff, "3.03")).status_code == 303
    assert (await submit(as_staff)).status_code == 303


async def test_only_dates_pass_and_the_level_stays(
    as_staff: Visitor, as_planner: Visitor, client: Visitor, db: Any
) -> None:
    number = await verified(as_staff, as_planner, db)
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=7))).date()
    found = []
    for days in (0, -1, -90, -91):
        async with db.transaction(PROGRAM) as conn:
            until = today + dt.timedelta(days=days)
            await conn.execute("UPDATE review SET verified_until = $1 WHERE id = $2", until, number)
        api = await status_in_api(client)
        found.append((api["level"], api["status"]))
    assert found == [(3, "verified"), (3, "due"), (3, "due"), (3, "lapsed")]
    assert "Status: lapsed." in words_of((await client.get(PUBLIC)).text)
    assert (await submit(as_staff)).status_code == 303


async def test_what_changed_while_it_was_read_is_read_again_and_nothing_typed_is_lost(
    as_staff: Visitor, as_planner: Visitor, db: Any
) -> None:
    await set_filings(db, 5000)
    await answer_and_submit(as_staff)
    number = await review_number(db)
    opened = await as_planner.get(f"/en/review/{number}")
    seen = field(opened.text, "version")
    assert (await met(as_staff, "3.05", value="not_met", justification="Đã ngừng")).status_code == 303
    for name in ("verify", "confirm", "return"):
        reply = await as_planner.post(
            f"/en/review/{number}", version=seen, step=name, about="3.04", remark="Xem lại giúp"
        )
        assert reply.status_code == 409
        assert "This checklist has changed since you opened it." in reply.text
        assert "Xem lại giúp" in reply.text
        assert "Đã ngừng" in reply.text
    # with the fresh version the level is below the claim, so it can only go back
    sure = await step(as_planner, number, "verify")
    low = await as_planner.post(f"/en/review/{number}", version=field(sure.text, "version"), step="confirm")
    assert low.status_code == 422
    assert "The answers support level 2, but level 3 was submitted." in low.text


async def test_a_submission_can_be_withdrawn_and_every_form_names_what_was_seen(
    as_staff: Visitor, as_planner: Visitor, client: Visitor, db: Any
) -> None:
    nothing = await as_staff.post(f"{CHECKLIST}/withdraw", version="0")
    assert nothing.status_code == 422
    await answer_and_submit(as_staff)
    again = await as_staff.post(f"{CHECKLIST}/submit", version="0")
    assert again.status_code == 409
    assert (await as_staff.post(f"{CHECKLIST}/submit", version="1")).status_code == 422
    page = await as_staff.get(CHECKLIST)
    form = page.text.partition(f'action="{CHECKLIST}/withdraw"')[2]
    reply = await as_staff.post(f"{CHECKLIST}/withdraw", version=field(form, "version"))
    assert reply.status_code == 303
    assert "Withdrawn" in words_of((await as_staff.get(reply.headers["location"])).text)
    assert (await status_in_api(client))["status"] == "self_assessed"
    number = await review_number(db)
    page = await as_planner.get(f"/en/review/{number}")
    assert "does not wait for review" in words_of(page.text)
    assert (await as_planner.post(f"/en/review/{number}", version="2", step="confirm")).status_code in (
        403,
        422,
    )


async def test_where_the_three_levels_differ_the_most_filed_come_first_with_the_articles(
    as_planner: Visitor, as_staff: Visitor, db: Any
) -> None:
    empty = words_of((await as_planner.get("/en/disagreements")).text)
    assert "Nothing to compare yet" in empty
    assert "0 of 73,806 offerings" in empty
    assert (await as_staff.get("/en/disagreements")).status_code == 403
    async with db.transaction(PROGRAM) as conn:
        await conn.execute(
            "UPDATE offering SET declared = 4, filings = 90000, online_filings = 0 WHERE service = $1", CODE
        )
        await conn.execute(
            "UPDATE offering SET declared = level WHERE service = '1.001193'",
        )
        agreeing = await offerings_store.offering_of(conn, "1.001193", "X00004")
        await conn.execute("UPDATE offering SET declared = 4, filings = 80000 WHERE id = $1", agreeing.id)
    page = await as_planner.get("/en/disagreements")
    text = words_of(page.text)
    assert text.index(CODE) < text.index("1.001193")
    assert "Illustrative figures." in text
    assert (
        "No filings online in twelve months" not in text
    )  # level 2 is assessed: nothing can be filed online
    assert re.search(r"5 criteria of level 4 are not confirmed 3\.03 .*?\(Circular 32/2017", text)
    assert "4.04" in text
    vi = words_of((await as_planner.get("/vi/disagreements")).text)
    assert "Thông tư 32/2017" in vi


async def test_every_page_of_the_review_opens_in_both_languages(
    as_staff: Visitor, as_planner: Visitor, db: Any
) -> None:
    await set_filings(db, 5000)
    for lang in ("vi", "en"):
        empty = await as_planner.get(f"/{lang}/review")
        assert empty.status_code == 200
    await answer_and_submit(as_staff)
    number = await review_number(db)
    for lang in ("vi", "en"):
        pages = [
            await as_planner.get(f"/{lang}/review"),
            await as_planner.get(f"/{lang}/review/{number}"),
            await as_planner.get(f"/{lang}/review?done={number}"),
            await as_planner.get(f"/{lang}/review?done=abc"),
            await as_planner.get(f"/{lang}/disagreements"),
            await as_staff.get(f"/{lang}/work/{CODE}"),
            await as_staff.get(f"/{lang}/work/{CODE}/submit"),
        ]
        for page in pages:
            assert page.status_code == 200
            text = words_of(page.text)
            assert "%(" not in text
            assert not re.search(r"\b(not_met|not_applicable|self_assessed|due_for)\b", text)
    assert (await as_planner.get("/en/review?page=9")).status_code == 404
    assert (await as_planner.get("/en/review?page=x")).status_code == 404
