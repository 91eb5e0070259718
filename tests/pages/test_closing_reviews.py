"""A term from its first briefing to its last, and briefings from the command line."""

import argparse
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import pytest

from lenmuc.actions import briefings
from lenmuc.actions.roadmap_view import Views
from lenmuc.cli import main
from lenmuc.commands import briefing as command_briefing
from lenmuc.core.errors import Refused
from lenmuc.core.programme_forms import ProgrammeSaid, TargetSaid, TaskSaid
from lenmuc.core.quarters import before, begin_of, end_of, quarter_of
from lenmuc.store import programmes as programmes_store
from lenmuc.store import tasks as tasks_store
from lenmuc.web.language import HANOI
from tests.conftest import Visitor
from tests.pages.briefings import LATER, NOW, RULES, TODAY, counted, freeze, planner, rise, table
from tests.pages.test_figures import raise_some, share, written


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
