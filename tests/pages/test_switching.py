"""A checklist is read and answered by any set of rules; the page says what moved in the others."""

from lenmuc.content.everything import Content
from tests.conftest import Visitor
from tests.pages.test_public import text_of

CODE = "1.013852"


async def test_the_checklist_is_read_by_another_set_of_rules(as_staff: Visitor, content: Content) -> None:
    page = await as_staff.get(f"/vi/work/{CODE}?scheme=rs-2026")
    assert page.status_code == 200
    assert all(id in page.text for id in ("G.01", "G.05", "G.07"))
    assert f'href="/vi/work/{CODE}/G.01?scheme=rs-2026"' in page.text
    assert "1. Chỉ cung cấp thông tin" in text_of(page.text)
    for scheme in content.schemes.values():
        assert (await as_staff.get(f"/en/work/{CODE}?scheme={scheme.id}")).status_code == 200
    assert (await as_staff.get(f"/vi/work/{CODE}?scheme=rs-9999")).status_code == 404


async def test_an_answer_for_one_set_says_what_it_moved_in_the_other(as_staff: Visitor) -> None:
    await as_staff.get(f"/vi/work/{CODE}/3.01")
    reply = await as_staff.post(
        f"/vi/work/{CODE}/3.01", value="met", justification="Có e-form", version="0", evidence="", blocker=""
    )
    assert reply.status_code == 303
    page = text_of((await as_staff.get(reply.headers["location"])).text)
    assert "1. Chỉ cung cấp thông tin → chuyển thành 2. Một phần" in page
    public = text_of((await as_staff.get(f"/vi/services/{CODE}?agency=STP")).text)
    assert "2. Một phần" in public


async def test_gate_and_proactive_criteria_are_answered_through_the_same_forms(as_staff: Visitor) -> None:
    for scheme, criterion in (("rs-2026", "G.05"), ("proactive-2026", "P.01")):
        address = f"/vi/work/{CODE}/{criterion}?scheme={scheme}"
        await as_staff.get(address)
        reply = await as_staff.post(
            address, value="met", justification="Đã có", version="0", evidence="", blocker=""
        )
        assert reply.status_code == 303
        page = await as_staff.get(reply.headers["location"])
        assert page.status_code == 200
    assert "1. Chủ động nhắc" in text_of(page.text)


async def test_planners_answer_the_gate_of_a_service_for_every_agency(as_planner: Visitor) -> None:
    address = "/en/platform/services/1.001193"
    assert "G.01" in (await as_planner.get(f"{address}?scheme=rs-2026")).text
    assert (await as_planner.get(f"{address}/G.01?scheme=rs-2026")).status_code == 200
    assert (await as_planner.get("/en/platform?scheme=rs-2026")).status_code == 200
