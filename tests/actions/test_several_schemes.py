"""One answer counts in every scheme that has the criterion, and level 4 of 2018 is not end to end."""

from typing import Any

import pytest

from lenmuc.actions.answering import Saved, answer
from lenmuc.actions.classes import Class, classes_of
from lenmuc.actions.foreseeing import foresee
from lenmuc.actions.levels import recompute
from lenmuc.actions.proposals import Decision, decide_alone
from lenmuc.content.everything import Content
from lenmuc.core.answers import AnswerForm, Identity, Target, places
from lenmuc.core.levels import LevelCounts
from lenmuc.store import answers as answers_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import offerings as offerings_store
from lenmuc.store import standings as standings_store
from lenmuc.store.database import PROGRAM
from tests.conftest import person

HERE = Target("STP", "1.013852")
STAFF = Identity("staff", "1", "STP")
YES = AnswerForm("met", "Seen")
LEVEL_4 = ("3.01", "3.03", "3.04", "3.05", "3.06", "4.01", "4.04")
GATE = ("G.01", "G.02", "G.04", "G.05", "G.06")


class Desk:
    """Somebody of the agency who answers, and what then stands."""

    def __init__(self, db: Any, content: Content, person: int) -> None:
        self.db, self.content, self.person = db, content, person

    async def says(self, criterion: str, form: AnswerForm = YES) -> Saved:
        return await answer(self.db, self.content.kept, STAFF, self.person, criterion, HERE, form)

    async def classes(self) -> dict[str, Class]:
        async with self.db.transaction(PROGRAM) as conn:
            service = await catalogue_store.find_service(conn, HERE.service)
            offering = await offerings_store.offering_of(conn, HERE.service, HERE.agency)
        assert service is not None
        assert offering is not None
        found = await classes_of(self.db, self.content, service, offering)
        return {each.scheme.id: each for each in found}


@pytest.fixture
async def desk(db: Any, content: Content) -> Desk:
    email = await person(db, "staff", "STP")
    async with db.transaction(PROGRAM) as conn:
        return Desk(db, content, await conn.fetchval("SELECT id FROM person WHERE email = $1", email))


async def test_every_kept_scheme_stands_for_every_offering_after_loading(db: Any, content: Content) -> None:
    async with db.transaction(PROGRAM) as conn:
        counted = await conn.fetch("SELECT scheme, count(*) FROM standing GROUP BY scheme")
        counts = await offerings_store.count_levels(conn)
    assert {row["scheme"]: row["count"] for row in counted} == {
        scheme.id: counts.total for scheme in content.kept[1:]
    }
    assert isinstance(counts, LevelCounts)


async def test_one_answer_moves_two_schemes(desk: Desk) -> None:
    saved = await desk.says("3.01", AnswerForm("met", "The form is filled in online"))
    moved = {shift.scheme.id: (shift.before, shift.after) for shift in saved.moved.beside}
    assert moved["rs-2026"] == (1, 2)
    assert "proactive-2026" not in moved
    saved = await desk.says("3.03")
    assert saved.moved.main.touched == 1
    assert {s.scheme.id: (s.before, s.after) for s in saved.moved.beside} == {"rs-2023": (1, 2)}


async def test_an_accepted_not_applicable_moves_the_other_schemes_that_have_the_criterion(
    desk: Desk, db: Any, content: Content
) -> None:
    await desk.says("3.01", AnswerForm("not_applicable", "There is nothing to fill in"))
    assert (await desk.classes())["rs-2026"].level == 1
    email = await person(db, "planner")
    async with db.transaction(PROGRAM) as conn:
        number = await conn.fetchval("SELECT id FROM person WHERE email = $1", email)
    planner = Identity("planner", str(number))
    await decide_alone(db, content.kept, planner, Decision("3.01", HERE, 1, "accepted"))
    assert (await desk.classes())["rs-2026"].level == 2
    async with db.transaction(PROGRAM) as conn:
        offering = await offerings_store.offering_of(conn, HERE.service, HERE.agency)
        assert offering is not None
        history = await offerings_store.level_history(conn, offering.id, "rs-2026")
    assert [(change.from_level, change.to_level, change.cause) for change in history] == [
        (1, 2, "accepted 3.01")
    ]


