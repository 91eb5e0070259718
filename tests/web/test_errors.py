"""How failures are told: a page to people, a problem to programs, and nothing of the inside to either."""

import json
import logging
from typing import Any

import pytest

TABLE = [
    ("missing", 404),
    ("not-allowed", 403),
    ("conflict", 409),
    ("refused", 422),
    ("impossible", 422),
    ("busy", 503),
    ("bug", 500),
    ("away", 503),
    ("broke", 503),
    ("cut", 503),
    ("twice", 409),
    ("not-yours", 403),
    ("group", 404),
]


@pytest.mark.parametrize(("kind", "status"), TABLE)
async def test_each_failure_has_its_status_and_its_page(site: Any, kind: str, status: int) -> None:
    reply = await site.browser.get(f"/vi/fails/{kind}")
    assert reply.status_code == status
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.text.count("<h1>") == 1
    assert reply.headers["x-request-id"] in reply.text
    assert "secret of the inside" not in reply.text
    assert ("retry-after" in reply.headers) == (status == 503)


@pytest.mark.parametrize(("kind", "status"), TABLE)
async def test_each_failure_is_a_problem_for_programs(site: Any, kind: str, status: int) -> None:
    reply = await site.browser.get(f"/api/v1/fails/{kind}")
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    problem = reply.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == reply.headers["x-request-id"]
    assert "secret of the inside" not in reply.text


async def test_a_refusal_names_its_fields_to_a_program(site: Any) -> None:
    problem = (await site.browser.get("/api/v1/fails/refused", headers={"accept-language": "vi"})).json()
    assert problem["errors"] == [{"field": "name", "detail": "Thiếu trường này."}]


async def test_a_conflict_with_a_version_that_was_named_is_412(site: Any) -> None:
    reply = await site.browser.get("/api/v1/fails/conflict", headers={"if-match": '"3"'})
    assert reply.status_code == 412
    assert reply.json()["status"] == 412


async def test_an_unknown_address_gets_a_page_or_a_problem(site: Any) -> None:
    page, problem = await site.browser.get("/nothing"), await site.browser.get("/api/nothing")
    assert (page.status_code, problem.status_code) == (404, 404)
    assert "Không tìm thấy trang" in page.text
    assert problem.headers["content-type"] == "application/problem+json"


async def test_a_failure_is_told_in_the_language_of_the_page(site: Any) -> None:
    assert "This page does not exist" in (await site.browser.get("/en/nothing")).text
    assert "Không tìm thấy trang" in (await site.browser.get("/vi/nothing")).text


async def test_a_fault_of_ours_is_logged_with_the_number_the_person_sees(
    site: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "lenmuc.web"):
        reply = await site.browser.get("/vi/fails/bug")
    (record,) = caplog.records
    assert reply.headers["x-request-id"] in record.getMessage()
    assert "secret of the inside" in caplog.text


async def test_a_path_cannot_write_a_line_of_the_log(site: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "lenmuc.web"):
        await site.browser.get("/vi/fails/bug%0A2026-11-22%20all%20is%20well%E2%80%AE")
    assert caplog.records
    assert all(
        "\n2026" not in record.getMessage() and record.getMessage().isascii() for record in caplog.records
    )


async def test_a_broken_page_for_errors_still_tells_what_happened(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for env in site.wiring.templates._by_language.values():
        monkeypatch.setattr(env, "loader", None)
        env.cache.clear()
    reply = await site.browser.get("/vi/nothing")
    assert reply.status_code == 404
    assert "<h1>Không tìm thấy trang</h1>" in reply.text


async def test_a_wrong_parameter_is_named_to_a_program_and_no_internal_address_is(site: Any) -> None:
    reply = await site.browser.put(
        "/api/v1/things",
        content=json.dumps({"number": "many"}).encode(),
        headers={"content-type": "application/json"},
    )
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["field"]
    assert "http://" not in reply.text
