"""How a failure is told: one table from kinds of failure to a status, and words for each status."""

import html
import logging
from urllib.parse import quote, urlsplit

import asyncpg
import jinja2
import msgspec
from litestar.exceptions import HTTPException

from lenmuc.actions.attempts import TooManyAttempts
from lenmuc.actions.repeating import InFlight
from lenmuc.core.errors import (
    N_,
    Busy,
    Conflict,
    Impossible,
    LenMucError,
    Message,
    NotAllowed,
    NotFound,
    Refused,
    SignInNeeded,
    TooLarge,
)
from lenmuc.core.throttle import TooManyPosts
from lenmuc.web.access import ForeignForm, Unfinished
from lenmuc.web.rates import TooManyReads
from lenmuc.web.templating import HTML, Templates
from lenmuc.web.twice import SentBefore
from lenmuc.web.visits import Visit, own_path
from lenmuc.web.watching import DISK_FULL

log = logging.getLogger("lenmuc.web")
PROBLEM = "application/problem+json"
_RETRY_SECONDS = 10

# The first line that fits decides. What no line fits is a fault of ours: 500.
_STATUS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], int], ...] = (
    (NotFound, 404),
    (SignInNeeded, 401),
    ((NotAllowed, ForeignForm, Unfinished, asyncpg.InsufficientPrivilegeError), 403),
    ((Conflict, InFlight, SentBefore), 409),
    (TooLarge, 413),
    ((Refused, Impossible), 422),
    ((TooManyAttempts, TooManyPosts, TooManyReads), 429),
    (Busy, 503),
    # A neutral answer: which value exists already may be somebody else's secret.
    ((asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError, asyncpg.ExclusionViolationError), 409),
    (asyncpg.IntegrityConstraintViolationError, 422),
    # Text with NUL, numbers beyond 64 bits, JSON too deep, bytes that are no UTF-8: what a stranger can send.
    ((asyncpg.DataError, UnicodeError, RecursionError, OverflowError), 400),
    # A template that is missing is an OSError too, but no database that is away.
    (jinja2.TemplateError, 500),
    (
        (
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
            asyncpg.InsufficientResourcesError,
            asyncpg.LockNotAvailableError,
            asyncpg.TransactionRollbackError,
            asyncpg.ReadOnlySQLTransactionError,
            asyncpg.DataCorruptedError,  # a page that is not what was written: the log has it, `doctor` too
            asyncpg.IndexCorruptedError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,  # the driver's word for a connection that broke in this very moment
            OSError,
            TimeoutError,
        ),
        503,
    ),
)


class Said(msgspec.Struct, frozen=True):
    """The title of a page, what happened unless the failure says it itself, and what to do."""

    title: str
    happened: str
    do: str


_NOT_READ = N_("Something in what was sent could not be read.")
_SAID: dict[int, Said] = {
    400: Said(
        N_("This could not be read"), _NOT_READ, N_("Check the address or the form and send it again.")
    ),
    401: Said(
        N_("Sign in first"),
        N_("This needs an account."),
        N_("Sign in, and you will come back to this place."),
    ),
    403: Said(
        N_("This is not allowed"), N_("This may not be done."), N_("Go back, or return to the home page.")
    ),
    404: Said(
        N_("This page does not exist"),
        N_("There is no such page."),
        N_("Check the address, or search for the service from the home page."),
    ),
    405: Said(
        N_("This cannot be done here"),
        N_("This address does not answer such a request."),
        N_("Go back and try again."),
    ),
    408: Said(
        N_("It took too long"),
        N_("What was sent did not arrive in time."),
        N_("Check the connection and try again."),
    ),
    409: Said(
        N_("Somebody else was faster"),
        N_("What you were changing has been changed or exists already."),
        N_("Open the page again, look at what is there now, and decide again."),
    ),
    413: Said(
        N_("This is too large"), N_("More was sent than is accepted."), N_("Send less, or send it in parts.")
    ),
    414: Said(N_("The address is too long"), N_("The address is too long."), N_("Search with fewer words.")),
    415: Said(
        N_("This kind of content is not accepted"),
        N_("What was sent has a form that is not accepted here."),
        N_("Send a form of this site, or JSON in UTF-8."),
    ),
    422: Said(
        N_("Something needs mending"), _NOT_READ, N_("Go back, mend what is named, and send it again.")
    ),
    428: Said(
        N_("Say which version you saw"),
        N_("A change must say which version it was made from."),
        N_("Read it again and send the change with If-Match."),
    ),
    429: Said(
        N_("Too many attempts"),
        N_("There were too many attempts."),
        N_("Wait a few minutes, then try again."),
    ),
    500: Said(
        N_("Something went wrong here"),
        N_("The fault is on our side and has been noted."),
        N_("Try again. If it happens again, tell us the number below."),
    ),
    503: Said(
        N_("The service is not available at the moment"),
        N_("The service cannot answer at the moment."),
        N_("Try again in a minute. If you were saving something, see first whether it is there."),
    ),
}


_SENT_BEFORE = Said(
    N_("Sent before"),
    "",
    N_("Look whether it is there. If not, open the form again and fill it in anew."),
)


class ErrorPage(msgspec.Struct, frozen=True):
    """What `templates/error.html` shows."""

    status: int
    title: str
    what_happened: str
    what_to_do: str
    request_id: str


