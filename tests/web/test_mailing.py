"""Mail: what is told, to whom, once; and what becomes of it when the mail server does not want it."""

import asyncio
import datetime as dt
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from lenmuc.actions import mail as actions
from lenmuc.actions.accounts import create_person
from lenmuc.actions.cases import Verdict
from lenmuc.actions.reviewing import send_back, verify
from lenmuc.actions.submitting import submit
from lenmuc.app import create_app
from lenmuc.paths import locale
from lenmuc.settings import Settings
from lenmuc.settings_outside import MailSettings
from lenmuc.store import mail as mail_store
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, PooledDatabase
from lenmuc.store.mail import Addressee, Event
from lenmuc.web.language import read_languages
from lenmuc.web.mailing import Mailing, letter, sentence
from tests.actions.test_reviewing import CODE, RULES, TODAY, submitted
from tests.conftest import PASSWORD, Visitor, person
from tests.web.postbox import Postbox

LANGUAGES = read_languages(locale())
ABOUT = {"service": "1.013852", "review": 7, "service_name": "Khai sinh", "agency_name": "Sở Tư pháp"}


def settings(port: int, **more: Any) -> Settings:
    given = {
        "security": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "sender": "lenmuc@example.gov.vn",
        "every": 0,
    }
    mail = MailSettings(**{**given, **more})
    return Settings(data=Path("unused"), url="https://lenmuc.example", mail=mail)


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    async with Postbox() as postbox:
        yield postbox


@pytest.fixture
async def mailing(db: Any, postbox: Postbox) -> Mailing:
    async with db.transaction(PROGRAM) as conn:
        await mail_store.switch(conn, True)
    return Mailing(settings(postbox.port), db, LANGUAGES)


async def somebody(db: Any, email: str = "hoa@example.org", role: str = "staff", agency: str = "STP") -> int:
    return (await create_person(db, email, "Nguyễn Thị Hoa", role, agency, PASSWORD)).id


async def tell(db: Any, person: int, kind: str = "returned", **about: Any) -> int:
    async with db.transaction(PROGRAM) as conn:
        return await mail_store.add(conn, [person], kind, {**ABOUT, **about})


async def waiting(db: Any) -> int:
    async with db.transaction(PROGRAM) as conn:
        return (await mail_store.queue(conn)).events


async def failures(db: Any) -> list[Any]:
    async with db.transaction(PROGRAM) as conn:
        return await mail_store.failures(conn)


async def later(db: Any) -> None:
    """As if the time of the next attempt had come."""
    async with db.transaction(PROGRAM) as conn:
        await conn.execute("UPDATE mail_state SET next_try = now()")


