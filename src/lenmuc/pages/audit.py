"""The audit log for those who read it: who did what, where and when, what it changed, and how to check it."""

import datetime as dt
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lenmuc.content.everything import Content
from lenmuc.core.chain import Head
from lenmuc.core.deeds import Action, differences
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.text import clean_line, fold
from lenmuc.pages.audit_words import DEEDS, FIELDS, GROUPS, MANY, NUMBERS, value_words
from lenmuc.pages.public.lists import address
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store import audit as audit_store
from lenmuc.store import catalogue as catalogue_store
from lenmuc.store import people as people_store
from lenmuc.store.audit import ListedEntry, Sought
from lenmuc.store.database import PROGRAM, Database
from lenmuc.web.access import needs
from lenmuc.web.language import HANOI, Language
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

PAGE_SIZE = 30
_PLACES_SAID = {
    "person changed": frozenset({"agency"}),
    "check": frozenset({"agency", "service"}),
}


class Change(msgspec.Struct, frozen=True):
    """One field in words, before and after; empty where there was or is nothing."""

    field: str
    was: str
    became: str


class Line(msgspec.Struct, frozen=True):
    """One entry in words. `about` is what it was done to, `href` where that can be looked at, if anywhere."""

    entry: ListedEntry
    deed: str
    about: str
    href: str
    changes: tuple[Change, ...]


class Typed(msgspec.Struct, frozen=True):
    """What the filter holds."""

    by: str = ""
    what: str = ""
    agency: str = ""
    since: str = ""
    until: str = ""


class AuditPage(msgspec.Struct, frozen=True):
    """What `templates/review/audit.html` shows. `groups` are (words, (value, words) pairs); `older` and
    `newest` are addresses, empty where there is no such page. `walk` is the last check of the chain.
    """

    lines: tuple[Line, ...]
    typed: Typed
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    agencies: tuple[tuple[str, str], ...]
    older: str
    newest: str
    head: Head
    walk: ListedEntry | None

    @property
    def filtered(self) -> bool:
        """Whether a condition is on."""
        return self.typed != Typed()


def _day(text: str) -> dt.datetime | None:
    """The beginning of a day in Viet Nam. Raises `NotFound` for what is no day."""
    if not text:
        return None
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), HANOI)
    except ValueError:
        raise NotFound(N_("There is no such day. Days are written like 2026-11-22.")) from None


