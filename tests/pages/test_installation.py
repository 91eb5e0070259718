"""What administrators see of their installation: requests, work in the background, backups and checks."""

from typing import Any

import pytest

from lenmuc.actions import auditing, recounting
from lenmuc.core.chain import Break, Verified
from lenmuc.store import audit as audit_store
from lenmuc.store.database import PROGRAM
from lenmuc.store.recounts import Differ
from lenmuc.web.watching import Watching
from tests.conftest import PASSWORD, Visitor, forget_log, person
from tests.pages.test_agency import words_of


@pytest.fixture
async def keeper(db: Any, visit: Any) -> Visitor:
    visitor: Visitor = visit()
    await visitor.sign_in(await person(db, "administrator"), PASSWORD)
    return visitor


@pytest.fixture
async def empty_log(city: Any, postgres: Any) -> None:
    """Tests with real transactions may have left entries."""
    await forget_log(postgres)


async def read(visitor: Visitor) -> str:
    reply = await visitor.get("/en/installation")
    assert reply.status_code == 200, reply.text
    return str(words_of(reply.text))


async def test_an_installation_tells_its_size_its_versions_and_what_it_answered(keeper: Visitor) -> None:
    await keeper.get("/en/no-such-page")
    text = await read(keeper)
    for said in ("Lên Mức", "PostgreSQL 18", "(built in)", "MiB", "Half within", "Are changes taken? Yes"):
        assert said in text, said
    assert "offering" in text  # one of the largest tables
    assert "Hệ thống" in words_of((await keeper.get("/vi/installation")).text)


async def test_it_says_when_nothing_was_ever_kept_and_what_was_found_when_it_was(
    empty_log: None, db: Any, keeper: Visitor
) -> None:
    text = await read(keeper)
    assert "No backup is known" in text
    assert "Last check of the audit log Never" in text
    made = {"name": "2026.zip", "bytes": 5_000_000}
    async with db.transaction(PROGRAM) as conn:
        for action in ("backup made", "backup checked"):
            await audit_store.record(conn, person=None, action=action, target="backup", after=made)
    await auditing.note(db, Verified(5, 5, b"\1" * 32))
    await recounting.note(db, [recounting.Found("levels", Differ(0, ""))])
    text = await read(keeper)
    assert "No backup is known" not in text
    assert "4.8 MiB, 2026.zip" in text
    assert text.count("– in order") == 3
    assert "A check found a fault" not in text


async def test_a_check_that_found_a_fault_is_not_passed_over(db: Any, keeper: Visitor) -> None:
    await auditing.note(db, Verified(5, 4, b"\1" * 32, Break("missing", 3, 7)))
    await recounting.note(db, [recounting.Found("levels by rs-2018", Differ(2, "1.013852 STP"))])
    text = await read(keeper)
    assert "A check found a fault" in text
    assert text.count("– NOT in order") == 2
    log = words_of((await keeper.get("/en/audit?what=keeping")).text)
    assert "levels by rs-2018: 2 (1.013852 STP)" in log


async def test_an_old_backup_is_called_old(db: Any, keeper: Visitor) -> None:
    async with db.transaction(PROGRAM) as conn:
        await conn.execute(
            "INSERT INTO audit (at, action, target, after) VALUES"
            """ (now() - interval '8 days', 'backup made', 'backup', '{"name": "a.zip", "bytes": 1}')"""
        )
    assert "more than a week old" in await read(keeper)


@pytest.mark.parametrize(
    ("seconds", "half", "most"),
    [([0.004] * 95 + [3] * 5, 0.005, 0.005), ([0.2] * 9 + [60], 0.25, float("inf"))],
)
def test_times_are_told_by_the_class_in_which_they_fall(
    tmp_path: Any, seconds: list[float], half: float, most: float
) -> None:
    watching = Watching(tmp_path, 0)
    for each in seconds:
        watching.enter()
        watching.leave(Gone(), 200, each)
    (one,) = watching.seen().kinds
    assert (one.count, one.half, one.most) == (len(seconds), half, most)


class Gone:
    """As much of a visit as is counted."""

    path, method, request_id, session = "/vi/", "GET", "1", None