async def test_several_events_become_one_letter_in_the_persons_language(
    db: Any, mailing: Mailing, postbox: Postbox
) -> None:
    hoa = await somebody(db)
    await tell(db, hoa, "returned")
    await tell(db, hoa, "declined", criterion="3.05")
    await tell(db, hoa, "due", until="2026-12-24")
    assert await mailing.send_all() == 1
    ((to, mail),) = postbox.letters
    text = mail.get_content()
    assert to == "hoa@example.org"
    assert mail["subject"] == "Các thông báo từ Lên Mức"
    assert "Kính gửi Nguyễn Thị Hoa" in text
    assert "“Khai sinh” được trả lại kèm nhận xét" in text
    assert "https://lenmuc.example/vi/work/1.013852" in text
    assert "3.05" in text
    assert "24/12/2026" in text
    assert text.rstrip().endswith("https://lenmuc.example/vi/account/mail")
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["list-unsubscribe"] == "<https://lenmuc.example/vi/account/mail>"
    assert re.fullmatch(r"<lenmuc\.\d+\.\d+-\d+@lenmuc\.example>", mail["message-id"])
    assert abs(mail["date"].datetime - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
    assert await waiting(db) == 0
    assert await mailing.send_all() == 0
    async with db.transaction(PROGRAM) as conn:
        await mail_store.set_wishes(conn, hoa, True, "en")
    await tell(db, hoa, "verified", service_name_en="Registering a birth")
    await mailing.send_all()
    assert postbox.letters[1][1]["subject"] == "“Registering a birth” was verified."


async def test_a_letter_waits_until_the_time_for_gathering_is_over(db: Any, postbox: Postbox) -> None:
    async with db.transaction(PROGRAM) as conn:
        await mail_store.switch(conn, True)
    hoa = await somebody(db)
    await tell(db, hoa)
    mailing = Mailing(settings(postbox.port, every=10), db, LANGUAGES)
    assert await mailing.send_all() == 0
    async with db.transaction(PROGRAM) as conn:
        await mail_store.add_test(conn, hoa)  # a test does not wait
    assert await mailing.send_all() == 1


async def test_without_a_mail_server_nothing_is_queued(db: Any) -> None:
    hoa = await somebody(db)
    await Mailing(msgspec.structs.replace(settings(1), mail=None), db, LANGUAGES).start()
    assert await tell(db, hoa) == 0
    assert await waiting(db) == 0


async def test_what_waited_is_forgotten_when_mail_is_turned_off(
    db: Any, mailing: Mailing, postbox: Postbox
) -> None:
    hoa = await somebody(db)
    await tell(db, hoa)
    async with db.transaction(PROGRAM) as conn:
        await mail_store.set_wishes(conn, hoa, False, "vi")
    assert await tell(db, hoa) == 0
    assert (await waiting(db), await mailing.send_all()) == (0, 0)
    other = await somebody(db, "nam@example.org")
    await tell(db, other)
    await Mailing(msgspec.structs.replace(settings(1), mail=None), db, LANGUAGES).start()
    assert await waiting(db) == 0


async def test_a_mail_server_that_is_down_is_asked_again_later(
    db: Any, mailing: Mailing, postbox: Postbox
) -> None:
    hoa = await somebody(db)
    await tell(db, hoa)
    down = Mailing(settings(1), db, LANGUAGES)
    await down.send_all()
    assert await waiting(db) == 1
    (failure,) = await failures(db)
    assert (failure.again, failure.failure) == (True, "unreachable")
    assert await mailing.send_all() == 0  # not at once
    await later(db)
    assert await mailing.send_all() == 1
    assert len(postbox.letters) == 1
    assert await failures(db) == []


def test_the_wait_doubles_up_to_six_hours() -> None:
    assert [actions.wait_after(tries) for tries in (0, 1, 2, 100)] == [60, 120, 240, 21_600]


@pytest.mark.parametrize(
    ("command", "answer", "for_good"),
    [
        ("RCPT", "550 5.1.1 no such mailbox", True),
        ("RCPT", "451 4.3.0 later, please", False),
        ("MAIL", "550 5.7.1 not from you", False),
        (".", "554 5.6.0 not like this", True),
        (".", "452 4.2.2 full", False),
    ],
)
async def test_a_refusal_is_shown_in_the_servers_words(
    db: Any, mailing: Mailing, postbox: Postbox, command: str, answer: str, for_good: bool
) -> None:
    hoa = await somebody(db)
    await tell(db, hoa)
    postbox.refuse[command] = answer
    await mailing.send_all()
    (failure,) = await failures(db)
    assert (failure.failure, failure.again) == (answer, not for_good)
    assert await waiting(db) == (0 if for_good else 1)
    assert postbox.letters == []


async def test_what_cannot_be_sent_in_three_days_is_forgotten(db: Any, mailing: Mailing) -> None:
    hoa = await somebody(db)
    await tell(db, hoa)
    async with db.transaction(PROGRAM) as conn:
        await conn.execute(
            "INSERT INTO mail_event (person, kind, about, at) "
            "VALUES ($1, 'test', '{}', now() - interval '73 hours')",
            hoa,
        )
        assert await mail_store.drop_old(conn) == 1
    assert await waiting(db) == 1


async def test_a_death_after_the_servers_yes_gives_one_letter_twice_under_one_name(
    db: Any, mailing: Mailing, postbox: Postbox
) -> None:
    hoa = await somebody(db)
    await tell(db, hoa)

    async def dies(person: Addressee, events: Any) -> None:
        await mailing.hand(person, events)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await actions.send_next(db, 0, dies)
    assert await waiting(db) == 1  # not lost
    assert await mailing.send_all() == 1
    assert await mailing.send_all() == 0
    first, second = (mail["message-id"] for _, mail in postbox.letters)
    assert first == second


async def test_two_programs_share_the_queue_and_send_nothing_twice(
    city: Any, postgres: Any, postbox: Postbox
) -> None:
    dbs = [PooledDatabase(postgres.app_dsn) for _ in range(2)]
    for each in dbs:
        await each.open()
    queued: list[int] = []
    try:
        async with dbs[0].transaction(PROGRAM) as conn:
            await mail_store.switch(conn, True)
            for number in range(6):
                email = f"queue{number}@example.org"
                made = await people_store.create_person(conn, email, "A", "auditor", "", "-")
                assert made
                queued.append(made.id)
            await mail_store.add(conn, queued, "verified", ABOUT)
        postbox.slow = 0.05
        done = await asyncio.gather(
            *(Mailing(settings(postbox.port), each, LANGUAGES).send_all() for each in dbs)
        )
        assert sum(done) == 6
        assert min(done) > 0
        assert sorted(to for to, _ in postbox.letters) == [
            f"queue{number}@example.org" for number in range(6)
        ]
    finally:
        async with dbs[0].transaction(PROGRAM) as conn:
            await mail_store.switch(conn, False)
        owner = await asyncpg.connect(postgres.owner_dsn)
        await owner.execute("DELETE FROM person WHERE email LIKE 'queue%@example.org'")
        await owner.close()
        for each in dbs:
            await each.close()


def test_nobody_writes_headers_with_a_name() -> None:
    event = Event(
        1, "verified", {**ABOUT, "service_name": "A\r\nBcc: all@example.org"}, dt.datetime.now(dt.UTC)
    )
    for name, email in (("Hoa", "a@b.vn\r\nBcc: c@d.vn"), ("Hoa\r\nBcc: c@d.vn", "a@b.vn"), ("Hoa", "a@b@c")):
        with pytest.raises(actions.NotTaken):
            letter(Addressee(1, email, name, "vi", True, 0), [event], LANGUAGES["vi"], settings(1))
    with pytest.raises(actions.NotTaken):
        letter(Addressee(1, "a@b.vn", "Hoa", "vi", True, 0), [event], LANGUAGES["vi"], settings(1))
    fine = msgspec.structs.replace(event, about=ABOUT)
    sent = letter(
        Addressee(1, "a@b.vn", "Hoa, “Nguyễn” <x>", "vi", True, 0), [fine], LANGUAGES["vi"], settings(1)
    )
    assert [each.addr_spec for each in sent["to"].addresses] == ["a@b.vn"]


async def test_the_end_of_a_verified_level_is_told_once(db: Any, mailing: Mailing, postbox: Postbox) -> None:
    hoa, lead = await somebody(db), await somebody(db, "lead@example.org", "lead")
    async with db.transaction(PROGRAM) as conn:
        await conn.execute(
            "SELECT set_config('lenmuc.role', 'staff', true), set_config('lenmuc.agency', 'STP', true)"
        )
        await conn.execute(
            "INSERT INTO review (service, agency, scheme, state, level, version, submitted_by, submitted_at, "
            "verified_by, verified_at, verified_until, verified_level) "
            "SELECT service, agency, 'RS-2018', 'verified', 3, 1, $1, now(), $2, now(), '2026-12-20', 3 "
            "FROM offering WHERE agency = 'STP' LIMIT 1",
            hoa,
            lead,
        )
    assert await actions.tell_ending(db, dt.date(2026, 11, 1)) == 0
    assert await actions.tell_ending(db, dt.date(2026, 11, 22)) == 2
    assert await actions.tell_ending(db, dt.date(2026, 11, 23)) == 0
    await mailing.send_all()
    assert sorted(to for to, _ in postbox.letters) == ["hoa@example.org", "lead@example.org"]
    assert "20/12/2026" in postbox.letters[0][1].get_content()


async def test_each_step_of_a_review_is_told_to_whoever_has_to_know(
    db: Any, content: Any, mailing: Mailing, postbox: Postbox
) -> None:
    both, id = await submitted(db, content)
    await mailing.send_all()
    verdict = Verdict(1, {"3.05": "Which page?"})
    back = await send_back(db, content.kept, both.planner, id, verdict, TODAY, RULES)
    await mailing.send_all()
    await submit(db, content.scheme, both.staff, int(both.staff.person), CODE, back.version, TODAY, RULES)
    async with db.transaction(PROGRAM) as conn:
        seen = await conn.fetchval("SELECT version FROM review WHERE id = $1", id)
    await verify(db, content.kept, both.planner, id, Verdict(seen), TODAY, RULES)
    await mailing.send_all()
    told = [(to, mail["subject"].rpartition("”")[2].strip()[:12]) for to, mail in postbox.letters]
    assert told[:2] == [("p@example.org", "của Sở Tư ph"), ("s@example.org", "được trả lại")]
    assert sorted(told[2:]) == [("p@example.org", "của Sở Tư ph"), ("s@example.org", "đã được thẩm")]
    assert f"https://lenmuc.example/vi/review/{id}" in postbox.letters[0][1].get_content()


async def test_a_step_that_is_undone_tells_nobody(db: Any, content: Any, mailing: Mailing) -> None:
    both, id = await submitted(db, content)
    before = await waiting(db)

    async def fails() -> None:
        async with db.transaction(both.planner) as conn:
            assert await mail_store.add(conn, [int(both.staff.person)], "verified", ABOUT) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert await waiting(db) == before


@pytest.fixture
async def window(stage: Any, db: Any, content: Any, postbox: Postbox) -> AsyncIterator[Visitor]:
    """An administrator of a site with a mail server."""
    async with db.transaction(PROGRAM) as conn:
        await mail_store.switch(conn, True)
    stage.now = db
    gate = create_app(settings(postbox.port), stage, content)
    transport = httpx.ASGITransport(gate)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        visitor = Visitor(client)
        await visitor.sign_in(await person(db, "administrator"), PASSWORD)
        yield visitor
    stage.now = None


async def mail_forgotten(db: Any) -> None:
    """As if nothing had waited."""
    async with db.transaction(PROGRAM) as conn:
        await mail_store.switch(conn, False)
        await mail_store.switch(conn, True)


@pytest.mark.parametrize(
    ("kind", "said"), [("round_opened", "mở đến ngày 15/10/2026"), ("round_due", "kết thúc ngày 15/10/2026")]
)
def test_a_round_is_told_with_its_name_its_last_day_and_its_page(kind: str, said: str) -> None:
    about = {"round": 4, "name": "Đợt cuối năm", "until": "2026-10-15"}
    event = Event(1, kind, about, dt.datetime.now(dt.UTC))
    text, address = sentence(event, LANGUAGES["vi"], "https://lenmuc.example")
    assert "Đợt cuối năm" in text
    assert said in text
    assert address == "https://lenmuc.example/vi/work/rounds/4"


async def test_an_administrator_sees_the_queue_and_gets_a_test(
    db: Any, window: Visitor, mailing: Mailing, postbox: Postbox
) -> None:
    postbox.refuse["RCPT"] = "550 no <such> mailbox"
    hoa = await somebody(db)
    await tell(db, hoa)
    await mailing.send_all()
    await tell(db, await somebody(db, "nam@example.org"))
    await Mailing(settings(1), db, LANGUAGES).send_all()
    page = await window.get("/vi/people/mail")
    assert "không kết nối được" in page.text
    assert "550 no &lt;such&gt; mailbox" in page.text
    assert "Thư này không được gửi lại" in page.text
    postbox.refuse.clear()
    await mail_forgotten(db)
    reply = await window.post("/vi/people/mail/test")
    assert (reply.status_code, reply.headers["location"]) == (303, "/vi/people/mail?done=test")
    await mailing.send_all()
    assert [to for to, _ in postbox.letters] == ["administrator@example.org"]
    assert "thư thử" in postbox.letters[0][1]["subject"]
    assert (await window.get("/vi/people/mail?done=test")).status_code == 200


async def test_everybody_turns_mail_off_and_on(db: Any, window: Visitor) -> None:
    assert "Gửi khi có việc chờ bạn" in (await window.get("/vi/account")).text
    await window.get("/vi/account/mail")
    assert (await window.post("/vi/account/mail", wanted="no", language="en")).status_code == 303
    assert "Đang tắt" in (await window.get("/vi/account")).text
    async with db.transaction(PROGRAM) as conn:
        me = await conn.fetchval("SELECT id FROM person WHERE email = 'administrator@example.org'")
        assert await mail_store.wishes(conn, me) == mail_store.Wishes(False, "en")


async def test_without_a_mail_server_no_page_promises_mail(as_planner: Visitor, db: Any, visit: Any) -> None:
    assert (await as_planner.get("/vi/account/mail")).status_code == 404
    assert "/account/mail" not in (await as_planner.get("/vi/account")).text
    administrator = visit()
    await administrator.sign_in(await person(db, "administrator"), PASSWORD)
    assert "Chưa đặt máy chủ thư" in (await administrator.get("/vi/people/mail")).text
    assert (await administrator.post("/vi/people/mail/test")).status_code == 404