async def test_level_4_with_the_result_in_person_is_not_end_to_end(desk: Desk) -> None:
    for criterion in LEVEL_4:
        await desk.says(criterion)
    await desk.says("G.05", AnswerForm("not_met", "The result is handed over in person"))
    found = await desk.classes()
    assert (found["rs-2018"].level, found["rs-2023"].level, found["rs-2026"].level) == (4, 2, 2)
    assert "G.05" in {criterion.id for criterion in found["rs-2023"].missing}
    for criterion in GATE:
        await desk.says(criterion, AnswerForm("met", "Seen", version=1 if criterion == "G.05" else 0))
    found = await desk.classes()
    assert (found["rs-2018"].level, found["rs-2026"].level) == (4, 3)


async def test_a_reason_is_published_with_its_article_and_nothing_else_of_the_justification(
    desk: Desk,
) -> None:
    for criterion in ("3.01", "4.01", "G.02", "G.04", "G.05", "G.06"):
        await desk.says(criterion)
    said = AnswerForm(
        "not_met", "Ask Mrs Hoa, room 12. Theo Điều 18 Luật Hộ tịch, phải ký sổ.", blocker="law"
    )
    await desk.says("G.01", said)
    found = (await desk.classes())["rs-2026"]
    (why,) = found.why
    assert [reason.id for reason in why.reasons] == ["presence"]
    assert (found.level, why.known, why.article) == (2, True, "Điều 18 Luật Hộ tịch")


async def test_what_nobody_has_answered_is_not_known(desk: Desk) -> None:
    found = await desk.classes()
    assert not found["rs-2026"].known
    assert (found["proactive-2026"].level, found["proactive-2026"].known) == (0, False)
    await desk.says("P.01", AnswerForm("not_met", "No"))
    assert (await desk.classes())["proactive-2026"].known


async def test_only_what_moved_is_written_with_its_history(desk: Desk, content: Content) -> None:
    await desk.says("3.01")
    async with desk.db.transaction(PROGRAM) as conn:
        await answers_store.lock_all(conn)
        again = await recompute(conn, content.kept, HERE, "again")
        offering = await offerings_store.offering_of(conn, HERE.service, HERE.agency)
        assert offering is not None
        history = await offerings_store.level_history(conn, offering.id, "rs-2026")
        main = await offerings_store.level_history(conn, offering.id, "rs-2018")
        stored = await standings_store.standings_of(conn, offering.id)
    assert [shift.touched for shift in (again.main, *again.beside)] == [0, 0, 0, 0]
    assert [(change.from_level, change.to_level, change.cause) for change in history] == [
        (1, 2, "answer 3.01")
    ]
    assert [change.cause for change in main] == ["loaded"]
    assert stored["rs-2026"].level == 2


async def test_the_effect_is_foreseen_by_every_scheme(desk: Desk, content: Content) -> None:
    async with desk.db.transaction(PROGRAM) as conn:
        criterion = content.scheme.criterion("3.01")
        effect = await foresee(conn, content.kept, content.scheme, criterion, Target(service="1.001193"))
    beside = {shift.scheme.id: shift.rose for shift in effect.beside}
    assert beside["rs-2026"] + effect.rise >= 0
    assert set(beside) == {"rs-2023", "rs-2026"}


def test_a_criterion_is_answered_at_the_same_places_in_every_kept_scheme(content: Content) -> None:
    for first in content.kept:
        for second in content.kept:
            for id in first.index.keys() & second.index.keys():
                one, other = first.criterion(id), second.criterion(id)
                assert places(one) == places(other), id
                if "defines" in (one.role, other.role):
                    assert (one.text, one.role) == (other.text, other.role) or one.role != other.role, id


def test_an_expired_scheme_is_not_kept(content: Content) -> None:
    assert [scheme.id for scheme in content.kept] == ["rs-2018", "rs-2023", "rs-2026", "proactive-2026"]
