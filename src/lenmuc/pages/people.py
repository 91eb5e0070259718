"""People and their accounts, for administrators; auditors read along."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.actions import people, provider_sign_in
from lenmuc.actions.provider import Provider
from lenmuc.core.answers import Identity
from lenmuc.core.errors import N_, Message, NotFound, Refused
from lenmuc.core.text import clean_line, fold
from lenmuc.settings import Settings
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import links as links_store
from lenmuc.store import people as people_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.links import Link
from lenmuc.store.people import ListedPerson, Person
from lenmuc.web.access import needs
from lenmuc.web.declared import does
from lenmuc.web.errors import status_of
from lenmuc.web.forms import read_form
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

AnyRequest = Request[Any, Any, Any]
Errors = tuple[tuple[str, str], ...]
ROLES = (
    ("staff", Message(N_("Staff of an agency: assess its services"))),
    ("lead", Message(N_("Lead of an agency: as staff, and answers for the agency's work"))),
    ("planner", Message(N_("Planner: answers for the portal, reviews, plans"))),
    ("administrator", Message(N_("Administrator: keeps people and their accounts"))),
    ("auditor", Message(N_("Auditor: reads everything, changes nothing"))),
)
# What an administrator may do with one account, apart from changing it: each is asked for once more.
DEEDS = ("password", "second-factor", "leave", "return", "unlink")
NOBODY = N_("There is no such person.")


class NewForm(msgspec.Struct, frozen=True):
    """What the form of a new account sends."""

    email: str
    name: str
    role: str = ""
    agency: str = ""


class ChangeForm(msgspec.Struct, frozen=True):
    """What the form of an account sends."""

    name: str
    role: str = ""
    agency: str = ""


class NoForm(msgspec.Struct, frozen=True):
    """A deed is confirmed by the button alone."""


class PeoplePage(msgspec.Struct, frozen=True):
    """What `templates/people/people.html` shows; `text` is what was looked for."""

    people: tuple[ListedPerson, ...]
    of: int
    text: str
    may_change: bool


class NewPage(msgspec.Struct, frozen=True):
    """What `templates/people/new.html` shows; `agencies` are (code, name) pairs."""

    form: NewForm
    agencies: tuple[tuple[str, str], ...]
    errors: Errors = ()

    @property
    def roles(self) -> tuple[tuple[str, Message], ...]:
        """Every role with what it is for."""
        return ROLES


class PersonPage(msgspec.Struct, frozen=True):
    """What `templates/people/person.html` shows. `own`: it is the account of whoever looks.

    `provider`: the identity provider, if there is one, with the person's `link`; `subject` as typed for one.
    """

    person: ListedPerson
    form: ChangeForm
    agencies: tuple[tuple[str, str], ...]
    may_change: bool
    own: bool
    done: str = ""
    errors: Errors = ()
    provider: str = ""
    link: Link | None = None
    subject: str = ""

    @property
    def roles(self) -> tuple[tuple[str, Message], ...]:
        """Every role with what it is for."""
        return ROLES


class SubjectForm(msgspec.Struct, frozen=True):
    """The identifier of a person at the provider."""

    subject: str


class ConfirmPage(msgspec.Struct, frozen=True):
    """What `templates/people/confirm.html` shows; `deed` is one of `DEEDS`."""

    person: ListedPerson
    deed: str
    provider: str = ""


class PasswordPage(msgspec.Struct, frozen=True):
    """What `templates/people/password.html` shows, once. `deed` is new, password or second-factor.

    Nothing is read for it after the deed: a password that was made and not shown would be lost.
    """

    person: Person
    password: str
    deed: str


def _errors(error: Refused, visit: Visit) -> Errors:
    return tuple((fault.field, visit.language.message(fault.message)) for fault in error.faults)


async def _agencies(db: Database, visit: Visit) -> tuple[tuple[str, str], ...]:
    async with db.transaction(visit.who, read_only=True) as conn:
        rows = await catalogue_store.list_agencies(conn)
    return (("", "–"), *((row.code, row.name) for row in rows))


async def _person(db: Database, id: int) -> ListedPerson:
    async with db.transaction(PROGRAM, read_only=True) as conn:
        found = await people_store.list_people(conn, id) if 0 < id < 2**63 else []
    if not found:
        raise NotFound(NOBODY)
    return found[0]


def _may_change(who: Identity) -> bool:
    return who.role == "administrator"


@get("/{lang:str}/people", guards=[needs("administrator")])
async def list_people(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database], q: FromQuery[str] = ""
) -> Response[str]:
    """Everybody with an account, or those whose name, address or agency holds some words."""
    async with db.transaction(PROGRAM, read_only=True) as conn:
        everybody = await people_store.list_people(conn)
    text = clean_line(q)[:100]
    words = fold(text).split()
    found = tuple(
        one
        for one in everybody
        if all(word in fold(f"{one.name} {one.email} {one.agency} {one.agency_name}") for word in words)
    )
    page = PeoplePage(found, len(everybody), text, _may_change(visit.who))
    return render(request, "people/people.html", page)


@get("/{lang:str}/people/new", guards=[needs("administrator")])
async def new_page(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[str]:
    """The form of a new account."""
    return render(request, "people/new.html", NewPage(NewForm("", "", "staff"), await _agencies(db, visit)))


@post("/{lang:str}/people/new", guards=[needs("administrator")], status_code=201, opt=does("person created"))
async def create(
    request: AnyRequest, visit: NamedDependency[Visit], db: NamedDependency[Database]
) -> Response[Any]:
    """Make the account and show its one-time password, this once."""
    form = await read_form(request, NewForm)
    try:
        made, password = await people.create(db, visit.who, form.email, form.name, form.role, form.agency)
    except Refused as error:
        page = NewPage(form, await _agencies(db, visit), _errors(error, visit))
        return render(request, "people/new.html", page, status_of(error))
    return render(request, "people/password.html", PasswordPage(made, password, "new"), 201)


async def _person_page(
    db: Database,
    visit: Visit,
    id: int,
    *,
    settings: Settings,
    form: ChangeForm | None = None,
    **shown: Any,
) -> PersonPage:
    person = await _person(db, id)
    link: Link | None = None
    if settings.provider:
        async with db.transaction(PROGRAM, read_only=True) as conn:
            link = await links_store.find_link(conn, id, settings.provider.issuer)
    return PersonPage(
        person,
        form or ChangeForm(person.name, person.role, person.agency),
        await _agencies(db, visit),
        _may_change(visit.who),
        str(person.id) == visit.who.person,
        provider=settings.provider.name if settings.provider else "",
        link=link,
        **shown,
    )


@get("/{lang:str}/people/{id:int}", guards=[needs("administrator")])
async def one_person(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    id: FromPath[int],
    done: FromQuery[str] = "",
) -> Response[str]:
    """One account, and what can be done with it."""
    return render(
        request, "people/person.html", await _person_page(db, visit, id, settings=settings, done=done)
    )


@post(
    "/{lang:str}/people/{id:int}",
    guards=[needs("administrator")],
    status_code=303,
    opt=does("person changed"),
)
async def change(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    id: FromPath[int],
) -> Response[Any]:
    """Another name, role or agency."""
    form = await read_form(request, ChangeForm)
    try:
        await people.change(db, visit.who, id, form.name, form.role, form.agency)
    except Refused as error:
        page = await _person_page(db, visit, id, settings=settings, form=form, errors=_errors(error, visit))
        return render(request, "people/person.html", page, status_of(error))
    return _back(visit, id, "changed")


def _back(visit: Visit, id: int, done: str) -> Response[None]:
    address = f"/{visit.language.code}/people/{id}?done={done}"
    return Response(None, status_code=303, headers={"Location": address})


@get("/{lang:str}/people/{id:int}/{deed:str}", guards=[needs("administrator")])
async def confirm_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    id: FromPath[int],
    deed: FromPath[str],
) -> Response[Any]:
    """What would happen, and the button that does it."""
    if deed == "link":  # the language is changed on a page that a form led to
        return Response(None, status_code=303, headers={"Location": f"/{visit.language.code}/people/{id}"})
    if deed not in DEEDS or (deed == "unlink" and settings.provider is None):
        raise NotFound(N_("There is no such page."))
    name = settings.provider.name if settings.provider else ""
    return render(request, "people/confirm.html", ConfirmPage(await _person(db, id), deed, name))


@post(
    "/{lang:str}/people/{id:int}/{deed:str}",
    guards=[needs("administrator")],
    status_code=200,
    opt=does(
        "person deactivated",
        "person reactivated",
        "password reset",
        "second factor reset",
        "provider unlinked",
    ),
)
async def do(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    provider: NamedDependency[Provider | None],
    id: FromPath[int],
    deed: FromPath[str],
) -> Response[Any]:
    """Do it; a new one-time password is shown this once."""
    if deed not in DEEDS:
        raise NotFound(N_("There is no such page."))
    await read_form(request, NoForm)
    try:
        if deed == "unlink" and provider:
            await provider_sign_in.unlink_other(db, provider, visit.who, id)
            return _back(visit, id, deed)
        if deed == "unlink":
            raise NotFound(N_("There is no such page."))
        if deed in ("leave", "return"):
            await people.set_active(db, visit.who, id, deed == "return")
            return _back(visit, id, deed)
        person, password = await people.reset_password(db, visit.who, id, factor_off=deed == "second-factor")
    except Refused as error:
        page = await _person_page(db, visit, id, settings=settings, errors=_errors(error, visit))
        return render(request, "people/person.html", page, status_of(error))
    return render(request, "people/password.html", PasswordPage(person, password, deed))


@post(
    "/{lang:str}/people/{id:int}/link",
    guards=[needs("administrator")],
    status_code=303,
    opt=does("provider linked"),
)
async def link(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    provider: NamedDependency[Provider | None],
    id: FromPath[int],
) -> Response[Any]:
    """Link the person with an identifier at the provider."""
    if provider is None:
        raise NotFound(N_("There is no such page."))
    form = await read_form(request, SubjectForm)
    try:
        await provider_sign_in.link_other(db, provider, visit.who, id, form.subject)
    except Refused as error:
        page = await _person_page(
            db, visit, id, settings=settings, errors=_errors(error, visit), subject=form.subject[:255]
        )
        return render(request, "people/person.html", page, status_of(error))
    return _back(visit, id, "linked")


handlers = [list_people, new_page, create, one_person, change, confirm_page, do, link]
