"""Rounds on the loaded city: what is asked of an agency, what confirming does, and what it leaves alone."""

import datetime as dt
from typing import Any

import pytest

from lenmuc.actions.answering import answer
from lenmuc.actions.evidence import add as add_evidence
from lenmuc.actions.rounds import (
    Chosen,
    asked_of,
    change_round,
    close_round,
    confirm,
    make_round,
    progress_of,
    remind,
)
from lenmuc.core.answers import AnswerForm, Identity, Target
from lenmuc.core.errors import Conflict, NotAllowed, NotFound, Refused
from lenmuc.core.evidence import PieceForm
from lenmuc.core.rounds import Left, Progress, RoundForm, mark
from lenmuc.core.suspicions import Suspect
from lenmuc.store import rounds as rounds_store
from lenmuc.store import suspicions as suspicions_store
from lenmuc.store.database import PROGRAM
from lenmuc.web.reviews import today
from tests.conftest import person

CODE = "1.013852"  # offered by the Department of Justice
DAY = dt.timedelta(days=1)


class Stand:
    """The people of two agencies and a planner, with answers that were given ten days ago."""

    def __init__(self, db: Any, content: Any, connection: Any) -> None:
        self.db, self.content, self.connection = db, content, connection
        self.planner = self.staff = self.other = Identity()

    async def people(self) -> "Stand":
        for role, agency in (("planner", ""), ("staff", "STP"), ("staff", "X00004"), ("lead", "STP")):
            await person(self.db, role, agency)
        self.planner = await self.who("planner")
        self.staff, self.other = await self.who("staff", "STP"), await self.who("staff", "X00004")
        return self

    async def who(self, role: str, agency: str = "") -> Identity:
        number = await self.connection.fetchval(
            "SELECT id FROM person WHERE email = $1", f"{role}{agency}@example.org".lower()
        )
        return Identity(role, str(number), agency)

    async def answers(self, *places: tuple[str, str], value: str = "met") -> None:
        for criterion, service in places:
            await self.give(criterion, service, value)
        await self.earlier(10)

    async def give(self, criterion: str, service: str, value: str = "met", version: int = 0) -> None:
        form = AnswerForm(value, "Đã có", version=version)
        target = Target("STP", service)
        await answer(self.db, self.content.kept, self.staff, int(self.staff.person), criterion, target, form)

    async def earlier(self, days: int) -> None:
        """As if what was answered so far had been answered some days before. A test has one moment only, and
        of the log nothing can be changed, so it gets entries of that day beside.
        """
        await self.connection.execute("SELECT set_config('lenmuc.role', 'planner', true)")
        await self.connection.execute("UPDATE answer SET at = at - make_interval(days => $1)", days)
        await self.connection.execute(
            "INSERT INTO audit (at, person, agency, action, target, after)"
            " SELECT at - make_interval(days => $1), person, agency, action, target, after"
            " FROM audit WHERE action = 'answer'",
            days,
        )

    async def made(self, days: int = 30, **given: Any) -> int:
        form = {"name": "Đợt 1", "scheme": "rs-2018", "opens": today(), "due": today() + days * DAY, **given}
        return await make_round(self.db, self.content.kept, self.planner, RoundForm(**form), today())

    async def progress(self, id: int, agency: str = "STP") -> Progress:
        async with self.db.transaction(self.planner) as conn:
            round = await rounds_store.find_round(conn, id)
            found = await progress_of(conn, self.content.schemes, self.content.scheme, round)
        return found.get(agency, Progress())

    async def left(self, id: int) -> list[Left]:
        async with self.db.transaction(self.staff) as conn:
            asked = await asked_of(conn, self.content.scheme, True, id, "STP")
            return await rounds_store.left(conn, id, asked, "STP")

    async def confirm(self, id: int, *chosen: Left, who: Identity | None = None, agreed: bool = True) -> int:
        return await confirm(
            self.db, self.content.schemes, who or self.staff, id, Chosen(chosen), today(), agreed=agreed
        )

    async def close(self, id: int, version: int = 1) -> None:
        schemes, main = self.content.schemes, self.content.scheme
        await close_round(self.db, schemes, main, self.planner, id, version, today())

    async def copied(self) -> list[Suspect]:
        async with self.db.transaction(self.planner) as conn:
            found = await suspicions_store.suspects(conn, self.content.scheme, today())
        return [one for one in found if one.reason == "copied"]


