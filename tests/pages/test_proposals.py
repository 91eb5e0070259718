"""“Does not apply” is accepted or declined wherever it stands: by any scheme, at any scope."""

from typing import Any

from lenmuc.store import offerings as offerings_store
from lenmuc.store import standings as standings_store
from lenmuc.store.database import PROGRAM
from tests.conftest import Visitor
from tests.pages.test_agency import CODE, words_of

LIST = "/en/review/proposals"
P02 = {"criterion": "P.02", "agency": "STP", "service": CODE, "version": "1"}


async def proactive(db: Any) -> int:
    """The step of the offering by the scale of proactive services."""
    async with db.transaction(PROGRAM) as conn:
        offering = await offerings_store.offering_of(conn, CODE, "STP")
        assert offering is not None
        standing = (await standings_store.standings_of(conn, offering.id)).get("proactive-2026")
    return standing.level if standing else 0


async def say(who: Visitor, address: str, value: str, why: str) -> None:
    await who.get(address)
    reply = await who.post(address, value=value, justification=why, version="0", evidence="", blocker="")
    assert reply.status_code == 303, words_of(reply.text)


async def propose(staff: Visitor) -> None:
    at = f"/en/work/{CODE}"
    await say(staff, f"{at}/P.01?scheme=proactive-2026", "met", "Reminders run")
    await say(staff, f"{at}/P.02?scheme=proactive-2026", "not_applicable", "Nothing to prepare")


async def test_a_criterion_that_only_a_later_scheme_has_counts_as_not_applicable_once_accepted(
    as_staff: Visitor, as_planner: Visitor, db: Any
) -> None:
    await propose(as_staff)
    assert await proactive(db) == 1
    inbox = words_of((await as_planner.get("/en/review")).text)
    assert "1 answer says that a criterion does not apply and waits to be accepted" in inbox
    page = words_of((await as_planner.get(LIST)).text)
    assert "Nothing to prepare" in page
    assert "P.02" in page

    done = await as_planner.post(LIST, **P02, decision="accepted", reason="")

    assert done.status_code == 303
    after = await as_planner.get(done.headers["location"])
    assert "Accepted: the criterion does not apply there." in after.text
    assert "Nobody waits for a decision" in (await as_planner.get(LIST)).text
    assert await proactive(db) == 2


async def test_declining_needs_a_reason_which_then_stands_at_the_criterion(
    as_staff: Visitor, as_planner: Visitor, db: Any
) -> None:
    await propose(as_staff)
    await as_planner.get(LIST)

    silent = await as_planner.post(LIST, **P02, decision="declined", reason=" ")
    assert silent.status_code == 422
    assert "Say why you do not accept it." in silent.text
    declined = await as_planner.post(LIST, **P02, decision="declined", reason="A form can be prepared")

    assert declined.status_code == 303
    assert await proactive(db) == 1
    one = words_of((await as_staff.get(f"/en/work/{CODE}/P.02?scheme=proactive-2026")).text)
    assert "A form can be prepared" in one


async def test_what_was_decided_or_changed_meanwhile_is_not_decided_again(
    as_staff: Visitor, as_planner: Visitor
) -> None:
    await propose(as_staff)
    await as_planner.get(LIST)
    stale = await as_planner.post(LIST, **{**P02, "version": "7"}, decision="accepted", reason="")
    assert stale.status_code == 409
    assert "Nothing to prepare" in stale.text
    assert (await as_planner.post(LIST, **P02, decision="accepted", reason="")).status_code == 303
    assert (await as_planner.post(LIST, **P02, decision="declined", reason="No")).status_code == 409


async def test_nobody_accepts_what_they_said_themselves(as_planner: Visitor) -> None:
    await say(as_planner, "/en/platform/services/1.001193/3.06", "not_applicable", "All by post")

    page = words_of((await as_planner.get(LIST)).text)
    assert "This is your own answer. Somebody else has to decide it." in page
    own = {"criterion": "3.06", "agency": "", "service": "1.001193", "version": "1"}
    refused = await as_planner.post(LIST, **own, decision="accepted", reason="")
    assert refused.status_code == 403
    assert "Nobody decides on an answer of their own." in words_of(refused.text)


async def test_staff_do_not_decide_and_do_not_see_the_list(as_staff: Visitor) -> None:
    await propose(as_staff)
    assert (await as_staff.get(LIST)).status_code == 403
    assert (await as_staff.post(LIST, **P02, decision="accepted", reason="")).status_code == 403
