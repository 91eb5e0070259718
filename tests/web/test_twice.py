"""A form that is sent twice, at once or one after the other, is done once, and both get the same answer."""

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from lenmuc.core.answers import Identity
from lenmuc.core.errors import Refused
from lenmuc.store import sent_forms
from lenmuc.store.database import PROGRAM, PUBLIC, PooledDatabase
from lenmuc.web import twice
from tests.conftest import PASSWORD, UndoneDatabase, Visitor, person
from tests.web.failing import FailingDatabase
from tests.web.journeys import JOURNEYS, Journey
from tests.web.journeys.walking import World

# They begin, change or end the session, whose key they carry: the second is from a session of the past.
OF_THE_SESSION = re.compile("/(sign-in|sign-out|account/(password|second-factor/confirm))$")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# Each try counts, and so does each look at a page.
COUNTS = {"sign_in_attempt", "post_count", "post_key", "session", "sent_form"}


class SentTwice(httpx.AsyncBaseTransport):
    """Gives each form a key, sends it twice at once and then once more. While `calm`: once, as it is.

    `takers`: by form the requests that were let do it.
    """

    def __init__(self, app: Any, conn: Any, takers: dict[bytes, set[str]]) -> None:
        self._app, self._conn, self._takers = app, conn, takers
        self._address = 0
        self.calm = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body, path = await request.aread(), request.url.path
        self._address += 1
        kind = request.headers.get("content-type", "").partition(";")[0]
        if self.calm or request.method != "POST" or kind not in FORMS or OF_THE_SESSION.search(path):
            return await self._send(request, body)
        body = with_key(request, body)
        replies = await asyncio.gather(self._send(request, body), self._send(request, body))
        before = await written(self._conn)
        replies.append(await self._send(request, body))
        changed = await written(self._conn) - before
        assert not changed, f"{path} sent again wrote {changed}"
        assert all(len(each) == 1 for each in self._takers.values()), f"{path} was done twice"
        said = {(one.status_code, one.headers.get("location"), shown(one)) for one in replies}
        assert len(said) == 1, f"{path}: {said}"
        assert replies[0].status_code < 400, f"{path}: {replies[0].status_code}\n{replies[0].text}"
        return replies[0]

    async def _send(self, request: httpx.Request, body: bytes) -> httpx.Response:
        headers = [pair for pair in request.headers.raw if pair[0].lower() != b"content-length"]
        again = httpx.Request(request.method, request.url, headers=headers, content=body)
        client = (f"192.0.2.{self._address % 256}", 4711)
        reply = await httpx.ASGITransport(self._app, client=client).handle_async_request(again)
        await reply.aread()
        return reply


def shown(reply: httpx.Response) -> str:
    """The page, but for the keys of its forms; nothing of a reply that leads to another."""
    return "" if reply.is_redirect else re.sub('name="once" value="[^"]+"', "", reply.text)


def with_key(request: httpx.Request, body: bytes) -> bytes:
    """The form with the key that its page would give it."""
    key = secrets.token_urlsafe(16).encode()
    kind = request.headers["content-type"]
    if not kind.startswith("multipart"):
        return body + b"&once=" + key
    line = b"--" + kind.partition("boundary=")[2].encode() + b"\r\n"
    return line + b'Content-Disposition: form-data; name="once"\r\n\r\n' + key + b"\r\n" + body


async def written(conn: Any) -> Counter[str]:
    """How many rows of each table this transaction has written so far."""
    rows = await conn.fetch(
        "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del AS rows FROM pg_stat_xact_user_tables"
    )
    return Counter({row["relname"]: row["rows"] for row in rows if row["relname"] not in COUNTS})


@pytest.fixture
def takers(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, set[str]]:
    """By form the requests that were let do it."""
    found: dict[bytes, set[str]] = {}
    take = sent_forms.take

    async def noted(conn: Any, form: bytes, request: str) -> bool:
        taken = await take(conn, form, request)
        found.setdefault(form, set()).update({request} if taken else ())
        return taken

    monkeypatch.setattr(sent_forms, "take", noted)
    return found


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.walk.__name__)
async def test_every_form_that_is_sent_again_is_done_once(
    journey: Journey, app: Any, db: UndoneDatabase, connection: Any, takers: dict[bytes, set[str]]
) -> None:
    await journey.walk(World(db, SentTwice(app, connection, takers)))


NEW = {"name": "Lan", "role": "planner", "agency": ""}


@pytest.fixture
async def administrator(db: Any, visit: Callable[[], Visitor]) -> Visitor:
    """An administrator, signed in."""
    visitor = visit()
    await visitor.sign_in(await person(db, "administrator"), PASSWORD)
    return visitor


async def key_on(who: Visitor, address: str) -> str:
    """The key that the forms of this page carry."""
    (key,) = set(re.findall('name="once" value="([^"]+)"', (await who.get(address)).text))
    return str(key)


async def test_a_page_that_is_shown_once_is_shown_to_whoever_pressed_twice(administrator: Visitor) -> None:
    typed = {**NEW, "email": "lan@example.org", "once": await key_on(administrator, "/en/people/new")}
    first = await administrator.post("/en/people/new", **typed)
    again = await administrator.post("/en/people/new", **typed)
    assert (first.status_code, again.status_code) == (201, 201)
    (password,) = re.findall("<code>([^<]+)</code>", first.text)
    assert password in again.text
    assert first.headers["x-request-id"] != again.headers["x-request-id"]


async def test_another_text_under_the_same_key_is_another_form(administrator: Visitor) -> None:
    key = await key_on(administrator, "/en/people/new")
    typed = {**NEW, "email": "no address", "once": key}
    assert (await administrator.post("/en/people/new", **typed)).status_code == 422
    for email in ("lan@example.org", "mai@example.org"):
        reply = await administrator.post("/en/people/new", **{**typed, "email": email})
        assert reply.status_code == 201
        assert email in reply.text


