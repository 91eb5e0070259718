"""Roadmaps over HTTP: asked for, computed, read, taken along, published; refused and failed ones too."""

import asyncio
import csv
import html
import io
import os
import re
from typing import Any

import openpyxl
import pytest

from lenmuc.actions import computing
from tests.conftest import Visitor

AGENCY = "SQHKT"  # ten services: quick to plan
ASKED = {
    "name": "Lộ trình thử",
    "agency": AGENCY,
    "first_quarter": "2027Q1",
    "quarters": "4",
    "central_days": "220",
    "body_days": "7,5",
    "ward_days": "10",
    "seconds": "10",
}


def words_of(page: str) -> str:
    body = page.partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def compute(visitor: Visitor, language: str = "en", **instead: str) -> tuple[int, str]:
    """Ask for a roadmap as a planner does and wait for it; its number and its page."""
    await visitor.get(f"/{language}/plan")
    reply = await visitor.post(f"/{language}/plan", **(ASKED | instead))
    assert reply.status_code == 303, reply.text
    return await wait_for(visitor, reply.headers["location"])


async def wait_for(visitor: Visitor, address: str) -> tuple[int, str]:
    """The roadmap's number and its page, as soon as it is no longer being computed."""
    for _ in range(600):
        page = (await visitor.get(address)).text
        if 'http-equiv="refresh"' not in page:
            return int(address.rpartition("/")[2]), page
        assert "being computed" in page or "đang được tính" in page
        await asyncio.sleep(0.2)
    raise AssertionError("the roadmap is not ready")