def _below(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound(N_("There is no such page."))
    return int(text)


def _actions(what: str) -> tuple[Action, ...]:
    """The deeds of a group, or one deed. Raises `NotFound`."""
    if not what:
        return ()
    if what in GROUPS:
        return tuple(GROUPS[what][1])
    for _, deeds in GROUPS.values():
        for action in deeds:
            if action == what.replace("_", " "):
                return (action,)
    raise NotFound(N_("There is no such page."))


def _said(language: Language, field: str, value: Any) -> str:
    """A value of the log as a person reads it."""
    words = value_words(field, value)
    if words:
        return language.gettext(words)
    if value is None:
        return ""
    if isinstance(value, dict):
        if "title" in value:
            return str(value["title"])
        return "; ".join(f"{name}: {_said(language, field, each)}" for name, each in value.items())
    if isinstance(value, list):
        if field in MANY:
            return language.number(len(value))
        return "; ".join(_said(language, field, each) for each in value)
    if isinstance(value, bool):
        return language.gettext(N_("Yes") if value else N_("No"))
    if isinstance(value, int | float):
        return language.number(value, 0 if value == int(value) else 1)
    if field.endswith(("_at", "_until", "_day")) or field in ("changed", "due", "opens"):
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            return str(value)
        return language.datetime(moment) if len(value) > 10 else language.date(moment.date())
    return str(value)


def _changes(language: Language, entry: ListedEntry) -> tuple[Change, ...]:
    found = differences(entry.before, entry.after, _PLACES_SAID.get(entry.action, frozenset()))
    return tuple(
        Change(
            language.gettext(FIELDS[each.field]) if each.field in FIELDS else each.field.replace("_", " "),
            _said(language, each.field, each.was),
            _said(language, each.field, each.became),
        )
        for each in found
        if each.field not in NUMBERS
    )


def _about(
    visit: Visit, entry: ListedEntry, criteria: dict[str, str], names: dict[int, str], main: str
) -> tuple[str, str]:
    """What a deed was done to, in words, and where that is; both may be empty."""
    language, here = visit.language, f"/{visit.language.code}"
    words = entry.target.split()
    number = words[1] if len(words) == 2 and words[1].isdigit() else ""
    if number and words[0] == "person":
        named = names.get(int(number), "") or language.gettext(N_("An account"))
        return named, f"{here}/people/{number}"
    if number and words[0] == "run":
        return language.gettext(N_("Run %(number)s of the checks"), number=number), f"{here}/checks"
    if number and words[0] == "programme":
        text = language.gettext(N_("Programme %(number)s"), number=number)
        return text, f"{here}/programmes/{number}"
    if number and words[0] == "task":
        return language.gettext(N_("Task %(number)s"), number=number), f"{here}/tasks/{number}"
    if number and words[0] == "round":
        # administrators read the log, and not the rounds
        href = f"{here}/rounds/{number}" if visit.who.role == "auditor" else ""
        return language.gettext(N_("Assessment round %(number)s"), number=number), href
    if entry.action in ("roadmap", "publish", "withdraw"):
        number = number or entry.target
        return language.gettext(N_("Roadmap %(number)s"), number=number), f"{here}/roadmaps/{number}"
    criterion = next((word for word in words if word in criteria), "")
    service = entry.service_name
    if language.code != "vi":
        service = entry.service_name_en or service
    parts = [f"{criterion} {criteria[criterion]}" if criterion else "", service]
    href = ""
    if entry.service:
        href = address(f"{here}/services/{entry.service}", {"agency": entry.agency})
    elif criterion and not entry.agency and visit.who.role == "auditor":
        href = f"{here}/platform/{criterion}"
    elif criterion:
        href = f"{here}/schemes/{main}/{criterion}"
    return " · ".join(part for part in parts if part), href


@get("/{lang:str}/audit", guards=[needs("administrator")])
async def read_audit(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    by: FromQuery[str] = "",
    what: FromQuery[str] = "",
    agency: FromQuery[str] = "",
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response[str]:
    """The log, the newest first; for administrators and auditors."""
    language = visit.language
    typed = Typed(clean_line(by)[:100], what, clean_line(agency)[:50], since, until)
    async with db.transaction(PROGRAM, read_only=True) as conn:
        everybody = await people_store.list_people(conn)
    looked_for = fold(typed.by).split()
    people = tuple(
        one.id for one in everybody if all(word in fold(f"{one.name} {one.email}") for word in looked_for)
    )
    last = _day(until)
    sought = Sought(
        _below(before),
        people if looked_for else None,
        _actions(what),
        typed.agency,
        _day(since),
        last + dt.timedelta(days=1) if last else None,
    )
    async with db.transaction(visit.who, read_only=True) as conn:
        found = await audit_store.listed(conn, sought, PAGE_SIZE + 1)
        agencies = await catalogue_store.list_agencies(conn)
        head = await audit_store.head(conn)
        walk = await audit_store.last_walk(conn)
    criteria = {c.id: language.pick(c.text) for scheme in content.schemes.values() for c in scheme.criteria}
    names = {one.id: one.name for one in everybody}
    shown = found[:PAGE_SIZE]
    conditions = msgspec.structs.asdict(typed)
    path = f"/{language.code}/audit"
    page = AuditPage(
        lines=tuple(
            Line(
                entry,
                language.gettext(DEEDS.get(entry.action, N_("Another deed"))),
                *_about(visit, entry, criteria, names, content.scheme.id),
                _changes(language, entry),
            )
            for entry in shown
        ),
        typed=typed,
        groups=tuple(
            (
                language.gettext(words),
                (
                    (group, language.gettext(N_("All of this kind"))),
                    *((action.replace(" ", "_"), language.gettext(said)) for action, said in deeds.items()),
                ),
            )
            for group, (words, deeds) in GROUPS.items()
        ),
        agencies=tuple(
            (row.code, row.name if language.code == "vi" else row.name_en or row.name) for row in agencies
        ),
        older=address(path, conditions, before=shown[-1].id) if len(found) > PAGE_SIZE else "",
        newest=address(path, conditions) if before else "",
        head=head,
        walk=walk,
    )
    return render(request, "review/audit.html", page)


handlers = [read_audit]
