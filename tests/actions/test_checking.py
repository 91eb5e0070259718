"""What a run looks at and keeps; above all, that it changes no answer and no level."""

import asyncio
from typing import Any

import pytest

from lenmuc.actions.answering import answer
from lenmuc.actions.checking import Checker, Wanted, carry_out, start, stop
from lenmuc.content.everything import Content
from lenmuc.core.answers import AnswerForm, Identity, Target
from lenmuc.core.checks import Seen
from lenmuc.core.errors import Busy, Conflict, NotAllowed, NotFound
from lenmuc.core.links import read_link
from lenmuc.outside.fetching import Fetched
from lenmuc.store import findings as findings_store
from lenmuc.store.database import PROGRAM
from tests.conftest import person

PLANNER = Identity("planner", "")
STAFF = Identity("staff", "", "STP")
GOOD, GONE = "https://good.example/", "https://gone.example/"
HERE = Target("STP", "1.001193")


class Links:
    """Opens nothing: says of each link what the test says."""

    def __init__(self, **body: bytes) -> None:
        self.opened: list[str] = []
        self.body = b"{\\rtf1 x}"
        self.before: Any = None

    async def fetch(self, url: str, *, body: bool = False) -> Fetched | Seen:
        self.opened.append(url)
        if self.before is not None:
            await self.before()
        link = read_link(url)
        if "gone" in url or not hasattr(link, "host"):
            return Seen("failed", "There is no host called %(host)s.", {"host": "gone.example"})
        return Fetched(link, 200, self.body if body else b"")


@pytest.fixture
async def offering(db: Any) -> Target:
    """A service that the Department of Justice offers."""
    async with db.transaction(PROGRAM) as conn:
        row = await conn.fetchrow(
            "SELECT service FROM offering WHERE agency = 'STP' ORDER BY service LIMIT 1"
        )
    return Target("STP", row["service"])


async def give(db: Any, content: Content, criterion: str, at: Target, value: str, *links: str) -> None:
    who = STAFF if at.agency else PLANNER
    async with db.transaction(PROGRAM) as conn:
        found = await conn.fetchval("SELECT id FROM person ORDER BY id LIMIT 1")
    if found is None:
        await person(db, "planner")
        return await give(db, content, criterion, at, value, *links)
    form = AnswerForm(value, "so it is", links)
    await answer(db, content.kept, who, found, criterion, at, form)
    return None


async def run(db: Any, content: Content, links: Links, wanted: Wanted) -> Any:
    number = await start(db, True, PROGRAM, None, wanted)
    return await carry_out(db, content, links, number, wanted)