async def test_the_same_text_on_a_page_opened_anew_is_another_form(administrator: Visitor) -> None:
    statuses = []
    for _ in range(2):
        key = await key_on(administrator, "/en/people/new")
        sent = {**NEW, "email": "lan@example.org", "once": key}
        statuses.append((await administrator.post("/en/people/new", **sent)).status_code)
    assert statuses == [201, 422]


async def test_a_form_that_failed_anywhere_may_be_sent_again_and_is_done_once(
    app: Any, stage: Any, connection: Any
) -> None:
    db = FailingDatabase(connection)
    stage.now = db
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")
    planner = Visitor(client)
    await planner.sign_in(await person(db, "planner"), PASSWORD)
    fields = {"criterion": "1.01", "csrf": planner.csrf}
    number, failed = 0, True
    while failed:
        number += 1
        said = {**fields, "text": f"Câu {number}", "once": secrets.token_urlsafe(16)}
        db.arm(number)
        reply = await client.post("/en/comments", data=said)
        failed = db.failed
        db.arm(0)
        assert reply.status_code == (503 if failed else 303) or number > 8, reply.text
        assert (await client.post("/en/comments", data=said)).status_code == 303
        assert await connection.fetchval("SELECT count(*) FROM comment WHERE text = $1", said["text"]) == 1
    assert number > 8
    await client.aclose()


class Process:
    """One of several processes of a site: it writes a line for a form and leads to the page of its number."""

    def __init__(self, db: PooledDatabase, name: str) -> None:
        self.db, self.name, self.answers = db, name, twice.Answers()

    async def take(self, form: bytes, fails: bool = False) -> tuple[int, str]:
        """Status of the reply and where it leads."""
        scope: dict[str, Any] = {"state": {}}
        sending = twice.Sending(form, secrets.token_hex(8), self.answers)
        scope["state"]["lenmuc.sending"] = sending
        sent: list[Any] = []

        async def out(event: Any) -> None:
            sent.append(event)

        send = twice.noting(scope, self.db, out)
        status, location = 303, f"/{self.name}".encode()
        try:
            async with twice.database_of(scope, self.db).transaction(PROGRAM) as conn:
                await conn.execute("INSERT INTO post_count VALUES ($1, now(), 1)", secrets.token_bytes(32))
                await asyncio.sleep(0.1)
                if fails:
                    raise Refused([])
        except twice.SentBefore as before:
            told = before.answer or twice.Answer(409, ((b"location", b""),), b"")
            status, location = told.status, told.headers[0][1]
        except Refused:
            status, location = 422, b""
        await send({"type": "http.response.start", "status": status, "headers": [(b"location", location)]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return sent[0]["status"], sent[0]["headers"][0][1].decode()


@pytest.fixture
async def processes(city: Any, postgres: Any) -> AsyncIterator[list[Process]]:
    """Two of them; what they wrote is forgotten afterwards."""
    found = [Process(PooledDatabase(postgres.app_dsn, size=4), name) for name in ("a", "b")]
    for each in found:
        await each.db.open()
    yield found
    async with found[0].db.transaction(PROGRAM) as conn:
        await conn.execute("DELETE FROM post_count")
        await conn.execute("DELETE FROM sent_form")
    for each in found:
        await each.db.close()


async def test_two_processes_asked_at_once_do_a_form_once(processes: list[Process]) -> None:
    form = secrets.token_bytes(32)
    told = await asyncio.gather(*(each.take(form) for each in processes))
    assert len(set(told)) == 1
    assert await processes[0].take(form) == await processes[1].take(form) == told[0]
    async with processes[0].db.transaction(PROGRAM) as conn:
        assert await conn.fetchval("SELECT count(*) FROM post_count") == 1


async def test_what_one_process_refused_another_may_do(processes: list[Process]) -> None:
    form = secrets.token_bytes(32)
    assert await processes[0].take(form, fails=True) == (422, "")
    assert await processes[1].take(form) == (303, "/b")


class LosesReplies:
    """A database that commits and cannot say so."""

    def __init__(self, db: UndoneDatabase) -> None:
        self._db = db
        self.loses = True

    @asynccontextmanager
    async def transaction(self, who: Identity = PUBLIC, *, read_only: bool = False) -> AsyncIterator[Any]:
        async with self._db.transaction(who, read_only=read_only) as conn:
            yield conn
        if self.loses and not read_only:
            raise ConnectionResetError


async def test_where_the_reply_to_a_commit_is_lost_the_second_is_told_to_look(
    app: Any, stage: Any, db: UndoneDatabase, as_planner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twice, "_PATIENCE", 0.1)
    said = {"criterion": "1.01", "text": "Câu", "once": secrets.token_urlsafe(16)}
    stage.now = lossy = LosesReplies(db)
    assert (await as_planner.post("/en/comments", **said)).status_code == 503
    lossy.loses = False
    again = await as_planner.post("/en/comments", **said)
    assert again.status_code == 409
    assert "Look whether it is there." in again.text
    async with db.transaction(PROGRAM) as conn:
        assert await conn.fetchval("SELECT count(*) FROM comment WHERE text = 'Câu'") == 1


def test_answers_are_held_for_a_minute_and_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, now = twice.Answers(), 100.0
    monkeypatch.setattr(twice.time, "monotonic", lambda: now)
    for number in range(65):
        answers.keep(b"%d" % number, twice.Answer(200, (), b""))
    assert answers.find(b"0") is None
    assert answers.find(b"64") is not None
    now += 61
    assert answers.find(b"64") is None