@pytest.fixture
async def stand(db: Any, content: Any, connection: Any) -> Stand:
    return await Stand(db, content, connection).people()


async def test_each_answer_is_unseen_confirmed_changed_or_new_and_counted_once(
    stand: Stand, connection: Any
) -> None:
    own = next(c.id for c in stand.content.scheme.criteria if c.scope == "agency")
    await stand.answers(("3.05", CODE), ("3.03", CODE), ("3.07", CODE), (own, ""))
    await stand.answers(("3.06", CODE), value="unknown")
    id = await stand.made()
    bare = (await stand.progress(id)).unanswered
    assert await stand.progress(id) == Progress(unseen=4, unanswered=bare)

    [first] = [one for one in await stand.left(id) if one.criterion == "3.05"]
    assert await stand.confirm(id, first) == 1
    await stand.give("3.03", CODE, "not_met", version=1)
    await stand.give("3.04", CODE)

    found = await stand.progress(id)
    assert (found.unseen, found.confirmed, found.changed, found.fresh) == (2, 1, 1, 1)
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', true)")
    lacking = await connection.fetchval(
        "SELECT count(*) FROM offering o, unnest(o.missing) AS c WHERE o.agency = 'STP' AND c = ANY ($1)"
        " AND c NOT IN (SELECT criterion FROM answer WHERE service = o.service AND value <> 'unknown')",
        [c.id for c in stand.content.scheme.criteria if c.scope in ("service", "offering")],
    )
    of_agency = sum(c.scope == "agency" for c in stand.content.scheme.criteria)
    assert found.unanswered == lacking + of_agency - 1


async def test_a_confirmation_changes_nothing_of_the_answer(stand: Stand, connection: Any) -> None:
    await stand.answers(("3.05", CODE))
    row = (
        "SELECT value, justification, evidence, version, person, at, decision FROM answer WHERE service = $1"
    )
    before = await connection.fetch(row, CODE)
    id = await stand.made()
    await stand.confirm(id, *await stand.left(id))
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', true)")
    assert await connection.fetch(row, CODE) == before
    noted = await connection.fetchrow("SELECT version, person, at FROM confirmation WHERE round = $1", id)
    assert (noted["version"], noted["person"]) == (1, int(stand.staff.person))
    assert noted["at"] > before[0]["at"]
    deed = await connection.fetchrow("SELECT agency, after FROM audit WHERE action = 'round confirmed'")
    assert deed["agency"] == "STP"
    assert deed["after"]["confirmed"] == 1


async def test_all_that_was_chosen_is_confirmed_or_nothing(stand: Stand) -> None:
    await stand.answers(("3.05", CODE), ("3.03", CODE))
    id = await stand.made()
    seen = await stand.left(id)
    await stand.give("3.03", CODE, "not_met", version=1)
    with pytest.raises(Conflict):
        await stand.confirm(id, *seen)
    whole = Chosen((), ((CODE, mark(seen)),))
    with pytest.raises(Conflict):
        await confirm(stand.db, stand.content.schemes, stand.staff, id, whole, today(), agreed=True)
    assert (await stand.progress(id)).confirmed == 0
    whole = Chosen((), ((CODE, mark(await stand.left(id))),))
    assert await confirm(stand.db, stand.content.schemes, stand.staff, id, whole, today(), agreed=True) == 1
    with pytest.raises(Conflict):
        await stand.confirm(id, seen[0])  # a second time


async def test_nothing_is_confirmed_without_a_statement_a_choice_or_a_running_round(stand: Stand) -> None:
    await stand.answers(("3.05", CODE))
    id = await stand.made()
    [one] = await stand.left(id)
    with pytest.raises(Refused):
        await stand.confirm(id, one, agreed=False)
    with pytest.raises(Refused):
        await stand.confirm(id)
    with pytest.raises(NotAllowed):
        await stand.confirm(id, one, who=stand.planner)
    later = await stand.made(opens=today() + 2 * DAY)
    with pytest.raises(Refused):
        await stand.confirm(later, one)
    await stand.close(id)
    with pytest.raises(Refused):
        await stand.confirm(id, one)


