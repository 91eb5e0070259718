"""Mail: what waits for one person becomes one letter in their language, handed to the mail server."""

import asyncio
import contextlib
import datetime as dt
import logging
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import quote, urlsplit

from lenmuc.actions.mail import NotTaken, send_next, tell_ending
from lenmuc.actions.rounds import remind
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_
from lenmuc.settings import Settings
from lenmuc.settings_outside import MailSettings
from lenmuc.store import mail as mail_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.mail import Addressee, Event
from lenmuc.web.language import Language
from lenmuc.web.reviews import today

log = logging.getLogger("lenmuc.mail")

SECONDS = 20.0  # that the mail server may be silent
UNREACHABLE = "unreachable"  # what is noted when the server said nothing at all
PAUSE = 15.0  # seconds between two looks into the queue
_HOURLY = 3600.0

_WORK = "work/{service}"
_TASK = "tasks/{task}"
_TOLD = {
    "submitted": (
        N_("“%(service)s” of %(agency)s was submitted and waits for a review by you."),
        "review/{review}",
    ),
    "returned": (N_("“%(service)s” came back with remarks. Mend what they name and submit it again."), _WORK),
    "verified": (N_("“%(service)s” was verified."), _WORK),
    "accepted": (N_("“%(service)s”: a reviewer accepted that %(criterion)s does not apply."), _WORK),
    "declined": (N_("“%(service)s”: a reviewer did not accept that %(criterion)s does not apply."), _WORK),
    "due": (
        N_("The verified level of “%(service)s” ends on %(until)s. It has to be submitted again."),
        _WORK,
    ),
    "correction": (
        N_("Somebody reports that the level of “%(service)s” is wrong. An answer of %(agency)s is due."),
        "corrections/{correction}",
    ),
    "round_opened": (
        N_("The round “%(name)s” is open until %(until)s. Confirm your agency's answers or give them anew."),
        "work/rounds/{round}",
    ),
    "round_due": (
        N_("The round “%(name)s” ends on %(until)s. Your agency still has answers to confirm."),
        "work/rounds/{round}",
    ),
    "task_given": (N_("Your agency was given a task: “%(name)s”, to be done by %(until)s."), _TASK),
    "task_reported": (N_("%(agency)s reports the task “%(name)s”. It waits for your decision."), _TASK),
    "task_returned": (N_("The report of the task “%(name)s” came back with a reason."), _TASK),
    "task_accepted": (N_("The report of the task “%(name)s” was accepted: it is done."), _TASK),
    "test": (N_("This is the test that was asked for: mail from this site reaches you."), "account/mail"),
}
_FOOTER = N_("Lên Mức sends this because you have an account. Turn mail off or change its language:")


def sentence(event: Event, language: Language, url: str) -> tuple[str, str]:
    """What happened, and the address of the page it happened on."""
    text, path = _TOLD[event.kind]
    about = event.about
    shown = {
        name: (language.code == "en" and about.get(f"{name}_name_en")) or about.get(f"{name}_name", "")
        for name in ("service", "agency")
    }
    if "until" in about:
        shown["until"] = language.date(dt.date.fromisoformat(about["until"]))
    shown |= {name: about.get(name, "") for name in ("criterion", "name")}
    numbers = {name: about.get(name, "") for name in ("review", "correction", "round", "task")}
    place = path.format(**numbers, service=quote(str(about.get("service", "")), safe=""))
    return language.gettext(text, **shown), f"{url}/{language.code}/{place}"


