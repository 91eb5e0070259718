"""Answers through the API: who may read them, who may change them, and from which version."""

from typing import Any

import httpx
import pytest

from lenmuc.core.answers import Identity
from lenmuc.store.audit import latest
from lenmuc.store.offerings import Offering
from tests.api.contract import must_fit
from tests.conftest import Visitor
from tests.core.make_files import PDF

MET = {"value": "met", "justification": "Đã có biểu mẫu điện tử."}
FIRST = {"If-None-Match": "*"}


def place(offering: Offering, criterion: str = "3.01", at: str = "") -> str:
    return f"/api/v1/offerings/{offering.id}/answers/{criterion}{'?at=' + at if at else ''}"


async def send(visitor: Visitor, address: str, body: Any, headers: dict[str, str]) -> httpx.Response:
    """A change as a program sends it, with the token of the session."""
    return await visitor.http.put(address, json=body, headers={"X-CSRF-Token": visitor.csrf, **headers})


async def test_a_checklist_shows_every_criterion_with_its_value_and_source(
    as_ward: Visitor, offering: Offering, content: Any
) -> None:
    told = must_fit(await as_ward.get(f"/api/v1/offerings/{offering.id}/answers"), "list_answers")
    assert [each["criterion"] for each in told["items"]] == [c.id for c in content.scheme.criteria]
    lacking = {
        each["criterion"]
        for each in told["items"]
        if each["role"] == "defines" and each["level"] == offering.level + 1 and each["value"] == "unknown"
    }
    assert lacking == set(offering.missing)


async def test_an_answer_is_given_read_and_changed_by_its_version(
    as_ward: Visitor, offering: Offering
) -> None:
    assert must_fit(await as_ward.get(place(offering)), "read_answer")["status"] == 404
    first = await send(as_ward, place(offering), MET, FIRST)
    assert must_fit(first, "write_answer")["answer"]["version"] == 1
    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    read = await as_ward.get(place(offering))
    assert must_fit(read, "read_answer")["justification"] == MET["justification"]
    changed = await send(as_ward, place(offering), {"value": "not_met", "blocker": "no_budget"},
                         {"If-Match": read.headers["etag"]})  # fmt: skip
    assert changed.status_code == 200
    assert must_fit(changed, "write_answer")["answer"]["blocker"] == "no_budget"
    assert changed.headers["etag"] == '"2"'


async def test_a_change_without_a_version_is_refused(as_ward: Visitor, offering: Offering) -> None:
    reply = await send(as_ward, place(offering), MET, {})
    assert must_fit(reply, "write_answer")["status"] == 428


@pytest.mark.parametrize("stale", ['"1"', '"7"', '"0"', 'W/"2"', "2", '"x"', '"99999999999999999999"'])
async def test_a_change_of_an_older_version_is_refused(
    as_ward: Visitor, offering: Offering, stale: str
) -> None:
    await send(as_ward, place(offering), MET, FIRST)
    await send(as_ward, place(offering), MET, {"If-Match": '"1"'})
    reply = await send(as_ward, place(offering), {"value": "unknown"}, {"If-Match": stale})
    assert must_fit(reply, "write_answer")["status"] == 412
    assert (await as_ward.get(place(offering))).json()["version"] == 2


async def test_a_second_first_answer_is_refused(as_ward: Visitor, offering: Offering) -> None:
    await send(as_ward, place(offering), MET, FIRST)
    reply = await send(as_ward, place(offering), MET, FIRST)
    assert must_fit(reply, "write_answer")["status"] == 412


async def test_a_change_of_an_answer_that_is_not_there_is_refused(
    as_ward: Visitor, offering: Offering
) -> None:
    assert (await send(as_ward, place(offering), MET, {"If-Match": '"1"'})).status_code == 412


async def test_a_change_without_the_token_of_the_session_is_refused(
    as_ward: Visitor, offering: Offering
) -> None:
    reply = await as_ward.http.put(place(offering), json=MET, headers=FIRST)
    assert must_fit(reply, "write_answer")["status"] == 403


async def test_a_program_finds_the_token_in_replies_to_signed_in_people(
    as_ward: Visitor, offering: Offering
) -> None:
    reply = await as_ward.get(f"/api/v1/offerings/{offering.id}/answers")
    assert reply.headers["x-csrf-token"] == as_ward.csrf != ""
    assert "access-control-allow-origin" not in reply.headers
    assert reply.headers["cache-control"] == "private, no-store"


async def test_answers_of_another_agency_are_as_if_they_were_not(
    as_ward: Visitor, foreign: Offering, db: Any
) -> None:
    gone = "/api/v1/offerings/999999999/answers/3.01"
    for address, headers in (
        (place(foreign), FIRST),
        (place(foreign, "3.18", "platform"), FIRST),
        (gone, FIRST),
    ):
        reply = await send(as_ward, address, MET, headers)
        assert must_fit(reply, "write_answer")["status"] == 404
    assert (await as_ward.get(place(foreign))).status_code == 404
    reply = await as_ward.get(f"/api/v1/offerings/{foreign.id}/answers")
    assert must_fit(reply, "list_answers")["status"] == 404
    async with db.transaction(Identity("planner")) as conn:
        assert not await conn.fetchval("SELECT count(*) FROM answer")