async def test_other_agencies_see_neither_the_round_nor_its_confirmations(
    stand: Stand, connection: Any
) -> None:
    await stand.answers(("3.05", CODE))
    id = await stand.made(whom="chosen", agencies=("STP",))
    [one] = await stand.left(id)
    await stand.confirm(id, one)
    with pytest.raises(NotFound):
        await stand.confirm(id, one, who=stand.other)
    for who, rows in ((stand.other, 0), (stand.staff, 1), (stand.planner, 1), (Identity(), 0)):
        async with stand.db.transaction(who) as conn:
            for table in ("confirmation", "round", "round_agency"):
                assert await conn.fetchval(f"SELECT count(*) FROM {table}") == rows, (who.role, table)


async def test_what_the_record_makes_void_is_not_asked(stand: Stand, connection: Any) -> None:
    payment = "4.02"
    free = await connection.fetchval(
        "SELECT o.service FROM offering o JOIN service s ON s.code = o.service WHERE o.agency = 'STP'"
        " AND s.fee_online = 'free' AND s.fee_in_person = 'free' AND s.fee_post IN ('', 'free') LIMIT 1"
    )
    await stand.answers(("3.05", free))
    await connection.execute(
        "INSERT INTO answer (criterion, agency, service, value, justification, version, person, at)"
        " VALUES ($1, 'STP', $2, 'met', 'x', 1, $3, now() - interval '9 days')",
        payment,
        free,
        int(stand.staff.person),
    )
    id = await stand.made()
    scheme = stand.content.scheme
    async with stand.db.transaction(stand.planner) as conn:
        asked = await asked_of(conn, scheme, True, id)
    void = {pair.partition(" ")[0] for pair in asked.void}
    assert {one.criterion for one in await stand.left(id)} == {"3.05", payment} - void
    assert (await stand.progress(id)).unseen == 2 - len(void)
    assert void == {payment}


async def test_closing_keeps_the_counts_whatever_happens_later(stand: Stand) -> None:
    await stand.answers(("3.05", CODE), ("3.03", CODE))
    id = await stand.made()
    await stand.confirm(id, (await stand.left(id))[0])
    before = await stand.progress(id)
    with pytest.raises(Conflict):
        await stand.close(id, version=7)
    await stand.close(id)
    await stand.give("3.03", CODE, "not_met", version=1)
    assert await stand.progress(id) == before
    with pytest.raises(Conflict):
        await stand.close(id, version=2)
    with pytest.raises(Conflict):
        await change_round(stand.db, stand.planner, id, "Khác", today() + 9 * DAY, 2, today())


async def test_a_round_that_has_not_opened_is_not_closed_and_planners_alone_make_rounds(
    stand: Stand,
) -> None:
    id = await stand.made(opens=today() + DAY)
    with pytest.raises(Refused):
        await stand.close(id)
    form = RoundForm("x", "rs-2018", today(), today() + 9 * DAY)
    with pytest.raises(NotAllowed):
        await make_round(stand.db, stand.content.kept, stand.staff, form, today())
    with pytest.raises(Refused):
        await stand.made(whom="chosen", agencies=("STP", "NOBODY"))


async def test_a_tier_or_chosen_agencies_take_part(stand: Stand, connection: Any) -> None:
    counts = {
        tier: await connection.fetchval(
            "SELECT count(DISTINCT a.code) FROM agency a JOIN offering o ON o.agency = a.code"
            " WHERE a.valid_to IS NULL AND a.tier LIKE $1",
            tier,
        )
        for tier in ("%", "commune")
    }
    for wanted, number in (("all", counts["%"]), ("commune", counts["commune"])):
        id = await stand.made(whom=wanted)
        async with stand.db.transaction(stand.planner) as conn:
            found = await rounds_store.find_round(conn, id)
        assert found is not None
        assert found.agencies == number