def rows_of(reply: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"), newline="")))


async def test_page_table_and_workbook_of_a_roadmap_say_the_same(as_planner: Visitor) -> None:
    number, page = await compute(as_planner)
    rows = rows_of(await as_planner.get(f"/en/plan/{number}.csv"))
    workbook = openpyxl.load_workbook(io.BytesIO((await as_planner.get(f"/en/plan/{number}.xlsx")).content))
    items = list(workbook["Work items"].iter_rows(min_row=2, values_only=True))
    assert [row["Work item"] for row in rows] == [row[0] for row in items]
    assert [row["Done in quarter"] for row in rows] == [row[9] or "" for row in items]
    assert [row["Why"] for row in rows] == [row[14] for row in items]

    inside = [row for row in rows if row["Done in quarter"]]
    said = words_of(page)
    assert f"In the plan ({len(inside)})" in said
    for row in inside:
        assert row["Why"] in said
        assert row["What it meets"] in said
    summary = {row[0]: row[1] for row in workbook["Summary"].iter_rows(values_only=True)}
    three = summary["At level 3 or 4 when the plan is done"]
    assert f"{three} of 10 services of" in said
    assert "illustrative figures" in said


async def test_work_outside_the_plan_is_listed_with_its_reasons(as_planner: Visitor) -> None:
    number, _ = await compute(as_planner)
    rows = [r for r in rows_of(await as_planner.get(f"/en/plan/{number}.csv")) if not r["Done in quarter"]]
    assert rows
    said = words_of((await as_planner.get(f"/en/plan/{number}?show=outside")).text)
    assert all(row["Why"] in said for row in rows)


async def test_the_public_sees_a_roadmap_only_while_it_is_published(
    as_planner: Visitor, client: Visitor
) -> None:
    number, _ = await compute(as_planner)
    address = f"/vi/roadmaps/{number}"
    assert (await client.get(address)).status_code == 404
    assert (await as_planner.get(address)).status_code == 404
    assert (await client.get(f"{address}.csv")).status_code == 404

    assert (await as_planner.post(f"/vi/plan/{number}/publish")).status_code == 303
    page = await client.get(address)
    assert page.status_code == 200
    assert "Planner" not in page.text
    assert f"/roadmaps/{number}" in (await client.get("/vi/roadmaps")).text
    for ending in ("csv", "xlsx", "json"):
        file = await client.get(f"{address}.{ending}")
        assert file.status_code == 200
        assert f'filename="lenmuc-roadmap-{number}.{ending}"' in file.headers["content-disposition"]

    assert (await as_planner.post(f"/vi/plan/{number}/withdraw")).status_code == 303
    assert (await client.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("aim", "said"), [("trips", "% more trips"), ("offerings", "% more of what it aims for")]
)
async def test_the_proof_is_said_in_what_the_plan_aims_for(as_planner: Visitor, aim: str, said: str) -> None:
    _, page = await compute(as_planner, aim=aim)
    assert said in words_of(page)


async def test_one_agencys_part_of_a_roadmap_is_shown_and_another_agency_has_none(
    as_planner: Visitor, client: Visitor
) -> None:
    number, _ = await compute(as_planner)
    await as_planner.post(f"/vi/plan/{number}/publish")
    part = await client.get(f"/en/roadmaps/{number}?agency={AGENCY}")
    assert "Show the whole roadmap" in part.text
    assert re.search(r"<h1>Department of Planning and Architecture: [^<]+</h1>", part.text)
    assert (await client.get(f"/en/roadmaps/{number}?agency=X00070")).status_code == 404
    assert (await client.get(f"/en/roadmaps/{number}.csv?agency={AGENCY}")).status_code == 200


async def test_staff_cannot_ask_for_a_roadmap(as_staff: Visitor) -> None:
    assert (await as_staff.get("/vi/plan")).status_code == 403
    assert (await as_staff.post("/vi/plan", **ASKED)).status_code == 403


async def test_the_public_is_sent_to_sign_in(client: Visitor) -> None:
    reply = await client.get("/vi/plan")
    assert (reply.status_code, reply.headers["location"]) == (303, "/vi/sign-in?next=/vi/plan")


async def test_a_form_with_mistakes_comes_back_with_what_was_typed(as_planner: Visitor) -> None:
    await as_planner.get("/en/plan")
    bad = {**ASKED, "name": "", "quarters": "many", "central_days": "-3", "body_days": "7,25", "seconds": "0"}
    reply = await as_planner.post("/en/plan", **bad)
    assert reply.status_code == 422
    for field in ("name", "quarters", "central_days", "seconds"):
        assert f'href="#{field}"' in reply.text
    assert 'value="many"' in reply.text
    assert 'value="-3"' in reply.text
    assert 'value="7,25"' in reply.text
    assert f'<option value="{AGENCY}" selected>' in reply.text


async def test_an_agency_that_does_not_exist_is_a_mistake_in_the_form(as_planner: Visitor) -> None:
    await as_planner.get("/en/plan")
    reply = await as_planner.post("/en/plan", **{**ASKED, "agency": "NOBODY"})
    assert reply.status_code == 422
    assert 'href="#agency"' in reply.text


def _dies(*_: object) -> None:
    os._exit(3)


async def test_a_roadmap_whose_process_died_is_shown_as_failed_and_can_be_computed_again(
    as_planner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(computing, "_child", _dies)
        number, page = await compute(as_planner)
    assert "This roadmap was not computed" in page
    assert "The computation ended in an error." in page
    assert (await as_planner.get(f"/en/plan/{number}.csv")).status_code == 404
    assert (await as_planner.post(f"/en/plan/{number}/publish")).status_code == 404
    again = await as_planner.post(f"/en/plan/{number}/again")
    assert again.status_code == 303
    second, page = await wait_for(as_planner, again.headers["location"])
    assert second != number
    assert "work items in the plan" in page


@pytest.mark.parametrize("name", ["x", "1.exe", "99999", "1.2.csv", "９", "9" * 30])
async def test_an_address_that_is_no_roadmap_is_not_found(as_planner: Visitor, name: str) -> None:
    assert (await as_planner.get(f"/en/plan/{name}")).status_code == 404
    assert (await as_planner.get(f"/en/roadmaps/{name}")).status_code == 404
