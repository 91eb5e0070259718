"""Schemes and their criteria: what each level asks for, and by which article of law."""

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lenmuc.content.everything import Content
from lenmuc.core.checklists import (
    FACTS,
    Condition,
    Criterion,
    Group,
    Guidance,
    LevelMeaning,
    Scheme,
    Words,
    citation,
)
from lenmuc.core.errors import N_, NotFound
from lenmuc.core.levels import LEVELS
from lenmuc.core.points import PointSet
from lenmuc.pages.public.lists import Choice, address
from lenmuc.store.database import Database
from lenmuc.store.stated import point_sets
from lenmuc.web.access import anyone
from lenmuc.web.caching import PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.templating import render

_ROLE_WORDS = {
    "defines": N_("Decides the level"),
    "duty": N_("Duty beside the level"),
    "readiness": N_("Readiness and choice"),
}


class CountRow(msgspec.Struct, frozen=True):
    """A level with its criteria by role: defines, duty, readiness."""

    level: LevelMeaning
    counts: tuple[int, ...]


class Line(msgspec.Struct, frozen=True):
    """A criterion in a list, with its level and its first article of law in the language of the page."""

    criterion: Criterion
    level: LevelMeaning
    law: str


class Section(msgspec.Struct, frozen=True):
    """A heading with its criteria."""

    group: Group
    lines: tuple[Line, ...]


class Meaning(msgspec.Struct, frozen=True):
    """A level of a scheme, in words."""

    number: int
    name: Words
    meaning: Words
    law: str


class SchemesPage(msgspec.Struct, frozen=True):
    """What `templates/public/schemes.html` shows. `points` are sets that the registry here answers."""

    schemes: tuple[Scheme, ...]
    points: tuple[PointSet, ...]


class SchemePage(msgspec.Struct, frozen=True):
    """What `templates/public/scheme.html` shows; `shown` counts the criteria that match the choices."""

    scheme: Scheme
    law: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    counts: tuple[CountRow, ...]
    levels: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    sections: tuple[Section, ...]
    shown: int
    clear: str
    others: tuple[Scheme, ...]  # those it can be compared with: they have criteria in common


class Rule(msgspec.Struct, frozen=True):
    """One condition of a rule in words: the fact, and whether it has to hold or not to hold."""

    fact: Words
    holds: bool


class CriterionPage(msgspec.Struct, frozen=True):
    """What `templates/public/criterion.html` shows. `needs` are criteria whose work comes first."""

    scheme: Scheme
    criterion: Criterion
    level: LevelMeaning
    group: Group
    guidance: Guidance
    basis: tuple[str, ...]
    void_when: tuple[Rule, ...]
    met_when: tuple[Rule, ...]
    needs: tuple[Criterion, ...]
    before: Criterion | None
    after: Criterion | None


def scheme_of(content: Content, id: str) -> Scheme:
    """The scheme. Raises `NotFound`."""
    if id not in content.schemes:
        raise NotFound(N_("There is no such scheme."))
    return content.schemes[id]


def count_rows(scheme: Scheme) -> tuple[CountRow, ...]:
    """How many criteria each level has, by role."""
    return tuple(
        CountRow(
            level,
            tuple(
                sum(c.level == level.number and c.role == role for c in scheme.criteria)
                for role in _ROLE_WORDS
            ),
        )
        for level in scheme.levels
    )


def sections(scheme: Scheme, level: int | None, role: str, code: str) -> tuple[Section, ...]:
    """The criteria that match, under their headings; headings without any are left out."""
    meanings = {each.number: each for each in scheme.levels}
    found = []
    for group, members in scheme.by_group():
        lines = tuple(
            Line(c, meanings[c.level], citation(c.basis[0], code))
            for c in members
            if level in (None, c.level) and role in ("", c.role)
        )
        if lines:
            found.append(Section(group, lines))
    return tuple(found)


def rules(conditions: tuple[Condition, ...]) -> tuple[Rule, ...]:
    """The conditions in words."""
    return tuple(Rule(FACTS[condition.fact], condition.is_) for condition in conditions)