class Reply(msgspec.Struct, frozen=True):
    """A finished answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wrong(msgspec.Struct, frozen=True):
    """One thing wrong with one field, for programs."""

    field: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the API says of a failure. Source: RFC 9457."""

    title: str
    status: int
    detail: str
    request_id: str
    errors: list[Wrong] = []


def status_of(error: BaseException, *, if_match: bool = False) -> int:
    """The status of a failure. A conflict is 412 when the request said which version it saw (If-Match)."""
    if isinstance(error, HTTPException):
        return error.status_code if error.status_code >= 400 else 500
    status = next((status for kinds, status in _STATUS if isinstance(error, kinds)), 500)
    return 412 if status == 409 and if_match and not isinstance(error, InFlight) else status


def words_of(status: int) -> Said:
    """The words of a status, or of its class where it has none of its own."""
    alike = {412: 409, 507: 503, 502: 503, 504: 503}.get(status, status)
    return _SAID.get(alike) or _SAID[400 if status < 500 else 500]


def _happened(error: BaseException, words: Said) -> Message:
    if isinstance(error, asyncpg.DiskFullError):
        return Message(DISK_FULL)
    return error.message if isinstance(error, LenMucError) else Message(words.happened)


def _wrong(error: BaseException, visit: Visit) -> list[Wrong]:
    if isinstance(error, Refused):
        return [Wrong(fault.field, visit.language.message(fault.message)) for fault in error.faults]
    extra = error.extra if isinstance(error, HTTPException) and error.status_code == 400 else None
    found: list[Wrong] = []
    for item in extra if isinstance(extra, list) else []:
        if isinstance(item, dict) and "message" in item:
            found.append(Wrong(str(item.get("key", "")), str(item["message"])))
    return found


def _note(error: BaseException, status: int, visit: Visit) -> None:
    # ascii() keeps line ends and direction marks of a hostile path out of the log.
    where = "%s %s %s", visit.request_id, visit.method, ascii(visit.path)
    if status == 503 and isinstance(error, LenMucError):
        log.warning(*where)
    elif status >= 500:
        log.error(*where, exc_info=error)
    elif not isinstance(error, LenMucError | HTTPException):
        log.warning(*where, exc_info=error)


def _sign_in(visit: Visit, referer: str) -> Reply:
    if visit.method in ("GET", "HEAD"):
        back = own_path(visit.address)
    else:
        parts = urlsplit(referer)
        back = own_path(parts.path + (f"?{parts.query}" if parts.query else ""))
    to = f"/{visit.language.code}/sign-in" + (f"?next={quote(back, safe='/')}" if back else "")
    return Reply(303, {"location": to, "content-type": HTML}, b"")


def _bare(page: ErrorPage, code: str) -> str:
    """A page without any template, for when the template itself is the fault."""
    title, happened, do, number = (
        html.escape(text) for text in (page.title, page.what_happened, page.what_to_do, page.request_id)
    )
    return (
        f'<!doctype html><html lang="{code}"><meta charset="utf-8"><title>{title}</title>'
        f"<main><h1>{title}</h1><p>{happened}</p><p>{do}</p><p>{number}</p></main></html>"
    )


def _faults_said(faults: list[Wrong]) -> str:
    return " ".join(fault.detail for fault in faults)


def _page(visit: Visit, templates: Templates, page: ErrorPage) -> str:
    try:
        return templates.html(visit, "error.html", page)
    except Exception as broken:  # whatever is wrong with the page, the failure itself has to be told
        log.error("%s the page for errors cannot be made", visit.request_id, exc_info=broken)
        return _bare(page, visit.language.code)


def tell(
    error: BaseException, visit: Visit, templates: Templates, *, if_match: bool = False, referer: str = ""
) -> Reply:
    """The answer to a failure: a page, a problem in JSON under /api/, or the way to the sign-in page.

    Nothing of the inside is shown; the log has it under the request's number.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    status = status_of(error, if_match=if_match)
    _note(error, status, visit)
    if status == 401 and not visit.is_api:
        return _sign_in(visit, referer)
    if isinstance(error, Unfinished) and not visit.is_api:
        to = f"/{visit.language.code}/account/{error.due}"
        return Reply(303, {"location": to, "content-type": HTML}, b"")
    if isinstance(error, SentBefore) and error.answer:
        kept = {name.decode().lower(): value.decode("latin-1") for name, value in error.answer.headers}
        return Reply(error.answer.status, {"content-type": HTML, **kept}, error.answer.body)
    words = _SENT_BEFORE if isinstance(error, SentBefore) else words_of(status)
    language = visit.language
    happened = language.message(_happened(error, words))
    wrong = _wrong(error, visit)
    headers = {name.lower(): value for name, value in (getattr(error, "headers", None) or {}).items()}
    if status in (429, 503) or isinstance(error, InFlight):
        headers["retry-after"] = str(getattr(error, "retry_after", _RETRY_SECONDS))
    if visit.is_api:
        headers["content-type"] = PROBLEM
        if status == 401:
            headers["www-authenticate"] = 'Cookie realm="lenmuc"'
        problem = Problem(language.gettext(words.title), status, happened, visit.request_id, wrong)
        return Reply(status, headers, msgspec.json.encode(problem))
    headers["content-type"] = HTML
    do = _faults_said(wrong) if isinstance(error, Refused) and wrong else language.gettext(words.do)
    page = ErrorPage(status, language.gettext(words.title), happened, do, visit.request_id)
    return Reply(status, headers, _page(visit, templates, page).encode())