async def test_the_public_reads_no_answers(client: Visitor, offering: Offering) -> None:
    reply = await client.get(f"/api/v1/offerings/{offering.id}/answers")
    assert must_fit(reply, "list_answers")["status"] == 401
    assert must_fit(await client.get(place(offering)), "read_answer")["status"] == 401
    reply = await client.http.put(place(offering), json=MET, headers=FIRST)
    assert must_fit(reply, "write_answer")["status"] == 401


async def test_a_planner_answers_for_the_platform_only_when_asked_to(
    as_planner: Visitor, offering: Offering
) -> None:
    reply = await send(as_planner, place(offering, "3.18"), MET, FIRST)
    assert must_fit(reply, "write_answer")["errors"][0]["field"] == "at"
    reply = await send(as_planner, place(offering, "3.18", "platform"), MET, FIRST)
    saved = must_fit(reply, "write_answer")
    assert reply.status_code == 201
    assert (saved["answer"]["agency"], saved["answer"]["service"]) == (None, None)


async def test_staff_do_not_answer_for_everybody(as_ward: Visitor, offering: Offering) -> None:
    for criterion, at in (("3.18", "platform"), ("3.01", "service")):
        reply = await send(as_ward, place(offering, criterion, at), MET, FIRST)
        assert must_fit(reply, "write_answer")["status"] == 403


async def test_an_answer_moves_the_level_and_leaves_a_trace(
    as_ward: Visitor, offering: Offering, client: Visitor, db: Any
) -> None:
    for criterion in offering.missing:
        reply = await send(as_ward, place(offering, criterion), MET, FIRST)
        saved = must_fit(reply, "write_answer")
    assert saved["level"] > offering.level
    assert saved["moved"]["rose"] == 1
    told = (await client.get(f"/api/v1/offerings/{offering.id}")).json()
    assert told["level"] == saved["level"]
    async with db.transaction(Identity("planner")) as conn:
        assert len(await latest(conn, "answer")) == len(offering.missing)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"value": "met", "justification": "x", "level": 4}, ""),
        ({"value": "perhaps"}, "value"),
        ({}, ""),
        ({"value": 1}, "value"),
        ({"value": "met"}, "justification"),
        ({"value": "unknown", "justification": "x" * 4001}, "justification"),
        ({"value": "unknown", "evidence": ["javascript:alert(1)"]}, "evidence"),
        ({"value": "unknown", "evidence": ["https://a.vn"] * 11}, "evidence"),
        ({"value": "unknown", "blocker": "weather"}, "blocker"),
        ({"value": "unknown", "justification": "\u202e"}, "justification"),
        ([], ""),
        (None, ""),
    ],
)
async def test_a_body_that_breaks_the_contract_is_refused_and_says_where(
    as_ward: Visitor, offering: Offering, body: Any, field: str
) -> None:
    reply = await send(as_ward, place(offering), body, FIRST)
    told = must_fit(reply, "write_answer")
    assert told["status"] in (400, 422)
    if field:
        assert any(field in wrong["field"] for wrong in told["errors"]), told
    assert (await as_ward.get(place(offering))).status_code == 404


async def test_evidence_is_added_by_the_version_that_was_seen(as_ward: Visitor, offering: Offering) -> None:
    address = place(offering, "3.05")

    async def add(headers: dict[str, str], content: bytes = PDF) -> httpx.Response:
        fields = {"title": "Decision 7", "expires": "2099-12-31", "value": "met"}
        files = {"file": ("Quyết định.pdf", content)}
        given = {"X-CSRF-Token": as_ward.csrf, **headers}
        return await as_ward.http.post(f"{address}/evidence", data=fields, files=files, headers=given)

    assert (await add({})).status_code == 428
    assert (await add({"If-Match": '"5"'})).status_code == 412
    assert (await add(FIRST, b"x" * (25 * 1024 * 1024 + 1))).status_code == 413
    refused = must_fit(await add(FIRST, b"no PDF"), "add_evidence")
    assert [error["field"] for error in refused["errors"]] == ["file"]
    reply = await add(FIRST)
    first = must_fit(reply, "add_evidence")
    (piece,) = first["answer"]["pieces"]
    assert (piece["kind"], piece["title"], piece["size"]) == ("file", "Decision 7", len(PDF))
    assert (await as_ward.http.get(piece["href"])).content == PDF
    second = must_fit(await add({"If-Match": reply.headers["ETag"]}), "add_evidence")
    assert len(second["answer"]["pieces"]) == 2
    stored = must_fit(await as_ward.get(address), "read_answer")
    assert stored["pieces"] == second["answer"]["pieces"]
