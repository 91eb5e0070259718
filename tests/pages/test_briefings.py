"""Briefings: each figure counted again by a query of its own; frozen, reopened, corrected, taken along."""

import argparse
import datetime as dt
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import openpyxl
import pypdf
import pytest

from lenmuc.actions import briefings
from lenmuc.actions.counting import count
from lenmuc.actions.roadmap_view import Views
from lenmuc.cli import main
from lenmuc.commands import briefing as command_briefing
from lenmuc.core.answers import Identity
from lenmuc.core.briefing.state import Briefing, encode
from lenmuc.core.errors import Conflict, NotFound, Refused
from lenmuc.core.programme_forms import ProgrammeSaid, TargetSaid, TaskSaid
from lenmuc.core.quarters import before, begin_of, end_of, quarter_of
from lenmuc.core.reviews import ReviewRules
from lenmuc.core.roadmap.inputs import PlanRequest
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.store import briefings as briefings_store
from lenmuc.store import programmes as programmes_store
from lenmuc.store import roadmaps as roadmaps_store
from lenmuc.store import tasks as tasks_store
from lenmuc.store.database import act_as
from lenmuc.web.language import HANOI
from tests.conftest import PASSWORD, Visitor, person
from tests.pages.test_figures import raise_some, share, written

TODAY = dt.datetime.now(HANOI)
NOW = quarter_of(TODAY.date())
LATER = dt.datetime.combine(end_of(NOW), dt.time(9), HANOI)  # the first day after the quarter
RULES = ReviewRules()


async def planner(db: Any) -> Identity:
    """A planner: the one who is signed in, or a new one."""
    find = "SELECT max(id) FROM person WHERE role = 'planner'"
    async with db.transaction(Identity("administrator")) as conn:
        number = await conn.fetchval(find)
    if number is None:
        await person(db, "planner")
        return await planner(db)
    return Identity("planner", str(number))


async def counted(db: Any, content: Any, now: dt.datetime = TODAY) -> Briefing:
    return await count(db, content, Views(db, content), RULES, NOW, now)


async def published_briefing(db: Any, content: Any) -> str:
    """The quarter of a briefing that is frozen and public."""
    who = await planner(db)
    await freeze(db, content, who)
    await briefings.publish(db, who, int(who.person), NOW, True)
    return NOW


async def freeze(db: Any, content: Any, who: Identity) -> None:
    await briefings.freeze(db, content, Views(db, content), RULES, who, int(who.person), NOW, LATER)


async def rise(connection: Any) -> None:
    """Some levels rise, with the history that goes with it."""
    await raise_some(connection)
    await connection.execute(
        "INSERT INTO level_change (offering, scheme, from_level, to_level, cause)"
        " SELECT id, 'rs-2018', 2, level, 'answer 3.01' FROM offering WHERE level > 2"
    )


async def approved_plan(db: Any, connection: Any) -> tuple[int, str]:
    """An approved roadmap of the city with one item of the platform, due last quarter; a service it lifts."""
    who = await planner(db)
    code = await connection.fetchval("SELECT min(service) FROM offering WHERE level = 2")
    problem = Problem(
        (before(NOW), NOW, quarter_of(LATER.date())),
        (Pool("central", (9.0, 9.0, 9.0)), Pool("STP", (9.0, 9.0, 9.0))),
        (
            Item("3.55", "central", 8.0, criterion="3.55"),
            Item("3.79@STP", "STP", 3.0, criterion="3.79", target="@STP", earliest=2),
        ),
        (Upgrade(f"L3#{code}@STP", 3, 30.0, ("3.55", "3.79@STP"), "", 1, 120, {}, "STP"),),
    )
    solution = solve(problem)
    request = PlanRequest("Lộ trình đã duyệt", "", before(NOW), 3, 9.0, 9.0, 9.0, 30.0)
    async with db.transaction(who) as conn:
        id = await roadmaps_store.start_roadmap(conn, request, "rs-2018", int(who.person))
        summary = roadmaps_store.Summary(1, 0, 0, 1, 0, 120, 0, 2, 2, 1.0, 1.0, 0.0, "optimal", 0.1)
        await roadmaps_store.finish_roadmap(conn, id, problem, solution, summary)
        assert await roadmaps_store.approve_roadmap(conn, id, int(who.person))
    return id, code


