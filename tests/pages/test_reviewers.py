"""Who reviews a checklist, and what only a reviewer decides."""

from collections.abc import Callable
from typing import Any

from tests.conftest import PASSWORD, Visitor, person
from tests.pages.review import (
    CHECKLIST,
    answer_and_submit,
    review_number,
    set_filings,
    status_in_api,
    step,
    submit,
)
from tests.pages.test_agency import CODE, MISSING, field, met, words_of


async def test_another_agencys_review_is_answered_like_one_that_does_not_exist(
    as_staff: Visitor, visit: Callable[[], Visitor], db: Any
) -> None:
    await answer_and_submit(as_staff)
    number = await review_number(db)
    lead = visit()
    await lead.sign_in(await person(db, "lead", "SXD"), PASSWORD)
    assert (await lead.get(f"/en/review/{number}")).status_code == 404
    assert (await lead.get("/en/review/999999999")).status_code == 404
    await lead.get("/en/review")
    for name in ("return", "verify", "confirm"):
        reply = await lead.post(f"/en/review/{number}", version="1", step=name, about="3.05", remark="x")
        assert reply.status_code == 404
    assert str(CODE) not in (await lead.get("/en/review")).text
    assert (await as_staff.get(f"/en/review/{number}")).status_code == 403
    assert (await as_staff.get("/en/work/1.001193/submit")).status_code == 404
    assert (await as_staff.post("/en/work/1.001193/submit", version="0")).status_code == 404
    assert (await as_staff.post("/en/work/1.001193/withdraw", version="0")).status_code == 404


async def test_few_filings_are_for_the_lead_who_has_no_part_in_it(
    as_staff: Visitor, as_planner: Visitor, visit: Callable[[], Visitor], db: Any
) -> None:
    await set_filings(db, 10)
    lead = visit()
    await lead.sign_in(await person(db, "lead", "STP"), PASSWORD)
    await answer_and_submit(as_staff)
    number = await review_number(db)
    assert "For the lead of the agency" in words_of((await lead.get("/en/review")).text)
    page = words_of((await as_planner.get(f"/en/review/{number}")).text)
    assert "The lead of the agency reviews this checklist" in page
    refused = await as_planner.post(f"/en/review/{number}", version="1", step="confirm")
    assert refused.status_code == 403
    sure = await step(lead, number, "verify")
    assert sure.status_code == 200
    done = await lead.post(f"/en/review/{number}", version=field(sure.text, "version"), step="confirm")
    assert done.status_code == 303


async def test_a_planner_with_an_answer_in_it_does_not_verify_it(
    as_staff: Visitor, as_planner: Visitor, db: Any
) -> None:
    await set_filings(db, 5000)
    given = {"value": "met", "justification": "Ghi trong quyết định", "version": "0"}
    assert (await as_planner.post(f"/en/platform/services/{CODE}/3.04", **given)).status_code == 303
    for criterion in ("3.03", "3.05", "3.06"):
        assert (await met(as_staff, criterion)).status_code == 303
    assert (await submit(as_staff)).status_code == 303
    number = await review_number(db)
    page = words_of((await as_planner.get(f"/en/review/{number}")).text)
    assert "This checklist holds answers of your own." in page
    for name in ("verify", "confirm"):
        reply = await as_planner.post(f"/en/review/{number}", version="1", step=name)
        assert reply.status_code == 403
        assert "holds answers of your own" in reply.text


async def test_not_applicable_by_hand_waits_for_a_reviewer(
    as_staff: Visitor, as_planner: Visitor, client: Visitor, db: Any
) -> None:
    await set_filings(db, 5000)
    bare = await as_staff.post(f"{CHECKLIST}/3.06", value="not_applicable", version="0")
    assert bare.status_code == 422
    assert "a reviewer has to agree" in bare.text
    for criterion in MISSING[:-1]:
        assert (await met(as_staff, criterion)).status_code == 303
    why = {"value": "not_applicable", "justification": "Không có kết quả nào phải trả"}
    assert (await met(as_staff, "3.06", **why)).status_code == 303
    page = words_of((await as_staff.get(CHECKLIST)).text)
    assert "Proposed: does not apply" in page
    assert (await status_in_api(client))["level"] == 2
    check = words_of((await as_staff.get(f"{CHECKLIST}/submit")).text)
    assert "These count only when the reviewer accepts them." in check
    assert "What is claimed Level 3 : Filed online" in check
    assert (await submit(as_staff)).status_code == 303
    number = await review_number(db)
    undecided = await step(as_planner, number, "verify")
    assert undecided.status_code == 422
    assert 'href="#decide-3.06"' in undecided.text
    silent = await step(
        as_planner, number, "return", asked="3.06", decision="declined", about="3.03", remark="x"
    )
    assert silent.status_code == 422
    assert 'href="#remark-3.06"' in silent.text
    sure = await step(as_planner, number, "verify", asked="3.06", decision="accepted")
    assert sure.status_code == 200
    assert "You accept that these do not apply:" in sure.text
    assert (await status_in_api(client))["level"] == 2
    done = await as_planner.post(
        f"/en/review/{number}",
        version=field(sure.text, "version"),
        step="confirm",
        asked="3.06",
        decision="accepted",
    )
    assert done.status_code == 303
    api = await status_in_api(client)
    assert (api["level"], api["status"]) == (3, "verified")
    one = words_of((await as_staff.get(f"{CHECKLIST}/3.06")).text)
    assert "Accepted by Planner." in one
    # a changed reason has to be accepted again
    assert (await met(as_staff, "3.06", **{**why, "justification": "Vì lý do khác"})).status_code == 303
    api = await status_in_api(client)
    assert (api["level"], api["status"]) == (2, "self_assessed")


async def test_a_declined_proposal_goes_back_with_the_reason(
    as_staff: Visitor, as_planner: Visitor, client: Visitor, db: Any
) -> None:
    await set_filings(db, 5000)
    for criterion in MISSING[:-1]:
        assert (await met(as_staff, criterion)).status_code == 303
    assert (await met(as_staff, "3.06", value="not_applicable", justification="Không cần")).status_code == 303
    assert (await submit(as_staff)).status_code == 303
    number = await review_number(db)
    reply = await step(
        as_planner, number, "return", asked="3.06", decision="declined", about="3.06", remark="Luật bắt buộc"
    )
    assert reply.status_code == 303
    one = words_of((await as_staff.get(f"{CHECKLIST}/3.06")).text)
    assert "Luật bắt buộc" in one
    assert "Planner did not accept that it does not apply." in one
    check = words_of((await as_staff.get(f"{CHECKLIST}/submit")).text)
    assert "What is claimed Level 2 : Forms to download" in check
    assert (await status_in_api(client))["level"] == 2