async def everything(db: Any) -> tuple[Any, ...]:
    """All answers, levels, standings and level history: what no check may change."""
    async with db.transaction(PROGRAM) as conn:
        return tuple(
            [
                [tuple(row) for row in await conn.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")]
                for table in ("answer", "offering", "standing", "level_change", "review")
            ]
        )


async def newest(db: Any, at: Target, criterion: str, who: Identity = PROGRAM) -> list[Any]:
    async with db.transaction(who) as conn:
        return await findings_store.findings_reaching(conn, at.agency, at.service, criterion)


async def test_a_finding_changes_no_answer_and_no_level(db: Any, content: Content, offering: Target) -> None:
    await give(db, content, "2.01", offering, "met", GONE)
    await give(db, content, "1.01", offering, "not_met")
    before = await everything(db)
    done = await run(db, content, Links(), Wanted(service=offering.service))
    assert done.counts["failed"] >= 1
    assert done.counts["passed"] >= 1
    assert await everything(db) == before


async def test_the_record_is_looked_at_for_all_eleven_pieces(
    db: Any, content: Content, offering: Target
) -> None:
    await run(db, content, Links(), Wanted(service=offering.service))
    async with db.transaction(PROGRAM) as conn:
        found = await findings_store.findings_reaching(conn, "", offering.service)
    assert {f"1.{n:02}" for n in range(1, 12)} <= {each.criterion for each in found}
    assert {each.kind for each in found} == {"record"}


async def test_a_record_that_is_the_same_is_not_kept_twice(
    db: Any, content: Content, offering: Target
) -> None:
    first = await run(db, content, Links(), Wanted(service=offering.service))
    again = await run(db, content, Links(), Wanted(service=offering.service))
    assert sum(first.counts.values()) > 10
    assert again.counts == {}


async def test_what_was_found_before_stays_as_history(db: Any, content: Content, offering: Target) -> None:
    await give(db, content, "2.01", offering, "met", GOOD)
    links = Links()
    await run(db, content, links, Wanted(service=offering.service))
    links.body = b"\x89PNG\r\n\x1a\n"
    await run(db, content, links, Wanted(service=offering.service))
    now = {each.kind: each.result for each in await newest(db, offering, "2.01")}
    assert (now["link"], now["form"]) == ("passed", "failed")
    async with db.transaction(STAFF) as conn:
        old = await findings_store.history_reaching(conn, *[offering.agency, offering.service, "2.01"])
    assert [(each.kind, each.result) for each in old] == [("form", "passed"), ("link", "passed")]


async def test_one_link_of_many_answers_is_opened_once(db: Any, content: Content, offering: Target) -> None:
    for criterion in ("1.01", "1.02", "2.01"):
        await give(db, content, criterion, offering, "met", GOOD)
    links = Links()
    await run(db, content, links, Wanted(service=offering.service))
    assert links.opened == [GOOD]
    for criterion in ("1.01", "1.02", "2.01"):
        assert "link" in {each.kind for each in await newest(db, offering, criterion)}
    assert "form" not in {each.kind for each in await newest(db, offering, "1.01")}


async def test_a_limited_run_takes_next_what_was_not_looked_at_for_longest(
    db: Any, content: Content, offering: Target
) -> None:
    await give(db, content, "1.01", offering, "met", GOOD)
    await give(db, content, "1.02", offering, "met", f"{GOOD}2")
    links = Links()
    for _ in range(2):
        await run(db, content, links, Wanted(service=offering.service, links=1))
    assert sorted(links.opened) == [GOOD, f"{GOOD}2"]


async def test_a_run_that_is_stopped_keeps_what_it_found(
    db: Any, content: Content, offering: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lenmuc.actions.checking._KEEP_EVERY", 0.01)
    await give(db, content, "1.01", offering, "met", GOOD)
    await person(db, "administrator")
    links, wanted = Links(), Wanted(service=offering.service)
    number = await start(db, True, PROGRAM, None, wanted)

    async def never() -> None:
        await stop(db, Identity("administrator"), 1, number)
        await asyncio.sleep(60)

    async with db.transaction(PROGRAM) as conn:
        links.before = never
        await conn.execute("UPDATE check_run SET person = NULL")
    async with asyncio.timeout(10):
        done = await carry_out(db, content, links, number, wanted)
    assert done.state == "stopped"
    assert sum(done.counts.values()) > 10
    async with db.transaction(PROGRAM) as conn:
        latest = await findings_store.latest_run(conn)
    assert latest is not None
    assert (latest.state, latest.going) == ("stopped", False)


async def test_no_connection_is_held_while_a_link_is_open(
    db: Any, content: Content, offering: Target
) -> None:
    await give(db, content, "1.01", offering, "met", GOOD)
    links = Links()
    free: list[bool] = []

    async def look() -> None:
        async with asyncio.timeout(5), db.transaction(PROGRAM):  # the tests have one connection only
            free.append(True)

    links.before = look
    await run(db, content, links, Wanted(service=offering.service))
    assert free == [True]


async def test_two_runs_are_not_under_way_at_once(db: Any, offering: Target) -> None:
    await start(db, True, PLANNER, None, Wanted())
    with pytest.raises(Busy):
        await start(db, True, PLANNER, None, Wanted())
    async with db.transaction(PROGRAM) as conn:
        await conn.execute("UPDATE check_run SET seen = now() - interval '5 minutes'")
    await start(db, True, PLANNER, None, Wanted())  # the first one has died


async def test_a_run_that_breaks_says_so(db: Any, content: Content, offering: Target) -> None:
    await give(db, content, "1.01", offering, "met", GOOD)
    links = Links()

    async def break_down() -> None:
        raise RuntimeError("broken")

    links.before = break_down
    with pytest.raises(RuntimeError):
        await run(db, content, links, Wanted(service=offering.service))
    async with db.transaction(PROGRAM) as conn:
        latest = await findings_store.latest_run(conn)
    assert latest is not None
    assert latest.state == "failed"


async def test_checks_that_are_off_or_not_mine_to_start_do_not_start(db: Any) -> None:
    with pytest.raises(Conflict):
        await start(db, False, PLANNER, None, Wanted())
    for role in ("staff", "lead", "auditor", "public"):
        with pytest.raises(NotAllowed):
            await start(db, True, Identity(role), None, Wanted())
    with pytest.raises(NotFound):
        await start(db, True, PLANNER, None, Wanted(service="no such"))
    with pytest.raises(NotFound):
        await start(db, True, PLANNER, None, Wanted(agency="no such"))


async def test_an_agency_sees_its_own_findings_only(db: Any, content: Content, offering: Target) -> None:
    await give(db, content, "1.01", offering, "met", GONE)
    await run(db, content, Links(), Wanted(service=offering.service))
    other = Identity("staff", "", "SXD")
    for who, seen in ((STAFF, {"record", "link"}), (other, {"record"})):
        async with db.transaction(who) as conn:
            kinds = await conn.fetch("SELECT DISTINCT kind FROM finding WHERE criterion = '1.01'")
        assert {row["kind"] for row in kinds} == seen, who
    async with db.transaction() as conn:
        assert await conn.fetchval("SELECT count(*) FROM finding") == 0
        assert await conn.fetchval("SELECT count(*) FROM check_run") == 0


async def test_nobody_but_the_program_writes_a_finding(db: Any, content: Content, offering: Target) -> None:
    await run(db, content, Links(), Wanted(service=offering.service))
    for who in (STAFF, PLANNER, Identity("administrator")):
        async with db.transaction(who) as conn:
            assert await conn.execute("UPDATE finding SET newest = false") == "UPDATE 0"
    async with db.transaction(PROGRAM) as conn:
        with pytest.raises(Exception, match="permission denied"):
            async with conn.transaction():
                await conn.execute("UPDATE finding SET result = 'passed'")
        with pytest.raises(Exception, match="permission denied"):
            async with conn.transaction():
                await conn.execute("DELETE FROM finding")


async def test_the_site_runs_a_check_in_the_background_and_ends_it_when_it_closes(
    db: Any, content: Content, offering: Target
) -> None:
    await give(db, content, "1.01", offering, "met", GOOD)
    links = Links()

    async def never() -> None:
        await asyncio.sleep(60)

    links.before = never
    checker = Checker(db, content, True, lambda: links)
    number = await start(db, True, PROGRAM, None, Wanted(service=offering.service))
    checker.start(number, Wanted(service=offering.service))
    await asyncio.sleep(0.5)
    await checker.close()
    async with db.transaction(PROGRAM) as conn:
        latest = await findings_store.latest_run(conn)
    assert latest is not None
    assert latest.going is False


async def test_what_does_not_apply_is_not_looked_for_in_the_record(db: Any, content: Content) -> None:
    async with db.transaction(PROGRAM) as conn:
        code = await conn.fetchval("SELECT code FROM service WHERE forms = 0 ORDER BY code LIMIT 1")
    await run(db, content, Links(), Wanted(service=code))
    async with db.transaction(PROGRAM) as conn:
        found = await findings_store.findings_reaching(conn, "", code)
    assert {each.criterion for each in found} >= {"1.01", "1.11"}
    assert "2.01" not in {each.criterion for each in found}