@get("/{lang:str}/schemes", guards=[anyone], opt=PUBLIC)
async def list_schemes(
    request: Request[Any, Any, Any], db: NamedDependency[Database], content: NamedDependency[Content]
) -> Response[str]:
    """Every scheme there is, and the points of the registry that was brought in."""
    async with db.transaction(read_only=True) as conn:
        answered = await point_sets(conn)
    points = tuple(each for each in content.points.values() if each.id in answered)
    return render(request, "public/schemes.html", SchemesPage(tuple(content.schemes.values()), points))


@get("/{lang:str}/schemes/{id:str}", guards=[anyone], opt=PUBLIC)
async def show_scheme(
    request: Request[Any, Any, Any],
    content: NamedDependency[Content],
    language: NamedDependency[Language],
    id: FromPath[str],
    level: FromQuery[str] = "",
    role: FromQuery[str] = "",
) -> Response[str]:
    """A scheme: its levels with the law, and every criterion."""
    scheme = scheme_of(content, id)
    numbers = {str(each.number): each.number for each in scheme.levels}
    if level and level not in numbers:
        raise NotFound(N_("This scheme has no such level."))
    if role and role not in _ROLE_WORDS:
        raise NotFound(
            N_("There is no such role. A criterion decides the level, is a duty, or is about readiness.")
        )
    path = f"/{language.code}/schemes/{id}"
    wanted = numbers.get(level)
    conditions: dict[str, object] = {"level": level, "role": role}

    def count(number: int | None, name: str) -> int:
        return sum(number in (None, c.level) and name in ("", c.role) for c in scheme.criteria)

    def choice(label: str, number: int | None, name: str, on: bool, key: str, value: object) -> Choice:
        href = address(path, conditions, **{key: "" if on else value})
        stair = min(number, LEVELS[-1]) if number and key == "level" else None
        return Choice(label, count(number, name), href, on, stair)

    found = sections(scheme, wanted, role, language.code)
    page = SchemePage(
        scheme=scheme,
        law=tuple(citation(law, language.code) for law in scheme.law),
        meanings=tuple(
            Meaning(each.number, each.name, each.meaning, citation(each.basis, language.code))
            for each in scheme.levels
        ),
        counts=count_rows(scheme),
        levels=tuple(
            choice(
                f"{each.number}. {language.pick(each.name)}",
                each.number,
                role,
                each.number == wanted,
                "level",
                each.number,
            )
            for each in scheme.levels
        ),
        roles=tuple(
            choice(language.gettext(words), wanted, name, name == role, "role", name)
            for name, words in _ROLE_WORDS.items()
        ),
        sections=found,
        shown=sum(len(section.lines) for section in found),
        clear=path,
        others=tuple(
            other
            for other in content.schemes.values()
            if other is not scheme and scheme.index.keys() & other.index.keys()
        ),
    )
    return render(request, "public/scheme.html", page)


@get("/{lang:str}/schemes/{id:str}/{number:str}", guards=[anyone], opt=PUBLIC)
async def show_criterion(
    request: Request[Any, Any, Any],
    content: NamedDependency[Content],
    language: NamedDependency[Language],
    id: FromPath[str],
    number: FromPath[str],
) -> Response[str]:
    """A criterion, with everything that is known about it."""
    scheme = scheme_of(content, id)
    if number not in scheme.index:
        raise NotFound(N_("There is no such criterion in this scheme."))
    place = scheme.index[number]
    criterion = scheme.criteria[place]
    work = criterion.work
    page = CriterionPage(
        scheme=scheme,
        criterion=criterion,
        level=next(level for level in scheme.levels if level.number == criterion.level),
        group=next(group for group in scheme.groups if group.id == criterion.group),
        guidance=content.guidance[criterion.id],
        basis=tuple(citation(basis, language.code) for basis in criterion.basis),
        void_when=rules(criterion.not_applicable_when),
        met_when=rules(criterion.met_when),
        needs=tuple(scheme.criterion(need) for need in (work.needs if work else ()) if need in scheme.index),
        before=scheme.criteria[place - 1] if place else None,
        after=scheme.criteria[place + 1] if place + 1 < len(scheme.criteria) else None,
    )
    return render(request, "public/criterion.html", page)


handlers = [list_schemes, show_scheme, show_criterion]
