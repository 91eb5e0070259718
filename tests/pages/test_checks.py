"""Findings on the pages: shown beside the answer, accepted by a person, listed worst first, run on demand."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from lenmuc.actions.checking import Wanted, carry_out, start
from lenmuc.app import create_app
from lenmuc.content.everything import Content
from lenmuc.core.answers import Identity, Target
from lenmuc.core.checks import Seen
from lenmuc.settings import Settings
from lenmuc.store import answers as answers_store
from lenmuc.store import findings as findings_store
from lenmuc.store.database import PROGRAM
from tests.actions.test_checking import GONE, GOOD, Links, give
from tests.conftest import PASSWORD, Visitor, person


@pytest.fixture
async def at(db: Any) -> Target:
    """A service that the Department of Justice offers."""
    async with db.transaction(PROGRAM) as conn:
        row = await conn.fetchrow(
            "SELECT o.service FROM offering o JOIN service s ON s.code = o.service "
            "WHERE o.agency = 'STP' AND s.forms > 0 ORDER BY 1 LIMIT 1"
        )
    return Target("STP", row["service"])


async def check(db: Any, content: Content, at: Target, links: Links | None = None) -> None:
    wanted = Wanted(service=at.service)
    await carry_out(db, content, links or Links(), await start(db, True, PROGRAM, None, wanted), wanted)


def hidden(page: str, words: str) -> dict[str, str]:
    """The fields of the form whose button has these words."""
    form = next(form for form in re.findall(r"<form method=.*?</form>", page, re.DOTALL) if words in form)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


async def stored(db: Any, criterion: str, at: Target) -> Any:
    async with db.transaction(PROGRAM) as conn:
        return await answers_store.find_answer(conn, criterion, at)


async def test_a_dead_link_stands_beside_the_answer_and_is_accepted_with_one_button(
    db: Any, content: Content, at: Target, as_staff: Visitor
) -> None:
    await give(db, content, "1.12", at, "met", GONE)
    await check(db, content, at)
    listed = await as_staff.get(f"/en/work/{at.service}")
    assert "Automatic checks differ" in listed.text
    page = await as_staff.get(f"/en/work/{at.service}/1.12")
    assert "There is no host called gone.example." in page.text
    assert "This differs from the answer that counts." in page.text
    fields = hidden(page.text, "Accept: not known")
    assert fields["value"] == "unknown"
    reply = await as_staff.post(
        f"/en/work/{at.service}/1.12", **{k: v for k, v in fields.items() if k != "csrf"}
    )
    assert reply.status_code == 303
    answer = await stored(db, "1.12", at)
    assert (answer.value, answer.by, answer.evidence) == ("unknown", "Staff STP", (GONE,))
    assert answer.justification.startswith("Automatic check of ")
    again = await as_staff.get(f"/en/work/{at.service}/1.12")
    assert "This differs" not in again.text


async def test_a_complete_record_speaks_against_not_met(
    db: Any, content: Content, at: Target, as_staff: Visitor
) -> None:
    await give(db, content, "1.01", at, "not_met")
    await check(db, content, at)
    page = await as_staff.get(f"/vi/work/{at.service}/1.01")
    fields = hidden(page.text, "Chấp nhận: đạt")
    assert (fields["value"], fields["evidence"]) == ("met", "")
    assert fields["justification"].startswith("Kiểm tra tự động")
    reply = await as_staff.post(
        f"/vi/work/{at.service}/1.01", **{k: v for k, v in fields.items() if k != "csrf"}
    )
    assert reply.status_code == 303
    assert (await stored(db, "1.01", at)).value == "met"


async def test_somebody_who_was_faster_is_not_overwritten_by_accepting(
    db: Any, content: Content, at: Target, as_staff: Visitor
) -> None:
    await give(db, content, "1.01", at, "not_met")
    await check(db, content, at)
    fields = hidden((await as_staff.get(f"/en/work/{at.service}/1.01")).text, "Accept: met")
    async with db.transaction(PROGRAM) as conn:
        await conn.execute("SELECT set_config('lenmuc.role', 'planner', true)")
        await conn.execute("UPDATE answer SET version = version + 1 WHERE criterion = '1.01'")
    reply = await as_staff.post(
        f"/en/work/{at.service}/1.01", **{k: v for k, v in fields.items() if k != "csrf"}
    )
    assert reply.status_code == 409


async def test_a_form_that_cannot_be_filled_in_is_said_so_and_history_is_kept(
    db: Any, content: Content, at: Target, as_staff: Visitor
) -> None:
    await give(db, content, "2.03", at, "met", GOOD)
    links = Links()
    await check(db, content, at, links)
    links.body = b"\x89PNG\r\n\x1a\n"
    await check(db, content, at, links)
    page = (await as_staff.get(f"/en/work/{at.service}/2.03")).text
    assert "It is a picture: it can be printed, not filled in on a screen." in page
    assert "Accept: not met" in page
    assert "2 earlier findings" in page


async def test_an_inconclusive_finding_differs_from_nothing(
    db: Any, content: Content, at: Target, as_staff: Visitor
) -> None:
    await give(db, content, "1.01", at, "met", GOOD)

    class Silent(Links):
        async def fetch(self, url: str, *, body: bool = False) -> Any:
            return Seen(
                "inconclusive",
                "%(host)s did not answer in %(seconds)s seconds.",
                {"host": "h", "seconds": 20},
            )

    await check(db, content, at, Silent())
    page = (await as_staff.get(f"/en/work/{at.service}/1.01")).text
    assert "h did not answer in 20 seconds." in page
    assert "This differs" not in page
    assert "Accept:" not in page
    assert "Automatic checks differ" not in (await as_staff.get(f"/en/work/{at.service}")).text


async def test_the_list_has_what_differs_first_and_filters(
    db: Any, content: Content, at: Target, as_staff: Visitor, as_planner: Visitor
) -> None:
    await give(db, content, "1.02", at, "met", GONE)
    await check(db, content, at)
    page = (await as_planner.get("/en/checks")).text
    first = page[page.index('<ol class="results">') :]
    assert first.index("1.02") < first.index(
        "Check inconclusive" if "Check inconclusive" in first else "Check passed"
    )
    assert "The two differ." in first
    only = (await as_planner.get("/en/checks?differing=1")).text
    assert "<strong>1 finding</strong>" in only
    assert (await as_planner.get("/en/checks?result=passed&kind=link")).text.count('<li class="result">') == 0
    assert "<strong>1 finding</strong>" in (await as_staff.get("/en/checks?kind=link")).text
    assert (await as_planner.get("/en/checks?page=99")).status_code == 404
    apart = (await as_planner.get("/en/disagreements")).text
    assert "1 answer of a person is contradicted by a check." in apart


async def test_staff_see_findings_of_their_own_agency_only(
    db: Any, content: Content, at: Target, visit: Any
) -> None:
    await give(db, content, "1.02", at, "met", GONE)
    await check(db, content, at)
    other = visit()
    await other.sign_in(await person(db, "staff", "SXD"), PASSWORD)
    for query in ("", "?agency=STP", "?differing=1&agency=STP"):
        page = (await other.get(f"/en/checks{query}")).text
        assert "gone.example" not in page
        assert "1.02" not in page or "link" not in page


async def test_off_means_off(as_planner: Visitor, as_staff: Visitor) -> None:
    page = await as_planner.get("/en/checks")
    assert "Automatic checks are turned off here." in page.text
    assert "Check records and links" not in page.text
    reply = await as_planner.post("/en/checks/run", service="", agency="")
    assert reply.status_code == 409
    assert "No check was started" in reply.text
    await as_staff.get("/en/checks")
    assert (await as_staff.post("/en/checks/run", service="", agency="")).status_code == 403


@pytest.fixture
async def on(db: Any, content: Content, tmp_path: Path) -> AsyncIterator[Visitor]:
    """A planner where checks are turned on and links are those of the tests."""
    app = create_app(Settings(data=tmp_path, checks=True), db, content, Links)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000"
    ) as client:
        visitor = Visitor(client)
        await visitor.sign_in(await person(db, "planner"), PASSWORD)
        yield visitor


async def test_a_planner_runs_a_check_and_sees_it_done(
    db: Any, content: Content, at: Target, on: Visitor
) -> None:
    await give(db, content, "1.02", at, "met", GONE)
    page = await on.get(f"/en/checks?service={at.service}")
    assert f'value="{at.service}"' in page.text
    assert (await on.post("/en/checks/run", service=at.service, agency="")).status_code == 303
    for _ in range(50):
        page = await on.get("/en/checks")
        if "Done" in page.text:
            break
    assert "gone.example" in page.text
    async with db.transaction(PROGRAM) as conn:
        run = await findings_store.latest_run(conn)
    assert run is not None
    assert (run.state, run.planned, run.done, run.by) == ("done", 1, 1, "Planner")


async def test_a_run_that_cannot_begin_says_why(db: Any, on: Visitor) -> None:
    await on.get("/en/checks")
    reply = await on.post("/en/checks/run", service="no such", agency="")
    assert reply.status_code == 422
    assert "There is no such service or agency." in reply.text
    run = await start(db, True, PROGRAM, None, Wanted())
    reply = await on.post("/en/checks/run", service="", agency="")
    assert reply.status_code == 409
    assert "A check is under way already." in reply.text
    assert "Stop it" in (await on.get("/en/checks")).text
    assert (await on.post("/en/checks/stop", run=str(run))).status_code == 303
    assert "Being stopped" in (await on.get("/en/checks")).text
    assert (await on.post("/en/checks/stop", run="999999")).status_code == 404


async def test_a_link_with_a_title_and_dates_is_looked_at_too(
    db: Any, content: Content, at: Target, as_staff: Visitor
) -> None:
    await give(db, content, "1.12", at, "met")
    async with db.transaction(Identity("staff", "", "STP")) as conn:
        piece = await conn.fetchval(
            "INSERT INTO evidence (criterion, agency, service, kind, title, link, person) "
            "SELECT '1.12', 'STP', $1, 'link', 'Trang', $2, min(id) FROM person RETURNING id",
            at.service,
            GONE,
        )
        await conn.execute(
            "UPDATE answer SET pieces = ARRAY[$1::bigint] WHERE criterion = '1.12' AND service = $2",
            piece,
            at.service,
        )
    await check(db, content, at)
    assert "There is no host called gone.example." in (await as_staff.get(f"/en/work/{at.service}/1.12")).text
    assert "gone.example" in (await as_staff.get("/en/checks?kind=link")).text