def letter(
    person: Addressee, events: Sequence[Event], language: Language, settings: Settings
) -> EmailMessage:
    """One mail for all that waits. Raises `NotTaken` when none can be written to such an address."""
    mail, say = settings.mail, language.gettext
    if mail is None:
        raise ValueError("no mail server is set")
    told = [sentence(event, language, settings.url) for event in events]
    wishes = f"{settings.url}/{language.code}/account/mail"
    subject = told[0][0] if len(told) == 1 else say(N_("Several messages from Lên Mức"))
    blocks = [
        say(N_("Hello %(name)s,"), name=person.name),
        *(f"{text}\n{address}" for text, address in told),
        f"-- \n{say(_FOOTER)}",
    ]
    message = EmailMessage()
    try:
        message["From"] = Address("Lên Mức", addr_spec=mail.sender)
        message["To"] = Address(person.name, addr_spec=person.email)
        message["Subject"] = subject[:200]
    except (ValueError, IndexError, MessageError) as error:
        raise NotTaken(str(error), for_good=True) from error
    message["Date"] = format_datetime(dt.datetime.now(dt.UTC))
    host = urlsplit(settings.url).hostname
    message["Message-ID"] = f"<lenmuc.{person.id}.{events[0].id}-{events[-1].id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = language.code
    message["List-Unsubscribe"] = f"<{wishes}>"
    message.set_content("\n\n".join(blocks) + f"\n{wishes}\n")
    return message


def hand_over(message: EmailMessage, to: str, mail: MailSettings) -> None:
    """Give a mail to the server. Raises `NotTaken`. For a thread."""
    try:
        smtp = _connected(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(_said(error)) from error
    try:
        smtp.send_message(message, mail.sender, [to])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = error.recipients.get(to, (0, b""))
        raise NotTaken(f"{code} {words.decode('utf-8', 'replace')}", for_good=code >= 500) from error
    except smtplib.SMTPDataError as error:
        raise NotTaken(_said(error), for_good=error.smtp_code >= 500) from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotTaken(_said(error)) from error
    finally:
        # The server has said yes or no: how the conversation ends changes nothing.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _connected(mail: MailSettings) -> smtplib.SMTP:
    if mail.security == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            mail.host, mail.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        smtp = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
    try:
        if mail.security == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
        if mail.user:
            smtp.login(mail.user, mail.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"{error.smtp_code} {text}"
    log.warning("the mail server could not be reached: %s", ascii(str(error))[:300])
    return UNREACHABLE


class Mailing:
    """Empties the queue while the program runs; several programs may do so on one database."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        languages: Mapping[str, Language],
        schemes: Mapping[str, Scheme] | None = None,
    ) -> None:
        self._settings = settings
        self._db = db
        self._languages = languages
        self._schemes = schemes or {}
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Say to the database whether mail is queued; begin to send, if a mail server is set."""
        on = self._settings.mail is not None
        async with self._db.transaction(PROGRAM) as conn:
            await mail_store.switch(conn, on)
        if on:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Let the mail that is on its way go, ten seconds at most, and stop."""
        self._over.set()
        if self._task:
            await asyncio.wait([self._task], timeout=10)
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def hand(self, person: Addressee, events: Sequence[Event]) -> None:
        """Write the letter and give it to the server. Raises `NotTaken`."""
        mail = self._settings.mail
        if mail is None:
            raise NotTaken("no mail server is set")
        language = self._languages[person.language or self._settings.language]
        message = letter(person, events, language, self._settings)
        await asyncio.to_thread(hand_over, message, person.email, mail)

    async def send_all(self) -> int:
        """Send what is due now; to how many people."""
        minutes, count = self._settings.mail.every if self._settings.mail else 0, 0
        while not self._over.is_set() and await send_next(self._db, minutes, self.hand):
            count += 1
        return count

    async def look_around(self) -> None:
        """Once in an hour: levels that come to their end, rounds that open or end, mail that is too old."""
        await tell_ending(self._db, today())
        await remind(self._db, self._schemes, today())
        async with self._db.transaction(PROGRAM) as conn:
            await mail_store.drop_old(conn)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        looked = -_HOURLY
        while not self._over.is_set():
            try:
                if loop.time() - looked >= _HOURLY:
                    looked = loop.time()
                    await self.look_around()
                await self.send_all()
            except Exception as error:  # whatever it is, the next look may go well; mail must not die for it
                log.error("the mail queue could not be emptied", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), PAUSE)
