"""What the program sees of itself, and what it refuses before it would fall over."""

import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from lenmuc import logs
from lenmuc.settings import BadSetting, Settings
from lenmuc.web.gate import Gate
from lenmuc.web.watching import Watching
from tests.conftest import PASSWORD, person

TOKEN = "a token of sixteen letters".replace(" ", "-")
FLOOR = 512 * 1024**2


class Disk:
    """A disk with so many bytes free."""

    def __init__(self, free: int) -> None:
        self.free = free

    def __call__(self, _: Path) -> int:
        return self.free


def browser(gate: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://127.0.0.1:8000")


@pytest.fixture
async def gate(program: Any, stage: Any, db: Any, tmp_path: Path) -> AsyncIterator[Any]:
    """The program behind a gate with a token for its figures; the test sets what is watched."""
    stage.now = db

    def made(watching: Watching | None = None) -> Gate:
        settings = Settings(data=tmp_path, metrics_token=TOKEN)
        return Gate(program.inner, settings, stage, program._languages, program._templates, watching=watching)

    yield made
    stage.now = None


async def test_the_figures_count_what_was_answered(gate: Any) -> None:
    async with browser(gate()) as visitor:
        await visitor.get("/vi/")
        await visitor.get("/vi/no-such-page")
        reply = await visitor.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = reply.text.splitlines()
    assert 'lenmuc_requests_total{kind="page",method="GET",status="200"} 1' in lines
    assert 'lenmuc_requests_total{kind="page",method="GET",status="404"} 1' in lines
    assert 'lenmuc_request_seconds_count{kind="page"} 2' in lines
    assert "lenmuc_requests_at_once 1" in lines


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
async def test_nobody_else_learns_that_there_are_figures(gate: Any, given: dict[str, str]) -> None:
    async with browser(gate()) as visitor:
        assert (await visitor.get("/metrics", headers=given)).status_code == 404


async def test_without_a_token_there_are_no_figures(client: Any) -> None:
    assert (await client.get("/metrics", headers={"Authorization": "Bearer "})).status_code == 404


async def test_one_request_too_many_is_sent_away_with_the_time_to_come_back(
    gate: Any, tmp_path: Path
) -> None:
    watching = Watching(tmp_path, 0, most=3)
    for _ in range(3):
        watching.enter()
    async with browser(gate(watching)) as visitor:
        reply = await visitor.get("/vi/")
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "10")
        assert reply.headers["content-security-policy"]
        assert (await visitor.get("/healthz")).status_code == 200


async def test_with_the_disk_nearly_full_pages_are_read_and_nothing_is_written(
    gate: Any, tmp_path: Path
) -> None:
    disk = Disk(FLOOR - 1)
    async with browser(gate(Watching(tmp_path, FLOOR, free=disk))) as visitor:
        assert (await visitor.get("/vi/")).status_code == 200
        reply = await visitor.post("/vi/sign-in", data={"email": "a@example.org", "password": "x"})
        assert reply.status_code == 503
        assert "Đĩa" in reply.text
        assert reply.headers["retry-after"]
    async with browser(gate(Watching(tmp_path, FLOOR, free=Disk(FLOOR)))) as visitor:
        reply = await visitor.post("/vi/sign-in", data={"email": "a@example.org", "password": "x"})
        assert reply.status_code != 503


def test_the_disk_is_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(0)
    monkeypatch.setattr("lenmuc.web.watching._LOOK_EVERY", 0)
    watching = Watching(tmp_path / "not" / "made", FLOOR, free=disk)
    assert watching.read_only
    disk.free = FLOOR
    assert not watching.read_only
    assert not Watching(tmp_path / "not" / "made", 1).read_only


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a log of the program says; the one of the tests is put back."""
    root, requests = logging.getLogger(), logging.getLogger("lenmuc.requests")
    before, levels = list(root.handlers), (root.level, requests.level)
    for handler in before:
        root.removeHandler(handler)
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(levels[0])
    requests.setLevel(levels[1])


async def test_the_log_has_the_number_that_a_refusal_shows(gate: Any, lines: io.StringIO) -> None:
    logs.begin("json", lines)
    async with browser(gate()) as visitor:
        reply = await visitor.get("/vi/none-\u202e%0A?x")
    (said,) = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert said["request_id"] == reply.headers["x-request-id"]
    assert said["request_id"] in reply.text
    assert (said["status"], said["level"]) == (404, "info")
    assert lines.getvalue().isascii()


async def test_no_secret_of_anybody_is_logged(gate: Any, db: Any, lines: io.StringIO) -> None:
    email = await person(db, "planner")
    logs.begin("json", lines)
    async with browser(gate()) as visitor:
        for password in ("a wrong pass phrase", PASSWORD):
            reply = await visitor.post(
                "/vi/sign-in?next=/vi/a-query", data={"email": email, "password": password}
            )
        page = await visitor.get("/vi/account/password?q=asked")
        (csrf,) = set(re.findall(r'name="csrf" value="([^"]+)"', page.text))
    secrets = ["pass phrase", email, csrf, *visitor.cookies.values(), "a-query", "asked"]
    assert reply.status_code == 303
    assert len(lines.getvalue().splitlines()) == 3
    assert not [secret for secret in secrets if secret in lines.getvalue()]


async def test_people_read_of_refusals_and_not_of_every_page(gate: Any, lines: io.StringIO) -> None:
    logs.begin("plain", lines)
    async with browser(gate()) as visitor:
        await visitor.get("/vi/")
        reply = await visitor.get("/vi/none")
    (said,) = lines.getvalue().splitlines()
    assert reply.headers["x-request-id"] in said


@pytest.mark.parametrize(
    "wrong", [{"LENMUC_LOG": "xml"}, {"LENMUC_METRICS_TOKEN": "short"}, {"LENMUC_DISK_FLOOR_MIB": "-1"}]
)
def test_a_setting_that_cannot_be_meant_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match=next(iter(wrong))):
        Settings.read(wrong)
