"""The audit log as auditors and administrators read it: who, what, where, when, from what to what."""

import re
import typing
from typing import Any

import pytest

from lenmuc.actions import auditing
from lenmuc.actions.cases import Verdict
from lenmuc.actions.checking import Wanted
from lenmuc.actions.people import Changed
from lenmuc.core.answers import Answer
from lenmuc.core.chain import Break, Verified
from lenmuc.core.deeds import _BESIDE, Action, Difference, differences
from lenmuc.pages.audit_words import DEEDS, FIELDS, NUMBERS
from lenmuc.store import audit as audit_store
from lenmuc.store.assignments import Assignment
from lenmuc.store.batches import Deed
from lenmuc.store.database import PROGRAM
from lenmuc.store.people import Person
from lenmuc.store.reviews import Review
from lenmuc.store.roadmaps import PlanRequest
from tests.conftest import PASSWORD, Visitor, forget_log, person
from tests.pages.test_agency import words_of

CODE = "1.013852"  # offered by the Department of Justice


@pytest.fixture
async def auditor(db: Any, visit: Any) -> Visitor:
    visitor = visit()
    await visitor.sign_in(await person(db, "auditor"), PASSWORD)
    return typing.cast(Visitor, visitor)


@pytest.fixture
async def empty_log(city: Any, postgres: Any) -> None:
    """Tests with real transactions may have left entries."""
    await forget_log(postgres)


def test_every_deed_has_words_and_no_words_are_left_over() -> None:
    assert set(DEEDS) == set(typing.get_args(Action))


@pytest.mark.parametrize(
    "kept", [Answer, Review, Verdict, Deed, Assignment, PlanRequest, Changed, Person, Wanted]
)
def test_every_field_that_the_log_keeps_has_words(kept: Any) -> None:
    assert set(kept.__struct_fields__) - _BESIDE - NUMBERS <= set(FIELDS)


def test_only_what_differs_is_told() -> None:
    before = {"value": "met", "justification": "a", "version": 1, "by": "x"}
    after = {"value": "not_met", "justification": "a", "version": 2, "by": "y", "evidence": []}
    assert differences(before, after) == (Difference("value", "met", "not_met"),)
    assert differences(None, {"text": "b"}) == (Difference("text", None, "b"),)
    assert differences({"text": "b"}, None) == (Difference("text", "b", None),)
    both = {"review": {"state": "returned"}, "verdict": {"remarks": {"3.01": "why"}}}
    assert differences({"state": "submitted"}, both) == (
        Difference("state", "submitted", "returned"),
        Difference("remarks", None, {"3.01": "why"}),
    )
    assert differences({"agency": "STP"}, {"agency": "SXD"}) == ()
    moved = differences({"agency": "STP"}, {"agency": "SXD"}, frozenset({"agency"}))
    assert moved == (Difference("agency", "STP", "SXD"),)


async def test_the_log_says_in_words_what_an_answer_changed(as_staff: Visitor, auditor: Visitor) -> None:
    await as_staff.get(f"/en/work/{CODE}/3.01")
    for version, (value, why) in enumerate((("met", "Seen on site"), ("not_met", "It broke down"))):
        await as_staff.post(f"/en/work/{CODE}/3.01", value=value, justification=why, version=str(version))
    page = (await auditor.get("/en/audit?what=answer&by=staff")).text
    text = words_of(page)
    assert "Answered a criterion 3.01" in text
    assert "Staff STP" in text
    assert re.search(r"Answer Met Not met", text)
    assert "Justification Seen on site It broke down" in text
    assert f'href="/en/services/{CODE}?agency=STP"' in page
    assert "not_met" not in page
    in_vietnamese = words_of((await auditor.get("/vi/audit?what=answers")).text)
    assert "Đánh giá một tiêu chí" in in_vietnamese
    assert "Đạt Không đạt" in in_vietnamese or "Đạt Chưa đạt" in in_vietnamese


async def test_the_log_is_narrowed_by_who_what_where_and_when(
    empty_log: None, as_staff: Visitor, auditor: Visitor
) -> None:
    async def entries(query: str) -> int:
        return len(re.findall(r'<li class="result">', (await auditor.get(f"/en/audit?{query}")).text))

    assert await entries("") == 4  # two people have got an account and have signed in
    assert await entries("by=auditor") == 1
    assert await entries("by=nobody+at+all") == 0
    assert await entries("what=sign-in") == 2
    assert await entries("what=answers") == 0
    assert await entries("agency=STP") == 2
    assert await entries("until=2026-01-01") == 0
    assert await entries("since=2026-01-01&until=2100-01-01") == 4
    for odd in ("since=yesterday", "until=2026-13-01", "what=sign-it-all", "before=-1", "before=x"):
        assert (await auditor.get(f"/en/audit?{odd}")).status_code == 404, odd


async def test_older_entries_follow_without_a_gap(db: Any, auditor: Visitor) -> None:
    async with db.transaction(PROGRAM) as conn:
        for number in range(70):
            await audit_store.record(
                conn, person=None, action="stop check", target=f"run {number}", agency=""
            )
    seen, address = [], "/en/audit?what=stop_check"
    while address:
        page = (await auditor.get(address)).text
        seen += [int(number) for number in re.findall(r">Run (\d+) of the checks<", page)]
        more = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert seen == list(range(69, -1, -1))


async def test_the_page_says_when_the_log_was_last_checked_and_how_to(db: Any, auditor: Visitor) -> None:
    text = words_of((await auditor.get("/en/audit")).text)
    assert "Nobody has checked it so far" in text
    assert "lenmuc audit verify" in text
    await auditing.note(db, Verified(5, 5, b"\1" * 32))
    text = words_of((await auditor.get("/en/audit")).text)
    assert "Nobody has checked it so far" not in text
    assert "The log was checked and is whole" in text
    await auditing.note(db, Verified(5, 4, b"\1" * 32, Break("missing", 3, 7)))
    assert "The last check found a fault" in words_of((await auditor.get("/en/audit")).text)


async def test_the_log_is_for_auditors_and_administrators(
    client: Visitor, as_staff: Visitor, as_planner: Visitor
) -> None:
    assert (await client.get("/en/audit")).status_code == 303
    assert (await as_staff.get("/en/audit")).status_code == 403
    assert (await as_planner.get("/en/audit")).status_code == 403