def table(html: str, caption: str) -> list[list[str]]:
    """The body of a table of a page, cell by cell."""
    found = html.partition(f"<caption>{caption}</caption>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", found.partition("<tbody>")[2], re.S)
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        for row in rows
    ]


async def test_levels_and_shares_are_what_queries_of_their_own_give(
    as_planner: Visitor, connection: Any
) -> None:
    await rise(connection)
    html = (await as_planner.get(f"/vi/briefing/{NOW}")).text
    rows = {row[0]: row for row in table(html, "Dịch vụ theo mức")}
    whole = await connection.fetchval("SELECT count(*) FROM offering")
    for level, offerings, filings in await connection.fetch(
        "SELECT level, count(*), coalesce(sum(filings), 0) FROM offering GROUP BY level"
    ):
        name = f"Mức {level}" if level else "Dưới mức 1"
        assert rows[name][1] == written(offerings)
        assert rows[name][2] == unescape(share(offerings, whole))
        assert rows[name][3:5] == ["chưa rõ", "chưa rõ"]  # the city was loaded in this quarter
        assert rows[name][5] == written(filings)


async def test_what_rose_is_what_the_history_of_levels_says(db: Any, content: Any, connection: Any) -> None:
    await rise(connection)
    found = await counted(db, content)
    risen = await connection.fetch("SELECT agency, count(*) FROM offering WHERE level > 2 GROUP BY agency")
    assert found.rose == sum(row[1] for row in risen)
    assert {body.code: body.rose for body in found.bodies if body.rose} == {row[0]: row[1] for row in risen}
    assert {(move.became, move.offerings) for move in found.moves} == {
        tuple(row) for row in await connection.fetch(
            "SELECT level, count(*) FROM offering WHERE level > 2 GROUP BY level"
        )
    }  # fmt: skip


async def test_a_level_that_went_up_and_down_again_has_not_moved(
    db: Any, content: Any, connection: Any
) -> None:
    for was, became in ((2, 3), (3, 2)):
        await connection.execute(
            "INSERT INTO level_change (offering, scheme, from_level, to_level, cause, at)"
            " SELECT id, 'rs-2018', $1::int, $2::int, 'answer 3.01', now() + $1::int * interval '1 second'"
            " FROM offering WHERE level = 2 LIMIT 5",
            was,
            became,
        )
    found = await counted(db, content)
    assert (found.rose, found.fell) == (0, 0)


async def test_agencies_stand_as_their_offerings_do(db: Any, content: Any, connection: Any) -> None:
    await rise(connection)
    found = {body.code: body for body in (await counted(db, content)).bodies}
    for agency, whole, online in await connection.fetch(
        "SELECT agency, count(*), count(*) FILTER (WHERE level >= 3) FROM offering GROUP BY agency"
    ):
        assert (found[agency].online.part, found[agency].online.whole) == (online, whole)
    province = [body for body in found.values() if body.tier == "province" and body.rank]
    for body in province:
        better = sum((other.online.share or 0) > (body.online.share or 0) for other in province)
        assert body.rank
        assert body.rank >= better + 1


async def test_what_waits_is_what_queries_of_their_own_give(db: Any, content: Any, connection: Any) -> None:
    await person(db, "lead", "STP")
    await connection.execute(
        "SELECT set_config('lenmuc.role', 'lead', false), set_config('lenmuc.agency', 'STP', false)"
    )
    await connection.execute(
        "INSERT INTO review (service, agency, scheme, state, level, version, submitted_by, submitted_at)"
        " SELECT service, agency, 'rs-2018', 'submitted', 2, 1, (SELECT max(id) FROM person),"
        " now() - n * interval '1 day' FROM (SELECT *, row_number() OVER (ORDER BY id)::int AS n"
        " FROM offering WHERE agency = 'STP') o WHERE n <= 6"
    )
    await connection.execute("UPDATE offering SET declared = 4 WHERE agency = 'STP' AND level = 2")
    differing = await connection.fetchval(
        "SELECT count(*) FROM offering WHERE declared IS NOT NULL AND declared <> level"
    )
    found = (await counted(db, content)).decisions
    assert (found.waiting, found.differing) == (6, differing)
    assert found.oldest == (TODAY - dt.timedelta(days=6)).date()


