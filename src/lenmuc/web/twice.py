"""A form that is sent twice, by a double click or once more after a silence, is done once and answered alike.

Every form of a signed-in person carries a key of the page it stands on. The first change that its request
makes takes the form's hash in the same transaction; whoever sends the same form to the same address again is
given the answer of the first. Other content under the same key is another form. The public's forms have no
key, as their pages are the same for all: see `actions.speaking`.
"""

import asyncio
import logging
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any, cast

import msgspec

from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, LenMucError
from lenmuc.store import sent_forms
from lenmuc.store.database import PROGRAM, PUBLIC, Database, act_as
from lenmuc.store.people import Session
from lenmuc.store.queries import Connection

log = logging.getLogger("lenmuc.web")
FIELD = "once"
_KEY = re.compile(r"[A-Za-z0-9_-]{22}")
_STATE = "lenmuc.sending"
_PATIENCE = 2.0  # seconds that the answer of the first is waited for, once its change is stored
_STEP = 0.05
_HELD = 60.0  # seconds for which whole answers are held
_MOST = 64
_LARGEST = 256 * 1024

Send = Callable[[Any], Awaitable[None]]
Header = tuple[bytes, bytes]


class Answer(msgspec.Struct, frozen=True):
    """What a form was answered with."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


class SentBefore(LenMucError):
    """This form was done already. `answer`: what it was answered with, where that is known."""

    def __init__(self, answer: Answer | None) -> None:
        super().__init__(N_("This form was sent before; what became of it is not known yet."))
        self.answer = answer


class Answers:
    """Whole answers of this process, for a minute: a page with a new password is answered once more too, and
    is written nowhere.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[float, Answer]] = OrderedDict()

    def keep(self, form: bytes, answer: Answer) -> None:
        """Hold an answer; the oldest go when there are too many."""
        self._kept[form] = (time.monotonic(), answer)
        while len(self._kept) > _MOST or self._over(next(iter(self._kept))):
            self._kept.popitem(last=False)

    def find(self, form: bytes) -> Answer | None:
        """The answer to this form, if it was given within the minute."""
        return self._kept[form][1] if form in self._kept and not self._over(form) else None

    def _over(self, form: bytes) -> bool:
        return time.monotonic() - self._kept[form][0] > _HELD


class Sending(msgspec.Struct):
    """One form on its way: `taken` once a change of it has begun, `unsure` when a commit got no reply."""

    form: bytes
    request: str
    answers: Answers
    taken: bool = False
    unsure: bool = False


def fresh_key() -> str:
    """The key of the forms of one page."""
    return secrets.token_urlsafe(16)


def begin(
    scope: dict[str, Any],
    answers: Answers,
    request: str,
    session: Session | None,
    keys: list[str],
    said: Iterable[str | bytes],
) -> None:
    """Note with the request which form it sends: `said` is its address and content. Without a key, none."""
    if session is None or len(keys) != 1 or not _KEY.fullmatch(keys[0]):
        return
    whole = sha256()
    for part in (session.csrf, keys[0], *said):
        raw = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        whole.update(b"%d " % len(raw) + raw)
    scope.setdefault("state", {})[_STATE] = Sending(whole.digest(), request, answers)


def _sending(scope: dict[str, Any]) -> Sending | None:
    return cast(Sending | None, scope.get("state", {}).get(_STATE))


def database_of(scope: dict[str, Any], db: Database) -> Database:
    """The database for the handler of this request: its changes take the form that it sends."""
    sending = _sending(scope)
    return db if sending is None else Once(db, sending)


class Once:
    """A `Database` for one form: each transaction that may write takes the form first."""

    def __init__(self, db: Database, sending: Sending) -> None:
        self._db = db
        self._sending = sending

    @asynccontextmanager
    async def transaction(
        self, who: Identity = PUBLIC, *, read_only: bool = False
    ) -> AsyncIterator[Connection]:
        """See `Database.transaction`. Raises `SentBefore` when the form was done already."""
        if read_only:
            async with self._db.transaction(who, read_only=True) as conn:
                yield conn
            return
        done = False
        try:
            async with self._db.transaction(PROGRAM) as conn:
                if await sent_forms.take(conn, self._sending.form, self._sending.request):
                    self._sending.taken = True
                    await act_as(conn, who)
                    yield conn
                    done = True
        except BaseException:
            # All went well but the end: nobody knows whether it is stored.
            self._sending.unsure |= done
            raise
        if not done:
            raise SentBefore(await _answer_of(self._sending, self._db))


async def _answer_of(sending: Sending, db: Database, seconds: float = _PATIENCE) -> Answer | None:
    """What another request with this form was answered with; None when it is not known after `seconds`."""
    late_at = time.monotonic() + seconds
    while True:
        held = sending.answers.find(sending.form)
        if held is not None:
            return held
        async with db.transaction(PROGRAM, read_only=True) as conn:
            location = await sent_forms.location_of(conn, sending.form)
        if location:
            return Answer(303, ((b"location", location.encode("latin-1")),), b"")
        if location is None or time.monotonic() > late_at:
            return None
        await asyncio.sleep(_STEP)


def noting(scope: dict[str, Any], db: Database, send: Send) -> Send:
    """`send`, noting what a form is answered with before the answer goes out."""
    sending = _sending(scope)
    return send if sending is None else _Noted(sending, db, send).send


class _Noted:
    """The way out of one form."""

    def __init__(self, sending: Sending, db: Database, send: Send) -> None:
        self._sending, self._db, self._send = sending, db, send
        self._start: dict[str, Any] = {}
        self._body = b""
        self._other: Answer | None = None

    async def send(self, event: dict[str, Any]) -> None:
        """One event of the answer. Where nothing was written because another request has done it just before,
        its answer goes out instead.
        """
        if event["type"] == "http.response.start":
            self._start = event
            if self._sending.taken:
                await self._note(event["status"], event.get("headers", []))
            else:
                self._other = await self._known()
            if self._other:
                headers = [*self._other.headers, (b"content-length", b"%d" % len(self._other.body))]
                await self._send({**event, "status": self._other.status, "headers": headers})
                await self._send({"type": "http.response.body", "body": self._other.body, "more_body": False})
        elif event["type"] == "http.response.body" and self._sending.taken and self._start["status"] < 400:
            self._body += event.get("body", b"")[: _LARGEST + 1 - len(self._body)]
            if not event.get("more_body", False) and len(self._body) <= _LARGEST:
                self._hold()
        if self._other is None:
            await self._send(event)

    async def _known(self) -> Answer | None:
        try:
            return await _answer_of(self._sending, self._db)
        except Exception:  # what the handler says is an answer too
            log.warning("%s was not compared with forms before", self._sending.request, exc_info=True)
            return None

    def _hold(self) -> None:
        headers = tuple(pair for pair in self._start.get("headers", []) if pair[0] != b"content-length")
        answer = Answer(self._start["status"], headers, self._body)
        self._sending.answers.keep(self._sending.form, answer)

    async def _note(self, status: int, headers: Iterable[Header]) -> None:
        form, request = self._sending.form, self._sending.request
        location = next((value.decode("latin-1") for name, value in headers if name == b"location"), "")
        if not location and (status < 400 or self._sending.unsure):
            return
        try:
            async with self._db.transaction(PROGRAM) as conn:
                if location:
                    await sent_forms.keep_location(conn, form, request, location)
                else:
                    await sent_forms.forget(conn, form, request)
        except Exception:  # what was asked is done or refused; only a second one will not be told so
            log.warning("%s the answer to a form was not kept", request, exc_info=True)