async def test_each_agency_is_told_once_at_opening_and_before_the_end_while_answers_are_left(
    stand: Stand, connection: Any
) -> None:
    await stand.answers(("3.05", CODE))
    await connection.execute("SELECT set_config('lenmuc.role', 'program', true)")
    await connection.execute("UPDATE mail_switch SET on_since = now()")
    id = await stand.made(whom="chosen", agencies=("STP", "X00004"))

    async def told(day: dt.date) -> dict[str, int]:
        number = await remind(stand.db, stand.content.schemes, day)
        async with stand.db.transaction(PROGRAM) as conn:
            rows = await conn.fetch("SELECT kind, count(*) AS n FROM mail_event GROUP BY kind")
            await conn.execute("DELETE FROM mail_event")
        assert number == sum(row["n"] for row in rows)
        return {row["kind"]: row["n"] for row in rows}

    due = today() + 30 * DAY
    assert await told(today()) == {"round_opened": 3}  # two of the Department of Justice, one of the ward
    assert await told(today()) == {}
    assert await told(due - 15 * DAY) == {}
    assert await told(due - 14 * DAY) == {"round_due": 2}  # the ward has no answer to look at
    assert await told(due - 10 * DAY) == {}
    await stand.confirm(id, *await stand.left(id))
    assert await told(due - 3 * DAY) == {}
    assert await told(due + DAY) == {}


async def test_who_hears_late_hears_the_last_reminder_alone(stand: Stand, connection: Any) -> None:
    await stand.answers(("3.05", CODE))
    await connection.execute("SELECT set_config('lenmuc.role', 'program', true)")
    await connection.execute("UPDATE mail_switch SET on_since = now()")
    await stand.made(days=3, whom="chosen", agencies=("STP",))
    assert await remind(stand.db, stand.content.schemes, today()) == 2
    async with stand.db.transaction(PROGRAM) as conn:
        assert {row["kind"] for row in await conn.fetch("SELECT kind FROM mail_event")} == {"round_due"}
    assert await remind(stand.db, stand.content.schemes, today()) == 0


async def test_an_answer_confirmed_in_two_rounds_running_is_suspect_until_new_evidence_comes(
    stand: Stand, connection: Any
) -> None:
    await stand.answers(("3.05", CODE), ("3.03", CODE))
    first = await stand.made()
    await stand.confirm(first, *await stand.left(first))
    assert await stand.copied() == []
    await stand.close(first)
    second = await stand.made(opens=today())
    await stand.confirm(second, *await stand.left(second))

    [found] = await stand.copied()
    assert (found.service, found.agency, found.criteria) == (CODE, "STP", ("3.03", "3.05"))
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', true)")
    counted = await connection.fetch(
        "SELECT c.criterion FROM confirmation c GROUP BY c.agency, c.service, c.criterion"
        " HAVING count(*) = 2 AND count(DISTINCT proof) = 1 ORDER BY 1"
    )
    assert tuple(row["criterion"] for row in counted) == found.criteria

    link = PieceForm(title="Biên bản", link="https://example.org/b", version=1)
    await add_evidence(
        stand.db, stand.content.kept, stand.staff, int(stand.staff.person), "3.03", Target("STP", CODE), link,
        None, today(),
    )  # fmt: skip
    [found] = await stand.copied()
    assert found.criteria == ("3.05",)


async def test_the_last_round_is_where_suspicion_begins(stand: Stand, connection: Any) -> None:
    await stand.answers(("3.05", CODE))
    id = await stand.made(whom="chosen", agencies=("STP",))
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', true)")
    await connection.execute(
        "INSERT INTO answer (criterion, agency, service, value, justification, version, person, at)"
        " SELECT c.id, 'STP', $1, 'not_applicable', 'x', 1, $2, now() - make_interval(days => c.days)"
        " FROM (VALUES ('4.01', 20), ('3.03', 1)) AS c (id, days)",
        CODE,
        int(stand.staff.person),
    )

    async def voids() -> set[str]:
        async with stand.db.transaction(stand.planner) as conn:
            found = await suspicions_store.suspects(conn, stand.content.scheme, today())
        return {id for one in found if one.reason == "void" for id in one.criteria}

    assert await voids() == {"4.01", "3.03"}
    await stand.close(id)
    await connection.execute("SELECT set_config('lenmuc.role', 'planner', true)")
    await connection.execute("UPDATE round SET closed = now() - interval '5 days' WHERE id = $1", id)
    assert await voids() == {"3.03"}