async def test_late_work_stands_with_its_reason_and_its_agency(
    db: Any, content: Any, connection: Any
) -> None:
    await approved_plan(db, connection)
    plan = (await counted(db, content)).plan
    assert plan
    assert (plan.due, plan.late) == (1, 1)
    assert plan.work[0].criterion == "3.55"
    assert plan.work[0].why == (("confirm", 1),)
    assert plan.next
    assert (plan.next.quarter, plan.next.items, plan.next.new_3) == (quarter_of(LATER.date()), 1, 1)
    who = await planner(db)
    await act_as(connection, who)
    await connection.execute(
        "INSERT INTO answer (criterion, value, justification, blocker, version, person)"
        " VALUES ('3.55', 'not_met', 'Chưa bố trí được kinh phí', 'no_budget', 1, $1)",
        int(who.person),
    )
    plan = (await counted(db, content)).plan
    assert plan
    assert plan.work[0].why == (("no_budget", 1),)
    await act_as(connection, who)
    await connection.execute("UPDATE answer SET value = 'met', blocker = '' WHERE criterion = '3.55'")
    plan = (await counted(db, content)).plan
    assert plan
    assert (plan.due, plan.late) == (1, 0)


async def test_a_quarter_that_lasts_cannot_be_frozen(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await as_planner.get(f"/vi/briefing/{NOW}")
    assert (await as_planner.get(f"/vi/briefing/{NOW}/freeze")).status_code == 422
    assert (await as_planner.post(f"/vi/briefing/{NOW}/freeze")).status_code == 422
    who = await planner(db)
    for now in (TODAY, LATER - dt.timedelta(days=1)):
        with pytest.raises(Refused):
            await briefings.freeze(db, content, Views(db, content), RULES, who, int(who.person), NOW, now)
    async with db.transaction(who) as conn:
        assert await briefings_store.list_briefings(conn) == []


@pytest.mark.parametrize("name", ["2099Q1", "2026Q5", "latest", f"{NOW}.doc"])
async def test_a_quarter_that_is_not_there_is_not_found(as_planner: Visitor, name: str) -> None:
    assert (await as_planner.get(f"/vi/briefing/{name}")).status_code == 404


async def test_frozen_and_reopened_after_changes_it_is_the_same_to_the_digit(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await rise(connection)
    who = await planner(db)
    await freeze(db, content, who)
    opened = await briefings.open_frozen(db, who, NOW)
    assert opened
    assert opened.kept
    first = (
        (await as_planner.get(f"/vi/briefing/{NOW}"))
        .text.partition('id="state"')[2]
        .partition('id="since"')[0]
    )
    paper = (await as_planner.get(f"/vi/briefing/{NOW}.pdf")).content

    await connection.execute("UPDATE offering SET level = 4 WHERE agency = 'STP'")
    await connection.execute("UPDATE agency SET name = 'Sở Khác' WHERE code = 'STP'")

    again = await briefings.open_frozen(db, who, NOW)
    assert again
    assert again.kept
    assert again.kept.content == opened.kept.content == encode(again.briefing)
    html = (await as_planner.get(f"/vi/briefing/{NOW}")).text
    assert html.partition('id="state"')[2].partition('id="since"')[0] == first
    assert (await as_planner.get(f"/vi/briefing/{NOW}.pdf")).content == paper
    assert "Sở Khác" not in html
    assert ">khác<" in html  # counted again, the same day gives another figure


async def test_a_quarter_is_frozen_once(db: Any, content: Any) -> None:
    who = await planner(db)
    await freeze(db, content, who)
    with pytest.raises(Conflict):
        await freeze(db, content, who)
    with pytest.raises(NotFound):
        await briefings.correct(db, who, int(who.person), "2020Q1", "", "x")


async def test_nobody_changes_what_was_frozen(db: Any, content: Any, connection: Any) -> None:
    import asyncpg

    who = await planner(db)
    await freeze(db, content, who)
    await act_as(connection, who)
    for deed in (
        "UPDATE briefing SET quarter = '2020Q1'",
        "DELETE FROM briefing",
        "DELETE FROM briefing_note",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.execute(deed)


async def test_a_snapshot_that_is_not_what_was_frozen_is_not_shown() -> None:
    kept = briefings_store.Kept(1, NOW, b"0" * 32, "", TODAY, False, content=b"{}")
    with pytest.raises(briefings.LenMucError, match="not what was frozen"):
        briefings.read(kept)


async def test_a_correction_is_shown_with_who_wrote_it_and_in_the_files(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await freeze(db, content, await planner(db))
    address = f"/vi/briefing/{NOW}"
    await as_planner.get(address)
    refused = await as_planner.post(f"{address}/corrections", section="achieved", text=" ")
    assert refused.status_code == 422
    assert 'id="text-error"' in refused.text
    wrong = await as_planner.post(f"{address}/corrections", section="nowhere", text="Sai")
    assert wrong.status_code == 422
    text = "Số dịch vụ lên mức là 12 <b>chứ không phải</b> 15"
    reply = await as_planner.post(f"{address}/corrections", section="achieved", text=text)
    assert reply.status_code == 303
    html = (await as_planner.get(address)).text
    row = table(html, "Các đính chính")[0]
    assert row[1:] == ["Kết quả đạt được", text, "Planner"]
    paper = pypdf.PdfReader(io.BytesIO((await as_planner.get(f"{address}.pdf")).content))
    assert "chứ không phải" in " ".join(page.extract_text() for page in paper.pages)
    noted = await connection.fetchval("SELECT after FROM audit WHERE action = 'briefing corrected'")
    assert noted == {"text": text}


async def test_paper_and_workbook_have_the_cells_of_the_page(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await rise(connection)
    await approved_plan(db, connection)
    await freeze(db, content, await planner(db))
    html = (await as_planner.get(f"/vi/briefing/{NOW}")).text
    html = html.partition('id="since"')[0]
    book = openpyxl.load_workbook(
        io.BytesIO((await as_planner.get(f"/vi/briefing/{NOW}.xlsx")).content), read_only=True
    )
    cells: dict[Any, Any] = {}
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            cells.setdefault(row[0], row)
    paper = pypdf.PdfReader(io.BytesIO((await as_planner.get(f"/vi/briefing/{NOW}.pdf")).content))
    said = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in paper.pages))
    captions = re.findall(r"<caption>(.*?)</caption>", html)
    assert len(captions) >= 8
    for caption in captions:
        for row in table(html, unescape(caption)):
            assert " ".join(row[1:]) in said or all(cell in said for cell in row), row
    for row in table(html, "Dịch vụ theo mức"):
        there = cells[row[0]]
        assert written(there[1]) == row[1]
        assert written(there[5]) == row[5]
    book.close()


async def test_the_paper_has_bookmarks_page_numbers_tags_and_words_for_its_chart(
    as_planner: Visitor, db: Any, connection: Any
) -> None:
    await rise(connection)
    made = (await as_planner.get(f"/vi/briefing/{NOW}.pdf")).content
    reader = pypdf.PdfReader(io.BytesIO(made))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "vi"
    titles = [each.title for each in reader.outline if not isinstance(each, list)]
    assert titles[:3] == ["Tình trạng", "Kết quả đạt được", "So với kế hoạch"]
    last = len(reader.pages)
    assert f"Trang {last} / {last}" in " ".join(reader.pages[-1].extract_text().split())
    alts = [
        str(each["/Alt"]) for each in (reader.get_object(n + 1) for n in range(len(reader.xref[0]) - 1))
        if isinstance(each, dict) and "/Alt" in each
    ]  # fmt: skip
    assert any("Mức 3" in alt for alt in alts)


async def test_opening_a_frozen_briefing_takes_few_queries(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    await freeze(db, content, await planner(db))
    asked: list[str] = []
    connection.add_query_logger(lambda record: asked.append(record.query))
    await as_planner.get(f"/vi/briefing/{NOW}.pdf")
    reading = [query for query in asked if "SAVEPOINT" not in query and "set_config" not in query]
    assert len(reading) <= 5  # the session, and the two of the briefing
    asked.clear()
    await as_planner.get(f"/vi/briefing/{NOW}")
    reading = [query for query in asked if "SAVEPOINT" not in query and "set_config" not in query]
    assert len(reading) <= 12


async def test_an_auditor_reads_and_changes_nothing_and_staff_do_not_read(
    db: Any, visit: Any, as_staff: Visitor
) -> None:
    auditor = visit()
    await auditor.sign_in(await person(db, "auditor"), PASSWORD)
    page = await auditor.get(f"/vi/briefing/{NOW}")
    assert page.status_code == 200
    assert (await auditor.get("/vi/briefing")).status_code == 200
    assert (await auditor.post(f"/vi/briefing/{NOW}/freeze")).status_code == 403
    assert (await as_staff.get(f"/vi/briefing/{NOW}")).status_code == 403


async def test_the_list_offers_each_quarter_since_counting_began(as_planner: Visitor) -> None:
    html = (await as_planner.get("/vi/briefing")).text
    assert re.findall(r'href="/vi/briefing/(\w+)"', html) == [NOW]
    assert begin_of(NOW) <= TODAY.date()


async def test_the_public_reads_a_briefing_when_a_planner_has_published_it_and_no_name(
    as_planner: Visitor, client: Visitor, db: Any, content: Any
) -> None:
    await freeze(db, content, await planner(db))
    assert (await client.get(f"/vi/briefings/{NOW}")).status_code == 404
    assert (await client.get(f"/vi/briefings/{NOW}.pdf")).status_code == 404
    assert "Chưa có báo cáo nào" in (await client.get("/vi/briefings")).text
    await as_planner.get(f"/vi/briefing/{NOW}")
    await as_planner.post(f"/vi/briefing/{NOW}/corrections", section="", text="Thiếu một phường")
    assert (await as_planner.post(f"/vi/briefing/{NOW}/publish")).status_code == 303
    html = (await client.get(f"/vi/briefings/{NOW}")).text
    assert "Thiếu một phường" in html
    assert "Planner" not in html
    assert 'href="/vi/plan/' not in html
    assert f'/vi/briefings/{NOW}"' in (await client.get("/vi/briefings")).text
    assert (await client.get(f"/vi/briefings/{NOW}.xlsx")).status_code == 200
    await as_planner.post(f"/vi/briefing/{NOW}/withdraw")
    assert (await client.get(f"/vi/briefings/{NOW}")).status_code == 404


async def term(db: Any, content: Any, connection: Any) -> str:
    """Two frozen briefings, with levels risen after the first one; the last quarter."""
    who = await planner(db)
    await freeze(db, content, who)
    last = quarter_of(LATER.date())
    await raise_some(connection)
    end = dt.datetime.combine(end_of(last), dt.time(9), HANOI)
    await briefings.freeze(db, content, Views(db, content), RULES, who, int(who.person), last, end)
    return last


async def test_a_closing_review_sets_the_first_briefing_against_the_last(
    as_planner: Visitor, db: Any, content: Any, connection: Any
) -> None:
    before_it = dict(await connection.fetch("SELECT level, count(*) FROM offering GROUP BY level"))
    last = await term(db, content, connection)
    after_it = dict(await connection.fetch("SELECT level, count(*) FROM offering GROUP BY level"))
    chosen = await as_planner.get(f"/vi/closing-review?first={NOW}&last={last}")
    assert chosen.headers["location"] == f"/vi/closing-review/{NOW}-{last}"
    html = (await as_planner.get(chosen.headers["location"])).text
    rows = {row[0]: row for row in table(html, "Dịch vụ theo mức, đầu kỳ và cuối kỳ")}
    for level in (3, 4):
        assert rows[f"Mức {level}"][1:3] == [
            written(before_it.get(level, 0)), written(after_it.get(level, 0)),
        ]  # fmt: skip
    agencies = {row[0]: row for row in table(html, "Cơ quan cấp thành phố")}
    part, whole = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE level >= 3), count(*) FROM offering WHERE agency = 'STP'"
    )
    name = await connection.fetchval("SELECT name FROM agency WHERE code = 'STP'")
    assert agencies[name][2] == unescape(share(part, whole))
    for ending in ("pdf", "xlsx"):
        made = await as_planner.get(f"/vi/closing-review/{NOW}-{last}.{ending}")
        assert made.status_code == 200
        assert len(made.content) > 5_000


@pytest.mark.parametrize(
    "path", [f"closing-review?first={NOW}&last={NOW}", f"closing-review/{NOW}-2027Q9", "closing-review/x",
             f"closing-review/{NOW}-{quarter_of(LATER.date())}"],
)  # fmt: skip
async def test_a_term_without_two_frozen_briefings_is_not_found(as_planner: Visitor, path: str) -> None:
    assert (await as_planner.get(f"/vi/{path}")).status_code == 404


async def test_targets_and_tasks_stand_as_they_did_at_the_end_of_the_quarter(
    db: Any, content: Any, connection: Any
) -> None:
    await rise(connection)
    who = await planner(db)
    day = TODAY.date()
    async with db.transaction(who) as conn:
        programme = await programmes_store.add_programme(
            conn, ProgrammeSaid("Chương trình", "", "Kế hoạch 1", begin_of(NOW), end_of(NOW)), int(who.person)
        )
        for figure, how, name in (
            ("level-3-or-more", "services", "Mức 3"), ("online-share", "filings", "Nộp trực tuyến"),
        ):  # fmt: skip
            said = TargetSaid(
                name, "", "", figure, how, "at_least", "percent", 1.0, end_of(NOW), "", "", "Kế hoạch 1"
            )
            await programmes_store.add_target(conn, programme, said, int(who.person))
        late = TaskSaid("Bố trí người", "STP", day - dt.timedelta(days=3), "Quyết định phân công")
        await tasks_store.add_task(conn, programme, late, int(who.person))
    online, whole = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE level >= 3), count(*) FROM offering"
    )
    found = await counted(db, content)
    aims = {each.name.vi: each for each in found.aims}
    assert aims["Mức 3"].now == pytest.approx(100 * online / whole)
    assert (aims["Mức 3"].state, aims["Mức 3"].before) == ("reached", None)
    assert (aims["Nộp trực tuyến"].state, aims["Nộp trực tuyến"].now) == ("unknown", None)
    assert [(each.name, each.state, each.days_late) for each in found.tasks] == [("Bố trí người", "late", 3)]


@pytest.fixture
def command(db: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`lenmuc briefing …` on the database of the test; gives the report and its moment."""

    @asynccontextmanager
    async def opened(*_: Any) -> AsyncIterator[Any]:
        yield db

    monkeypatch.setattr(command_briefing.running, "open_database", opened)
    parser = argparse.ArgumentParser()
    command_briefing.add(parser.add_subparsers())
    return lambda *words: command_briefing.made(parser.parse_args(["briefing", *words]))


async def test_the_command_freezes_what_the_page_then_shows(
    as_planner: Visitor, db: Any, content: Any, command: Any
) -> None:
    last = before(NOW)
    draft, _ = await command(NOW)
    assert draft.mark is not None
    with pytest.raises(Refused):
        await command(NOW, "--freeze")
    await command(last, "--freeze")
    assert "Chốt bằng dòng lệnh" in (await as_planner.get(f"/vi/briefing/{last}")).text
    await command(before(last), "--freeze")
    review, _ = await command(last, "--since", before(last))
    assert [section.id for section in review.sections][:2] == ["levels", "figures"]


def test_a_quarter_that_is_none_ends_the_command() -> None:
    with pytest.raises(SystemExit, match="2026Q9 is no quarter"):
        main(["briefing", "2026Q9"])
